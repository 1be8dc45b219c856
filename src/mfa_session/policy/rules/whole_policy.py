"""What is wrong with a statement only because of another, or of the policy's form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.model.text import nearest_of
from mfa_session.policy.aws_names import LOOK_UP
from mfa_session.policy.coverage import names_of
from mfa_session.policy.document import CURRENT_VERSION, is_about_roles
from mfa_session.policy.finding import ERROR, NOTE, REJECTED, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import plain, right_deny
from mfa_session.policy.intrinsics import without_template_values
from mfa_session.policy.reading import ELEMENTS
from mfa_session.policy.rules.subject import KINDS, is_for_everybody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.model.feature_ports import Unlisted
    from mfa_session.policy.document import Statement
    from mfa_session.policy.json_text import Node
    from mfa_session.policy.rules.subject import Subject

DEFEATED = Rule(
    "allowed-without-mfa-too",
    ERROR,
    "Another statement allows the same without MFA, and no Deny takes it away: everybody "
    "gets through.",
)
UNKNOWN_ELEMENT = Rule(
    "unknown-element",
    ERROR,
    "IAM has no such element (`Conditions`, for example) and rejects the policy.",
)
MISPLACED = Rule(
    "misplaced-element",
    ERROR,
    "A `Principal` in a policy of a user, group or role, or a `Resource` in a trust policy: IAM "
    "rejects the policy.",
)
UNKNOWN_ACTION = Rule(
    "unknown-action",
    WARNING,
    "AWS lists no such action, or none that the pattern matches. A note where no other "
    "name is near, because the action may be retired, or newer than the list.",
)
NO_ARN = Rule(
    "resource-no-arn",
    ERROR,
    "A `Resource` that is neither an ARN nor `*`: IAM rejects the policy.",
)
OLD_VERSION = Rule(
    "old-version",
    WARNING,
    "Variables such as `${aws:username}` are plain text unless `Version` is `2012-10-17`: "
    "they match nobody.",
)
RULES = (DEFEATED, UNKNOWN_ELEMENT, MISPLACED, UNKNOWN_ACTION, NO_ARN, OLD_VERSION)

_placeholder = re.compile(r"[${}<>%\[\]]").search
_ARN_PARTS = 6
_NOT_IN_RCPS = {"ec2", "iam", "organizations"}
MOST_SHOWN = 3
_READING = ("get", "list", "describe", "batchget", "lookup", "search", "view")


def check_defeat(subject: Subject) -> Iterator[Flaw]:
    """Find Allows with MFA for what another Allow gives without, and no Deny takes away."""
    if not subject.requires_mfa:
        return
    statement, whole = subject.statement, subject.whole
    names = names_of(statement)
    opened = {name for kind in KINDS for name in whole.opened(statement, kind)}
    defeated = [name for name in names if name in opened]
    partly = len(defeated) < len(names)
    if not defeated or (partly and all(map(_only_reads, defeated))):
        return
    by_hand = (
        partly
        or whole.has_allows_for_no_mfa
        or statement.not_actions is not None
        or not whole.lenient_allows.covers(statement)
    )
    shown = ", ".join(defeated[:3]) + (" …" if defeated[3:] else "")
    yield Flaw(
        DEFEATED,
        subject.mfa_conditions[0].position,
        f"another statement allows {shown} without MFA, and one Allow is enough",
        "everybody the other statement is for gets through without MFA",
        "deny it without MFA",
        {} if by_hand else right_deny(statement),
    )


def check_elements(subject: Subject) -> Iterator[Flaw]:
    """Find elements that no statement has, such as a Condition that is misspelt."""
    for name, node in subject.statement.elements.items():
        if name not in ELEMENTS:
            near = nearest_of(name, ELEMENTS, most=1)
            free = near and near[0] not in subject.statement.elements
            yield Flaw(
                UNKNOWN_ELEMENT,
                subject.document.source.position(node.key_offset),
                f"{name} is not an element of a statement" + (f"; {near[0]} is" if near else ""),
                REJECTED,
                "use an element that exists",
                {near[0]: plain(node)} if free else {},
            )


_NAMES = {
    "identity": "a policy of a user, group or role",
    "boundary": "a permissions boundary",
    "scp": "a service control policy",
}


def check_places(subject: Subject) -> Iterator[Flaw]:
    """Find elements that this kind of policy does not have."""
    statement, kind = subject.statement, subject.document.kind
    named = [name for name in ("Principal", "NotPrincipal") if name in statement.elements]
    if kind in _NAMES:
        wrong, what = named, _NAMES[kind]
        if kind == "scp" and _may_be_of_an_rcp(statement):
            return
    elif named and statement.actions and is_about_roles(statement):
        wrong = [name for name in ("Resource", "NotResource") if name in statement.elements]
        what = "a role's trust policy"
    else:
        return
    for name in wrong:
        yield Flaw(
            MISPLACED,
            subject.place_of(name),
            f"{what} has no {name}",
            REJECTED,
            f"remove {name}",
        )


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
        yield _unknown_action(
            subject,
            item,
            first.message + (_shortened(others) if others else first.guess),
            first.hint if not others else LOOK_UP,
            severity,
        )


def check_version(subject: Subject) -> Iterator[Flaw]:
    """Find variables in policies of a version that does not know them."""
    if subject.document.version == CURRENT_VERSION:
        return
    found = next((item for item in subject.texts() if _has_variable(item)), None)
    if found is not None:
        version = subject.document.version or "no Version, which means 2008-10-17"
        yield Flaw(
            OLD_VERSION,
            subject.document.source.position(found.offset),
            f"the policy has {version}: there, this variable is plain text to IAM",
            "the variable matches nobody",
            f'put "Version": "{CURRENT_VERSION}" at the head of the policy',
        )


def check_resources(subject: Subject) -> Iterator[Flaw]:
    """Find resources of what a user may do that are no ARNs."""
    if subject.document.kind not in _NAMES:  # a resource's own policy may name it otherwise
        return
    for item in subject.items_of("Resource", "NotResource"):
        if isinstance(item.value, str) and _is_no_arn(item.value):
            yield Flaw(
                NO_ARN,
                subject.document.source.position(item.offset),
                f"{item.value!r} is neither an ARN nor *",
                REJECTED,
                "write the ARN of the resource, or *",
            )


CHECKS: tuple[Check, ...] = (
    check_defeat,
    check_elements,
    check_places,
    check_resources,
    check_actions,
    check_version,
)


def _may_be_of_an_rcp(statement: Statement) -> bool:
    """Say whether a statement may be a resource control policy's, which limits like an SCP.

    It is for everybody, and about what services do that keep resources.
    """
    services = {action.lower().partition(":")[0] for action in statement.actions or ()}
    named = statement.not_actions is None and not services & _NOT_IN_RCPS
    return named and is_for_everybody(statement)


def _is_no_arn(text: str) -> bool:
    if _placeholder(text) or text.startswith("*"):
        return False
    parts = text.count(":") + 1
    return not text.startswith("arn:") or (parts < _ARN_PARTS and "*" not in text)


def _only_reads(action: str) -> bool:
    return action.partition(":")[2].startswith(_READING)


def _unknown_action(
    subject: Subject, item: Node, message: str, cure: str, severity: str = WARNING
) -> Flaw:
    position = subject.document.source.position(item.offset)
    return Flaw(
        UNKNOWN_ACTION, position, message, _without_effect(subject), cure, severity=severity
    )


def _shortened(others: list[tuple[Node, Unlisted]]) -> str:
    """Return the names that come after the first, to be told in one sentence."""
    shown = [found.action for _, found in others[:MOST_SHOWN]]
    more = len(others) - len(shown)
    return ", " + ", ".join(shown) + (f" and {more} more" if more else "")


def _without_effect(subject: Subject) -> str:
    """Say what it comes to that an action is none."""
    if subject.statement.not_actions is not None:
        return "nothing is spared by this name"
    return (
        "nobody is allowed anything by this name"
        if subject.statement.allows
        else "it denies nothing"
    )


def _has_variable(item: Node) -> bool:
    return "${" in without_template_values(str(item.value))
