"""Statements that do not do what their Sid says."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from mfa_session.policy.conditions import OPPOSITES, is_met, is_readable
from mfa_session.policy.coverage import (
    actions_of,
    concerns,
    is_about_everything,
    may_overlap,
    names_of,
)
from mfa_session.policy.credentials import PRINCIPAL_ARN, ROOT
from mfa_session.policy.document import Statement
from mfa_session.policy.fixes import age_seconds
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, is_age, means_mfa
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.conditions import DENIES_EVERYTHING, NOW, is_circumstance
from mfa_session.policy.rules.exemptions import (
    DEACTIVATION,
    FIRST_STEPS,
    SETUP,
    SPARED,
    is_own_care,
    lists_own_care,
    whole_service,
)
from mfa_session.policy.rules.resource_kinds import RESOURCES_OF
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.rules.values import check_limits
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy

PROMISE = Rule(
    "sid-promises-mfa",
    WARNING,
    "The `Sid` demands MFA (`AllowWithMFA`), but no condition and no Deny of the policy asks for "
    "it; or it names MFA devices (`ListOwnMFA`), and no action does; or it denies everything "
    "(`DenyAllWithoutMFA`), and the Deny lists a part of what the policy allows; or it denies "
    "everything but MFA's setup, and a whole service is exempt; or `NotAction` or `NotResource` "
    "exempts what it names; or its time (`Within15Minutes`) is not the limit's, or is one of the "
    "day (`InOfficeHours`), which no condition key tells; or it demands hardware "
    "(`RequireHardwareMFA`), which no condition key tells from other devices; or it "
    "names the root user, and its condition only others; or it is about versions of S3 objects or "
    "deletion for good, and only `s3:DeleteObject` is named.",
)
EXEMPTION = Rule(
    "sid-promises-exemption",
    WARNING,
    "The `Sid` exempts something (`AllowWithoutMFA`), but a Deny of the policy stops it without "
    "MFA, and no Allow overrides a Deny; or the Deny is only for those whom its `Sid` excepts; or "
    "an Allow excepts what another one allows.",
)

_MFA = "(?:mfa|2fa|twofactor|multifactor)(?:auth(?:entication|enticated)?)?"
_demand = re.compile(
    rf"(?:(?<!out)with|requir(?:e|es|ed|ing)|enforc(?:e|es|ed|ing)|needs?|if|when|using|behind"
    "|only(?:by|from|in|through))"
    rf"(?:an?|valid|active|fresh|recent|hardware|virtual)*{_MFA}(?!device|setup|enrol|manage|token)"
    rf"|{_MFA}(?:is|was)?(?:required|present|enforced|verified|mandatory|needed|only)(?!at|by)"
).search
_devices = re.compile(
    "(list|view|see|get|manage|enable|create|activate|deactivate|delete|remove|resync|register)"
    "(of|only|the|their|your|own|user|users|individual|virtual)*mfa(devices?|s)?$"
).search
_versions = re.compile("version|permanent|forgood").search
_of_versions = re.compile(r"s3:(.*version.*|deleteobject.+|delete\*|\*)|\*").fullmatch
_everything = re.compile(
    f"{DENIES_EVERYTHING}(?:if|unless|when|with|without|no|not|user|signedin)*{_MFA}"
).match
_all_but_care = re.compile(
    f"{DENIES_EVERYTHING}(?:except|but)(?:for|the|own)*"
    "(?:mfa(?=device|enrol|manag|regist|self|set)|device|enrol)"
).match
_exempts = re.compile(
    "all|any|apart|beside|but|else|every|except|exclu|exempt|nothing|notin|only|other|outside|unless"
).search
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
_NUMBERS = {
    "An": 1,
    "One": 1,
    "Last": 1,
    "Two": 2,
    "Three": 3,
    "Four": 4,
    "Five": 5,
    "Six": 6,
    "Seven": 7,
    "Eight": 8,
    "Nine": 9,
    "Ten": 10,
    "Twelve": 12,
    "Fifteen": 15,
    "Twenty": 20,
    "Thirty": 30,
    "Sixty": 60,
}
_time = re.compile(
    f"([0-9]+|(?<!Half)(?<!Twenty)(?<!Thirty)(?<!Forty)(?<!Fifty)(?:{'|'.join(_NUMBERS)}))[ _-]?"
    "((?i:h|day|hour|hr|min|minute|sec|second)s?)(?![a-z])"
).search
_name_words = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+").findall
_hours = re.compile(
    "(?:business|office|(?<!net)work(?:ing)?)(?:hours|days|time)|week(?:day|end)"
).search
_hardware = re.compile(f"(?:hardware|physical|fido2?|passkey|u2f|webauthn|yubikey){_MFA}").search
_exemption = re.compile(
    "exceptions?(?:for|from|to)|exclu|exempt|whitelist|(bypass|overrid).*(mfa|deny)|(without|before|non?)mfa|(first|initial)(sign|log)"
).search
_NEGATED = {plain: negated for negated, plain in OPPOSITES.items()}
_CREATION = "iam:CreateVirtualMFADevice"
_exception = re.compile(
    "(?:except|exempt|exclud|unless|(?:all|body|one|users)but)(?:ing|for|the)*([a-z]{2,})"
).search
_absence = re.compile(
    rf"(?:without|unless|except|before)(?:using|valid)?{_MFA}|(?:no|non|not)(?:using|valid)?{_MFA}"
    "(?!bypass|change|deactiv|delet|device|disabl|manag|remov|reset|tamper)"
).search


def check_promise(subject: Subject) -> Flaws:
    """Find statements that ask for no MFA although their Sid says so."""
    if not breaks_promise(subject):
        return
    statement, asking = subject.statement, "no condition asks"
    condition = '"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}'
    if statement.allows:
        asking = "neither a condition nor a Deny of this policy asks"
        who = "everybody to whom it applies gets through without MFA"
        condition = '"Bool": {"aws:MultiFactorAuthPresent": "true"}'
    elif statement.conditions:
        who = "MFA is asked of nobody"
    else:
        who = "everybody is locked out, with MFA too"
    yield Flaw(
        PROMISE,
        subject.place_at(statement.elements["Sid"]),
        f"the Sid is {statement.sid}, but {asking} for MFA",
        who,
        "remove this Deny, and ask for MFA in the role's trust policy"
        if subject.on_role
        else f"add {condition} to its Condition, or change the Sid",
    )


def breaks_promise(subject: Subject) -> bool:
    """Say whether a statement asks for no MFA although its Sid says so."""
    statement, sid = subject.statement, subject.statement.sid_letters
    if means_mfa(statement) or not (_demand(sid) or _absence(sid)):
        return False
    if any("condition" in name.lower() for name in statement.elements if name != "Condition"):
        return False  # a misspelt Condition has a finding of its own
    if statement.allows:
        denies = subject.whole.denies_for_mfa
        asked_elsewhere = subject.on_role or any(may_overlap(each, statement) for each in denies)
        return not (_absence(sid) or _needs_no_mfa(statement) or asked_elsewhere)
    return all(map(is_circumstance, statement.conditions))


def check_devices(subject: Subject) -> Flaws:
    """Find Allows of IAM's actions, none on devices, whose Sid names MFA devices."""
    named = actions_of(subject.statement)
    of_iam = not named.all_but and all(name.startswith("iam:") for name in named.names)
    if not (subject.statement.allows and of_iam and _devices(subject.statement.sid_letters)):
        return
    if not any(concerns(subject.statement, action) for action in RESOURCES_OF):
        yield Flaw(
            PROMISE,
            subject.place_at(subject.statement.elements["Sid"]),
            f"the Sid is {subject.statement.sid}, but no action is about MFA devices",
            "nobody is allowed to find or manage a device by it",
            "write the action that is meant, such as iam:ListMFADevices, or change the Sid",
        )


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
            "deny everything but what is needed to set up MFA"
            if not in_place
            else "deny all of it",
            {} if not is_about_everything(statement) else _everything_else(subject, left),
        )


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


