r"""The actions of IAM and the operations of the AWS CLI, from a list in the package.

docs/generate_actions.py writes the list, `actions.txt`. Most names are both an action and an
operation, and the wheel should be small, so the list has each name once, without the words that it
shares with the name before:

    ec2 = CarrierGateway\2Route

    CreateCarrierGateway DeleteCarrierGateway DescribeCarrierGateways GetCarrierGatewayRoute …

The first line says what wrote it, the second has the frequent words, the third the frequent verbs.
Then come the heads of groups of names, a line each, and the names of these groups, a line each. The
last lines have the frequent sets of verbs, and the verbs of all names. What is frequent has a sign
by its place in its line: words have `WORD_SIGNS`, verbs `VERB_SIGNS`, and sets those that follow.

A head is the prefix in policies (`ec2`), unless it is the one of the line before, and the service
in the CLI (`=`: the same name). The service `-` marks actions that are not operations; `+` before
the service, operations that are not actions. Before a name stands how many words it shares
(`SHARED`). The verbs of a name are one sign, or stand between blanks: those behind `'` take the
plural, those in parentheses have no sign. If `a` is Create, `b` Delete, `c` Describe and `d` Get,
the verbs of the names above are ` ab'c ` and `d`.
"""

from __future__ import annotations

import itertools
import os
import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


ENCODING = "latin-1"  # a sign is a byte
SHARED = " \1\2\3\4\5\6\7\10"  # by how many words
# `a` first, so that frequent verbs are letters.
_CHARACTERS = bytes((*range(97, 256), *range(1, 97))).decode(ENCODING)
VERB_SIGNS = re.sub(r"[\n\r '()]", "", _CHARACTERS)
_SIGNS = re.sub(rf"[\n\r{SHARED}\w-]", "", _CHARACTERS, flags=re.ASCII)
_PAGES, _SINGLE = _SIGNS[:4], _SIGNS[4:]  # a page and any sign are the sign of a rarer word
WORD_SIGNS = (*_SINGLE, *(page + sign for page in _PAGES for sign in _SIGNS))

_NAME = re.compile(f"([{SHARED}])([^{SHARED}]*)")
_SIGN = re.compile(rf"[{_PAGES}]?[^{SHARED}\w-]", re.ASCII)
_VERB = re.compile(r"(?<=\()[^)]+|[^()]")
_WORD = re.compile(r"[A-Z]+(?![a-z])[^A-Z]*|[A-Z][^A-Z]*|[^A-Z]+")
_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class ActionList:
    """The list; it decodes a service's names when they are asked for."""

    def __init__(self, text: str) -> None:
        _, words, verbs, *lines, sets, self._runs, _ = text.split("\n")
        self._words = _by_sign(WORD_SIGNS, words)
        self._verbs = _by_sign(VERB_SIGNS, verbs)
        self._sets = _by_sign(VERB_SIGNS[len(self._verbs) :], sets)
        self._lines: dict[str, list[tuple[str, str, slice]]] = {}  # and where their verbs are
        self._others: list[tuple[str, str, slice]] = []
        groups = len(lines) // 2
        prefix, at = "", 0
        for head, names in zip(lines[:groups], lines[groups:], strict=True):
            own, of = head.split(" ")
            prefix = own or prefix
            end = at + len(_NAME.findall(names))
            place = self._others if of[0] == "+" else self._lines.setdefault(prefix, [])
            place.append((of.strip("=+") or prefix, names, slice(at, end)))
            at = end

    @property
    def services(self) -> Iterable[str]:
        """The prefixes of the services in policies."""
        return self._lines.keys()

    def actions_of(self, service: str) -> list[str]:
        """Return the actions of a service, by its prefix, as AWS spells them."""
        lines = self._lines.get(service, ())
        return [name for _, names, at in lines for name in self._decode(names, at)]

    @cached_property
    def operations(self) -> dict[str, tuple[str, ...]]:
        """The operations of each service, both by the AWS CLI's names."""
        found: dict[str, list[str]] = {}
        for services, names, at in itertools.chain(self._others, *self._lines.values()):
            if services != "-":
                operations = list(map(spell_operation, self._decode(names, at)))
                for service in services.split(","):
                    found.setdefault(service, []).extend(operations)
        return {service: tuple(sorted(found[service])) for service in sorted(found)}

    @cached_property
    def _signs(self) -> list[str]:
        """The sets of verbs of all names: each is one sign, or stands between blanks."""
        signs: list[str] = []
        for number, run in enumerate(self._runs.split(" ")):
            if number % 2:
                signs.append(run)
            else:
                signs.extend(run)
        return signs

    def _decode(self, names: str, at: slice) -> Iterator[str]:
        before: list[str] = []
        names = _SIGN.sub(lambda sign: self._words[sign[0]], names)
        for (shared, rest), sign in zip(_NAME.findall(names), self._signs[at], strict=True):
            before = before[: SHARED.index(shared)] + words_of(rest)
            thing = "".join(before)
            one, _, many = self._sets.get(sign, sign).partition("'")
            for verb in _VERB.findall(one):
                yield self._verbs.get(verb, verb) + thing
            for verb in _VERB.findall(many):
                yield self._verbs.get(verb, verb) + plural(thing)


def _by_sign(signs: Iterable[str], line: str) -> dict[str, str]:
    return dict(zip(signs, line.split(" "), strict=False))


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
    """Return the operations of a service, by botocore's name; none for an unknown service.

    This reads botocore's file itself: importing botocore.loaders takes 95 ms more.
    """
    import gzip  # noqa: PLC0415  # rarely needed, as is the rest
    import json  # noqa: PLC0415
    from glob import escape, glob  # noqa: PLC0415
    from importlib.util import find_spec  # noqa: PLC0415

    botocore = find_spec("botocore")
    if botocore is None or botocore.origin is None:
        return ()
    folder = os.path.join(os.path.dirname(botocore.origin), "data", service)
    newest = max(glob(f"{escape(folder)}/*/service-2.json*"), default=None)  # named by dates
    if newest is None:
        return ()
    with (gzip.open if newest.endswith(".gz") else open)(newest, "rb") as file:
        return tuple(json.load(file)["operations"])
