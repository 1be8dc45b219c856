"""Cures that leave open what people need before they have MFA."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.document import Condition, Statement
from mfa_session.policy.fixes import in_words, other_conditions
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.exemptions import lists_own_care, sparing
from mfa_session.policy.rules.resource_kinds import ENROLMENT, FIRST_CALLS, RESOURCES_OF, fits
from mfa_session.policy.rules.rule import Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy


def asking_for_mfa(
    subject: Subject, right: Mapping[str, Any], instead_of: Sequence[Condition] = ()
) -> tuple[str, Mapping[str, Any]]:
    """Return cure and fix of a condition that is to ask for MFA, where `right` has the right one.

    Where nothing else allows to set up MFA, that would lock out whoever has none yet.
    """
    statement = subject.statement
    written = json.dumps(dict(right))[1:-1]
    if subject.on_role:
        return "write the condition like this", right
    if lists_own_care(statement):
        if not statement.allows:
            return f"to deny everything else, write NotAction instead of Action, and {written}", {}
        if sets_up(statement):
            cure = "remove this condition: people need these actions before they have MFA"
            return cure, {"Condition": other_conditions(statement, instead_of)}
        return f"to ask for MFA, write {written}; otherwise remove this condition", {}
    if statement.allows and steps_only_here(subject):
        needed = [each for each in FIRST_CALLS if concerns(statement, each)]
        unasked = in_words(
            statement, Action=needed, Condition=other_conditions(statement, instead_of)
        )
        cure = f"allow what sets up MFA in another statement, without this condition: {unasked}"
        return f"{cure}; and write here {written}", {}
    return "write the condition like this", right


def but_for_setup(subject: Subject, fix: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a fix that makes a Deny stop more requests without MFA, but for MFA's setup.

    Empty if only a person can tell what else is to be denied.
    """
    statement = subject.statement
    if statement.allows or not subject.limits_users:
        return fix
    where = statement.resources or ("*",)
    if not any(
        concerns(statement, step) and any(fits(each, RESOURCES_OF[step.lower()]) for each in where)
        for step in FIRST_CALLS
    ):
        return fix
    spared = {} if lists_own_care(statement) else sparing(subject)
    return {**fix, **spared} if any(spared.values()) else {}


def sets_up(statement: Statement) -> bool:
    """Say whether a statement is about creating or enabling a device."""
    return any(concerns(statement, each) for each in ENROLMENT)


def steps_only_here(subject: Subject) -> list[str]:
    """Return the steps that an Allow is about, and that no other one gives without MFA."""
    limits = subject.document.kind == "boundary"  # no other policy can allow them, either
    statement, whole = subject.statement, subject.whole
    names = names_of(statement) if statement.not_actions is None else ()
    about_devices = [name for name in names if limits or "mfa" in name]
    return [
        action
        for action in ENROLMENT
        if any(includes(name, action.lower()) for name in about_devices)
        and all(each is statement for each in _first_allowing(whole, action))
    ]


@per_policy
def _first_allowing(whole: WholePolicy, action: str) -> tuple[Statement, ...]:
    """Return the first two Allows that give an action without MFA."""
    allowing = (each for each in whole.allowing_without_mfa if concerns(each, action))
    return tuple(itertools.islice(allowing, 2))
