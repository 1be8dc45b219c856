"""Limits of this process: no core dump while it holds secrets, and how many lock files it may open.

Every command begins here, so nothing but the system's own module is imported.
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
    """Have the system write no core dump of this process from now on, where it has such a limit."""
    if sys.platform == "win32":
        return  # whose crash reports are the person's own setting
    # Most systems set the limit to 0, and Linux says so: to read that takes microseconds, to load
    # the limit's module half a millisecond.
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
    """Put the limit back as it was, for the program that takes this one's place."""
    while _core_limits_before:
        _set_core_limit(_core_limits_before.pop())


def _set_core_limit(limits: tuple[Any, Any]) -> bool:
    if sys.platform == "win32":
        return False
    import resource  # noqa: PLC0415  # as above

    try:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
    except (OSError, ValueError):  # ValueError: what EPERM and EINVAL become
        return False
    return True


MOST_LOCKS = 500
KEPT_FOR_OTHERS = 128
"""Connections, the files themselves, and what Python and libraries have open."""


def most_locks() -> int:
    """Return how many lock files may be open at a time: macOS allows 256 files unless told more."""
    if sys.platform == "win32":
        return MOST_LOCKS
    import resource  # noqa: PLC0415  # not there on Windows

    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST_LOCKS
    return max(1, min(MOST_LOCKS, allowed - KEPT_FOR_OTHERS))