def check_sid_of_age(subject: Subject) -> Flaws:
    """Find limits of age that are not the time in the Sid, such as StopWithin15Minutes."""
    said = _time(subject.statement.sid or "")
    seconds = said and age_seconds(f"{_NUMBERS.get(said[1], said[1])}{said[2]}")
    for condition in filter(is_age, subject.mfa_conditions if seconds else ()):
        limit = age_seconds(condition.values[0]) if len(condition.values) == 1 else None
        if limit not in {None, seconds}:
            yield Flaw(
                PROMISE,
                condition.position,
                f"the Sid is {subject.statement.sid}, but the limit is {limit} seconds",
                f"MFA counts for {limit} seconds, not for {seconds}",
                f"write {seconds}, or change the Sid",
            )


def check_sid_of_hours(subject: Subject) -> Flaws:
    """Find moments compared under a Sid about hours of the day, such as AllowInBusinessHours."""
    dated = [each for each in subject.other_conditions if each.key.lower() in NOW]
    are_dates = all(is_readable(each, text) for each in dated for text in each.values)
    told = not are_dates or any(check_limits(subject))
    if dated and _hours(subject.statement.sid_letters) and not told:
        yield Flaw(
            PROMISE,
            dated[0].position,
            f"the Sid is {subject.statement.sid}, but no condition key tells the hour of the day",
            f"the time passes {', '.join(dated[0].values)} once, not daily",
            "let a scheduled job attach and detach the policy, or change the Sid",
        )


