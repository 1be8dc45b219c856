"""Statements that keep people from finding their MFA device, or from enrolling their first."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.conditions import comparison, is_met
from mfa_session.policy.coverage import actions_of, concerns
from mfa_session.policy.finding import NOTE, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import in_words
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.patterns import includes, may_meet
from mfa_session.policy.request import RequestContext
from mfa_session.policy.rules.exemptions import (
    DEACTIVATION,
    DELETION,
    denies_all_actions,
    denies_nearly_all,
    how_to_spare,
    limits_users,
    sparing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.policy.conditions import Comparison
    from mfa_session.policy.document import Condition, Statement
    from mfa_session.policy.rules.subject import Subject
    from mfa_session.policy.rules.whole_policy import WholePolicy

DISCOVERY_DENIED = Rule(
    "discovery-denied",
    WARNING,
    "The Deny does not exempt `iam:ListMFADevices`: at login, tools cannot find the user's device.",
)
ENROLMENT_DENIED = Rule(
    "enrolment-denied",
    WARNING,
    "The Deny does not exempt `iam:CreateVirtualMFADevice` or `iam:EnableMFADevice`: new "
    "users cannot get a device. One that does not exempt `iam:ListMFADevices` either has "
    "this finding only.",
)
ENROLMENT_NEEDS_MFA = Rule(
    "enrolment-needs-mfa",
    WARNING,
    "Users may create or enable their first device only with MFA: new users are locked out.",
)
INCOMPLETE = Rule(
    "enrolment-incomplete",
    WARNING,
    "Users may create their device, but no statement allows `iam:EnableMFADevice`, or the reverse: "
    "they cannot set up MFA. A note if only `iam:ListMFADevices` is allowed nowhere.",
)
WRONG_RESOURCE = Rule(
    "device-action-on-wrong-resource",
    WARNING,
    "An MFA action on a resource that it does not apply to, such as `iam:CreateVirtualMFADevice` "
    "on a user; or under an MFA condition `sts:AssumeRole` on no role, or a Deny of "
    "`s3:DeleteBucket` on objects: the statement has no effect on it.",
)
SESSION_TOKEN = Rule(
    "mfa-on-get-session-token",
    WARNING,
    "No policy decides `sts:GetSessionToken`: the condition has no effect on it.",
)
RULES = (
    DISCOVERY_DENIED,
    ENROLMENT_DENIED,
    ENROLMENT_NEEDS_MFA,
    INCOMPLETE,
    WRONG_RESOURCE,
    SESSION_TOKEN,
)

DISCOVERY = "iam:ListMFADevices"
ENROLMENT = ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice")
# The resources that the actions are asked for (Service Authorization Reference; the list's is what
# IAM names when it refuses).
_OF_DEVICE, _OF_USER, _OF_LIST = "mfa/?*", "user/?*", "mfa/"
_OF_ROLE, _OF_BUCKET, _OF_OBJECT = "role/?*", "bucket", "bucket/?*"
RESOURCES_OF = {
    "iam:createvirtualmfadevice": _OF_DEVICE,
    "iam:deactivatemfadevice": _OF_USER,
    "iam:deletevirtualmfadevice": _OF_DEVICE,
    "iam:enablemfadevice": _OF_USER,
    "iam:getmfadevice": _OF_USER,
    "iam:listmfadevices": _OF_USER,
    "iam:listvirtualmfadevices": _OF_LIST,
    "iam:resyncmfadevice": _OF_USER,
}
_RESYNC = "iam:ResyncMFADevice"


class _Step(NamedTuple):
    """What users who may do `beside` need too; to do one of `proofs` shows that they are meant."""

    action: str
    beside: str
    proofs: tuple[str, ...]
    without: str


_DEVICE_ACTIONS = (*ENROLMENT, DISCOVERY, _RESYNC, DEACTIVATION, DELETION)
_STEPS = (
    _Step(ENROLMENT[1], ENROLMENT[0], (_RESYNC, DEACTIVATION), "put a new device to use"),
    _Step(ENROLMENT[0], ENROLMENT[1], (DELETION,), "set up an authenticator app"),
    _Step(DISCOVERY, ENROLMENT[1], (_RESYNC, DEACTIVATION), "find their device"),
)
_MEANT = {
    _OF_DEVICE: "arn:aws:iam::*:mfa/${aws:username}",
    _OF_USER: "arn:aws:iam::*:user/${aws:username}",
    _OF_LIST: "*",
    _OF_ROLE: "the role's ARN",
    _OF_BUCKET: "arn:aws:s3:::BUCKET",
    _OF_OBJECT: "arn:aws:s3:::BUCKET/*",
}
_of_s3 = re.compile("s3:(?:get|put|delete|list(?=bucket))(bucket|object)").match
_of_lists = re.compile("(list|view|see).*mfa", re.IGNORECASE).search
_AN_ACCOUNT = 12 * "?"
_variable = re.compile(r"\$\{[^}]*\}")
_A_CALL_OF_IAM = RequestContext({"aws:RequestedRegion": ("us-east-1",)})
SESSION_CALL = "sts:GetSessionToken"


def check_first_steps(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of what people need before they have MFA."""
    by_resource = subject.statement.not_resources is not None and denies_all_actions(subject)
    if not (by_resource or denies_nearly_all(subject) or _denies_by_name(subject)):
        return
    if any(map(_spares_calls_of_iam, subject.other_conditions)):
        return
    denied = [action for action in (*ENROLMENT, DISCOVERY) if _is_refused(subject, action)]
    if ENROLMENT[1] not in denied and _is_without_virtual_devices(subject.whole):
        denied = [action for action in denied if action == DISCOVERY]
    if denied:
        locked_out = "new users are locked out: they would need MFA to set up MFA"
        unlisted = "tools cannot find the user's MFA device at login: they must be told its ARN"
        who = [locked_out] if denied != [DISCOVERY] else []
        yield Flaw(
            ENROLMENT_DENIED if who else DISCOVERY_DENIED,
            subject.place_of_action(),
            f"{_are(denied)} denied without MFA",
            "; ".join([*who, unlisted] if DISCOVERY in denied else who),
            how_to_spare(subject, "these actions" if denied[1:] else denied[0]),
            sparing(subject),
        )


