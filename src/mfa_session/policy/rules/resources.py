"""Actions on resources that they never have."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from mfa_session.policy.conditions import Comparison, comparison
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.credentials import PRINCIPAL_ARN
from mfa_session.policy.intrinsics import THIS_ACCOUNT, is_unfilled, with_variables_as
from mfa_session.policy.mfa import reach
from mfa_session.policy.patterns import Patterns, includes, may_meet
from mfa_session.policy.rules.exemptions import DEACTIVATION, FIRST_STEPS
from mfa_session.policy.rules.resource_kinds import (
    ENROLMENT,
    MEANT,
    OF_BUCKET,
    OF_DEVICE,
    OF_LIST,
    OF_NONE,
    OF_OBJECT,
    OF_ROLE,
    OF_USER,
    RESOURCES_OF,
    fits,
    has_needless_region,
    has_no_resource,
    parts_of,
    resource_of,
)
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement

WRONG_RESOURCE = Rule(
    "device-action-on-wrong-resource",
    WARNING,
    "An MFA action on a resource that it does not apply to, such as `iam:CreateVirtualMFADevice` "
    "on a user, or `sts:AssumeRole` on no role; or, in a policy or file about MFA, "
    "`iam:CreateUser` on a role, `s3:ListBucket` on objects, `sqs:PurgeQueue` on `queue/…`, or "
    "`iam:GetAccountSummary` on anything but `*` (a note); or the user and the device in different "
    "accounts, or one's own user without the path by which a Deny names the users: the statement "
    "has no effect on it. Or, in the policy of a key, repository or secret, an action that is "
    "about none (`kms:ListKeys`). Or `s3:*` denied on a bucket without its objects, or on these "
    "alone where users manage the bucket, or an API's path without a method; or, in a queue's "
    "policy, the queue in two regions or accounts.",
)
_user_with_path = re.compile(r"arn:[^:]*:iam::[^:]*:user/([\w+=,.@/-]+/)[^/]*").fullmatch
_own_arn = re.compile(
    r"arn:[^:]*:iam::([0-9]{12}):(user|mfa)/.*\$\{aws:username\}", re.IGNORECASE
).fullmatch
_LISTING = "iam:listvirtualmfadevices"
_OF_PEOPLE = {OF_USER, OF_DEVICE}
_names_a_step = re.compile("iam:(?:createv|enable)|.*mfadevice").match
_is_of_setup = re.compile("iam:(?!deactivate|delete|resync).*mfa").match
_is_whole_in_s3 = re.compile(r"arn:[^:]*:s3:::[^/*?${<]+(/\*)?").fullmatch  # a bucket, its objects
# Of s3:Put*, much is about a bucket itself.
_ON_OBJECTS = {"s3:*": "s3:GetObject", "s3:delete*": "s3:DeleteObject", "s3:get*": "s3:GetObject"}
_of_everything = re.compile("(deny|block|forbid)(all|every)(?!object)").match
# What follows the stage is a method in capital letters, or alone a route of a WebSocket API (API
# Gateway developer guide).
_route = re.compile(
    r"(?:execute-api:|arn:[^:]*:execute-api:[^:]*:[^:]*:[^/*]*)/[^/*]+/(?!GET|HEAD|PUT|POST|PATCH|DELETE"
    r"|OPTIONS|ANY)([^/*?]+)/.*"
).fullmatch


_of_a_secret = re.compile(r"arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^*?${}]+").fullmatch


def check_resources(subject: Subject) -> Flaws:
    """Find MFA actions, and actions that need MFA, on resources that they never have."""
    statement = subject.statement
    if not (statement.actions and statement.resources) or _is_of_who_took_the_role(subject):
        return
    about_mfa = subject.is_beside_mfa or is_about_mfa(subject.whole)
    names = dict.fromkeys(name for each in statement.actions for name in _steps_in(subject, each))
    kinds = ((name, resource_of(name.lower(), about_mfa=about_mfa)) for name in names)
    known = [(name, kind) for name, kind in kinds if kind in MEANT]
    wrong = [
        (name, kind)
        for wanted in (MEANT if known else ())
        for name, kind in known
        if kind == wanted and not _is_done(subject, name, wanted)
    ]
    for_others = _may_be_for_others(subject)
    bare = statement.allows and not subject.mfa_conditions
    removing = {DEACTIVATION.lower()} if bare else ()
    if wrong:
        named = ", ".join(name for name, _ in wrong)
        verb, whom = ("are", "they do") if wrong[1:] else ("is", "it does")
        does, done = ("allow", "allowed") if statement.allows else ("deny", "denied")
        rest = [
            f"{name} on {_meant(subject, kind)}" + ", only with MFA" * (name.lower() in removing)
            for name, kind in wrong
        ]
        of_people = for_others and any(kind in _OF_PEOPLE for _, kind in wrong)
        desk = "; for a help desk, write * instead of ${aws:username}" * of_people
        of_setup = not for_others and any(_is_of_setup(name.lower()) for name, _ in wrong)
        yield Flaw(
            WRONG_RESOURCE,
            subject.place_of_action(wrong[0][0]),
            f"{named} {verb} {done} only on resources to which {whom} not apply",
            "the statement allows nobody this"
            + ": users cannot set up or find their MFA device" * of_setup
            if statement.allows
            else "nobody is stopped",
            in_partition_of(subject.whole, f"{does} {', '.join(rest)}{desk}"),
            severity=NOTE if _harms_little(subject, wrong) else None,
        )


def _is_of_who_took_the_role(subject: Subject) -> bool:
    """Say whether a role's policy names users by the identity that they gave with the code."""
    where = map(str.lower, subject.statement.resources or ())
    return subject.on_role and any("${aws:sourceidentity}" in each for each in where)


