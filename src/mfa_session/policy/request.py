"""A question to policies: an action, a resource, and the condition keys as far as they are known.

Where something is not known, an answer may be unknown, too: `Truth` is Kleene's three-valued logic.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mfa_session.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Values = tuple[str, ...]
Range = tuple[int, int]


class RequestContext:
    """The condition keys of a request, as far as they are known; keys in any case.

    A key maps to its values, or to None where it is known to be absent. One of `ranges` is present
    with a whole number from the first to the second, which one is not known. What is in neither
    may be absent, or have any value.
    """

    def __init__(
        self,
        known: Mapping[str, Values | None],
        ranges: Mapping[str, Range] = MappingProxyType({}),
    ) -> None:
        """Take the keys as anybody spells them."""
        self._known = {key.lower(): values for key, values in known.items()}
        self._ranges = {key.lower(): between for key, between in ranges.items()}

    def knows(self, key: str) -> bool:
        """Say whether the key's values, or its absence, are known."""
        return key.lower() in self._known

    def range_of(self, key: str) -> Range | None:
        """Return between which numbers the value of a key lies, where no more is known."""
        return self._ranges.get(key.lower())

    def values(self, key: str) -> Values | None:
        """Return the values of a key that is known; None: it is absent."""
        return self._known[key.lower()]

    def one(self, key: str) -> str | None:
        """Return the value of a key that is known to have one, else None."""
        values = self._known.get(key.lower())
        return values[0] if values is not None and len(values) == 1 else None

    def over(self, others: RequestContext) -> RequestContext:
        """Return both; where they differ, these count."""
        ranges = {key: at for key, at in others._ranges.items() if key not in self._known}
        known = {key: at for key, at in others._known.items() if key not in self._ranges}
        return RequestContext({**known, **self._known}, {**ranges, **self._ranges})


class Request(Record):
    """One question. A wildcard asks about several at once; `*` is any resource.

    `facts` are what is known besides the caller's: of the moment, the network, the tags.
    """

    action: str
    resource: str = "*"
    facts: RequestContext = RequestContext({})


Truth = bool | None


def negate(truth: Truth) -> Truth:
    """Return the opposite; of the unknown, the unknown."""
    return None if truth is None else not truth


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return False if one is false, else None if one is unknown, else True."""
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return True if one is true, else None if one is unknown, else False."""
    return negate(all_of(negate(truth) for truth in truths))
