"""Exclusive locks between processes, and whether one is held.

They use the system's `flock`. Importing the filelock package takes longer than a warm command, and
without flock it falls back to lock files that a kill leaves behind.

A lock file is never deleted: a process that waits for a deleted one would not see the next holder.
"""

from __future__ import annotations

import errno
import os
import sys
import time

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self


FIRST_PAUSE_SECONDS = 0.001
LONGEST_PAUSE_SECONDS = 0.05
NOTE_BYTES = 200
CLAIMED, MOST_CLAIMS = "served", 32
"""The start of the names of servers' locks on a profile, and how many servers may hold one."""
WINDOWS_BYTE = 1 << 30
"""The byte to lock on Windows, far behind any note, because nobody else may read a locked byte."""
HELD_ELSEWHERE = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK)


class LockTimeout(TimeoutError):  # noqa: N818 - reads as what happened
    """Another process held the lock for longer than we wait."""


class Lock:
    """The lock of the file at `path` (mode 0600), held during a `with` block.

    The kernel frees it when its holder dies. Entering raises LockTimeout, and ConfigurationError
    `lock-unavailable` if the file cannot be locked.
    """

    def __init__(
        self,
        path: str,
        timeout_seconds: float | None = None,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        """Set how long entering waits; None waits without a limit. `on_wait` is called before."""
        self._path = path
        self._timeout_seconds = timeout_seconds
        self._on_wait = on_wait
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Wait for the lock and take it."""
        begin = time.monotonic()
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self._take():
            if self._on_wait is not None:
                on_wait, self._on_wait = self._on_wait, None
                on_wait()
            waited_seconds = time.monotonic() - begin
            if self._timeout_seconds is not None and waited_seconds >= self._timeout_seconds:
                raise LockTimeout(f"{self._path} is held by another process")
            # Unlike a blocking lock, this ends in time, and by Ctrl-C in any thread.
            time.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)
        return self

    @property
    def note(self) -> bytes:
        """What the last holder left for the next one; empty if there is nothing."""
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            return os.read(self._descriptor, NOTE_BYTES)
        except OSError:
            return b""

    def leave(self, note: bytes) -> None:
        """Leave a note of at most NOTE_BYTES for the next holder; a failure is ignored."""
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.truncate(self._descriptor, os.write(self._descriptor, note))
        except OSError:
            return

    def __exit__(self, *_: object) -> None:
        """Free the lock, even if a forked process still has the file open."""
        descriptor, self._descriptor = self._descriptor, -1
        unlock(descriptor)
        close_quietly(descriptor)

    def _take(self) -> bool:
        """Lock the file; return False if another process holds it, or the file was deleted."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        taken = False
        try:
            descriptor = os.open(self._path, flags | getattr(os, "O_BINARY", 0), 0o600)
            try:
                taken = try_lock(descriptor) and _stands_at(self._path, descriptor)
            finally:
                if not taken:
                    close_quietly(descriptor)
        except OSError as exc:
            raise _unavailable(self._path, exc) from exc
        self._descriptor = descriptor
        return taken


def close_quietly(descriptor: int) -> None:
    """Close a file; the system closes it even if it reports an error."""
    try:
        os.close(descriptor)
    except OSError:
        return


def try_lock(descriptor: int) -> bool:
    """Lock an open file until it is closed; return False if another process holds it.

    Raises OSError if it cannot be locked.
    """
    try:
        _lock(descriptor, take=True)
    except OSError as exc:
        if exc.errno in HELD_ELSEWHERE:
            return False
        raise
    return True


def unlock(descriptor: int) -> None:
    """Free the lock of an open file now: after a close, the system may do it later."""
    try:
        _lock(descriptor, take=False)
    except OSError:
        return  # closing the file frees it, once nobody else has it open


def _lock(descriptor: int, *, take: bool) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only there on Windows

        os.lseek(descriptor, WINDOWS_BYTE, os.SEEK_SET)  # it locks from where the file stands
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK if take else msvcrt.LK_UNLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - not there on Windows

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if take else fcntl.LOCK_UN)


def _stands_at(path: str, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _unavailable(path: str, exc: OSError) -> ConfigurationError:
    return ConfigurationError(
        "lock-unavailable",
        f"{path} cannot be locked: {(exc.strerror or str(exc)).lower()}",
        "point XDG_STATE_HOME to a directory of yours on a local disk",
    )


def claim(path: str) -> None:
    """Hold one of several locks as long as this process lives."""
    for number in range(MOST_CLAIMS):
        try:
            Lock(f"{path}-{number}", 0).__enter__()
        except LockTimeout:
            continue
        return


def is_held(folder: str, beginning: str) -> bool:
    """Say whether a process holds a lock whose name begins so; True if that cannot be known."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        from mfa_session.files.obstacles import nearest_standing  # noqa: PLC0415  # seldom

        return not os.access(nearest_standing(folder), os.W_OK)  # the locks may be elsewhere
    except OSError:
        return True
    found = [os.path.join(folder, name) for name in names if name.startswith(beginning)]
    return any(map(_is_held, found))


def _is_held(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return True
    try:
        is_free = try_lock(descriptor)
        if is_free:
            unlock(descriptor)
        return not is_free
    except OSError:
        return True
    finally:
        os.close(descriptor)
