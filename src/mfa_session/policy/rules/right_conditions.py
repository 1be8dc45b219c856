"""What to write instead of a condition that matches the wrong credentials.

It locks out nobody whom other statements let in without MFA: services, federated users and roles.
"""

from __future__ import annotations

from typing import Any

from mfa_session.policy.credentials import MFA_PRESENT, PRINCIPAL_ARN
from mfa_session.policy.document import Statement, is_for_everybody
from mfa_session.policy.fixes import right_condition
from mfa_session.policy.rules.rule import Subject


def right_for_others(subject: Subject) -> dict[str, Any]:
    """Return the right condition, and the actions if federated users are to be left out."""
    statement, found = subject.statement, subject.reach
    besides = list[tuple[str, str, Any]]()
    spares_sessions = found is not None and not found.without_mfa and not statement.allows
    if spares_sessions and not any(each.is_about(PRINCIPAL_ARN) for each in statement.conditions):
        of_all = subject.document.kind in {"scp", "rcp"}
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
