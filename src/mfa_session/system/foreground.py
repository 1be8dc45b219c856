"""The terminal, lent to a program that stands in a process group of its own."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress

from mfa_session.system.terminal_presence import is_full_screen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

if sys.platform == "win32":

    @contextmanager
    def lend_terminal(group: int) -> Iterator[bool]:
        """Yield False: a Windows console has no foreground group, all may read from it."""
        del group
        yield False

    @contextmanager
    def open_for_words() -> Iterator[int | None]:
        """Yield None: a program's words go where ours go."""
        yield None

else:
    import signal
    import termios

    @contextmanager
    def lend_terminal(group: int) -> Iterator[bool]:
        """Make `group` the terminal's foreground group, if ours is; take it back at the end.

        Yields whether it was lent. Keys that end a program (Ctrl-C) reach only the group then.
        """
        with _open_terminal() as tty:
            if tty is None or not _is_ours(tty):
                yield False
                return
            modes = termios.tcgetattr(tty)
            try:
                _hand_over(tty, group)
                yield True
            finally:
                _take_back(tty, modes)

    @contextmanager
    def open_for_words() -> Iterator[int | None]:
        """Yield the terminal for a program's stderr, where a question would be asked; else None."""
        with _open_terminal() as tty:
            yield tty if tty is not None and _is_ours(tty) and not is_full_screen(tty) else None

    @contextmanager
    def _open_terminal() -> Iterator[int | None]:
        try:
            tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            yield None
            return
        try:
            yield tty
        finally:
            os.close(tty)

    def _is_ours(tty: int) -> bool:
        with suppress(OSError):
            return os.tcgetpgrp(tty) == os.getpgrp()
        return False

    def _hand_over(tty: int, group: int) -> None:
        with suppress(OSError, termios.error):
            os.tcsetpgrp(tty, group)
            os.killpg(group, signal.SIGCONT)  # it may have read too early, and been stopped for it

    def _take_back(tty: int, modes: list[Any]) -> None:
        """Make our group the foreground one again; who of it read meanwhile goes on."""
        # From the background, the call that takes the terminal back would stop us.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            with suppress(OSError, termios.error):
                os.tcsetpgrp(tty, os.getpgrp())
                termios.tcsetattr(tty, termios.TCSANOW, modes)
                os.killpg(os.getpgrp(), signal.SIGCONT)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
