"""Reads files that others may be writing, and refuses those that others could have written."""

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
"""A file that nobody has written for so long is not in the middle of being written."""
PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 0.01
CLOCK_SLACK_SECONDS = 1.0
"""How far ahead the clock of a file system may be; later times were set by hand."""
LONGEST_LINK_CHAIN = 40
MOST_READS = 5
"""After so many reads during each of which the file was written, the last one counts."""
PRIVATE_MODE = 0o600
PRIVATE_DIRECTORY_MODE = 0o700
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO
"""What the mode of a private file lets nobody else do."""


class Snapshot(Record):
    """What stood at a path at one time: bytes and version are None where no file did.

    `age_seconds` is how long before it was read the file was written.
    """

    data: bytes | None
    version: Version | None
    age_seconds: float = QUIET_SECONDS

    def is_young(self) -> bool:
        """Tell whether a program may still be writing the file."""
        return -CLOCK_SLACK_SECONDS <= self.age_seconds < QUIET_SECONDS


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
    refused, `relative-path`: it could lead to somebody else's file.
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
    """Say whether a file is this user's, and its mode alone keeps it from being read."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    is_mine = sys.platform != "win32" and status.st_uid == os.geteuid()
    return is_mine and not status.st_mode & stat.S_IRUSR


def _read(path: str) -> Snapshot:
    """Read a file without waiting for a pipe's other end, or for a growing file to stop."""
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
    """Return a file's bytes and its status before them, read again if it was written meanwhile."""
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
    """Refuse a file that another user owns or may write, or may put another in place of.

    `what` names the file to people ("the credentials file"). Each link on the way is checked, and
    each directory that holds one. Missing is fine. Raises ConfigurationError `unsafe-file`.
    On Windows, where modes say nothing, everything passes. `spares_private_group` lets a group
    write in which there is nobody else, as directories always may.
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

    Where directories are missing, the nearest one counts: they will be made in it, and be ours.
    Raises ConfigurationError `unsafe-file`.
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
        # root in another's home: giving the file to root would lock its owner out
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
    """Tell whether nobody may write but, perhaps, a group with nobody else in it."""
    if status.st_mode & stat.S_IWOTH:
        return False
    from mfa_session.files.linux import acl_lets_others_write  # noqa: PLC0415 - rarely needed

    lets_others_write = acl_lets_others_write(path)
    if lets_others_write is None:
        return _is_private_group(status.st_gid)
    return not lets_others_write  # the group's bits of the mode are the mask of the ACL


def _is_private_group(gid: int) -> bool:
    """Tell whether a group is one user's own (umask 002): of our name, and without others in it."""
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
