"""Denies, and Allows with MFA, of other principals than a resource's policy lets in otherwise."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from mfa_session.model.arns import account_of
from mfa_session.policy.conditions import OPPOSITES, is_met, is_met_without_key
from mfa_session.policy.coverage import contains, may_overlap, names_of
from mfa_session.policy.credentials import PRINCIPAL_ARN, RequestContext
from mfa_session.policy.intrinsics import THIS_ACCOUNT
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.programs import may_be_of_a_program
from mfa_session.policy.rules.callers import has_wrong_values
from mfa_session.policy.rules.defeated import DEFEATED, check_circumstances, demands_mfa
from mfa_session.policy.rules.exemptions import DENIES_NOTHING
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Subject
from mfa_session.policy.rules.values import WRONG_VALUE, who_never_meets
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.rules.wrong_credentials import NEVER
from mfa_session.policy.statement import Condition, Statement, is_for_everybody, names_role

_MANY = 100  # principals
_OF_ACCOUNTS = {"aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount",
                "kms:calleraccount", "s3:resourceaccount"}  # fmt: skip
_TWO = 2
_of_our_own = re.compile("Our(?![a-z])|Own(?![a-z])|Internal|Staff").search
_ORGANISATION = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths")


def check_left_out(subject: Subject) -> Flaws:
    """Find Denies that leave out some, or all, whom the policy's Allows let in."""
    trusts = subject.document.kind == "trust"
    if _of_our_own(subject.statement.sid or ""):
        return
    if not (trusts or subject.document.kind == "resource") or not subject.refuses_without_mfa:
        return
    statement, let_in = subject.statement, _let_in(subject.whole)
    reached = [each for each in let_in if may_overlap(each[0], statement)]
    stopped = {allow for allow, _, is_open in reached if not is_open}
    for allow, who, is_open in reached:
        # Whom else a resource's policy names may also have an account's own policies.
        named = trusts or not _is_account(who)
        if (
            is_open
            and allow in stopped
            and named
            and not may_be_of_a_program(who.rpartition("/")[2])
        ):
            yield Flaw(
                DEFEATED,
                subject.place_of("Principal"),
                f"{allow.label} lets in {who}, which no Deny names",
                f"{who} gets through without MFA",
                f"name {who} as well, or everybody: *",
                severity=WARNING,
            )
            return
    listed = bool(names_of(statement)) and not reached
    if trusts and listed and any(is_open for _, _, is_open in let_in):
        yield Flaw(
            DENIES_NOTHING,
            subject.place_of_action(),
            f"no statement here allows anybody {subject.as_written(names_of(statement)[0])}",
            "nobody is stopped, with MFA or without",
            f"deny {(let_in[0][0].actions or ('*',))[0]}",
        )


@per_policy
def _let_in(whole: WholePolicy) -> list[tuple[Statement, str, bool]]:
    """Return the accounts and users of the Allows without MFA, and whether no Deny stops each."""
    found = []
    for allow in itertools.filterfalse(means_mfa, whole.allowing):
        for who in allow.aws_principals:
            if not (names_role(who) or who == "*"):
                alone = replace(allow, principals={"AWS": (who,)})
                found.append((allow, who, not whole.denies_without_mfa(alone)))
    return found


def check_spared(subject: Subject) -> Flaws:
    """Find Denies that spare everybody whom the policy's Allows let in."""
    denied, callers = subject.statement, _callers(subject)
    if not callers:
        return
    told = _of_our_own(denied.sid or "") or any(map(has_wrong_values, denied.conditions))
    if told or not subject.refuses_without_mfa:
        return
    if not any(_may_name(denied, who) for who, _ in callers):
        yield _spares_all(subject, "its Principal", callers[0][0], "deny everybody: *")
        return
    for condition in subject.other_conditions:
        if all(is_met(condition, caller) is False for _, caller in callers):
            cure = f"remove {condition.key}, or name only those to exempt"
            yield _spares_all(subject, f"{condition.written} {condition.key}", callers[0][0], cure)
            return


def _may_name(denied: Statement, who: str) -> bool:
    """Say whether a Deny may be for a principal, or for somebody of an account."""
    named = denied.aws_principals
    if is_for_everybody(denied) or not named or not all(map(_account, named)):
        return True
    same = [each for each in named if _account(each) == _account(who)]
    # A role's session has another ARN than the role.
    whole = any(map(_is_account, (who, *same))) or any(map(names_role, (who, *same)))
    return bool(same) and (whole or who in same)


def _spares_all(subject: Subject, what: str, who: str, cure: str) -> Flaw:
    return Flaw(
        DENIES_NOTHING,
        subject.place_of("Condition" if " " in what[4:] else "Principal"),
        f"by {what} this Deny is for nobody whom the policy lets in",
        f"{who} is not stopped, with MFA or without",
        cure,
    )


def _callers(subject: Subject) -> list[tuple[str, RequestContext]]:
    """Return whom the policy lets in, and what is known of their requests; none if not all.

    A resource's policy is told from an organisation only: its account may let in others.
    """
    if subject.document.kind == "trust":
        return _named_in_trust(subject.whole)
    return _of_organisation(subject.whole) if subject.document.kind == "resource" else []


