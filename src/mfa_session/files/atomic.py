"""Replaces files atomically: a reader sees the old bytes or the new ones, never a part.

Space for a file can be reserved before it is needed. What killed processes left is removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from binascii import b2a_base64

from mfa_session.files import linux
from mfa_session.files.locks import close_quietly, try_lock
from mfa_session.files.obstacles import find_obstacle
from mfa_session.files.reading import PRIVATE_MODE, version_at
from mfa_session.model.errors import ConfigurationError, hint_for_errno
from mfa_session.model.text import inspecting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.files.reading import Snapshot, Version


MARK = ".mfa-session-"
"""In the name of each temporary file, after the dot and the target's name."""

LONGEST_NAME = 48
"""Letters of a file's name in those of its temporary files: both must fit in 255 bytes."""
WINDOWS_TRIES = 40
WINDOWS_PAUSE_SECONDS = 0.05


class Moved(Exception):  # noqa: N818 - reads as what happened
    """Another program wrote the file during the edit, which has to begin anew."""


def replace_file(path: str, data: bytes, *, mode: int | None, seen: Snapshot | None = None) -> None:
    """Replace the file at `path`, or what its symbolic links lead to, by `data`.

    The bytes are on the disk before the rename. `mode` None keeps the file's mode and ACL, and
    makes a new file 0600; owner and extended attributes are kept if we may. A failure leaves
    nothing, and what killed processes left beside this file is removed.

    Raises ConfigurationError `file-not-written`; and Moved, without a change, if the file is no
    longer the one that was `seen`.
    """
    try:
        target = writable_target(path)
        remove_dead(*os.path.split(target))
        _replace(target, data, mode, seen)
    except OSError as exc:
        raise not_written(path, exc) from exc


def put_file(path: str, data: bytes) -> None:
    """Write a private file atomically, without waiting for the disk: a power cut may lose it.

    Raises ConfigurationError `file-not-written`, and leaves nothing then.
    """
    try:
        with _temporary(path) as temporary:
            temporary.write(data)
            temporary.close_on_windows()
            rename(temporary.path, path)
    except OSError as exc:
        raise not_written(path, exc) from exc


def writable_target(path: str) -> str:
    """Follow the symbolic links of `path`; raise OSError if they lead to no regular file."""
    target = os.path.realpath(path)
    try:
        found = os.lstat(target).st_mode
    except FileNotFoundError:
        return target
    if stat.S_ISLNK(found):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
    if stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "not a regular file", path)
    return target


def not_written(path: str, exc: OSError) -> ConfigurationError:
    """Return the error for a file that could not be written, with the cause and a hint."""
    reason = exc.strerror or str(exc)
    reason = reason[:1].lower() + reason[1:]
    hint = hint_for_errno(exc.errno, path) or f"check what is there: {inspecting(path)}"
    if exc.errno != errno.ENOENT:  # there is no home directory
        with contextlib.suppress(OSError):
            reason, hint = find_obstacle(os.path.realpath(path)) or (reason, hint)
    return ConfigurationError("file-not-written", f"{path} could not be written: {reason}", hint)


def _replace(target: str, data: bytes, mode: int | None, seen: Snapshot | None) -> None:
    with _temporary(target) as temporary:
        temporary.write(data)
        _take_over(temporary.descriptor, target, mode)
        os.fsync(temporary.descriptor)
        temporary.close_on_windows()
        if seen is None:
            rename(temporary.path, target)
        else:
            _rename_over(temporary.path, target, seen.version)
    sync_directory(os.path.dirname(target))


def _rename_over(temporary: str, target: str, seen: Version | None) -> None:
    """Rename over the version that was seen; raise Moved, without a change, over any other."""
    if version_at(target) != seen:
        raise Moved
    ours = version_at(temporary)
    try:
        done = linux.rename(temporary, target, exchange=seen is not None)
    except (FileNotFoundError, FileExistsError):
        raise Moved from None
    if not done:
        rename(temporary, target)
    elif seen is not None:
        # A program that has the old file open may write it while we wait for the disk.
        sync_directory(os.path.dirname(target))
        if _version_if_told(temporary) != seen:
            linux.rename(temporary, target, exchange=True)
            # Written meanwhile: the later text stays.
            if _version_if_told(temporary) not in {None, ours}:
                linux.rename(temporary, target, exchange=True)
            raise Moved


