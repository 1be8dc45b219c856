"""The text of a policy, and positions in it."""

from __future__ import annotations

import bisect
import codecs
import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from mfa_session.model.errors import ConfigurationError

_UTF_16 = ("UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE")
# What a file is by its first bytes, and what to do.
_MAGIC = (
    # It begins like UTF-16's.
    (codecs.BOM_UTF32_LE, "UTF-32", "save it as UTF-8: iconv -f UTF-32 -t UTF-8 FILE"),
    (codecs.BOM_UTF16_LE, *_UTF_16),
    (codecs.BOM_UTF16_BE, *_UTF_16),
    (b"\x1f\x8b", "compressed by gzip", "unpack it first: gunzip -c FILE"),
    (b"PK\x03\x04", "a ZIP archive", "unpack it first"),
    (b"%PDF", "a PDF", "copy the policy into a text file"),
)
_SAMPLE_BYTES = 4096


class Position(NamedTuple):
    """A place in a text: line and column in characters, both from 1."""

    line: int
    column: int


class PolicyText:
    """A text as read, and its `label` for people: the file's name, or `<stdin>`."""

    def __init__(self, label: str, text: str) -> None:
        self.label = label
        self.text = text

    @classmethod
    def of_bytes(cls, label: str, data: bytes) -> PolicyText:
        """Decode UTF-8, with or without a byte order mark.

        Raises ConfigurationError `bad-policy-json` for anything else.
        """
        found = [each for magic, *each in _MAGIC if data.startswith(magic)]
        if found or _looks_like_utf_16(data):
            what, hint = found[0] if found else _UTF_16
            raise cls(label, "").unreadable(0, f"this is {what}, not UTF-8", hint)
        data = data.removeprefix(codecs.BOM_UTF8)
        end, what = data.find(b"\0"), "this is binary, not text"
        if end < 0:
            try:
                return cls(label, data.decode())
            except UnicodeDecodeError as error:
                end, what = error.start, "not UTF-8"
        before = cls(label, data[:end].decode("utf-8", "replace"))
        raise before.unreadable(len(before.text), what, "name a text file in UTF-8")

    def position(self, offset: int) -> Position:
        """Return the position of the character at `offset`."""
        line = bisect.bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return a line, counted from 1, without its end."""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else None].removesuffix("\r")

    @property
    def has_lines(self) -> bool:
        """Whether the text has several lines, so that a line number is useful."""
        return "\n" in self.text.strip()

    def unreadable(
        self, offset: int, what: str, hint: str = "correct the JSON there"
    ) -> ConfigurationError:
        """Return the error for a text that is not JSON, with the position."""
        return ConfigurationError("bad-policy-json", f"{self.place(offset)}: {what}", hint)

    def unfit(self, offset: int, what: str, hint: str) -> ConfigurationError:
        """Return the error for JSON that is not a policy, with the position."""
        return ConfigurationError("not-a-policy", f"{self.place(offset)}: {what}", hint)

    def place(self, offset: int) -> str:
        """Return `label:line:column`, as compilers write it."""
        line, column = self.position(min(offset, len(self.text)))
        return f"{self.label}:{line}:{column}"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in re.finditer("\n", self.text))]


class Embedded(PolicyText):
    """The text of a string in another text, with positions in the outer one.

    `text` is the string's value, `offset` its start there, with its quote. The column of an escaped
    character is that of its escape.
    """

    def __init__(self, outer: PolicyText, offset: int, text: str) -> None:
        super().__init__(outer.label, text)
        self._outer = outer
        self._offset = offset

    def position(self, offset: int) -> Position:
        """Return the character's position in the outer text."""
        inner, outer = self._steps
        step = bisect.bisect_right(inner, offset) - 1
        there = outer[step] + offset - inner[step]
        return self._outer.position(min(there, len(self._outer.text)))

    def line(self, number: int) -> str:
        """Return a line of the outer text."""
        return self._outer.line(number)

    @property
    def has_lines(self) -> bool:
        """Whether the outer text has more than one line."""
        return self._outer.has_lines

    @cached_property
    def _steps(self) -> tuple[list[int], list[int]]:
        """Return offsets here and in the outer text, from which both count in step."""
        found = list(self._find_steps())
        return [here for here, _ in found], [there for _, there in found]

    def _find_steps(self) -> Iterator[tuple[int, int]]:
        outer, start = self._outer.text, self._offset
        mark = outer[start : start + 1]
        if mark == '"':
            return _steps_of_quoted(outer, start + 1)
        if mark in {"'", "|", ">"}:
            return _steps_of_words(outer, start, self.text)
        return iter([(0, start)])


class UrlDecoded(Embedded):
    """A text that is percent-encoded in another, from `offset` on."""

    def _find_steps(self) -> Iterator[tuple[int, int]]:
        here, there = 0, self._offset
        yield here, there
        for character in self.text:
            here += 1
            is_encoded = self._outer.text.startswith("%", there)
            there += 3 * len(character.encode("utf-8", "replace")) if is_encoded else 1
            if is_encoded:
                yield here, there


# The last is what YAML folds: line ends, with the blanks around them.
_ESCAPE = re.compile(
    r'\\u[dD][89abAB].{8}|\\u.{4}|\\U.{8}|\\x..|\\[^\r\n]|"'
    r"|(?:\\|(?<![ \t])[ \t]*)(?:\r?\n[ \t]*)+"
)
_QUOTED_WORD = re.compile(r"[^\s']+|''")
_WORD = re.compile(r"[^\s']+|'")


def _steps_of_quoted(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the steps of a string in double quotes: each escape is one character."""
    here, there = 0, start
    yield here, there
    for found in _ESCAPE.finditer(text, start):
        written = found[0]
        if written == '"':
            return
        # One line end makes a blank, or nothing behind a backslash; each further one stays.
        made = (written.count("\n") or 2) - 1 or written[0] != "\\"
        here += found.start() - there + made
        there = found.end()
        yield here, there


def _steps_of_words(text: str, start: int, value: str) -> Iterator[tuple[int, int]]:
    """Yield the steps of YAML's block scalars and single quotes, which change only blanks."""
    yield 0, start
    words, start = (
        (_QUOTED_WORD, start + 1) if text[start] == "'" else (_WORD, text.find("\n", start))
    )
    for here, there in zip(_WORD.finditer(value), words.finditer(text, start), strict=False):
        yield here.start(), there.start()


def _looks_like_utf_16(data: bytes) -> bool:
    """Say whether every other byte is zero."""
    pairs = data[: min(len(data), _SAMPLE_BYTES) // 2 * 2]
    return any(pairs) and not (any(pairs[::2]) and any(pairs[1::2]))
