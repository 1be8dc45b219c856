"""Sids that promise MFA where no condition asks for it, or not as the Sid says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mfa_session.policy.conditions import is_met, is_readable
from mfa_session.policy.coverage import actions_of, concerns, may_overlap, names_of
from mfa_session.policy.credentials import A_SESSION, A_USER
from mfa_session.policy.document import ANYBODY, Document
from mfa_session.policy.fixes import age_seconds
from mfa_session.policy.mfa import is_age, means_mfa
from mfa_session.policy.policy_text import Position
from mfa_session.policy.rules.exemptions import DEACTIVATION, DELETION, is_left_open
from mfa_session.policy.rules.names_in_sids import MFA, stands_in_a_name
from mfa_session.policy.rules.narrowing import NOW, is_circumstance
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.values import check_limits
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import (
    Condition,
    Statement,
    is_about_devices,
    is_about_roles,
    letters_in,
    roles_in,
)

PROMISE = Rule(
    "sid-promises-mfa",
    WARNING,
    "The `Sid` demands MFA (`AllowWithMFA`), but neither a condition nor a Deny of the policy asks "
    "for it, or only in part; or it denies everything (`DenyAllWithoutMFA`), and the Deny is about "
    "a part of what the policy allows, or exempts more than MFA's setup. Or its time "
    "(`Within15Minutes`) is not the limit's; or no condition key tells what it says: the hour of "
    "the day (`InOfficeHours`), or hardware (`RequireHardwareMFA`). Or it names the root user, the "
    "deactivation of devices or the deletion of S3 objects for good, and the statement is about "
    "other users, `iam:DeleteVirtualMFADevice` or `s3:DeleteObject` alone. A `Sid` that says more "
    "than that promises nothing.",
)
NAMED = Rule(
    "name-promises-mfa",
    WARNING,
    "The policy's name demands MFA (`ForceMFA`, `DenyWithoutMFA`), but no statement asks for it, "
    "except for users' own devices, and no other policy of the same people in the file.",
)
_ASKED = rf"(?:an?|valid|active|fresh|recent|hardware|virtual)*{MFA}"
_demand = re.compile(
    rf"(?:requir|enforc|forc)(?:e|es|ing){_ASKED}(?=$|[0-9]|for|on|to(?!ken))"
    r"|.*(?<!even)(?<!that)(?<!which)(?:(?<!accounts)(?<!out)(?<!users)with|requires?|needs?|if"
    "|when|using|behind|only(?:after|by|from|in|through))"
    rf"{_ASKED}(?:present|session)?[0-9]*$"
    rf"|.*{MFA}(?:is|was)?(?:required|present|enforced|verified|mandatory|needed|only)(?=$|for|to)"
).match
# What follows tells of whom; EnforceMfaExempt, ForceMfaLambda or RequireMfaDelete demand nothing.
_promise = re.compile(
    rf"(?:.*(?<!sales)(?<!work)(?<!dont)(?<!not)(?:requir|enforc|forc)(?:e|es|ed|ing)?{_ASKED}"
    rf"|.*{MFA}(?:is)?(?:required|enforced|enforcement|mandatory|requirement)"
    rf"|.*(?:deny|block|forbid)[a-z]*(?:without|unless|no){MFA})"
    "(?:access|all|boundary|everybody|everyone|for|group|human|iam|login|managed|on|people|policy|scp"
    "|users?)*v?[0-9]*"
).fullmatch
_exempts = re.compile(
    "(?:disable|exclude|exempt|from|ignore|no|non|not|optional|skip|update|view|without)"
    f"{MFA}(?:is)?(?:requir|enforc|mandatory)"
).search
_of_policy = re.compile(
    r"AWS::(?:IAM|Organizations)::\w*Policy|aws_(?:iam|organizations)_(?:\w+_)?policy"
).fullmatch
_OF_USERS = {"identity", "boundary", "scp"}
_absence = re.compile(
    rf"(?:(?<!or)without|unless|except|before)(?:using|valid)?{MFA}(?!device)"
    rf"|(?:no|non|not)(?:using|valid)?{MFA}(?=$|[0-9]|for|in|needed|on|required|to)"
    f"|{MFA}(?:is)?(?:absent|missing|notpresent)$"
).search
_either = re.compile(f"(?<!f)or(?:by|has|using|with)*{MFA}|{MFA}or").search
_elsewhere = re.compile("sso|idp|identity|federat|okta|saml|provider|role").search
_KEYS_OF_HARDWARE = ("iam:fido", "iam:registersecuritykey")
_removal = re.compile(
    f"(?!.*virtual).*(?:(?:deactivat|disabl|remov)[a-z]{{0,12}}{MFA}"
    f"|{MFA}(?:device)?s?(?:deactivat|disabl|remov))"
).match
_NUMBERS = {"a": 1, "an": 1, "last": 1, "one": 1, "two": 2, "four": 4, "eight": 8, "ten": 10,
    "twelve": 12, "fifteen": 15, "thirty": 30}  # fmt: skip
_UNITS = "(day|hour|hr|min|minute|sec|second|(?<=[0-9])[dhms])s?(?:ago|old)?$"
_time = re.compile(
    f"(?:for|last|max|mfa(?:age)?|of|than|within)(?:last|the)*([0-9]+|{'|'.join(_NUMBERS)}){_UNITS}"
).search
_any_time = re.compile(f"([0-9]+){_UNITS}").search
_hours = re.compile(
    "(?:during|in|on|outside|to)(?:(?:business|office|working)(?:hours|days)|weekdays)(?:only)?$"
).search
_hardware = re.compile(
    "(?:requir(?:e|es|ing)|enforc(?:e|es|ing)|needs?|(?<!or)without|(?<!out)with)(?:an?)?"
    f"(?:(?:hardware|physical){MFA}|(?:hardware(?:key|token)|securitykey|yubikey)(?:{MFA})?)"
    "(?=$|for|to)"
).search
_CREATION = "iam:CreateVirtualMFADevice"
# An Allow with it was to be a Deny; NoMFANeeded is not meant.
_denial = re.compile(
    "(?i:deny|disallow|forbid|never|prevent)|No(?=[A-Z])(?!(?i:mfa|multi|second|two))"
).match
# Conditions that do not tell of MFA in another way, such as by the roles of an identity provider.
_of_some_callers = re.compile(
    r"(?!.*(?:auth|factor|mfa|saml|sso))"
    r"(?:aws:(?:principalarn|userid|username)\b|[a-z0-9]+:resourcetag/)"
).match


def broken(
    subject: Subject,
    where: Position,
    how: str,
    who: str,
    cure: str,
    fix: Mapping[str, Any] | None = None,
) -> Flaw:
    """Tell how a statement is not what its Sid says."""
    return Flaw(
        PROMISE, where, f"the Sid is {subject.statement.sid}, but {how}", who, cure, fix or {}
    )


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
        who = "MFA is asked of nobody: whom it stops has no way in"
    else:
        who = "everybody is locked out, with MFA too"
    yield broken(
        subject,
        subject.place_at(statement.elements["Sid"]),
        f"{asking} for MFA",
        who,
        "remove this Deny, and ask for MFA in the role's trust policy"
        if subject.on_role
        else f"{_how_to_ask(subject, condition)}, or change the Sid",
    )


def _how_to_ask(subject: Subject, condition: str) -> str:
    """Say how to ask for MFA, and lock out nobody who cannot have it."""
    statement, named = subject.statement, subject.statement.principals or {}
    add = f"add {condition} to its Condition"
    if not statement.allows:
        return add
    if subject.document.is_of_organisation:
        return "ask for MFA in users' policies, since it would lock out role sessions here"
    if "sts:getfederationtoken" in names_of(statement):
        return "let people assume a role with MFA instead: only long-term keys may call this"
    others = [*roles_in(statement), *named.get("Service", ()), *named.get("Federated", ())]
    if others and len(others) == sum(map(len, named.values())):
        return "require MFA in the role's trust policy, since its sessions carry none"
    return add + (f", in a statement without {others[0]}, which carries no MFA" if others else "")


def demands_mfa(statement: Statement) -> bool:
    """Say whether a Sid demands MFA, and is not named after something that has it in its name."""
    sid = statement.sid_letters
    if stands_in_a_name(statement, "mfa", "2fa"):
        return False
    if statement.allows and _absence(sid):
        return _denial(statement.sid or "") is not None
    return bool(_demand(sid) or _absence(sid))


def breaks_promise(subject: Subject) -> bool:
    """Say whether a statement asks for no MFA although its Sid says so."""
    statement, sid = subject.statement, subject.statement.sid_letters
    if means_mfa(statement) or not demands_mfa(statement):
        return False
    if any("condition" in name.lower() for name in statement.elements if name != "Condition"):
        return False  # a misspelt Condition has a finding of its own
    if statement.allows:
        denies = subject.whole.denies_for_mfa
        asked_elsewhere = subject.on_role or any(may_overlap(each, statement) for each in denies)
        another_way_in = bool(statement.conditions and _either(sid))
        return not (asked_elsewhere or another_way_in or _needs_no_mfa(statement))
    of_users = not _elsewhere(sid)
    return all(
        is_circumstance(each)
        or (of_users and _is_for_all_users(each))
        or (of_users and _of_some_callers(f"{each.key} {' '.join(each.values)}".lower()))
        for each in statement.conditions
    )


def _is_for_all_users(condition: Condition) -> bool:
    """Say whether every user meets a condition, and no role's session does."""
    return is_met(condition, A_USER) is True and is_met(condition, A_SESSION) is False


