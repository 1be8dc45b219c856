"""How many files this process may have open."""

from __future__ import annotations

import sys

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
