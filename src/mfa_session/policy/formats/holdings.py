"""Which policies the roles, users and groups of a template have, as far as it tells."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

from mfa_session.policy.document import MIXED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Holdings:
    """Collects who has which policy.

    Owners are `role/NAME`, `user/NAME` and `group/NAME`, or `role/` for one whose name is not told.
    A policy that is not in the template is None; its owner is incomplete.
    """

    def __init__(self, groups: Collection[str]) -> None:
        """Take the groups that are in the template."""
        self._groups = groups
        self._owners = defaultdict[str, set[str]](set)
        self._bounded = defaultdict[str, set[str]](set)
        self._users = defaultdict[str, set[str]](set)
        self._incomplete: set[str] = set()

    def give(self, owners: Iterable[str], policies: Iterable[str | None]) -> None:
        """Note that each of the owners has the policies."""
        self._note(self._owners, owners, policies)

    def bound(self, owners: Iterable[str], policies: Iterable[str | None]) -> None:
        """Note that the policies limit the owners, as permissions boundaries."""
        self._note(self._bounded, owners, policies)

    def join(self, users: Iterable[str], groups: Iterable[str]) -> None:
        """Note that the users are in the groups."""
        known = (each if each in self._groups else None for each in groups)
        self._note(self._users, users, known)

    def _note(
        self, found: dict[str, set[str]], owners: Iterable[str], names: Iterable[str | None]
    ) -> None:
        for owner, name in itertools.product(owners, names):
            if name is None:
                self._incomplete.add(owner)
            else:
                found[name].add(owner)

    def owners(self, policy: str) -> list[str]:
        """Return who has a policy: users in a group as well; of a boundary, whom it limits."""
        direct = self._owners[policy] or self._bounded[policy]
        return sorted(direct.union(*(self._users[each] for each in direct)))

    def kind(self, policy: str) -> str | None:
        """Return `boundary` for a policy that only limits."""
        return "boundary" if self._bounded[policy] and not self._owners[policy] else None

    @property
    def incomplete(self) -> frozenset[str]:
        """The owners of whom the template does not tell all."""
        # A policy that both grants and limits is read as one that grants.
        both = (self._bounded[each] for each in self._owners if each in self._bounded)
        return frozenset(self._incomplete).union(*both)


def holder_of(owners: Collection[str]) -> str | None:
    """Return `role` if a policy's owners are roles, MIXED if some are."""
    kinds = {each.partition("/")[0] for each in owners}
    if "role" not in kinds:
        return None
    return "role" if len(kinds) == 1 else MIXED
