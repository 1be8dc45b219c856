"""Splits a partly typed bash command line into words, for completion.

bash cuts the words of a completion function also at `=` and `:`, and keeps their quotes; to split
them in bash is slow for long lines.
"""

from __future__ import annotations

from mfa_session.model.record import Record
from mfa_session.model.text import PLAIN

_BLANKS = " \t\n"
_PLAIN_ENDS = _BLANKS + "\"'\\"
_ESCAPED_BETWEEN_QUOTES = '"\\$`'
_LAST_ASCII = "\x7f"
"""No character beyond it needs quotes."""


class BashLine(Record):
    """The words without quotes, the position of each in the line, and the open quote.

    The last word ends at the end of the line; it is empty after a blank.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    quote: str

    def continue_word(self, rest: str) -> str:
        """Return `rest` quoted so that it continues the last word."""
        if self.quote == "'":
            return rest.replace("'", "'\\''")
        if self.quote:
            return "".join(
                "\\" + char if char in _ESCAPED_BETWEEN_QUOTES else char for char in rest
            )
        return "".join(
            char if char in PLAIN or char > _LAST_ASCII else "\\" + char for char in rest
        )


def split_line(line: str) -> BashLine:
    """Split an unfinished line into words as bash does, without expansions."""
    splitter = _Splitter(line)
    while splitter.at < len(line):
        splitter.step()
    splitter.begin_word()
    splitter.end_word()
    return BashLine(
        words=tuple(splitter.words), starts=tuple(splitter.starts), quote=splitter.quote
    )


class _Splitter:
    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0
        self.words: list[str] = []
        self.starts: list[int] = []
        self.quote = ""
        self._pieces: list[str] | None = None

    def begin_word(self) -> None:
        if self._pieces is None:
            self._pieces = []
            self.starts.append(self.at)

    def end_word(self) -> None:
        if self._pieces is not None:
            self.words.append("".join(self._pieces))
            self._pieces = None

    def step(self) -> None:
        ends = {"": _PLAIN_ENDS, '"': '"\\', "'": "'"}[self.quote]
        end = self.at
        while end < len(self.line) and self.line[end] not in ends:
            end += 1
        if end > self.at:
            self._take(self.line[self.at : end])
            self.at = end
        elif not self.quote and self.line[end] in _BLANKS:
            self.end_word()
            self.at += 1
        elif self.line[end] == "\\":
            self._take_escaped()
        else:
            self._take("")
            self.quote = "" if self.quote else self.line[end]
            self.at += 1

    def _take_escaped(self) -> None:
        escaped = self.line[self.at + 1 : self.at + 2]
        kept = self.quote and escaped not in _ESCAPED_BETWEEN_QUOTES
        self._take("\\" + escaped if kept else escaped)
        self.at += 2

    def _take(self, piece: str) -> None:
        self.begin_word()
        assert self._pieces is not None  # noqa: S101  # begin_word has set it
        self._pieces.append(piece)
