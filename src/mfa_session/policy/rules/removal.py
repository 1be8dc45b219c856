"""Statements that let whoever has a long-term key take the MFA device away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.coverage import concerns
from mfa_session.policy.finding import ERROR, NOTE, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import in_words
from mfa_session.policy.rules.exemptions import (
    DEACTIVATION,
    DELETION,
    denies_nearly_all,
    spares_everything,
    sparing,
)
from mfa_session.policy.rules.subject import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.rules.subject import Subject

REMOVAL_SPARED = Rule(
    "removal-without-mfa",
    ERROR,
    "The Deny exempts `iam:DeactivateMFADevice`, perhaps through `iam:*`: whoever has the "
    "long-term key can deactivate the device.",
)
DELETION_SPARED = Rule(
    "deletion-without-mfa",
    NOTE,
    "The Deny exempts `iam:DeleteVirtualMFADevice`: whoever has the long-term key can "
    "delete devices that are not enabled.",
)
OWN_REMOVAL = Rule(
    "own-removal-without-mfa",
    WARNING,
    "Users may deactivate their own device without MFA, in a policy that otherwise requires it.",
)
RULES = (REMOVAL_SPARED, DELETION_SPARED, OWN_REMOVAL)


def check_removal(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of everything that let a device be removed without using it."""
    if not denies_nearly_all(subject) or spares_everything(subject):
        return
    for action, rule, what in (
        (DEACTIVATION, REMOVAL_SPARED, "can deactivate the MFA device, and is no longer stopped"),
        (DELETION, DELETION_SPARED, "can delete devices that are not enabled, such as a new one"),
    ):
        if not concerns(subject.statement, action) and not subject.whole.allows_only_with_mfa(
            action
        ):
            yield Flaw(
                rule,
                subject.place_of_action(action),
                f"this Deny exempts {action}",
                f"whoever has the long-term key {what}",
                "list only what is needed to set up MFA",
                sparing(subject),
            )
            return  # who may take a device off may delete it, of course


def check_own_removal(subject: Subject) -> Iterator[Flaw]:
    """Find Allows that let people take off their own device without using it."""
    statement, whole = subject.statement, subject.whole
    own = any("${aws:username}" in each for each in statement.resources or ())
    if not (statement.allows and own and whole.concern_mfa) or subject.mfa_conditions:
        return
    if not concerns(statement, DEACTIVATION):
        return
    if not all(whole.denies_action(statement, kind, DEACTIVATION) for kind in KINDS):
        with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        moved = in_words(statement, Action=DEACTIVATION, Condition=with_mfa)
        yield Flaw(
            OWN_REMOVAL,
            subject.place_of_action(DEACTIVATION),
            f"{DEACTIVATION} on one's own device is allowed without MFA, and no Deny forbids it",
            "whoever has the long-term key can replace the MFA device",
            f"remove {DEACTIVATION} from this statement, and allow it in another: {moved}",
        )


CHECKS: tuple[Check, ...] = (check_removal, check_own_removal)
