"""Read an account's users, groups, roles and policies as one text.

That is the answer of `aws iam get-account-authorization-details`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mfa_session.policy.document import NewerVersion, holder_of
from mfa_session.policy.json_text import items_of, members_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.origins import Origin

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
        versions = [members_of(version) for version in items_of(policy.get("PolicyVersionList"))]
        for version in versions:
            if _is_default(version, policy, len(versions)) and "Document" in version:
                yield version["Document"], there._replace(newer=_newer(versions, version, arn))


def _newer(versions: list[Members], default: Members, arn: str) -> NewerVersion | None:
    """Return the newest version, if it asks for MFA and is not the default one."""
    names = [text_of(each.get("VersionId")) for each in versions]
    newest = max(names, key=lambda name: (len(name), name))  # v10 comes after v9
    latest = versions[names.index(newest)]
    if latest is default or not _asks_for_mfa(latest.get("Document")):
        return None
    return NewerVersion(newest, text_of(default.get("VersionId")), arn)


def _asks_for_mfa(node: Node | None) -> bool:
    members = members_of(node)
    return any(key.lower().startswith("aws:multifactorauth") for key in members) or any(
        map(_asks_for_mfa, (*members.values(), *items_of(node)))
    )


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
