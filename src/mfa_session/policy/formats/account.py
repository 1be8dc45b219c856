"""Find the policies in the answers of `aws iam get-account-authorization-details`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from mfa_session.model.arns import account_of
from mfa_session.policy.document import MIXED, NewerVersion
from mfa_session.policy.formats.dump import Dump, attached_to
from mfa_session.policy.formats.origin import Origin, holder_of
from mfa_session.policy.nodes import (
    Members,
    Node,
    items_of,
    listed,
    members_in,
    members_of,
    objects_in,
    text_in,
    text_of,
)

_asks_for_mfa = re.compile("aws(:|%3a)MultiFactorAuth", re.IGNORECASE).search
_NOT = "NotAction"
DETAILS = ("RoleDetailList", "UserDetailList", "GroupDetailList")


def is_account(members: Members) -> bool:
    """Say whether an object is an answer of get-account-authorization-details."""
    return any(name in members for name in DETAILS) or any(
        "PolicyVersionList" in each for each in objects_in(members, "Policies")
    )


def read_account(members: Members, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield the policies of users, groups and roles, and managed ones in their default versions.

    A managed policy used only as a boundary is a boundary.
    """
    attached = defaultdict[str, set[str]](set)
    bounded = defaultdict[str, list[str]](list)
    origin = origin._replace(account=Dump(members))
    for name in DETAILS:
        for item in items_of(members.get(name)):
            kind = name.replace("DetailList", "").lower()
            for arn in attached_to(members_of(item)):
                attached[arn].add(kind)
            bound = members_in(members_of(item), "PermissionsBoundary")
            bounded[text_in(bound, "PermissionsBoundaryArn")].append(kind)
            yield item, origin._replace(kind="identity")
    for policy in objects_in(members, "Policies"):
        arn, name = text_in(policy, "Arn"), text_in(policy, "PolicyName")
        there = origin.named(
            f"policy/{name or arn}",
            "boundary" if _is_boundary(policy) else "identity" if attached[arn] else None,
            holder_of(attached[arn]) or _limits(policy, bounded[arn]),
        )
        there = there._replace(is_of_aws=account_of(arn) == "aws")
        versions = objects_in(policy, "PolicyVersionList")
        default = next((each for each in versions if _is_default(each, policy, len(versions))), {})
        if "Document" in default:
            newer = _newer(arn, versions, default)
            yield default["Document"], there._replace(newer=newer)


def _newer(arn: str, versions: list[Members], default: Members) -> NewerVersion | None:
    """Return the newest version, if it asks for MFA and is not the default one."""
    names = [text_in(each, "VersionId") for each in versions]
    newest = max(names, key=lambda name: (len(name), name))  # v10 comes after v9
    latest, in_force = versions[names.index(newest)], text_in(default, "VersionId")
    text = str(latest.get("Document"))
    if newest == in_force or not _asks_for_mfa(text):
        return None
    statements = objects_in(members_in(latest, "Document"), "Statement")
    denies = (each for each in statements if text_in(each, "Effect") == "Deny" and _NOT in each)
    asking = (each[_NOT] for each in denies if _asks_for_mfa(str(each.get("Condition"))))
    left_out = (text_of(item).lower() for items in map(listed, asking) for item in items)
    return NewerVersion(newest, in_force, arn, _NOT in text, frozenset(left_out))


def _is_boundary(policy: Members) -> bool:
    bounds, attached = policy.get("PermissionsBoundaryUsageCount"), policy.get("AttachmentCount")
    return bool(bounds and bounds.value) and attached is not None and attached.value == 0


def _limits(policy: Members, bounded: list[str]) -> str | None:
    """Return the holder of a policy used only as a boundary, if all whom it limits are here.

    Of both roles and users, no others matter.
    """
    holder, count = holder_of(bounded), policy.get("PermissionsBoundaryUsageCount")
    all_here = count is not None and count.value == len(bounded)
    return holder if _is_boundary(policy) and (all_here or holder == MIXED) else None


def _is_default(version: Members, policy: Members, count: int) -> bool:
    said = version.get("IsDefaultVersion")
    if said is not None:
        return said.value is True
    return count == 1 or text_in(version, "VersionId") == text_in(policy, "DefaultVersionId")