def check_names_of_secrets(subject: Subject) -> Flaws:
    """Find a secret without the characters that AWS adds to its name, beside right ones."""
    kinds = {resource_of(name.lower()) or "" for name in subject.statement.actions or ()}
    of_secrets = {each for each in kinds if each.endswith("-??????")}
    judged = kinds == of_secrets and subject.is_beside_mfa
    where = [(node, str(node.value)) for node in subject.items_of("Resource")] if judged else []
    lacking = [(node, text) for node, text in where if not any(fits(text, e) for e in of_secrets)]
    named = [(node, text) for node, text in lacking if _of_a_secret(text)]
    for node, text in named[:1] if len(lacking) < len(where) else ():  # or none of them fits
        yield Flaw(
            WRONG_RESOURCE,
            subject.place_at(node),
            f"{text} lacks the six characters that AWS adds to a secret's name",
            f"the ARN matches nothing: it {subject.effect_of_none(exempting=False)}",
            f"write {text}-??????",
        )


def _may_be_for_others(subject: Subject) -> bool:
    """Say whether a help desk may be meant: an Allow with MFA that names nobody's own resource."""
    where = subject.statement.resources or ()
    return subject.requires_mfa and not any("${" in each or is_unfilled(each) for each in where)


def _has_no_effect(whole: WholePolicy, statement: Statement) -> bool:
    """Say whether it is only about users and devices, and on none to which an action applies."""
    kinds = [RESOURCES_OF.get(name, OF_LIST) for name in names_of(statement)]
    on_any = any(_may_be_on(whole, statement, kind) for kind in kinds)
    return _OF_PEOPLE.issuperset(kinds) and not on_any


def _meant(subject: Subject, kind: str) -> str:
    """Return the ARN of a kind of resource; of objects, in the form of the statement."""
    in_point = any(":accesspoint/" in each for each in subject.statement.resources or ())
    at_point = "arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/object/*"
    return at_point if in_point and kind == OF_OBJECT else MEANT[kind]


def _harms_little(subject: Subject, wrong: Sequence[tuple[str, str]]) -> bool:
    """Say whether all is about the account, or is listing devices, which others allow with MFA."""
    listed = _doing(subject.whole, "iam:ListVirtualMFADevices", OF_LIST, "Allow")
    return all(kind == OF_NONE or (listed and kind == OF_LIST) for _, kind in wrong)


