"""The terminal itself, whatever stdin, stdout and stderr are."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

from mfa_session.model.errors import NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from mfa_session.model.errors import MfaSessionError


class Terminal:
    """The controlling terminal, if there is one and this process may read from it."""

    def __init__(self, *, may_ask: bool) -> None:
        """Take whether questions are allowed at all (`--no-input`)."""
        self._may_ask = may_ask

    def can_ask(self) -> bool:
        """Say whether a question would reach a person: a terminal, and we are in its foreground."""
        if not self._may_ask:
            return False
        if sys.platform == "win32":
            return sys.stderr is not None and sys.stderr.isatty()
        try:
            tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            return False
        try:
            return os.tcgetpgrp(tty) == os.getpgrp()
        except OSError:
            return False
        finally:
            os.close(tty)

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
        self.write(text + "\n")

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

    def _read_tty(question: str, *, hidden: bool) -> str:
        try:
            tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
            try:
                return _ask_at(tty, question, hidden=hidden)
            finally:
                os.close(tty)
        except (OSError, termios.error) as error:  # its window was closed
            raise no_answer() from error

    _ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def _ask_at(tty: int, question: str, *, hidden: bool) -> str:
        """Ask; whatever ends the question, signals and terminal are put back as they were.

        Ctrl-C, SIGTERM and SIGHUP unwind the stack for that, even where a shell has started
        `command &` in a script with SIGINT ignored: who is asked may end it still.
        """
        modes = termios.tcgetattr(tty)
        end, before = _Ending(), {}
        try:
            for number in _ENDING:
                before[number] = signal.signal(number, end)
            return _read_line(tty, question, hidden=hidden)
        finally:
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
            with suppress(termios.error):
                termios.tcsetattr(tty, termios.TCSADRAIN, modes)
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    class _Ending:
        """A handler that strikes once.

        A closed window sends several signals, and what the first one has begun (putting the
        terminal back, undoing) may not be cut short by the next.
        """

        def __init__(self) -> None:
            self._has_struck = False

        def __call__(self, number: int, frame: FrameType | None) -> None:
            del frame
            if self._has_struck:
                return
            self._has_struck = True
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            raise SystemExit(128 + number)

    def _read_line(tty: int, question: str, *, hidden: bool) -> str:
        if hidden:
            modes = termios.tcgetattr(tty)
            modes[3] &= ~termios.ECHO
            termios.tcsetattr(tty, termios.TCSADRAIN, modes)
        os.write(tty, question.encode())
        typed = b""
        while not typed.endswith(b"\n"):
            piece = os.read(tty, 1024)
            if not piece:
                os.write(tty, b"\n")
                raise no_answer()
            typed += piece
        if hidden:
            os.write(tty, b"\n")
        return typed.decode("utf-8", "replace").rstrip("\r\n")


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