def check_name(subject: Subject) -> Flaws:
    """Find policies of users whose name demands MFA, and which ask for none."""
    document = subject.document
    if not (subject.is_first and subject.limits_users):
        return
    name = next(filter(_demands, _names_of(document)), None)
    if name is None:
        return
    asked = not document.is_certain or any(map(_asks, _documents_beside(document)))
    promised = any(breaks_promise(replace(subject, statement=s)) for s in document.statements)
    # Roles may ask by themselves.
    roles_only = any(map(is_about_roles, document.statements)) and all(
        is_about_roles(each) or all(map(is_left_open, names_of(each)))
        for each in document.statements
    )
    of_program = any("logs:" in name for each in document.statements for name in names_of(each))
    if not (asked or promised or roles_only or of_program):
        yield Flaw(
            NAMED,
            subject.statement.position,
            f"the policy's name is {name}, but none of its statements asks for MFA",
            "nobody is asked for MFA by this policy",
            'deny all but the setup of MFA under "BoolIfExists": {"aws:MultiFactorAuthPresent": '
            '"false"}, or rename the policy',
        )


def _names_of(document: Document) -> Iterator[str]:
    """Yield the names of a policy, but not of who has it."""
    _, inline, name = document.name.rpartition("policy/")
    if inline:
        yield name
    elif _of_policy(document.resource_type):
        yield re.sub(r"\[[^]]*\]$", "", name).rpartition(".")[2]
        yield document.title


