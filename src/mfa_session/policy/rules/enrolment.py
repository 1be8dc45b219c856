"""Statements that keep people from finding or enrolling an MFA device."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from mfa_session.policy.conditions import OPPOSITES, is_met, is_met_without_key
from mfa_session.policy.coverage import actions_of, concerns, is_about_everything, names_of
from mfa_session.policy.credentials import (
    A_USER,
    DIRECT_CALL,
    PRINCIPAL_ARN,
    ROOT,
    RequestContext,
)
from mfa_session.policy.document import Condition, Statement
from mfa_session.policy.fixes import in_words
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.patterns import includes, may_meet
from mfa_session.policy.rules.conditions import says_where
from mfa_session.policy.rules.exemptions import (
    DEACTIVATION,
    DELETION,
    denies_oneself,
    how_to_spare,
    is_of_what_is_allowed,
    lists_own_care,
    sparing,
)
from mfa_session.policy.rules.networks import has_wrong_networks
from mfa_session.policy.rules.resource_kinds import ENROLMENT, MEANT, RESOURCES_OF, fits, parts_of
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.values import calls_in, patterns_as_text
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy

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
    "this finding only. Or, in a policy that asks for MFA, another Deny stops the setup for "
    "everybody: by region (IAM's requests count as `us-east-1`), or by a pattern (`iam:Create*`).",
)
ENROLMENT_NEEDS_MFA = Rule(
    "enrolment-needs-mfa",
    WARNING,
    "Users may create or enable their first device only with MFA: new users are locked out.",
)
INCOMPLETE = Rule(
    "enrolment-incomplete",
    WARNING,
    "Users who may resync or remove their device may create one, but no statement allows "
    "`iam:EnableMFADevice`, or the reverse, or a boundary allows neither: they cannot set up MFA. "
    "A note if only `iam:ListMFADevices` is allowed nowhere, and the policy asks for MFA.",
)
SESSION_TOKEN = Rule(
    "mfa-on-get-session-token",
    WARNING,
    "No policy decides `sts:GetSessionToken`: the condition has no effect on it. A note for a Deny "
    "of it without a condition. Or an Allow with MFA of `sts:GetFederationToken`, which only "
    "long-term keys may call.",
)
_DISCOVERY = "iam:ListMFADevices"
FIRST_CALLS = (*ENROLMENT, _DISCOVERY)
_RESYNC = "iam:ResyncMFADevice"


class _Step(NamedTuple):
    """An action that goes with `beside`; an Allow of one of `proofs` shows that it is for users."""

    action: str
    beside: str
    proofs: tuple[str, ...]
    without: str


_DEVICE_ACTIONS = (*FIRST_CALLS, _RESYNC, DEACTIVATION, DELETION)
_STEPS = (
    _Step(ENROLMENT[1], ENROLMENT[0], (_RESYNC, DEACTIVATION), "put a new device to use"),
    _Step(ENROLMENT[0], ENROLMENT[1], (DELETION,), "set up an authenticator app"),
    _Step(_DISCOVERY, ENROLMENT[1], (_RESYNC, DEACTIVATION), "find their device"),
)
_of_lists = re.compile("(list|view|see).*mfa", re.IGNORECASE).search
_A_CALL_OF_IAM = RequestContext({"aws:RequestedRegion": ("us-east-1",)}).over(DIRECT_CALL)
_SESSION_CALL = "sts:GetSessionToken"
_NO_ALLOW_HELPS = "new users are locked out: no Allow overrides a Deny"


def check_first_steps(subject: Subject) -> Flaws:
    """Find Denies of what people need before they have MFA."""
    by_resource = subject.statement.not_resources is not None
    whole = subject.denies_all_actions and (by_resource or subject.is_of_users)
    if not (whole or _denies_by_name(subject) or denies_oneself(subject)):
        return
    others = subject.other_conditions
    elsewhere = any(map(_leaves_a_network, others)) or (others and says_where(subject))
    if elsewhere or any(map(_spares_calls_in, others)):  # one can enrol in other places
        return
    denied = [
        action
        for action in FIRST_CALLS
        if _is_refused(subject, action) and not _is_for_nobody(subject.whole, action)
    ]
    if ENROLMENT[1] not in denied and _is_without_virtual_devices(subject.whole):
        denied = [action for action in denied if action == _DISCOVERY]
    if denied:
        locked_out = "new users are locked out: they would need MFA to set up MFA"
        yield denied_steps(subject, denied, "denied without MFA", locked_out, sparing(subject))


def denied_steps(
    subject: Subject, denied: Sequence[str], how: str, locked_out: str, fix: Mapping[str, object]
) -> Flaw:
    """Return the finding that some of `FIRST_CALLS` are denied."""
    unlisted = "tools cannot find the user's MFA device at login: they must be told its ARN"
    who = [locked_out] if denied != [_DISCOVERY] else []
    return Flaw(
        ENROLMENT_DENIED if who else DISCOVERY_DENIED,
        subject.place_of_action(),
        f"{_are(denied)} {how}",
        "; ".join([*who, unlisted] if _DISCOVERY in denied else who),
        how_to_spare(subject, "these actions" if denied[1:] else denied[0]),
        fix,
    )


def check_guardrails(subject: Subject) -> Flaws:
    """Find Denies of a pattern that holds a step which an Allow names."""
    statement, named = subject.statement, names_of(subject.statement)
    plain = statement.actions and not (statement.allows or statement.conditions or subject.on_role)
    if not (plain and subject.whole.denies_for_mfa and is_about_everything(statement)):
        return
    denied = [each for each in _refused_steps(subject) if each.lower() not in named]
    if denied:
        how = "denied, with MFA or without"
        yield denied_steps(subject, denied, how, _NO_ALLOW_HELPS, {})


def check_exempt_owner(subject: Subject) -> Flaws:
    """Find Denies of a step on all but one's own user or device, where it is on the other one."""
    statement, whole = subject.statement, subject.whole
    own = any("${aws:username}" in each.lower() for each in statement.not_resources or ())
    plain = not (statement.allows or statement.conditions)
    told = "*" in names_of(statement) or subject.on_role  # `check_first_steps` judges all actions
    if not (own and whole.concern_mfa and (plain or subject.refuses_without_mfa)) or told:
        return
    denied = [each for each in _refused_steps(subject) if not _is_for_nobody(whole, each)]
    if denied:
        how = "denied, with MFA or without" if plain else "denied without MFA"
        where = " and ".join(MEANT[RESOURCES_OF[action.lower()]] for action in denied)
        yield replace(
            denied_steps(subject, denied, how, _NO_ALLOW_HELPS, {}),
            cure=in_partition_of(whole, f"name {where} in NotResource as well"),
        )


