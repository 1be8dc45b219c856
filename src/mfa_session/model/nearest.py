"""The nearest known name to a mistyped one."""

from __future__ import annotations

import difflib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest_of(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Return up to `most` of the `known` names that look like `name`, nearest first."""
    return difflib.get_close_matches(name, sorted(known), n=most, cutoff=0.5)
