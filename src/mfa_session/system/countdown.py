"""Waiting that a person can see."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.system.clock import SystemClock
    from mfa_session.system.console import Console


def wait_until(clock: SystemClock, talk: Console, moment: datetime, what: str) -> None:
    """Wait for `what`: a countdown where stderr is a terminal, one line where it is not."""
    if not _stderr_is_terminal():
        seconds = int((moment - clock.now()).total_seconds()) + 1
        talk.say(f"waiting {seconds} s for {what}")
        clock.sleep_until(moment, lambda _left: None)
        return
    try:
        clock.sleep_until(moment, lambda left: _rewrite(f"waiting {left:2} s for {what}"))
    finally:
        _rewrite("")


def _rewrite(text: str) -> None:
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()


def _stderr_is_terminal() -> bool:
    try:
        return sys.stderr is not None and os.isatty(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