def _refused_steps(subject: Subject) -> list[str]:
    """Return the steps that an Allow names and the Deny stops."""
    named = subject.whole.allowed_names
    return [each for each in ENROLMENT if each.lower() in named and _is_refused(subject, each)]


def check_enrolment(subject: Subject) -> Flaws:
    """Find Allows that ask for MFA to enrol the first device."""
    statement, whole, kind = subject.statement, subject.whole, subject.document.kind
    if kind not in {"identity", "boundary"} or not subject.requires_mfa or subject.on_role:
        return
    limits = kind == "boundary"  # what it allows only with MFA, no other policy can allow without
    names = names_of(statement) if statement.not_actions is None else ()
    about_devices = [name for name in names if limits or "mfa" in name]
    missing = [
        action
        for action in ENROLMENT
        if any(includes(name, action.lower()) for name in about_devices)
        and (whole.allows_only_with_mfa(action) if limits else not whole.allows_without_mfa(action))
    ]
    if missing:
        yield Flaw(
            ENROLMENT_NEEDS_MFA,
            subject.place_of_action(missing[0]),
            f"{_are(missing)} allowed only with MFA",
            "new users are locked out: they would need MFA to set up MFA",
            "allow them in another statement, without the condition: "
            + in_words(subject.statement, Action=missing),
        )


def check_boundary(subject: Subject) -> Flaws:
    """Find boundaries that do not allow the first steps which their Deny exempts."""
    denial, whole = subject.statement, subject.whole
    of_users = subject.document.kind == "boundary" and not subject.on_role
    if not (of_users and actions_of(denial).all_but and denial in whole.denies_for_mfa[:1]):
        return
    missing = [
        action
        for action in ENROLMENT
        if not concerns(denial, action) and not whole.allows_anyhow(action)
    ]
    if missing and is_of_what_is_allowed(subject):
        yield Flaw(
            INCOMPLETE,
            subject.place_of_action(missing[0]),
            f"this Deny exempts {' and '.join(missing)}, which the boundary does not allow",
            "new users are locked out: no other policy can let them set up MFA",
            "allow them in the boundary, too",
        )


