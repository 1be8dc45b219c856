"""Sids that promise MFA for more than the statement asks it for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import (
    Cover,
    Meeting,
    is_about_everything,
    may_overlap,
    names_of,
)
from mfa_session.policy.credentials import PRINCIPAL_ARN, ROOT
from mfa_session.policy.document import Statement
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.conditions import DENIES_EVERYTHING
from mfa_session.policy.rules.exemptions import (
    FIRST_STEPS,
    SPARED,
    is_left_open,
    is_own_care,
    lists_own_care,
    whole_service,
)
from mfa_session.policy.rules.promises import MFA, PROMISE
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject, first_of
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy

_versions = re.compile("version|permanent|forgood").search
_of_versions = re.compile(r"s3:(.*version.*|deleteobject.+|delete\*|\*)|\*").fullmatch
_everything = re.compile(
    f"{DENIES_EVERYTHING}(?:if|unless|when|with|without|no|not|user|signedin)*{MFA}"
).match
_all_but_care = re.compile(
    f"{DENIES_EVERYTHING}(?:except|but)(?:for|the|own)*"
    "(?:mfa(?=device|enrol|manag|regist|self|set)|device|enrol)"
).match
_exempts = re.compile(
    "all|any|apart|beside|but|else|every|except|exclu|exempt|nothing|notin|only|other|outside|unless"
).search
_demands_of_all = re.compile(
    f"(?!.*(?:some|part)).*(?:(?<!out)with|only(?:after|by|if|through)?|requires?|needs?|if){MFA}$"
    f"|.*{MFA}(?:is)?(?:required|enforced|mandatory|needed|only)$"
).match
_FEW = 8  # resources
_word = re.compile("[A-Z][a-z]+").findall
_words = re.compile("[a-z]{3,}").findall
_GENERAL = {"account", "device", "policy", "role", "session", "token", "user", "users", "value"}
_KINDS = {
    *{"account", "bucket", "data", "database", "device", "function", "instance", "key", "log"},
    *{"logs", "mfa", "object", "policy", "queue", "role", "secret", "table", "topic", "user"},
}
_STAGES = {"dev", "prod", "production", "stage", "staging", "test"}
_root = re.compile(
    "(?:^|And|Or|Deny|For|The)Root(?:User|s|Account)?(?=$|And|Or|Need|Must|Requir|Without|Unless|M[Ff])"
).search
_protects = re.compile("protect|guard|secure").match
_name_words = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+").findall


def names_versions(statement: Statement) -> bool:
    """Say whether a Sid names versions of objects, or a deletion for good."""
    return _versions(statement.sid_letters) is not None


def check_sid_of_versions(subject: Subject) -> Flaws:
    """Find statements on S3 whose Sid names versions of objects, and no action does."""
    names = names_of(subject.statement)
    named = names_versions(subject.statement) and bool(subject.mfa_conditions)
    if named and "s3:deleteobject" in names and not any(map(_of_versions, names)):
        yield Flaw(
            PROMISE,
            subject.place_of_action("s3:DeleteObject"),
            f"the Sid is {subject.statement.sid}, but s3:DeleteObject only hides an object",
            "nobody is allowed to delete a version"
            if subject.statement.allows
            else "nobody is stopped from deleting a version",
            "write s3:DeleteObjectVersion as well",
        )


def check_everything(subject: Subject) -> Flaws:
    """Find Denies of some actions whose Sid denies everything, where the policy allows more."""
    statement = subject.statement
    listed = statement.actions if subject.refuses_without_mfa else None
    if not (listed and _everything(statement.sid_letters)) or lists_own_care(statement):
        return
    # What the list includes is not denied on its resource: in a bucket's policy, another mistake.
    in_place = subject.document.kind == "resource"
    left = next(
        (
            each
            for each in _left_open(subject.whole)
            if not (in_place and any(includes(name.lower(), each) for name in listed))
        ),
        None,
    )
    if left and not subject.on_role:
        yield Flaw(
            PROMISE,
            subject.place_of_action(),
            f"the Sid is {statement.sid}, but this Deny lists only {first_of(listed)}",
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
    statement, sid = subject.statement, subject.statement.sid_letters
    promises = statement.allows and _demands_of_all(sid)
    if not promises or subject.on_role or means_mfa(statement):
        return
    asking = [each for each in subject.whole.denies_for_mfa if may_overlap(each, statement)]
    left = [*_actions_beside(asking, statement), *_resources_beside(asking, statement)]
    if asking and left:
        yield Flaw(
            PROMISE,
            subject.place_at(statement.elements["Sid"]),
            f"the Sid is {statement.sid}, but the Denies of this policy ask for MFA only in part",
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


def check_exempt_actions(subject: Subject) -> Flaws:
    """Find Denies that exempt a whole service or what their Sid names, not only what MFA needs."""
    exempt = subject.statement.not_actions if subject.refuses_without_mfa else None
    sid, names = subject.statement.sid_letters, list(exempt or ())
    others = list(itertools.filterfalse(is_own_care, names))
    if _all_but_care(sid):
        others = list(filter(whole_service, names))
    elif not _names_all(sid, others):
        return
    if others:
        yield Flaw(
            PROMISE,
            subject.place_of_action(others[0]),
            f"the Sid is {subject.statement.sid}, but this Deny exempts {others[0]} as well",
            f"nobody needs MFA for {others[0]}",
            "remove it from NotAction, or change the Sid"
            if any(map(is_own_care, names))
            else "write Action instead of NotAction, or change the Sid",
        )


def check_exempt_resources(subject: Subject) -> Flaws:
    """Find Denies on all resources but those that their Sid names."""
    exempt = subject.statement.not_resources if subject.refuses_without_mfa else None
    sid, actions = subject.statement.sid_letters, " ".join(names_of(subject.statement))
    general = _KINDS if _protects(sid) else _KINDS | _STAGES
    things = [
        {word for word in _words(each.rpartition(":")[2].lower()) if word not in actions} - general
        for each in exempt or ()
    ]
    named = set(map(str.lower, _name_words(subject.statement.sid or "")))
    if things and not (_exempts(sid) or any(map(named.isdisjoint, things))):
        yield Flaw(
            PROMISE,
            subject.place_of("NotResource"),
            f"the Sid is {subject.statement.sid}, but this Deny exempts {first_of(exempt or ())}",
            "nobody needs MFA for what the Sid names",
            "write Resource instead of NotResource, or change the Sid",
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
    if not (subject.refuses_without_mfa and _root(subject.statement.sid or "")):
        return
    for condition in subject.other_conditions:
        others = not any(value.endswith("root") for value in condition.values)
        if condition.is_about(PRINCIPAL_ARN) and others and is_met(condition, ROOT) is False:
            yield Flaw(
                PROMISE,
                condition.position,
                f"the Sid is {subject.statement.sid}, but {condition.written} {condition.key} does "
                "not match the root user",
                "the root user needs no MFA",
                "name arn:aws:iam::*:root as well, or change the Sid",
            )


def _names_all(sid: str, actions: list[str]) -> bool:
    """Say whether a Sid names what each action is on, and does not say that this is exempt."""
    things = ({word.lower() for word in _word(action)[1:]} - _GENERAL for action in actions)
    return not _exempts(sid) and all(any(map(sid.count, each)) for each in things)
