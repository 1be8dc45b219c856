"""Match patterns with wildcards and policy variables.

A pattern is a row of symbols: characters, and marks for `*`, `?` and a variable with an unknown
value, which may be a user's name. The text to match may be a pattern too: `ec2:Describe*` stands
for many actions.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mfa_session.policy.credentials import RequestContext, Truth

Row = tuple[str, ...]

# Marks are longer than a character, so that a `*` in a variable's value is not one.
ANY, ONE, UNKNOWN = "any text", "any character", "a variable's value"
NAME = "a user's name"  # the value of aws:username, which has no slash
_UNFILLED = {UNKNOWN, NAME}
_STARS = {ANY, UNKNOWN, NAME}
_WILD = {"*": ANY, "?": ONE}
_LITERALS = {"*", "?", "$"}
_FEW = 8  # patterns, of which a look at each is faster than an index
_PART = 3  # characters of a pattern, by which it is found
_LAST = chr(0x10FFFF)  # sorts after any other character
WILDCARDS = re.compile(r"([*?])")
_SPECIAL = re.compile("[*?$]")
_VARIABLE = re.compile(r"\$\{\s*([^{},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")


class Filled(NamedTuple):
    """A text with its variables filled in; `row` is None if one has no value.

    Such a text matches nothing. `unknown` names the keys with unknown values.
    """

    row: Row | None
    unknown: tuple[str, ...] = ()


@functools.lru_cache(maxsize=10_000)
def wild(text: str) -> Row:
    """Return a text in which `*` and `?` are wildcards."""
    row: list[str] = []
    for piece in WILDCARDS.split(text):
        row += [_WILD[piece]] if piece in _WILD else piece
    return tuple(row)


def fill(text: str, facts: RequestContext | None, *, wildcards: bool = True) -> Filled:
    """Fill in `${aws:username}`, `${key, 'default'}` and `${*}`; without facts they are text.

    A wildcard in a variable's value is literal (IAM reference, policy variables).
    """
    if facts is None:
        return Filled(wild(text) if wildcards else tuple(text))
    start, *rest = _VARIABLE.split(text)
    row = [*(wild(start) if wildcards else start)]
    unknown: list[str] = []
    has_value = True
    for key, default, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        if key in _LITERALS:
            row += key
        elif not facts.knows(key):
            row.append(NAME if key.lower() == "aws:username" else UNKNOWN)
            unknown.append(key)
        else:
            value = facts.one(key)
            value = default if value is None else value
            has_value = has_value and value is not None
            row += value or ""
        row += wild(after) if wildcards else after
    return Filled(tuple(row) if has_value else None, tuple(unknown))


class Query:
    """A text to match with many patterns; `fold` ignores case."""

    def __init__(self, text: str, *, fold: bool = False) -> None:
        self._fold = fold
        self._text = text.lower() if fold else text
        self._row = wild(self._text)
        self._start = _SPECIAL.split(self._text, maxsplit=1)[0]

    def covered_by(self, pattern: str, facts: RequestContext | None = None) -> Truth:
        """Say whether a pattern covers all of it; False if nothing of it."""
        pattern = pattern.lower() if self._fold else pattern
        start = _SPECIAL.split(pattern, maxsplit=1)[0]
        if not (start.startswith(self._start) or self._start.startswith(start)):
            return False  # most patterns end here, which is fast
        if self._text == "*" and "$" not in pattern:
            return True if pattern and not pattern.strip("*") else None
        row = fill(pattern, facts).row
        return row is not None and covers(row, self._row)


def covers(pattern: Row, asked: Row) -> Truth:
    """Say whether a pattern covers everything in `asked`; False if nothing of it."""
    if pattern == (ANY,):
        return True
    if _UNFILLED.isdisjoint(pattern):
        if _covers_all(pattern, asked):
            return True
        if ANY not in asked and ONE not in asked:
            return False
    return None if _meets(pattern, asked) else False


def includes(pattern: str, text: str) -> bool:
    """Say whether a pattern matches a text, or everything that a pattern as the text matches."""
    if "?" in pattern:
        return covers(wild(pattern), wild(text)) is True
    # Without `?`, the wildcards in the text are ordinary characters: only a `*` matches them.
    first, *middle = pattern.split("*")
    if not middle:
        return pattern == text
    last = middle.pop()
    at, end = len(first), len(text) - len(last)
    if end < at or not text.startswith(first) or not text.endswith(last):
        return False
    for stretch in middle:
        found = text.find(stretch, at, end)
        if found < 0:
            return False
        at = found + len(stretch)
    return True


def may_meet(one: str, other: str) -> bool:
    """Say whether some text matches both patterns."""
    start, other_start = _before_wildcard(one), _before_wildcard(other)
    if not (start.startswith(other_start) or other_start.startswith(start)):
        return False  # most patterns end here, which is fast
    if "?" in one or "?" in other:
        return covers(wild(one), wild(other)) is not False
    if "*" not in other:
        return includes(one, other)
    if "*" not in one:
        return includes(other, one)
    end, other_end = one.rpartition("*")[2], other.rpartition("*")[2]
    return end.endswith(other_end) or other_end.endswith(end)


def has_outline(pattern: str) -> bool:
    """Say whether a pattern meets another such one by their ends alone."""
    return "*" in pattern and "?" not in pattern


def outline(pattern: str) -> str:
    """Return the ends of a pattern that has an outline, as `a*b`."""
    return f"{_before_wildcard(pattern)}*{_after_wildcard(pattern)}"


class Patterns:
    """Patterns by their beginnings and ends, so that thousands are fast."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._all = tuple(dict.fromkeys(patterns))
        self._exact: set[str] = set()
        self._by_ends: dict[str, dict[str, list[str]]] = {}
        for pattern in self._all:
            if "*" in pattern or "?" in pattern:
                by_end = self._by_ends.setdefault(_before_wildcard(pattern), {})
                by_end.setdefault(_after_wildcard(pattern), []).append(pattern)
            else:
                self._exact.add(pattern)
        self._by_middle: dict[tuple[str, str], _ByMiddle] = {}
        self._lengths = _lengths(self._by_ends)
        self._end_lengths = {start: _lengths(ends) for start, ends in self._by_ends.items()}

    def cover(self, text: str) -> bool:
        """Say whether a pattern includes the text (see `includes`)."""
        return next(self.covering(text), None) is not None

    def meets(self, text: str) -> bool:
        """Say whether a pattern matches something that `text` matches too."""
        return next(self.meeting(text), None) is not None

    def covering(self, text: str) -> Iterator[str]:
        """Yield each pattern that includes the text."""
        if text in self._exact:
            yield text
        yield from self._wild(text)

    def within(self, text: str) -> Iterator[str]:
        """Yield each pattern that the text includes."""
        among = [self._by_part.get(part, ()) for part in _parts(text)]
        return (each for each in min(among, key=len, default=self._all) if includes(text, each))

    def meeting(self, text: str) -> Iterator[str]:
        """Yield each pattern that matches something that `text` matches too."""
        if "*" not in text and "?" not in text:
            return self.covering(text)
        begun, ended = self._by_start.like(text), self._by_end.like(text[::-1])
        among = begun if len(begun) <= len(ended) else [each[::-1] for each in ended]
        return (each for each in among if may_meet(each, text))

    def _wild(self, text: str) -> Iterator[str]:
        for length in self._lengths:
            start = text[:length]
            by_end = self._by_ends.get(start, {})
            for end_length in self._end_lengths.get(start, ()):
                end = text[len(text) - end_length :] if end_length else ""
                among = by_end.get(end, ())
                many = len(among) > _FEW
                for pattern in self._with_middle_in(text, start, end) if many else among:
                    if includes(pattern, text):
                        yield pattern

    def _with_middle_in(self, text: str, start: str, end: str) -> Iterator[str]:
        if (start, end) not in self._by_middle:
            self._by_middle[start, end] = _ByMiddle(self._by_ends[start][end])
        return self._by_middle[start, end].in_text(text)

    @functools.cached_property
    def _by_start(self) -> _ByStart:
        return _ByStart(self._all)

    @functools.cached_property
    def _by_end(self) -> _ByStart:
        return _ByStart([each[::-1] for each in self._all])

    @functools.cached_property
    def _by_part(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for pattern in self._all:
            for part in _parts(pattern):
                found.setdefault(part, []).append(pattern)
        return found


class _ByStart:
    """Texts and patterns, by what stands before the first wildcard."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._sorted = sorted(patterns)
        self._wild: dict[str, list[str]] = {}
        for pattern in self._sorted:
            start = _before_wildcard(pattern)
            if start != pattern:
                self._wild.setdefault(start, []).append(pattern)
        self._lengths = _lengths(self._wild)

    def like(self, text: str) -> list[str]:
        """Return those that begin like a pattern, as far as both are literal."""
        start = _before_wildcard(text)
        first = bisect.bisect_left(self._sorted, start)
        past = bisect.bisect_right(self._sorted, start + _LAST)
        shorter = (start[:length] for length in self._lengths if length < len(start))
        wild = (self._wild.get(each, ()) for each in shorter)
        return [*itertools.chain.from_iterable(wild), *self._sorted[first:past]]


class _ByMiddle:
    """Patterns with the same ends, by the longest literal part in between."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: dict[str, list[str]] = {}
        for pattern in patterns:
            middles = WILDCARDS.split(pattern)[2:-1:2]
            self._patterns.setdefault(max(middles, key=len, default=""), []).append(pattern)
        self._lengths = _lengths(self._patterns)

    def in_text(self, text: str) -> Iterator[str]:
        for length in self._lengths:
            for part in {text[at : at + length] for at in range(len(text) - length + 1)}:
                yield from self._patterns.get(part, ())


def folded(row: Iterable[str]) -> Row:
    """Return a row in lower case, with its marks."""
    return tuple(symbol.lower() if len(symbol) == 1 else symbol for symbol in row)


def _lengths(texts: Iterable[str]) -> list[int]:
    return sorted(set(map(len, texts)))


def _before_wildcard(text: str) -> str:
    return text.partition("*")[0].partition("?")[0]


def _after_wildcard(text: str) -> str:
    return WILDCARDS.split(text)[-1]


def _parts(pattern: str) -> set[str]:
    """Return the short stretches without a wildcard that are in all that a pattern includes."""
    stretches = WILDCARDS.split(f"^{pattern}$")[::2]  # with marks of its ends
    return {each[at : at + _PART] for each in stretches for at in range(len(each) - _PART + 1)}


def _covers_all(pattern: Row, asked: Row) -> bool:
    """Match greedily, backtracking only to the last `*`, in time of at most the product."""
    at = index = marked = past_star = 0
    while at < len(asked):
        if index < len(pattern) and pattern[index] == ANY:
            index += 1
            past_star, marked = index, at
        elif index < len(pattern) and _takes(pattern[index], asked[at]):
            index, at = index + 1, at + 1
        elif past_star:
            marked += 1
            index, at = past_star, marked
        else:
            return False
    return all(symbol == ANY for symbol in pattern[index:])


def _takes(symbol: str, asked: str) -> bool:
    return symbol == asked or (symbol == ONE and asked != ANY)


def _meets(pattern: Row, asked: Row) -> bool:
    """Say whether some text matches both, following all possible positions at once."""
    possible = _past_stars(pattern, {0})
    for symbol in asked:
        if symbol == ANY:
            possible = set(range(min(possible), len(pattern) + 1))
        else:
            after = {
                index + (pattern[index] not in _STARS)
                for index in possible
                if index < len(pattern) and _may_be(pattern[index], symbol)
            }
            possible = _past_stars(pattern, after)
        if not possible:
            return False
    return len(pattern) in possible


def _may_be(wanted: str, symbol: str) -> bool:
    if wanted == NAME:
        return symbol != "/"
    return symbol == ONE or wanted in (ANY, UNKNOWN, ONE, symbol)


def _past_stars(pattern: Row, possible: set[int]) -> set[int]:
    found = set(possible)
    for index in possible:
        at = index
        while at < len(pattern) and pattern[at] in _STARS:
            at += 1
            found.add(at)
    return found
