"""Core dumps: none while this process holds secrets, as usual for what it starts.

Nothing but the limit's own module is imported: every command begins here.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMED = b"Max core file size"
_before: list[tuple[Any, Any]] = []


def forbid() -> None:
    """Have the system write no core dump of this process from now on, where it has such a limit."""
    if sys.platform == "win32":
        return  # whose crash reports are the person's own setting
    if _is_forbidden():
        return
    import resource  # noqa: PLC0415  # not there on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if soft and _set((0, hard)):
        _before.append((soft, hard))


def _is_forbidden() -> bool:
    """Tell whether the limit is 0 already, as most systems set it; False where Linux does not say.

    To read that takes microseconds, to load the limit's module half a millisecond.
    """
    try:
        descriptor = os.open("/proc/self/limits", os.O_RDONLY)
    except OSError:
        return False
    try:
        lines = os.read(descriptor, 4096).split(b"\n")
    finally:
        os.close(descriptor)
    said = [line[len(_NAMED) :].split() for line in lines if line.startswith(_NAMED)]
    return bool(said) and said[0][:1] == [b"0"]


def allow() -> None:
    """Put the limit back as it was, for the program that takes this one's place."""
    while _before:
        _set(_before.pop())


def _set(limits: tuple[Any, Any]) -> bool:
    if sys.platform == "win32":
        return False
    import resource  # noqa: PLC0415  # as above

    try:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
    except (OSError, ValueError):  # ValueError: what EPERM and EINVAL become
        return False
    return True
