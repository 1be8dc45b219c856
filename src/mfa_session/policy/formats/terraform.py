"""Find the policies in Terraform's plan, state and state file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.formats.origin import ORGANISATION_KINDS, Holdings, holder_of
from mfa_session.policy.nodes import (
    items_of,
    listed,
    members_in,
    members_of,
    objects_in,
    text_in,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mfa_session.policy.formats.origin import Origin
    from mfa_session.policy.nodes import Members, Node

    Parts = Iterator[tuple[Node, Origin]]


# The attributes that name holders, such as those of aws_iam_role_policy_attachment.
_NAMES = {
    "role": ("role", "roles", "role_name"),
    "user": ("user", "users", "user_name"),
    "group": ("group", "groups", "group_name"),
}
_HOLDERS = {
    "aws_iam_role": "role",
    "aws_iam_role_policy": "role",
    "aws_iam_user": "user",
    "aws_iam_user_policy": "user",
    "aws_iam_group": "group",
    "aws_iam_group_policy": "group",
    "aws_ssoadmin_permission_set_inline_policy": "role",
}
_THEMSELVES = {"aws_iam_role", "aws_iam_user"}
_INDEX = re.compile(r"\[[^]]*\]")


def read_terraform(members: Members, origin: Origin) -> Parts:
    """Yield the planned or current values of resources; a plan's other parts repeat them.

    A data source counts only if no resource has its text, since resources are built from them.
    """
    values = members.get("planned_values") or members["values"]
    prior = members_of(members_in(members, "prior_state").get("values")).get("root_module")
    configuration = members_in(members_in(members, "configuration"), "root_module")
    found = list(_resources(members_of(values).get("root_module")))
    found += (each for each in _resources(prior) if each.is_data)
    yield from _Module(found, dict(_references(configuration))).policies(origin)


def read_state_file(members: Members, origin: Origin) -> Parts:
    """Yield the values of each instance, as in the format of `terraform show -json`."""
    instances = []
    for resource in objects_in(members, "resources"):
        module, mode, *names = (
            text_in(resource, key) for key in ("module", "mode", "type", "name")
        )
        parts = (module, mode.replace("managed", ""), *names)
        for instance in objects_in(resource, "instances"):
            if "attributes" in instance:
                index = instance.get("index_key")
                at = f"[{json.dumps(index.value)}]" if index else ""
                address = ".".join(filter(None, parts)) + at
                values = members_in(instance, "attributes")
                instances.append(_Resource(address, names[0], values, is_data=mode == "data"))
    yield from _Module(instances, {}).policies(origin)


class _Resource(NamedTuple):
    """A resource or data source, with its known values."""

    address: str
    kind: str
    values: Members
    is_data: bool

    def text(self, attribute: str) -> str:
        return text_in(self.values, attribute)

    def texts(self, attribute: str) -> list[str]:
        """Return the texts of an attribute; none if one is not known."""
        node = self.values.get(attribute)
        found = [text_of(each) for each in listed(node)] if node else []
        return found if all(found) else []


_UNKNOWN = _Resource("", "", {}, is_data=False)


def _resources(module: Node | None) -> Iterator[_Resource]:
    parts = members_of(module)
    for each in objects_in(parts, "resources"):
        values, is_data = members_in(each, "values"), text_in(each, "mode") == "data"
        yield _Resource(text_in(each, "address"), text_in(each, "type"), values, is_data)
    for inner in items_of(parts.get("child_modules")):
        yield from _resources(inner)


def _references(
    module: Members, prefix: str = ""
) -> Iterator[tuple[tuple[str, str], Sequence[str]]]:
    """Yield the resources that each attribute refers to, by its resource's address and name."""
    for resource in objects_in(module, "resources"):
        expressions = members_in(resource, "expressions")
        for key in expressions:
            references = items_of(members_in(expressions, key).get("references"))
            address = f"{prefix}{text_in(resource, 'address')}"
            yield (address, key), [f"{prefix}{_plain(text_of(each))}" for each in references]
    calls = members_in(module, "module_calls")
    for name in calls:
        inner = members_in(members_in(calls, name), "module")
        yield from _references(inner, f"{prefix}module.{name}.")


def _plain(address: str) -> str:
    return _INDEX.sub("", address)


