"""Actions that AWS does not have, as far as the names of its API tell.

IAM knows more actions than the API has calls (`iam:PassRole`), so a name that is unlike all is let
be: only one that is a slip away from a call's, and is none itself, is taken for a mistake.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Actions that are no calls of the API, but nearly one's name (Service Authorization Reference; of
# its 19,050 actions these are the only ones).
NO_CALLS = {
    "appflow": {"describeflows"},
    "athena": {"getqueryexecutions"},
    "detective": {"listorganizationadminaccount"},
    "dms": {"startmetadatamodelexportasscripts"},
    "s3": {"listbucket"},
    "support": {"describecommunication"},
}
_WILDCARD = re.compile(r"[*?$]")
_SHORTEST = 5  # letters; shorter names are a slip away from too many


class AwsNames:
    """The actions of each service; asked for by IAM's prefix, once each."""

    def __init__(self, actions_of: Callable[[str], Iterable[str]]) -> None:
        """Take what returns a service's actions as AWS spells them; none where it has none."""
        self._actions_of = actions_of
        self._known: dict[str, dict[str, str]] = {}
        self._meant: dict[str, str | None] = {}

    def meant(self, action: str) -> str | None:
        """Return the action that one which AWS does not have was meant to be; None: no mistake."""
        if action not in self._meant:
            self._meant[action] = self._nearest(action)
        return self._meant[action]

    def _nearest(self, action: str) -> str | None:
        service, _, name = action.partition(":")
        plain, prefix = name.lower(), service.lower()
        if len(plain) < _SHORTEST or _WILDCARD.search(action):
            return None
        if prefix not in self._known:
            self._known[prefix] = {each.lower(): each for each in self._actions_of(prefix)}
        known = self._known[prefix]
        if plain in known or plain in NO_CALLS.get(prefix, ()):
            return None
        near = next((each for each in _slips(plain) if each in known), None)
        return f"{prefix}:{known[near]}" if near else None


def _slips(name: str) -> Iterable[str]:
    """Yield the names one letter away: one more, one less, another, two exchanged."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    for at in range(len(name) + 1):
        before, after = name[:at], name[at:]
        yield before + after[1:]
        if after[1:]:
            yield before + after[1] + after[0] + after[2:]
        for letter in letters:
            yield before + letter + after
            yield before + letter + after[1:]
