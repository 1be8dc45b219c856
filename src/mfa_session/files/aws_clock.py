"""How far AWS's clock is from this machine's, as its last answer told."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.files.state import StateDir

NAME = "clock-offset"
SLACK_SECONDS = 1
WORTH_WRITING_SECONDS = 2
SET_SECONDS = 2
MOST_SECONDS = 900
"""AWS refuses signatures that are further off: a larger offset is not AWS's."""


class AwsClock:
    """The offset, remembered until the machine's clock is set or the machine restarts."""

    def __init__(self, state: StateDir) -> None:
        """Take where to remember."""
        self._state = state
        self._offset: timedelta | None = None

    def offset(self) -> timedelta:
        """Return what must be added to this machine's time to get AWS's; zero if not known."""
        if self._offset is None:
            self._offset = self._remembered()
        return self._offset

    def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
        """Take the Date of an answer, and when this machine sent for it and got it.

        An offset of more than 15 min is not kept; nothing is raised.
        """
        seconds = offset_seconds(aws_time, sent_at, received_at)
        if abs(seconds) > MOST_SECONDS:
            return
        try:
            known = self.offset().total_seconds()
            self._offset = timedelta(seconds=seconds)
            if abs(seconds - known) >= WORTH_WRITING_SECONDS or (known and not seconds):
                self._remember(seconds)
        except ConfigurationError:
            return  # a nicety: the next answer tells it again

    def _remember(self, seconds: int) -> None:
        if seconds:
            self._state.write(NAME, f"{seconds} {_setting():.1f}\n".encode())
        else:
            self._state.remove(NAME)

    def _remembered(self) -> timedelta:
        words = (self._state.read(NAME) or b"").decode("ascii", "replace").split()
        try:
            seconds, setting = int(words[0]), float(words[1])
        except (IndexError, ValueError, OverflowError):
            return timedelta(0)
        # The clock was set, or the machine restarted: what was learned is of another clock.
        same = abs(setting - _setting()) < SET_SECONDS
        believed = same and abs(seconds) <= MOST_SECONDS
        return timedelta(seconds=seconds if believed else 0)


class ClockReading:
    """The offset as the last answer told it, remembered nowhere; `seconds` is None before."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.seconds: int | None = None

    def learn(self, aws_time: datetime, sent_at: datetime, received_at: datetime) -> None:
        """Take the Date of an answer, and when this machine sent for it and got it."""
        self.seconds = offset_seconds(aws_time, sent_at, received_at)


def offset_seconds(aws_time: datetime, sent_at: datetime, received_at: datetime) -> int:
    """Return what AWS's clock shows more than this machine's.

    The Date counts whole seconds, and was written somewhere in between: only what cannot be
    explained by that is an offset.
    """
    least = (aws_time - received_at).total_seconds()
    most = (aws_time - sent_at).total_seconds() + 1
    explained = least <= SLACK_SECONDS and most >= -SLACK_SECONDS
    return 0 if explained else round((least + most) / 2)


def _setting() -> float:
    """Return wall time less time since start: it stays the same unless the clock is set."""
    if sys.platform == "linux":  # whose monotonic clock stands still while the machine sleeps
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time() - time.monotonic()
