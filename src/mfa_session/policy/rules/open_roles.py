"""Roles that users take without the MFA that they are asked for otherwise."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from mfa_session.policy.aws_policies import is_administrators
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.document import Document, Roster
from mfa_session.policy.intrinsics import THIS_ACCOUNT
from mfa_session.policy.mfa import mfa_conditions, reach
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.exemptions import all_left_out
from mfa_session.policy.rules.resource_kinds import parts_of
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.trusts import (
    TAKE,
    is_trust,
    names_of_role,
    open_roles,
    role_of,
    roots_in,
)
from mfa_session.policy.statement import Statement, is_for_services

TAKEN = Rule(
    "role-without-mfa",
    WARNING,
    "Users take a role without the MFA that they are asked for otherwise, as an account dump, "
    "template, plan or state tells: a Deny of everything exempts `sts:AssumeRole`, and the role's "
    "trust policy asks for no MFA, whether or not the file tells who may take the role. Or "
    "everything is allowed only with MFA, and the role may do everything; or another role that may "
    "do everything asks the same account for MFA. Or a role asks for MFA, and lets in without it "
    "the sessions of another role, which asks for none. Or a file without trust policies allows "
    "`sts:AssumeRole`, and a Deny of everything exempts it: roles are taken without MFA if their "
    "trust policies do not ask for it (a note if it does not allow it, or if the `Sid` tells "
    "that roles are exempt). A note, too, where only an "
    "Allow of taking the role asks for MFA.",
)
CLOSED = Rule(
    "role-lets-nobody-in",
    WARNING,
    "In a template, plan or state, users are allowed `sts:AssumeRole` on a role whose trust policy "
    "lets only AWS services or federated users in: none of them gets in.",
)
_GET_SESSION = "sts:GetSessionToken"
_says_roles = re.compile("(all|any|but|every|except|unless).*(assum|hop|jump|role|switch)").search
_account_in = re.compile(":iam::([0-9]{12}):").search
_WHO_NEEDS_IT = "the roles and users that need it"
# Roles that AWS makes for another account, and whose sessions of roles take them.
_TAKEN_BY = {
    "AWSCloudFormationStackSetExecutionRole": "role/AWSCloudFormationStackSetAdministrationRole",
    "AWSControlTowerExecution": _WHO_NEEDS_IT,
    "OrganizationAccountAccessRole": _WHO_NEEDS_IT,
}


def check_open_roles(subject: Subject) -> Flaws:
    """Find Denies, and Allows of everything, whose MFA a role of the template, plan or state voids.

    Users take it without MFA, by their policies and its own.
    """
    statement, roster, whole = subject.statement, subject.document.roster, subject.whole
    denies = subject.denies_all_actions and not concerns(statement, TAKE)
    allows = subject.requires_mfa and "*" in names_of(statement) and not whole.denies_for_mfa
    asks = (denies or allows) and subject.document.kind == "identity" and subject.is_of_users
    if not (roster and asks) or whole.denies_anyhow(TAKE):
        return
    which, exempt = "may do everything", "allow sts:AssumeRole only with MFA"
    if denies:
        which, exempt = "this Deny exempts", "do not exempt sts:AssumeRole"
    taking = (e for e in whole.allowing_without_mfa if concerns(e, TAKE) and not e.conditions)
    taken = (
        (allow, role)
        for allow in taking
        for role in open_roles(roster.documents, allow)
        if denies or role in _of_administrators(roster)
    )
    for allow, role in itertools.islice(taken, 1):
        yield Flaw(
            TAKEN,
            statement.position,
            f"{subject.label_of(allow)} allows sts:AssumeRole on {role_of(role)}, which {which}, "
            "and the role's trust policy requires no MFA",
            "whoever has their long-term keys gets through without MFA, by this role",
            f"require MFA in the role's trust policy, or {exempt}",
        )
    open_to_all = denies and not whole.allows_anyhow(TAKE)
    roles = open_roles(roster.documents, _taking_any(subject)) if open_to_all else ()
    for role in itertools.islice(roles, 1):
        of_roles = (e for e in roster.documents if e.holder == "role" and e.kind == "identity")
        by_roles = any(e.allows and concerns(e, TAKE) for one in of_roles for e in one.statements)
        yield Flaw(
            TAKEN,
            statement.position,
            f"this Deny exempts sts:AssumeRole, and the trust policy of {role_of(role)} requires "
            "no MFA",
            "whoever has the long-term key of a user who may take this role gets through without "
            "MFA",
            f"require MFA in the role's trust policy, or {exempt}",
            severity=NOTE if by_roles else None,  # which may be meant to take it
        )


def _taking_any(subject: Subject) -> Statement:
    """Return an Allow, as another file may have it, of taking all roles of this account."""
    accounts = {found[1] for found in map(_account_in, subject.whole.allowed_resources) if found}
    return replace(
        subject.statement,
        effect="Allow",
        actions=(TAKE,),
        not_actions=None,
        resources=tuple(f"arn:aws:iam::{each}:role/*" for each in ("*", *sorted(accounts))),
        conditions=(),
    )


def check_takers(subject: Subject) -> Flaws:
    """Find Allows of taking a role with MFA, which its trust policy does not ask for."""
    statement, roster, names = (
        subject.statement,
        subject.document.roster,
        names_of(subject.statement),
    )
    named = subject.requires_mfa and TAKE in names and "*" not in names
    judged = named and subject.document.kind == "identity" and not subject.on_role
    role = next(open_roles(roster.documents, statement), None) if roster and judged else None
    if role and not subject.whole.denies_for_mfa:
        yield Flaw(
            TAKEN,
            statement.position,
            f"this Allow is the only place that asks for MFA: the trust policy of {role_of(role)} "
            "does not",
            "whoever another policy allows sts:AssumeRole takes the role without MFA",
            "require MFA in the role's trust policy as well",
            severity=NOTE,
        )


def check_administrators(subject: Subject) -> Flaws:
    """Find roles that may do everything without MFA, beside one that asks the same users for it."""
    statement, document, roster = subject.statement, subject.document, subject.document.roster
    lets_in = statement.allows and not statement.conditions and concerns(statement, TAKE)
    open_to = {each["account"] for each in roots_in(statement)} if lets_in else set()
    admins = _of_administrators(roster) if roster and open_to else ()
    if document not in admins or document.is_optional or subject.whole.denies_for_mfa:
        return
    asking = (each for each in admins if not open_to.isdisjoint(_accounts_asked(each)))
    if other := next(asking, None):
        yield Flaw(
            TAKEN,
            statement.position,
            f"this role may do everything, as {role_of(other)} may, which asks the same account "
            "for MFA",
            "whoever has the long-term key of a user who may take roles gets round MFA by this one",
            _how_to_close(document),
        )


def check_chained_roles(subject: Subject) -> Flaws:
    """Find roles taken without MFA whose sessions another one lets in, which asks users for it."""
    statement, document = subject.statement, subject.document
    lets_in = statement.allows and not statement.conditions and concerns(statement, TAKE)
    open_to = {each["account"] for each in roots_in(statement)} if lets_in else set()
    file = document.account or document.roster
    asking = (
        each
        for each in (file.documents if file and open_to else ())
        if is_trust(each) and not open_to.isdisjoint(_accounts_asked(each))
    )
    beyond = next((each for each in asking if _lets_in_role(each, document, open_to)), None)
    if beyond and not subject.whole.denies_for_mfa:
        yield Flaw(
            TAKEN,
            statement.position,
            f"this role is taken without MFA; {role_of(beyond)} asks the same account for MFA, "
            "but lets in the sessions of this role without",
            f"whoever has the long-term key of a user who may take this role gets to "
            f"{role_of(beyond)} without MFA",
            _how_to_close(document),
        )


def _lets_in_role(trust: Document, role: Document, accounts: Collection[str]) -> bool:
    """Say whether a trust policy lets a role of the file, and of an account, in without MFA."""
    names, denies = names_of_role(role), [each for each in trust.statements if not each.allows]
    return not any(map(mfa_conditions, denies)) and any(
        text.rpartition(":")[2] in names
        and (parts_of(text)[4] in {*accounts, THIS_ACCOUNT} or not parts_of(text)[4].isdecimal())
        for each in trust.statements
        if each.allows and concerns(each, TAKE) and not mfa_conditions(each)
        for text in each.aws_principals
    )


def _how_to_close(trust: Document) -> str:
    """Say how to close a role; MFA in those of AWS would stop the roles that take them."""
    names = (owner.rpartition("/")[2] for owner in trust.owners)
    taking = next((_TAKEN_BY[name] for name in names if name in _TAKEN_BY), "")
    only = f"let in only {taking or _WHO_NEEDS_IT}"
    return only if taking else f"require MFA here as well, or {only}"


def _accounts_asked(trust: Document) -> Iterator[str]:
    """Yield the accounts that a trust policy lets in only with MFA."""
    for each in trust.statements:
        found = reach(each) if each.allows else None
        if found and found.needs_mfa and found.fresh:
            yield from (root["account"] for root in roots_in(each))


@functools.lru_cache(maxsize=1)  # each role of a file asks for it
def _of_administrators(roster: Roster) -> tuple[Document, ...]:
    """Return the trust policies of roles with AWS's AdministratorAccess, and no boundary."""
    bounds = (each.owners for each in roster.documents if each.kind == "boundary")
    bounded = roster.bounded_elsewhere.union(*bounds)
    return tuple(
        each
        for each in roster.documents
        if each.kind == "trust"
        and any(
            is_administrators(arn)
            for owner in each.owners
            if owner not in bounded
            for arn in roster.elsewhere.get(owner, ())
        )
    )


