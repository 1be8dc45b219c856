"""Messages to the person, on stderr, and the line that a pipe gives on stdin."""

from __future__ import annotations

import os
import sys

from mfa_session.model.errors import NoMfaError, hint_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from typing import TextIO


USUAL_COLUMNS = 80
LONGEST_LINE_BYTES = 64
LONGEST_SECRET_BYTES = 4096
COLOURS = {"red": "31", "yellow": "33", "green": "32", "bold": "1", "dim": "2"}


class Console:
    """Writes lines to stderr, control characters as `?`; ignores a closed or broken stream."""

    def __init__(self, verbosity: int, environ: Mapping[str, str]) -> None:
        self.verbosity = verbosity
        self._environ = environ
        self._shown = ""

    def say(self, text: str) -> None:
        """Tell what happened."""
        self._write("", text)

    def warn(self, text: str) -> None:
        """See Console."""
        self._write(f"mfa-session: {self._paint('warning:', 'yellow')} ", text)

    def detail(self, text: str) -> None:
        """See Console."""
        if self.verbosity:
            self._write("mfa-session: ", text)

    def shows_progress(self) -> bool:
        """Say whether anybody sees `progress`: stderr is a terminal."""
        return is_terminal(sys.stderr)

    def progress(self, text: str) -> None:
        """Show the current step in place of the one before; `""` removes it.

        It is one line, cut at the terminal's width, and nothing if stderr is not a terminal. A
        terminal that cannot rewrite a line gets a new one when more than numbers change.
        """
        if text == self._shown:
            return
        columns = columns_of(sys.stderr)
        if columns is None or not self.shows_progress():
            return
        from mfa_session.system.waiting import cut, without_numbers  # noqa: PLC0415  # on the way

        before, self._shown = self._shown, text
        if draws(self._environ):
            self._put(f"\r\x1b[K{cut(text, columns)}")
        elif text and without_numbers(text) != without_numbers(before):
            self._put(f"{cut(text, len(text) + 1)}\n")

    def announce(self, text: str) -> None:
        """Announce a long step; do nothing if stderr is not a terminal."""
        if self.shows_progress():
            self.say(text)

    def doing(self, text: str) -> AbstractContextManager[None]:
        """See Console."""
        from mfa_session.system.waiting import doing  # noqa: PLC0415  # contextlib

        return doing(self.progress, text)

    def error(self, message: str, hint: str) -> None:
        """Say what is wrong, then the hint."""
        self._write(f"mfa-session: {self._paint('error:', 'red')} ", message)
        if hint:
            self._write("hint: ", hint_for(self._environ, hint))

    def paint_for_stdout(self, text: str, colour: str) -> str:
        """Colour a text for stdout."""
        return paint(text, colour, sys.stdout, self._environ)

    def _paint(self, text: str, colour: str) -> str:
        return paint(text, colour, sys.stderr, self._environ)

    def _write(self, opening: str, text: str) -> None:
        from mfa_session.model.text import printable_lines  # noqa: PLC0415  # most say nothing

        if self._shown:
            self.progress("")
        self._put(f"{opening}{printable_lines(text)}\n")

    def _put(self, text: str) -> None:
        try:
            if not speaks_unicode(sys.stderr):
                text = text.replace("…", "...")  # our only letter beyond ASCII
            sys.stderr.write(text)
            sys.stderr.flush()
        except (AttributeError, OSError, ValueError):
            return


def paint(text: str, colour: str, stream: TextIO, environ: Mapping[str, str]) -> str:
    """Return the text in a colour if the stream is a terminal and NO_COLOR is not set."""
    if environ.get("NO_COLOR") or not is_terminal(stream) or not draws(environ):
        return text
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def draws(environ: Mapping[str, str]) -> bool:
    """Say whether a terminal takes escape sequences, which one with TERM=dumb does not."""
    if environ.get("TERM") == "dumb":
        return False
    if sys.platform == "win32":
        from mfa_session.system.windows_console import this_console  # noqa: PLC0415  # ctypes

        return this_console().understands_sequences()
    return True


def speaks_unicode(stream: TextIO) -> bool:
    """Say whether a stream's encoding has every letter."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().startswith("utf")


def columns_of(stream: TextIO | None) -> int | None:
    """Return the width of a stream's terminal; None if it is not one."""
    if stream is None or not is_terminal(stream):
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL_COLUMNS
    except OSError:
        return USUAL_COLUMNS


def is_terminal(stream: TextIO | None) -> bool:
    """Say whether a stream is a terminal."""
    try:
        return stream is not None and os.isatty(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return False


def printable_painted(line: str) -> str:
    """Return a line without control characters, except our own colours."""
    from mfa_session.model.text import printable  # noqa: PLC0415  # most say nothing

    if line.isprintable():
        return printable(line)
    first, *rest = line.expandtabs().split("\x1b[")
    shown = printable(first)
    for part in rest:
        number, mark, text = part.partition("m")
        ours = mark and number in {"0", *COLOURS.values()}
        shown += f"\x1b[{number}m{printable(text)}" if ours else printable("\x1b[" + part)
    return shown


def read_line() -> str:
    """Return the first line of stdin, up to 64 bytes; NoMfaError without one.

    The rest belongs to `exec`'s command, so no further byte is read.
    """
    line = _read_first_line(LONGEST_LINE_BYTES)
    if not line.strip():
        raise NoMfaError(
            "code-needed", "no code came on stdin", "write it there: echo 123456 | mfa-session …"
        )
    return line


def read_secret_line() -> str | None:
    """Return the first line of stdin, or "" without one; None if stdin is a terminal."""
    return None if is_terminal(sys.stdin) else _read_first_line(LONGEST_SECRET_BYTES)


def _read_first_line(most_bytes: int) -> str:
    line = b""
    try:
        # If stdin was closed, descriptor 0 may be another file; sys.stdin is None then.
        while sys.stdin is not None and len(line) < most_bytes:
            piece = os.read(sys.stdin.fileno(), 1)
            line += piece
            if piece in (b"", b"\n"):
                break
    except (OSError, ValueError):
        return ""
    return line.decode("utf-8", "replace")
