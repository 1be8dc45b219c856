"""The person's files as `doctor` reads them: one by one, even if unsafe; nothing is cached."""

from __future__ import annotations

import os
import stat
import sys
from itertools import chain
from shutil import disk_usage

from mfa_session.files.atomic import find_dead
from mfa_session.files.aws_files import read_document
from mfa_session.files.beside import read_beside
from mfa_session.files.notes import KeyJournal, enrolments
from mfa_session.files.obstacles import nearest_standing
from mfa_session.files.reading import OTHERS_MAY, OTHERS_MAY_WRITE, check_owner
from mfa_session.files.settings_cache import read_settings_afresh
from mfa_session.files.state import state_path
from mfa_session.files.writable import check_path, refused
from mfa_session.ini.document import IniDocument
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.feature_ports import CONFIG, CREDENTIALS, STATE, Place
from mfa_session.model.paths import config_path, credentials_path, expand, settings_path
from mfa_session.model.profiles import ProfileFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mfa_session.files.beside import Fetch
    from mfa_session.files.state import StateDir
    from mfa_session.model.iam import Intent
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SettingsFile


ROOM_BYTES = 32768
"""A login reserves almost as much."""


class Disk:
    """The files that an environment names, as `doctor` needs them (`model.feature_ports.Disk`)."""

    def __init__(self, environ: Mapping[str, str], state: StateDir, fetch: Fetch) -> None:
        self._environ = environ
        self._state = state
        self._fetch = fetch

    def settings(self) -> SettingsFile:
        """Read config.toml."""
        return read_settings_afresh(self._environ)

    def profiles(self, keep: Callable[[str, Exception], None]) -> ProfileFiles:
        """Read both AWS files."""

        def read(part: str, path: str) -> IniDocument:
            try:
                return read_document(path)
            except (MfaSessionError, OSError) as error:
                keep(part, error)
                return IniDocument(b"", path)

        return ProfileFiles(
            credentials=read(CREDENTIALS, credentials_path(self._environ)),
            config=read(CONFIG, config_path(self._environ)),
        )

    def recovered(self) -> Mapping[str, Session]:
        """See Disk."""
        return read_beside(self._state, self._fetch)

    def unfinished_keys(self) -> list[tuple[str, str]]:
        """Read the journal of keys."""
        journal = KeyJournal(self._state)
        moves = [(move.kind, move.profile) for move in journal.moves()]
        return [*moves, *(("rotate", rotation.profile) for rotation in journal.rotations())]

    def intents(self) -> list[Intent]:
        """See Disk."""
        return enrolments(self._state).all()

    def places(self) -> tuple[Place, ...]:
        """Return the credentials file, and the state directory with everything in it."""
        paths = [(credentials_path(self._environ), "the credentials file")]
        for directory, _, names in os.walk(state_path(self._environ)):
            files = [os.path.join(directory, name) for name in sorted(names)]
            paths.append((directory, "the state directory"))
            paths += [(path, "a file of the state directory") for path in files]
        return tuple(_find_places(paths, OTHERS_MAY))

    def close_places(self) -> list[str]:
        """See Disk."""
        done = []
        # One by one, as the first correction may be enough for the next place.
        for place in chain(self.places(), self._writable()):
            if place.is_open:
                try:
                    os.chmod(place.path, place.closed_mode)
                except OSError:
                    continue  # on a read-only file system: the check reports it
                done.append(f"chmod {place.closed_mode:o} {place.path}")
        return done

    def _writable(self) -> Iterator[Place]:
        """Yield the unsafe files, and directories, that others may write; each as it is now."""
        paths = (
            (part, what)
            for path, what, _ in _guarded(self._environ)
            for part in (path, os.path.dirname(os.path.realpath(path)))
            if path in self.unsafe()
        )
        for place in _find_places(paths, OTHERS_MAY_WRITE):
            if not place.mode & stat.S_ISVTX:
                yield place

    def unsafe(self) -> Mapping[str, ConfigurationError]:
        """Return why files are not safe, by path; a directory that several share is reported once.

        Every command refuses two of them. None refuses the AWS config file, which a private group
        may write; but it names commands, too.
        """
        found: dict[str, ConfigurationError] = {}
        for path, what, is_refused in _guarded(self._environ):
            try:
                check_owner(path, what, spares_private_group=not is_refused)
            except ConfigurationError as error:  # noqa: PERF203  # each is looked at
                if error.hint not in {each.hint for each in found.values()}:
                    found[path] = error
        return found

    def unwritable(self) -> Mapping[str, ConfigurationError]:
        """See Disk."""
        found: dict[str, ConfigurationError] = {}
        places = {CREDENTIALS: credentials_path(self._environ), STATE: self._state.path("session")}
        for part, path in places.items():
            try:
                check_path(path)
                if disk_usage(nearest_standing(os.path.dirname(path))).free < ROOM_BYTES:
                    raise refused(path, "its disk is full", "free some space on it")
            except ConfigurationError as error:  # noqa: PERF203  # each is looked at
                found[part] = error
            except OSError:  # not every file system tells
                continue
        return found

    def leftovers(self) -> Mapping[str, str]:
        """See Disk."""
        paths = (credentials_path, config_path, settings_path)
        return {
            copy: path_of(self._environ)
            for path_of in paths
            for copy in find_dead(path_of(self._environ))
        }

    def exists(self, path: str) -> bool:
        """Say whether something is there."""
        return os.path.exists(expand(path, self._environ))


def _guarded(environ: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Yield the files that others must not write: path, name, and whether commands refuse them."""
    yield credentials_path(environ), "the credentials file", True
    yield settings_path(environ), "the settings file", True
    yield config_path(environ), "the AWS config file", False


def _find_places(paths: Iterable[tuple[str, str]], forbidden: int) -> Iterator[Place]:
    """Yield what is there of these, and ours: the mode of another's is not for us to change."""
    if sys.platform == "win32":
        return
    for path, what in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue
        is_directory = stat.S_ISDIR(status.st_mode)
        if status.st_uid == os.geteuid() and (is_directory or stat.S_ISREG(status.st_mode)):
            mode = stat.S_IMODE(status.st_mode)
            yield Place(
                path=path, what=what, mode=mode, forbidden=forbidden, is_directory=is_directory
            )
