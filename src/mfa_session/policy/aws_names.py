"""Actions and services that AWS does not list, and what was perhaps meant.

`actions.txt` is the union of all lists of IAM's actions that there are (docs/generate_actions.py).
What is newer is looked for among the operations of the installed botocore, so that an upgrade of
boto3 keeps this current.
"""

from __future__ import annotations

import bisect
import difflib
import functools
import os
import re
from typing import TYPE_CHECKING

from mfa_session.model.record import Record
from mfa_session.policy.action_names import CALLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

# Anything else is a placeholder, or filled in by a template.
_FORM = re.compile(r"(?P<service>[A-Za-z0-9-]+):(?P<name>[A-Za-z0-9*?]+)", re.ASCII)
_WILDCARDS = re.compile(r"[*?]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SHORTEST = 5  # letters; shorter names are a slip away from too many
_TELLING = 10  # letters; shorter names of another service are chance
_VERY_ALIKE, _ALIKE = 0.8, 0.6  # of the letters

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
        matching = "that matches " if _WILDCARDS.search(self.action) else ""
        return f"AWS lists no action {matching}{self.action}"

    @property
    def guess(self) -> str:
        """What it was perhaps meant to be, to follow the message; empty if nothing is near."""
        if self.meant is None:
            return ""
        return f"; {self.meant} was meant, perhaps" if self.sure else f"; {self.meant} is nearest"

    @property
    def hint(self) -> str:
        """What to do about it."""
        if self.meant is not None:
            return f"did you mean {self.meant}?"
        return LOOK_UP


class AwsNames:
    """The actions of each service by IAM's prefix, and what a name that is none was meant to be."""

    def __init__(
        self, installed: Callable[[str], Iterable[str]], prefixes: Mapping[str, str]
    ) -> None:
        """Take what the installed botocore knows of a service, and the CLI's names of services.

        `installed` returns the operations of the services with a prefix; `prefixes` has IAM's
        prefix for what the AWS CLI calls a service.
        """
        self._installed = functools.cache(lambda prefix: _by_lower(installed(prefix)))
        self._prefixes = prefixes
        self._looked_up: dict[str, Unlisted | None] = {}

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
        known = _actions_of(service)
        if not known and service in _lines():
            return True  # a service whose actions nobody lists
        return _has(known, name) or _has(self._installed(service), name)

    def _guesses(self, service: str, name: str) -> Iterator[tuple[str, bool]]:
        """Yield what may be meant, the likeliest first, and whether that is sure."""
        known = _actions_of(service)
        call = CALLS.get(f"{service}:{name.lower()}")
        if call:
            yield call, True
        for prefix in (self._prefixes.get(service, ""), *_slips(service)):
            if _actions_of(prefix) and self._knows(prefix, name):
                yield f"{prefix}:{_actions_of(prefix).get(name.lower(), name)}", True
        yield from ((f"{service}:{near}", True) for near in _slip(name, known))
        yield from ((f"{service}:{near}", False) for near in _alike(name, known, _VERY_ALIKE))
        elsewhere = _services_with().get(name.lower(), ()) if len(name) >= _TELLING else ()
        if len(elsewhere) == 1:
            yield f"{elsewhere[0]}:{_actions_of(elsewhere[0])[name.lower()]}", False
        yield from ((f"{service}:{near}", False) for near in _alike(name, known, _ALIKE))


def list_path() -> str:
    """Return the path of the list."""
    return os.path.join(os.path.dirname(__file__), "actions.txt")


@functools.cache
def _lines() -> dict[str, str]:
    """Return the line of each service, as the list has it."""
    with open(list_path(), encoding="ascii") as file:
        return {line.split(None, 1)[0]: line for line in file if not line.startswith("#")}


@functools.cache
def _actions_of(service: str) -> dict[str, str]:
    """Return the actions of a service as AWS spells them, by their names in lower case."""
    return _by_lower(_lines().get(service, "").split()[1:])


@functools.cache
def _services_with() -> dict[str, list[str]]:
    """Return the services that have an action of a name, in lower case."""
    found: dict[str, list[str]] = {}
    for service in _lines():
        for name in _actions_of(service):
            found.setdefault(name, []).append(service)
    return found


def _by_lower(names: Iterable[str]) -> dict[str, str]:
    return {name.lower(): name for name in names}


def _has(known: Mapping[str, str], name: str) -> bool:
    """Say whether a name, or pattern, stands for something of a service."""
    plain = name.lower()
    if not _WILDCARDS.search(plain):
        return plain in known
    source = "".join({"*": ".*", "?": "."}.get(letter, letter) for letter in plain)
    return any(map(re.compile(source).fullmatch, known))


def _slip(name: str, known: Mapping[str, str]) -> Iterator[str]:
    """Yield what a name is a slip away from; of patterns, those that end in their only wildcard."""
    plain = name.lower()
    if _WILDCARDS.search(plain[:-1]) or plain.endswith("?"):
        return
    start = plain.removesuffix("*")
    if len(start) < _SHORTEST:
        return
    names = sorted(known)
    for each in _slips(start):
        if start == plain and each in known:
            yield known[each]
        elif start != plain:
            at = bisect.bisect_left(names, each)
            if names[at : at + 1] and names[at].startswith(each):
                yield known[names[at]][: len(each)] + "*"


def _slips(name: str) -> Iterator[str]:
    """Yield the names one letter away: one more, one less, another, two exchanged."""
    if len(name) < _SHORTEST:
        return
    for at in range(len(name) + 1):
        before, after = name[:at], name[at:]
        yield before + after[1:]
        if after[1:]:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]


def _alike(name: str, known: Mapping[str, str], cutoff: float) -> list[str]:
    """Return the name that looks most like another; like a pattern, one that begins as it does."""
    plain = _WILDCARDS.sub("", name.lower())
    if len(plain) < _SHORTEST:
        return []
    start = _WILDCARDS.split(name.lower(), maxsplit=1)[0]
    begun = [each for each in known if each.startswith(start)] if start not in {"", plain} else []
    near = difflib.get_close_matches(plain, sorted(begun or known), 1, 0 if begun else cutoff)
    return [known[each] for each in near]
