"""What `doctor` sees of the person's files: each part read by itself, and nothing remembered."""

from __future__ import annotations

import os

from mfa_session.files.atomic import find_dead
from mfa_session.files.aws_files import read_document
from mfa_session.files.enrolments import Enrolments
from mfa_session.files.key_journal import KeyJournal
from mfa_session.files.places import close_places, find_places, find_unsafe, find_unwritable
from mfa_session.files.recovered import read_recovered, read_stored
from mfa_session.files.settings_cache import read_settings_afresh
from mfa_session.ini.document import IniDocument
from mfa_session.model.errors import MfaSessionError
from mfa_session.model.feature_ports import CONFIG, CREDENTIALS
from mfa_session.model.paths import config_path, credentials_path, expand, settings_path
from mfa_session.model.profiles import ProfileFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.files.recovered import Fetch
    from mfa_session.files.state import StateDir
    from mfa_session.model.errors import ConfigurationError
    from mfa_session.model.feature_ports import Place
    from mfa_session.model.iam import Intent
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SettingsFile


class Disk:
    """The files that an environment names; they are read even where a command would refuse."""

    def __init__(self, environ: Mapping[str, str], state: StateDir, fetch: Fetch) -> None:
        """Take the environment, the state directory, and who opens a session in the keyring."""
        self._environ = environ
        self._state = state
        self._fetch = fetch

    def settings(self) -> SettingsFile:
        """Read config.toml."""
        return read_settings_afresh(self._environ)

    def profiles(self, keep: Callable[[str, Exception], None]) -> ProfileFiles:
        """Read both AWS files; of one that cannot be read, `keep` gets the part and the error."""

        def read(part: str, path: str) -> IniDocument:
            try:
                return read_document(path)
            except (MfaSessionError, OSError) as error:
                keep(part, error)
                return IniDocument.empty(path)

        return ProfileFiles(
            credentials=read(CREDENTIALS, credentials_path(self._environ)),
            config=read(CONFIG, config_path(self._environ)),
        )

    def recovered(self) -> Mapping[str, Session]:
        """Read the sessions that the credentials file does not have, by profile."""
        return {**read_stored(self._state, self._fetch), **read_recovered(self._state)}

    def unfinished_keys(self) -> list[tuple[str, str]]:
        """Read which moves and rotations of keys are not finished: the command, the profile."""
        journal = KeyJournal(self._state)
        moves = [(move.kind, move.profile) for move in journal.moves()]
        return [*moves, *(("rotate", rotation.profile) for rotation in journal.rotations())]

    def intents(self) -> list[Intent]:
        """Read the notes of enrolments that are not finished."""
        return Enrolments(self._state).all()

    def places(self) -> tuple[Place, ...]:
        """Return the files and directories whose modes matter."""
        return find_places(self._environ)

    def close_places(self) -> list[str]:
        """Take from modes what others should not have; return what was done, as commands."""
        return close_places(self._environ)

    def unsafe(self) -> Mapping[str, ConfigurationError]:
        """Return why files are not safe that others could have written, by path."""
        return find_unsafe(self._environ)

    def unwritable(self) -> Mapping[str, ConfigurationError]:
        """Return why a session could not be written, by part of the scene."""
        return find_unwritable(self._environ, self._state)

    def leftovers(self) -> Mapping[str, str]:
        """Return whole copies of the person's files that killed commands left, and of which."""
        paths = (credentials_path, config_path, settings_path)
        return {
            copy: path_of(self._environ)
            for path_of in paths
            for copy in find_dead(path_of(self._environ))
        }

    def exists(self, path: str) -> bool:
        """Say whether something is at a path, which may begin with `~`."""
        return os.path.exists(expand(path, self._environ))
