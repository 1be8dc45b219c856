"""The prompt at a POSIX terminal; it reads hidden input key by key."""

from __future__ import annotations

import codecs
import errno
import os
import signal
import sys
from contextlib import suppress

from mfa_session.model.text import printable
from mfa_session.system.signals import ENDING, Interruptions, SignalPipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

assert sys.platform != "win32"  # noqa: S101  # for type checkers
import termios  # noqa: E402

_OF_THE_SYSTEM = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}


def read_line(question: str, *, hidden: bool) -> str:
    """Ask at the terminal, and return the typed line; hidden input shows as `*`.

    Raises EOFError at the end of input (Ctrl-D), or if the terminal is closed.
    """
    try:
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        try:
            return _ask_at(tty, question, hidden=hidden)
        finally:
            os.close(tty)
    except (OSError, termios.error) as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_SYSTEM:
            raise
        raise EOFError from error  # the window was closed


def _ask_at(tty: int, question: str, *, hidden: bool) -> str:
    """Ask, and restore the signal handlers and the terminal whatever ends the question.

    Ctrl-C, SIGTERM and SIGHUP raise for that, even if they were ignored at the start (`command &`
    in a script), so that the person can always end the question.
    """
    modes = termios.tcgetattr(tty)
    with SignalPipe() as arrivals, Interruptions(deferred=False) as signals:
        line = _Line(tty, arrivals, question, modes, hidden=hidden)
        continued = signal.getsignal(signal.SIGCONT)
        try:
            _set_handler(signal.SIGCONT, line.continued)
            return line.read()
        except BaseException:
            with suppress(OSError):
                os.write(tty, b"\n")  # the next message begins a new line
            raise
        finally:
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
            with suppress(termios.error):
                termios.tcsetattr(tty, termios.TCSADRAIN, modes)
            _set_handler(signal.SIGCONT, continued)
            signals.restore()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _set_handler(number: int, handler: Any) -> None:
    """Set a signal's handler; do nothing outside the main thread."""
    with suppress(ValueError):
        signal.signal(number, handler)


class _Line:
    def __init__(
        self, tty: int, arrivals: SignalPipe, question: str, modes: list[Any], *, hidden: bool
    ) -> None:
        self._tty = tty
        self._arrivals = arrivals
        self._question = question
        self._hidden = hidden
        self._typed = ""
        self._erases = {modes[6][termios.VERASE], b"\x7f", b"\x08"}
        self._ends_input = modes[6][termios.VEOF]
        self._kills = modes[6][termios.VKILL]
        self._modes = [*modes[:3], modes[3], *modes[4:6], list(modes[6])]
        if hidden:
            self._modes[3] &= ~(termios.ECHO | termios.ICANON)
            self._modes[3] |= termios.ECHONL  # marks our prompt for `is_full_screen`
            self._modes[6][termios.VMIN], self._modes[6][termios.VTIME] = 1, 0

    def read(self) -> str:
        """Return the line without its newline; EOFError at the end of input."""
        self._begin()
        typed = self._read_hidden() if self._hidden else self._read_shown()
        if self._hidden:
            os.write(self._tty, b"\n")
        return typed

    def continued(self, number: int, frame: FrameType | None) -> None:
        """Hide the input again after a stop (Ctrl-Z, `fg`), and repeat the question."""
        del number, frame
        with suppress(OSError, termios.error):
            # Setting modes in the background would stop us; `fg` sends SIGCONT again.
            if os.tcgetpgrp(self._tty) == os.getpgrp():
                self._begin()

    def _begin(self) -> None:
        self._typed = ""
        termios.tcsetattr(self._tty, termios.TCSADRAIN, self._modes)
        os.write(self._tty, printable(self._question).encode())

    def _read_shown(self) -> str:
        typed = b""
        while not typed.endswith(b"\n"):
            piece = self._read(1024)
            if not piece:
                raise EOFError
            typed += piece
        return typed.decode("utf-8", "replace").rstrip("\r\n")

    def _read_hidden(self) -> str:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while True:
            key = self._read(1)  # text after the line belongs to the next reader
            if key in {b"\n", b"\r"}:
                return self._typed
            if key in {b"", self._ends_input}:
                if not self._typed:
                    raise EOFError
                return self._typed
            if key in self._erases:
                self._erase(1)
            elif key == self._kills:
                self._erase(len(self._typed))
            else:
                self._take(decode(key))

    def _read(self, most: int) -> bytes:
        while not self._arrivals.wait(self._tty):
            pass  # a signal whose handler raised nothing
        return os.read(self._tty, most)

    def _take(self, letters: str) -> None:
        self._typed += letters
        os.write(self._tty, b"*" * len(letters))

    def _erase(self, most: int) -> None:
        count = min(most, len(self._typed))
        self._typed = self._typed[: len(self._typed) - count]
        os.write(self._tty, b"\b \b" * count)
