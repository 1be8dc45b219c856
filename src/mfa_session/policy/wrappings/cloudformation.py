"""Templates of CloudFormation and SAM, and what CDK makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.json_text import items_of, members_of, text_of
from mfa_session.policy.where import ORGANISATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.where import Where


def is_stack(members: Members) -> bool:
    """Say whether an object is a template: its resources have types such as `AWS::IAM::Role`."""
    return any(
        "::" in text_of(members_of(resource).get("Type"))
        for resource in members_of(members.get("Resources")).values()
    )


def read_stack(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield the properties of every resource, by its logical id."""
    for name, resource in members_of(members["Resources"]).items():
        parts = members_of(resource)
        properties = members_of(parts.get("Properties"))
        kind, holder = _told_by_type(text_of(parts.get("Type")), properties)
        for key, inner in properties.items():
            there = where.named(name, kind=kind, holder=holder)
            yield from _properties(key, inner, there.at(key))
    for key, inner in members.items():
        if key != "Resources":
            yield inner, where.at(key)


def _properties(key: str, node: Node, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield a property; inline policies each by its own name."""
    for item in items_of(node) if key == "Policies" else []:
        name = text_of(members_of(item).get("PolicyName"))
        if name and "PolicyDocument" in members_of(item):
            yield members_of(item)["PolicyDocument"], where.named(f"policy/{name}")
        else:
            yield item, where
    if key != "Policies" or not items_of(node):
        yield node, where


def _told_by_type(kind: str, properties: Members) -> tuple[str | None, str | None]:
    """Return what a resource's type says of its policies: their kind, and whose they are."""
    if kind == "AWS::Organizations::Policy":
        return ORGANISATION_KINDS.get(text_of(properties.get("Type"))), None
    if kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
        holders = [each for each in ("Roles", "Users", "Groups") if each in properties]
        return None, "role" if holders == ["Roles"] else None
    holders_by_type = {
        "AWS::IAM::Role": "role",
        "AWS::IAM::RolePolicy": "role",
        "AWS::IAM::User": "user",
        "AWS::IAM::Group": "group",
        "AWS::Serverless::Function": "role",
        "AWS::Serverless::StateMachine": "role",
    }
    return None, holders_by_type.get(kind)
