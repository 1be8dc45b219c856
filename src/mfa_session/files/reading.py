"""Reads files that other programs may be writing; refuses those that other users may write."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time

from mfa_session.model.errors import OF_THE_PROCESS, ConfigurationError
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Version = tuple[int, int, int, int]


READ_SIZE_BYTES = 1 << 20  # of files that do not say their size, as in /proc
QUIET_SECONDS = 0.2
"""A file that nobody has written for so long is not being written."""
PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 0.01
CLOCK_SLACK_SECONDS = 1.0
"""How far ahead a file system's clock may be; later times were set by hand."""
LONGEST_LINK_CHAIN = 40
MOST_READS = 5
"""After so many reads with a write during each, the last one counts."""
PRIVATE_MODE = 0o600
PRIVATE_DIRECTORY_MODE = 0o700
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO
"""The mode bits that a private file does not have."""


class Snapshot(Record):
    """A file at one time; bytes and version are None without a file.

    `age_seconds` is the time from its last write to the read.
    """

    data: bytes | None
    version: Version | None
    age_seconds: float = QUIET_SECONDS

    def is_young(self) -> bool:
        """Say whether a program may still be writing the file."""
        return -CLOCK_SLACK_SECONDS <= self.age_seconds < QUIET_SECONDS


def version_of(status: os.stat_result) -> Version:
    """Return what changes when a file is written or replaced."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def version_at(path: str) -> Version | None:
    """Return the version of the file at `path`, or None without one."""
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

    Without a home directory, nothing is at a path that begins with `~`. A relative path is refused,
    `relative-path`: it could lead to another user's file.
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
    """Return a file's bytes; a fresh file is read again until it is complete, or older.

    A program that truncates a file before it writes it shows a part for a moment.
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
    """Return the error for a path that depends on the current directory."""
    return ConfigurationError(
        "relative-path",
        f"{path} is a relative path, and none is taken from the current directory",
        f"write it in full where it is set: {os.path.abspath(path)}",
    )


def unreadable(path: str, exc: OSError) -> ConfigurationError:
    """Return the error for a file that cannot be read."""
    from mfa_session.files.obstacles import suggest_file, suggest_link  # noqa: PLC0415  # seldom
    from mfa_session.model.text import inspecting, permitting  # noqa: PLC0415

    usual = permitting("r", path) if _is_ours_to_open(path) else inspecting(path)
    hint = OF_THE_PROCESS.get(exc.errno or 0, usual)
    if exc.errno == errno.EISDIR:
        hint = suggest_file(path)
    elif exc.errno == errno.ELOOP:
        hint = suggest_link(path)
    return ConfigurationError(
        "unreadable-file", f"{path} cannot be read: {(exc.strerror or str(exc)).lower()}", hint
    )


def _is_ours_to_open(path: str) -> bool:
    """Say whether a file is this user's, and only its mode forbids to read it."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    is_mine = sys.platform != "win32" and status.st_uid == os.geteuid()
    return is_mine and not status.st_mode & stat.S_IRUSR


def _read(path: str) -> Snapshot:
    """Read a file; wait neither for a pipe's other end, nor for the end of a growing file."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    read_at = time.time()
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            return Snapshot(data=None, version=None)
        data, status = _read_unmoved(descriptor, status)
        age_seconds = read_at - status.st_mtime
        return Snapshot(data=data, version=version_of(status), age_seconds=age_seconds)
    finally:
        os.close(descriptor)


def _read_unmoved(descriptor: int, status: os.stat_result) -> tuple[bytes, os.stat_result]:
    """Return a file's bytes and its status before the read; repeat that after a write."""
    left = MOST_READS
    while True:
        before, size, data = status, status.st_size or READ_SIZE_BYTES, b""
        while len(data) < size and (piece := os.read(descriptor, size - len(data))):
            data += piece
        status, left = os.fstat(descriptor), left - 1
        if not left or version_of(status) == version_of(before):
            return data, before
        os.lseek(descriptor, 0, os.SEEK_SET)