def _version_if_told(path: str) -> Version | None:
    try:
        return version_at(path)
    except OSError:
        return None


class Reservation:
    """Reserved space for a private file, which gets its name when it is filled.

    A kill leaves a file that no reader sees, and that the next reservation in the directory
    removes.
    """

    def __init__(self, path: str, size_bytes: int) -> None:
        """Reserve the space; raise OSError, and leave nothing, if there is not enough."""
        remove_dead(os.path.dirname(path))
        self.path = path
        self._is_filled = False
        self._file = Temporary(path)
        try:
            # Random, as a file system that compresses reserves nothing for zeros. Text in one line,
            # as the `#` that `fill` writes makes a comment of the rest.
            self._file.write(b2a_base64(os.urandom(size_bytes), newline=False))
            os.fsync(self._file.descriptor)
            os.lseek(self._file.descriptor, 0, os.SEEK_SET)
            if sys.platform != "win32":  # where an open file cannot be renamed
                # Fail now, before there is something to keep, if nothing can be renamed here.
                self._rename(temporary_name(path))
        except BaseException:
            self.release()
            raise

    def fill(self, data: bytes) -> None:
        """Give the file its name and write `data`, lines of an INI file; the disk is not awaited.

        A kill after the first write loses nothing: the rest of the space is a comment until it is
        cut off. Raises ConfigurationError `file-not-written`, but never for lack of space.
        """
        try:
            if sys.platform != "win32":
                self._rename(self.path)
            write_all(self._file.descriptor, data + b"#")
            with contextlib.suppress(OSError):
                os.ftruncate(self._file.descriptor, len(data))
            self._file.close()
            if sys.platform == "win32":
                self._rename(self.path)
        except OSError as exc:
            raise not_written(self.path, exc) from exc
        self._is_filled = True

    def release(self) -> None:
        """Free the space; after `fill`, do nothing."""
        if not self._is_filled:
            self._file.discard()

    def _rename(self, path: str) -> None:
        rename(self._file.path, path)
        self._file.path = path


def sync_directory(path: str) -> None:
    """Wait until a rename is on the disk, if the system can."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):  # some cannot; the rename is done all the same
        descriptor = os.open(path or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            close_quietly(descriptor)


def _take_over(descriptor: int, target: str, mode: int | None) -> None:
    """Give the new file the old one's owner and attributes, if we may.

    It keeps mode and ACL unless a mode is given; what cannot be kept becomes stricter.
    """
    if sys.platform == "win32":
        return
    try:
        old = os.stat(target)
    except FileNotFoundError:
        os.fchmod(descriptor, PRIVATE_MODE if mode is None else mode)
        return
    new_mode = stat.S_IMODE(old.st_mode) if mode is None else mode
    same_group = _keep_owner(descriptor, old)
    if not same_group:
        new_mode &= ~stat.S_IRWXG  # these rights were meant for another group
    if not linux.take_over(descriptor, target, with_acl=mode is None and same_group):
        new_mode = linux.group_bits_without_acl(target, new_mode)
    os.fchmod(descriptor, new_mode)


def _keep_owner(descriptor: int, old: os.stat_result) -> bool:
    """Keep owner and group, if we may; say whether the group is kept."""
    new = os.fstat(descriptor)
    if sys.platform == "win32" or (new.st_uid, new.st_gid) == (old.st_uid, old.st_gid):
        return True
    for uid in (old.st_uid, -1):
        try:
            os.fchown(descriptor, uid, old.st_gid)
        except OSError:
            continue
        return True
    return False


class Temporary:
    """A private file beside `target`, for a rename; `discard` removes it if there was none.

    It has its name before it is made, so that an interrupt at any moment leaves nothing. Its lock
    tells other processes that no kill has left it.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self.path = temporary_name(target)
        self.descriptor = -1

    def write(self, data: bytes) -> None:
        """Make the file, and write all of `data`."""
        while (descriptor := create_private(self.path)) is None:
            self.path = temporary_name(self._target)
        self.descriptor = descriptor
        write_all(descriptor, data)

    def close_on_windows(self) -> None:
        """Close the file on Windows, which neither renames nor removes an open one."""
        if sys.platform == "win32":
            self.close()

    def close(self) -> None:
        """Close the file, if it is open."""
        if self.descriptor >= 0:
            descriptor, self.descriptor = self.descriptor, -1
            close_quietly(descriptor)

    def discard(self) -> None:
        """Remove the file unless it was renamed, and close it."""
        self.close_on_windows()
        remove_quietly(self.path)
        self.close()


