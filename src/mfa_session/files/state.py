"""The state directory, with locks and small files that outlive a command, and AWS's time."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from datetime import timedelta

from mfa_session.files.reading import (
    OTHERS_MAY,
    OTHERS_MAY_WRITE,
    PRIVATE_DIRECTORY_MODE,
    PRIVATE_MODE,
    unreadable,
)
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import home, name_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mfa_session.files.atomic import Reservation


LARGEST_BYTES = 1 << 20
RECOVERED = "session-"
"""The start of the names of files with sessions that the credentials file could not take."""
STORED = "stored-"
"""And of those that describe a session in the keyring, without secrets."""

_ELSEWHERE = "point XDG_STATE_HOME to a directory of yours"
CLOCK_OFFSET = "clock-offset"
SLACK_SECONDS = 1
WORTH_WRITING_SECONDS = 2
SET_SECONDS = 2
MOST_SECONDS = 900
"""AWS refuses signatures with a larger offset."""


def state_path(environ: Mapping[str, str]) -> str:
    """Return the path of the state directory: under $XDG_STATE_HOME, or the platform's folder."""
    folder = environ.get("XDG_STATE_HOME") or ""
    if os.path.isabs(folder):  # as the XDG specification asks
        pass
    elif sys.platform == "win32":
        folder = environ.get("LOCALAPPDATA") or os.path.join(home(environ), "AppData", "Local")
    elif sys.platform == "darwin":
        folder = os.path.join(home(environ), "Library", "Application Support")
    else:
        folder = os.path.join(home(environ), ".local", "state")
    return os.path.join(folder, "mfa-session")


