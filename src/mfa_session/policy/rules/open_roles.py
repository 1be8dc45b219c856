"""Roles that users take without the MFA that they are asked for otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mfa_session.policy.aws_policies import is_administrators
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.document import Document, Roster, Statement
from mfa_session.policy.intrinsics import PSEUDO_PARAMETERS, with_pseudo_parameters
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject

TAKEN = Rule(
    "role-without-mfa",
    WARNING,
    "Users take a role without the MFA that they are asked for otherwise, as an account dump, "
    "template, plan or state tells: a Deny of everything exempts `sts:AssumeRole`, and the role's "
    "trust policy asks for no MFA. Or everything is allowed only with MFA, and the role may do "
    "everything. In other files: a Deny of everything exempts `sts:*`, and the policy allows "
    "`sts:AssumeRole` (a note).",
)
_TAKE, _GET_SESSION = "sts:assumerole", "sts:GetSessionToken"
_of_root = re.compile(
    r"(?:arn:(?P<partition>[^:]*):iam::)?(?P<account>[0-9]{12})(?::root)?"
).fullmatch


def check_open_roles(subject: Subject) -> Flaws:
    """Find Denies, and Allows of everything, whose MFA a role of the template, plan or state voids.

    Users take it without MFA, by their policies and its own.
    """
    statement, roster, whole = subject.statement, subject.document.roster, subject.whole
    denies = subject.denies_all_actions and not concerns(statement, _TAKE)
    allows = subject.requires_mfa and "*" in names_of(statement) and not whole.denies_for_mfa
    asks = (denies or allows) and subject.document.kind == "identity" and subject.is_of_users
    if not (roster and asks) or any(_stops_takers(each) for each in whole.statements):
        return
    for allow in whole.allowing_without_mfa:
        taking = concerns(allow, _TAKE) and not allow.conditions
        for role in _open_roles(roster, allow) if taking else ():
            if denies or _may_do_everything(roster, role):
                name = role.name.partition(" ")[0]
                yield Flaw(
                    TAKEN,
                    statement.position,
                    f"{subject.label_of(allow)} allows sts:AssumeRole on {name}, which "
                    + ("this Deny exempts" if denies else "may do everything")
                    + ", and the role's trust policy requires no MFA",
                    "whoever has their long-term keys gets through without MFA, by this role",
                    "require MFA in the role's trust policy, or "
                    + ("do not exempt" if denies else "allow")
                    + (" sts:AssumeRole" if denies else " sts:AssumeRole only with MFA"),
                )
                return


def _stops_takers(statement: Statement) -> bool:
    return not statement.allows and concerns(statement, _TAKE)


def _open_roles(roster: Roster, allow: Statement) -> Iterator[Document]:
    """Yield trust policies that let the account's users in without MFA, of roles of an Allow."""
    allowed = [*map(with_pseudo_parameters, allow.resources or ())]
    for each in roster.documents:
        lets_in = each.kind == "trust" and each.is_certain and not each.is_optional
        if lets_in and all(one.allows for one in each.statements):
            open_to = [
                found
                for one in each.statements
                if not one.conditions and concerns(one, _TAKE)
                for found in map(_of_root, map(with_pseudo_parameters, one.aws_principals))
                if found
            ]
            named = any(
                _names_role(text, owner, root)
                for root in open_to
                for owner in each.owners
                for text in allowed
            )
            # Whoever allows this very role means that its trust policy lets the user in.
            by_reference = open_to and f":role/${{{each.name.partition(' ')[0]}}}"
            if named or (by_reference and any(text.endswith(by_reference) for text in allowed)):
                yield each


def _names_role(text: str, owner: str, root: re.Match[str]) -> bool:
    """Say whether a resource names a role of the account that its trust policy lets in."""
    (start, _, role), account = owner.rpartition(":"), root["account"]
    known = {start.rpartition(":")[2], PSEUDO_PARAMETERS["AWS::AccountId"]}
    is_own = account in known or (f"::{account}:" in text and known & {"", "*"})
    arn = f"arn:{root['partition'] or 'aws'}:iam::{account}:{role}"
    return bool(is_own) and not role.endswith("/") and includes(text, arn)


def _may_do_everything(roster: Roster, trust: Document) -> bool:
    """Say whether a role has AWS's AdministratorAccess, and no boundary."""
    bounds = (each.owners for each in roster.documents if each.kind == "boundary")
    bounded = roster.bounded_elsewhere.union(*bounds)
    return any(
        is_administrators(arn)
        for each in trust.owners
        if each not in bounded
        for arn in roster.elsewhere.get(each, ())
    )


def check_all_of_sts(subject: Subject) -> Flaws:
    """Find Denies that exempt all of STS, where an Allow lets users take roles without MFA."""
    spared = subject.statement.not_actions if subject.denies_all_actions else None
    all_of_it = next((each for each in spared or () if each.lower() == "sts:*"), None)
    told = subject.document.account or any(check_open_roles(subject))
    if not all_of_it or told or subject.document.kind != "identity":
        return
    for allow in subject.whole.allowing_without_mfa:
        taking = concerns(allow, _TAKE)
        if taking and not subject.whole.denials("long_term").are_about(allow, _TAKE):
            kept = [_GET_SESSION if each == all_of_it else each for each in spared or ()]
            yield Flaw(
                TAKEN,
                subject.place_of_action(all_of_it),
                "this Deny exempts all of STS, and "
                f"{subject.label_of(allow)} allows sts:AssumeRole",
                "whoever has the long-term key takes these roles without MFA, unless their trust "
                "policies require it",
                f"write {_GET_SESSION} instead of {all_of_it}",
                {"NotAction": list(dict.fromkeys(kept))},
                severity=NOTE,
            )
            return
