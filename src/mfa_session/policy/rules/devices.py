"""Statements about the care of one's own MFA devices: too strict to begin, or too lax to count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, concerns, is_about_everything
from mfa_session.policy.finding import ERROR, NOTE, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import in_words
from mfa_session.policy.patterns import Patterns, includes, may_meet
from mfa_session.policy.request import RequestContext
from mfa_session.policy.rules.subject import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition, Statement
    from mfa_session.policy.policy_text import Position
    from mfa_session.policy.rules.subject import Subject

DENIES_NOTHING = Rule(
    "deny-denies-nothing",
    ERROR,
    "`NotAction` or `NotResource` holds `*`, which is everything: nothing is left to deny.",
)
ONLY_ONESELF = Rule(
    "deny-reaches-only-oneself",
    ERROR,
    "`NotAction`, but `Resource` is one's own user: nobody is stopped without MFA from "
    "anything else.",
)
DISCOVERY_DENIED = Rule(
    "discovery-denied",
    WARNING,
    "The Deny does not exempt `iam:ListMFADevices`: at login, users cannot find their device.",
)
ENROLMENT_DENIED = Rule(
    "enrolment-denied",
    WARNING,
    "The Deny does not exempt `iam:CreateVirtualMFADevice` or `iam:EnableMFADevice`: new "
    "users cannot get a device.",
)
ENROLMENT_NEEDS_MFA = Rule(
    "enrolment-needs-mfa",
    WARNING,
    "Creating the first device is allowed only with MFA: new users are locked out.",
)
REMOVAL_SPARED = Rule(
    "removal-without-mfa",
    ERROR,
    "The Deny exempts `iam:DeactivateMFADevice`, perhaps through `iam:*`: whoever has the "
    "long-term key can deactivate the device.",
)
DELETION_SPARED = Rule(
    "deletion-without-mfa",
    NOTE,
    "The Deny exempts `iam:DeleteVirtualMFADevice`: whoever has the long-term key can "
    "delete devices that are not enabled.",
)
OWN_REMOVAL = Rule(
    "own-removal-without-mfa",
    WARNING,
    "Users may deactivate their own device without MFA, in a policy that otherwise requires it.",
)
WRONG_RESOURCE = Rule(
    "device-action-on-wrong-resource",
    WARNING,
    "An Allow of MFA actions on resources that they never have, such as "
    "`iam:CreateVirtualMFADevice` on a user: it allows nothing.",
)
SESSION_TOKEN = Rule(
    "mfa-on-get-session-token",
    WARNING,
    "GetSessionToken needs no permission, and no Deny stops it: the condition has no effect.",
)
RULES = (
    DENIES_NOTHING,
    ONLY_ONESELF,
    DISCOVERY_DENIED,
    ENROLMENT_DENIED,
    ENROLMENT_NEEDS_MFA,
    REMOVAL_SPARED,
    DELETION_SPARED,
    OWN_REMOVAL,
    WRONG_RESOURCE,
    SESSION_TOKEN,
)

DISCOVERY = "iam:ListMFADevices"
ENROLMENT = ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice")
DEACTIVATION = "iam:DeactivateMFADevice"
DELETION = "iam:DeleteVirtualMFADevice"
_of_a_user = re.compile(r"arn:[^:]*:iam::[^:]*:(user|mfa)/.*").fullmatch
_of_own_care = re.compile(
    r"iam:(\S*mfa\S*|getuser|listusers|changepassword|getaccount\S*|listaccountaliases)"
    r"|sts:(getsessiontoken|getcalleridentity)",
    re.IGNORECASE,
).fullmatch
# The resources that the actions are asked for (Service Authorization Reference; the list's is what
# IAM names when it refuses).
_OF_DEVICE, _OF_USER, _OF_LIST = "mfa/*", "user/*", "mfa/"
_RESOURCES_OF = {
    "iam:createvirtualmfadevice": _OF_DEVICE,
    "iam:deactivatemfadevice": _OF_USER,
    "iam:deletevirtualmfadevice": _OF_DEVICE,
    "iam:enablemfadevice": _OF_USER,
    "iam:listmfadevices": _OF_USER,
    "iam:listvirtualmfadevices": _OF_LIST,
    "iam:resyncmfadevice": _OF_USER,
}
_MEANT = {
    _OF_DEVICE: "arn:aws:iam::*:mfa/${aws:username}",
    _OF_USER: "arn:aws:iam::*:user/${aws:username}",
    _OF_LIST: "*",
}
_AN_ACCOUNT = 12 * "?"
_variable = re.compile(r"\$\{[^}]*\}")
_A_CALL_OF_IAM = RequestContext({"aws:RequestedRegion": ("us-east-1",)})
SESSION_CALL = "sts:GetSessionToken"
# What is needed before there is MFA, to get it by command or in the console.
SPARED = (
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
)


def check_effect(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of all but some actions that come to nothing, or to little."""
    statement = subject.statement
    if statement.allows or not subject.mfa_conditions or subject.on_role:
        return
    if _spares_everything(subject):
        yield Flaw(
            DENIES_NOTHING,
            _place_of_actions(subject),
            f"{_all_left_out(subject)}: this Deny denies nothing",
            "nobody is stopped, with MFA or without",
            "list only what is needed to set up MFA"
            if statement.not_actions
            else "let the Deny be about all resources, or name those it is for",
            {"NotAction": list(SPARED)}
            if statement.not_actions and _is_of_users(subject) and subject.refuses_without_mfa
            else {},
        )
    elif subject.refuses_without_mfa and statement.not_actions and _is_about_oneself(statement):
        yield Flaw(
            ONLY_ONESELF,
            _place_of(subject, "Resource"),
            "this Deny is only about one's own user and device, whatever NotAction says",
            "nobody is stopped without MFA from anything but their own user and device",
            "let the Deny be about all resources",
            {"Resource": "*", **_sparing(subject)},
        )


