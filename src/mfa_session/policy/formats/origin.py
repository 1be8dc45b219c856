"""Where a policy was found: its name and kind there, and who has it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from mfa_session.policy.document import ANYBODY, MIXED, Account, NewerVersion, Roster
from mfa_session.policy.nodes import Members, Node, text_in

NAMES = {"RoleName": "role", "UserName": "user", "GroupName": "group"}
ORGANISATION_KINDS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
# The prefix of a service's actions, where Terraform or CloudFormation calls the service otherwise.
PREFIXES = {
    "api": "execute-api",
    "apigateway": "execute-api",
    "cloudwatch_event": "events",
    "cloudwatch_log": "logs",
    "ecrpublic": "ecr-public",
    "efs": "elasticfilesystem",
    "elasticsearch": "es",
    "msk": "kafka",
    "networkfirewall": "network-firewall",
    "opensearch": "es",
    "opensearchservice": "es",
    "s3control": "s3",
    "vpclattice": "vpc-lattice",
}
_SERVERLESS_ROLE = ("provider", "iam", "role")
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
    is_optional: bool = False
    resource_type: str = ""
    title: str = ""
    is_of_aws: bool = False

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
        # Who has a permission set of IAM Identity Center comes as a session of a role, and so do
        # the functions of the Serverless Framework.
        of_role = key in {"InlinePolicy", "iamRoleStatements"} or (
            key == "statements" and self.path[-3:] == _SERVERLESS_ROLE
        )
        holder = "role" if of_role else self.holder
        is_optional = self.is_optional or key == "Fn::If"
        return self._replace(path=(*self.path, key), holder=holder, is_optional=is_optional)

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


class Elsewhere(str):
    """A policy or group that is not in the template, or not known yet: what is known of it."""

    __slots__ = ()


class _Attached(NamedTuple):
    """Who gets a policy, or is in a group, by a resource; `alone`: nobody is by another."""

    resource: str
    owners: frozenset[str]
    alone: bool


class Holdings:
    """Collects who has which policy; owners are as in Roster."""

    def __init__(self) -> None:
        self._people: set[str] = set()
        self._unnamed: set[str] = set()
        self._arns = defaultdict[str, list[str]](list)
        self._owners = defaultdict[str, set[str]](set)
        self._bounded = defaultdict[str, set[str]](set)
        self._users = defaultdict[str, set[str]](set)
        self._all_told: set[str] = set()
        self._elsewhere = defaultdict[str, set[str]](set)
        self._bounded_elsewhere: set[str] = set()
        self._unread: set[str] = set()
        self._resetting: set[str] = set()
        self._attached = defaultdict[str, list[_Attached]](list)

    def add(self, owner: str, arn: str = "", *, is_named: bool = True) -> None:
        """Note a user or role of the template, and whether it tells the name."""
        self._people.add(owner)
        self._unnamed |= set() if is_named else {owner}
        if arn:
            self._arns[owner].append(arn)

    def give(self, owners: Iterable[str], policies: Iterable[str]) -> None:
        """Note that each of the owners has the policies."""
        for owner, policy in itertools.product(owners, policies):
            if isinstance(policy, Elsewhere):
                self._elsewhere[owner].add(policy)
            else:
                self._owners[policy].add(owner)

    def bound(self, owners: Iterable[str], policies: Iterable[str]) -> None:
        """Note that the policies limit the owners, as permissions boundaries."""
        for owner, policy in itertools.product(owners, policies):
            if isinstance(policy, Elsewhere):
                self._bounded_elsewhere.add(owner)
            else:
                self._bounded[policy].add(owner)

    def join(self, users: Iterable[str], groups: Iterable[str], *, is_all: bool = False) -> None:
        """Note that the users are in the groups; `is_all`: nobody else is."""
        for user, group in itertools.product(users, groups):
            if isinstance(group, Elsewhere):
                self._elsewhere[user].add(group)
            else:
                self._users[group].add(user)
                self._all_told |= {group} if is_all else set()

    def attach(
        self, resource: str, owners: Iterable[str], what: Iterable[str], *, alone: bool
    ) -> None:
        """Note a resource by which some get policies, or are in groups; `alone`: no others are."""
        attached = _Attached(resource, frozenset(owners), alone)
        for each in what:
            self._attached[each].append(attached)

    def hide(self, name: str) -> None:
        """Note a role whose trust policy is not known yet, or a service with such a policy."""
        self._unread.add(name)

    def reset(self, users: Iterable[str], required: Node | None) -> None:
        """Note users who must change their password when they first sign in, if it is required."""
        if required and str(required.value).lower() == "true":
            self._resetting.update(users)

    def owners(self, policy: str, *, is_managed: bool) -> list[str]:
        """Return who has a policy: users in a group as well; of a boundary, whom it limits.

        A managed policy that nobody has here may be anybody's.
        """
        direct = self._owners[policy] or self._bounded[policy]
        found = direct.union(*(self._users[each] for each in direct)) - self._all_told
        if is_managed and not direct:
            return [ANYBODY]
        return sorted(map(self._by_arn, found))

    def holder(self, policy: str) -> str | None:
        """Return `role` if a policy's owners are roles, MIXED if some are."""
        return holder_of(self._owners[policy] or self._bounded[policy])

    def kind(self, policy: str) -> str | None:
        """Return what a policy is by those who have it; `boundary` if it only limits."""
        if self._owners[policy]:
            return "identity"
        return "boundary" if self._bounded[policy] else None

    def roster(self) -> Roster:
        """Return the users and roles, and what is not told of them."""
        # A policy that both grants and limits is read as one that grants.
        both = (self._bounded[each] for each in self._owners if each in self._bounded)
        elsewhere = defaultdict[str, set[str]](set)
        for owner, policies in self._elsewhere.items():
            for each in {owner, *self._users.get(owner, ())}:
                elsewhere[self._by_arn(each)] |= policies
        return Roster(
            people=frozenset(map(self._by_arn, self._people)),
            unnamed=frozenset(self._unnamed),
            elsewhere={owner: frozenset(policies) for owner, policies in elsewhere.items()},
            members={each: frozenset(map(self._by_arn, self._users[each])) for each in self._users},
            bounded_elsewhere=frozenset(map(self._by_arn, self._bounded_elsewhere.union(*both))),
            unread=frozenset(map(self._by_arn, self._unread)),
            resetting=frozenset(map(self._by_arn, self._resetting)),
            rivals=self._rivals(),
        )

    def _rivals(self) -> dict[str, tuple[str, str, str]]:
        pairs = [
            (what, one.resource, other.resource, lost)
            for what, attached in self._attached.items()
            for one in attached
            if one.alone and one.owners and not _unnamed(one.owners)
            for other in attached
            if (lost := other.owners - one.owners - _unnamed(other.owners))
        ]
        of_groups = {
            policy: (one, other, group)
            for policy, owners in self._owners.items()
            for group, one, other, lost in pairs
            # Whom it takes out of the group may have the policy otherwise.
            if group in owners
            and not lost <= owners.union(*(self._users[e] for e in owners - {group}))
        }
        return {**of_groups, **{what: (one, other, "") for what, one, other, _ in pairs}}

    def _by_arn(self, owner: str) -> str:
        """Return an owner's ARN, if it is told; of two accounts' owners of one name, nothing."""
        arns = self._arns.get(owner, [owner])
        is_one = len(set(arns)) == 1 and not (arns[1:] and "*" in arns[0])
        return arns[0] if is_one else f"{owner.partition('/')[0]}/"


def _unnamed(owners: Iterable[str]) -> set[str]:
    return {each for each in owners if each.endswith("/")}


def holder_of(owners: Iterable[str]) -> str | None:
    """Return `role` if a policy's owners are roles, MIXED if some are."""
    kinds = {each.partition("/")[0] for each in owners}
    if "role" not in kinds:
        return None
    return "role" if len(kinds) == 1 else MIXED
