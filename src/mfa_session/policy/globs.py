"""Patterns with `*` and `?`: whether one takes in another, or may meet it."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_first_wildcard = re.compile(r"[*?]").search


class Globs:
    """A set of patterns, asked whether one of them takes in a text or a whole other pattern."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Sort the patterns by what they begin with, so that thousands are asked as fast as one."""
        self._exact: set[str] = set()
        self._by_prefix: dict[str, set[str]] = {}
        for pattern in patterns:
            if "*" in pattern or "?" in pattern:
                self._by_prefix.setdefault(_literal_start(pattern), set()).add(pattern)
            else:
                self._exact.add(pattern)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def cover(self, text: str) -> bool:
        """Say whether a pattern takes in the text; if that is a pattern itself, all it matches."""
        return text in self._exact or any(True for _ in self._wild(text))

    def covering(self, text: str) -> Iterator[str]:
        """Yield each pattern that takes in the text."""
        if text in self._exact:
            yield text
        yield from self._wild(text)

    def _wild(self, text: str) -> Iterator[str]:
        for length in self._lengths:
            for pattern in self._by_prefix.get(text[:length], ()):
                if covers(pattern, text):
                    yield pattern


def covers(pattern: str, text: str) -> bool:
    """Say whether a pattern takes in a text; if that is a pattern itself, all that it matches.

    The text's own `*` is matched by a `*` only, and what that takes in is taken in as well.
    """
    if "?" in pattern:
        return _compile(pattern)(text) is not None
    first, *middle = pattern.split("*")
    if not middle:
        return pattern == text
    last = middle.pop()
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for part in middle:
        at = text.find(part, at, end) + len(part)
        if at < len(part):
            return False
    return True


def may_meet(one: str, other: str) -> bool:
    """Say whether some text may match both; False only where that is certain."""
    if not _first_wildcard(one):
        return covers(other, one)
    if not _first_wildcard(other):
        return covers(one, other)
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
    """Return the matcher of a pattern with `?`, which is not to stand for a whole `*`."""
    wildcards = {"*": ".*", "?": "[^*]"}
    parts = [wildcards.get(part) or re.escape(part) for part in re.split(r"([*?])", pattern)]
    return re.compile("".join(parts), re.DOTALL).fullmatch
