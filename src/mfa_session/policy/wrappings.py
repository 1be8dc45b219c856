"""What policies come wrapped in, and what that says of each: its name, its kind, its holder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_session.policy.json_text import Node

    Members = dict[str, Node]
    Parts = list[tuple[Node, "Where"]]

_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_STATEMENT = ("Statement", "statement", "STATEMENT")
_EFFECT = ("Effect", "effect", "EFFECT")
_SUBJECTS = ("Action", "NotAction", "action", "notAction", "notaction", "ACTION")
_HOLDERS = {"RoleName": "role", "UserName": "user", "GroupName": "group"}
_TRUST_KEYS = {"AssumeRolePolicyDocument", "assume_role_policy"}
_ORGANISATION_KINDS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "scp"}


class Where(NamedTuple):
    """Where a policy stands: what names it, else the `path` of keys; and what is told of it."""

    names: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    kind: str | None = None
    holder: str | None = None

    @property
    def name(self) -> str:
        """What people find it by: `role/x trust`, else a JSON pointer."""
        return " ".join(self.names) or self.pointer

    @property
    def pointer(self) -> str:
        """The keys that lead to it, as RFC 6901 has it; empty for the whole text."""
        return "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in self.path)

    def at(self, key: str) -> Where:
        """Return the place of a member or item."""
        if key in _TRUST_KEYS:
            names = (*self.names, "trust") if self.names else ()
            return Where(names, (*self.path, key), "trust", self.holder)
        return self._replace(path=(*self.path, key))

    def named(self, name: str, *, kind: str | None = None, holder: str | None = None) -> Where:
        """Return the place with one more name, and what that says."""
        return self._replace(
            names=(*self.names, name), kind=kind or self.kind, holder=holder or self.holder
        )

    def inside(self, members: Members) -> Where:
        """Return the place with the names that an object gives what is in it."""
        where = self
        for key, holder in _HOLDERS.items():
            if key in members and (name := text_of(members[key])):
                where = where.named(f"{holder}/{name}", holder=holder)
        policy = text_of(members.get("PolicyName"))
        if policy and ("PolicyDocument" in members or "PolicyVersionList" in members):
            where = where.named(f"policy/{policy}")
        return where


def kind_by_name(names: tuple[str, ...]) -> str | None:
    """Return `boundary` or `scp` where a name says so: `DeveloperBoundary`, `scp-deny-root`."""
    for name in names:
        words = [word.lower() for word in _WORDS.findall(name)]
        said = [word for word in words if word not in {"policy", "json", "yaml"}]
        if "scp" in words or {"service", "control"} <= set(words):
            return "scp"
        if said[-1:] == ["boundary"] or {"permissions", "boundary"} <= set(words):
            return "boundary"
    return None


def unwrap(members: Members, where: Where) -> Parts | None:
    """Return what to look at in an object whose shape is known, else None."""
    if _MARKS.isdisjoint(members):
        return None
    for fits, read in _SHAPES:
        if fits(members):
            return list(read(members, where))
    return None


def looks_like_policy(members: Members) -> bool:
    """Say whether an object is a policy: others have a Statement, too, such as a WAF rule."""
    inner = next((members[name] for name in _STATEMENT if name in members), None)
    if inner is None:
        return False
    items = inner.value if isinstance(inner.value, list) else [inner]
    if any(looks_like_statement(item) or _has(item, _EFFECT) for item in items):
        return True
    return "Version" in members and isinstance(inner.value, list)


def looks_like_statement(node: Node) -> bool:
    """Say whether a value is a statement."""
    return _has(node, _EFFECT) and _has(node, _SUBJECTS)


def text_of(node: Node | None) -> str:
    """Return a node's text, or none where it is anything else."""
    return node.value if node is not None and isinstance(node.value, str) else ""


def _has(node: Node, names: tuple[str, ...]) -> bool:
    value = node.value
    return isinstance(value, dict) and any(name in value for name in names)


def _members(node: Node | None) -> Members:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


# aws iam get-account-authorization-details


_DETAILS = ("RoleDetailList", "UserDetailList", "GroupDetailList")


def _is_account(members: Members) -> bool:
    return any(name in members for name in _DETAILS) or any(
        "PolicyVersionList" in _members(item) for item in _items(members.get("Policies"))
    )


