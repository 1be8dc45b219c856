"""Boundaries that one may take off again."""

from __future__ import annotations

from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy

HALF_KEPT = Rule(
    "boundary-half-kept",
    WARNING,
    "In a policy or boundary that asks for MFA, a Deny names what removes or replaces the boundary "
    "of roles, and not the same action for users, which the policy allows.",
)
# What changes the boundary of roles, and the same for users.
_OF_USERS = {
    "iam:DeleteRolePermissionsBoundary": "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary": "iam:PutUserPermissionsBoundary",
}


def check_half_kept(subject: Subject) -> Flaws:
    """Find Denies that keep the boundaries of roles, and not those of users, who are asked for MFA.

    A boundary of people need not keep those of roles.
    """
    statement, whole = subject.statement, subject.whole
    judged = subject.document.kind in {"boundary", "identity"} and not subject.on_role
    if statement.allows or not (judged and whole.concern_mfa) or means_mfa(statement):
        return
    for named, left in _OF_USERS.items():
        if named.lower() in names_of(statement) and _is_left(whole, left):
            yield Flaw(
                HALF_KEPT,
                subject.place_of_action(named),
                f"{named} is denied, but not {left}, which the policy allows",
                "whoever has this policy can take the boundary, with its MFA, off users",
                f"deny {left} as well",
            )
            return


def _is_left(whole: WholePolicy, action: str) -> bool:
    """Say whether an Allow gives an action, and no Deny but those of MFA is about it."""
    denies = (each for each in whole.statements if not (each.allows or means_mfa(each)))
    return whole.allows_anyhow(action) and not any(concerns(each, action) for each in denies)
