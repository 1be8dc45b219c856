"""Core dumps: none while this process holds secrets, as usual for what it starts."""

from __future__ import annotations

from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_before: list[tuple[Any, Any]] = []


def forbid() -> None:
    """Have the system write no core dump of this process from now on, where it has such a limit."""
    with suppress(ImportError, OSError, ValueError):  # ValueError: what EPERM and EINVAL become
        import resource  # noqa: PLC0415  # POSIX only

        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        if soft:
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
            _before.append((soft, hard))


def allow() -> None:
    """Put the limit back as it was, for the program that takes this one's place."""
    while _before:
        import resource  # noqa: PLC0415  # POSIX only

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, _before.pop())
