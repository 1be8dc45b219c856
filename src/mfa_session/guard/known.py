"""Every operation there is, to tell which patterns match none. Not for a warm path."""

from __future__ import annotations

import os

from mfa_session.guard.patterns import Pattern, even
from mfa_session.guard.services import possible_actions, prefix_of, spell_action
from mfa_session.model.nearest import nearest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Operations = Mapping[str, tuple[str, ...]]

# What only version 2 of the CLI has; the list is made from version 1, which is a Python package.
ONLY_VERSION_2 = {
    "configure": ("export-credentials", "import", "list-profiles", "sso", "sso-session"),
    "ddb": ("put", "select"),
    "login": ("login",),
    "logout": ("logout",),
    "logs": ("start-live-tail", "tail"),
    "sso": ("login", "logout"),
}


def list_path() -> str:
    """Return the path of the list; `docs/generate_guard.py` writes it."""
    return os.path.join(os.path.dirname(__file__), "operations.txt")


def read_known() -> dict[str, tuple[str, ...]]:
    """Return each service of the AWS CLI with its operations, by the CLI's names."""
    known: dict[str, tuple[str, ...]] = {}
    with open(list_path(), encoding="ascii") as file:
        for line in file:
            if not line.startswith("#"):
                service, *operations = line.split()
                known[service] = tuple(operations)
    for service, more in ONLY_VERSION_2.items():
        known[service] = tuple(sorted({*known.get(service, ()), *more}))
    return known


def unmatched(patterns: Iterable[str], known: Operations) -> list[str]:
    """Return the patterns that stand for no operation of any service."""
    left = {text: Pattern(text) for text in patterns}
    for service, operations in known.items():
        services = (service, prefix_of(service))
        asked = [text for text, pattern in left.items() if pattern.is_of(services)]
        names = _names_of(service, operations) if asked else ()
        for text in asked:
            if any(left[text].matches(services, name) for name in names):
                del left[text]
    return list(left)


def find_strays(patterns: Iterable[str]) -> dict[str, str | None]:
    """Return the patterns that match no operation of AWS, each with the nearest that does."""
    texts = list(patterns)
    known = read_known() if texts else {}
    return {text: nearest_pattern(text, known) for text in unmatched(texts, known)}


def nearest_pattern(text: str, known: Operations) -> str | None:
    """Return the pattern that one without a match was perhaps meant to be."""
    service, colon, operation = (part.strip() for part in text.partition(":"))
    if not colon:
        return _find_operation(service, known)
    services = {name: names for name, names in known.items() if _is_named(name, service)}
    if not services:
        prefixes = {name for each in known for name in (each, prefix_of(each))}
        near = nearest_of(service.lower(), prefixes, most=1)
        return f"{near[0]}:{operation or '*'}" if near else None
    spelled = {
        even(action): action for names in services.values() for action in map(spell_action, names)
    }
    near = nearest_of(even(operation), spelled, most=1)
    return f"{service}:{spelled[near[0]]}" if near else None


def _names_of(service: str, operations: Iterable[str]) -> set[str]:
    """Return all names of a service's operations, made even."""
    actions = (possible_actions(service, operation) for operation in operations)
    names = {even(action) for some in actions for action in some}
    return names | {even(operation) for operation in operations}


def _find_operation(name: str, known: Operations) -> str | None:
    """Return the first service's operation of this name, as a pattern."""
    for service, operations in known.items():
        for operation in operations:
            if even(operation) == even(name):
                return f"{prefix_of(service)}:{spell_action(operation)}"
    return None


def _is_named(service: str, name: str) -> bool:
    return name.lower() in (service, prefix_of(service))
