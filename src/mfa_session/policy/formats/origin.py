"""The place where a policy was found: its name, kind and holder there."""

from __future__ import annotations

import re
from typing import NamedTuple

from mfa_session.policy.document import Account, NewerVersion, Roster
from mfa_session.policy.nodes import Members, text_in

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
    roster: Roster | None = None
    is_certain: bool = True

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
        is_certain = self.is_certain and key != "Fn::If"
        return self._replace(path=(*self.path, key), holder=holder, is_certain=is_certain)

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
                if "PermissionsBoundary" in members and not (origin.roster or origin.account):
                    roster = Roster(bounded_elsewhere=frozenset({owner}))
                    origin = origin._replace(roster=roster)
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
