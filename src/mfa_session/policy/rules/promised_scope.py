"""Sids that promise MFA for more than the statement asks it for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mfa_session.policy.conditions import NEGATED, OPPOSITES, is_met
from mfa_session.policy.coverage import (
    Cover,
    Meeting,
    is_about_everything,
    may_be_of,
    may_overlap,
    names_of,
)
from mfa_session.policy.credentials import PRINCIPAL_ARN, ROOT
from mfa_session.policy.document import Statement
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
from mfa_session.policy.rules.names_in_sids import excepts_more, names_a_bucket, without_names
from mfa_session.policy.rules.narrowing import DENIES_EVERYTHING
from mfa_session.policy.rules.promises import MFA, PROMISE
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject, first_of
from mfa_session.policy.rules.whole_policy import WholePolicy, as_meant, per_policy

_versions = re.compile("version|permanent|forgood").search
# Services whose names in a Sid can mean nothing else.
SERVICES = {"cloudformation", "cloudfront", "cloudtrail", "dynamodb", "ec2", "ecr", "ecs", "eks",
    "iam", "kms", "lambda", "organizations", "rds", "redshift", "route53", "s3", "secretsmanager",
    "sns", "sqs"}  # fmt: skip
_of_service = re.compile(
    f"(?:deny|block|require|enforce|force)?(?:{MFA}(?:required)?(?:for|on|to(?:use|access)|in))?"
    f"(?P<all>all|every)?(?:accessto)?(?P<one>{'|'.join(sorted(SERVICES))})"
    "(?:access|actions?|calls?)?"
    f"(?:(?:if|unless|when|without|with|not?|needs?|requires?|only){{1,2}}{MFA}(?:present|only)?)?"
).fullmatch
_END = "(?=s?(?:$|and|if|need|only|or|requir|unless|with))"
_ON_INSTANCES = f"(?:ec2)?(?:instance|server|vm)?{_END}"
_ON_BUCKETS = "(?:^|block|deny|for|no|prevent)bucket(?:deletion|removal)"
# What a Sid names, and the only action that does it.
_NAMED = tuple(
    (re.compile(named).search, action)
    for named, action in (
        (f"terminat(?:e|ing|ion){_ON_INSTANCES}", "ec2:TerminateInstances"),
        (f"(?<!^)(?<!non)stop{_ON_INSTANCES}|^stop(?:and|or)", "ec2:StopInstances"),
        (f"reboot{_ON_INSTANCES}", "ec2:RebootInstances"),
        (f"{_ON_BUCKETS}|delet(?:e|ing|ion)(?:of|the|s3)*bucket{_END}", "s3:DeleteBucket"),
        (f"keydelet|delet(?:e|ing|ion)(?:of|the|kms)*key{_END}", "kms:ScheduleKeyDeletion"),
        (f"decrypt(?:ion)?{_END}", "kms:Decrypt"),
    )
)
_of_versions = re.compile(r"s3:(.*version.*|deleteobject.+|delete\*|\*)|\*").fullmatch
_NOTHING = (
    f"(?:allow|users|[a-z]?[0-9]+)?(?:no{MFA}noaccess"
    f"|no(?:thing|access)(?:is|allowed|possible|works)*without(?:valid)?{MFA})"
)
_nothing = re.compile(_NOTHING).match
_everything = re.compile(
    f"{DENIES_EVERYTHING}(?:if|unless|when|with|without|no|not|user|signedin)*{MFA}|{_NOTHING}"
    f"|(?:enforc|forc|requir)(?:e|es|ing){MFA}(?:everywhere|(?:for|on|to)(?:do)?"
    "(?:everything|(?:all|any|every)(?:access|actions?|calls?|services?)?))$"
    f"|everything(?:needs|requires){MFA}$"
).match
_is_of_iam = re.compile(r"\*|arn:[^:]*:(?:\*|iam):").match
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
_but_some = re.compile("apart|but|except|exclu|other").search
_word = re.compile("[A-Z][a-z]+").findall
_words = re.compile("[a-z]{3,}").findall
_GENERAL = {"account", "device", "policy", "role", "session", "token", "user", "users", "value"}
_KINDS = {
    *{"account", "bucket", "data", "database", "device", "function", "instance", "key", "log"},
    *{"logs", "mfa", "object", "policy", "queue", "role", "secret", "table", "topic", "user"},
}
_STAGES = {"dev", "prod", "production", "stage", "staging", "test"}
_OPEN_PARTS = {"assets", "cache", "dev", "downloads", "inbox", "incoming", "public", "sandbox",
    "scratch", "stage", "staging", "static", "temp", "temporary", "test", "tmp", "upload",
    "uploads", "website", "www"}  # fmt: skip
# A Sid about what is in production, and not about people.
_of_production = re.compile(
    "(?<!Non)(?<!Not)(?<!Pre)Prod(?:uction)?(?:Access|Buckets?|Data(?:bases?)?|Instances?|Objects?"
    "|Resources?|Secrets?|Tables?|Volumes?)?(?=$|If|Need|Only|Requir|Unless|With)"
).search
_PRODUCTION = {"live", "prd", "prod", "production"}
_OTHER_STAGES = {"dev", "development", "qa", "sandbox", "stage", "staging", "stg", "test", "uat"}
_root = re.compile(
    "(?:^|And|Or|Deny|For|The)Root(?:User|s|Account)?(?=$|And|Or|Need|Must|Requir|Without|Unless|M[Ff])"
).search
_protects = re.compile("protect|guard|secure").match
_name_words = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+").findall


def names_versions(statement: Statement) -> bool:
    """Say whether a Sid names versions of objects, or a deletion for good."""
    letters = statement.sid_letters
    found = _versions(letters) and _versions(without_names(letters))
    return found is not None and not names_a_bucket(statement, found[0])


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
    if statement.sid_letters.endswith("everywhere") and not all(map(whole_service, listed)):
        return  # which may be in every network or account
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


def check_named(subject: Subject) -> Flaws:
    """Find Denies that list neither the service nor the action that their Sid names."""
    statement, whole = subject.statement, subject.whole
    listed = statement.actions if subject.refuses_without_mfa and not subject.on_role else None
    services = {name.partition(":")[0] for name in names_of(statement)}
    if not listed or not services <= SERVICES:
        return
    named = _of_service(statement.sid_letters)
    told = [action for says, action in _NAMED if says(statement.sid_letters)]
    left = [each for each in told if services == {each.partition(":")[0]}]
    if _but_some(statement.sid_letters):
        return
    if all("/" in each for each in statement.resources or ("*",)):  # in the bucket, not all of it
        left = [each for each in left if each != "s3:DeleteBucket"]
    if named and "mfa" in named[0]:
        left = [f"{named['one']}:*"]
    unlisted = whole.names and any(map(whole.names.look_up, listed))  # a finding of its own
    for action in left if not (unlisted or _names_listed(subject, told)) else ():
        rest = named and named["all"] and named["one"] in services
        if _is_open_in_part(subject, action) if rest else _is_open(whole, action):
            yield Flaw(
                PROMISE,
                subject.place_of_action(),
                f"the Sid is {statement.sid}, but this Deny lists only {first_of(listed)}",
                f"{'the rest of ' if rest else ''}{action} needs no MFA",
                f"write {action} as well, or change the Sid",
            )
            return


def _names_listed(subject: Subject, told: list[str]) -> bool:
    """Say whether a Sid may be about an action listed, and not about those it seems to name.

    The action shares a word with them, and has another one of the Sid, such as VPN in
    DenyVpnTermination; or it has their verb, and the Sid no noun.
    """
    sid, verbs = subject.statement.sid_letters, {_word(each)[0] for each in told}
    known = {word.rstrip("s") for each in told for word in _word(each)}
    has_noun = any(word.lower() in sid for word in known - verbs)
    for action in map(subject.as_written, names_of(subject.statement)):
        words = [each.rstrip("s") for each in _word(action)]
        others = [each.lower().removesuffix("e") for each in words if each not in known]
        alike = bool(known.intersection(words)) and any(each in sid for each in others)
        if alike or (words and words[0] in verbs and not has_noun and action not in told):
            return True
    return False


def _is_open_in_part(subject: Subject, action: str) -> bool:
    asked = replace(subject.statement, actions=(action,))
    whole = subject.whole
    return whole.allows_without_mfa(action) and not whole.denies_without_mfa(asked)


@per_policy
def _is_open(whole: WholePolicy, action: str) -> bool:
    """Say whether the policy allows an action without MFA, and no Deny is about it."""
    return whole.allows_without_mfa(action) and not any(
        may_be_of(action, names_of(as_meant(each, whole.names)))
        for each in whole.statements
        if not each.allows
    )


def check_everywhere(subject: Subject) -> Flaws:
    """Find Denies of everything but MFA's setup, by the Sid, on some resources that have none."""
    statement, whole, where = subject.statement, subject.whole, subject.statement.resources or ()
    judged = subject.limits_users and subject.refuses_without_mfa and where
    if not (judged and _everything(statement.sid_letters)) or any(map(_is_of_iam, where)):
        return
    spares_setup = any(map(is_own_care, statement.not_actions or ()))
    denied = whole.denies_without_mfa(replace(statement, resources=("*",)))
    if spares_setup and whole.allows_without_mfa("*") and not denied:
        yield Flaw(
            PROMISE,
            subject.place_of("Resource"),
            f"the Sid is {statement.sid}, but this Deny is only on {first_of(where)}",
            "what the policy allows on anything else needs no MFA",
            'write "Resource": "*", or change the Sid',
        )


