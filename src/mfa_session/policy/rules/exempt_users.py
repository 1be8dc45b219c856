"""Exemptions that miss a user of the file by the case of a name, a path or an account."""

from __future__ import annotations

import re

from mfa_session.policy.credentials import PRINCIPAL_ARN
from mfa_session.policy.document import Condition, Document
from mfa_session.policy.intrinsics import with_pseudo_parameters, with_variables_as
from mfa_session.policy.patterns import includes, may_meet
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject

MISSED = Rule(
    "exemption-misses-user",
    WARNING,
    "A Deny exempts a name or ARN that differs only by case, path or account from that of a user "
    "in the account dump, template, plan or state: that user is not exempt.",
)
_of_a_user = re.compile("(.*:)?user/.").match
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
            exempt = with_pseudo_parameters(f"user/{value}" if by_name else value)
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


def _users_of(document: Document, *, only_names: bool) -> tuple[list[str], list[str]]:
    """Return all users of the file, and those who have a policy."""
    owners, roster = document.account.owners if document.account else (), document.roster
    everybody = [*(each.arn for each in owners), *(roster.people if roster else ())]
    found, theirs = (sorted(filter(_of_a_user, each)) for each in (everybody, document.had_by))
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
    values = map(with_pseudo_parameters, condition.values)
    patterns = (f"user/{each}" if by_name else with_variables_as("*", each) for each in values)
    return any(may_meet(each, user) for each in patterns)
