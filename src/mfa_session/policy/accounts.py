"""Read an account's users, groups, roles and policies as one text.

That is the answer of `aws iam get-account-authorization-details`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from mfa_session.policy.document import NewerVersion, holder_of
from mfa_session.policy.json_text import items_of, members_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.origins import Origin

_of_mfa = re.compile("aws:multifactorauth", re.IGNORECASE).match
_ARNS = ("PermissionsBoundaryArn", "PolicyArn")
_LISTS = ("GroupList", "UserPolicyList", "AttachedManagedPolicies")
DETAILS = ("RoleDetailList", "UserDetailList", "GroupDetailList")


def is_account(members: Members) -> bool:
    """Say whether an object is an answer of get-account-authorization-details."""
    return any(name in members for name in DETAILS) or any(
        "PolicyVersionList" in members_of(item) for item in items_of(members.get("Policies"))
    )


def read_account(members: Members, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield the policies of users, groups and roles, and managed ones in their default versions.

    A managed policy used only as a boundary is a boundary. The first one of users that asks for MFA
    gets the users whom none asks.
    """
    attached = _attached(members)
    not_asked = _users_not_asked(members)
    for name in DETAILS:
        for item in items_of(members.get(name)):
            if not_asked and name != "RoleDetailList" and _asks_for_mfa(item):
                yield item, origin._replace(not_asked=not_asked)
                not_asked = ()
            else:
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
            there = there._replace(newer=_newer(policy, default))
            if there.holder != "role" and _asks_for_mfa(default["Document"]):
                there, not_asked = there._replace(not_asked=not_asked), ()
            yield default["Document"], there


def _users_not_asked(members: Members) -> tuple[str, ...]:
    """Return the users whom no policy asks for MFA; one that is not here may do so."""
    asking = {
        text_of(policy.get("Arn")): _asks_for_mfa(_default_of(policy).get("Document"))
        for policy in map(members_of, items_of(members.get("Policies")))
    }

    def asks(holder: Node) -> bool:
        own = members_of(holder)
        boundary = members_of(own.get("PermissionsBoundary"))
        others = [boundary, *map(members_of, items_of(own.get("AttachedManagedPolicies")))]
        arns = (text_of(each.get(key)) for each in others for key in _ARNS)
        return _asks_for_mfa(holder) or any(
            asking.get(arn, ":aws:policy/" not in arn) for arn in filter(None, arns)
        )

    groups = {
        text_of(members_of(each).get("GroupName")): asks(each)
        for each in items_of(members.get("GroupDetailList"))
    }

    def is_asked(user: Node) -> bool:
        its_groups = map(text_of, items_of(members_of(user).get("GroupList")))
        return asks(user) or any(groups.get(each, True) for each in its_groups)

    return tuple(
        text_of(members_of(user).get("UserName"))
        for user in items_of(members.get("UserDetailList"))
        if any(items_of(members_of(user).get(name)) for name in _LISTS) and not is_asked(user)
    )


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