def check_first_steps(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of what is needed to get MFA in the first place."""
    if not (_denies_nearly_all(subject) or _denies_by_name(subject)):
        return
    if any(map(_spares_calls_of_iam, subject.other_conditions)):
        return
    if concerns(subject.statement, DISCOVERY):
        yield Flaw(
            DISCOVERY_DENIED,
            _place_of_actions(subject),
            f"{DISCOVERY} is denied without MFA",
            "users cannot find their MFA device at login: they have to know its ARN",
            _how_to_spare(subject, DISCOVERY),
            _sparing(subject),
        )
    denied = [action for action in ENROLMENT if concerns(subject.statement, action)]
    if denied:
        yield Flaw(
            ENROLMENT_DENIED,
            _place_of_actions(subject),
            f"{' and '.join(denied)} {'are' if denied[1:] else 'is'} denied without MFA",
            "new users are locked out: without a device they cannot create one",
            _how_to_spare(subject, "these actions"),
            _sparing(subject),
        )


def check_removal(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of everything that let a device be removed without using it."""
    if not _denies_nearly_all(subject) or _spares_everything(subject):
        return
    for action, rule, what in (
        (DEACTIVATION, REMOVAL_SPARED, "can deactivate the MFA device, and is no longer stopped"),
        (DELETION, DELETION_SPARED, "can delete devices that are not enabled, such as a new one"),
    ):
        if not concerns(subject.statement, action) and not subject.whole.allows_only_with_mfa(
            action
        ):
            yield Flaw(
                rule,
                _place_of_actions(subject, action),
                f"this Deny exempts {action}",
                f"whoever has the long-term key {what}",
                "list only what is needed to set up MFA",
                _sparing(subject),
            )
            return  # who may take a device off may delete it, of course


def check_own_removal(subject: Subject) -> Iterator[Flaw]:
    """Find Allows that let people take off their own device without using it."""
    statement, whole = subject.statement, subject.whole
    own = any("${aws:username}" in each for each in statement.resources or ())
    if not (statement.allows and own and whole.concern_mfa) or subject.mfa_conditions:
        return
    if not concerns(statement, DEACTIVATION):
        return
    if not all(whole.denies_action(statement, kind, DEACTIVATION) for kind in KINDS):
        with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        moved = in_words(statement, Action=DEACTIVATION, Condition=with_mfa)
        yield Flaw(
            OWN_REMOVAL,
            _place_of_actions(subject, DEACTIVATION),
            f"{DEACTIVATION} on one's own device is allowed without MFA, and no Deny forbids it",
            "whoever has the long-term key can replace the MFA device",
            f"remove {DEACTIVATION} from this statement, and allow it in another: {moved}",
        )


def check_enrolment(subject: Subject) -> Iterator[Flaw]:
    """Find Allows that ask for MFA of those who make their first device."""
    if not subject.requires_mfa or actions_of(subject.statement).all_but:
        return
    about_devices = [name for name in actions_of(subject.statement).names if "mfa" in name]
    missing = [
        action
        for action in ENROLMENT
        if any(includes(name, action.lower()) for name in about_devices)
        and not subject.whole.lenient_allows.are_about(subject.statement, action)
    ]
    if missing and subject.document.kind == "identity":
        yield Flaw(
            ENROLMENT_NEEDS_MFA,
            _place_of_actions(subject, missing[0]),
            f"{' and '.join(missing)} {'are' if missing[1:] else 'is'} allowed only with MFA",
            "new users are locked out: without a device they cannot create one",
            "allow them in another statement, without the condition: "
            + in_words(subject.statement, Action=missing),
        )


def check_resources(subject: Subject) -> Iterator[Flaw]:
    """Find Allows of what is needed for MFA on resources that it never has."""
    statement = subject.statement
    if not (statement.allows and statement.actions and statement.resources):
        return
    for wanted, meant in _MEANT.items():
        wrong = [
            name
            for name in statement.actions
            if _RESOURCES_OF.get(name.lower()) == wanted and not _is_allowed(subject, name, wanted)
        ]
        if wrong:
            yield Flaw(
                WRONG_RESOURCE,
                _place_of_actions(subject, wrong[0]),
                f"{' and '.join(wrong)} {'are' if wrong[1:] else 'is'} allowed on resources of "
                "another kind only",
                "nobody is allowed anything by it: users cannot set up or find their MFA device",
                f"allow it on {meant}",
            )


def _is_allowed(subject: Subject, action: str, wanted: str) -> bool:
    """Say whether an Allow here gives an action on a resource that it may have."""
    return any(
        each.allows
        and concerns(each, action)
        and (each.resources is None or any(_fits(resource, wanted) for resource in each.resources))
        for each in subject.whole.statements
    )


def _fits(resource: str, wanted: str) -> bool:
    """Say whether a pattern may match a resource of IAM's; a variable is some text."""
    parts = _variable.sub("?*", resource).split(":", maxsplit=5)
    _, _, service, _, account, what = [*parts, *("*" * (6 - len(parts)))]
    return (
        may_meet(service, "iam")
        and may_meet(account, _AN_ACCOUNT)
        and (may_meet(what, wanted) if wanted != _OF_LIST else includes(what, wanted))
    )


def check_session_token(subject: Subject) -> Iterator[Flaw]:
    """Find conditions on the call that gets the MFA session."""
    named = actions_of(subject.statement)
    if subject.mfa_conditions and not named.all_but and SESSION_CALL.lower() in named.names:
        yield Flaw(
            SESSION_TOKEN,
            _place_of_actions(subject, SESSION_CALL),
            f"{SESSION_CALL} takes the code itself, needs no permission, and no Deny stops it",
            "everybody gets a session, with MFA or without: a condition here has no effect",
            f"remove {SESSION_CALL}, and require MFA for the actions themselves",
        )


CHECKS: tuple[Check, ...] = (
    check_effect,
    check_first_steps,
    check_removal,
    check_own_removal,
    check_enrolment,
    check_resources,
    check_session_token,
)


def _denies_nearly_all(subject: Subject) -> bool:
    """Say whether it is a Deny, for those without MFA, of everything but what it names."""
    statement = subject.statement
    everything = statement.not_actions is not None or "*" in actions_of(statement).names
    return everything and subject.refuses_without_mfa and _is_of_users(subject)


def _is_of_users(subject: Subject) -> bool:
    """Say whether it is about all that users do."""
    return _limits_users(subject) and is_about_everything(subject.statement)


def _limits_users(subject: Subject) -> bool:
    """Say whether the policy says what users may do, or limits it."""
    kinds = {"identity", "boundary", "scp"}
    return not subject.on_role and subject.document.kind in kinds


def _denies_by_name(subject: Subject) -> bool:
    """Say whether it is a Deny, for those without MFA, of actions that it lists."""
    listed = subject.refuses_without_mfa and subject.statement.actions is not None
    where = subject.statement.resources or ()
    own = any(map(_may_be_of_a_user, where))
    return _limits_users(subject) and listed and own and not subject.other_conditions


def _spares_calls_of_iam(condition: Condition) -> bool:
    """Say whether a condition keeps a Deny from calls that list, create or enable a device.

    They bring no tags and no other service's keys, and are made in one region.
    """
    key = condition.key.lower()
    is_absent = key.startswith("aws:requesttag/") or key.partition(":")[0] not in {"aws", "iam"}
    return is_met(condition, RequestContext({key: None}) if is_absent else _A_CALL_OF_IAM) is False


def _spares_everything(subject: Subject) -> bool:
    return bool(_all_left_out(subject))


def _all_left_out(subject: Subject) -> str:
    """Say which element leaves everything out; empty where none does."""
    statement = subject.statement
    if actions_of(statement).all_but and any(
        includes(name, "*") for name in actions_of(statement).names
    ):
        return "NotAction holds *, which is every action"
    if any(includes(name, "*") for name in statement.not_resources or ()):
        return "NotResource holds *, which is every resource"
    return ""


def _may_be_of_a_user(resource: str) -> bool:
    """Say whether a resource may be a user or an MFA device; a `*` stands within one part."""
    parts = resource.split(":", maxsplit=5)
    # A pattern may end before its sixth part, as `*` and `arn:aws:iam::*` do.
    _, _, service, _, _, what = [*parts, *("*" * (6 - len(parts)))]
    return may_meet(service, "iam") and any(may_meet(what, each) for each in ("user/*", "mfa/*"))


def _is_about_oneself(statement: Statement) -> bool:
    where = statement.resources or ()
    return bool(where) and all(_of_a_user(each) for each in where)


def _how_to_spare(subject: Subject, what: str) -> str:
    if _is_own_care(subject.statement):
        return "to deny everything else, list these under NotAction instead of Action"
    if _sparing(subject):
        return f"leave {what} out of the Deny"
    return (
        f"leave {what} out of the Deny: name the actions that it is for, or deny everything but "
        "what is needed before there is MFA with NotAction"
    )


def _is_own_care(statement: Statement) -> bool:
    """Say whether all that is listed is needed before there is MFA: what a NotAction spares."""
    listed = statement.actions or ()
    removes = concerns(statement, DEACTIVATION) or concerns(statement, DELETION)
    return bool(listed) and not removes and all(map(_of_own_care, listed))


def _sparing(subject: Subject) -> dict[str, object]:
    """Return actions that spare what they did, with what is needed and nothing lax.

    Empty where a list of actions cannot spare them: a pattern takes them in.
    """
    statement = subject.statement
    if statement.actions is None or "*" in actions_of(statement).names:
        return _sparing_all_needed(subject)
    if _is_own_care(statement):
        return {"NotAction": list(SPARED)}
    needed = {name.lower() for name in SPARED}
    left = [name for name in statement.actions if name.lower() not in needed]
    met = any(includes(name.lower(), action) for name in left for action in needed)
    return {"Action": left} if left and not met else {}


def _sparing_all_needed(subject: Subject) -> dict[str, object]:
    lax = (DEACTIVATION.lower(), DELETION.lower())
    kept = [
        name
        for name in subject.statement.not_actions or ()
        if not any(includes(name.lower(), action) for action in lax)
    ]
    spared = Patterns(name.lower() for name in kept)
    return {"NotAction": [*kept, *(name for name in SPARED if not spared.cover(name.lower()))]}


def _place_of(subject: Subject, element: str) -> Position:
    node = subject.statement.elements.get(element)
    if node is None:
        return subject.statement.position
    return subject.document.source.position(node.key_offset)


def _place_of_actions(subject: Subject, action: str = "") -> Position:
    """Return where an action is named, or else where the list of them begins."""
    elements, source = subject.statement.elements, subject.document.source
    node = elements.get("NotAction") or elements.get("Action")
    if node is None:
        return subject.statement.position
    for item in node.value if isinstance(node.value, list) else [node]:
        if isinstance(item.value, str) and includes(item.value.lower(), action.lower() or "-"):
            return source.position(item.offset)
    return source.position(node.key_offset)