def check_owner(path: str, what: str, *, spares_private_group: bool = False) -> None:
    """Refuse a file that another user owns, may write or may replace; a missing one is fine.

    `what` is the file's name for people ("the credentials file"). Each link on the way and its
    directory are checked. With `spares_private_group`, a group without other members may write the
    file, as it always may a directory. Raises ConfigurationError `unsafe-file`. On Windows, where
    modes say nothing, every file passes.
    """
    if sys.platform == "win32":
        return
    for _ in range(LONGEST_LINK_CHAIN):
        try:
            status = os.lstat(path)
            directory = os.stat(os.path.dirname(path) or ".")
        except OSError:
            return
        _check_directory(os.path.dirname(path) or ".", what, directory)
        if stat.S_ISCHR(status.st_mode):
            return  # /dev/null is everybody's, and holds nothing
        _check_owned(path, what, status)
        if not stat.S_ISLNK(status.st_mode):
            if status.st_mode & OTHERS_MAY_WRITE and not (
                spares_private_group and _only_private_group(path, status)
            ):
                raise _unsafe(f"{what} {path} may be written by others", "chmod go-w", path)
            return
        path = os.path.join(os.path.dirname(path), os.readlink(path))


def check_place(path: str, what: str) -> None:
    """Refuse a directory for a new file if others may write to it.

    If it is missing, the nearest one above it counts. Raises ConfigurationError `unsafe-file`.
    """
    from mfa_session.files.obstacles import nearest_standing  # noqa: PLC0415  # seldom needed

    directory = nearest_standing(os.path.dirname(os.path.realpath(path)))
    if sys.platform != "win32":
        _check_directory(directory, what, os.stat(directory))


def _check_directory(path: str, what: str, status: os.stat_result) -> None:
    _check_owned(path, f"the directory of {what}", status)
    mode = status.st_mode
    if mode & stat.S_ISVTX or not mode & OTHERS_MAY_WRITE:
        return
    if not _only_private_group(path, status):
        message = f"the directory of {what}, {path}, may be written by others"
        raise _unsafe(message, "chmod go-w", path)


def _check_owned(path: str, what: str, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    if status.st_uid not in (0, os.geteuid()):
        message = f"{what} {path} belongs to another user"
        if os.geteuid() != 0:
            raise _unsafe(message, f"chown {os.geteuid()}", path)
        # root in another user's home: a file of root's would lock its owner out
        owner = _name_of(status.st_uid)
        hint = f"run it as its owner: sudo -H -u {owner} mfa-session …; or set HOME to root's own"
        raise ConfigurationError("unsafe-file", message, hint)


def _name_of(uid: int) -> str:
    if sys.platform == "win32":
        return str(uid)
    import pwd  # noqa: PLC0415 - not there on Windows, and rarely needed

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"'#{uid}'"


def _only_private_group(path: str, status: os.stat_result) -> bool:
    """Say whether, of all others, only a group without other members may write."""
    if status.st_mode & stat.S_IWOTH:
        return False
    from mfa_session.files.linux import acl_lets_others_write  # noqa: PLC0415 - rarely needed

    lets_others_write = acl_lets_others_write(path)
    if lets_others_write is None:
        return _is_private_group(status.st_gid)
    return not lets_others_write  # the group's bits of the mode are the mask of the ACL


def _is_private_group(gid: int) -> bool:
    """Say whether a group is our own (umask 002): it has our name, and no other member."""
    if sys.platform == "win32":
        return False
    import grp  # noqa: PLC0415 - not there on Windows, and rarely needed
    import pwd  # noqa: PLC0415

    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == name and set(group.gr_mem) <= {name}


def _unsafe(message: str, command: str, path: str) -> ConfigurationError:
    from mfa_session.model.text import quote  # noqa: PLC0415  # seldom needed

    return ConfigurationError("unsafe-file", message, f"{command} {quote(path)}")
