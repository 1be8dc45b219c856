"""Reads files that another program may be writing at this moment."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Version = tuple[int, int, int, int]

READ_SIZE_BYTES = 1 << 20  # of files that do not say their size, as in /proc
QUIET_SECONDS = 0.2
"""A file that nobody has written for so long is not in the middle of being written."""
PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 0.01
CLOCK_SLACK_SECONDS = 1.0
"""How far ahead the clock of a file system may be; later times were set by hand."""
MOST_READS = 5
"""After so many reads during each of which the file was written, the last one counts."""


class Snapshot(Record):
    """What stood at a path at one time: bytes and version are None where no file did.

    `read_at` is this machine's time just before, in seconds since 1970.
    """

    data: bytes | None
    version: Version | None
    read_at: float = 0.0

    def age_seconds(self) -> float:
        """Return how long before it was read the file was written."""
        return self.read_at - self.version[3] / 1e9 if self.version else QUIET_SECONDS

    def is_young(self) -> bool:
        """Tell whether a program may still be writing the file."""
        return -CLOCK_SLACK_SECONDS <= self.age_seconds() < QUIET_SECONDS


def version_of(status: os.stat_result) -> Version:
    """Return what changes when a file is written, or another takes its place."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def version_at(path: str) -> Version | None:
    """Return the version of the file at `path`, or None where there is none."""
    try:
        return version_of(os.stat(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_bytes(path: str) -> bytes | None:
    """Return a file's bytes; None if it is missing or no regular file.

    Raises ConfigurationError `unreadable-file` for a directory, or what we may not read.
    """
    return read_snapshot(path).data


def read_snapshot(path: str) -> Snapshot:
    """Return a file's bytes and version. Raises ConfigurationError `unreadable-file`.

    A path below a home directory that nobody has (`~`) leads nowhere. One that is relative is
    refused, `relative-path`: in a folder of somebody else it would lead to somebody else's file.
    """
    if not os.path.isabs(path):
        if path[:1] == "~":
            return Snapshot(data=None, version=None)
        raise relative(path)
    try:
        return _read(path)
    except (FileNotFoundError, NotADirectoryError):
        return Snapshot(data=None, version=None)
    except OSError as exc:
        raise unreadable(path, exc) from exc


def read_whole(path: str, is_whole: Callable[[bytes | None], bool]) -> Snapshot:
    """Return a file's bytes; one just written is read again until it is whole, or settled.

    Programs that truncate a file and then write it show a part of it for a moment.
    """
    snapshot = read_snapshot(path)
    if not snapshot.is_young():
        return snapshot
    end = time.monotonic() + PATIENCE_SECONDS
    while snapshot.is_young() and not is_whole(snapshot.data) and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
        snapshot = read_snapshot(path)
    return snapshot


def relative(path: str) -> ConfigurationError:
    """Refuse a path that depends on the current directory."""
    return ConfigurationError(
        "relative-path",
        f"{path} is a relative path, and none is taken from the current directory",
        f"write it in full where it is set: {os.path.abspath(path)}",
    )


def unreadable(path: str, exc: OSError) -> ConfigurationError:
    """Say why a file cannot be read."""
    from mfa_session.model.errors import OF_THE_PROCESS  # noqa: PLC0415
    from mfa_session.model.text import quote  # noqa: PLC0415  # seldom needed

    usual = f"chmod u+r {quote(path)}" if _is_ours_to_open(path) else f"ls -ld {quote(path)}"
    hint = OF_THE_PROCESS.get(exc.errno or 0, usual)
    if exc.errno == errno.EISDIR:
        hint = (
            "correct the variable that names it (AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE or "
            "MFA_SESSION_CONFIG): a file is meant"
        )
    return ConfigurationError(
        "unreadable-file", f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}", hint
    )


def _is_ours_to_open(path: str) -> bool:
    """Say whether a file is this user's, and its mode alone keeps it from being read."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    is_mine = sys.platform != "win32" and status.st_uid == os.geteuid()
    return is_mine and not status.st_mode & stat.S_IRUSR


def _read(path: str) -> Snapshot:
    """Read without waiting for the other end of a pipe, or for the end of a file that grows."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    read_at = time.time()
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            return Snapshot(data=None, version=None)
        left = MOST_READS
        while True:
            before, data = version_of(status), _read_at_once(descriptor, status.st_size)
            status, left = os.fstat(descriptor), left - 1
            if not left or version_of(status) == before:
                return Snapshot(data=data, version=before, read_at=read_at)
            os.lseek(descriptor, 0, os.SEEK_SET)
    finally:
        os.close(descriptor)


def _read_at_once(descriptor: int, size_bytes: int) -> bytes:
    """Read as many bytes as a file had; of one that says it has none, a limited number."""
    left, pieces = size_bytes or READ_SIZE_BYTES, []
    while left and (piece := os.read(descriptor, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
