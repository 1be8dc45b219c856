"""Finds patterns that match no AWS operation, and suggests others. Not for a warm path."""

from __future__ import annotations

from mfa_session.guard.rules import Pattern, fold
from mfa_session.guard.services import possible_actions, prefix_of, spell_action
from mfa_session.model.text import nearest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Operations = Mapping[str, tuple[str, ...]]


# Operations of version 2 only: the list comes from version 1, which is a Python package.
ONLY_VERSION_2 = {
    "configure": ("export-credentials", "import", "list-profiles", "sso", "sso-session"),
    "ddb": ("put", "select"),
    "login": ("login",),
    "logout": ("logout",),
    "logs": ("start-live-tail", "tail"),
    "sso": ("login", "logout"),
}


def add_version_2(listed: Operations) -> Operations:
    """Return the listed operations by service, with those that only version 2 has."""
    more = {
        service: tuple(sorted({*listed.get(service, ()), *names}))
        for service, names in ONLY_VERSION_2.items()
    }
    return {**listed, **more}


def list_unmatched(patterns: Iterable[str], known: Operations) -> list[str]:
    """Return the patterns that match no operation of any service."""
    left = {text: Pattern(text) for text in patterns}
    for service, operations in known.items():
        services = (service, prefix_of(service))
        asked = [text for text, pattern in left.items() if pattern.is_of(services)]
        names = _fold_names(service, operations) if asked else ()
        for text in asked:
            if any(left[text].matches(services, name) for name in names):
                del left[text]
    return list(left)


def find_unmatched(
    patterns: Iterable[str], listed: Callable[[], Operations]
) -> dict[str, str | None]:
    """Return the patterns that match none of the `listed`, each with a suggestion or None."""
    texts = list(patterns)
    known = add_version_2(listed()) if texts else {}
    return {text: suggest_pattern(text, known) for text in list_unmatched(texts, known)}


def suggest_pattern(text: str, known: Operations) -> str | None:
    """Return the nearest pattern that matches an operation; None if none is near."""
    service, colon, operation = (part.strip() for part in text.partition(":"))
    if not colon:
        return _find_operation(service, known)
    services = {
        name: names for name, names in known.items() if service.lower() in (name, prefix_of(name))
    }
    if not services:
        prefixes = {name for each in known for name in (each, prefix_of(each))}
        near = nearest_of(service.lower(), prefixes, most=1)
        return f"{near[0]}:{operation or '*'}" if near else None
    spelled = {
        fold(action): action for names in services.values() for action in map(spell_action, names)
    }
    near = nearest_of(fold(operation), spelled, most=1)
    return f"{service}:{spelled[near[0]]}" if near else None


def _fold_names(service: str, operations: Iterable[str]) -> set[str]:
    actions = (possible_actions(service, operation) for operation in operations)
    names = {fold(action) for some in actions for action in some}
    return names | {fold(operation) for operation in operations}


def _find_operation(name: str, known: Operations) -> str | None:
    for service, operations in known.items():
        for operation in operations:
            if fold(operation) == fold(name):
                return f"{prefix_of(service)}:{spell_action(operation)}"
    return None
