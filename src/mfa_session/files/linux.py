"""What the system puts in the way of a file, or offers for it.

That is, on Linux, access control lists, extended attributes, the exchange of two files.

A POSIX ACL (acl(5)) is the extended attribute `system.posix_acl_access`: a version, then entries
of tag, permissions and id. With one, the group bits of a mode are the mask for all its entries.

A look before a rename leaves a moment in which another program's write is lost. After an exchange
(renameat2(2)) both files are there still, and the look comes after it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys

from mfa_session.model.text import deleting, inspecting, permitting, quote

ACL = "system.posix_acl_access"
_HEADER_BYTES, _ENTRY_BYTES = 4, 8
_USER, _GROUP_OBJECT, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10
_WRITE = 2
_AT_FDCWD = -100
_NO_REPLACE, _EXCHANGE = 1, 2
_VARIABLES = "AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE or MFA_SESSION_CONFIG"
_MOUNTS = "/proc/self/mountinfo"
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
"""How systems, file systems and sandboxes say that they do not know renameat2."""


def acl_lets_others_write(path: str) -> bool | None:
    """Tell whether an ACL lets another user, or a group, write; None where there is no ACL."""
    value = _acl_of(path)
    if value is None or sys.platform == "win32":
        return None
    entries = [
        (_number(value, place), _number(value, place + 2), _number(value, place + 4, 4))
        for place in range(_HEADER_BYTES, len(value), _ENTRY_BYTES)
    ]
    mask = next((rights for tag, rights, _ in entries if tag == _MASK), _WRITE)
    mine = {(_USER, 0), (_USER, os.geteuid())}
    return bool(mask & _WRITE) and any(
        rights & _WRITE and tag in (_USER, _GROUP, _GROUP_OBJECT) and (tag, who) not in mine
        for tag, rights, who in entries
    )


def take_over(descriptor: int, target: str, *, with_acl: bool) -> bool:
    """Give a new file the extended attributes of the one at `target`, as far as we may.

    Returns whether its ACL is the old one's, which without `with_acl` is none. An ACL that the
    directory gives to new files is taken away: it would let in whom the old file kept out.
    """
    if sys.platform != "linux":
        return True
    with contextlib.suppress(OSError):
        os.removexattr(descriptor, ACL)
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = os.listxattr(target)
    for name in names:
        with contextlib.suppress(OSError):  # not ours to set, such as SELinux's label
            if name != ACL:
                os.setxattr(descriptor, name, os.getxattr(target, name))
    value = _acl_of(target) if with_acl else None
    if value is None:
        return True
    try:
        os.setxattr(descriptor, ACL, value)
    except OSError:
        return False
    return True


def group_bits_without_acl(path: str, mode: int) -> int:
    """Return the mode, without the group's bits where those are the mask of an ACL."""
    return mode & ~stat.S_IRWXG if _acl_of(path) is not None else mode


def _acl_of(path: str) -> bytes | None:
    if sys.platform != "linux":
        return None
    try:
        return os.getxattr(path, ACL)
    except OSError:
        return None


def _number(value: bytes, place: int, size: int = 2) -> int:
    return int.from_bytes(value[place : place + size], "little")


def is_mounted(path: str) -> bool:
    """Tell whether a file or directory is a mount point (proc_pid_mountinfo(5))."""
    point = os.fsencode(path).replace(b" ", b"\\040")
    with contextlib.suppress(OSError), open(_MOUNTS, "rb") as mounts:
        return any(line.split(b" ")[4] == point for line in mounts)
    return False


def rename(one: str, other: str, *, exchange: bool) -> bool:
    """Exchange two files, names only; or rename to a name that is free, else FileExistsError.

    Returns False, and does nothing, where the system cannot.
    """
    import ctypes  # noqa: PLC0415  # some milliseconds, and only writing an AWS file needs it

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    flags = _EXCHANGE if exchange else _NO_REPLACE
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), other)


def find_obstacle(path: str) -> tuple[str, str] | None:
    """Return why no new file can take the place of `path`, and what helps; None if one may.

    `path` has no links, and need not exist. What is found are mounts, modes and attributes.
    """
    if is_mounted(path):
        reason = "it is mounted by itself, so no new file can take its place"
        return reason, f"mount its directory instead, for writing; or name a copy by {_VARIABLES}"
    directory = nearest_standing(os.path.dirname(path))
    if not os.path.isdir(directory):
        return f"{directory} is not a directory", inspecting(directory)
    closed = f"the directory {directory} may not be written"
    for place, reason, modes in ((path, "it is read-only", "w"), (directory, closed, "wx")):
        # As whom we act now; False on a read-only file system.
        if os.path.exists(place) and not os.access(
            place,
            os.W_OK | ("x" in modes and os.X_OK),
            effective_ids=os.access in os.supports_effective_ids,
        ):
            return _find_lock(place, modes) or (reason, permitting(modes, place))
    return None


def _find_lock(place: str, modes: str) -> tuple[str, str] | None:
    """Return why a file or directory may not be written, and what helps; None for its mode."""
    if sys.platform == "win32":
        return None
    status, needed = os.stat(place), stat.S_IWUSR | ("x" in modes and stat.S_IXUSR)
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        reason = f"the file system of {place} is mounted read-only"
        return reason, f"mount it for writing; or name a copy by {_VARIABLES}"
    if status.st_uid != os.geteuid():
        return f"{place} belongs to another user", inspecting(place)
    if status.st_mode & needed != needed:
        return None
    unlock = "chflags nouchg" if sys.platform == "darwin" else "chattr -i"
    return f"{place} is immutable", f"sudo {unlock} {quote(place)}"


def suggest_file(path: str) -> str:
    """Return what to do about a directory where a file is meant."""
    if is_mounted(path):
        return "put the file on the host before the container starts, which mounts it"
    with contextlib.suppress(OSError):
        if not os.listdir(path):
            return f"a file is meant: rmdir {quote(path)}"
    return f"a file is meant: move the directory away, or name the file by {_VARIABLES}"


def suggest_link(path: str) -> str:
    """Return what to do about a path whose links lead in a circle."""
    while not os.path.isdir(os.path.dirname(path)):
        path = os.path.dirname(path)
    return f"the symbolic links lead in a circle: {deleting(path)}"


def nearest_standing(path: str) -> str:
    """Return what stands at a path, or at the nearest above it, in which the rest can be made."""
    while not os.path.lexists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path
