"""The answer of `aws iam get-account-authorization-details`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.json_text import items_of, members_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.where import Where


DETAILS = ("RoleDetailList", "UserDetailList", "GroupDetailList")


def is_account(members: Members) -> bool:
    """Say whether an object is such an answer."""
    return any(name in members for name in DETAILS) or any(
        "PolicyVersionList" in members_of(item) for item in items_of(members.get("Policies"))
    )


def read_account(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield the policies of users, groups and roles, and the versions that count of managed ones.

    A managed policy that is only a boundary is one; that only roles have is a role's.
    """
    on_roles, on_others = _attached(members)
    for name in DETAILS:
        for item in items_of(members.get(name)):
            yield item, where
    for item in items_of(members.get("Policies")):
        policy = members_of(item)
        arn, name = text_of(policy.get("Arn")), text_of(policy.get("PolicyName"))
        there = where.named(
            f"policy/{name or arn}",
            kind="boundary" if _is_boundary(policy) else None,
            holder="role" if arn in on_roles - on_others else None,
        )
        versions = [members_of(version) for version in items_of(policy.get("PolicyVersionList"))]
        for version in versions:
            if _is_default(version, policy, len(versions)) and "Document" in version:
                yield version["Document"], there


def _attached(members: Members) -> tuple[set[str], set[str]]:
    """Return the ARNs of the managed policies of roles, and of users and groups."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for name in DETAILS:
        for item in items_of(members.get(name)):
            for policy in items_of(members_of(item).get("AttachedManagedPolicies")):
                found[name == "RoleDetailList"].add(text_of(members_of(policy).get("PolicyArn")))
    return found[True], found[False]


def _is_boundary(policy: Members) -> bool:
    bounds, attached = policy.get("PermissionsBoundaryUsageCount"), policy.get("AttachmentCount")
    return bool(bounds and bounds.value) and attached is not None and attached.value == 0


def _is_default(version: Members, policy: Members, count: int) -> bool:
    """Say whether a version is the one that counts."""
    said = version.get("IsDefaultVersion")
    if said is not None:
        return said.value is True
    default = text_of(policy.get("DefaultVersionId"))
    return count == 1 or text_of(version.get("VersionId")) == default
