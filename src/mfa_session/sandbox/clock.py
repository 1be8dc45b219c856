"""AWS's clock: what the sandbox believes the time to be."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone


class Clock:
    """Run beside the machine's clock, at an offset, or stand still; all times are aware UTC."""

    def __init__(self) -> None:
        """Start in step with the machine."""
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
        """Make it `moment` (aware); a running clock runs on from there."""
        with self._lock:
            self._offset = moment - datetime.now(timezone.utc)
            if self._frozen_at:
                self._frozen_at = moment.astimezone(timezone.utc)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once; a negative number turns the clock back."""
        self.set(self.now() + timedelta(seconds=seconds))

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock where it is, or at a moment."""
        now = at or self.now()
        with self._lock:
            self._frozen_at = now

    def unfreeze(self) -> None:
        """Let the clock run on from where it stood."""
        with self._lock:
            if self._frozen_at:
                self._offset = self._frozen_at - datetime.now(timezone.utc)
            self._frozen_at = None

    def reset(self) -> None:
        """Go back into step with the machine."""
        with self._lock:
            self._offset = timedelta(0)
            self._frozen_at = None


def iso(moment: datetime) -> str:
    """Format as AWS does in XML: `2031-01-31T12:00:00Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(moment: datetime) -> str:
    """Format as signatures do: `20310131T120000Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