def _steps_in(subject: Subject, action: str) -> list[str]:
    """Return the steps of MFA's setup that an Allow names by a pattern, or the action itself.

    Steps that an Allow gives on their resource are left out: the pattern is meant for others.
    """
    pattern, whole = action.lower(), subject.whole
    named = subject.statement.allows and "*" in pattern and _names_a_step(pattern)
    return [
        each
        for each in (ENROLMENT if named else ())
        if includes(pattern, each.lower())
        and not _doing(whole, each, RESOURCES_OF[each.lower()], "Allow")
    ] or [action]


def check_exempt_resources(subject: Subject) -> Flaws:
    """Find Denies of what has no resource, and so is not among those that are exempt."""
    statement = subject.statement
    exempt = statement.not_resources if subject.refuses_without_mfa else None
    if not exempt or any(fits(each, OF_NONE) for each in exempt):
        return
    # A NotAction means most of what it denies, but hardly the steps of MFA's setup.
    steps = FIRST_STEPS & subject.whole.allowed_names if statement.not_actions else ()
    listing = not any(fits(each, OF_LIST) for each in exempt)
    lost = [
        name
        for name in statement.actions or [each for each in steps if concerns(statement, each)]
        if (has_no_resource(name.lower()) or (listing and name.lower() == _LISTING))
        and subject.whole.allows_without_mfa(name)
    ]
    if lost:
        allowed = {
            name.lower(): name for each in subject.whole.allowing for name in each.actions or ()
        }
        names = ", ".join(sorted(allowed.get(name, name) for name in lost))
        yield Flaw(
            WRONG_RESOURCE,
            subject.place_of_action(lost[0]),
            f"NotResource does not exempt what is about the whole account: {names}",
            "nobody is allowed this without MFA, though a statement allows it",
            f"deny {names} in a statement of its own, or not at all"
            if statement.actions
            else f"write {names} in NotAction as well",
            severity=NOTE,
        )


def check_all_of_s3(subject: Subject) -> Flaws:
    """Find Denies of all S3 on buckets or on objects alone, where a statement names the other.

    A Deny of all that deletes or reads is one, too, if it is on buckets alone.
    """
    statement, where = subject.statement, subject.statement.resources or ()
    denied = next((name for name in names_of(statement) if name in _ON_OBJECTS), None)
    if not (where and denied and subject.refuses_without_mfa):
        return
    parts = [(_ON_OBJECTS[denied], OF_OBJECT, "its objects")]
    of_bucket = subject.document.kind == "resource"
    # Others may be about objects on purpose.
    if denied == "s3:*" and (of_bucket or _manages_buckets(subject)):
        action = "s3:ListBucket" if of_bucket else "s3:PutBucketPolicy"
        parts.append((action, OF_BUCKET, "the bucket itself"))
    for action, wanted, what in parts:
        done = _is_done(subject, action, wanted) or all(
            _is_in_another(subject.whole, denied, _part_of(each, wanted)) for each in where
        )
        missing = all(map(_is_whole_in_s3, where)) and not done
        named = (_doing(subject.whole, action, wanted, effect) for effect in ("Allow", "Deny"))
        of_objects = "object" in statement.sid_letters
        # Policies of Denies alone are for those whom others allow all.
        meant = of_objects or (denied == "s3:*" and not subject.whole.allowing)
        if wanted == OF_BUCKET:
            meant = bool(_of_everything(statement.sid_letters)) and not of_objects
        if missing and (any(named) or meant):
            yield Flaw(
                WRONG_RESOURCE,
                subject.place_of("Resource"),
                f"{subject.as_written(denied)} is denied on {where[0]}, but not on {what}",
                f"nobody is stopped from {action} and the like",
                f"name {where[0].removesuffix('/*')}{'/*' * (wanted == OF_OBJECT)} as well",
            )