@contextlib.contextmanager
def _temporary(target: str) -> Iterator[Temporary]:
    """Yield a temporary file, and discard it at the end."""
    temporary = Temporary(target)
    try:
        yield temporary
        temporary.discard()
    except BaseException:  # an interrupt while it was discarded, too
        temporary.discard()
        raise


def temporary_name(target: str) -> str:
    """Return an unused name beside `target` that marks a temporary file of this program."""
    directory, name = os.path.split(target)
    return os.path.join(directory, f".{name[:LONGEST_NAME]}{MARK}{os.urandom(8).hex()}")


def create_private(path: str) -> int | None:
    """Create a new private file, lock it, and return its descriptor.

    The kernel frees the lock when the process ends: that marks the file as left by a kill. None if
    a process that looks for such files removed it before it was locked.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, PRIVATE_MODE)
    if sys.platform == "win32":
        return descriptor  # an open file cannot be removed
    try:
        is_ours = try_lock(descriptor) and os.fstat(descriptor).st_nlink > 0
    except OSError:
        is_ours = True  # no locks here: nobody can take it for dead
    if is_ours:
        return descriptor
    close_quietly(descriptor)
    remove_quietly(path)
    return None


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`, of which one write may take a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def remove_quietly(path: str) -> None:
    """Remove a file if it is there and may be removed."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def rename(temporary: str, target: str) -> None:
    """Rename over the target; on Windows, try again while another process reads it."""
    for _ in range(WINDOWS_TRIES if sys.platform == "win32" else 0):
        with contextlib.suppress(PermissionError):
            os.replace(temporary, target)
            return
        time.sleep(WINDOWS_PAUSE_SECONDS)
    os.replace(temporary, target)


def remove_dead(directory: str, target_name: str = "") -> None:
    """Remove our temporary files that no living process holds, for one target or for all."""
    for path in find_temporary(directory, target_name):
        with _alone(path) as is_dead:
            if is_dead:
                remove_quietly(path)


def find_dead(target: str) -> list[str]:
    """Return the paths of what killed writers of `target` left, sorted."""
    found = []
    directory, name = os.path.split(os.path.realpath(target))
    for path in find_temporary(directory, name):
        with _alone(path) as is_dead:
            found += [path] if is_dead else []
    return found


def find_temporary(directory: str, target_name: str) -> list[str]:
    """Return the paths of our temporary files, for one target or ("") for all, sorted."""
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    start = f".{target_name[:LONGEST_NAME]}{MARK}" if target_name else "."
    ours = [name for name in names if name.startswith(start) and MARK in name]
    return [os.path.join(directory, name) for name in sorted(ours)]


@contextlib.contextmanager
def _alone(path: str) -> Iterator[bool]:
    """Yield whether no living process holds a temporary file, and hold it meanwhile."""
    if sys.platform == "win32":
        yield True  # it cannot be removed while a process has it open
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        yield False
        return
    try:
        try:
            is_dead = try_lock(descriptor)
        except OSError:
            is_dead = False  # this file system has no locks: rather keep a file
        yield is_dead
    finally:
        close_quietly(descriptor)
