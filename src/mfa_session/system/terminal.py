"""The controlling terminal, whatever stdin, stdout and stderr are."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress

from mfa_session.model.errors import Interrupted, NoMfaError
from mfa_session.model.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mfa_session.model.errors import MfaSessionError
    from mfa_session.system.windows_console import WindowsConsole

FZF = ("--no-multi", "--height=40%", "--reverse", "--delimiter=\t", "--with-nth=2..")
PICKED, NO_MATCH, GIVEN_UP = 0, 1, 130


class Terminal:
    """The controlling terminal, if there is one and this process may read from it."""

    def __init__(self, *, may_ask: bool) -> None:
        self._may_ask = may_ask

    def can_ask(self) -> bool:
        """See Terminal."""
        return self._may_ask and can_ask()

    def identity(self) -> str | None:
        """Return an identity of this terminal; None without one."""
        if sys.platform == "win32":
            return _console().identity()
        with open_terminal() as tty:
            return None if tty is None else str(os.getsid(0))

    def tell(self, text: str) -> None:
        """Write a line to the terminal, if it is still there."""
        self.write(printable(text) + "\n")

    def write(self, text: str) -> None:
        """Write text unchanged to the terminal, if it is still there."""
        device = "CONOUT$" if sys.platform == "win32" else "/dev/tty"
        with (
            suppress(OSError),
            open(device, "w", encoding="utf-8", errors="replace") as terminal,
        ):
            terminal.write(text)

    def size(self) -> os.terminal_size:
        """Return its columns and lines; 80 by 24 if unknown."""
        if sys.platform == "win32":
            size = _console().size()
        else:
            size = _tty_size()
        return size if min(size) > 0 else os.terminal_size((80, 24))

    def ask(self, question: str) -> str:
        """See Terminal."""
        return self._read(question, hidden=False)

    def ask_hidden(self, question: str) -> str:
        """Ask, and return the line typed without echo; NoMfaError after Ctrl-D."""
        return self._read(question, hidden=True)

    def _read(self, question: str, *, hidden: bool) -> str:
        if sys.platform == "win32":
            read_line = _console().read_line
        else:
            from mfa_session.system.tty_prompt import read_line  # noqa: PLC0415  # elsewhere
        try:
            return read_line(question, hidden=hidden)
        except EOFError:
            raise no_answer() from None


def can_ask() -> bool:
    """Say whether a question reaches a person.

    That needs a terminal with us in the foreground, and no full-screen program that reads its keys.
    """
    if sys.platform == "win32":  # consoles have no foreground
        return _console().is_there()
    with open_terminal() as tty:
        return tty is not None and is_in_foreground(tty) and not is_full_screen(tty)


@contextmanager
def open_terminal() -> Iterator[int | None]:
    """Yield the terminal's descriptor; None without a terminal, and on Windows."""
    if sys.platform == "win32":
        yield None
        return
    try:
        tty = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        yield None
        return
    try:
        yield tty
    finally:
        os.close(tty)


def is_in_foreground(tty: int) -> bool:
    """Say whether the terminal's keys reach our process group."""
    if sys.platform != "win32":
        with suppress(OSError):
            return os.tcgetpgrp(tty) == os.getpgrp()
    return False


def is_full_screen(tty: int) -> bool:
    """Say whether another program reads the terminal key by key, as full-screen programs do.

    A question would overwrite its screen and get no answer. Our own hidden prompt also reads by
    keys; it sets ECHONL, which has no effect then, to be recognised.
    """
    if sys.platform == "win32":
        return False
    import termios  # noqa: PLC0415  # not there on Windows

    try:
        flags = termios.tcgetattr(tty)[3]
    except (OSError, termios.error):
        return False
    return not flags & (termios.ICANON | termios.ECHONL)


def _console() -> WindowsConsole:
    from mfa_session.system.windows_console import this_console  # noqa: PLC0415  # ctypes

    return this_console()


def _tty_size() -> os.terminal_size:
    with open_terminal() as tty, suppress(OSError):
        if tty is not None:
            return os.get_terminal_size(tty)
    return os.terminal_size((0, 0))


def no_answer() -> MfaSessionError:
    """Return the error for Ctrl-D at a question."""
    return NoMfaError(
        "no-answer", "the question at the terminal was not answered", "run it again and answer"
    )


def confirm(terminal: Terminal, question: str) -> bool | None:
    """Ask a yes-or-no question; None with nobody to ask."""
    if not terminal.can_ask():
        return None
    return terminal.ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def choose_device(terminal: Terminal, serials: list[str]) -> str | None:
    """Let the person pick a device by number; None with nobody to ask."""
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


def pick(
    terminal: Terminal, environ: Mapping[str, str], title: str, items: Sequence[tuple[str, str]]
) -> str:
    """Return the picked name; `items` are names, each with a few words about it.

    Raises Interrupted if nothing is picked, and NoMfaError at the end of input.
    """
    from mfa_session.system.programs import find_program  # noqa: PLC0415  # not for a login

    width = max(len(name) for name, _ in items)
    shown = [printable(f"{name.ljust(width)}  {about}".rstrip()) for name, about in items]
    fzf = find_program("fzf", environ)
    place = _ask_fzf(fzf, environ, title, shown) if fzf else None
    if place is None:
        place = shown.index(choose(terminal, title, shown))
    return items[place][0]


def _ask_fzf(
    program: str, environ: Mapping[str, str], title: str, shown: Sequence[str]
) -> int | None:
    import subprocess  # noqa: PLC0415  # as above

    from mfa_session.model.settings import without_code  # noqa: PLC0415

    lines = "".join(f"{place}\t{line}\n" for place, line in enumerate(shown))
    try:
        done = subprocess.run(
            [program, *FZF, f"--prompt={title} "],
            input=os.fsencode(lines),
            stdout=subprocess.PIPE,
            env=without_code(environ),
            check=False,
        )
    except OSError:
        return None
    if done.returncode in {NO_MATCH, GIVEN_UP}:
        raise Interrupted("interrupted", "nothing was chosen; nothing was changed")
    place = done.stdout.partition(b"\t")[0]
    picked = done.returncode == PICKED and place.isdigit() and int(place) < len(shown)
    return int(place) if picked else None
