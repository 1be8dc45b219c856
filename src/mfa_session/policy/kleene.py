"""Three-valued logic (Kleene's): true, false, and None for what cannot be known from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
