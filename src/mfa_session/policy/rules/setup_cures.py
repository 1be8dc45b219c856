"""Cures that lock out nobody who has no MFA yet, or never has it: services, roles and others."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.credentials import MFA_PRESENT, PRINCIPAL_ARN
from mfa_session.policy.fixes import in_words, other_conditions, right_condition
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.exemptions import lists_own_care, sparing
from mfa_session.policy.rules.resource_kinds import ENROLMENT, FIRST_CALLS, RESOURCES_OF, fits
from mfa_session.policy.rules.rule import Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Condition, Statement, is_for_everybody


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


def right_for_others(subject: Subject) -> dict[str, Any]:
    """Return the right condition, and the actions if federated users are to be left out."""
    statement, found = subject.statement, subject.reach
    besides = list[tuple[str, str, Any]]()
    spares_sessions = found is not None and not found.without_mfa and not statement.allows
    if spares_sessions and not any(each.is_about(PRINCIPAL_ARN) for each in statement.conditions):
        of_all = subject.document.is_of_organisation
        roles = ["arn:*:iam::*:role/*"] if of_all else _allowed(subject, "role")
        besides += [("ArnNotLike", PRINCIPAL_ARN, roles)] if roles else []
    of_rcp = subject.document.kind == "rcp" and not any(
        each.is_about("aws:PrincipalIsAWSService") for each in statement.conditions
    )
    if of_rcp or _allowed(subject, "Service"):
        besides.append(("BoolIfExists", "aws:PrincipalIsAWSService", "false"))
    right = right_condition(statement, besides=besides)
    federated = subject.document.kind == "trust" and _allowed(subject, "Federated")
    return {"Action": "sts:AssumeRole", **right} if federated else right


def _allowed(subject: Subject, kind: str) -> list[str]:
    """Return the principals of a kind that carry no MFA, and that a Deny for everybody reaches."""
    if subject.statement.allows or not is_for_everybody(subject.statement):
        return []
    return subject.whole.allowed_by_name(subject.statement, kind)


def apart(statement: Statement) -> str:
    """Say how to write an Allow for others apart from those who carry no MFA; empty if for one."""
    kinds = ("Service", "Federated")
    others = [names[0] for kind, names in (statement.principals or {}).items() if kind in kinds]
    if not (statement.allows and others):
        return ""
    alone = f"keep this statement for {' and '.join(others)} alone"
    return f'{alone}, and add one for the others with "Bool": {{"{MFA_PRESENT}": "true"}}'
