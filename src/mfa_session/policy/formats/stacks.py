"""Find the policies in templates of CloudFormation, SAM and CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.formats.origin import NAMES, ORGANISATION_KINDS, Holdings, holder_of
from mfa_session.policy.nodes import items_of, listed, members_in, members_of, text_in, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfa_session.policy.formats.origin import Origin
    from mfa_session.policy.nodes import Members, Node


_IN_PLACE = {"PolicyDocument", "Statement"}
_OWNERS = {**NAMES, "Roles": "role", "Users": "user", "Groups": "group"}
_HOLDERS = {
    "AWS::IAM::Role": "role",
    "AWS::IAM::RolePolicy": "role",
    "AWS::IAM::User": "user",
    "AWS::IAM::Group": "group",
    "AWS::Serverless::Function": "role",
    "AWS::Serverless::StateMachine": "role",
}
_ARNS = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user"}


class _Resource(NamedTuple):
    kind: str
    properties: Members


def is_stack(members: Members) -> bool:
    """Say whether an object is a template."""
    return any("::" in each.kind for each in _resources(members).values())


def _resources(members: Members) -> dict[str, _Resource]:
    found = {name: members_of(each) for name, each in members_in(members, "Resources").items()}
    return {
        name: _Resource(text_in(parts, "Type"), members_in(parts, "Properties"))
        for name, parts in found.items()
    }


def arns_in(members: Members) -> dict[str, str]:
    """Return a template's references to ARNs, with what these look like.

    `${Admin.Arn}` is `arn:…:role/${Admin}` if Admin is a role there.
    """
    start = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"
    return {
        f"${{{name}.Arn}}": f"{start}{_ARNS[each.kind]}/${{{name}}}"
        for name, each in _resources(members).items()
        if each.kind in _ARNS
    }


def read_stack(members: Members, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield what to search in a template, with its origin."""
    resources = _resources(members)
    holdings = _Stack(resources).holdings()
    origin = origin._replace(incomplete=holdings.incomplete)
    for name, (kind, properties) in resources.items():
        told, owners, holder = holdings.kind(name), holdings.owners(name), _HOLDERS.get(kind)
        if kind == "AWS::Organizations::Policy":
            told = ORGANISATION_KINDS.get(text_in(properties, "Type"))
        elif kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
            holder = holder_of(owners)
        there = origin.named(name, told, holder, *owners)
        for key, inner in properties.items():
            yield from _properties(key, inner, there.at(key))
    for key, inner in members.items():
        if key != "Resources":
            yield inner, origin.at(key)


def _properties(key: str, node: Node, origin: Origin) -> Iterator[tuple[Node, Origin]]:
    """Yield a property; inline policies each by its own name."""
    items = items_of(node) if key == "Policies" else []
    for item in items or [node]:
        policy = members_of(item)
        name = text_in(policy, "PolicyName")
        if item is not node and name and "PolicyDocument" in policy:
            yield policy["PolicyDocument"], origin.named(f"policy/{name}")
        else:
            yield item, origin


class _Stack:
    """The resources of a template; an unnamed one is named by its logical id."""

    def __init__(self, resources: Mapping[str, _Resource]) -> None:
        self._resources = resources
        self._names = {
            name: next(filter(None, (text_in(properties, key) for key in NAMES)), name)
            for name, (_, properties) in resources.items()
        }

    def holdings(self) -> Holdings:
        """Return who has the policies of each resource."""
        groups = (name for name, (kind, _) in self._resources.items() if kind == "AWS::IAM::Group")
        holdings = Holdings({f"group/{self._names[each]}" for each in groups})
        for name, (kind, properties) in self._resources.items():
            if kind.endswith("Policy"):
                holdings.give(self._owners(properties, *_OWNERS), [name])
            elif kind == "AWS::IAM::UserToGroupAddition":
                users = self._owners(properties, "Users")
                holdings.join(users, self._owners(properties, "GroupName"))
            elif kind in _HOLDERS:
                itself = [f"{_HOLDERS[kind]}/{self._names[name]}"]
                attached = self._policies(properties, "ManagedPolicyArns", "Policies")
                holdings.give(itself, [name, *attached])
                holdings.bound(itself, self._policies(properties, "PermissionsBoundary"))
                holdings.join(itself, self._owners(properties, "Groups"))
        return holdings

    def _owners(self, properties: Members, *keys: str) -> Iterator[str]:
        for key, each in _items(properties, keys):
            name = text_of(each) or self._names.get(text_in(members_of(each), "Ref"), "")
            yield f"{_OWNERS[key]}/{name}"

    def _policies(self, properties: Members, *keys: str) -> Iterator[str | None]:
        """Yield the policies that are resources; None for one that is not here."""
        for _, each in _items(properties, keys):
            if _IN_PLACE.isdisjoint(members_of(each)):
                name = text_in(members_of(each), "Ref")
                yield name if name in self._resources else None


def _items(properties: Members, keys: Iterable[str]) -> Iterator[tuple[str, Node]]:
    for key in keys:
        for each in listed(properties[key]) if key in properties else ():
            yield key, each