def _demands(name: str) -> bool:
    letters = letters_in(name)
    return _promise(letters) is not None and not _exempts(letters)


def _documents_beside(document: Document) -> Iterator[Document]:
    """Yield a policy and the others of the file that the same people may have."""
    told = document.account or document.roster
    people = {*document.owners}
    for each in told.documents if told else ():
        others = {*each.owners}
        if not people or ANYBODY in people | others or people & others:
            yield each
    yield document


def _asks(document: Document) -> bool:
    """Say whether a policy of users asks for MFA, or stops the removal of devices, or may do so."""
    return document.kind in _OF_USERS and any(
        bool(each.strange_elements)
        or (means_mfa(each) and not (each.allows and is_about_devices(each)))
        or (not each.allows and any("mfa" in name for name in actions_of(each).names))
        for each in document.statements
    )


def check_sid_of_removal(subject: Subject) -> Flaws:
    """Find statements whose Sid names the deactivation of devices, and that hold only deletion."""
    statement, whole = subject.statement, subject.whole
    deletes = statement.actions and concerns(statement, DELETION)
    if not (deletes and _removal(statement.sid_letters)):
        return
    if statement.allows:
        decided = whole.allows_anyhow(DEACTIVATION)
    else:
        decided = whole.denies_anyhow(DEACTIVATION, with_mfa=not subject.mfa_conditions)
    if not decided:
        yield broken(
            subject,
            subject.place_of_action(DELETION),
            f"{DELETION} works only once the device is deactivated",
            f"nobody is {'allowed' if statement.allows else 'stopped from'} {DEACTIVATION}",
            f"write {DEACTIVATION} as well",
        )