class StateDir:
    """A directory of mode 0700 with files of mode 0600; the first file makes it."""

    def __init__(self, root: str, runtime: str | None = None, user: str | None = None) -> None:
        """Take `root` as the directory; if it cannot be made, locks are below `runtime`.

        `user` is the user's name on Windows, which has no user ids.
        """
        self._root = root
        self._runtime = runtime
        self._user = user

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> StateDir:
        """Return the user's state directory."""
        return cls(state_path(environ), environ.get("XDG_RUNTIME_DIR"), environ.get("USERNAME"))

    def path(self, *names: str) -> str:
        """Return a path in the directory, which need not exist.

        Raises ValueError for a name that no visible file can have.
        """
        for name in names:
            if not name or name[0] == "." or os.path.basename(name) != name:
                raise ValueError(f"not a state file's name: {name!r}")
        return os.path.join(self._root, *names)

    def lock_path(self, kind: str, key: str) -> str:
        """Return the path of the lock for `key`; make its directory.

        If the state directory cannot be made (a read-only home), the lock is in a private directory
        below the runtime directory or the temporary one.
        """
        name = name_for(f"{kind}-", key) + ".lock"
        try:
            self._make()
            directory = make_private_directory(self.path("locks"))
        except OSError:
            directory = self._fallback()
        return os.path.join(directory, name)

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None if it is absent.

        A link, another user's file, one that others may write and a large one count as absent.
        """
        path = self.path(name)
        if not self._is_there():
            return None
        try:
            return read_own(path, _is_only_ours)
        except FileNotFoundError:
            return None
        except OSError as exc:
            if exc.errno == errno.ELOOP:
                return None
            raise unreadable(path, exc) from exc

    def names(self, prefix: str | tuple[str, ...] = "") -> list[str]:
        """Return the names of the files that begin with `prefix`, sorted.

        Raises ConfigurationError `unreadable-file`.
        """
        if not self._is_there():
            return []
        try:
            with os.scandir(self._root) as entries:
                files = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError as exc:
            raise unreadable(self._root, exc) from exc
        return sorted(name for name in files if name.startswith(prefix) and name[0] != ".")

    def write(self, name: str, data: bytes) -> None:
        """Replace a file. Raises ConfigurationError `file-not-written`."""
        from mfa_session.files.atomic import replace_file  # noqa: PLC0415 - not warm

        self._make_or_tell()
        replace_file(self.path(name), data, mode=PRIVATE_MODE)

    def put(self, name: str, data: bytes) -> None:
        """Replace a file without waiting for the disk, in a directory that is there."""
        from mfa_session.files.atomic import put_file  # noqa: PLC0415 - not warm

        put_file(self.path(name), data)

    def remove(self, name: str) -> None:
        """Remove a file; one that does not exist is fine."""
        from mfa_session.files.atomic import not_written  # noqa: PLC0415 - not warm

        path = self.path(name)
        try:
            if self._is_there():
                os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as exc:
            raise not_written(path, exc) from exc

    def has_place(self) -> bool:
        """Say whether there is a home directory or XDG_STATE_HOME."""
        return os.path.isabs(self._root)

    def reserve(self, name: str, size_bytes: int) -> Reservation:
        """Reserve `size_bytes` on the disk for a file, which gets its name when it is filled.

        Raises ConfigurationError `file-not-written`.
        """
        from mfa_session.files.atomic import Reservation, not_written  # noqa: PLC0415 - not warm

        path = self.path(name)
        self._make_or_tell()
        try:
            return Reservation(path, size_bytes)
        except OSError as exc:
            raise not_written(path, exc) from exc

    def _is_there(self) -> bool:
        """Say whether the directory can be read; refuse another user's.

        One that others may write counts as absent, as they may have written the files.
        """
        if not self.has_place():
            return False
        try:
            status = os.lstat(self._root)
        except OSError:
            return False
        check_own_directory(self._root, status)
        return sys.platform == "win32" or not status.st_mode & OTHERS_MAY_WRITE

    def _make(self) -> None:
        if not self.has_place():
            raise OSError(errno.ENOENT, "there is no home directory, and no XDG_STATE_HOME")
        make_private_directory(self._root)

    def _make_or_tell(self) -> None:
        try:
            self._make()
        except OSError as exc:
            from mfa_session.files.atomic import not_written  # noqa: PLC0415 - not warm

            error = not_written(self._root, exc)
            error.hint = f"{error.hint}; or {_ELSEWHERE}" if self.has_place() else _ELSEWHERE
            raise error from exc

    def _fallback(self) -> str:
        directory = self._runtime
        if not directory or not os.access(directory, os.W_OK):
            import tempfile  # noqa: PLC0415 - heavy, and rarely needed

            try:
                directory = tempfile.gettempdir()
            except FileNotFoundError as exc:  # each is full, or none of ours
                raise _no_lock_directory(str(exc.strerror)) from exc
        user = self._user
        if sys.platform != "win32":
            user = str(os.geteuid())
        path = os.path.join(directory, f"mfa-session-{user}")
        try:
            return make_private_directory(path)
        except OSError as exc:
            reason = (exc.strerror or str(exc)).lower()
            raise _no_lock_directory(f"{path}: {reason}") from exc


def _no_lock_directory(reason: str) -> ConfigurationError:
    return ConfigurationError(
        "lock-unavailable",
        f"no directory for lock files: {reason}",
        f"{_ELSEWHERE} on a disk with free space",
    )


def make_private_directory(path: str) -> str:
    """Make a directory that only we may enter; restrict one that exists."""
    os.makedirs(os.path.dirname(path) or ".", PRIVATE_DIRECTORY_MODE, exist_ok=True)
    try:
        os.mkdir(path, PRIVATE_DIRECTORY_MODE)
    except FileExistsError:
        status = os.lstat(path)
        check_own_directory(path, status)
        if sys.platform != "win32" and status.st_mode & OTHERS_MAY:
            os.chmod(path, PRIVATE_DIRECTORY_MODE)
    return path


def check_own_directory(path: str, status: os.stat_result) -> None:
    """Refuse a directory of another user, or a link. Raises ConfigurationError `unsafe-file`."""
    if not stat.S_ISDIR(status.st_mode):
        from mfa_session.model.text import deleting  # noqa: PLC0415 - not warm

        what = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "not a directory"
        raise ConfigurationError("unsafe-file", f"{path} is {what}", f"remove it: {deleting(path)}")
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        raise ConfigurationError(
            "unsafe-file",
            f"the directory {path} belongs to another user",
            _ELSEWHERE,
        )


def read_own(path: str, is_ours: Callable[[os.stat_result], bool]) -> bytes | None:
    """Return the first MiB of a regular file that `is_ours` accepts, else None.

    A link raises OSError.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(descriptor)
        is_fit = stat.S_ISREG(status.st_mode) and is_ours(status)
        return os.read(descriptor, LARGEST_BYTES) if is_fit else None
    finally:
        os.close(descriptor)


