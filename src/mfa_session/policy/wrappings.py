"""Find policies in known formats, and their origin: a name, a kind and a holder for each.

These are the answers of `aws iam get-account-authorization-details` (`account_dump`) and `aws
organizations describe-policy`; templates of CloudFormation, SAM and CDK; the plan or state of
`terraform show -json`, and Terraform's state file.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mfa_session.policy import account_dump
from mfa_session.policy.document import holder_of
from mfa_session.policy.json_text import items_of, members_of, objects_in, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mfa_session.policy.document import Origin
    from mfa_session.policy.json_text import Members, Node

    Parts = Iterator[tuple[Node, "Origin"]]


ORGANISATION_KINDS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}


def unwrap(members: Members, origin: Origin) -> Parts | None:
    """Return what to search in an object of a known format; None for others."""
    if _MARKS.isdisjoint(members):
        return None
    return next((read(members, origin) for fits, read in _SHAPES if fits(members)), None)


def _is_organisation_policy(members: Members) -> bool:
    return "PolicySummary" in members and "Content" in members


def _read_organisation_policy(members: Members, origin: Origin) -> Parts:
    summary = members_of(members["PolicySummary"])
    kind = ORGANISATION_KINDS.get(text_of(summary.get("Type")))
    name = text_of(summary.get("Name")) or text_of(summary.get("Id"))
    yield members["Content"], origin.named(f"policy/{name}", kind=kind)


def is_stack(members: Members) -> bool:
    """Say whether an object is a template of CloudFormation, SAM or CDK."""
    return any(
        "::" in text_of(members_of(resource).get("Type"))
        for resource in members_of(members.get("Resources")).values()
    )


_ARNS = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user"}


def arns_in(members: Members) -> dict[str, str]:
    """Return how a template refers to the ARNs of its roles and users, with what these look like.

    `${Admin.Arn}` is `arn:…:role/${Admin}` if Admin is a role there; none for other objects.
    """
    types = {
        name: text_of(members_of(resource).get("Type"))
        for name, resource in members_of(members.get("Resources")).items()
    }
    start = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"
    return {
        f"${{{name}.Arn}}": f"{start}{_ARNS[of]}/${{{name}}}"
        for name, of in types.items()
        if of in _ARNS
    }


def _read_stack(members: Members, origin: Origin) -> Parts:
    attached = _attached_in_stack(members["Resources"])
    for name, resource in members_of(members["Resources"]).items():
        parts = members_of(resource)
        properties = members_of(parts.get("Properties"))
        kind, holder = _told_by_type(text_of(parts.get("Type")), properties, attached[name])
        for key, inner in properties.items():
            there = origin.named(name, kind=kind, holder=holder)
            yield from _properties(key, inner, there.at(key))
    for key, inner in members.items():
        if key != "Resources":
            yield inner, origin.at(key)


def _properties(key: str, node: Node, origin: Origin) -> Parts:
    """Yield a property; inline policies each by its own name."""
    for item in items_of(node) if key == "Policies" else []:
        name = text_of(members_of(item).get("PolicyName"))
        if name and "PolicyDocument" in members_of(item):
            yield members_of(item)["PolicyDocument"], origin.named(f"policy/{name}")
        else:
            yield item, origin
    if key != "Policies" or not items_of(node):
        yield node, origin


def _attached_in_stack(resources: Node) -> Mapping[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    for parts in map(members_of, members_of(resources).values()):
        for arn in items_of(members_of(parts.get("Properties")).get("ManagedPolicyArns")):
            policy = text_of(members_of(arn).get("Ref"))
            found[policy].add(text_of(parts.get("Type")).removeprefix("AWS::IAM::") + "s")
    return found


def _told_by_type(
    kind: str, properties: Members, attached: set[str]
) -> tuple[str | None, str | None]:
    if kind == "AWS::Organizations::Policy":
        return ORGANISATION_KINDS.get(text_of(properties.get("Type"))), None
    if kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
        own = {each for each in ("Roles", "Users", "Groups") if each in properties}
        return None, holder_of(attached | {each for each in own if properties[each].value})
    holders_by_type = {
        "AWS::IAM::Role": "role",
        "AWS::IAM::RolePolicy": "role",
        "AWS::IAM::User": "user",
        "AWS::IAM::Group": "group",
        "AWS::Serverless::Function": "role",
        "AWS::Serverless::StateMachine": "role",
    }
    return None, holders_by_type.get(kind)


_TERRAFORM_HOLDERS = {
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role",
    "aws_iam_user_policy": "user",
    "aws_iam_group_policy": "group",
    "aws_ssoadmin_permission_set_inline_policy": "role",
}


def _is_terraform(members: Members) -> bool:
    return "format_version" in members and ("planned_values" in members or "values" in members)


def _read_terraform(members: Members, origin: Origin) -> Parts:
    """Yield the planned or current values of resources; a plan's other parts repeat them.

    A data source counts only if no resource has its text, since resources are built from them.
    """
    values = members.get("planned_values") or members["values"]
    resources = list(_resources(members_of(values).get("root_module")))
    prior = members_of(members_of(members.get("prior_state")).get("values")).get("root_module")
    yield from _attributes([*resources, *filter(_is_data, _resources(prior))], origin)


def _resources(module: Node | None) -> Iterator[Members]:
    parts = members_of(module)
    yield from objects_in(parts, "resources")
    for inner in items_of(parts.get("child_modules")):
        yield from _resources(inner)


def _attributes(resources: list[Members], origin: Origin) -> Parts:
    seen: set[str] = set()
    for resource in sorted(resources, key=_is_data):
        is_data = _is_data(resource)
        values = resource.get("values")
        there = _named_by_terraform(resource, origin)
        for text, path in _texts(values):
            if not (is_data and text_of(text) in seen):
                yield text, _at_attribute(there, path)
            seen.add(text_of(text))


def _is_data(resource: Members) -> bool:
    return text_of(resource.get("mode")) == "data"


def _named_by_terraform(resource: Members, origin: Origin) -> Origin:
    kind = text_of(resource.get("type"))
    values = members_of(resource.get("values"))
    told = None
    if kind == "aws_organizations_policy":
        told = ORGANISATION_KINDS.get(text_of(values.get("type")) or "SERVICE_CONTROL_POLICY")
    address, holder = text_of(resource.get("address")), _TERRAFORM_HOLDERS.get(kind)
    return origin.named(address, kind=told, holder=holder)


def _at_attribute(origin: Origin, path: tuple[str, ...]) -> Origin:
    """Return the origin of an attribute; the usual ones need no name."""
    if path[-1:] == ("assume_role_policy",):
        return origin.at(path[-1])
    usual = path in {("policy",), ("json",), ("content",)}
    return origin if usual else origin.named(".".join(path))


def _texts(node: Node | None, path: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield the texts in a resource's values that may be policies, with their paths.

    Nested values, such as a data source's `statement`, are in Terraform's own format.
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


def _read_state_file(members: Members, origin: Origin) -> Parts:
    """Yield the values of each instance, as in the format of `terraform show -json`."""
    instances = []
    for resource in objects_in(members, "resources"):
        names = [text_of(resource.get(key)) for key in ("module", "type", "name")]
        address = resource["name"]._replace(value=".".join(filter(None, names)))
        for instance in objects_in(resource, "instances"):
            if "attributes" in instance:
                values = instance["attributes"]
                instances.append({**resource, "address": address, "values": values})
    yield from _attributes(instances, origin)


# Every object of a known format has one of these.
_MARKS = {
    *account_dump.DETAILS,
    "Policies",
    "PolicySummary",
    "Resources",
    "format_version",
    "lineage",
}
_SHAPES: tuple[tuple[Callable[[Members], bool], Callable[[Members, Origin], Parts]], ...] = (
    (account_dump.is_account, account_dump.read_account),
    (_is_organisation_policy, _read_organisation_policy),
    (is_stack, _read_stack),
    (_is_terraform, _read_terraform),
    (_is_state_file, _read_state_file),
)
