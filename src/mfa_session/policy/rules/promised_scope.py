"""Sids that promise MFA for more than the statement asks it for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import Cover, Meeting, is_about_everything, may_overlap, names_of
from mfa_session.policy.credentials import PRINCIPAL_ARN, ROOT
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.exemptions import (
    FIRST_STEPS,
    SPARED,
    is_left_open,
    is_own_care,
    lists_own_care,
    whole_service,
)
from mfa_session.policy.rules.names_in_sids import (
    DENIES_EVERYTHING,
    MFA,
    denies_everything,
    stands_in_a_name,
)
from mfa_session.policy.rules.promises import broken, demands_mfa
from mfa_session.policy.rules.rule import Flaws, Subject, first_of
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement

_DELETION = "delet(?:e|ing|ions?)"
_versions = re.compile(
    "(?:allow|block|deny|forbid|no|prevent|protect)?(?:any|objects?|of|s3)*"
    f"(?:permanent(?:ly)?(?:objects?)?{_DELETION}|versions?{_DELETION}"
    f"|{_DELETION}(?:objects?|of|s3)*(?:versions?|permanently|forgood))"
    f"(?:(?:if|needs?|no|only|requires?|unless|without|with)*{MFA})?"
).fullmatch
_of_versions = re.compile(r"s3:(.*version.*|deleteobject.+|delete\*|\*)|\*").fullmatch
_is_of_users = re.compile("(iam|sts):").match
_is_of_iam = re.compile(r"\*|arn:[^:]*:(?:\*|iam):").match
_all_but_care = re.compile(
    f"{DENIES_EVERYTHING}(?:except|but)(?:and|devices?|enrol(?:l?ing|l?ment)?|for|manage(?:ment)?|mfa"
    "|own|regist(?:er|ration)|self|set(?:ting)?up|the)+"
    f"(?:(?:if|no|unless|without)+{MFA})?"
).fullmatch
_root = re.compile(
    "(?:(?:deny|block|stop)(?:all)?|the|users?and)*root(?:user|account)?(?:access|actions?)?(?:andusers?)?"
    f"(?:if|must|have|needs?|no|requires?|unless|use|without)+{MFA}(?:to[a-z]+)?"
    f"|(?:enforc|forc|requir)(?:e|es|ing){MFA}(?:for|of|on)(?:the)?root(?:user|account)?"
).fullmatch
_FEW = 8  # resources


def names_versions(statement: Statement) -> bool:
    """Say whether a Sid names versions of objects, or a deletion for good."""
    named = _versions(statement.sid_letters) is not None
    return named and not stands_in_a_name(statement, "version", "permanent")


def check_sid_of_versions(subject: Subject) -> Flaws:
    """Find statements on S3 whose Sid names versions of objects, and no action does."""
    names = names_of(subject.statement)
    named = names_versions(subject.statement) and bool(subject.mfa_conditions)
    if named and "s3:deleteobject" in names and not any(map(_of_versions, names)):
        yield broken(
            subject,
            subject.place_of_action("s3:DeleteObject"),
            "s3:DeleteObject only hides an object",
            "nobody is allowed to delete a version"
            if subject.statement.allows
            else "nobody is stopped from deleting a version",
            "write s3:DeleteObjectVersion as well",
        )


def check_everything(subject: Subject) -> Flaws:
    """Find Denies of some actions whose Sid denies everything, where the policy allows more."""
    statement = subject.statement
    listed = statement.actions if subject.refuses_without_mfa else None
    if not (listed and denies_everything(statement.sid_letters)) or lists_own_care(statement):
        return
    if "most" in statement.sid_letters and not all(map(_is_of_users, names_of(statement))):
        return  # it may be most of what matters
    # What the list includes is not denied on its resource: in a bucket's policy, another mistake.
    in_place = subject.document.kind == "resource"
    left = next(
        (
            each
            for each in _left_open(subject.whole)
            # Nor is it denied where other conditions do not match, of which other rules tell.
            if not (
                (in_place or subject.other_conditions)
                and any(includes(name.lower(), each) for name in listed)
            )
        ),
        None,
    )
    if left and not subject.on_role:
        yield broken(
            subject,
            subject.place_of_action(),
            f"this Deny lists only {first_of(listed)}",
            "what else the policy allows needs no MFA"
            + (f", such as {left}" if left != "*" else ""),
            "deny all of it" if in_place else "deny everything but what is needed to set up MFA",
            _everything_else(subject, left) if is_about_everything(statement) else {},
        )


def _everything_else(subject: Subject, left: str) -> dict[str, object]:
    """Return the actions for a Deny of everything; of a resource, all of its service's."""
    service = left.partition(":")[0]
    if subject.document.kind != "resource":
        return {"NotAction": list(SPARED)}
    return {} if "*" in service else {"Action": f"{service}:*"}


