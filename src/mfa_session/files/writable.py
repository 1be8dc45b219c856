"""A file of the person's that is checked before it is written, and replaced under a lock."""

from __future__ import annotations

import os
import stat

from mfa_session.files.atomic import not_written, replace_file, writable_target
from mfa_session.files.locks import LockTimeout, hold
from mfa_session.files.permissions import check_owner
from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.files.state import StateDir

LOCK_TIMEOUT_SECONDS = 10.0
PRIVATE_MODE = 0o600
PRIVATE_DIRECTORY_MODE = 0o700
OTHERS_MAY_READ = 0o077


class WritableFile:
    """A file, and what it takes to replace it; a symbolic link leads to the file itself.

    One with a `private_name` ("the credentials file") must be ours alone, and becomes 0600 when
    written, which `warn` tells if others could read it. The mode of any other is left alone.
    """

    def __init__(
        self,
        path: str,
        *,
        private_name: str | None,
        state: StateDir,
        warn: Callable[[str], None],
    ) -> None:
        """Take everything, touch nothing."""
        self.path = path
        self._private_name = private_name
        self._state = state
        self._warn = warn

    def check(self) -> None:
        """Refuse what can be told from names, owners and modes; change nothing.

        Raises ConfigurationError: `unsafe-file` or `file-not-written`.
        """
        if self._private_name is not None:
            check_owner(self.path, self._private_name)
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

    def locked(self, work: Callable[[], None]) -> None:
        """Do `work` while nobody else of ours changes the file.

        Raises ConfigurationError `file-locked` after ten seconds.
        """
        lock_path = self._state.lock_path("file", os.path.realpath(self.path))
        try:
            with hold(lock_path, LOCK_TIMEOUT_SECONDS):
                work()
        except LockTimeout as exc:
            raise ConfigurationError(
                "file-locked",
                f"another process has held {self.path} for {LOCK_TIMEOUT_SECONDS:.0f} seconds",
                f"see who holds the lock: fuser {lock_path}",
            ) from exc

    def write(self, data: bytes) -> None:
        """Make the directory if need be, and replace the file."""
        target = os.path.realpath(self.path)
        try:
            os.makedirs(os.path.dirname(target), PRIVATE_DIRECTORY_MODE, exist_ok=True)
        except OSError as exc:
            raise not_written(self.path, exc) from exc
        if self._private_name is not None:
            self._tell_of_readers(target)
        replace_file(target, data, mode=PRIVATE_MODE if self._private_name is not None else None)

    def _tell_of_readers(self, target: str) -> None:
        try:
            mode = stat.S_IMODE(os.stat(target).st_mode)
        except FileNotFoundError:
            return
        if os.name != "nt" and mode & OTHERS_MAY_READ:
            self._warn(f"{self.path} could be read by others (mode {mode:04o}): now 0600")


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
