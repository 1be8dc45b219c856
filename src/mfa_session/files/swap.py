"""Puts a file in another's place only if nothing has changed there: Linux's renameat2(2).

A look before a rename leaves a moment in which another program's write is lost. After an exchange
both files are there still, and the look comes after it.
"""

from __future__ import annotations

import ctypes
import errno
import os

_AT_FDCWD = -100
_NO_REPLACE, _EXCHANGE = 1, 2
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
"""How systems, file systems and sandboxes say that they do not know the call."""


def exchange(one: str, other: str) -> bool:
    """Exchange two files, names only; False, and nothing done, where the system cannot."""
    return _rename(one, other, _EXCHANGE)


def rename_new(source: str, target: str) -> bool:
    """Rename to a name that is free, else FileExistsError; False where the system cannot."""
    return _rename(source, target, _NO_REPLACE)


def _rename(one: str, other: str, flags: int) -> bool:
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), other)