def _manages_buckets(subject: Subject) -> bool:
    """Say whether an Allow without conditions is of the policy of a bucket whose objects it is."""
    statement, where = subject.statement, subject.statement.resources or ()
    if "object" in statement.sid_letters or not all(map(_is_whole_in_s3, where)):
        return False
    buckets = tuple(each.removesuffix("/*") for each in where)
    managed = replace(statement, actions=("s3:PutBucketPolicy",), resources=buckets)
    return any(not each.conditions for each in subject.whole.allows.first_touching(managed))


def _part_of(resource: str, wanted: str) -> str:
    """Return the ARN of a bucket, or of an object in it."""
    return resource.removesuffix("/*") + "/x" * (wanted == OF_OBJECT)


@per_policy
def _is_in_another(whole: WholePolicy, denied: str, resource: str) -> bool:
    """Say whether a Deny of some of the same, without MFA, is on a resource on purpose."""
    return any(
        any(may_meet(name, denied) for name in names_of(each))
        and any(may_meet(where, resource) for where in each.resources or ("*",))
        for each in whole.denies_for_mfa
        if (found := reach(each)) and found.long_term
    )


def check_routes(subject: Subject) -> Flaws:
    """Find Denies on an API's resource where something else stands in the place of the method."""
    for resource in subject.statement.resources or () if subject.refuses_without_mfa else ():
        found = _route(resource)
        if found and not is_unfilled(resource):
            yield Flaw(
                WRONG_RESOURCE,
                subject.place_of("Resource"),
                f"{resource} has {found[1]!r} in the place of the method",
                "it matches no call, and nobody is stopped",
                f"write {resource[: found.start(1)]}*/{resource[found.start(1) :]}",
            )


def check_accounts(subject: Subject) -> Flaws:
    """Find the device of a user in another account than the user."""
    users, devices = _own_accounts(subject.whole)
    here = _own_accounts_in(subject.statement, "mfa")
    one = len(users) == len(devices) == 1 and THIS_ACCOUNT not in users | devices
    if here and one and users != devices:
        (user,), (device,) = users, devices
        yield Flaw(
            WRONG_RESOURCE,
            subject.place_of("Resource"),
            f"the device is in the account {device}, and its user in {user}",
            "one of the two ARNs matches nothing: no user has a device in another account",
            "write the same account in both",
        )


def check_paths(subject: Subject) -> Flaws:
    """Find Allows of one's own device for users whose path is not in the resource."""
    path, where = _path_of_users(subject.whole), subject.statement.resources or ()
    if path and subject.statement.allows and concerns(subject.statement, ENROLMENT[1]):
        users = [each for each in where if fits(each, OF_USER)]
        if users and not _enables_at(subject.whole, f"user/{path}*x"):
            yield Flaw(
                WRONG_RESOURCE,
                subject.place_of("Resource"),
                f"by a Deny here the users have the path /{path}, and {users[0]} has no path",
                "it matches none of them: they cannot set up MFA, and are locked out",
                f"write user/{path}${{aws:username}}",
            )


@per_policy
def _path_of_users(whole: WholePolicy) -> str:
    """Return the path of the users whom a Deny asks for MFA by their ARNs; empty without one."""
    named = (
        list(map(_user_with_path, condition.values))
        for each in whole.denies_for_mfa
        for condition in each.conditions
        if condition.is_about(PRINCIPAL_ARN) and not condition.negates
    )
    return next((found[0][1] for found in named if found and found[0] and all(found)), "")


@per_policy
def _enables_at(whole: WholePolicy, user: str) -> bool:
    """Say whether an Allow lets a user called x, with a path, enable a device."""
    allows = (each for each in whole.statements if each.allows and concerns(each, ENROLMENT[1]))
    where = (resource for each in allows for resource in each.resources or ("*",))
    return any(may_meet(parts_of(with_variables_as("x", each))[5], user) for each in where)


