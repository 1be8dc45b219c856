"""Core dumps: none while this process holds secrets, as usual for what it starts."""

from __future__ import annotations

import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_before: list[tuple[Any, Any]] = []


def forbid() -> None:
    """Have the system write no core dump of this process from now on, where it has such a limit."""
    if sys.platform == "win32":
        return  # whose crash reports are the person's own setting
    import resource  # noqa: PLC0415  # not there on Windows

    with suppress(OSError, ValueError):  # ValueError: what EPERM and EINVAL become
        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        if soft:
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
            _before.append((soft, hard))


def allow() -> None:
    """Put the limit back as it was, for the program that takes this one's place."""
    if sys.platform == "win32":
        return
    while _before:
        import resource  # noqa: PLC0415  # as above

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, _before.pop())