def check_enrolment(subject: Subject) -> Iterator[Flaw]:
    """Find Allows that ask for MFA to enrol the first device."""
    if not subject.requires_mfa or subject.on_role or actions_of(subject.statement).all_but:
        return
    statement, whole, kind = subject.statement, subject.whole, subject.document.kind
    limits = kind == "boundary"  # what it allows only with MFA, no other policy can allow without
    about_devices = [name for name in actions_of(statement).names if limits or "mfa" in name]
    missing = [
        action
        for action in ENROLMENT
        if any(includes(name, action.lower()) for name in about_devices)
        and (
            whole.allows_only_with_mfa(action)
            if limits
            else not whole.lenient_allows.are_about(statement, action)
        )
    ]
    if missing and kind in {"identity", "boundary"}:
        yield Flaw(
            ENROLMENT_NEEDS_MFA,
            subject.place_of_action(missing[0]),
            f"{_are(missing)} allowed only with MFA",
            "new users are locked out: they would need MFA to set up MFA",
            "allow them in another statement, without the condition: "
            + in_words(subject.statement, Action=missing),
        )


def check_steps(subject: Subject) -> Iterator[Flaw]:
    """Find Allows of one step of setting up MFA without another one that it needs."""
    if subject.document.kind != "identity" or subject.on_role:
        return
    named, whole = _devices_managed_by(subject.whole), subject.whole
    lacking = [
        step
        for step in _STEPS
        if named.get(step.beside) is subject.statement and _is_lacking(subject, step)
    ]
    if lacking:
        missing = [step.action for step in lacking]
        on = (f"{each} on {_MEANT[RESOURCES_OF[each.lower()]]}" for each in missing)
        yield Flaw(
            INCOMPLETE,
            subject.place_of_action(lacking[0].beside),
            f"{lacking[0].beside} is allowed, but no statement allows {' or '.join(missing)}"
            + (" without MFA" if any(map(whole.allows_only_with_mfa, missing)) else ""),
            f"users cannot {' or '.join(step.without for step in lacking)}, unless another policy "
            "allows it",
            _in_partition_of(whole, f"allow {', '.join(on)}"),
            severity=NOTE if missing == [DISCOVERY] else None,
        )


def check_resources(subject: Subject) -> Iterator[Flaw]:
    """Find MFA actions, and actions that need MFA, on resources that they never have."""
    statement = subject.statement
    if not (statement.actions and statement.resources):
        return
    wrong = [
        (name, meant)
        for wanted, meant in _MEANT.items()
        for name in statement.actions
        if _resource_of(subject, name.lower()) == wanted and not _is_done(subject, name, wanted)
    ]
    if wrong:
        names = ", ".join(name for name, _ in wrong)
        does, done = ("allow", "allowed") if statement.allows else ("deny", "denied")
        rest = [f"{name} on {meant}" for name, meant in wrong]
        yield Flaw(
            WRONG_RESOURCE,
            subject.place_of_action(wrong[0][0]),
            f"{names} {'are' if wrong[1:] else 'is'} {done} only on resources of another kind",
            "nobody is allowed this"
            + (": users cannot set up or find their MFA device" if "MFA" in names else "")
            if statement.allows
            else "nobody is stopped",
            _in_partition_of(subject.whole, f"{does} {', '.join(rest)}"),
        )


