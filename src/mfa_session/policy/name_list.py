"""The names of one kind of thing: whether one is meant, and which is near to what is none."""

from __future__ import annotations

import difflib
import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WILDCARDS = re.compile(r"[*?]")
_ANYTHING = {"*": "[^\n]*", "?": "[^\n]"}
_SHORTEST = 5  # letters; shorter names are a slip away from too many


class NameList:
    """Names whose case does not matter; a large list is asked as fast as a small one."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names as they are to be spelled."""
        self.spelled = {name.lower(): name for name in names}

    def __bool__(self) -> bool:
        """Whether there is a name."""
        return bool(self.spelled)

    def has(self, name: str) -> bool:
        """Say whether a name is one of them, or a pattern matches one."""
        plain = name.lower()
        if not WILDCARDS.search(plain):
            return plain in self.spelled
        if not self.spelled:
            return False
        source = "".join(_ANYTHING.get(letter, letter) for letter in plain)
        return re.search(f"^{source}$", self._text, re.MULTILINE) is not None

    def slip(self, name: str) -> str | None:
        """Return a name that is a slip away: a letter more, less, other, or out of its place.

        Of patterns, only one that ends in its only wildcard is a slip away from another.
        """
        plain = name.lower()
        start = plain.removesuffix("*")
        if len(start) < _SHORTEST or WILDCARDS.search(start):
            return None
        if start == plain:
            near = _first(plain, self._by_shortened)
            return self.spelled[near] if near else None
        near = _first(start, _shortened_from(self._starts(len(start))))
        return self._spelled_start(near) + "*" if near else None

    def alike(self, name: str, cutoff: float) -> str | None:
        """Return the name that looks most like another, if `cutoff` of the letters are alike.

        For a pattern it is one that begins as the pattern does, if there is any.
        """
        plain = WILDCARDS.sub("", name.lower())
        if len(plain) < _SHORTEST:
            return None
        start = WILDCARDS.split(name.lower(), maxsplit=1)[0]
        begun = self._begun(start) if start not in {"", plain} else []
        near = difflib.get_close_matches(
            plain, begun or sorted(self.spelled), 1, 0 if begun else cutoff
        )
        return self.spelled[near[0]] if near else None

    @cached_property
    def _text(self) -> str:
        return "\n".join(self.spelled)

    @cached_property
    def _by_shortened(self) -> dict[str, str]:
        return _shortened_from(self.spelled)

    def _begun(self, start: str) -> list[str]:
        return sorted(each for each in self.spelled if each.startswith(start))

    def _starts(self, length: int) -> set[str]:
        """Return what names begin with that is about as long."""
        lengths = (length - 1, length, length + 1)
        return {name[:each] for name in self.spelled for each in lengths if len(name) >= each}

    def _spelled_start(self, start: str) -> str:
        return self.spelled[self._begun(start)[0]][: len(start)]


def alikeness(one: str, other: str) -> float:
    """Return how much of two names is alike, from 0 to 1, whatever their case."""
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _shortened_from(names: Iterable[str]) -> dict[str, str]:
    """Return names by themselves and by what is left of them without one letter."""
    return {each: name for name in names for each in _shortened(name)}


def _shortened(name: str) -> Iterator[str]:
    yield name
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]


def _first(name: str, by_shortened: dict[str, str]) -> str | None:
    """Return a name that has in common with this one what is left without one letter of each."""
    return next((by_shortened[each] for each in _shortened(name) if each in by_shortened), None)
