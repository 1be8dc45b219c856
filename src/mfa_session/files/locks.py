"""Exclusive locks between processes, and whether one is held, for a login or by a server.

Written on the system's own `flock` instead of the filelock package: importing that takes longer
than a whole warm command (it brings asyncio's parts, inspect, logging, pathlib and decimal), and
where flock is missing it falls back to lock files that are deleted, which a kill leaves behind.

A lock file is never deleted: whoever waits on a deleted one waits on another than the next.
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
"""What a server's locks on its profile begin with, and how many servers may have one at once."""
WINDOWS_BYTE = 1 << 30
"""The byte that Windows locks, far behind any note: nobody else may read what is locked there."""
HELD_ELSEWHERE = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK)


class LockTimeout(TimeoutError):  # noqa: N818 - reads as what happened
    """The lock was held by another process for longer than we wait."""


class Lock:
    """The lock of the file at `path`, made with mode 0600, held for the length of a `with` block.

    The kernel frees it when its holder dies. To enter raises LockTimeout, and ConfigurationError
    `lock-unavailable` where files cannot be locked.
    """

    def __init__(
        self,
        path: str,
        timeout_seconds: float | None = None,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        """Take nothing yet. To enter waits for `timeout_seconds`, and calls `on_wait` before.

        None waits as long as it takes.
        """
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
        """What the last holder left for the next one; empty where nothing was, or can be, read."""
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            return os.read(self._descriptor, NOTE_BYTES)
        except OSError:
            return b""

    def leave(self, note: bytes) -> None:
        """Leave a note of at most NOTE_BYTES for the next holder; it may be lost."""
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.truncate(self._descriptor, os.write(self._descriptor, note))
        except OSError:
            return

    def __exit__(self, *_: object) -> None:
        """Free the lock, also where a process forked meanwhile has the file open still."""
        descriptor, self._descriptor = self._descriptor, -1
        unlock(descriptor)
        close_quietly(descriptor)

    def _take(self) -> bool:
        """Lock the file; False if another process holds it, or it was deleted by hand."""
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
    """Close a file of which nothing more is wanted: it is closed even where that fails."""
    try:
        os.close(descriptor)
    except OSError:
        return


def try_lock(descriptor: int) -> bool:
    """Lock an open file, until it is closed, or say that another process holds it.

    Raises OSError where files cannot be locked.
    """
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - only there on Windows

            os.lseek(descriptor, WINDOWS_BYTE, os.SEEK_SET)  # it locks from where the file stands
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not there on Windows

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno in HELD_ELSEWHERE:
            return False
        raise
    return True


def unlock(descriptor: int) -> None:
    """Free the lock of an open file now: the system may take its time after a close."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - only there on Windows

            os.lseek(descriptor, WINDOWS_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not there on Windows

            fcntl.flock(descriptor, fcntl.LOCK_UN)
    except OSError:
        return  # closing it does, once nobody else has it open


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
    """Say whether a process holds a lock whose name begins so; True if nobody knows.

    Told without waiting, and without what `Turns` imports.
    """
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        from mfa_session.files.obstacles import nearest_standing  # noqa: PLC0415  # seldom

        return not os.access(nearest_standing(folder), os.W_OK)  # else they stand somewhere else
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
