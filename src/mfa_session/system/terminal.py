"""The terminal itself, whatever stdin, stdout and stderr are."""

from __future__ import annotations

import codecs
import errno
import os
import signal
import sys
from contextlib import suppress

from mfa_session.model.errors import NoMfaError
from mfa_session.model.text import printable
from mfa_session.system.signals import ENDING, Interruptions
from mfa_session.system.terminal_presence import can_ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from mfa_session.model.errors import MfaSessionError


class Terminal:
    """The controlling terminal, if there is one and this process may read from it."""

    def __init__(self, *, may_ask: bool) -> None:
        """Take whether questions are allowed at all (`--no-input`)."""
        self._may_ask = may_ask

    def can_ask(self) -> bool:
        """Say whether a question would reach a person, and is allowed."""
        return self._may_ask and can_ask()

    def identity(self) -> str | None:
        """Return what tells this terminal from another, or None without one."""
        if sys.platform == "win32":
            return None
        try:
            os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        except OSError:
            return None
        return str(os.getsid(0))

    def tell(self, text: str) -> None:
        """Write a line to the terminal, if it is still there."""
        self.write(printable(text) + "\n")

    def write(self, text: str) -> None:
        """Write to the terminal as it is, if it is still there."""
        with (
            suppress(OSError),
            open(_output_device(), "w", encoding="utf-8", errors="replace") as terminal,
        ):
            terminal.write(text)

    def size(self) -> os.terminal_size:
        """Return how many columns and lines it has; 80 by 24 where it does not tell."""
        try:
            with open(_output_device(), "w", encoding="utf-8") as terminal:
                size = os.get_terminal_size(terminal.fileno())
        except OSError:
            size = os.terminal_size((0, 0))
        return size if min(size) > 0 else os.terminal_size((80, 24))

    def ask(self, question: str) -> str:
        """Ask, and return the line typed, shown; Ctrl-D is a NoMfaError."""
        return self._read(question, hidden=False)

    def ask_hidden(self, question: str) -> str:
        """Ask, and return the line typed, not shown; Ctrl-D is a NoMfaError."""
        return self._read(question, hidden=True)

    def _read(self, question: str, *, hidden: bool) -> str:
        if sys.platform == "win32":
            return _read_console(question, hidden=hidden)
        return _read_tty(question, hidden=hidden)


def no_answer() -> MfaSessionError:
    """Return the error for an end of input (Ctrl-D) where an answer was asked."""
    return NoMfaError(
        "no-answer", "the question at the terminal was not answered", "run it again and answer"
    )


def _output_device() -> str:
    return "CONOUT$" if sys.platform == "win32" else "/dev/tty"


if sys.platform == "win32":

    def _read_console(question: str, *, hidden: bool) -> str:
        import msvcrt  # noqa: PLC0415  # exists on Windows only

        with open("CONOUT$", "w", encoding="utf-8") as screen:
            screen.write(question)
            screen.flush()
            typed = ""
            while (letter := msvcrt.getwch()) not in "\r\n":
                if letter == "\x03":
                    raise KeyboardInterrupt
                if letter in "\x04\x1a":
                    raise no_answer()
                typed = typed[:-1] if letter == "\b" else typed + letter
                if not hidden:
                    screen.write(letter)
                    screen.flush()
            screen.write("\n")
        return typed