def _read_account(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield the policies of users, groups and roles, and the versions that count of managed ones.

    A managed policy that is only a boundary is one; that only roles have is a role's.
    """
    on_roles, on_others = _attached(members)
    for name in _DETAILS:
        for item in _items(members.get(name)):
            yield item, where
    for item in _items(members.get("Policies")):
        policy = _members(item)
        arn, name = text_of(policy.get("Arn")), text_of(policy.get("PolicyName"))
        there = where.named(
            f"policy/{name or arn}",
            kind="boundary" if _is_boundary(policy) else None,
            holder="role" if arn in on_roles - on_others else None,
        )
        versions = [_members(version) for version in _items(policy.get("PolicyVersionList"))]
        for version in versions:
            if _is_default(version, policy, len(versions)) and "Document" in version:
                yield version["Document"], there


def _attached(members: Members) -> tuple[set[str], set[str]]:
    """Return the ARNs of the managed policies of roles, and of users and groups."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for name in _DETAILS:
        for item in _items(members.get(name)):
            for policy in _items(_members(item).get("AttachedManagedPolicies")):
                found[name == "RoleDetailList"].add(text_of(_members(policy).get("PolicyArn")))
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


# aws organizations describe-policy


def _is_organisation_policy(members: Members) -> bool:
    return "PolicySummary" in members and "Content" in members


def _read_organisation_policy(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    summary = _members(members["PolicySummary"])
    kind = _ORGANISATION_KINDS.get(text_of(summary.get("Type")))
    name = text_of(summary.get("Name")) or text_of(summary.get("Id"))
    yield members["Content"], where.named(f"policy/{name}", kind=kind)


# CloudFormation, SAM, CDK


def _is_stack(members: Members) -> bool:
    return any(
        "::" in text_of(_members(resource).get("Type"))
        for resource in _members(members.get("Resources")).values()
    )


def _read_stack(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield the properties of every resource, by its logical id."""
    for name, resource in _members(members["Resources"]).items():
        parts = _members(resource)
        properties = _members(parts.get("Properties"))
        kind, holder = _told_by_type(text_of(parts.get("Type")), properties)
        for key, inner in properties.items():
            there = where.named(name, kind=kind, holder=holder)
            yield from _properties(key, inner, there.at(key))
    for key, inner in members.items():
        if key != "Resources":
            yield inner, where.at(key)


def _properties(key: str, node: Node, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield a property; inline policies each by its own name."""
    for item in _items(node) if key == "Policies" else []:
        name = text_of(_members(item).get("PolicyName"))
        if name and "PolicyDocument" in _members(item):
            yield _members(item)["PolicyDocument"], where.named(f"policy/{name}")
        else:
            yield item, where
    if key != "Policies" or not _items(node):
        yield node, where


def _told_by_type(kind: str, properties: Members) -> tuple[str | None, str | None]:
    """Return what a resource's type says of its policies: their kind, and whose they are."""
    if kind == "AWS::Organizations::Policy":
        return _ORGANISATION_KINDS.get(text_of(properties.get("Type"))), None
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


# terraform show -json: a plan or a state; and the state's own file


_TERRAFORM_HOLDERS = {
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role",
    "aws_iam_user_policy": "user",
    "aws_iam_group_policy": "group",
}


def _is_terraform(members: Members) -> bool:
    return "format_version" in members and ("planned_values" in members or "values" in members)


def _read_terraform(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield what resources will be or are; a plan's other parts say the same again.

    Data sources are looked at where no resource has their text: they are what resources are
    made of.
    """
    values = members.get("planned_values") or members["values"]
    resources = list(_resources(_members(values).get("root_module")))
    prior = _members(_members(members.get("prior_state")).get("values")).get("root_module")
    yield from _attributes([*resources, *filter(_is_data, _resources(prior))], where)


def _resources(module: Node | None) -> Iterator[Members]:
    """Yield the resources of a module, and of those in it."""
    parts = _members(module)
    yield from map(_members, _items(parts.get("resources")))
    for inner in _items(parts.get("child_modules")):
        yield from _resources(inner)


def _attributes(resources: list[Members], where: Where) -> Iterator[tuple[Node, Where]]:
    seen: set[str] = set()
    for resource in sorted(resources, key=_is_data):
        is_data = _is_data(resource)
        values = resource.get("values")
        there = _named_by_terraform(resource, text_of(resource.get("address")), where)
        for text, path in _texts(values):
            if not (is_data and text_of(text) in seen):
                yield text, _at_attribute(there, path)
            seen.add(text_of(text))


def _is_data(resource: Members) -> bool:
    return text_of(resource.get("mode")) == "data"


def _named_by_terraform(resource: Members, address: str, where: Where) -> Where:
    kind = text_of(resource.get("type"))
    values = _members(resource.get("values"))
    told = None
    if kind == "aws_organizations_policy":
        told = _ORGANISATION_KINDS.get(text_of(values.get("type")) or "SERVICE_CONTROL_POLICY")
    return where.named(address, kind=told, holder=_TERRAFORM_HOLDERS.get(kind))


def _at_attribute(where: Where, path: tuple[str, ...]) -> Where:
    """Return the place of an attribute; the usual ones need no name."""
    if path[-1:] == ("assume_role_policy",):
        return where.at(path[-1])
    usual = path[-1:] in {("policy",), ("json",), ("content",)} and len(path) == 1
    return where if usual else where.named(".".join(path))


def _texts(node: Node | None, path: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield the texts in the values of a resource that may be policies, with their paths.

    Only texts: what is nested, such as the data source's `statement`, is Terraform's own shape.
    """
    if node is None or path[-1:] == ("minified_json",):
        return
    if isinstance(node.value, str):
        if "tatement" in node.value:
            yield node, path
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from _texts(item, (*path, str(index)))
    elif isinstance(node.value, dict):
        for key, inner in node.value.items():
            yield from _texts(inner, (*path, key))


def _is_state_file(members: Members) -> bool:
    return "terraform_version" in members and "lineage" in members and "resources" in members


def _read_state_file(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    yield from _attributes(list(_instances(members)), where)


def _instances(members: Members) -> Iterator[Members]:
    """Yield each instance of the state's resources, as `terraform show -json` has them."""
    for resource in map(_members, _items(members["resources"])):
        names = [text_of(resource.get(key)) for key in ("module", "type", "name")]
        address = resource["name"]._replace(value=".".join(filter(None, names)))
        for instance in map(_members, _items(resource.get("instances"))):
            if "attributes" in instance:
                yield {**resource, "address": address, "values": instance["attributes"]}


_MARKS = {*_DETAILS, "Policies", "PolicySummary", "Resources", "format_version", "lineage"}
_SHAPES: tuple[
    tuple[Callable[[Members], bool], Callable[[Members, Where], Iterator[tuple[Node, Where]]]], ...
] = (
    (_is_account, _read_account),
    (_is_organisation_policy, _read_organisation_policy),
    (_is_stack, _read_stack),
    (_is_terraform, _read_terraform),
    (_is_state_file, _read_state_file),
)
