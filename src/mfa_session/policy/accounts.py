"""Read an account's users, groups, roles and policies as one text.

That is the answer of `aws iam get-account-authorization-details`.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.document import NewerVersion, holder_of
from mfa_session.policy.json_text import items_of, members_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.origins import Origin

_of_mfa = re.compile("aws:multifactorauth", re.IGNORECASE).match
_ARNS = ("PermissionsBoundaryArn", "PolicyArn")
DETAILS = ("RoleDetailList", "UserDetailList", "GroupDetailList")


def is_account(members: Members) -> bool:
    """Say whether an object is an answer of get-account-authorization-details."""
    return any(name in members for name in DETAILS) or any(
        "PolicyVersionList" in members_of(item) for item in items_of(members.get("Policies"))
    )


def read_account(members: Members, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield the policies of users, groups and roles, and managed ones in their default versions.

    A managed policy used only as a boundary is a boundary.
    """
    attached = _attached(members)
    origin = origin._replace(account=members)
    for name in DETAILS:
        for item in items_of(members.get(name)):
            yield item, origin
    for item in items_of(members.get("Policies")):
        policy = members_of(item)
        arn, name = text_of(policy.get("Arn")), text_of(policy.get("PolicyName"))
        there = origin.named(
            f"policy/{name or arn}",
            kind="boundary" if _is_boundary(policy) else None,
            holder=holder_of(attached[arn]),
        )
        default = _default_of(policy)
        if "Document" in default:
            yield default["Document"], there._replace(newer=_newer(policy, default))


class AccountUser(NamedTuple):
    """A user, with the names of the policies and the boundary that are here, and what is `unseen`.

    That are the ARNs of other policies, and other groups.
    """

    name: str
    arn: str
    path: str
    policies: tuple[str, ...]
    boundary: str
    unseen: frozenset[str]


def users_in(members: Members) -> Iterator[AccountUser]:
    """Yield the users of an account, with all their policies by the names that they get here."""
    names = {
        text_of(policy.get("Arn")): f"policy/{text_of(policy.get('PolicyName'))}"
        for policy in map(members_of, items_of(members.get("Policies")))
    }
    groups = {
        text_of(each.get("GroupName")): each
        for each in map(members_of, items_of(members.get("GroupDetailList")))
    }
    for user in map(members_of, items_of(members.get("UserDetailList"))):
        its_groups = list(map(text_of, items_of(user.get("GroupList"))))
        holders = [user, *(groups[each] for each in its_groups if each in groups)]
        arns = list(itertools.chain.from_iterable(map(_arns_attached, holders)))
        own = itertools.chain.from_iterable(map(_own_policies, holders))
        boundary = text_of(members_of(user.get("PermissionsBoundary")).get(_ARNS[0]))
        yield AccountUser(
            name=text_of(user.get("UserName")),
            arn=text_of(user.get("Arn")),
            path=text_of(user.get("Path")),
            policies=(*own, *(names[arn] for arn in arns if arn in names)),
            boundary=names.get(boundary, ""),
            unseen=frozenset({*arns, *its_groups, boundary} - names.keys() - groups.keys() - {""}),
        )


def roles_in(members: Members) -> Mapping[str, str]:
    """Return the ARNs of an account's roles, by the names of their trust policies."""
    roles = map(members_of, items_of(members.get("RoleDetailList")))
    return {
        f"role/{text_of(each.get('RoleName'))} trust": text_of(each.get("Arn")) for each in roles
    }


def _own_policies(holder: Members) -> Iterator[str]:
    kind = "user" if "UserName" in holder else "group"
    name = text_of(holder.get("UserName") or holder.get("GroupName"))
    for each in items_of(holder.get("UserPolicyList") or holder.get("GroupPolicyList")):
        yield f"{kind}/{name} policy/{text_of(members_of(each).get('PolicyName'))}"


def _arns_attached(holder: Members) -> Iterator[str]:
    for each in items_of(holder.get("AttachedManagedPolicies")):
        yield text_of(members_of(each).get(_ARNS[1]))


def _default_of(policy: Members) -> Members:
    """Return the version in force; empty if it is not here."""
    versions = [members_of(each) for each in items_of(policy.get("PolicyVersionList"))]
    return next((each for each in versions if _is_default(each, policy, len(versions))), {})


def _newer(policy: Members, default: Members) -> NewerVersion | None:
    """Return the newest version, if it asks for MFA and is not the default one."""
    versions = [members_of(each) for each in items_of(policy.get("PolicyVersionList"))]
    names = [text_of(each.get("VersionId")) for each in versions]
    newest = max(names, key=lambda name: (len(name), name))  # v10 comes after v9
    latest = versions[names.index(newest)]
    if newest == text_of(default.get("VersionId")) or not _asks_for_mfa(latest.get("Document")):
        return None
    return NewerVersion(newest, text_of(default.get("VersionId")), text_of(policy.get("Arn")))


def _asks_for_mfa(node: Node | None) -> bool:
    value = node.value if node else None
    if isinstance(value, dict):
        return any(map(_of_mfa, value)) or any(map(_asks_for_mfa, value.values()))
    if isinstance(value, list):
        return any(map(_asks_for_mfa, value))
    # It may be the whole policy.
    return isinstance(value, str) and value[:1] in {"{", "%"} and "multifactorauth" in value.lower()


def _attached(members: Members) -> Mapping[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    for name in DETAILS:
        for item in items_of(members.get(name)):
            for policy in items_of(members_of(item).get("AttachedManagedPolicies")):
                arn = text_of(members_of(policy).get("PolicyArn"))
                found[arn].add(name.replace("DetailList", "s"))
    return found


def _is_boundary(policy: Members) -> bool:
    bounds, attached = policy.get("PermissionsBoundaryUsageCount"), policy.get("AttachmentCount")
    return bool(bounds and bounds.value) and attached is not None and attached.value == 0


def _is_default(version: Members, policy: Members, count: int) -> bool:
    said = version.get("IsDefaultVersion")
    if said is not None:
        return said.value is True
    default = text_of(policy.get("DefaultVersionId"))
    return count == 1 or text_of(version.get("VersionId")) == default
