"""The actions of IAM and the operations of the AWS CLI, from a list in the package.

docs/generate_actions.py writes the list, `actions.txt`. Most names are both an action and an
operation, and the wheel should be small, so the list has each name once, without the words that it
shares with the name before:

    ec2 = cd'fCarrierGateway bcd2Route      CreateCarrierGateway DeleteCarrierGateway
                                            DescribeCarrierGateways GetCarrierGatewayRoute …

A line begins with the prefix in policies (`ec2`) and the service in the CLI (`=`: the same name).
The list's first line gives each frequent verb a letter, its second each frequent word a sign; other
verbs are in parentheses. Verbs behind `'` take the plural. A service `-` marks actions that are not
operations, a prefix `+` operations that are not actions.
"""

from __future__ import annotations

import functools
import os
import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from botocore.loaders import Loader


ENCODING = "latin-1"  # a sign is a byte

_VERBS = r"(?:[a-z]|\([^)]*\))"
_NAME = re.compile(rf"(?P<one>{_VERBS}*)(?:'(?P<many>{_VERBS}+))?(?P<shared>\d*)(?P<rest>.*)")
_VERB = re.compile(r"(?<=\()[^)]+|[a-z]")
_WORD = re.compile(r"[A-Z]+(?![a-z])[^A-Z]*|[A-Z][^A-Z]*|[^A-Z]+")
_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class ActionList:
    """The list; it decodes a service's names when they are asked for."""

    def __init__(self, text: str) -> None:
        """Take the text of the list."""
        verbs, words, *lines = (line for line in text.splitlines() if not line.startswith("#"))
        self._verbs = dict(each.split("=") for each in verbs.split())
        self._words = str.maketrans(dict(each.split("=") for each in words.split()))
        self._lines: dict[str, list[tuple[str, str]]] = {}
        for line in lines:
            prefix, of, *names = line.split(" ", 2)
            services = prefix if of == "=" else of
            self._lines.setdefault(prefix, []).append((services, names[0] if names else ""))
        self._others = self._lines.pop("+", [])

    @property
    def services(self) -> Iterable[str]:
        """The prefixes of the services in policies."""
        return self._lines.keys()

    def actions_of(self, service: str) -> list[str]:
        """Return the actions of a service, by its prefix, as AWS spells them."""
        return [name for _, names in self._lines.get(service, ()) for name in self._decode(names)]

    @cached_property
    def operations(self) -> dict[str, tuple[str, ...]]:
        """The operations of each service, both by the AWS CLI's names."""
        found: dict[str, list[str]] = {service: names.split() for service, names in self._others}
        for services, names in (line for lines in self._lines.values() for line in lines):
            if services != "-":
                operations = list(map(spell_operation, self._decode(names)))
                for service in services.split(","):
                    found.setdefault(service, []).extend(operations)
        return {service: tuple(sorted(found[service])) for service in sorted(found)}

    def _decode(self, names: str) -> Iterator[str]:
        before: list[str] = []
        for part in filter(
            None, map(_NAME.fullmatch, names.translate(self._words).split(" ") if names else ())
        ):
            before = before[: int(part["shared"] or 0)] + words_of(part["rest"])
            thing = "".join(before)
            for verb in _VERB.findall(part["one"]):
                yield self._verbs.get(verb, verb) + thing
            for verb in _VERB.findall(part["many"] or ""):
                yield self._verbs.get(verb, verb) + plural(thing)


def words_of(name: str) -> list[str]:
    """Return the words of a name: `DBInstanceV2` is `DB`, `Instance`, `V2`."""
    return _WORD.findall(name)


def plural(name: str) -> str:
    """Return the plural of a name, as AWS mostly writes it; `Policy` becomes `Policies`."""
    ends_in_ies = name.endswith("y") and name[-2:-1] not in "aeiou"
    return f"{name[:-1]}ies" if ends_in_ies else f"{name}s"


def spell_operation(action: str) -> str:
    """Spell an action as the AWS CLI spells an operation: `StopInstances` is `stop-instances`."""
    return _BORDERS.sub("-", action).lower()


def list_path() -> str:
    """Return the path of the list."""
    return os.path.join(os.path.dirname(__file__), "actions.txt")


def read_list() -> ActionList:
    """Read the list from the package."""
    with open(list_path(), encoding=ENCODING) as file:
        return ActionList(file.read())


def operations_of(service: str) -> tuple[str, ...]:
    """Return the operations of a service, by botocore's name; none for an unknown service."""
    from botocore.exceptions import DataNotFoundError  # noqa: PLC0415  # rarely needed

    try:
        return tuple(_loader().load_service_model(service, "service-2")["operations"])
    except DataNotFoundError:
        return ()


@functools.cache
def _loader() -> Loader:
    """Return botocore's loader, which caches the list of services."""
    from botocore.loaders import Loader  # noqa: PLC0415  # rarely needed

    return Loader()
