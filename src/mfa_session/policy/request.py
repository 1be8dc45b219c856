"""A request to evaluate: an action, a resource, and the known condition keys.

With unknown keys, a result may be unknown: `Truth` is Kleene's three-valued logic.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mfa_session.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Values = tuple[str, ...]
Range = tuple[int, int]
Within = Range | str


class RequestContext:
    """The known condition keys of a request, ignoring case.

    A key maps to its values, or to None if it is absent. A key in `within` is present, with an
    unknown value: a number from the first to the second, or a text that a pattern matches. Any
    other key may be absent or have any value.
    """

    def __init__(
        self,
        known: Mapping[str, Values | None],
        within: Mapping[str, Within] = MappingProxyType({}),
    ) -> None:
        """Take the keys in any spelling."""
        self._known = {key.lower(): values for key, values in known.items()}
        self._within = {key.lower(): limits for key, limits in within.items()}

    def knows(self, key: str) -> bool:
        """Say whether the key's values, or its absence, are known."""
        return key.lower() in self._known

    def within(self, key: str) -> Within | None:
        """Return the range, or the pattern, of a key's unknown value; None if there is none."""
        return self._within.get(key.lower())

    def values(self, key: str) -> Values | None:
        """Return the values of a known key; None if it is absent."""
        return self._known[key.lower()]

    def one(self, key: str) -> str | None:
        """Return the value of a key with exactly one known value; None for others."""
        values = self._known.get(key.lower())
        return values[0] if values is not None and len(values) == 1 else None

    def over(self, others: RequestContext) -> RequestContext:
        """Return both contexts' keys; this one overrides the other."""
        within = {key: at for key, at in others._within.items() if key not in self._known}
        known = {key: at for key, at in others._known.items() if key not in self._within}
        return RequestContext({**known, **self._known}, {**within, **self._within})


class Request(Record):
    """A request; a wildcard stands for several actions or resources.

    `facts` are the known keys besides the caller's: time, network, tags.
    """

    action: str
    resource: str = "*"
    facts: RequestContext = RequestContext({})


Truth = bool | None


def negate(truth: Truth) -> Truth:
    """Return the opposite; None stays None."""
    return None if truth is None else not truth


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return False if any is False, else None if any is None, else True."""
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return True if any is True, else None if any is None, else False."""
    return negate(all_of(negate(truth) for truth in truths))