def check_sid_of_age(subject: Subject) -> Flaws:
    """Find limits of age that are not the time in the Sid, such as StopWithin15Minutes."""
    for condition in filter(is_age, subject.mfa_conditions):
        limit = age_seconds(condition.values[0]) if len(condition.values) == 1 else None
        seconds = seconds_said(subject.statement) or _seconds_meant(subject.statement, limit)
        if seconds and limit not in {None, seconds}:
            yield broken(
                subject,
                condition.position,
                f"the limit is {limit} seconds",
                f"MFA counts for {limit} seconds, not for {seconds}",
                f"write {seconds}, or change the Sid",
            )


def seconds_said(statement: Statement) -> int | None:
    """Return the time that ends a Sid, in seconds, if it is a useful limit of age."""
    said = _time(statement.sid_letters)
    return age_seconds(f"{_NUMBERS.get(said[1], said[1])}{said[2]}") if said else None


def _seconds_meant(statement: Statement, limit: int | None) -> int | None:
    """Return the time that ends a Sid if a limit is the same in minutes or hours, not seconds."""
    said = _any_time(statement.sid_letters)
    number = int(said[1]) if said else 0
    return age_seconds(f"{number}{said[2]}") if said and limit in {number, 60 * number} else None


def check_sid_of_hours(subject: Subject) -> Flaws:
    """Find moments compared under a Sid about hours of the day, such as AllowInBusinessHours."""
    dated = [each for each in subject.other_conditions if each.key.lower() in NOW]
    are_dates = all(is_readable(each, text) for each in dated for text in each.values)
    told = not are_dates or any(check_limits(subject))
    if dated and _hours(subject.statement.sid_letters) and not told:
        yield broken(
            subject,
            dated[0].position,
            "no condition key tells the hour of the day",
            f"the time passes {', '.join(dated[0].values)} once, not daily",
            "let a scheduled job attach and detach the policy, or change the Sid",
        )


def check_hardware(subject: Subject) -> Flaws:
    """Find conditions on MFA whose Sid demands a hardware device."""
    if not (subject.asks_for_mfa and _hardware(subject.statement.sid_letters)) or subject.on_role:
        return
    if not _keeps_out_virtual_devices(subject.whole):
        flaw = broken(
            subject,
            subject.mfa_conditions[0].position,
            "no condition key tells a hardware device from another one",
            "whoever has an authenticator app gets through",
            f"deny {_CREATION} to keep new ones out, or change the Sid",
        )
        # Whom a trust policy names may have been given a hardware device.
        yield replace(flaw, severity=NOTE) if subject.document.kind == "trust" else flaw


@per_policy
def _keeps_out_virtual_devices(whole: WholePolicy) -> bool:
    conditions = (condition for each in whole.statements for condition in each.conditions)
    return whole.denies_anyhow(_CREATION, with_mfa=True) or any(
        each.key.lower().startswith(_KEYS_OF_HARDWARE) for each in conditions
    )


def _needs_no_mfa(statement: Statement) -> bool:
    principals = (statement.principals or {}).keys()
    elsewhere = bool(principals) and not principals & {"AWS", "*"}
    names = actions_of(statement).names
    about_devices = any("mfa" in name for name in names)
    elsewhere = elsewhere or set(names) == {"sts:getsessiontoken"}  # which no policy decides
    return elsewhere or (about_devices and not concerns(statement, DEACTIVATION))