def check_session_token(subject: Subject) -> Iterator[Flaw]:
    """Find conditions on GetSessionToken."""
    named = actions_of(subject.statement)
    trusts = subject.document.kind == "trust"  # where it is none of the actions
    if (
        subject.mfa_conditions
        and SESSION_CALL.lower() in named.names
        and not (named.all_but or trusts)
    ):
        yield Flaw(
            SESSION_TOKEN,
            subject.place_of_action(SESSION_CALL),
            f"no policy decides {SESSION_CALL}, which checks the MFA code itself",
            "everybody gets a session, with MFA or without: the condition has no effect on it",
            f"remove {SESSION_CALL}, and require MFA for the actions to protect",
        )


CHECKS: tuple[Check, ...] = (
    check_first_steps,
    check_enrolment,
    check_steps,
    check_resources,
    check_session_token,
)


def _are(actions: Sequence[str]) -> str:
    """Return actions and their verb: `a, b and c are`."""
    *others, last = actions
    return f"{', '.join(others)} and {last} are" if others else f"{last} is"


def _is_refused(subject: Subject, action: str) -> bool:
    """Say whether a Deny is about an action on its resource, even once its names are corrected."""
    spared, wanted = subject.statement.not_resources or (), RESOURCES_OF[action.lower()]
    return concerns(subject.meant, action) and not any(
        is_unfilled(each) or _fits(each, wanted) for each in spared
    )


@functools.lru_cache(maxsize=32)
def _is_without_virtual_devices(whole: WholePolicy) -> bool:
    """Say whether people are to have security keys or hardware devices only."""
    creating = [each for each in whole.statements if concerns(each, ENROLMENT[0])]
    if any(not each.allows and not each.conditions for each in creating):
        return True
    keys = (c.key.lower() for each in whole.statements for c in each.conditions)
    of_keys = any(key.startswith(("iam:fido", "iam:registersecuritykey")) for key in keys)
    return of_keys and not any(each.allows for each in creating)


@functools.lru_cache(maxsize=32)
def _devices_managed_by(whole: WholePolicy) -> dict[str, Statement]:
    """Return each action on MFA devices that Allows name, with the first of them.

    Return none if one has an action that a template fills in, or that may be meant for another.
    """
    found: dict[str, Statement] = {}
    for each in whole.statements:
        for name in actions_of(each).names if each.allows else ():
            if is_unfilled(name) or (
                "*" not in name and "mfa" in name and name not in RESOURCES_OF
            ):
                return {}
            for action in _DEVICE_ACTIONS if "mfa" in name else ():
                if includes(name, action.lower()) and not actions_of(each).all_but:
                    found.setdefault(action, each)
    return found


def _is_lacking(subject: Subject, step: _Step) -> bool:
    """Say whether no statement allows a step, although users are to do it by the policy."""
    whole, action = subject.whole, step.action
    named = _devices_managed_by(whole)
    if action in named or whole.allows_without_mfa(action):
        return False
    if subject.requires_mfa and whole.allows_only_with_mfa(action):
        return False
    if action == ENROLMENT[0] and _is_without_virtual_devices(whole):
        return False
    promised = action == DISCOVERY and any(map(_promises_list, whole.statements))
    return not (promised or named.keys().isdisjoint(step.proofs))


def _promises_list(statement: Statement) -> bool:
    """Say whether a Sid is about a list of MFA devices, and no action is: `sids` tells that."""
    promises = _of_lists(statement.sid or "") is not None
    return promises and not any(concerns(statement, action) for action in RESOURCES_OF)


def _denies_by_name(subject: Subject) -> bool:
    """Say whether it denies listed actions to requests without MFA."""
    listed = subject.refuses_without_mfa and subject.statement.actions is not None
    where = subject.statement.resources or ()
    own = any(map(_may_be_of_a_user, where))
    return limits_users(subject) and listed and own and not subject.other_conditions


