"""Read a whole account: the answer of `aws iam get-account-authorization-details`."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from mfa_session.policy.document import NewerVersion, holder_of
from mfa_session.policy.json_text import items_of, objects_in, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.policy.document import Origin
    from mfa_session.policy.json_text import Members, Node

_of_mfa = re.compile("aws:multifactorauth", re.IGNORECASE).match
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
    attached = _attached(members)
    origin = origin._replace(account=members)
    for name in DETAILS:
        for item in items_of(members.get(name)):
            yield item, origin._replace(kind="identity")
    for policy in objects_in(members, "Policies"):
        arn, name = text_of(policy.get("Arn")), text_of(policy.get("PolicyName"))
        there = origin.named(
            f"policy/{name or arn}",
            kind="boundary" if _is_boundary(policy) else "identity" if attached[arn] else None,
            holder=holder_of(attached[arn]),
        )
        versions = objects_in(policy, "PolicyVersionList")
        default = next((each for each in versions if _is_default(each, policy, len(versions))), {})
        if "Document" in default:
            newer = _newer(arn, versions, default)
            yield default["Document"], there._replace(newer=newer)


def _newer(arn: str, versions: list[Members], default: Members) -> NewerVersion | None:
    """Return the newest version, if it asks for MFA and is not the default one."""
    names = [text_of(each.get("VersionId")) for each in versions]
    newest = max(names, key=lambda name: (len(name), name))  # v10 comes after v9
    latest, in_force = versions[names.index(newest)], text_of(default.get("VersionId"))
    if newest == in_force or not _asks_for_mfa(latest.get("Document")):
        return None
    return NewerVersion(newest, in_force, arn)


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
        for holder in objects_in(members, name):
            for arn in attached_to(holder):
                found[arn].add(name.replace("DetailList", "s"))
    return found


def attached_to(holder: Members) -> Iterator[str]:
    """Yield the ARNs of the managed policies of a user, group or role."""
    for each in objects_in(holder, "AttachedManagedPolicies"):
        yield text_of(each.get("PolicyArn"))


def _is_boundary(policy: Members) -> bool:
    bounds, attached = policy.get("PermissionsBoundaryUsageCount"), policy.get("AttachmentCount")
    return bool(bounds and bounds.value) and attached is not None and attached.value == 0


def _is_default(version: Members, policy: Members, count: int) -> bool:
    said = version.get("IsDefaultVersion")
    if said is not None:
        return said.value is True
    default = text_of(policy.get("DefaultVersionId"))
    return count == 1 or text_of(version.get("VersionId")) == default
