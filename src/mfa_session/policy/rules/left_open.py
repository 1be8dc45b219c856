"""What a policy leaves open without MFA on purpose, beside a limit of the age of MFA."""

from __future__ import annotations

import re
from dataclasses import replace

from mfa_session.policy.coverage import MOST_MET, Cover, names_of
from mfa_session.policy.mfa import reach
from mfa_session.policy.rules.exemptions import FIRST_STEPS, is_left_open, is_own_care
from mfa_session.policy.rules.narrowing import says_where
from mfa_session.policy.rules.rule import Subject
from mfa_session.policy.rules.trusts import TAKE
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement, roles_in

_requires = re.compile("requir|enforce|must|need|only|without|no(mfa|multi)|step.?up").search
_of_own_keys = re.compile(
    "iam:[a-z*]*(accesskey|loginprofile|servicespecificcredential|signingcertificate|sshpublickey)"
).match


def is_of_oneself(allow: Statement, name: str) -> bool:
    """Say whether an action of an Allow gives only what roles let in, or cares for one's user."""
    own = all("${aws:username}" in each.lower() for each in allow.resources or ("*",))
    cares = is_own_care(name) or is_left_open(name) or _of_own_keys(name)
    return name.startswith("sts:") or name in FIRST_STEPS or bool(own and cares)


def gives_work(allow: Statement) -> bool:
    """Say whether an Allow gives more than the care for one's user: roles to take, too."""
    return any(e == TAKE or not is_of_oneself(allow, e) for e in names_of(allow))


def is_open_on_purpose(subject: Subject, kind: str) -> bool:
    """Say whether all that is allowed without MFA, of what a limit of ages denies, is meant to be.

    It is where other statements ask for MFA, and leave out what people need before they have it, or
    only read; or whom, or where, they say.
    """
    whole, denied = subject.whole, subject.statement
    if _requires(denied.sid_letters):
        return False
    given = list(whole.allows.first_touching(denied))
    asked = [each for each in given if each not in whole.allowing_without_mfa]
    open_to_all = [each for each in given if each not in asked and not _names_roles_only(each)]
    left = [
        each
        for each in open_to_all
        if not whole.denials_but_for_some(kind).covers(each)
        and not _denials_in_some_places(whole, kind).covers(each)
    ]
    told = bool(asked) or len(left) < len(open_to_all)
    free = all(is_left_open(name) for each in left for name in names_of(each))
    return told and free and len(asked) < len(given) < MOST_MET


@per_policy
def _denials_in_some_places(whole: WholePolicy, kind: str) -> Cover:
    """Return the Denies whose Sids tell where they ask for MFA, as Denies for everywhere."""
    return Cover(
        replace(each, conditions=())
        for each in whole.denies_for_mfa
        if says_where(each) and (found := reach(each)) and found.includes(kind)
    )


def _names_roles_only(allow: Statement) -> bool:
    return bool(roles_in(allow)) and len(roles_in(allow)) == len(allow.aws_principals)