def check_part(subject: Subject) -> Flaws:
    """Find Allows whose Sid demands MFA, and Denies that ask for it in a part of what they give."""
    statement = subject.statement
    promises = statement.allows and demands_mfa(statement)
    if not promises or subject.on_role or means_mfa(statement):
        return
    asking = [each for each in subject.whole.denies_for_mfa if may_overlap(each, statement)]
    left = [*_actions_beside(asking, statement), *_resources_beside(asking, statement)]
    if asking and left:
        yield broken(
            subject,
            subject.place_at(statement.elements["Sid"]),
            "the Denies of this policy ask for MFA only in part",
            "nobody needs MFA for "
            + ("much of it" if left[0] == "*" else first_of([*map(subject.as_written, left)])),
            "deny all of it without MFA, or change the Sid",
        )


def _actions_beside(denials: Sequence[Statement], allow: Statement) -> Iterator[str]:
    """Yield what an Allow gives that no Deny is about, on whatever resources and conditions."""
    cover = Cover(
        replace(each, resources=None, not_resources=None, conditions=()) for each in denials
    )
    for name in cover.uncovered_parts(allow):
        if not (is_unfilled(name) or is_left_open(name) or cover.are_about(allow, name)):
            yield name


def _resources_beside(denials: Sequence[Statement], allow: Statement) -> Iterator[str]:
    """Yield the resources of an Allow on which there is no Deny."""
    meeting, where = Meeting(denials), allow.resources or ()
    for each in where[:_FEW] if where[1:] else ():
        if not any(meeting.touching(replace(allow, resources=(each,)))):
            yield each


def check_everywhere(subject: Subject) -> Flaws:
    """Find Denies of everything but MFA's setup, by the Sid, on some resources that have none."""
    statement, whole, where = subject.statement, subject.whole, subject.statement.resources or ()
    judged = subject.limits_users and subject.refuses_without_mfa and where
    if not (judged and denies_everything(statement.sid_letters)) or any(map(_is_of_iam, where)):
        return
    spares_setup = any(map(is_own_care, statement.not_actions or ()))
    denied = whole.denies_without_mfa(replace(statement, resources=("*",)))
    if spares_setup and whole.allows_without_mfa("*") and not denied:
        yield broken(
            subject,
            subject.place_of("Resource"),
            f"this Deny is only on {first_of(where)}",
            "what the policy allows on anything else needs no MFA",
            'write "Resource": "*", or change the Sid',
        )


def check_exempt_actions(subject: Subject) -> Flaws:
    """Find Denies of everything but MFA's setup, by their Sid, that exempt a whole service."""
    exempt = subject.statement.not_actions if subject.refuses_without_mfa else None
    others = list(filter(whole_service, exempt or ()))
    if others and _all_but_care(subject.statement.sid_letters):
        yield broken(
            subject,
            subject.place_of_action(others[0]),
            f"this Deny exempts {others[0]} as well",
            f"nobody needs MFA for {others[0]}",
            "remove it from NotAction, or change the Sid",
        )


@per_policy
def _left_open(whole: WholePolicy) -> list[str]:
    return [
        action
        for each in itertools.filterfalse(means_mfa, whole.allowing)
        for action in whole.denials("long_term").uncovered_parts(each)
        if action not in FIRST_STEPS and not is_unfilled(action)
    ]


def check_root(subject: Subject) -> Flaws:
    """Find Denies whose Sid names the root user, and whose condition is only for others."""
    if not (subject.refuses_without_mfa and _root(subject.statement.sid_letters)):
        return
    for condition in subject.other_conditions:
        others = not any(value.endswith("root") for value in condition.values)
        if condition.is_about(PRINCIPAL_ARN) and others and is_met(condition, ROOT) is False:
            yield broken(
                subject,
                condition.position,
                f"{condition.written} {condition.key} does not match the root user",
                "the root user needs no MFA",
                "name arn:aws:iam::*:root as well, or change the Sid",
            )
