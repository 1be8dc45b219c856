"""What is known of a request's context: keys with values, keys known to be absent, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Values = tuple[str, ...]


class Facts:
    """The condition keys of a request, as far as they are known; keys in any case.

    A key maps to its values, or to None where it is known to be absent. What is not among them
    may be absent, or have any value.
    """

    def __init__(self, known: Mapping[str, Values | None]) -> None:
        """Take the keys as anybody spells them."""
        self._known = {key.lower(): values for key, values in known.items()}

    def knows(self, key: str) -> bool:
        """Say whether the key's values, or its absence, are known."""
        return key.lower() in self._known

    def values(self, key: str) -> Values | None:
        """Return the values of a key that is known; None: it is absent."""
        return self._known[key.lower()]

    def one(self, key: str) -> str | None:
        """Return the value of a key that is known to have one, else None."""
        values = self._known.get(key.lower())
        return values[0] if values is not None and len(values) == 1 else None

    def over(self, others: Facts) -> Facts:
        """Return both; where they differ, these count."""
        return Facts({**others._known, **self._known})
