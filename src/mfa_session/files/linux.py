"""Linux's access control lists, extended attributes and exchange of two files.

A POSIX ACL (acl(5)) is the extended attribute `system.posix_acl_access`: a version, then entries
of tag, permissions and id. With one, the group bits of a mode are the mask for all its entries.

Between a look at a file and a rename over it, another program's write would be lost. After an
exchange (renameat2(2)) both files still exist, and can be compared.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys

ACL = "system.posix_acl_access"
_HEADER_BYTES, _ENTRY_BYTES = 4, 8
_USER, _GROUP_OBJECT, _GROUP, _MASK = 0x02, 0x04, 0x08, 0x10
_WRITE = 2
_AT_FDCWD = -100
_NO_REPLACE, _EXCHANGE = 1, 2
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
"""The answers of systems, file systems and sandboxes without renameat2."""


def acl_lets_others_write(path: str) -> bool | None:
    """Say whether an ACL lets another user or a group write; None without an ACL."""
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
    """Give a new file the extended attributes of the one at `target`, if we may.

    It keeps the ACL only `with_acl`; False if that fails. An ACL that the directory gives to new
    files is removed, as it may allow more than the old file did.
    """
    if sys.platform != "linux":
        return True
    with contextlib.suppress(OSError):
        os.removexattr(descriptor, ACL)
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = os.listxattr(target)
    for name in names:
        with contextlib.suppress(OSError):  # we may not set SELinux's label, for example
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


def rename(one: str, other: str, *, exchange: bool) -> bool:
    """Exchange the names of two files, or rename to a free name; FileExistsError if it is not.

    Returns False, and does nothing, if the system cannot.
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