class _Module:
    """The resources of all modules; `references` tell what a plan's unknown values will be."""

    def __init__(
        self, resources: list[_Resource], references: Mapping[tuple[str, str], Sequence[str]]
    ) -> None:
        self._resources = resources
        self._references = references
        self._instances = defaultdict[str, "list[_Resource]"](list)
        for each in resources:
            self._instances[_plain(each.address)].append(each)
        self._arns = self._values("aws_iam_policy", "arn")

    def policies(self, origin: Origin) -> Parts:
        holdings = self._holdings()
        origin = origin._replace(incomplete=holdings.incomplete)
        seen: set[str] = set()
        for resource in sorted(self._resources, key=lambda each: each.is_data):
            there = _named(resource, origin, holdings)
            for key, value in resource.values.items():
                for text, path in _texts(value, (key,)):
                    if not (resource.is_data and text_of(text) in seen):
                        yield text, _at_attribute(there, path)
                    seen.add(text_of(text))

    def _holdings(self) -> Holdings:
        holdings = Holdings({f"group/{each}" for each in self._values("aws_iam_group", "name")})
        for resource in self._resources:
            if resource.kind in _THEMSELVES:
                itself = [f"{_HOLDERS[resource.kind]}/{resource.text('name')}"]
                attached = self._policies(resource, "managed_policy_arns")
                holdings.give(itself, [resource.address, *attached])
                holdings.bound(itself, self._policies(resource, "permissions_boundary"))
            elif "membership" in resource.kind:
                holdings.join(self._owners(resource, "user"), self._owners(resource, "group"))
            else:
                attached = self._policies(resource, "policy_arn", "policy_arns")
                policies = [resource.address] if resource.kind in _HOLDERS else attached
                holdings.give(self._owners(resource, *_NAMES), policies)
        return holdings

    def _values(self, kind: str, attribute: str) -> dict[str, str]:
        """Return the addresses of resources, by the known values of an attribute."""
        return {
            value: each.address
            for each in self._resources
            if each.kind == kind and (value := each.text(attribute))
        }

    def _owners(self, resource: _Resource, *holders: str) -> Iterator[str]:
        for holder in holders:
            for key in _NAMES[holder]:
                referred = self._referred(resource, key)
                names = resource.texts(key) or [each.text("name") for each in referred]
                yield from (f"{holder}/{name}" for name in names)

    def _policies(self, resource: _Resource, *keys: str) -> Iterator[str | None]:
        """Yield the addresses of policies; None for one that is not here."""
        for key in keys:
            referred = self._referred(resource, key)
            known = [self._arns.get(arn) for arn in resource.texts(key)]
            yield from known or (each.address or None for each in referred)

    def _referred(self, resource: _Resource, key: str) -> list[_Resource]:
        """Return the resources that an attribute refers to, or that they are not known."""
        address = resource.address
        references = self._references.get((_plain(address), key))
        if references is None:
            return []
        index = address.removeprefix(address.rstrip("]").rpartition("[")[0])
        found: list[_Resource] = []
        for each in references:
            same = self._instances.get(each, [])
            if len(same) > 1:  # those of for_each mostly go together
                same = [one for one in same if one.address.endswith(index)]
            found += same
        return found if len(found) == 1 or (found and key.endswith("s")) else [_UNKNOWN]


def _named(resource: _Resource, origin: Origin, holdings: Holdings) -> Origin:
    owners, told = holdings.owners(resource.address), holdings.kind(resource.address)
    if resource.kind == "aws_organizations_policy":
        told = ORGANISATION_KINDS.get(resource.text("type") or "SERVICE_CONTROL_POLICY")
    holder = _HOLDERS.get(resource.kind) or holder_of(owners)
    return origin.named(resource.address, told, holder, *owners)


def _at_attribute(origin: Origin, path: tuple[str, ...]) -> Origin:
    if path[-1:] == ("assume_role_policy",):
        return origin.at(path[-1])
    name = ".".join(path)
    return origin if name in {"policy", "json", "content"} else origin.named(name)


def _texts(node: Node, path: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield the texts in a resource's values that may be policies, with their paths.

    Nested values, such as a data source's `statement`, are in Terraform's own format.
    """
    if path[-1:] == ("minified_json",):
        return
    if "tatement" in text_of(node):
        yield node, path
    inside = members_of(node) or enumerate(items_of(node))
    for key, inner in dict(inside).items():
        yield from _texts(inner, (*path, str(key)))
