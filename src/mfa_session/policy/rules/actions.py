"""Actions that AWS does not list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.aws_names import LOOK_UP
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Rule, Subject, first_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.json_text import Node

UNKNOWN_ACTION = Rule(
    "unknown-action",
    WARNING,
    "AWS lists no such action, or none that the pattern matches. A note where no other name is "
    "near: the action may be retired, or newer than the list.",
)

_MOST_SHOWN = 3


def check_actions(subject: Subject) -> Iterator[Flaw]:
    """Find actions that AWS does not list, and patterns that match none.

    Those that are near to none are told together. They may be retired, or newer than our list: a
    note, unless they are all that a Deny is for.
    """
    names = subject.names
    if names is None:
        return
    looked_up = [
        (item, names.look_up(item.value))
        for item in subject.items_of("Action", "NotAction")
        if isinstance(item.value, str)
    ]
    unlisted = [(item, found) for item, found in looked_up if found is not None]
    for item, found in unlisted:
        if found.sure:
            yield _unknown_action(
                subject, item, found.message + found.guess, f"write {found.meant}"
            )
    far_off = [(item, found) for item, found in unlisted if not found.sure]
    if far_off:
        denies = not subject.statement.allows and subject.statement.actions is not None
        severity = WARNING if denies and len(unlisted) == len(looked_up) else NOTE
        (item, first), *others = far_off
        message, cure = first.message + first.guess, first.hint
        if others:
            named = first_of([found.action for _, found in others], _MOST_SHOWN)
            message, cure = f"{first.message}, {named}", LOOK_UP
        yield _unknown_action(subject, item, message, cure, severity)


def check_retired(subject: Subject) -> Iterator[Flaw]:
    """Find Denies that ask MFA for retired actions only; elsewhere these do no harm."""
    items = list(subject.items_of("Action"))
    retired = (str(each.value).lower().startswith("aws-portal:") for each in items)
    if items and subject.refuses_without_mfa and all(retired):
        yield _unknown_action(
            subject,
            items[0],
            f"AWS retired {items[0].value} in 2023",
            "deny the actions of account, billing, consolidatedbilling, cur, freetier, invoicing, "
            "payments and tax instead",
        )


def _unknown_action(
    subject: Subject, item: Node, message: str, cure: str, severity: str = WARNING
) -> Flaw:
    does = "allows" if subject.statement.allows else "denies"
    if subject.statement.not_actions is not None:
        does = "exempts"
    who = f"this name {does} nothing"
    return Flaw(UNKNOWN_ACTION, subject.place_at(item), message, who, cure, severity=severity)