else:
    import termios

    _OF_THE_SYSTEM = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}

    def _read_tty(question: str, *, hidden: bool) -> str:
        try:
            tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
            try:
                return _ask_at(tty, question, hidden=hidden)
            finally:
                os.close(tty)
        except (OSError, termios.error) as error:
            if isinstance(error, OSError) and error.errno in _OF_THE_SYSTEM:
                raise
            raise no_answer() from error  # its window was closed

    def _ask_at(tty: int, question: str, *, hidden: bool) -> str:
        """Ask; whatever ends the question, signals and terminal are put back as they were.

        Ctrl-C, SIGTERM and SIGHUP unwind the stack for that, even where a shell has started
        `command &` in a script with SIGINT ignored: who is asked may end it still.
        """
        modes = termios.tcgetattr(tty)
        with Interruptions(deferred=False) as interruptions:
            line = _Line(tty, question, modes, hidden=hidden)
            continued = signal.getsignal(signal.SIGCONT)
            try:
                _set_handler(signal.SIGCONT, line.continued)
                return line.read()
            except BaseException:
                with suppress(OSError):
                    os.write(tty, b"\n")  # what is said next has a line of its own
                raise
            finally:
                mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
                with suppress(termios.error):
                    termios.tcsetattr(tty, termios.TCSADRAIN, modes)
                _set_handler(signal.SIGCONT, continued)
                interruptions.give_back()
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _set_handler(number: int, handler: Any) -> None:
        """Set a signal's handler, where Python allows it: in the main thread."""
        with suppress(ValueError):
            signal.signal(number, handler)

    class _Line:
        """A question, and the line that is typed; hidden, each character shows as `*`."""

        def __init__(self, tty: int, question: str, modes: list[Any], *, hidden: bool) -> None:
            self._tty = tty
            self._question = question
            self._hidden = hidden
            self._typed = ""
            self._erases = {modes[6][termios.VERASE], b"\x7f", b"\x08"}
            self._ends_input = modes[6][termios.VEOF]
            self._kills = modes[6][termios.VKILL]
            self._modes = [*modes[:3], modes[3], *modes[4:6], list(modes[6])]
            if hidden:
                self._modes[3] &= ~(termios.ECHO | termios.ICANON)
                self._modes[3] |= termios.ECHONL  # which tells our prompt: `is_full_screen`
                self._modes[6][termios.VMIN], self._modes[6][termios.VTIME] = 1, 0

        def read(self) -> str:
            """Return the line, without its end; NoMfaError for the end of input."""
            self._begin()
            typed = self._read_hidden() if self._hidden else self._read_shown()
            if self._hidden:
                os.write(self._tty, b"\n")
            return typed

        def continued(self, number: int, frame: FrameType | None) -> None:
            """Hide again and repeat the question after a stop: the shell has shown the keys."""
            del number, frame
            with suppress(OSError, termios.error):
                # From the background, setting modes would stop us; `fg` continues us once more.
                if os.tcgetpgrp(self._tty) == os.getpgrp():
                    self._begin()

        def _begin(self) -> None:
            self._typed = ""
            termios.tcsetattr(self._tty, termios.TCSADRAIN, self._modes)
            os.write(self._tty, printable(self._question).encode())

        def _read_shown(self) -> str:
            typed = b""
            while not typed.endswith(b"\n"):
                piece = os.read(self._tty, 1024)
                if not piece:
                    raise no_answer()
                typed += piece
            return typed.decode("utf-8", "replace").rstrip("\r\n")

        def _read_hidden(self) -> str:
            decode = codecs.getincrementaldecoder("utf-8")("replace").decode
            while True:
                key = os.read(self._tty, 1)  # what follows the line is the next reader's
                if key in {b"\n", b"\r"}:
                    return self._typed
                if key in {b"", self._ends_input}:
                    if not self._typed:
                        raise no_answer()
                    return self._typed
                if key in self._erases:
                    self._erase(1)
                elif key == self._kills:
                    self._erase(len(self._typed))
                else:
                    self._take(decode(key))

        def _take(self, letters: str) -> None:
            self._typed += letters
            os.write(self._tty, b"*" * len(letters))

        def _erase(self, most: int) -> None:
            count = min(most, len(self._typed))
            self._typed = self._typed[: len(self._typed) - count]
            os.write(self._tty, b"\b \b" * count)


def confirm(terminal: Terminal, question: str) -> bool | None:
    """Ask for a yes; None where nobody can be asked."""
    if not terminal.can_ask():
        return None
    return terminal.ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def choose_device(terminal: Terminal, serials: list[str]) -> str | None:
    """Let the person pick one of several devices by number; None where nobody can be asked."""
    return choose(terminal, "Several MFA devices:", serials) if terminal.can_ask() else None


def choose(terminal: Terminal, title: str, items: list[str]) -> str:
    """Let the person pick one of several things by number."""
    terminal.tell(title)
    for number, item in enumerate(items, 1):
        terminal.tell(f"  {number}  {item}")
    while True:
        answer = terminal.ask(f"Which one (1-{len(items)})? ").strip()
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(items):
            return items[int(answer) - 1]
        terminal.tell(f"a number from 1 to {len(items)}, please")