def check_steps(subject: Subject) -> Flaws:
    """Find Allows of one step of setting up MFA without another one that it needs."""
    if subject.document.kind not in {"identity", "boundary"} or subject.on_role:
        return
    named, whole = _devices_managed_by(subject.whole), subject.whole
    lacking = [
        step
        for step in _STEPS
        if named.get(step.beside) is subject.statement and _is_lacking(subject, step)
    ]
    missing = [step.action for step in lacking]
    # Where nobody is asked for MFA, another policy mostly lists devices; a pattern was to do so.
    told = whole.concern_mfa or any("*" in each for each in names_of(subject.statement))
    if missing and (told or missing != [_DISCOVERY]):
        on = (f"{each} on {MEANT[RESOURCES_OF[each.lower()]]}" for each in missing)
        yield Flaw(
            INCOMPLETE,
            subject.place_of_action(lacking[0].beside),
            f"{lacking[0].beside} is allowed, but no statement allows {' or '.join(missing)}"
            + (" without MFA" if any(map(whole.allows_only_with_mfa, missing)) else ""),
            f"users cannot {' or '.join(step.without for step in lacking)}"
            + (", unless another policy allows it" if subject.document.kind == "identity" else ""),
            in_partition_of(whole, f"allow {', '.join(on)}"),
            severity=NOTE if missing == [_DISCOVERY] else None,
        )


def check_session_token(subject: Subject) -> Flaws:
    """Find conditions on GetSessionToken, and Denies of it."""
    statement, named = subject.statement, names_of(subject.statement)
    if _SESSION_CALL.lower() not in named or subject.document.kind == "trust":
        return
    own_care = lists_own_care(statement) and concerns(statement, ENROLMENT[1])
    if own_care and not statement.allows:  # is meant for all else: `check_first_steps` tells
        return
    asks = bool(subject.mfa_conditions)
    denies = not (statement.allows or statement.conditions)
    if asks or (denies and all(name.startswith("sts:") for name in named)):
        what = "condition" if asks else "Deny"
        yield Flaw(
            SESSION_TOKEN,
            subject.place_of_action(_SESSION_CALL),
            f"no policy decides {_SESSION_CALL}, which checks the MFA code itself",
            f"everybody gets a session, with MFA or without: the {what} has no effect on it",
            f"remove {_SESSION_CALL}, and require MFA for the actions to protect",
            severity=None if asks else NOTE,
        )


def check_federation_token(subject: Subject) -> Flaws:
    """Find Allows with MFA of GetFederationToken, which takes long-term keys only.

    (STS API reference: a session from GetSessionToken, which has MFA, may not call it.)
    """
    call = "sts:GetFederationToken"
    told = subject.on_role or subject.whole.allows_without_mfa(call)
    if subject.requires_mfa and call.lower() in names_of(subject.statement) and not told:
        yield Flaw(
            SESSION_TOKEN,
            subject.place_of_action(call),
            f"only long-term keys may call {call}, and they carry no MFA",
            "nobody gets a token",
            f"allow {call} without MFA, or let people assume a role with MFA instead",
        )


def check_regions(subject: Subject) -> Flaws:
    """Find Denies of all actions in the region that IAM's requests count as."""
    statement = subject.statement
    limits = subject.is_of_users and "*" in names_of(statement)
    if statement.allows or subject.mfa_conditions or not (limits and subject.whole.concern_mfa):
        return
    home = _region_of_iam_denied(subject)
    denied = [action for action in FIRST_CALLS if home and concerns(subject.meant, action)]
    if denied:
        yield denied_steps(
            subject,
            denied,
            f"denied: IAM's requests count as {home}, where this Deny applies",
            "new users are locked out: nobody can set up MFA",
            {} if statement.not_actions else sparing(subject),
        )


def _are(actions: Sequence[str]) -> str:
    *others, last = actions
    return f"{', '.join(others)} and {last} are" if others else f"{last} is"


def _is_refused(subject: Subject, action: str) -> bool:
    spared, wanted = subject.statement.not_resources or (), RESOURCES_OF[action.lower()]
    own = filter(_is_of_everybody, subject.statement.resources or ())
    if denies_oneself(subject) and not any(fits(each, wanted) for each in own):
        return False
    return concerns(subject.meant, action) and not any(
        is_unfilled(each) or fits(each, wanted) for each in spared
    )


