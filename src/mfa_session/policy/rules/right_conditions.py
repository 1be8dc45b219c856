"""What to write instead of a condition that matches the wrong credentials.

What the cure writes locks out nobody whom other statements let in without MFA: services, federated
users and roles have none, and new users have none yet.
"""

from __future__ import annotations

import itertools
from typing import Any

from mfa_session.policy.coverage import concerns
from mfa_session.policy.credentials import MFA_PRESENT, PRINCIPAL_ARN
from mfa_session.policy.document import is_about_devices, is_for_everybody
from mfa_session.policy.fixes import right_condition
from mfa_session.policy.rules.exemptions import lists_own_care
from mfa_session.policy.rules.resource_kinds import ENROLMENT
from mfa_session.policy.rules.rule import Subject

_MOST = 10  # principals to name


def mended(subject: Subject) -> tuple[str, dict[str, Any]]:
    """Return the cure, and the elements that the statement should have."""
    statement = subject.statement
    if subject.on_role:
        return subject.cure, {}
    if statement.allows:
        return _mended_allow(subject)
    if lists_own_care(statement):  # one of the setup alone would lock out whom it stops
        return "delete it, or to deny everything else, write NotAction instead of Action", {}
    besides, found = list[tuple[str, str, Any]](), subject.reach
    spares_sessions = found is not None and not found.without_mfa
    names_callers = any(each.is_about(PRINCIPAL_ARN) for each in statement.conditions)
    if spares_sessions and not names_callers:
        roles = (
            ["arn:*:iam::*:role/*"]
            if subject.document.kind in {"scp", "rcp"}
            else _allowed(subject, "role")
        )
        besides += [("ArnNotLike", PRINCIPAL_ARN, roles)] if roles else []
    if _allowed(subject, "Service"):
        besides.append(("BoolIfExists", "aws:PrincipalIsAWSService", "false"))
    fix = right_condition(statement, besides=besides)
    if subject.document.kind == "trust" and _allowed(subject, "Federated"):
        return f"{subject.cure}, and leave federated users out: they carry no MFA", {
            "Action": "sts:AssumeRole",
            **fix,
        }
    return subject.cure, fix


def _allowed(subject: Subject, kind: str) -> list[str]:
    """Return the principals of a kind that carry no MFA, and that a Deny for everybody reaches."""
    if not is_for_everybody(subject.statement):
        return []
    return list(itertools.islice(subject.whole.allowed_by_name(subject.statement, kind), _MOST))


def _mended_allow(subject: Subject) -> tuple[str, dict[str, Any]]:
    statement = subject.statement
    if is_of_setup_alone(subject):
        return "remove the condition: there is no MFA yet while it is set up", {}
    with_mfa = f'"Bool": {{"{MFA_PRESENT}": "true"}}'
    if is_about_devices(statement) and any(concerns(statement, each) for each in ENROLMENT):
        return f"allow the setup of MFA without a condition, and all else with {with_mfa}", {}
    kinds = ("Service", "Federated")
    others = [names[0] for kind, names in (statement.principals or {}).items() if kind in kinds]
    if others:
        alone = f"keep this statement for {' and '.join(others)} alone"
        return f"{alone}, and add one for the others with {with_mfa}", {}
    return subject.cure, right_condition(statement)


def is_of_setup_alone(subject: Subject) -> bool:
    """Say whether an Allow gives only what people need before they have MFA."""
    return subject.statement.allows and lists_own_care(subject.statement)
