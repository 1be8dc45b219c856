"""A bash command line, typed in part: its words, and how the last one goes on.

bash itself gives a completion function words that are cut at `=` and `:` as well, and keeps their
quotes; taking them apart in bash is slow for long lines.
"""

from __future__ import annotations

from mfa_session.model.record import Record

_BLANKS = " \t\n"
_PLAIN_ENDS = _BLANKS + "\"'\\"
_ESCAPED_BETWEEN_QUOTES = '"\\$`'
# What stands for itself anywhere in a word; beyond ASCII everything does.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-")
_LAST_ASCII = "\x7f"


class BashLine(Record):
    """The words without quotes, where each starts in the line, and the quote that is open.

    The last word is the one at the line's end; it is empty after a blank.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    quote: str

    def go_on(self, rest: str) -> str:
        """Return how `rest` is written so that it continues the last word."""
        if self.quote == "'":
            return rest.replace("'", "'\\''")
        if self.quote:
            return "".join(
                "\\" + char if char in _ESCAPED_BETWEEN_QUOTES else char for char in rest
            )
        return "".join(
            char if char in _PLAIN or char > _LAST_ASCII else "\\" + char for char in rest
        )


def split_line(line: str) -> BashLine:
    """Split a line, as far as it goes, into words as bash would; nothing is expanded."""
    splitter = _Splitter(line)
    while splitter.at < len(line):
        splitter.step()
    splitter.begin_word()
    splitter.end_word()
    return BashLine(
        words=tuple(splitter.words), starts=tuple(splitter.starts), quote=splitter.quote
    )


class _Splitter:
    """Goes through a line by plain stretches, quotes, backslashes and blanks."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0
        self.words: list[str] = []
        self.starts: list[int] = []
        self.quote = ""
        self._pieces: list[str] | None = None

    def begin_word(self) -> None:
        """Begin a word here, unless one has begun."""
        if self._pieces is None:
            self._pieces = []
            self.starts.append(self.at)

    def end_word(self) -> None:
        """End the word that has begun."""
        if self._pieces is not None:
            self.words.append("".join(self._pieces))
            self._pieces = None

    def step(self) -> None:
        """Pass over one stretch, or one letter that is not plain."""
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
        assert self._pieces is not None  # noqa: S101  # begin_word has seen to it
        self._pieces.append(piece)
