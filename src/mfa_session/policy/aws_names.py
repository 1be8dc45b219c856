"""Actions and services that AWS does not list, and what was perhaps meant.

What is newer than the list is looked for among the operations of the installed botocore, so that an
upgrade of boto3 keeps this current.
"""

from __future__ import annotations

import functools
import re
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from mfa_session.model.record import Record
from mfa_session.policy.action_names import BY_METHOD, CALLS
from mfa_session.policy.name_list import WILDCARDS, NameList, alikeness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

# Anything else is a placeholder, or filled in by a template.
_FORM = re.compile(r"(?P<service>[A-Za-z0-9-]+):(?P<name>[A-Za-z0-9*?]+)", re.ASCII)
_TELLING = 10  # letters; shorter names of another service are chance
_VERY_ALIKE, _ALIKE = 0.8, 0.6  # of the letters
_MOST_COMPARED = 50  # names that are compared with all others: nobody reads more, and it is slow

LOOK_UP = (
    "look it up in AWS's Service Authorization Reference; what is newer than this list is known "
    "after an upgrade of boto3"
)


class Unlisted(Record):
    """An action that AWS does not list.

    `meant` is what it was perhaps meant to be, if anything is near. That is `sure` where one is a
    slip away from the other, or both are names of one thing.
    """

    action: str
    meant: str | None
    sure: bool

    @property
    def message(self) -> str:
        """What is wrong."""
        matching = "that matches " if WILDCARDS.search(self.action) else ""
        return f"AWS lists no action {matching}{self.action}"

    @property
    def guess(self) -> str:
        """What it was perhaps meant to be, to follow the message; empty if nothing is near."""
        if self.meant is None:
            return ""
        return (
            f"; {self.meant} was probably meant" if self.sure else f"; the nearest is {self.meant}"
        )

    @property
    def hint(self) -> str:
        """What to do about it."""
        if self.meant is not None:
            return f"did you mean {self.meant}?"
        return LOOK_UP


class Listed(Protocol):
    """The services and actions that AWS lists."""

    @property
    def services(self) -> Iterable[str]:
        """The services, by IAM's prefix."""

    def actions_of(self, service: str) -> Iterable[str]:
        """Return the actions of a service as AWS spells them; none if nobody lists them."""


class AwsNames:
    """The actions of each service by IAM's prefix, and what a name that is none was meant to be."""

    def __init__(
        self,
        listed: Listed,
        installed: Callable[[str], Iterable[str]],
        prefixes: Mapping[str, str],
    ) -> None:
        """Take the list, what the installed botocore knows, and the CLI's names of services.

        `installed` returns the operations of the services with a prefix; `prefixes` has IAM's
        prefix for what the AWS CLI calls a service.
        """
        self._services = NameList(listed.services)
        self._actions_of = functools.cache(lambda service: NameList(listed.actions_of(service)))
        self._installed = functools.cache(lambda prefix: NameList(installed(prefix)))
        self._prefixes = prefixes
        self._looked_up: dict[str, Unlisted | None] = {}
        self._compared = 0

    def look_up(self, action: str) -> Unlisted | None:
        """Return what is wrong with an action or pattern; None if AWS lists what it names."""
        if action not in self._looked_up:
            self._looked_up[action] = self._judge(action)
        return self._looked_up[action]

    def _judge(self, action: str) -> Unlisted | None:
        found = _FORM.fullmatch(action)
        if found is None:
            return None
        service, name = found["service"].lower(), found["name"]
        if self._knows(service, name):
            return None
        meant, sure = next(self._guesses(service, name), (None, False))
        return Unlisted(action=action, meant=meant, sure=sure)

    def _knows(self, service: str, name: str) -> bool:
        known = self._actions_of(service)
        if not known and service in self._services.spelled:
            return True  # a service whose actions nobody lists
        is_named_otherwise = (
            service in self._prefixes
            or service in BY_METHOD
            or f"{service}:{name.lower()}" in CALLS
        )
        return known.has(name) or (not is_named_otherwise and self._installed(service).has(name))

    def _guesses(self, service: str, name: str) -> Iterator[tuple[str, bool]]:
        """Yield what may be meant, the likeliest first, and whether that is sure."""
        known = self._actions_of(service)
        for sure in (
            CALLS.get(f"{service}:{name.lower()}"),
            self._under_another_prefix(service, name),
            _joined(service, known.slip(name)),
        ):
            if sure:
                yield sure, True
        self._compared += 1
        if self._compared <= _MOST_COMPARED:
            near = known.alike(name, _ALIKE)
            found = _joined(service, near)
            elsewhere = self._only_one_of(name)
            very_alike = near and alikeness(name, near) >= _VERY_ALIKE
            for each in (found, elsewhere) if very_alike else (elsewhere, found):
                if each:
                    yield each, False

    def _under_another_prefix(self, service: str, name: str) -> str | None:
        """Return the action of a service that the CLI calls so, or that is misspelt."""
        slip = None if service in self._services.spelled else self._services.slip(service)
        for prefix in (self._prefixes.get(service), slip):
            if prefix and self._actions_of(prefix) and self._knows(prefix, name):
                return f"{prefix}:{self._actions_of(prefix).spelled.get(name.lower(), name)}"
        return None

    @cached_property
    def _services_with(self) -> dict[str, list[str]]:
        """Which services have an action of a name, in lower case."""
        found: dict[str, list[str]] = {}
        for service in self._services.spelled:
            for name in self._actions_of(service).spelled:
                found.setdefault(name, []).append(service)
        return found

    def _only_one_of(self, name: str) -> str | None:
        """Return the action of this name, if just one service has it."""
        services = self._services_with.get(name.lower(), ()) if len(name) >= _TELLING else ()
        if len(services) != 1:
            return None
        return _joined(services[0], self._actions_of(services[0]).spelled[name.lower()])


def _joined(service: str, name: str | None) -> str | None:
    return name and f"{service}:{name}"
