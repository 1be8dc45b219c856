"""An AWS file that other programs, and people with editors, write as well."""

from __future__ import annotations

import os
import stat

from mfa_session.errors import ConfigurationError
from mfa_session.files.atomic import not_written, replace_file, writable_target
from mfa_session.files.aws_files import (
    config_header_in,
    config_path,
    credentials_header_in,
    credentials_path,
    read_document,
)
from mfa_session.files.ini_compare import only_differs_in
from mfa_session.files.locks import LockTimeout, hold
from mfa_session.files.safety import check_owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.files.ini import Document
    from mfa_session.files.state import StateDir

LOCK_TIMEOUT_SECONDS = 10.0
PRIVATE_MODE = 0o600
PRIVATE_DIRECTORY_MODE = 0o700
OTHERS_MAY_READ = 0o077


class SharedFile:
    """An INI file that is changed one section at a time, under a lock, after a fresh read.

    `header` says how a profile's section is called in a document. A `private` file holds secrets:
    it must be ours alone, and becomes 0600 when written, which `warn` tells if others could read
    it. Otherwise the mode is left alone.
    """

    def __init__(
        self,
        path: str,
        header: Callable[[Document, str], str],
        *,
        private: bool,
        state: StateDir,
        warn: Callable[[str], None],
    ) -> None:
        """Take everything, touch nothing."""
        self.path = path
        self._header = header
        self._private = private
        self._state = state
        self._warn = warn

    def read(self) -> Document:
        """Read the file as it is now. Raises ConfigurationError `unreadable-file`."""
        return read_document(self.path)

    def check_writable(self) -> None:
        """Find out, changing nothing, whether `update` could work.

        Raises ConfigurationError: `unsafe-file`, `unreadable-file` or `file-not-written`.
        """
        self._check_place()
        self.read()

    def update(self, name: str, edit: Callable[[Document], Document]) -> None:
        """Apply `edit`, which may change only the section of the profile `name`, and write.

        Nothing is written when nothing changes. Raises ConfigurationError: as `check_writable`,
        and `file-locked` after ten seconds, and `edit-refused` for an edit that reaches beyond
        its section.
        """
        target = os.path.realpath(self.path)
        lock_path = self._state.lock_path("file", target)
        try:
            with hold(lock_path, LOCK_TIMEOUT_SECONDS):
                self._update_locked(name, edit)
        except LockTimeout as exc:
            raise ConfigurationError(
                "file-locked",
                f"another process has held {self.path} for {LOCK_TIMEOUT_SECONDS:.0f} seconds",
                f"see who holds the lock: fuser {lock_path}",
            ) from exc

    def _update_locked(self, name: str, edit: Callable[[Document], Document]) -> None:
        self._check_place()
        old = self.read()
        new = edit(old)
        if new.to_bytes() == old.to_bytes():
            return
        headers = {self._header(old, name), self._header(new, name)}
        if not any(only_differs_in(header, old, new) for header in headers):
            raise ConfigurationError(
                "edit-refused",
                f"changing the profile {name} in {self.path} would change other profiles",
                "look for headers or keys that are indented, and write them without blanks before",
            )
        self._write(new.to_bytes())

    def _write(self, data: bytes) -> None:
        """Make the directory if need be, and replace the file."""
        target = os.path.realpath(self.path)
        try:
            os.makedirs(os.path.dirname(target), PRIVATE_DIRECTORY_MODE, exist_ok=True)
        except OSError as exc:
            raise not_written(self.path, exc) from exc
        if self._private:
            self._tell_of_readers(target)
        replace_file(target, data, mode=PRIVATE_MODE if self._private else None)

    def _tell_of_readers(self, target: str) -> None:
        try:
            mode = stat.S_IMODE(os.stat(target).st_mode)
        except FileNotFoundError:
            return
        if os.name != "nt" and mode & OTHERS_MAY_READ:
            self._warn(f"{self.path} could be read by others (mode {mode:04o}): now 0600")

    def _check_place(self) -> None:
        """Refuse what can be told from names, owners and modes."""
        if self._private:
            check_owner(self.path, "the credentials file")
        try:
            target = writable_target(self.path)
        except OSError as exc:
            raise not_written(self.path, exc) from exc
        if os.path.exists(target) and not _may(target, os.W_OK):
            raise _refused(self.path, f"{self.path} is read-only", f"chmod u+w {self.path}")
        directory = _nearest_directory(os.path.dirname(target))
        if not os.path.isdir(directory):
            raise _refused(self.path, f"{directory} is no directory", f"ls -ld {directory}")
        if not _may(directory, os.W_OK | os.X_OK):
            raise _refused(
                self.path, f"the directory {directory} may not be written", f"ls -ld {directory}"
            )


def _nearest_directory(path: str) -> str:
    """Return the nearest thing above that exists; the rest can be made in it."""
    while not os.path.lexists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path


def _may(path: str, what: int) -> bool:
    """Tell whether we may do that, as whom we act now; False on a read-only file system."""
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _refused(path: str, reason: str, hint: str) -> ConfigurationError:
    return ConfigurationError("file-not-written", f"{path} cannot be written: {reason}", hint)


def credentials_file(
    environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
) -> SharedFile:
    """Return the shared credentials file."""
    return SharedFile(
        credentials_path(environ), credentials_header_in, private=True, state=state, warn=warn
    )


def config_file(
    environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
) -> SharedFile:
    """Return the AWS config file, whose mode is left alone."""
    return SharedFile(config_path(environ), config_header_in, private=False, state=state, warn=warn)
