"""The text of a policy, and where in it something stands."""

from __future__ import annotations

import bisect
import codecs
import re
from functools import cached_property
from typing import NamedTuple

from mfa_session.model.errors import ConfigurationError

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Position(NamedTuple):
    """A place in a text: line and column in characters, both from 1."""

    line: int
    column: int


class Source:
    """A text, and the `label` people know it by: the file's name, or `<stdin>`."""

    def __init__(self, label: str, text: str) -> None:
        """Take the text as it was read, line ends and all."""
        self.label = label
        self.text = text

    @classmethod
    def of_bytes(cls, label: str, data: bytes) -> Source:
        """Decode UTF-8. Raises ConfigurationError `bad-policy-json` for anything else."""
        if data.startswith(_MARKS):
            message = "a byte order mark stands before the text; IAM takes none"
            raise cls(label, "").unreadable(0, message, "save it as UTF-8 without BOM")
        try:
            return cls(label, data.decode())
        except UnicodeDecodeError as error:
            before = cls(label, data[: error.start].decode())
            raise before.unreadable(error.start, "no UTF-8", "save it as UTF-8") from error

    def position(self, offset: int) -> Position:
        """Return where the character at `offset` stands."""
        line = bisect.bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return a line, counted from 1, without its end."""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else None].removesuffix("\r")

    def unreadable(self, offset: int, what: str, hint: str = "") -> ConfigurationError:
        """Return the error for a text that is not JSON, naming the place."""
        return ConfigurationError(
            "bad-policy-json", f"{self.place(offset)}: {what}", hint or "correct the JSON there"
        )

    def unfit(self, offset: int, what: str, hint: str) -> ConfigurationError:
        """Return the error for JSON that is no policy, naming the place."""
        return ConfigurationError("not-a-policy", f"{self.place(offset)}: {what}", hint)

    def place(self, offset: int) -> str:
        """Return `label:line:column`, as compilers write it."""
        line, column = self.position(min(offset, len(self.text)))
        return f"{self.label}:{line}:{column}"

    @cached_property
    def _starts(self) -> list[int]:
        """Return the offset of each line's first character."""
        return [0, *(end.end() for end in re.finditer("\n", self.text))]
