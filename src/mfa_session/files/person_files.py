"""Reads the person's files: config.toml, the AWS files, the state directory."""

from __future__ import annotations

import os

from mfa_session.files.reading import read_bytes
from mfa_session.files.state import RECOVERED, STORED
from mfa_session.model.paths import credentials_path, settings_path
from mfa_session.model.settings import SettingsFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.files.beside import Fetch
    from mfa_session.files.state import StateDir
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session


class Files:
    """The files that an environment names; config.toml is read once, the others each time.

    `fetch` returns the keys of a session in the keyring, when they are used.
    """

    def __init__(self, environ: Mapping[str, str], state: StateDir) -> None:
        self.environ = environ
        self.state = state
        self.fetch: Fetch = lambda _profile, _keyring: None
        self._settings: SettingsFile | None = None
        self._may_be_new = False

    def let_settings_be_new(self) -> None:
        """See Files."""
        self._may_be_new = True

    def settings(self) -> SettingsFile:
        """Return config.toml."""
        if self._settings is not None:
            return self._settings
        path = settings_path(self.environ)
        may_be_absent = self._may_be_new or not self.environ.get("MFA_SESSION_CONFIG")
        if may_be_absent and _is_absent(path):
            self._settings = SettingsFile(path=path)
            return self._settings
        from mfa_session.files.settings_cache import read_settings_file  # noqa: PLC0415  # few have

        self._settings = read_settings_file(self.environ, self.state)
        return self._settings

    def forget_settings(self) -> None:
        """See Files."""
        self._settings = None

    def profiles(self) -> ProfileFiles:
        """See Files."""
        from mfa_session.files.aws_files import read_profiles  # noqa: PLC0415  # not for the guard
        from mfa_session.files.reading import check_owner  # noqa: PLC0415

        check_owner(credentials_path(self.environ), "the credentials file")
        return read_profiles(self.environ)

    def recovered(self) -> Mapping[str, Session]:
        """See Files."""
        if not self.state.names((RECOVERED, STORED)):
            return {}
        from mfa_session.files.beside import read_beside  # noqa: PLC0415  # seldom any

        return read_beside(self.state, self.fetch)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None."""
        return read_bytes(path)


def _is_absent(path: str) -> bool:
    """Say whether nothing is at a path; False if that cannot be known."""
    try:
        os.lstat(path)
    except OSError as error:
        return isinstance(error, (FileNotFoundError, NotADirectoryError))
    return False
