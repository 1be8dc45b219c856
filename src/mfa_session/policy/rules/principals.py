"""MFA asked of those who can never have it, or of too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import is_about_everything, names_of
from mfa_session.policy.credentials import role_session
from mfa_session.policy.finding import ERROR, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import in_words, without_mfa_conditions
from mfa_session.policy.request import RequestContext
from mfa_session.policy.rules.subject import KINDS, is_for_everybody, roles_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition
    from mfa_session.policy.policy_text import Position
    from mfa_session.policy.rules.subject import Subject

ANYONE = Rule(
    "anyone-with-mfa",
    ERROR,
    "The principal is `*`, or everybody but some (`NotPrincipal`): everybody with any AWS "
    "account and a device gets through. A warning if only from some networks.",
)
SERVICE = Rule(
    "service-has-no-mfa",
    ERROR,
    "The statement requires MFA of an AWS service: the service is locked out.",
)
FEDERATED = Rule(
    "federation-has-no-mfa",
    ERROR,
    "The statement requires MFA of SAML or OpenID Connect users: they are locked out.",
)
ROLE = Rule(
    "role-session-has-no-mfa",
    WARNING,
    "The statement requires MFA of role sessions, which carry none: they are locked out, "
    "also where a Deny is for everybody and the role is allowed the same by name. Require "
    "MFA in the role's trust policy.",
)
IN_ROLE_POLICY = Rule(
    "mfa-in-role-policy",
    WARNING,
    "The same in the role's own permission policy (`--role`).",
)
SCP = Rule(
    "scp-locks-out-roles",
    ERROR,
    "A service control policy asks MFA of every principal: role sessions, which bring "
    "none, are locked out for good.",
)
RULES = (ANYONE, SERVICE, FEDERATED, ROLE, IN_ROLE_POLICY, SCP)
_ROLE_ARN_KEY = "aws:principalarn"
# A role like any other, to see whether a pattern takes in all of them.
_A_ROLE = RequestContext({_ROLE_ARN_KEY: ("arn:aws:iam::123456789012:role/any-other",)})

# What another account's owner can make true as well, so that it keeps nobody out.
_OF_ANY_ACCOUNT = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:principaltag",
    "aws:principaltype",
    "aws:requesttag",
    "aws:securetransport",
    "aws:useragent",
    "aws:username",
    "sts:rolesessionname",
}
_NETWORK = "aws:sourceip"
_SIGNED_ELSEWHERE = ("sts:assumerolewithsaml", "sts:assumerolewithwebidentity")


def check_anyone(subject: Subject) -> Iterator[Flaw]:
    """Find Allows for everybody who has MFA, in whatever account."""
    narrowing = {_plain(each) for each in subject.other_conditions} - _OF_ANY_ACCOUNT
    all_but = subject.statement.allows and subject.statement.not_principals is not None
    if not (all_but or is_for_everybody(subject.statement)) or narrowing - {_NETWORK}:
        return
    whole, partly = _is_only_with_mfa(subject), _is_partly_only_with_mfa(subject)
    if whole or partly:
        yield Flaw(
            ANYONE,
            _place(subject, "NotPrincipal" if all_but else "Principal"),
            f"the principal is everybody{' else' if all_but else ''}, and everybody can set up MFA "
            "in an AWS account",
            "everybody who has an AWS account and an MFA device gets through"
            + ("" if whole else " to what the Deny is about")
            + (" from these networks" if narrowing else ""),
            'name the account, as in "Principal": {"AWS": "111122223333"}, or the users',
            severity=WARNING if narrowing else None,
        )


def check_services(subject: Subject) -> Iterator[Flaw]:
    """Find MFA asked of AWS services."""
    principals = subject.statement.principals or {}
    services = principals.get("Service")
    if services and subject.requires_mfa:
        alone = len(principals) == 1
        own = {"Service": list(services) if services[1:] else services[0]}
        yield Flaw(
            SERVICE,
            _place(subject, "Principal"),
            f"{services[0]} is a service: it has no MFA device",
            "the service is locked out",
            "remove the condition"
            if alone
            else "keep this statement for AWS principals, without the service; for the service add "
            f"this one: {in_words(subject.statement, Principal=own)}",
            without_mfa_conditions(subject.statement) if alone else {},
        )


def check_federation(subject: Subject) -> Iterator[Flaw]:
    """Find MFA asked of those who come by SAML or OpenID Connect."""
    named = [action.lower() for action in subject.statement.actions or ()]
    federated = "Federated" in (subject.statement.principals or {})
    if subject.requires_mfa and (federated or (named and set(named) <= set(_SIGNED_ELSEWHERE))):
        yield Flaw(
            FEDERATED,
            _place(subject, "Principal"),
            "AWS knows of no MFA of users who come by SAML or OpenID Connect",
            "all of these users are locked out",
            "require the second factor at the identity provider; only then give these users a "
            "statement of their own without the condition",
        )


def check_roles(subject: Subject) -> Iterator[Flaw]:
    """Find MFA asked of sessions of roles, by a policy that names the roles."""
    roles = roles_in(subject.statement) or _roles_locked_out(subject)
    if roles and (subject.requires_mfa or subject.refuses_without_mfa):
        yield Flaw(
            ROLE,
            _place(subject, "Principal"),
            f"{roles[0]} is a role: its sessions carry no MFA, even if assuming it took a code",
            "the role's sessions are locked out; only users with an MFA session get through",
            "name users or their account; for the role, require MFA in its trust policy",
        )


def check_role_policy(subject: Subject) -> Iterator[Flaw]:
    """Find MFA asked of a role's sessions by its own policy."""
    if subject.on_role and subject.reach is not None:
        if subject.statement.allows:
            who = "the role's sessions are locked out: nobody has MFA here"
            cure = "require MFA in the role's trust policy; then remove the condition"
        else:
            who = "the role's sessions are all treated as having no MFA, with a code or without"
            cure = "delete the statement; require MFA in the role's trust policy"
        yield Flaw(
            IN_ROLE_POLICY,
            subject.mfa_conditions[0].position,
            "this is a role's policy: its sessions carry no MFA, even if assuming it took a code",
            who,
            cure,
        )


