"""Whether a question at the terminal would reach a person, told without what asking it imports."""

from __future__ import annotations

import os
import sys


def can_ask() -> bool:
    """Say whether a question would reach a person.

    There is a terminal, we are in its foreground, and no full-screen program reads its keys.
    """
    if sys.platform == "win32":  # whose consoles have neither a foreground nor such programs
        from mfa_session.system.windows_console import this_console  # noqa: PLC0415  # ctypes

        return this_console().is_there()
    try:
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(tty) == os.getpgrp() and not is_full_screen(tty)
    except OSError:
        return False
    finally:
        os.close(tty)


def is_full_screen(tty: int) -> bool:
    """Say whether another program reads the terminal key by key, as those with screens do.

    A question there would overwrite its screen, and its answer would never come. Our own
    prompt reads by keys, too: it is told by ECHONL, which has no effect then.
    """
    if sys.platform == "win32":
        return False
    import termios  # noqa: PLC0415  # not there on Windows

    try:
        flags = termios.tcgetattr(tty)[3]
    except (OSError, termios.error):
        return False
    return not flags & (termios.ICANON | termios.ECHONL)
