"""Whether a question at the terminal would reach a person, told without what asking it imports."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":

    def can_ask() -> bool:
        """Say whether there is a console."""
        return sys.stderr is not None and sys.stderr.isatty()

    def is_full_screen(tty: int) -> bool:
        """Say False: a Windows console has no such mode."""
        del tty
        return False

else:
    import termios

    def can_ask() -> bool:
        """Say whether a question would reach a person.

        There is a terminal, we are in its foreground, and no full-screen program reads its keys.
        """
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
        try:
            flags = termios.tcgetattr(tty)[3]
        except (OSError, termios.error):
            return False
        return not flags & (termios.ICANON | termios.ECHONL)
