"""MFA asked of those who can never have it, or of too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.finding import ERROR, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import without_mfa_conditions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.case import Case
    from mfa_session.policy.source import Position

ANYONE = Rule("anyone-with-mfa", ERROR)
SERVICE = Rule("service-has-no-mfa", ERROR)
FEDERATED = Rule("federation-has-no-mfa", ERROR)
ROLE = Rule("role-session-has-no-mfa", WARNING)
IN_ROLE_POLICY = Rule("mfa-in-role-policy", WARNING)
RULES = (ANYONE, SERVICE, FEDERATED, ROLE, IN_ROLE_POLICY)

_SIGNED_ELSEWHERE = ("sts:assumerolewithsaml", "sts:assumerolewithwebidentity")


def check_anyone(case: Case) -> Iterator[Flaw]:
    """Find Allows for everybody who has MFA, in whatever account."""
    principals = case.statement.principals or {}
    everybody = "*" in (*principals.get("*", ()), *principals.get("AWS", ()))
    if case.requires_mfa and everybody and not case.other_conditions:
        yield Flaw(
            ANYONE,
            _place(case, "Principal"),
            "the principal is everybody, and MFA can be had in any AWS account",
            "everybody who has an AWS account and an MFA device gets through",
            "name the account, or the users",
            {"Principal": {"AWS": "arn:aws:iam::ACCOUNT-ID:root"}},
        )


def check_services(case: Case) -> Iterator[Flaw]:
    """Find MFA asked of AWS services."""
    services = (case.statement.principals or {}).get("Service")
    if services and case.requires_mfa:
        yield Flaw(
            SERVICE,
            _place(case, "Principal"),
            f"{services[0]} is a service: it has no MFA device",
            "the service is locked out",
            "give services a statement of their own, without the condition",
            without_mfa_conditions(case.statement),
        )


def check_federation(case: Case) -> Iterator[Flaw]:
    """Find MFA asked of those who come by SAML or OpenID Connect."""
    named = [action.lower() for action in case.statement.actions or ()]
    federated = "Federated" in (case.statement.principals or {})
    if case.requires_mfa and (federated or (named and set(named) <= set(_SIGNED_ELSEWHERE))):
        yield Flaw(
            FEDERATED,
            _place(case, "Principal"),
            "who comes by SAML or OpenID Connect brings no MFA that AWS knows of",
            "everybody who comes that way is locked out",
            "ask for the second factor at the identity provider",
            without_mfa_conditions(case.statement),
        )


def check_roles(case: Case) -> Iterator[Flaw]:
    """Find MFA asked of sessions of roles, by a policy that names the roles."""
    arns = (case.statement.principals or {}).get("AWS", ())
    roles = [arn for arn in arns if ":role/" in arn or ":assumed-role/" in arn]
    if roles and (case.requires_mfa or case.refuses_without_mfa):
        yield Flaw(
            ROLE,
            _place(case, "Principal"),
            f"{roles[0]} is a role: its sessions say that there was no MFA, even if it took a code "
            "to get them",
            "the role's sessions are locked out; only users with an MFA session get through",
            "name users or their account; for the role, ask for MFA in its trust policy",
        )


def check_role_policy(case: Case) -> Iterator[Flaw]:
    """Find MFA asked of a role's sessions by its own policy."""
    if case.whole.on_role and case.reach is not None:
        if case.statement.allows:
            who = "the role's sessions are locked out: nobody has MFA here"
        else:
            who = "the role's sessions are all treated as having no MFA, however they were had"
        yield Flaw(
            IN_ROLE_POLICY,
            case.mfa_conditions[0].position,
            "this is the policy of a role: its sessions say that there was no MFA, even if it took "
            "a code to get them",
            who,
            "ask for MFA in the role's trust policy, and leave it out here",
            without_mfa_conditions(case.statement),
        )


CHECKS: tuple[Check, ...] = (
    check_anyone,
    check_services,
    check_federation,
    check_roles,
    check_role_policy,
)


def _place(case: Case, name: str) -> Position:
    node = case.statement.elements.get(name)
    if node is None:
        return case.statement.position
    return case.whole.document.source.position(node.key_offset)
