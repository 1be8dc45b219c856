"""This machine's clock, waits that a person can see, and the limits of this process.

Every command imports this module.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta, timezone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mfa_session.system.console import Console


LONGEST_NAP_SECONDS = 0.5
_CORE_LIMIT = b"Max core file size"
_core_limits_before: list[tuple[Any, Any]] = []


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process, which would contain secrets, if the system has a limit."""
    if sys.platform == "win32":
        return  # crash reports are the person's own setting
    # Linux usually has the limit at 0. Reading that takes microseconds, importing `resource` half a
    # millisecond.
    try:
        descriptor = os.open("/proc/self/limits", os.O_RDONLY)
    except OSError:
        limits = b""
    else:
        limits = os.read(descriptor, 4096)
        os.close(descriptor)
    if limits.partition(_CORE_LIMIT)[2].split()[:1] == [b"0"]:
        return
    import resource  # noqa: PLC0415  # not there on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if soft and _set_core_limit((0, hard)):
        _core_limits_before.append((soft, hard))


def allow_core_dumps() -> None:
    """Restore the limit for the program that replaces this one."""
    while _core_limits_before:
        _set_core_limit(_core_limits_before.pop())


def _set_core_limit(limits: tuple[Any, Any]) -> bool:
    if sys.platform == "win32":
        return False
    import resource  # noqa: PLC0415  # as above

    try:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
    except (OSError, ValueError):  # ValueError stands for EPERM and EINVAL
        return False
    return True


MOST_LOCKS = 500
KEPT_FOR_OTHERS = 128
"""Descriptors for connections, the files themselves, Python and libraries."""


def most_locks() -> int:
    """Return how many lock files may be open at a time; macOS allows 256 open files by default."""
    if sys.platform == "win32":
        return MOST_LOCKS
    import resource  # noqa: PLC0415  # not there on Windows

    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST_LOCKS
    return max(1, min(MOST_LOCKS, allowed - KEPT_FOR_OTHERS))


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