def _everything_else(subject: Subject, left: str) -> dict[str, object]:
    """Return the actions for a Deny of everything; of a resource, all of its service's."""
    service = left.partition(":")[0]
    if subject.document.kind != "resource":
        return {"NotAction": list(SPARED)}
    return {} if "*" in service else {"Action": f"{service}:*"}


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


def check_hardware(subject: Subject) -> Flaws:
    """Find conditions on MFA whose Sid demands a hardware device."""
    if not (subject.asks_for_mfa and _hardware(subject.statement.sid_letters)) or subject.on_role:
        return
    if not _keeps_out_virtual_devices(subject.whole):
        yield Flaw(
            PROMISE,
            subject.mfa_conditions[0].position,
            f"the Sid is {subject.statement.sid}, but no condition key tells a hardware device "
            "from another one",
            "whoever has an authenticator app gets through",
            f"deny {_CREATION} to keep new ones out, or change the Sid",
        )


@per_policy
def _keeps_out_virtual_devices(whole: WholePolicy) -> bool:
    return any(
        concerns(each, _CREATION)
        for each in whole.statements
        if not (each.allows or means_mfa(each))
    )


def check_exemption(subject: Subject) -> Flaws:
    """Find Allows whose Sid exempts them from what a Deny stops without MFA."""
    statement, sid = subject.statement, subject.statement.sid_letters
    if not (_exemption(sid) and statement.allows) or subject.on_role or means_mfa(statement):
        return
    left = {
        name
        for kind in KINDS_WITHOUT_MFA
        for name in subject.whole.denials(kind).uncovered(statement)
    }
    spared = SETUP | left
    denied = [name for name in names_of(statement) if not (name in spared or is_unfilled(name))]
    if denied:
        yield Flaw(
            EXEMPTION,
            subject.place_of_action(denied[0]),
            f"the Sid is {statement.sid}, but a Deny of this policy stops "
            f"{subject.as_written(denied[0])} without MFA",
            "nobody is exempt: no Allow overrides a Deny",
            "exempt the actions or resources from the Deny",
        )


def check_excepted(subject: Subject) -> Flaws:
    """Find Allows of all but some actions, by their Sid, where another statement allows these."""
    statement, excepted = subject.statement, subject.statement.not_actions
    excepts = statement.allows and "except" in statement.sid_letters and not means_mfa(statement)
    if not (excepts and excepted):
        return
    given = subject.whole.allowed_of(replace(statement, actions=excepted, not_actions=None))
    allowed = [
        name
        for name in excepted
        if name.lower() in given
        and not any(concerns(each, name) for each in subject.whole.plain_denials)
    ]
    if allowed:
        yield Flaw(
            EXEMPTION,
            subject.place_of_action(),
            f"the Sid is {statement.sid}, but another statement allows {allowed[0]}",
            "nothing is excepted: an Allow takes nothing away",
            "deny these actions as well",
        )


def check_exception(subject: Subject) -> Flaws:
    """Find Denies that are only for those whom their Sid excepts."""
    found = _exception(subject.statement.sid_letters)
    excepted = re.split("mfa|unless|without|when", found[1])[0] if found else ""
    if not (excepted and subject.refuses_without_mfa):
        return
    for condition in subject.other_conditions:
        negated = _NEGATED.get(condition.operator)
        if negated and all(_is_named(each, excepted) for each in condition.values or "*"):
            yield Flaw(
                EXEMPTION,
                condition.position,
                f"the Sid is {subject.statement.sid}, but this Deny is only for those whom "
                f"{condition.written} {condition.key} names",
                "they are locked out, and nobody else is asked for MFA",
                f"write {negated} to exempt them",
            )


def _names_all(sid: str, actions: list[str]) -> bool:
    """Say whether a Sid names what each action is on, and does not say that this is exempt."""
    things = ({word.lower() for word in _word(action)[1:]} - _GENERAL for action in actions)
    return not _exempts(sid) and all(any(map(sid.count, each)) for each in things)


def _is_named(name: str, sid: str) -> bool:
    words = re.findall("[a-z]{2,}", name.rpartition("/")[2].lower())
    return any(sid.startswith(each) or (each[2:] and each in sid) for each in words)


def _needs_no_mfa(statement: Statement) -> bool:
    principals = (statement.principals or {}).keys()
    elsewhere = bool(principals) and not principals & {"AWS", "*"}
    names = actions_of(statement).names
    about_devices = any("mfa" in name for name in names)
    # Roles that ask for it themselves; a call that no policy decides.
    elsewhere = elsewhere or re.search("(that|which|who)requir", statement.sid_letters) is not None
    elsewhere = elsewhere or set(names) == {"sts:getsessiontoken"}
    return elsewhere or (about_devices and not concerns(statement, DEACTIVATION))
