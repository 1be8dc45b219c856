"""Patterns that match no operation of AWS, each with what it may mean. Not for a warm path."""

from __future__ import annotations

from mfa_session.guard.rules import Pattern, folded
from mfa_session.guard.services import possible_actions, prefix_of, spell_action
from mfa_session.model.text import nearest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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


def all_operations(listed: Operations) -> Operations:
    """Return the operations of each service, those that only version 2 has included."""
    more = {
        service: tuple(sorted({*listed.get(service, ()), *names}))
        for service, names in ONLY_VERSION_2.items()
    }
    return {**listed, **more}


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


def find_unmatched(
    patterns: Iterable[str], listed: Callable[[], Operations]
) -> dict[str, str | None]:
    """Return the patterns that match no operation of AWS, each with the nearest that does.

    `listed` returns the operations of the AWS CLI; it is only called where there are patterns.
    """
    texts = list(patterns)
    known = all_operations(listed()) if texts else {}
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
        folded(action): action for names in services.values() for action in map(spell_action, names)
    }
    near = nearest_of(folded(operation), spelled, most=1)
    return f"{service}:{spelled[near[0]]}" if near else None


def _names_of(service: str, operations: Iterable[str]) -> set[str]:
    """Return all names of a service's operations, folded."""
    actions = (possible_actions(service, operation) for operation in operations)
    names = {folded(action) for some in actions for action in some}
    return names | {folded(operation) for operation in operations}


def _find_operation(name: str, known: Operations) -> str | None:
    """Return the first service's operation of this name, as a pattern."""
    for service, operations in known.items():
        for operation in operations:
            if folded(operation) == folded(name):
                return f"{prefix_of(service)}:{spell_action(operation)}"
    return None


def _is_named(service: str, name: str) -> bool:
    return name.lower() in (service, prefix_of(service))
