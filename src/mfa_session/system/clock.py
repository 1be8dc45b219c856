"""The time of this machine."""

from __future__ import annotations

from datetime import datetime, timezone


class SystemClock:
    """The wall clock, and when this process began."""

    def __init__(self) -> None:
        """Take the moment as the beginning: the entry point makes the clock first of all."""
        self.started_at = self.now()

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return datetime.now(timezone.utc)
