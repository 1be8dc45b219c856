"""Names and ARNs that miss a user or role of the file by the case, a path or an account."""

from __future__ import annotations

import functools
import re
from collections import defaultdict

from mfa_session.policy.coverage import concerns
from mfa_session.policy.credentials import PRINCIPAL_ARN
from mfa_session.policy.document import Document, Roster
from mfa_session.policy.intrinsics import (
    THIS_ACCOUNT,
    with_variables_as,
)
from mfa_session.policy.patterns import includes, may_meet
from mfa_session.policy.rules.arns import DEAD_ARN
from mfa_session.policy.rules.resource_kinds import parts_of
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.trusts import TAKE
from mfa_session.policy.statement import Condition

MISSED = Rule(
    "exemption-misses-user",
    WARNING,
    "A Deny exempts a name or ARN that differs only by case, path or account from that of a user "
    "in the account dump, template, plan or state: that user is not exempt.",
)
_Key = tuple[str, str, str]
_of_a_user = re.compile("(.*:)?user/.").match
# Another check tells of the paths that AWS gives its own roles.
_of_one_holder = re.compile("arn:[^:]*:iam::[^:]*:(role|user)/(?!aws-)[^*?$]*").fullmatch
_EXEMPTING = {"StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike"}


def check_exempt_users(subject: Subject) -> Flaws:
    """Find names and ARNs of exempt users that are almost those of users who have the policy."""
    told = subject.document.account or subject.document.roster
    exempting = subject.other_conditions if told and subject.refuses_without_mfa else ()
    for condition in exempting:
        by_name = condition.is_about("aws:username")
        compares = condition.operator in _EXEMPTING and not condition.qualifier
        if not compares or not (by_name or condition.is_about(PRINCIPAL_ARN)):
            continue
        everybody, having = _users_of(subject.document, only_names=by_name)
        for value in condition.values:
            exempt = f"user/{value}" if by_name else value
            is_one = _of_a_user(exempt) and not any(sign in exempt for sign in "*?$")
            if not is_one or any(_may_be(each, exempt) for each in everybody):
                continue
            near = next((each for each in having if _name(each) == _name(exempt)), None)
            if near and not _is_exempt(near, condition, by_name=by_name):
                meant = near.rpartition(":")[2] if "*" in near else near
                meant = meant.removeprefix("user/") if by_name else meant
                yield Flaw(
                    MISSED,
                    condition.position,
                    f"{value} is no user here, but {meant} is",
                    "the user is asked for MFA as others are",
                    f"write {meant}, if this user is to be exempt",
                )


def check_holders(subject: Subject) -> Flaws:
    """Find resources that are almost a user or role of the file: names are unique in an account."""
    account, roster = subject.document.account, subject.document.roster
    for node, exempting in subject.resources if account or roster else ():
        text = str(node.value)
        if not _of_one_holder(text):
            continue
        # A role of this name may be taken in any account.
        if parts_of(text)[4] == "*" and concerns(subject.statement, TAKE):
            continue
        owners = (each.arn for each in account.owners) if account else ()
        arns = frozenset((*owners, *(roster.people - roster.unnamed if roster else ())))
        holders = _holders_by_name(arns).get(_key(text), [])
        if roster and not holders:
            here = _own_account(roster)
            holders = _holders_by_name(arns).get(_key(text.replace(here, THIS_ACCOUNT)), [])
        if holders and not any(includes(each, text) for each in holders):
            meant = holders[0].rpartition(":")[2]
            yield Flaw(
                DEAD_ARN,
                subject.place_at(node),
                f"{node.value} is not in this file, but {meant} is",
                f"the ARN matches nothing: it {subject.effect_of_none(exempting=exempting)}",
                f"write {meant}, with its path, in the case of its letters",
            )


@functools.lru_cache(maxsize=1)  # each statement of a file asks for it
def _own_account(roster: Roster) -> str:
    """Return the only account of whose users and devices a file's policies are."""
    identity = (each for each in roster.documents if each.kind == "identity")
    statements = [each for document in identity for each in document.statements]
    parts = [parts_of(text) for each in statements for text in each.resources or ()]
    accounts = {each[4] for each in parts if each[5].startswith(("mfa/", "user/"))}
    known = {each for each in accounts if each.isdecimal()}
    return known.pop() if len(known) == 1 else THIS_ACCOUNT


@functools.lru_cache(maxsize=1)  # each statement of a file asks for it
def _holders_by_name(arns: frozenset[str]) -> dict[_Key, list[str]]:
    """Return the ARNs of users and roles by their accounts, kinds and names."""
    found = defaultdict[_Key, list[str]](list)
    for arn in sorted(arns):
        if _of_one_holder(arn.replace("*", "-")):
            found[_key(arn)].append(arn)
    return found


def _key(arn: str) -> _Key:
    """Return an ARN's account, its kind and its name; an unknown account is this one."""
    _, _, _, _, account, what = parts_of(arn)
    here = THIS_ACCOUNT if account == "*" else account
    return here, what.partition("/")[0], _name(what)


def _users_of(document: Document, *, only_names: bool) -> tuple[list[str], list[str]]:
    """Return all users of the file, and those who have a policy."""
    owners, roster = document.account.owners if document.account else (), document.roster
    people, unnamed = (roster.people, roster.unnamed) if roster else (frozenset[str](),) * 2
    everybody = {*(each.arn for each in owners), *people} - unnamed
    having = set(document.had_by) - unnamed
    found, theirs = (sorted(filter(_of_a_user, each)) for each in (everybody, having))
    if only_names:
        return [f"user/{_last(each)}" for each in found], [f"user/{_last(each)}" for each in theirs]
    return found, theirs


def _last(user: str) -> str:
    return user.rpartition("/")[2]


def _name(user: str) -> str:
    return _last(user).lower()


def _may_be(user: str, exempt: str) -> bool:
    """Say whether an ARN, or a name with an unknown path and account, is that of a user."""
    if user.startswith("user/"):
        return exempt == user or exempt.endswith(f"/{_last(user)}")
    return includes(user, exempt)


def _is_exempt(user: str, condition: Condition, *, by_name: bool) -> bool:
    """Say whether another value exempts a user."""
    patterns = (
        f"user/{each}" if by_name else with_variables_as("*", each) for each in condition.values
    )
    return any(may_meet(each, user) for each in patterns)
