"""Statements of an organisation's policy for callers to whom it never applies."""

from __future__ import annotations

from mfa_session.policy.rules.exemptions import is_of_outsiders, of_outsiders
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject
from mfa_session.policy.rules.wrong_credentials import NEVER


def check_outsiders(subject: Subject) -> Flaws:
    """Find statements of a service control policy for callers to whom none applies."""
    if subject.whole.concern_mfa and is_of_outsiders(subject):
        condition = next(filter(of_outsiders, subject.other_conditions))
        yield Flaw(
            NEVER,
            condition.position,
            "a service control policy applies to the organisation's own users and roles only: none "
            f"of them meets {condition.written} {condition.key} {condition.values[0]}",
            f"nobody is {'let in' if subject.statement.allows else 'stopped'}",
            f"remove {condition.key}"
            + (", and exempt roles by aws:PrincipalArn" if subject.refuses_without_mfa else ""),
        )