def check_exempt_actions(subject: Subject) -> Flaws:
    """Find Denies that exempt a whole service or what their Sid names, not only what MFA needs."""
    exempt = subject.statement.not_actions if subject.refuses_without_mfa else None
    sid, names = subject.statement.sid_letters, list(exempt or ())
    others = list(itertools.filterfalse(is_own_care, names))
    if _all_but_care(sid) or _nothing(sid):
        told = excepts_more(subject.statement.sid or "")
        others = [] if told else list(filter(whole_service, names))
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
    words = [set(_words(each.rpartition(":")[2].lower())) for each in exempt or ()]
    things = [{word for word in each if word not in actions} - general for each in words]
    named = set(map(str.lower, _name_words(subject.statement.sid or "")))
    # Another part of what the Sid names, which is for everybody or of no worth.
    of_part = any(_OPEN_PARTS & each - named for each in words)
    if things and not (of_part or _exempts(sid) or any(map(named.isdisjoint, things))):
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


def check_production(subject: Subject) -> Flaws:
    """Find Denies whose Sid names production, and which exempt it or are on something else."""
    statement, sid = subject.statement, subject.statement.sid or ""
    if not (subject.refuses_without_mfa and _of_production(sid)) or _exempts(sid.lower()):
        return
    where = [each for each in statement.resources or () if each != "*"]
    if where and all(map(_is_of_another_stage, where)):
        yield Flaw(
            PROMISE,
            subject.place_of("Resource"),
            f"the Sid is {sid}, but this Deny is only on {first_of(where)}",
            "production needs no MFA",
            "name what is in production, or change the Sid",
        )
    for each in subject.other_conditions:
        of_resource = ":resourcetag/" in each.key.lower()
        values = set(map(str.lower, each.values)) if of_resource else set()
        exempt = values and each.operator in OPPOSITES and values <= _PRODUCTION
        if exempt or (values and each.operator in NEGATED and values <= _OTHER_STAGES):
            yield Flaw(
                PROMISE,
                each.position,
                f"the Sid is {sid}, but {each.written} {each.key} leaves production out",
                "production needs no MFA",
                f"write {OPPOSITES[each.operator]}"
                if exempt
                else "compare it to production's value, or change the Sid",
            )


def _is_of_another_stage(text: str) -> bool:
    words = set(re.findall("[a-z]+", text.lower()))
    return not words.isdisjoint(_OTHER_STAGES) and words.isdisjoint(_PRODUCTION)


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