def check_scp(subject: Subject) -> Iterator[Flaw]:
    """Find service control policies that ask MFA of the sessions of roles as well."""
    if subject.document.kind != "scp" or not subject.refuses_without_mfa:
        return
    if not any(_spares_all_meant(subject, each) for each in subject.other_conditions):
        some = any(map(_spares_roles, subject.other_conditions))
        yield Flaw(
            SCP,
            subject.mfa_conditions[0].position,
            "a service control policy applies to every principal of the accounts, and the sessions "
            "of roles carry no MFA",
            f"all {'other ' if some else ''}role sessions are locked out for good, including those "
            "of SSO and of services",
            "require it in users' policies and roles' trust policies; or exempt roles here with "
            '"ArnNotLike": {"aws:PrincipalArn": "arn:*:iam::*:role/*"}',
        )


CHECKS: tuple[Check, ...] = (
    check_anyone,
    check_services,
    check_federation,
    check_roles,
    check_role_policy,
    check_scp,
)


def _roles_locked_out(subject: Subject) -> list[str]:
    """Return the roles that an Allow lets do by name what a Deny for everybody asks MFA for."""
    denied = subject.statement
    spared = any(map(_spares_roles, subject.other_conditions))
    if denied.allows or spared or not is_for_everybody(denied):
        return []
    return subject.whole.roles_allowed(denied)


def _plain(condition: Condition) -> str:
    """Return a condition's key without the name of a tag."""
    return condition.key.lower().partition("/")[0]


def _is_only_with_mfa(subject: Subject) -> bool:
    """Say whether an Allow is for those with MFA only, by its own condition or by Denies."""
    statement = subject.statement
    if not statement.allows or subject.mfa_conditions:
        return subject.requires_mfa
    return all(subject.whole.denies(statement, kind) for kind in KINDS)


def _is_partly_only_with_mfa(subject: Subject) -> bool:
    """Say whether Denies keep those without MFA from a part of what everybody is allowed."""
    statement, whole = subject.statement, subject.whole
    free = statement.allows and not subject.mfa_conditions
    return free and all(whole.is_narrowed(statement, kind) for kind in KINDS)


def _spares_all_meant(subject: Subject, condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from all the roles that it is not meant for.

    A Deny of a few actions may be meant for all roles but some; one of everything leaves no role
    any use.
    """
    statement = subject.statement
    everything = statement.not_actions is not None or "*" in names_of(statement)
    if everything and is_about_everything(statement) and condition.key.lower() == _ROLE_ARN_KEY:
        return is_met(condition, _A_ROLE) is False
    return _spares_roles(condition)


def _spares_roles(condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from the sessions of some roles."""
    if condition.key.lower() == _ROLE_ARN_KEY:
        return True
    return is_met(condition, role_session().facts) is False


def _place(subject: Subject, name: str) -> Position:
    node = subject.statement.elements.get(name)
    if node is None:
        return subject.statement.position
    return subject.document.source.position(node.key_offset)
