"""Whom the MFA conditions of a statement match: long-term keys, sessions without MFA, with it.

What the two keys hold is described in AWS's reference of global condition keys: a long-term key
brings neither, a session without MFA says `false` and has no age, one with MFA says `true`.
"""

from __future__ import annotations

import math
import operator
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.document import Condition, Statement

PRESENT = "aws:MultiFactorAuthPresent"
AGE = "aws:MultiFactorAuthAge"
_number = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]+)?").fullmatch
_BOOLEANS = {"true", "false"}
_ORDERS = {
    "NumericEquals": operator.eq,
    "NumericNotEquals": operator.ne,
    "NumericLessThan": operator.lt,
    "NumericLessThanEquals": operator.le,
    "NumericGreaterThan": operator.gt,
    "NumericGreaterThanEquals": operator.ge,
}


class Reach(NamedTuple):
    """Which credentials match; those with MFA by the age of it, from fresh to as old as can be."""

    long_term: bool
    without_mfa: bool
    with_mfa: tuple[bool, ...]

    @property
    def fresh(self) -> bool:
        """Whether a session matches that has just got its MFA."""
        return self.with_mfa[0]

    @property
    def nobody(self) -> bool:
        """Whether no credentials match."""
        return not (self.long_term or self.without_mfa or any(self.with_mfa))

    def includes(self, kind: str) -> bool:
        """Say whether credentials of this kind match: `long_term` or `without_mfa`."""
        return bool(getattr(self, kind))


class _Facts(NamedTuple):
    """What a request says about MFA; None where it does not."""

    present: str | None
    age_seconds: float | None


def mfa_conditions(statement: Statement) -> list[Condition]:
    """Return the conditions that are about MFA."""
    return [each for each in statement.conditions if is_present(each) or is_age(each)]


def is_present(condition: Condition) -> bool:
    """Say whether it is about whether there is MFA."""
    return condition.is_about(PRESENT)


def is_age(condition: Condition) -> bool:
    """Say whether it is about how long ago the MFA was."""
    return condition.is_about(AGE)


def is_sound(condition: Condition) -> bool:
    """Say whether operator and values fit the key, so that what it matches can be told."""
    if not condition.known or not condition.values:
        return False
    if condition.operator == "Null" or is_present(condition):
        return condition.operator in {"Null", "Bool"} and all(map(is_boolean, condition.values))
    return condition.operator in _ORDERS and all(map(is_number, condition.values))


def is_boolean(value: str) -> bool:
    """Say whether a value is true or false, in any case."""
    return value.lower() in _BOOLEANS


def is_number(value: str) -> bool:
    """Say whether a value is a number of seconds, as JSON and IAM write numbers."""
    return _number(value) is not None


def reach(statement: Statement) -> Reach | None:
    """Tell whom the MFA conditions match, the others aside; None without any, or unless sound."""
    conditions = mfa_conditions(statement)
    if not conditions or not all(map(is_sound, conditions)):
        return None
    return Reach(
        long_term=_match(conditions, _Facts(None, None)),
        without_mfa=_match(conditions, _Facts("false", None)),
        with_mfa=tuple(_match(conditions, _Facts("true", age)) for age in _ages(conditions)),
    )


def _ages(conditions: Iterable[Condition]) -> list[float]:
    """Return ages between which nothing changes: 0, around each limit, and beyond all."""
    limits = [
        float(value)
        for condition in conditions
        if is_age(condition) and condition.operator != "Null"
        for value in condition.values
    ]
    around = {age for limit in limits for age in (limit - 1, limit, limit + 1) if age > 0}
    return [0, *sorted(around), math.inf]


def _match(conditions: Iterable[Condition], facts: _Facts) -> bool:
    return all(_matches(condition, facts) for condition in conditions)


def _matches(condition: Condition, facts: _Facts) -> bool:
    found = facts.present if is_present(condition) else facts.age_seconds
    values = [value.lower() for value in condition.values]
    if condition.operator == "Null":
        return ("true" if found is None else "false") in values
    if found is None:
        return _matches_absent(condition)
    if isinstance(found, str):
        return found in values
    compare = _ORDERS[condition.operator]
    results = [compare(found, float(value)) for value in values]
    return all(results) if condition.operator == "NumericNotEquals" else any(results)


def _matches_absent(condition: Condition) -> bool:
    """Say whether a condition matches where the key is not there at all."""
    if condition.if_exists or condition.qualifier == "ForAllValues":
        return True
    return condition.operator == "NumericNotEquals" and condition.qualifier is None
