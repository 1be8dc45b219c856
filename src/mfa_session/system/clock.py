"""This machine's time and AWS's, and waits that a person can see."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.system.console import Console


LONGEST_NAP_SECONDS = 0.5


class SystemClock:
    """The wall clock, corrected by AWS's, and the time when this process began.

    `offset` returns AWS's time minus this machine's.
    """

    def __init__(self) -> None:
        self._began = self.local_now()
        self.offset: Callable[[], timedelta] = timedelta

    def local_now(self) -> datetime:
        """Return this machine's aware UTC time."""
        return datetime.now(timezone.utc)

    def now(self) -> datetime:
        """Return AWS's aware UTC time, or this machine's if AWS's is unknown."""
        return self.local_now() + self.offset()

    @property
    def started_at(self) -> datetime:
        """The second in which this process began, by the same clock as `now`."""
        return (self._began + self.offset()).replace(microsecond=0)

    def pause(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def sleep_until(self, moment: datetime, tick: Callable[[int], None]) -> None:
        """Sleep until AWS's clock shows `moment`; `tick` gets each new count of seconds left."""
        shown = -1
        while (left := (moment - self.now()).total_seconds()) > 0:
            if int(left) + 1 != shown:
                shown = int(left) + 1
                tick(shown)
            time.sleep(min(left, LONGEST_NAP_SECONDS))


def wait_until(clock: SystemClock, talk: Console, moment: datetime, what: str) -> None:
    """Wait for `what`, with a countdown where it is seen, or with one line."""
    if not talk.shows_progress():
        seconds = int((moment - clock.now()).total_seconds()) + 1
        talk.say(f"waiting {seconds} s for {what}")
        clock.sleep_until(moment, lambda _left: None)
        return
    try:
        clock.sleep_until(moment, lambda left: talk.progress(f"waiting {left:2} s for {what}"))
    finally:
        talk.progress("")
