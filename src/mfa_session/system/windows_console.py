"""The Windows console, which has no device like /dev/tty.

Its calls are in Microsoft's console API reference (GetConsoleMode, SetConsoleMode) and Python's
`msvcrt`. Both are passed in, so that tests run on any system.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

from mfa_session.model.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

STDIN, STDOUT, STDERR = -10, -11, -12
"""Arguments of GetStdHandle."""
UNDERSTANDS_SEQUENCES = 0x0004
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING of a console's output."""
DRAWS = 0x0001
"""ENABLE_PROCESSED_OUTPUT, which the flag above needs."""

_ENDS_LINE, _ENDS_INPUT = "\r\n", "\x04\x1a"
_INTERRUPTS, _KILLS = "\x03", "\x15\x1b"
_ERASES = "\b\x7f"
_OF_A_PAIR = "\x00\xe0"
"""The first of the two characters that an arrow or function key sends."""


class WindowsConsole:
    """The console of this process, if it has one."""

    def __init__(self, kernel32: Any, msvcrt: Any) -> None:
        self._kernel32 = kernel32
        self._msvcrt = msvcrt

    def is_there(self) -> bool:
        """Say whether a person sees it: one of our streams is the console.

        A program without a window, or under mintty, may have a console that nobody sees; its
        streams are files or pipes.
        """
        return any(self._mode(number) is not None for number in (STDIN, STDOUT, STDERR))

    def understands_sequences(self) -> bool:
        """Switch escape sequences on; say whether the console understands them.

        Windows Terminal always does, an older console only after this call.
        """
        mode = self._mode(STDERR)
        if mode is None:
            return False
        wanted = UNDERSTANDS_SEQUENCES | DRAWS
        handle = self._kernel32.GetStdHandle(STDERR)
        return mode & wanted == wanted or bool(self._kernel32.SetConsoleMode(handle, mode | wanted))

    def size(self) -> os.terminal_size:
        """Return its columns and lines; 0 by 0 if no stream of ours is the console."""
        for descriptor in (1, 2, 0):
            with suppress(OSError, ValueError):
                return os.get_terminal_size(descriptor)
        return os.terminal_size((0, 0))

    def identity(self) -> str | None:
        """Return an identity of this console; None without one."""
        return f"console {self._kernel32.GetConsoleWindow()}" if self.is_there() else None

    def read_line(self, question: str, *, hidden: bool) -> str:
        """Ask, and return the typed line; hidden input shows as `*`.

        Ctrl-C raises KeyboardInterrupt, Ctrl-D or Ctrl-Z on an empty line EOFError.
        """
        with open("CONOUT$", "w", encoding="utf-8", errors="replace") as screen:
            _show(screen, printable(question))
            try:
                return self._read_keys(screen, hidden=hidden)
            finally:
                _show(screen, "\n")

    def _read_keys(self, screen: TextIO, *, hidden: bool) -> str:
        typed = ""
        while (key := self._next_key()) not in _ENDS_LINE:
            if key in _ENDS_INPUT and typed:
                break
            if key in _ENDS_INPUT:
                raise EOFError
            if key in _ERASES + _KILLS:
                kept = "" if key in _KILLS else typed[:-1]
                _show(screen, "\b \b" * (len(typed) - len(kept)))
                typed = kept
            else:
                _show(screen, "*" if hidden else key)
                typed += key
        return typed

    def _next_key(self) -> str:
        """Return the next key of a character; raise KeyboardInterrupt for Ctrl-C."""
        while True:
            key = str(self._msvcrt.getwch())
            if key == _INTERRUPTS:
                raise KeyboardInterrupt
            if key not in _OF_A_PAIR or not self._msvcrt.kbhit():  # a single \xe0 is the letter à
                return key
            self._msvcrt.getwch()

    def _mode(self, number: int) -> int | None:
        mode = ctypes.c_ulong()
        handle = self._kernel32.GetStdHandle(number)
        told = self._kernel32.GetConsoleMode(handle, ctypes.byref(mode))
        return int(mode.value) if told else None


def this_console() -> WindowsConsole:
    """Return this process's console; only on Windows."""
    import msvcrt  # noqa: PLC0415  # only on Windows

    windll: Any = getattr(ctypes, "windll")  # noqa: B009  # only on Windows
    return WindowsConsole(windll.kernel32, msvcrt)


def _show(screen: TextIO, text: str) -> None:
    screen.write(text)
    screen.flush()
