"""Allows of setting up MFA that lack a step, or that ask for MFA."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from mfa_session.policy.conditions import is_met, is_met_without_key
from mfa_session.policy.coverage import actions_of, concerns, exempts_by_name, names_of
from mfa_session.policy.credentials import RequestContext
from mfa_session.policy.document import is_for_emergencies
from mfa_session.policy.fixes import in_words
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.exemptions import DEACTIVATION, DELETION, is_of_what_is_allowed
from mfa_session.policy.rules.resource_kinds import (
    DISCOVERY,
    ENROLMENT,
    MEANT,
    OF_USER,
    RESOURCES_OF,
    fits,
    is_of_everybody,
    is_one_s_own,
)
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject, are
from mfa_session.policy.rules.setup_cures import steps_only_here
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Condition, Statement

ENROLMENT_NEEDS_MFA = Rule(
    "enrolment-needs-mfa",
    WARNING,
    "Users may create or enable their first device only with MFA: new users are locked out. A note "
    "if a Deny exempts that, and the policy allows everything with MFA: another one may allow it.",
)
INCOMPLETE = Rule(
    "enrolment-incomplete",
    WARNING,
    "Users who may list, resync or remove their devices may create one, but no statement allows "
    "`iam:EnableMFADevice`, or the reverse, or a boundary allows neither: they cannot set up MFA. "
    "Or only one of the two calls is allowed that register a security key "
    "(`iam:RegisterSecurityKey` `Create` and `Activate`). A note if only `iam:ListMFADevices` is "
    "allowed nowhere, and the policy asks for MFA.",
)
_RESYNC = "iam:ResyncMFADevice"


class _Step(NamedTuple):
    """An action that goes with `beside`; an Allow of one of `proofs` shows that it is for users."""

    action: str
    beside: str
    proofs: tuple[str, ...]
    without: str


_DEVICE_ACTIONS = (*ENROLMENT, DISCOVERY, _RESYNC, DEACTIVATION, DELETION)
_STEPS = (
    _Step(
        ENROLMENT[1], ENROLMENT[0], (_RESYNC, DEACTIVATION, DISCOVERY), "put a new device to use"
    ),
    _Step(ENROLMENT[0], ENROLMENT[1], (DELETION,), "set up an authenticator app"),
    _Step(DISCOVERY, ENROLMENT[1], (_RESYNC, DEACTIVATION), "find their device"),
)
_REGISTRATION = "iam:RegisterSecurityKey"
_CERTIFICATIONS = ("iam:FIDO-certification", "iam:FIDO-FIPS-140-2-certification",
                   "iam:FIDO-FIPS-140-3-certification")  # fmt: skip
_CALLS_OF_KEYS = {
    "Create": RequestContext({_REGISTRATION: ("Create",), **dict.fromkeys(_CERTIFICATIONS)}),
    "Activate": RequestContext({_REGISTRATION: ("Activate",)}),
}
_of_others = re.compile("iam:(add|attach)user|iam:create(login|user)").match
_says_desk = re.compile("(help|service)desk|support(?!ed)").search
_of_lists = re.compile("(list|view|see).*mfa", re.IGNORECASE).search


def check_enrolment(subject: Subject) -> Flaws:
    """Find Allows that ask for MFA to enrol the first device."""
    statement = subject.statement
    of_users = subject.document.kind in {"identity", "boundary"} and not subject.on_role
    missing = steps_only_here(subject) if of_users and subject.requires_mfa else []
    own = any(map(is_one_s_own, statement.resources or ()))
    # The devices of those for emergencies are set up for them.
    by_others = any(map(is_for_emergencies, (subject.document.name, *subject.document.owners)))
    if missing and not by_others and (own or not _is_of_help_desk(statement)):
        where = {} if own else {"Resource": [MEANT[RESOURCES_OF[each.lower()]] for each in missing]}
        yield Flaw(
            ENROLMENT_NEEDS_MFA,
            subject.place_of_action(missing[0]),
            f"{are(missing)} allowed only with MFA",
            "new users are locked out: they would need MFA to set up MFA",
            "allow them in another statement, without the condition: "
            + in_partition_of(subject.whole, in_words(statement, Action=missing, **where)),
        )


def check_what_a_deny_exempts(subject: Subject) -> Flaws:
    """Find Allows of everything with MFA alone, where a Deny exempts the setup by name.

    Of dumps, templates, plans and states, `dump_users` and `rosters` know the other policies.
    """
    statement, document, whole = subject.statement, subject.document, subject.whole
    alone = not (document.account or document.roster) and subject.gives_users
    everything = subject.requires_mfa and "*" in names_of(statement)
    if not (alone and everything) or _devices_managed_by(whole):
        return
    spared = [
        action
        for action in ENROLMENT
        if any(exempts_by_name(each, action) for each in whole.denies_for_mfa)
        and not whole.allows_without_mfa(action)
    ]
    if spared:
        yield Flaw(
            ENROLMENT_NEEDS_MFA,
            subject.place_of_action(),
            f"{are(spared)} exempt from a Deny, and allowed only with MFA",
            "new users are locked out, unless another policy allows them this",
            f"allow {' and '.join(spared)} in another statement, without the condition",
            severity=NOTE,
        )


def _is_of_help_desk(statement: Statement) -> bool:
    """Say whether an Allow is for those who set up other people's devices."""
    users = [each for each in statement.resources or () if fits(each, OF_USER)]
    others = any(map(_of_others, names_of(statement))) or _says_desk(statement.sid_letters)
    return bool(others) or (
        bool(users) and not any(is_of_everybody(each, OF_USER) for each in users)
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


def check_security_keys(subject: Subject) -> Flaws:
    """Find Allows of one of the two calls that register a security key, without the other.

    The certification of a key is told with the second one alone.
    """
    statement, whole = subject.statement, subject.whole
    of_users = subject.document.kind in {"identity", "boundary"} and not subject.on_role
    conditions = statement.conditions if of_users and statement.allows else ()
    own = next((each for each in conditions if each.is_about(_REGISTRATION)), None)
    if own is None or subject.requires_mfa or not concerns(statement, ENROLMENT[1]):
        return
    denied = [name for name, call in _CALLS_OF_KEYS.items() if not _allows_call(whole, call)]
    if len(denied) == 1:
        yield Flaw(
            INCOMPLETE,
            own.position,
            f"{ENROLMENT[1]} registers a security key in two calls, and no statement allows the "
            f"one in which {_REGISTRATION} is {denied[0]}",
            "users cannot set up a security key",
            f"allow {_REGISTRATION} Create without a certification, and Activate with it",
        )


@per_policy
def _allows_call(whole: WholePolicy, call: RequestContext) -> bool:
    return any(
        concerns(each, ENROLMENT[1])
        and not any(is_met(condition, call) is False for condition in each.conditions)
        for each in whole.allowing_without_mfa
    )


def _allows_keys_only(statement: Statement) -> bool:
    """Say whether a Deny lets nobody enable what is no security key."""
    others = not statement.allows and concerns(statement, ENROLMENT[1])
    keys = list(filter(_is_of_keys, statement.conditions)) if others else []
    return bool(keys) and all(map(is_met_without_key, statement.conditions))


def _is_of_keys(condition: Condition) -> bool:
    return condition.key.lower().startswith(("iam:fido", _REGISTRATION.lower()))


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
    if missing and (told or missing != [DISCOVERY]):
        on = (f"{each} on {MEANT[RESOURCES_OF[each.lower()]]}" for each in missing)
        yield Flaw(
            INCOMPLETE,
            subject.place_of_action(lacking[0].beside),
            f"{lacking[0].beside} is allowed, but no statement allows {' or '.join(missing)}"
            + (" without MFA" if any(map(whole.allows_only_with_mfa, missing)) else ""),
            f"users cannot {' or '.join(step.without for step in lacking)}"
            + (", unless another policy allows it" if subject.document.kind == "identity" else ""),
            in_partition_of(whole, f"allow {', '.join(on)}"),
            severity=NOTE if missing == [DISCOVERY] else None,
        )


@per_policy
def is_without_virtual_devices(whole: WholePolicy) -> bool:
    """Say whether people enrol other devices than authenticator apps, on purpose."""
    if any(concerns(each, ENROLMENT[0]) for each in whole.plain_denials):
        return True
    if any(map(_allows_keys_only, whole.statements)):
        return True
    of_keys = any(map(_is_of_keys, (c for each in whole.statements for c in each.conditions)))
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
    if action == ENROLMENT[0] and is_without_virtual_devices(whole):
        return False
    told = (check_boundary(replace(subject, statement=each)) for each in whole.denies_for_mfa[:1])
    if action in ENROLMENT and any(map(any, told)):
        return False
    promised = action == DISCOVERY and any(map(_promises_list, whole.statements))
    return not (promised or named.keys().isdisjoint(step.proofs))


def _promises_list(statement: Statement) -> bool:
    """Say whether another policy is to list MFA devices, or `promises` reports that none does.

    A Deny that exempts the list by its name expects another policy to allow it.
    """
    promises = _of_lists(statement.sid or "") is not None
    exempts = not statement.allows and DISCOVERY in (statement.not_actions or ())
    return exempts or (promises and not any(concerns(statement, action) for action in RESOURCES_OF))
