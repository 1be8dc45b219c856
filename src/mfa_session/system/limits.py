"""Limits of this process: no core dumps, and the number of open lock files.

Every command imports this module, so it imports nothing else.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_CORE_LIMIT = b"Max core file size"
_core_limits_before: list[tuple[Any, Any]] = []


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process, which would contain secrets, if the system has a limit."""
    if sys.platform == "win32":
        return  # crash reports are the person's own setting
    # Linux usually has the limit at 0. Reading that takes microseconds, importing `resource` half a
    # millisecond.
    try:
        descriptor = os.open("/proc/self/limits", os.O_RDONLY)
    except OSError:
        limits = b""
    else:
        limits = os.read(descriptor, 4096)
        os.close(descriptor)
    if limits.partition(_CORE_LIMIT)[2].split()[:1] == [b"0"]:
        return
    import resource  # noqa: PLC0415  # not there on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if soft and _set_core_limit((0, hard)):
        _core_limits_before.append((soft, hard))


def allow_core_dumps() -> None:
    """Restore the limit for the program that replaces this one."""
    while _core_limits_before:
        _set_core_limit(_core_limits_before.pop())


def _set_core_limit(limits: tuple[Any, Any]) -> bool:
    if sys.platform == "win32":
        return False
    import resource  # noqa: PLC0415  # as above

    try:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
    except (OSError, ValueError):  # ValueError stands for EPERM and EINVAL
        return False
    return True


MOST_LOCKS = 500
KEPT_FOR_OTHERS = 128
"""Descriptors for connections, the files themselves, Python and libraries."""


def most_locks() -> int:
    """Return how many lock files may be open at a time; macOS allows 256 open files by default."""
    if sys.platform == "win32":
        return MOST_LOCKS
    import resource  # noqa: PLC0415  # not there on Windows

    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST_LOCKS
    return max(1, min(MOST_LOCKS, allowed - KEPT_FOR_OTHERS))
