"""What `terraform show -json` prints of a plan or a state, and the state's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.json_text import items_of, members_of, text_of
from mfa_session.policy.where import ORGANISATION_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.json_text import Members, Node
    from mfa_session.policy.where import Where


_TERRAFORM_HOLDERS = {
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role",
    "aws_iam_user_policy": "user",
    "aws_iam_group_policy": "group",
}


def is_terraform(members: Members) -> bool:
    """Say whether an object is a plan or a state."""
    return "format_version" in members and ("planned_values" in members or "values" in members)


def read_terraform(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield what resources will be or are; a plan's other parts say the same again.

    Data sources are looked at where no resource has their text: they are what resources are
    made of.
    """
    values = members.get("planned_values") or members["values"]
    resources = list(_resources(members_of(values).get("root_module")))
    prior = members_of(members_of(members.get("prior_state")).get("values")).get("root_module")
    yield from _attributes([*resources, *filter(_is_data, _resources(prior))], where)


def _resources(module: Node | None) -> Iterator[Members]:
    """Yield the resources of a module, and of those in it."""
    parts = members_of(module)
    yield from map(members_of, items_of(parts.get("resources")))
    for inner in items_of(parts.get("child_modules")):
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
    values = members_of(resource.get("values"))
    told = None
    if kind == "aws_organizations_policy":
        told = ORGANISATION_KINDS.get(text_of(values.get("type")) or "SERVICE_CONTROL_POLICY")
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


def is_state_file(members: Members) -> bool:
    """Say whether an object is `terraform.tfstate`."""
    return "terraform_version" in members and "lineage" in members and "resources" in members


def read_state_file(members: Members, where: Where) -> Iterator[tuple[Node, Where]]:
    """Yield what each instance of a resource is."""
    yield from _attributes(list(_instances(members)), where)


def _instances(members: Members) -> Iterator[Members]:
    """Yield each instance of the state's resources, as `terraform show -json` has them."""
    for resource in map(members_of, items_of(members["resources"])):
        names = [text_of(resource.get(key)) for key in ("module", "type", "name")]
        address = resource["name"]._replace(value=".".join(filter(None, names)))
        for instance in map(members_of, items_of(resource.get("instances"))):
            if "attributes" in instance:
                yield {**resource, "address": address, "values": instance["attributes"]}
