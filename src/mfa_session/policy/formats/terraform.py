"""Find the policies in Terraform's plan, state and state file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from mfa_session.policy.formats.holdings import Holdings, holder_of
from mfa_session.policy.formats.origin import ORGANISATION_KINDS
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
    resources = list(_resources(members_of(values).get("root_module")))
    prior = members_of(members_in(members, "prior_state").get("values")).get("root_module")
    configuration = members_in(members_in(members, "configuration"), "root_module")
    found = [*resources, *filter(_is_data, _resources(prior))]
    yield from _Module(found, dict(_references(configuration))).policies(origin)


def read_state_file(members: Members, origin: Origin) -> Parts:
    """Yield the values of each instance, as in the format of `terraform show -json`."""
    instances = []
    for resource in objects_in(members, "resources"):
        names = [text_in(resource, key) for key in ("module", "mode", "type", "name")]
        names[1] = names[1].replace("managed", "")
        for instance in objects_in(resource, "instances"):
            if "attributes" in instance:
                index = instance.get("index_key")
                at = f"[{json.dumps(index.value)}]" if index else ""
                address = resource["name"]._replace(value=".".join(filter(None, names)) + at)
                values = instance["attributes"]
                instances.append({**resource, "address": address, "values": values})
    yield from _Module(instances, {}).policies(origin)


def _resources(module: Node | None) -> Iterator[Members]:
    parts = members_of(module)
    yield from objects_in(parts, "resources")
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
        self, resources: list[Members], references: Mapping[tuple[str, str], Sequence[str]]
    ) -> None:
        self._resources = resources
        self._references = references
        self._instances = defaultdict[str, "list[Members]"](list)
        for each in resources:
            self._instances[_plain(text_in(each, "address"))].append(each)
        self._arns = self._values("aws_iam_policy", "arn")

    def policies(self, origin: Origin) -> Parts:
        holdings = self._holdings()
        origin = origin._replace(incomplete=holdings.incomplete)
        seen: set[str] = set()
        for resource in sorted(self._resources, key=_is_data):
            is_data = _is_data(resource)
            there = _named(resource, origin, holdings)
            for text, path in _texts(resource.get("values")):
                if not (is_data and text_of(text) in seen):
                    yield text, _at_attribute(there, path)
                seen.add(text_of(text))

    def _holdings(self) -> Holdings:
        holdings = Holdings({f"group/{each}" for each in self._values("aws_iam_group", "name")})
        for resource in self._resources:
            kind, address = text_in(resource, "type"), text_in(resource, "address")
            if kind in _THEMSELVES:
                itself = [f"{_HOLDERS[kind]}/{_value(resource, 'name')}"]
                attached = self._policies(resource, "managed_policy_arns")
                holdings.give(itself, [address, *attached])
                holdings.bound(itself, self._policies(resource, "permissions_boundary"))
            elif "membership" in kind:
                holdings.join(self._owners(resource, "user"), self._owners(resource, "group"))
            else:
                attached = self._policies(resource, "policy_arn", "policy_arns")
                policies = [address] if kind in _HOLDERS else attached
                holdings.give(self._owners(resource, *_NAMES), policies)
        return holdings

    def _values(self, kind: str, attribute: str) -> dict[str, str]:
        """Return the addresses of resources, by the known values of an attribute."""
        return {
            value: text_in(each, "address")
            for each in self._resources
            if text_in(each, "type") == kind and (value := _value(each, attribute))
        }

    def _owners(self, resource: Members, *holders: str) -> Iterator[str]:
        for holder in holders:
            for key in _NAMES[holder]:
                referred = self._referred(resource, key)
                names = _known(resource, key) or [_value(each, "name") for each in referred]
                yield from (f"{holder}/{name}" for name in names)

    def _policies(self, resource: Members, *keys: str) -> Iterator[str | None]:
        """Yield the addresses of policies; None for one that is not here."""
        for key in keys:
            referred = self._referred(resource, key)
            known = [self._arns.get(arn) for arn in _known(resource, key)]
            yield from known or (text_in(each, "address") or None for each in referred)

    def _referred(self, resource: Members, key: str) -> list[Members]:
        """Return the resources that an attribute refers to; an empty one for what is not known."""
        address = text_in(resource, "address")
        references = self._references.get((_plain(address), key))
        if references is None:
            return []
        index = address.removeprefix(address.rstrip("]").rpartition("[")[0])
        found: list[Members] = []
        for each in references:
            same = self._instances.get(each, [])
            if len(same) > 1:  # those of for_each mostly go together
                same = [one for one in same if text_in(one, "address").endswith(index)]
            found += same
        return found if len(found) == 1 or (found and key.endswith("s")) else [{}]


def _is_data(resource: Members) -> bool:
    return text_in(resource, "mode") == "data"


def _value(resource: Members, attribute: str) -> str:
    return text_in(members_in(resource, "values"), attribute)


def _known(resource: Members, key: str) -> list[str]:
    """Return the texts of an attribute; none if one is not known."""
    node = members_in(resource, "values").get(key)
    found = [text_of(each) for each in listed(node)] if node else []
    return found if all(found) else []


def _named(resource: Members, origin: Origin, holdings: Holdings) -> Origin:
    kind, address = text_in(resource, "type"), text_in(resource, "address")
    owners, told = holdings.owners(address), holdings.kind(address)
    if kind == "aws_organizations_policy":
        told = ORGANISATION_KINDS.get(_value(resource, "type") or "SERVICE_CONTROL_POLICY")
    return origin.named(address, told, _HOLDERS.get(kind) or holder_of(owners), *owners)


def _at_attribute(origin: Origin, path: tuple[str, ...]) -> Origin:
    if path[-1:] == ("assume_role_policy",):
        return origin.at(path[-1])
    name = ".".join(path)
    return origin if name in {"policy", "json", "content"} else origin.named(name)


def _texts(node: Node | None, path: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield the texts in a resource's values that may be policies, with their paths.

    Nested values, such as a data source's `statement`, are in Terraform's own format.
    """
    if path[-1:] == ("minified_json",):
        return
    if node and "tatement" in text_of(node):
        yield node, path
    inside = members_of(node) or enumerate(items_of(node))
    for key, inner in dict(inside).items():
        yield from _texts(inner, (*path, str(key)))
