"""Addresses of Terraform's resources, and to which of them a plan's attributes refer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mfa_session.policy.nodes import Members, items_of, members_in, objects_in, text_in, text_of

_index = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
_module_of = re.compile(rf"(?:module\.[^.[]+(?:{_index.pattern})?\.)*").match
_index_at_end = re.compile(rf"(?:{_index.pattern})?$").search


class References:
    """To which resources an attribute refers whose value is known only after the apply."""

    def __init__(self, resources: Sequence[Members], configuration: Members) -> None:
        """Take all resources, and the plan's root module as it was written."""
        self._named = dict(_references(configuration))
        # By their address without a key, and their key.
        self._instances = defaultdict[str, dict[str, Members]](dict)
        for each in resources:
            address = address_of(each)
            self._instances[_without_key(address)][_key_of(address)] = each

    def is_set(self, resource: Members, key: str) -> bool:
        """Say whether an attribute is written."""
        return self._of(resource, key) is not None

    def resources(self, resource: Members, key: str, kind: str) -> list[Members]:
        """Return the resource of a kind that an attribute is of; an empty one if it is not certain.

        Terraform lists all that an expression names: `p[0].arn`, `p[0]` and `p`; both branches of a
        condition and what decides it; but not its constants, which may be a part of a list.
        """
        references = self._of(resource, key)
        if references is None:
            return []
        address = address_of(resource)
        module = _module(address)
        named = {each for each in references if module + _plain(each) in self._instances}
        parts = tuple(f"{each}." for each in named)
        if {*references} - named - {"each.key"} - {e for e in references if e.startswith(parts)}:
            return [{}]
        wanted = {(module + _plain(each), _key_of(each)) for each in named}
        if "each.key" in references:
            keys = self._instances[_without_key(address)].keys()
            others = {place for place, _ in wanted if keys <= self._instances[place].keys()}
            wanted |= {(place, _key_of(address)) for place in others}
        found = [each for place, key in wanted if (each := self._instances[place].get(key))]
        if len(found) != 1 or not is_kind(found[0], kind):
            return [{}]
        return [*found, {}] if key.endswith("s") else found

    def _of(self, resource: Members, key: str) -> Sequence[str] | None:
        return self._named.get((_plain(address_of(resource)), key))


def _references(
    module: Members, prefix: str = ""
) -> Iterator[tuple[tuple[str, str], Sequence[str]]]:
    """Yield what each attribute refers to in its module, by its resource's address and name."""
    for resource in objects_in(module, "resources"):
        expressions = members_in(resource, "expressions")
        for key in expressions:
            references = items_of(members_in(expressions, key).get("references"))
            yield (f"{prefix}{text_in(resource, 'address')}", key), [*map(text_of, references)]
    calls = members_in(module, "module_calls")
    for name in calls:
        inner = members_in(members_in(calls, name), "module")
        yield from _references(inner, f"{prefix}module.{name}.")


def address_of(resource: Members) -> str:
    """Return a resource's address: `module.x.aws_iam_role.y["z"]`."""
    return text_in(resource, "address")


def _module(address: str) -> str:
    found = _module_of(address)
    return found[0] if found else ""


def _without_key(address: str) -> str:
    module = _module(address)
    return module + _plain(address[len(module) :])


def _plain(address: str) -> str:
    return _index.sub("", address)


def _key_of(address: str) -> str:
    """Return the key of an instance, in brackets."""
    found = _index_at_end(address)
    return found[0] if found else ""


def is_data(resource: Members) -> bool:
    """Say whether it is a data source, which only reads."""
    return text_in(resource, "mode") == "data"


def is_kind(resource: Members, kind: str) -> bool:
    """Say whether it is of a kind, such as `aws_iam_role`."""
    return text_in(resource, "type") == kind
