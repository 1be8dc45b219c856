"""Statements about the care of one's own MFA devices: too strict to begin, or too lax to count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.case import KINDS
from mfa_session.policy.coverage import actions_of, concerns, is_about_everything
from mfa_session.policy.finding import ERROR, NOTE, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import without_mfa_conditions
from mfa_session.policy.patterns import Patterns, includes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.case import Case
    from mfa_session.policy.source import Position

DISCOVERY_DENIED = Rule("discovery-denied", WARNING)
ENROLMENT_DENIED = Rule("enrolment-denied", WARNING)
ENROLMENT_NEEDS_MFA = Rule("enrolment-needs-mfa", WARNING)
REMOVAL_SPARED = Rule("removal-without-mfa", ERROR)
DELETION_SPARED = Rule("deletion-without-mfa", NOTE)
OWN_REMOVAL = Rule("own-removal-without-mfa", WARNING)
SESSION_TOKEN = Rule("mfa-on-get-session-token", WARNING)
RULES = (
    DISCOVERY_DENIED,
    ENROLMENT_DENIED,
    ENROLMENT_NEEDS_MFA,
    REMOVAL_SPARED,
    DELETION_SPARED,
    OWN_REMOVAL,
    SESSION_TOKEN,
)

DISCOVERY = "iam:ListMFADevices"
ENROLMENT = ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice")
DEACTIVATION = "iam:DeactivateMFADevice"
DELETION = "iam:DeleteVirtualMFADevice"
SESSION_CALL = "sts:GetSessionToken"
# What is needed before there is MFA, to get it by command or in the console.
SPARED = (
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
)


def check_first_steps(case: Case) -> Iterator[Flaw]:
    """Find Denies of everything that forget what is needed to get MFA in the first place."""
    if not _denies_nearly_all(case):
        return
    if concerns(case.statement, DISCOVERY):
        yield Flaw(
            DISCOVERY_DENIED,
            _place_of_actions(case),
            f"{DISCOVERY} is denied without MFA",
            "those who log in cannot find their own device: each has to know its ARN by heart",
            f"leave {DISCOVERY} out of the Deny",
            _sparing(case),
        )
    denied = [action for action in ENROLMENT if concerns(case.statement, action)]
    if denied:
        yield Flaw(
            ENROLMENT_DENIED,
            _place_of_actions(case),
            f"{' and '.join(denied)} {'are' if denied[1:] else 'is'} denied without MFA",
            "new people are locked out: without a device they cannot make one",
            "leave these actions out of the Deny",
            _sparing(case),
        )


def check_removal(case: Case) -> Iterator[Flaw]:
    """Find Denies of everything that let a device be removed without using it."""
    if not _denies_nearly_all(case):
        return
    for action, rule, what in (
        (DEACTIVATION, REMOVAL_SPARED, "takes the MFA device off, and is left without a guard"),
        (DELETION, DELETION_SPARED, "deletes devices that are not enabled, such as one just made"),
    ):
        if not concerns(case.statement, action) and not case.whole.allows_only_with_mfa(action):
            yield Flaw(
                rule,
                _place_of_actions(case, action),
                f"{action} is spared by this Deny",
                f"whoever has the long-term key {what}",
                "name only what is needed before there is MFA",
                _sparing(case),
            )
            return  # who may take a device off may delete it, of course


def check_own_removal(case: Case) -> Iterator[Flaw]:
    """Find Allows that let people take off their own device without using it."""
    statement, whole = case.statement, case.whole
    own = any("${aws:username}" in each for each in statement.resources or ())
    if not (statement.allows and own and whole.concern_mfa) or case.mfa_conditions:
        return
    if DEACTIVATION.lower() not in actions_of(statement).names:
        return
    if any(DEACTIVATION.lower() in whole.undenied(statement, kind) for kind in KINDS):
        yield Flaw(
            OWN_REMOVAL,
            _place_of_actions(case, DEACTIVATION),
            f"{DEACTIVATION} on one's own device is allowed without MFA, and no Deny forbids it",
            "whoever has the long-term key takes the MFA device off, and puts on another",
            f"move {DEACTIVATION} to an Allow with this condition",
            {"Action": DEACTIVATION, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        )


def check_enrolment(case: Case) -> Iterator[Flaw]:
    """Find Allows that ask for MFA of those who make their first device."""
    if not case.requires_mfa or actions_of(case.statement).all_but:
        return
    named = set(actions_of(case.statement).names)
    needed = [action for action in ENROLMENT if action.lower() in named]
    if not needed:
        return
    denied = case.whole.lenient_allows.uncovered(case.statement)
    missing = [action for action in needed if action.lower() in denied]
    if missing and case.whole.document.kind == "identity":
        yield Flaw(
            ENROLMENT_NEEDS_MFA,
            _place_of_actions(case, missing[0]),
            f"{' and '.join(missing)} {'are' if missing[1:] else 'is'} allowed only with MFA",
            "new people are locked out: without a device they cannot make one",
            "allow them in a statement that does not ask for MFA",
            {"Action": missing, **without_mfa_conditions(case.statement)},
        )


def check_session_token(case: Case) -> Iterator[Flaw]:
    """Find conditions on the call that gets the MFA session."""
    named = actions_of(case.statement)
    if case.mfa_conditions and not named.all_but and SESSION_CALL.lower() in named.names:
        yield Flaw(
            SESSION_TOKEN,
            _place_of_actions(case, SESSION_CALL),
            f"{SESSION_CALL} takes the code itself, needs no permission, and no Deny stops it",
            "everybody gets a session, with MFA or without: a condition here has no effect",
            f"take {SESSION_CALL} out, and ask for MFA on what the session is for",
        )


CHECKS: tuple[Check, ...] = (
    check_first_steps,
    check_removal,
    check_own_removal,
    check_enrolment,
    check_session_token,
)


def _denies_nearly_all(case: Case) -> bool:
    """Say whether it is a Deny, for those without MFA, of everything but what it names."""
    statement = case.statement
    everything = statement.not_actions is not None or "*" in actions_of(statement).names
    return (
        everything
        and case.refuses_without_mfa
        and not case.whole.on_role
        and case.whole.document.kind == "identity"
        and is_about_everything(statement)
    )


def _sparing(case: Case) -> dict[str, object]:
    """Return a NotAction that spares what it did, but with what is needed and nothing lax."""
    lax = (DEACTIVATION.lower(), DELETION.lower())
    kept = [
        name
        for name in case.statement.not_actions or ()
        if not any(includes(name.lower(), action) for action in lax)
    ]
    spared = Patterns(name.lower() for name in kept)
    return {"NotAction": [*kept, *(name for name in SPARED if not spared.cover(name.lower()))]}


def _place_of_actions(case: Case, action: str = "") -> Position:
    """Return where an action is named, or else where the list of them begins."""
    elements, source = case.statement.elements, case.whole.document.source
    node = elements.get("NotAction") or elements.get("Action")
    if node is None:
        return case.statement.position
    for item in node.value if isinstance(node.value, list) else [node]:
        if isinstance(item.value, str) and item.value.lower() == action.lower():
            return source.position(item.offset)
    return source.position(node.key_offset)
