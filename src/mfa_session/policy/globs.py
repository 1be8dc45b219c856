"""Patterns with `*` and `?`: whether one takes in another, or may meet it."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_first_wildcard = re.compile(r"[*?]").search


class Globs:
    """A set of patterns, asked whether one of them takes in a text or a whole other pattern."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Sort the patterns by what they begin with, so that thousands are asked as fast as one."""
        self._exact: set[str] = set()
        self._by_prefix: dict[str, set[str]] = {}
        for pattern in patterns:
            wildcard = _first_wildcard(pattern)
            if wildcard is None:
                self._exact.add(pattern)
            else:
                self._by_prefix.setdefault(pattern[: wildcard.start()], set()).add(pattern)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def cover(self, text: str) -> bool:
        """Say whether one pattern takes in the text; if that is a pattern, all that it matches."""
        return text in self._exact or any(
            _compile(pattern)(text)
            for length in self._lengths
            for pattern in self._by_prefix.get(text[:length], ())
        )


def may_meet(one: str, other: str) -> bool:
    """Say whether some text may match both; False only where that is certain."""
    if not _first_wildcard(one):
        return _compile(other)(one) is not None
    if not _first_wildcard(other):
        return _compile(one)(other) is not None
    start, other_start = _literal_start(one), _literal_start(other)
    end, other_end = _literal_start(one[::-1]), _literal_start(other[::-1])
    return (start.startswith(other_start) or other_start.startswith(start)) and (
        end.startswith(other_end) or other_end.startswith(end)
    )


def _literal_start(pattern: str) -> str:
    wildcard = _first_wildcard(pattern)
    return pattern[: wildcard.start()] if wildcard else pattern


@functools.lru_cache(maxsize=10_000)
def _compile(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Return the matcher; `?` is not to stand for a whole `*`."""
    parts = re.split(r"([*?])", pattern)
    wildcards = {"*": ".*", "?": "[^*]"}
    regex = "".join(wildcards.get(part) or re.escape(part) for part in parts)
    return re.compile(regex, re.DOTALL).fullmatch