def check_exempt_roles(subject: Subject) -> Flaws:
    """Find Denies that exempt sts:AssumeRole, where no trust policy is in sight."""
    statement, whole, document = subject.statement, subject.whole, subject.document
    spared = (subject.denies_all_actions and statement.not_actions) or ()
    exempt = next((each for each in spared if includes(each.lower(), TAKE)), None)
    judged = document.kind == "identity" and subject.is_of_users
    in_sight = document.account or (document.roster and _has_trust(document.roster))
    if not (judged and exempt) or in_sight or all_left_out(subject):
        return
    of_all = exempt.lower() == "sts:*"
    taking = [each for each in whole.allowing_without_mfa if concerns(each, TAKE)]
    if not (of_all or whole.allows_anyhow(TAKE)):
        taking = [_taking_any(subject)]
    open_to = (
        each
        for each in taking
        if not (whole.denials("long_term").are_about(each, TAKE) or _are_closed(document, each))
    )
    if (allow := next(open_to, None)) is None:
        return
    kept = [_GET_SESSION if each == exempt else each for each in spared]
    yield Flaw(
        TAKEN,
        subject.place_of_action(exempt),
        f"this Deny exempts {exempt}"
        + (f", and {subject.label_of(allow)} allows sts:AssumeRole" * (allow in whole.allowing)),
        "whoever has the long-term key takes roles without MFA, unless their trust policies "
        "require it",
        f"write {_GET_SESSION} instead of {exempt}"
        if of_all
        else "require it in all of them, or do not exempt sts:AssumeRole",
        {"NotAction": list(dict.fromkeys(kept))} if of_all else {},
        severity=None
        if allow in whole.allowing and not _says_roles(statement.sid_letters)
        else NOTE,
    )


