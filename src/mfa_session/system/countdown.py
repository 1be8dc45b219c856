"""Waiting that a person can see."""

from __future__ import annotations

import sys

from mfa_session.system.console import is_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.system.clock import SystemClock
    from mfa_session.system.console import Console


def wait_until(clock: SystemClock, talk: Console, moment: datetime, what: str) -> None:
    """Wait for `what`: a countdown where stderr is a terminal, one line where it is not."""
    if not is_terminal(sys.stderr):
        seconds = int((moment - clock.now()).total_seconds()) + 1
        talk.say(f"waiting {seconds} s for {what}")
        clock.sleep_until(moment, lambda _left: None)
        return
    try:
        clock.sleep_until(moment, lambda left: talk.progress(f"waiting {left:2} s for {what}"))
    finally:
        talk.progress("")