def _is_only_ours(status: os.stat_result) -> bool:
    return status.st_size <= LARGEST_BYTES and (
        sys.platform == "win32"
        or (
            status.st_uid == os.geteuid()
            and status.st_nlink == 1
            and not status.st_mode & OTHERS_MAY_WRITE
        )
    )


class ReadOnlyState:
    """The state directory, in which nothing is written."""

    def __init__(self, state: StateDir) -> None:
        self.read = state.read
        self.names = state.names

    def write(self, name: str, data: bytes) -> None:
        """Do nothing."""

    def remove(self, name: str) -> None:
        """Do nothing."""


class AwsClock:
    """The offset of AWS's clock, until this machine's clock is set or the machine restarts."""

    def __init__(self, state: StateDir) -> None:
        self._state = state
        self._offset: timedelta | None = None

    def offset(self) -> timedelta:
        """Return what must be added to this machine's time to get AWS's; zero if not known."""
        if self._offset is not None:
            return self._offset
        words = (self._state.read(CLOCK_OFFSET) or b"").decode("ascii", "replace").split()
        try:
            seconds, setting = int(words[0]), float(words[1])
            is_known = abs(setting - _setting()) < SET_SECONDS and abs(seconds) <= MOST_SECONDS
        except (IndexError, ValueError, OverflowError):
            seconds, is_known = 0, False
        self._offset = timedelta(seconds=seconds if is_known else 0)
        return self._offset

    def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
        """Take the Date of an answer, and this machine's times of the request and the answer.

        An offset of more than 15 min is not kept; nothing is raised.
        """
        seconds = offset_seconds(aws_time, sent_at, received_at)
        if abs(seconds) > MOST_SECONDS:
            return
        try:
            known = self.offset().total_seconds()
            self._offset = timedelta(seconds=seconds)
            if abs(seconds - known) >= WORTH_WRITING_SECONDS or (known and not seconds):
                self._remember(seconds)
        except ConfigurationError:
            return  # the next answer has it, too

    def _remember(self, seconds: int) -> None:
        if seconds:
            self._state.write(CLOCK_OFFSET, f"{seconds} {_setting():.1f}\n".encode())
        else:
            self._state.remove(CLOCK_OFFSET)


class ClockReading:
    """The offset in the last answer, which is not stored; `seconds` is None before one."""

    def __init__(self) -> None:
        self.seconds: int | None = None

    def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
        """Take the Date of an answer, and this machine's times of the request and the answer."""
        self.seconds = offset_seconds(aws_time, sent_at, received_at)


def offset_seconds(aws_time: datetime, sent_at: datetime, received_at: datetime) -> int:
    """Return by how many seconds AWS's clock is ahead of this machine's.

    The Date counts whole seconds, and AWS wrote it between request and answer: a difference that
    this explains is no offset.
    """
    least = (aws_time - received_at).total_seconds()
    most = (aws_time - sent_at).total_seconds() + 1
    explained = least <= SLACK_SECONDS and most >= -SLACK_SECONDS
    return 0 if explained else round((least + most) / 2)


def _setting() -> float:
    """Return the wall time of the machine's start, which changes only if the clock is set."""
    if sys.platform == "linux":  # whose monotonic clock stands still while the machine sleeps
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time() - time.monotonic()