@functools.lru_cache(maxsize=1)  # each Deny of a file asks for it
def _has_trust(roster: Roster) -> bool:
    """Say whether a trust policy lets users or roles in."""
    trusts = (each for each in roster.documents if each.kind == "trust")
    return any(one.aws_principals for each in trusts for one in each.statements)


def check_closed_roles(subject: Subject) -> Flaws:
    """Find Allows of taking a role of the file whose trust policy lets only others in."""
    statement, document = subject.statement, subject.document
    judged = statement.allows and document.kind == "identity" and not subject.on_role
    if not judged or "*" in names_of(statement) or not concerns(statement, TAKE):
        return
    for node, _ in subject.resources:
        if role := next(_closed_roles(document, str(node.value)), None):
            yield Flaw(
                CLOSED,
                subject.place_at(node),
                f"sts:AssumeRole is allowed on {role_of(role)}, whose trust policy lets only "
                "AWS services or federated users in",
                "no user of this policy gets in",
                "name the account in the role's trust policy, with a condition on MFA; to hand the "
                "role to a service, allow iam:PassRole instead",
            )
            return


def _are_closed(document: Document, allow: Statement) -> bool:
    """Say whether an Allow is only for roles of the file that let no users in."""
    named = allow.resources or ("*",)
    return all(any(_closed_roles(document, text)) for text in named)


def _closed_roles(document: Document, text: str) -> Iterator[Document]:
    """Yield the trust policy of a role that a resource names, if it lets no users in."""
    what, account = text.rpartition(":")[2], parts_of(text)[4]
    for each in document.roster.documents if document.roster else ():
        there = {"", "*", THIS_ACCOUNT, *(parts_of(owner)[4] for owner in each.owners)}
        if ":" in text and account not in there:
            continue
        by_name = {owner.rpartition(":")[2] for owner in each.owners} - {"role/"}
        is_named = what in by_name or what == f"role/${{{role_of(each)}}}"
        allows = (one for one in each.statements if one.allows)
        if is_named and is_trust(each) and all(map(is_for_services, allows)):
            yield each
