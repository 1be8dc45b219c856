"""Wildcards and policy variables (`${aws:username}`). Pure.

Apart from `policy/` on purpose, as the whole evaluator here is: see `authorization`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")
_LITERALS = {"*", "?", "$"}


class Variables:
    """The values that policy variables stand for; `enabled=False` leaves `${…}` as written."""

    def __init__(self, present: Mapping[str, Sequence[str]], enabled: bool = True) -> None:
        """Take the request's context, keys in lower case."""
        self.present = present
        self.enabled = enabled

    def pieces(self, text: str) -> list[tuple[str, bool]] | None:
        """Cut the text into pieces, each with whether its wildcards count; None: no value."""
        if not self.enabled:
            return [(text, True)]
        pieces, end = [], 0
        for match in _VARIABLE.finditer(text):
            value = self._value(match)
            if value is None:
                return None
            pieces += [(text[end : match.start()], True), (value, False)]
            end = match.end()
        return [*pieces, (text[end:], True)]

    def fill(self, text: str) -> str | None:
        """Return the text with its variables filled in; None when one has no value."""
        pieces = self.pieces(text)
        return None if pieces is None else "".join(piece for piece, _ in pieces)

    def _value(self, match: re.Match[str]) -> str | None:
        name, default = match.group(1), match.group(2)
        if name in _LITERALS:
            return str(name)
        values = self.present.get(name.lower())
        if values is not None and len(values) == 1:
            return values[0]
        return default


def pattern(text: str, variables: Variables, *, fold: bool = False) -> re.Pattern[str] | None:
    """Compile a text with `*`, `?` and variables; None when a variable has no value.

    A wildcard that comes out of a variable stands for itself.
    """
    pieces = variables.pieces(text)
    if pieces is None:
        return None
    source = "".join(_translate(piece) if wild else re.escape(piece) for piece, wild in pieces)
    return re.compile(source, re.DOTALL | (re.IGNORECASE if fold else 0))


def _translate(piece: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in piece)
