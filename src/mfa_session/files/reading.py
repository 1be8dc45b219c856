"""Reads files that another program may be writing at this moment."""

from __future__ import annotations

import errno
import os
import stat
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


class Snapshot(Record):
    """What stood at a path at one time: bytes and version are None where no file did."""

    data: bytes | None
    version: Version | None

    def age_seconds(self) -> float:
        """Return how long ago the file was written, by this machine's clock."""
        return time.time() - self.version[3] / 1e9 if self.version else QUIET_SECONDS

    def is_young(self) -> bool:
        """Tell whether a program may still be writing the file."""
        return 0 <= self.age_seconds() < QUIET_SECONDS


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
    """Return a file's bytes and version. Raises ConfigurationError `unreadable-file`."""
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


def unreadable(path: str, exc: OSError) -> ConfigurationError:
    """Say why a file cannot be read."""
    hint = "remove it, or name another file" if exc.errno == errno.EISDIR else f"ls -l {path}"
    return ConfigurationError(
        "unreadable-file", f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}", hint
    )


def _read(path: str) -> Snapshot:
    """Read without waiting for the other end of a pipe, or for the end of a file that grows."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            return Snapshot(data=None, version=None)
        left, pieces = status.st_size or READ_SIZE_BYTES, []
        while left and (piece := os.read(descriptor, left)):
            pieces.append(piece)
            left -= len(piece)
        return Snapshot(data=b"".join(pieces), version=version_of(status))
    finally:
        os.close(descriptor)