@per_policy
def _named_in_trust(whole: WholePolicy) -> list[tuple[str, RequestContext]]:
    found = []
    for allow in whole.allowing:
        if is_for_everybody(allow) or allow.principals is None:
            return _of_organisation(whole)
        for who in allow.aws_principals:
            account = _account(who)
            if not account:
                return []
            arn = f"arn:{who.split(':')[1] if ':' in who else 'aws'}:iam::{account}:*"
            is_one = not (_is_account(who) or ":sts:" in who)
            known = {
                "aws:PrincipalAccount": (account,),
                **({PRINCIPAL_ARN: (who,)} if is_one else {}),
            }
            within = {} if is_one else {PRINCIPAL_ARN: arn}
            found.append((who, RequestContext(known, within)))
    told = len(found) <= _MANY and any(not means_mfa(each) for each in whole.allowing)
    return found if told and not all(names_role(who) for who, _ in found) else []


@per_policy
def _of_organisation(whole: WholePolicy) -> list[tuple[str, RequestContext]]:
    """Return the callers of the organisation that all Allows are for, if they are for everybody."""
    found = []
    for allow in whole.allowing:
        demanded = next(filter(_is_of_organisation, allow.conditions), None)
        if demanded is None or not is_for_everybody(allow) or len(demanded.values) != 1:
            return []
        known = RequestContext({demanded.key: demanded.values})
        found.append((f"everybody of {demanded.values[0]}", known))
    return found if len(found) <= _MANY else []


def _is_of_organisation(condition: Condition) -> bool:
    demands = condition.operator not in OPPOSITES and is_met_without_key(condition) is False
    return demands and any(map(condition.is_about, _ORGANISATION))


def check_accounts(subject: Subject) -> Flaws:
    """Find Allows whose conditions are about other accounts than those of their principals."""
    principals = subject.statement.principals if subject.statement.allows else None
    accounts = set(map(_account, subject.statement.aws_principals))
    if principals is None or set(principals) != {"AWS"} or not _are_known(accounts):
        return
    for condition in subject.other_conditions:
        compared = {_account(each) for each in condition.values}
        about = any(map(condition.is_about, ("aws:PrincipalAccount", PRINCIPAL_ARN)))
        plain = condition.operator not in OPPOSITES and condition.operator != "Null"
        if about and plain and _are_known(compared) and accounts.isdisjoint(compared):
            yield Flaw(
                NEVER,
                condition.position,
                f"{condition.written} {condition.key} is about the account {min(compared)}, and "
                f"the Principal about {min(accounts)}",
                "everybody is locked out: no request is of both",
                "name the same account in both",
            )


def check_swapped_digits(subject: Subject) -> Flaws:
    """Find an account in a condition that is another one of the policy with two digits swapped."""
    for condition in subject.other_conditions:
        for value in condition.values if condition.key.lower() in _OF_ACCOUNTS else ():
            meant = next(filter(lambda each: _is_swapped(each, value), _accounts_in(subject)), "")
            if meant:
                yield Flaw(
                    WRONG_VALUE,
                    condition.position,
                    f"{value} is {meant} with two digits swapped",
                    who_never_meets(subject, condition),
                    f"write {meant}, if that account is meant",
                    severity=WARNING,
                )


def _accounts_in(subject: Subject) -> list[str]:
    """Return the accounts in the policy's principals and resources."""
    texts = (
        text
        for each in subject.document.statements
        for text in (*each.aws_principals, *(each.resources or ()))
    )
    return list(filter(None, map(_account, texts)))


def _is_swapped(one: str, other: str) -> bool:
    """Say whether accounts differ in two digits, which are each other's."""
    pairs = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
    return len(one) == len(other) and len(pairs) == _TWO and pairs[0] == pairs[1][::-1]


def _are_known(accounts: set[str]) -> bool:
    """Say whether all accounts are told; a template's own may be any of those that it names."""
    return bool(accounts) and accounts.isdisjoint({"", THIS_ACCOUNT})


def check_whole_account(subject: Subject) -> Flaws:
    """Find Allows whose Sid demands MFA of users, while their account has the same without it."""
    statement, whole = subject.statement, subject.whole
    users = statement.aws_principals
    judged = subject.requires_mfa and demands_mfa(statement.sid or "") and users
    if subject.document.kind != "resource" or not judged or any(map(_is_account, users)):
        return
    if any(check_circumstances(subject)):  # it tells of another way in
        return
    for name, allow in itertools.islice(_given_to_accounts(subject), 1):
        if whole.denials("long_term").uncovered(_only(statement, name)):
            yield Flaw(
                DEFEATED,
                subject.mfa_conditions[0].position,
                f"the Sid is {statement.sid}, but {subject.label_of(allow)} allows "
                f"{subject.as_written(name)} to the account of {users[0]} without MFA",
                "whoever has it from a policy of the account gets through without MFA",
                "deny these actions without MFA, or change the Sid",
                severity=WARNING,
            )


def _given_to_accounts(subject: Subject) -> Iterator[tuple[str, Statement]]:
    statement = subject.statement
    accounts = set(map(_account, statement.aws_principals))
    for allow in subject.whole.allows.first_touching(statement):
        opened = {_account(each) for each in allow.aws_principals if _is_account(each)}
        if accounts <= opened and not allow.conditions:
            wide = replace(allow, principals=statement.principals)
            for name in names_of(statement):
                # Every key's policy leaves its use to the account's policies.
                if not name.startswith("kms:") and contains(wide, _only(statement, name)):
                    yield name, allow


def _only(statement: Statement, action: str) -> Statement:
    return replace(statement, actions=(action,), not_actions=None)


def _account(principal: str) -> str:
    """Return the account of a principal; empty if it is not told."""
    if principal.isdecimal():
        return principal
    account = account_of(principal) or ""
    return account if account.isdecimal() else ""


def _is_account(principal: str) -> bool:
    return principal.isdecimal() or principal.endswith(":root")
