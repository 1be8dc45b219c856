"""Where a policy was found, with its name, kind and holder there, and who has it."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.document import MIXED
from mfa_session.policy.nodes import text_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mfa_session.policy.document import Account, NewerVersion
    from mfa_session.policy.nodes import Members


NAMES = {"RoleName": "role", "UserName": "user", "GroupName": "group"}
ORGANISATION_KINDS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_TRUST_KEYS = {"AssumeRolePolicyDocument", "assume_role_policy"}


class Origin(NamedTuple):
    """The place of a policy: the names around it and the `path` of keys; others as in Document."""

    names: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    kind: str | None = None
    holder: str | None = None
    newer: NewerVersion | None = None
    account: Account | None = None
    owners: tuple[str, ...] = ()
    incomplete: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Its name for people: `role/x trust`, or else its JSON pointer (RFC 6901)."""
        pointer = "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in self.path)
        return " ".join(self.names) or pointer

    def at(self, key: str) -> Origin:
        """Return the origin of a member or item."""
        if key in _TRUST_KEYS:
            names = (*self.names, "trust") if self.names else ()
            return self._replace(names=names, path=(*self.path, key), kind="trust")
        # Who has a permission set of IAM Identity Center comes as a session of a role.
        holder = "role" if key == "InlinePolicy" else self.holder
        return self._replace(path=(*self.path, key), holder=holder)

    def named(
        self, name: str, kind: str | None = None, holder: str | None = None, *owners: str
    ) -> Origin:
        """Return the origin with another name, and its kind, holder and owners."""
        return self._replace(
            names=(*self.names, name),
            kind=kind or self.kind,
            holder=holder or self.holder,
            owners=owners or self.owners,
        )

    def inside(self, members: Members) -> Origin:
        """Return the origin with the names in an object around the policy."""
        origin = self
        for key, holder in NAMES.items():
            if name := text_in(members, key):
                owner = text_in(members, "Arn") or f"{holder}/{name}"
                origin = origin.named(f"{holder}/{name}", None, holder, owner)
        policy = text_in(members, "PolicyName")
        if policy and ("PolicyDocument" in members or "PolicyVersionList" in members):
            origin = origin.named(f"policy/{policy}")
        return origin


def kind_by_name(names: tuple[str, ...]) -> str | None:
    """Return `boundary` or `scp` if a name says so: `DeveloperBoundary`, `scp-deny-root`."""
    for name in names:
        words = [word.lower() for word in _WORDS.findall(name)]
        said = [word for word in words if word not in {"policy", "json", "yaml"}]
        if "scp" in words or "service control" in " ".join(words):
            return "scp"
        if said[-1:] == ["boundary"] or {"permissions", "boundary"} <= set(words):
            return "boundary"
    return None


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