@per_policy
def _is_for_nobody(whole: WholePolicy, action: str) -> bool:
    """Say whether a Deny keeps everybody from it, on purpose: others set up the devices."""
    return any(
        each.actions and action.lower() in names_of(each) and is_about_everything(each)
        for each in whole.plain_denials
    )


@per_policy
def _is_without_virtual_devices(whole: WholePolicy) -> bool:
    if any(concerns(each, ENROLMENT[0]) for each in whole.plain_denials):
        return True
    keys = (c.key.lower() for each in whole.statements for c in each.conditions)
    of_keys = any(key.startswith(("iam:fido", "iam:registersecuritykey")) for key in keys)
    return of_keys and not whole.allows_anyhow(ENROLMENT[0])


@per_policy
def _devices_managed_by(whole: WholePolicy) -> dict[str, Statement]:
    """Return each action on MFA devices that Allows name, with the first of them.

    Return none if AWS has no such action, or a template fills it in.
    """
    found: dict[str, Statement] = {}
    for each in whole.allowing:
        for name in actions_of(each).names:
            about_mfa = "mfa" in name
            if is_unfilled(name) or (about_mfa and "*" not in name and name not in RESOURCES_OF):
                return {}
            for action in _DEVICE_ACTIONS if about_mfa and each.actions else ():
                if includes(name, action.lower()):
                    found.setdefault(action, each)
    return found


def _is_lacking(subject: Subject, step: _Step) -> bool:
    whole, action = subject.whole, step.action
    named = _devices_managed_by(whole)
    if action in named or whole.allows_without_mfa(action):
        return False
    if subject.requires_mfa and whole.allows_only_with_mfa(action):
        return False
    if action == ENROLMENT[0] and _is_without_virtual_devices(whole):
        return False
    promised = action == _DISCOVERY and any(map(_promises_list, whole.statements))
    return not (promised or named.keys().isdisjoint(step.proofs))


def _promises_list(statement: Statement) -> bool:
    """Say whether another policy is to list MFA devices, or `sids` reports that none does.

    A Deny that exempts the list by its name expects another policy to allow it.
    """
    promises = _of_lists(statement.sid or "") is not None
    exempts = not statement.allows and _DISCOVERY in (statement.not_actions or ())
    return exempts or (promises and not any(concerns(statement, action) for action in RESOURCES_OF))


def _denies_by_name(subject: Subject) -> bool:
    listed = subject.refuses_without_mfa and subject.statement.actions is not None
    where = subject.statement.resources or ()
    own = any(map(_may_be_of_a_user, where))
    users = all(is_met(each, A_USER) is True for each in subject.other_conditions)
    return subject.limits_users and listed and own and users


def _leaves_a_network(condition: Condition) -> bool:
    negated = condition.is_about("aws:SourceIp") and condition.operator == "NotIpAddress"
    return negated and not has_wrong_networks(condition)


def _spares_calls_in(condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from calls that list, create or enable a device.

    Users and root make them, without tags and other services' keys, in one region.
    """
    if condition.is_unfilled:
        return True
    key = condition.key.lower()
    if condition.is_about(PRINCIPAL_ARN):
        as_text = patterns_as_text(condition) if condition.operator not in OPPOSITES else []
        nobody = bool(as_text) and len(as_text) == len(condition.values)
        return nobody or all(is_met(condition, each) is False for each in (A_USER, ROOT))
    if key.startswith("aws:requesttag/") or key.partition(":")[0] not in {"aws", "iam"}:
        return is_met_without_key(condition) is False
    return is_met(condition, _A_CALL_OF_IAM) is False


def _is_of_everybody(resource: str) -> bool:
    every = resource == "*" or resource.endswith(("/*", ":*"))
    return every or "${aws:username}" in resource.lower()


def _may_be_of_a_user(resource: str) -> bool:
    """Say whether a resource may be a user or an MFA device; `*` stays within one part."""
    _, _, service, _, _, what = parts_of(resource)
    return may_meet(service, "iam") and any(may_meet(what, each) for each in ("user/*", "mfa/*"))


def _region_of_iam_denied(subject: Subject) -> str:
    conditions = subject.statement.conditions
    calls = dict(call for each in conditions for call in calls_in(each).items())
    denied = all(is_met(each, call) is True for each in conditions for call in calls.values())
    return min(calls) if calls and denied else ""
