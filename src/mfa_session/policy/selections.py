"""Select actions, resources or principals: some by name, or all but some, and find selections."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mfa_session.policy.patterns import Patterns, has_outline, outline

Names = tuple[str, ...]
_MANY = 50  # names
_MOST_NAMES = 3  # of a list, to look up; the rest is compared
_MOST_KEPT = 100  # results of look-ups


class Selection(NamedTuple):
    """Actions, resources or principals: the named ones, or all others."""

    names: Names
    all_but: bool = False


@functools.lru_cache(maxsize=10_000)
def may_share(first: Selection, second: Selection) -> bool:
    """Say whether two may have something in common; False only if certain."""
    if first.all_but and second.all_but:
        return True
    if first.all_but:
        first, second = second, first
    if second.all_but:
        return not takes_in(Selection(second.names), first)
    return any(map(_globs(first.names).meets, second.names))


@functools.lru_cache(maxsize=10_000)
def takes_in(outer: Selection, inner: Selection) -> bool:
    """Say whether `outer` includes everything in `inner`; True only if certain."""
    if outer.all_but and inner.all_but:
        return all(map(_globs(inner.names).cover, outer.names))
    globs = _globs(outer.names)
    if outer.all_but:
        return not any(map(globs.meets, inner.names))
    return all(map(globs.cover, ("*",) if inner.all_but else inner.names))


class Index:
    """Finds the selections that may include another; a bit of a number stands for each of them.

    Bits beyond the last selection may be set.
    """

    def __init__(self, selections: Sequence[Selection]) -> None:
        self._names = _Numbered()
        self._left_out = _Numbered()
        self._keys = (_Numbered(), _Numbered())
        self._all_but = self._empty = 0
        for number, each in enumerate(selections):
            for name in each.names:
                (self._left_out if each.all_but else self._names).add(name, number)
            self._all_but |= each.all_but << number
            self._empty |= (not each.names) << number
        for number, each in enumerate(selections):
            if each.all_but and each.names:
                # To leave out no more than another selection, it must leave out not even these.
                rarest = sorted(each.names, key=self._left_out.count)[:2]
                for keys, name in zip(self._keys, (rarest[0], rarest[-1]), strict=True):
                    keys.add(name, number)

    def taking_in(self, inner: Selection) -> int:
        """Return the bits of those that may include all of another selection."""
        if inner.all_but:
            first, second = (keys.within(inner.names) for keys in self._keys)
            return self._names.covering("*") | first & second | (self._all_but & self._empty)
        found = -1
        for name in inner.names[:_MOST_NAMES]:
            others = self._all_but & ~self._left_out.meeting(name)
            found &= self._names.covering(name) | others
        return found

    def meeting(self, other: Selection) -> int:
        """Return the bits of those that may have something in common with another selection."""
        return self._all_but | self._names.about(("*",) if other.all_but else other.names)


class _Numbered:
    """Names, and the numbers of the selections that have each."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[int]] = {}
        self._known: dict[tuple[object, str], int] = {}
        self._often: dict[str, int] = {}

    @functools.cached_property
    def _patterns(self) -> Patterns:
        return Patterns(self._numbers)

    def add(self, name: str, number: int) -> None:
        self._numbers.setdefault(name, []).append(number)

    def count(self, name: str) -> int:
        return len(self._numbers[name])

    def covering(self, name: str) -> int:
        return self._bits(self._patterns.covering(name))

    def within(self, names: Names) -> int:
        found = (self._kept(self._patterns.within, name) for name in names)
        return functools.reduce(operator.or_, found, 0)

    def meeting(self, name: str) -> int:
        if not has_outline(name):
            return self.met(name)
        others, outlines = self._by_outline
        return others.met(name) | outlines.met(outline(name))

    def met(self, name: str) -> int:
        return self._kept(self._patterns.meeting, name)

    def _kept(self, find: Callable[[str], Iterator[str]], name: str) -> int:
        if (find, name) not in self._known:
            if len(self._known) > _MOST_KEPT:
                self._known.clear()
            self._known[find, name] = self._bits(find(name))
        return self._known[find, name]

    @functools.cached_property
    def _by_outline(self) -> tuple[_Numbered, _Numbered]:
        """The names without an outline, and the outlines of the others: few, often."""
        others, outlines = _Numbered(), _Numbered()
        for name, numbers in self._numbers.items():
            for number in numbers:
                if has_outline(name):
                    outlines.add(outline(name), number)
                else:
                    others.add(name, number)
        return others, outlines

    def about(self, names: Names) -> int:
        """Return the bits of those that may meet a name; all bits if these are many."""
        found = 0
        for name in names:
            met = list(itertools.islice(self._patterns.meeting(name), _MANY))
            found = -1 if len(met) == _MANY else found | self._bits(met)
        return found

    def _bits(self, names: Iterable[str]) -> int:
        return functools.reduce(operator.or_, map(self._bits_of, names), 0)

    def _bits_of(self, name: str) -> int:
        if name in self._often:
            return self._often[name]
        numbers, found = self._numbers[name], 0
        for number in numbers:
            found |= 1 << number
        if len(numbers) > _MANY:
            self._often[name] = found
        return found


def numbers_in(bits: int) -> Iterator[int]:
    """Yield the places of a number's bits, from the lowest."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


@functools.lru_cache(maxsize=10_000)
def _globs(names: Names) -> Patterns:
    return Patterns(names)
