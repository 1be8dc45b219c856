"""A clock that a test turns."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

from mfa_session.sandbox.clock import Clock


class MovableClock(Clock):
    """A clock that shows the machine's time, or an offset to it, or stands still (aware UTC)."""

    def __init__(self) -> None:
        """Start with the machine's time."""
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return the sandbox's time."""
        with self._lock:
            return self._frozen_at or datetime.now(timezone.utc) + self._offset

    def epoch_seconds(self) -> float:
        """Return the sandbox's time as seconds since 1970."""
        return self.now().timestamp()

    def set(self, moment: datetime) -> None:
        """Set the time to `moment` (aware); a running clock goes on from there."""
        with self._lock:
            self._offset = moment - datetime.now(timezone.utc)
            if self._frozen_at:
                self._frozen_at = moment.astimezone(timezone.utc)

    def advance(self, seconds: float) -> None:
        """Move the time by `seconds`, back if negative."""
        self.set(self.now() + timedelta(seconds=seconds))

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock now, or at a moment."""
        now = at or self.now()
        with self._lock:
            self._frozen_at = now

    def reset(self) -> None:
        """Return to the machine's time."""
        with self._lock:
            self._offset = timedelta(0)
            self._frozen_at = None
