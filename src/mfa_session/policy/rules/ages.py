"""Limits of the age of MFA that are too short or too long, or that never count."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mfa_session.policy.coverage import Cover, names_of
from mfa_session.policy.credentials import LONGEST_SESSION_SECONDS, MFA_AGE
from mfa_session.policy.fixes import HOUR_SECONDS, SHORTEST_USEFUL_SECONDS, right_condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, is_age, is_sound, reach
from mfa_session.policy.rules.conditions import IN_SECONDS
from mfa_session.policy.rules.exemptions import is_denied_but_for_setup, is_left_open
from mfa_session.policy.rules.promises import seconds_said
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.setup_cures import but_for_setup
from mfa_session.policy.statement import Condition, Statement

AGE_TOO_SHORT = Rule(
    "age-too-short",
    WARNING,
    "The age limit is under two minutes. Its unit is seconds; minutes or hours may be intended. An "
    "error for 0 and 1. A note in a trust policy, unless the `Sid` says another time: a code given "
    "to `sts:AssumeRole` is new.",
)
AGE_TOO_LONG = Rule(
    "age-beyond-any-session",
    WARNING,
    "The age limit is over 36 hours. No session lasts that long.",
)
AGE_UNUSED = Rule(
    "age-never-counts",
    WARNING,
    "An age limit beside a condition that matches only requests without MFA, which have no age: "
    "old MFA is not stopped. Or another Allow gives the same with MFA of any age, or with older "
    "MFA, or without a condition, beside a Deny that stops only those without MFA. "
    "Or `NumericEquals`, which is met in one second only. Or one of several limits in a "
    "condition, where one match is enough: an Allow goes by the longest. A note for a Deny, which "
    "goes by the shortest. An error for a Deny of MFA between two ages: older MFA gets through.",
)
_LESS = ("NumericLessThan", "NumericLessThanEquals")


def check_age(subject: Subject) -> Flaws:
    """Find age limits in other units, or out of reach."""
    if subject.on_role or (subject.reach and subject.reach.nobody):
        return
    for condition in _limits(subject):
        if not is_sound(condition) or any(map(is_unfilled, condition.values)):
            continue
        limit = (max if subject.statement.allows else min)(condition.values, key=float)
        seconds = float(limit)
        if condition.operator.startswith("NumericEquals"):
            yield _of_one_second(subject, condition, limit)
            continue
        unused = [each for each in condition.values if float(each) != seconds]
        if seconds < SHORTEST_USEFUL_SECONDS:
            yield _too_short(subject, condition, limit)
        elif seconds > LONGEST_SESSION_SECONDS:
            yield Flaw(
                AGE_TOO_LONG,
                condition.position,
                f"the age limit is {limit} seconds; the longest session lasts "
                f"{LONGEST_SESSION_SECONDS}",
                "MFA of any age gets through",
                IN_SECONDS,
                _with_limit(subject, HOUR_SECONDS),
            )
        elif unused:
            yield Flaw(
                AGE_UNUSED,
                condition.position,
                f"only one of the age limits counts, {limit} seconds; {unused[0]} has no effect",
                f"MFA up to {limit} seconds old gets through",
                "write one limit",
                severity=None if subject.statement.allows else NOTE,
            )


def _too_short(subject: Subject, condition: Condition, limit: str) -> Flaw:
    seconds, said = float(limit), seconds_said(subject.statement)
    in_minutes = int(seconds) * 60
    meant = in_minutes if in_minutes >= SHORTEST_USEFUL_SECONDS else HOUR_SECONDS
    is_said = said in {seconds * unit for unit in (60, 3600, 86_400)}
    # Whoever gives a code to sts:AssumeRole itself has MFA that is new.
    by_code = subject.document.kind == "trust" and seconds > 0
    return Flaw(
        AGE_TOO_SHORT,
        condition.position,
        f"the age limit, in seconds, is only {limit}",
        "MFA sessions are locked out right after they are made: only sts:AssumeRole with a code of "
        "its own gets in"
        if by_code
        else "everybody is locked out right after they enter a code",
        IN_SECONDS,
        _with_limit(subject, str(said if is_said else meant)),
        severity=(None if is_said else NOTE) if by_code else (ERROR if seconds <= 1 else None),
    )


def _of_one_second(subject: Subject, condition: Condition, limit: str) -> Flaw:
    allows = subject.statement.allows
    return Flaw(
        AGE_UNUSED,
        condition.position,
        f"{condition.written} is met only in the one second in which the age is {limit}",
        "everybody is locked out" if allows else "MFA of any other age gets through",
        f"use Numeric{'LessThan' if allows else 'GreaterThanIfExists'}",
        # A limit that another Allow makes vain would be no better.
        {}
        if allows and (_given_at_any_age(subject) or _given_to_all_with_mfa(subject))
        else but_for_setup(subject, right_condition(subject.statement)),
    )


def check_denied_ages(subject: Subject) -> Flaws:
    """Find Denies whose age limit stops nobody, or lets older MFA pass again.

    It stops nobody beside a condition that needs a request without MFA.
    """
    found, limits = subject.reach, _limits(subject)
    if not (found and limits) or subject.statement.allows or subject.on_role:
        return
    if subject.whole.old_denials.covers(subject.statement):
        return
    if found.long_term and found.without_mfa and not any(found.with_mfa):
        yield Flaw(
            AGE_UNUSED,
            limits[0].position,
            "this age limit never counts: the other MFA condition matches only requests without "
            "MFA, which have no age",
            "MFA of any age gets through",
            "write the limit alone: with IfExists it also stops requests without MFA",
            right_condition(subject.statement),
        )
    between = any(found.with_mfa) and not (found.fresh or found.with_mfa[-1])
    if between and all(each.operator.startswith("NumericGreater") for each in limits):
        yield Flaw(
            AGE_UNUSED,
            limits[0].position,
            "this Deny stops only MFA whose age is between two limits",
            "MFA that is older than both gets through again",
            "remove the upper limit",
            severity=ERROR,
        )


def check_age_elsewhere(subject: Subject) -> Flaws:
    """Find age limits of an Allow for what another one gives with MFA that is older."""
    statement, whole, limits = subject.statement, subject.whole, _limits(subject)
    if not (limits and subject.requires_mfa) or subject.on_role:
        return
    age, how = "of any age", ""
    right = f'"NumericGreaterThanIfExists": {{"{MFA_AGE}": "{limits[0].values[0]}"}}'
    cure = f"add a Deny of these actions with {right}"
    if name := _given_at_any_age(subject):
        allow = next(whole.ageless_allows.about(statement, name))
        cure = f"limit the age in {subject.label_of(allow)}, too, or deny older MFA"
    elif name := _given_to_all_with_mfa(subject):
        allow = next(whole.plain_allows.about(statement, name))
        how = "as well, and Denies stop it only without MFA"
    elif longer := next(_longer(subject), None):
        allow, name, limit = longer
        age = f"up to {limit} seconds old"
    else:
        return
    other, how = subject.label_of(allow), how or f"with MFA {age}"
    what = f"{other} allows {subject.as_written(name)} {how}"
    yield Flaw(AGE_UNUSED, limits[0].position, what, f"MFA {age} gets through", cure)


def _given(subject: Subject, others: Cover) -> Iterator[str]:
    """Yield the actions of an Allow that others give as well, and that Denies limit to no age."""
    statement, denials = subject.statement, subject.whole.old_denials
    closed = set(others.uncovered(statement))
    opened = (name for name in names_of(statement) if name not in closed)
    return (each for each in opened if not denials.are_about(statement, each))


def _given_at_any_age(subject: Subject) -> str:
    """Return an action of an Allow that another one gives with MFA of any age; empty if none."""
    return next(_given(subject, subject.whole.ageless_allows), "")


def _given_to_all_with_mfa(subject: Subject) -> str:
    """Return an action of an Allow that a plain one gives as well, and Denies only without MFA.

    What is read, or sets up MFA, may stand in the Allow for completeness.
    """
    statement, whole = subject.statement, subject.whole
    for name in itertools.filterfalse(is_left_open, _given(subject, whole.plain_allows)):
        one = statement if statement.not_actions else replace(statement, actions=(name,))
        without = all(is_denied_but_for_setup(whole, one, kind) for kind in KINDS_WITHOUT_MFA)
        if without and not whole.denying_always(one):
            return name
    return ""


def _longer(subject: Subject) -> Iterator[tuple[Statement, str, str]]:
    """Yield Allows of the same with older MFA: each with an action, and its limit of age."""
    own = _longest(subject.statement)
    for each in subject.whole.allows.first_touching(subject.statement):
        limit = _longest(each)
        if own is not None and limit is not None and limit > own:
            for name in _given(subject, Cover([each], roughly=True)):
                yield each, name, f"{limit:g}"


def _longest(allow: Statement) -> float | None:
    """Return the only limit of an Allow's age of MFA, if it has one and asks for MFA."""
    ages = [each for each in allow.conditions if is_age(each) and each.operator in _LESS]
    asks = (found := reach(allow)) is not None and found.needs_mfa and found.fresh
    one = ages[0].values if len(ages) == 1 and asks else ()
    return float(one[0]) if len(one) == 1 and not is_unfilled(one[0]) else None


def _with_limit(subject: Subject, seconds: str) -> Mapping[str, Any]:
    # A Deny of old MFA alone becomes one of requests without MFA, too.
    right = right_condition(subject.statement, age_limit=seconds)
    return right if subject.refuses_without_mfa else but_for_setup(subject, right)


def _limits(subject: Subject) -> list[Condition]:
    """Return the conditions that stop MFA which is too old; a lower bound may be any number."""
    upper = "NumericLess" if subject.statement.allows else "NumericGreater"
    ages = filter(is_age, subject.mfa_conditions)
    return [each for each in ages if each.operator.startswith((upper, "NumericEquals"))]