def _spares_calls_of_iam(condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from calls that list, create or enable a device.

    They bring no tags and no other service's keys, and are made in one region.
    """
    if condition.is_unfilled:
        return True
    key = condition.key.lower()
    is_absent = key.startswith("aws:requesttag/") or key.partition(":")[0] not in {"aws", "iam"}
    return is_met(condition, RequestContext({key: None}) if is_absent else _A_CALL_OF_IAM) is False


def _may_be_of_a_user(resource: str) -> bool:
    """Say whether a resource may be a user or an MFA device; `*` stays within one part."""
    parts = resource.split(":", maxsplit=5)
    # A pattern may end before its sixth part, as `*` and `arn:aws:iam::*` do.
    _, _, service, _, _, what = [*parts, *("*" * (6 - len(parts)))]
    return may_meet(service, "iam") and any(may_meet(what, each) for each in ("user/*", "mfa/*"))


def _resource_of(subject: Subject, action: str) -> str | None:
    """Return the kind of resource that an action has."""
    found = _of_s3(action)
    if action in RESOURCES_OF or not subject.mfa_conditions:
        return RESOURCES_OF.get(action)
    if found and not subject.statement.allows:
        return _OF_BUCKET if found[1] == "bucket" else _OF_OBJECT
    return _OF_ROLE if action == "sts:assumerole" else None


def _is_done(subject: Subject, action: str, wanted: str) -> bool:
    """Say whether a statement here allows, or denies, an action on a resource that it may have.

    An Allow under conditions of its own does not do it where there is no MFA yet, nor does a Deny.
    """
    statement = subject.statement
    if _may_be_on(statement, wanted):
        return True
    own = set(map(comparison, statement.conditions))
    anyhow = statement.allows and action.lower() not in map(str.lower, ENROLMENT)
    return any(
        anyhow or own >= conditions
        for conditions in _doing(subject.whole, action, wanted, statement.effect)
    )


@functools.lru_cache(maxsize=32)
def _doing(whole: WholePolicy, action: str, wanted: str, effect: str) -> set[frozenset[Comparison]]:
    """Return the conditions under which an action is allowed, or denied, on a fitting resource."""
    return {
        frozenset(map(comparison, each.conditions))
        for each in whole.statements
        if each.effect == effect and concerns(each, action) and _may_be_on(each, wanted)
    }


def _in_partition_of(whole: WholePolicy, text: str) -> str:
    """Return a text with the partition of a policy in its ARNs."""
    return text.replace("arn:aws:", f"arn:{_partition_of(whole)}:")


@functools.lru_cache(maxsize=32)
def _partition_of(whole: WholePolicy) -> str:
    """Return the partition of most statements: a policy works in one only."""
    found = Counter(
        partition
        for each in whole.statements
        for partition in {_partition(resource) for resource in each.resources or ()}
        if _is_plain(partition)
    )
    (first, most), *others = found.most_common(2) or [("aws", 1)]
    return first if not others or most > others[0][1] else "*"


def _is_plain(partition: str) -> bool:
    return partition.replace("-", "").isalpha()


def _partition(arn: str) -> str:
    return arn.split(":", 2)[1] if arn.startswith("arn:") and arn.count(":") > 1 else ""


def _may_be_on(statement: Statement, wanted: str) -> bool:
    where = statement.resources
    return where is None or any(_fits(resource, wanted) for resource in where)


def _fits(resource: str, wanted: str) -> bool:
    """Say whether a pattern may match a resource of IAM's; a variable is some text."""
    parts = _variable.sub("?*", resource).split(":", maxsplit=5)
    _, _, service, region, account, what = [*parts, *("*" * (6 - len(parts)))]
    if wanted in {_OF_BUCKET, _OF_OBJECT}:  # an account is an access point's
        return service != "s3" or bool(account) or _is_in_s3(what, wanted)
    if wanted == _OF_USER and "${aws:userid}" in resource.lower():
        return False  # an id is no name
    return (
        may_meet(service, "iam")
        and may_meet(region, "")
        and (may_meet(account, _AN_ACCOUNT) or any(map(str.isalpha, account)))  # to be filled in
        and (includes(what, wanted) if wanted == _OF_LIST else _may_name(what, wanted))
    ) or (wanted == _OF_USER and what == "root")


def _is_in_s3(what: str, wanted: str) -> bool:
    """Say whether a pattern may match a bucket, which has no slash, or an object in one."""
    bucket, slash, key = what.partition("/")
    return not slash if wanted == _OF_BUCKET else bool(key) or (not slash and "*" in bucket)


def _may_name(what: str, wanted: str) -> bool:
    """Say whether a pattern may match a name below `user/` or `mfa/`; none ends in a slash."""
    return may_meet(what, wanted) and not what.endswith("/")
