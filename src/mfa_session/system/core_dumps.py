"""Core dumps: none while this process holds secrets, as usual for what it starts."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_before: list[tuple[Any, Any]] = []


def forbid() -> None:
    """Have the system write no core dump of this process from now on."""
    try:
        import resource  # noqa: PLC0415  # POSIX only
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if soft:
        _before.append((soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def allow() -> None:
    """Put the limit back as it was, for the program that takes this one's place."""
    while _before:
        import resource  # noqa: PLC0415  # POSIX only

        resource.setrlimit(resource.RLIMIT_CORE, _before.pop())
