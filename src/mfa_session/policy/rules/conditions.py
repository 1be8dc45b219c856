"""Conditions that do not say what they seem to: of the wrong kind, too many, or without effect."""

from __future__ import annotations

import re

from mfa_session.policy.conditions import OPPOSITES
from mfa_session.policy.fixes import right_condition
from mfa_session.policy.mfa import is_boolean, is_number, is_present, is_sound
from mfa_session.policy.rules.narrowing import ADDRESSES, goes_by_elsewhere
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.setup_cures import but_for_setup
from mfa_session.policy.rules.values import who_never_meets
from mfa_session.policy.statement import Condition

WRONG_OPERATOR = Rule(
    "wrong-operator",
    WARNING,
    "`StringEquals` or similar on a boolean or a number, for which AWS documents no result, or on "
    "a network or a date, which it compares as text; or `DateEquals` on the time, which is met in "
    "one moment only; or, in an Allow, what matches without the key: `ForAllValues:` on a key of "
    "one value (a note in a Deny), of an identity provider, or on `aws:CalledVia`, or `IfExists` "
    "on `sts:ExternalId`.",
)
NOT_A_BOOLEAN = Rule(
    "not-a-boolean",
    ERROR,
    "The value is neither true nor false: it matches nothing.",
)
NOT_A_NUMBER = Rule(
    "age-not-a-number",
    ERROR,
    "The age limit is not a number of seconds (`1h`): it matches nothing.",
)
_demanded = re.compile(
    "aws:(calledvia$|(principal|request|resource)tag/.|source(account|arn|ip|orgid)$|principal(arn|orgid)$|username$)"
    "|sts:externalid$|saml:|.*:(amr|aud|sub)$"
).match
_is_always_there = re.compile("aws:principalarn|.*:(aud|sub)").fullmatch
IN_SECONDS = "write the limit in seconds (an hour is 3600)"
_VIA = "aws:calledvia"


def check_values(subject: Subject) -> Flaws:
    """Find operators and values of another kind than the key's."""
    for condition in subject.mfa_conditions:
        if condition.known and not is_sound(condition):
            rule, what, who, cure = _unsound(subject, condition)
            right = {} if subject.on_role else right_condition(subject.statement)
            fix = but_for_setup(subject, right) if right else right
            if right and not fix:
                cure = "correct the condition, and exempt the setup of MFA from this Deny"
            yield Flaw(rule, condition.position, what, who, cure, fix)


def check_qualifiers(subject: Subject) -> Flaws:
    """Find conditions met without a key of one value that is to be there; nothing else demands it.

    Each request has some of these keys, and a Deny is only wider by it: that is a note.
    """
    others, allows = subject.other_conditions, subject.statement.allows
    for condition in others:
        key = condition.key.lower()
        if condition.if_exists:
            is_lenient, either = allows and key == "sts:externalid", condition.operator
        else:
            is_lenient = condition.qualifier == "ForAllValues"
            either = f"{condition.operator}, or {condition.operator}IfExists if that is meant"
        loose = condition.operator not in OPPOSITES and is_lenient and bool(condition.values)
        beside = {each.key.lower() for each in others if each is not condition}
        alone = loose and _demanded(key) and beside.isdisjoint({key, "aws:tagkeys"})
        if alone and not goes_by_elsewhere(subject, condition):
            yield Flaw(
                WRONG_OPERATOR,
                condition.position,
                f"{condition.written} is also met without {condition.key}",
                f"whoever has no {condition.key} {'gets through' if allows else 'is stopped, too'}",
                f"write ForAnyValue:{condition.operator}" if key == _VIA else f"write {either}",
                severity=NOTE if _is_always_there(key) or not allows else None,
            )


def check_networks(subject: Subject) -> Flaws:
    """Find networks that are compared as text, which no address equals."""
    for condition in subject.other_conditions:
        network = next((value for value in condition.values if "/" in value), None)
        if network and condition.key.lower() in ADDRESSES and "String" in condition.operator:
            negated = "Not" in condition.operator
            who, done = "everybody" if negated else "nobody", "is stopped"
            yield Flaw(
                WRONG_OPERATOR,
                condition.position,
                f"{condition.written} compares {condition.key} to {network!r} as text",
                f"{who} from there {'gets through' if subject.statement.allows else done}",
                f"use {'Not' if negated else ''}IpAddress",
                severity=ERROR,
            )


def check_dates(subject: Subject) -> Flaws:
    """Find the time of a request compared as text, or to one moment."""
    for condition in subject.other_conditions if subject.mfa_conditions else ():
        as_text = condition.operator.startswith("String")
        one_moment = condition.operator == "DateEquals"
        if condition.is_about("aws:CurrentTime") and (as_text or one_moment):
            done = "let in" if subject.statement.allows else "stopped"
            yield Flaw(
                WRONG_OPERATOR,
                condition.position,
                f"{condition.key} is a date: its operator is Date…, not {condition.written}"
                if as_text
                else f"{condition.written} is met in one moment only, not during a day",
                "unknown: AWS does not document whom it matches"
                if as_text
                else f"nobody is {done}, but in that moment",
                "write DateGreaterThanEquals and DateLessThan, with both ends",
            )


def _unsound(subject: Subject, condition: Condition) -> tuple[Rule, str, str, str]:
    present, written = is_present(condition), condition.written
    numeric = not present and condition.operator.startswith("Numeric")
    fits = is_number if numeric else is_boolean
    shown = next((repr(value) for value in condition.values if not fits(value)), "nothing")
    who, cure = who_never_meets(subject, condition), subject.cure
    if numeric:
        what = f"the age limit is {shown}, not a number of seconds"
        return NOT_A_NUMBER, what, who, cure if subject.on_role else IN_SECONDS
    if condition.operator == "Null" or (present and condition.operator == "Bool"):
        what = f"{written} compares {condition.key} to {shown}, not to true or false"
        return NOT_A_BOOLEAN, what, who, cure
    kind, fitting = ("a boolean", "Bool") if present else ("a number", "Numeric…")
    what = f"{condition.key} is {kind}: its operator is {fitting}, not {written}"
    return WRONG_OPERATOR, what, "unknown: AWS does not document whom it matches", cure