@per_policy
def _own_accounts(whole: WholePolicy) -> tuple[set[str], set[str]]:
    users, devices = (
        {account for each in whole.statements for account in _own_accounts_in(each, kind)}
        for kind in ("user", "mfa")
    )
    return users, devices


def _own_accounts_in(statement: Statement, kind: str) -> set[str]:
    own = map(_own_arn, statement.resources or ())
    return {found[1] for found in own if found and found[2] == kind}


@per_policy
def is_about_mfa(whole: WholePolicy) -> bool:
    """Say whether a condition, or an action that a statement names, is about MFA."""
    named = (name for each in whole.statements for name in names_of(each))
    return whole.concern_mfa or not RESOURCES_OF.keys().isdisjoint(named)


def _is_done(subject: Subject, action: str, wanted: str) -> bool:
    """Say whether this statement, or another of its effect, has an action on a fitting resource.

    The other has no further conditions, unless it allows something else than MFA's setup, and in S3
    it is on one of the same buckets.
    """
    statement = subject.statement
    if _may_be_on(subject.whole, statement, wanted):
        return True
    is_of_others = _may_be_for_others(subject) and _has_no_effect(subject.whole, statement)
    if is_of_others or wanted == OF_ROLE:  # of another role, another statement says nothing
        return False
    own = set(map(comparison, statement.conditions))
    anyhow = statement.allows and action.lower() not in {*map(str.lower, ENROLMENT), _LISTING}
    buckets = _buckets_in(statement) if wanted in {OF_BUCKET, OF_OBJECT} else ()
    return any(
        (anyhow or own >= conditions) and (not buckets or any(map(there.meets, buckets)))
        for conditions, there in _doing(subject.whole, action, wanted, statement.effect).items()
    )


@per_policy
def _doing(
    whole: WholePolicy, action: str, wanted: str, effect: str
) -> dict[frozenset[Comparison], Patterns]:
    """Return the conditions of the statements with an action on a resource, and their buckets."""
    found = defaultdict[frozenset[Comparison], set[str]](set)
    for each in whole.statements:
        if each.effect == effect and concerns(each, action) and _may_be_on(whole, each, wanted):
            found[frozenset(map(comparison, each.conditions))] |= _buckets_in(each)
    return {conditions: Patterns(buckets) for conditions, buckets in found.items()}


def _buckets_in(statement: Statement) -> frozenset[str]:
    """Return the names of buckets, or patterns of them, in the resources of a statement."""
    where = statement.resources or ("*",)
    return frozenset(
        "*" if is_unfilled(each) else parts_of(each)[5].partition("/")[0] for each in where
    )


def in_partition_of(whole: WholePolicy, text: str) -> str:
    """Return a text with the partition of a policy in its ARNs."""
    return text.replace("arn:aws:", f"arn:{_partition_of(whole)}:")


@per_policy
def _partition_of(whole: WholePolicy) -> str:
    """Return the partition of most statements: a policy works in one only."""
    found = Counter(
        partition
        for each in whole.statements
        for partition in {parts_of(arn)[1] for arn in each.resources or ()}
        if partition.replace("-", "").isalpha()
    )
    (first, most), *others = found.most_common(2) or [("aws", 1)]
    return first if not others or most > others[0][1] else "*"


def _may_be_on(whole: WholePolicy, statement: Statement, wanted: str) -> bool:
    where = statement.resources
    if where and wanted == OF_OBJECT:
        where = tuple(each for each in where if each not in _buckets(whole))
    # `arns` tells of a region where there is none; tools around CloudFormation have functions.
    return where is None or any(
        fits(each, wanted) or has_needless_region(each) or each.startswith("Fn::") for each in where
    )


@per_policy
def _buckets(whole: WholePolicy) -> set[str]:
    """Return the texts that a template is to fill in with a bucket: `/*` behind one is objects."""
    where = {resource for each in whole.statements for resource in each.resources or ()}
    unfilled = (each for each in where if is_unfilled(each) and "/" not in each)
    return {each for each in unfilled if f"{each}/*" in where}
