"""Find whom a statement's MFA conditions match: long-term keys, sessions without MFA or with it.

By AWS's reference of global condition keys, a long-term key has neither key, a session without MFA
has `false` and no age, and one with MFA has `true` and an age.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from mfa_session.policy.conditions import Comparison, comparison, is_met
from mfa_session.policy.credentials import (
    LONGEST_SESSION_SECONDS,
    MFA_AGE,
    MFA_PRESENT,
    Credentials,
    long_term,
    mfa_session,
    session_without_mfa,
)
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.statement import Condition, Statement

KINDS_WITHOUT_MFA = ("long_term", "without_mfa")  # long-term keys, and sessions without MFA
_number = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]+)?").fullmatch
_mfa_in = re.compile(r"mfa|multi-?factor", re.IGNORECASE).search
BOOLEANS = {"true", "false"}


class Reach(NamedTuple):
    """The credentials that match; those with MFA by its age, from new to the oldest."""

    long_term: bool
    without_mfa: bool
    with_mfa: tuple[bool, ...]

    @property
    def fresh(self) -> bool:
        """Whether a session with a new code matches."""
        return self.with_mfa[0]

    @property
    def nobody(self) -> bool:
        """Whether no credentials match."""
        return not (self.long_term or self.without_mfa or any(self.with_mfa))

    @property
    def needs_mfa(self) -> bool:
        """Whether no credentials without MFA match."""
        return not (self.long_term or self.without_mfa)

    def includes(self, kind: str) -> bool:
        """Say whether credentials of a kind match, one of KINDS_WITHOUT_MFA."""
        return bool(getattr(self, kind))

    def missed(self) -> list[str]:
        """Return the kinds without MFA that do not match."""
        return [kind for kind in KINDS_WITHOUT_MFA if not self.includes(kind)]

    def is_only(self, kind: str) -> bool:
        """Say whether credentials of a kind match, and none with MFA."""
        return self.includes(kind) and not any(self.with_mfa)


def mfa_conditions(statement: Statement) -> list[Condition]:
    """Return the conditions about MFA."""
    return [each for each in statement.conditions if is_present(each) or is_age(each)]


def means_mfa(statement: Statement) -> bool:
    """Say whether a condition's key mentions MFA, even misspelt or as a tag."""
    return any(map(names_mfa, statement.conditions))


def names_mfa(condition: Condition) -> bool:
    """Say whether the key mentions MFA, even misspelt or as a tag, or is to be filled in.

    Whoever swaps operator and key has it in the operator's place.
    """
    return any(map(_mfa_in, (condition.key, condition.written))) or condition.is_unfilled


def refuses_by_intent(condition: Condition) -> bool:
    """Say whether a Deny's condition on MFA is meant for requests without it."""
    values = {value.lower() for value in condition.values}
    if condition.operator == "Null":
        return "true" in values
    return "Less" not in condition.operator if is_age(condition) else "true" not in values


def is_present(condition: Condition) -> bool:
    """Say whether the key is aws:MultiFactorAuthPresent."""
    return condition.is_about(MFA_PRESENT)


def is_age(condition: Condition) -> bool:
    """Say whether the key is aws:MultiFactorAuthAge."""
    return condition.is_about(MFA_AGE)


def is_sound(condition: Condition) -> bool:
    """Say whether operator and values fit the key."""
    if not condition.known or not condition.values:
        return False
    if condition.operator == "Null" or is_present(condition):
        return condition.operator in {"Null", "Bool"} and all(map(is_boolean, condition.values))
    return condition.operator.startswith("Numeric") and all(map(is_number, condition.values))


def is_boolean(value: str) -> bool:
    """Say whether a value is true or false, ignoring case, or is still to be filled in."""
    return value.lower() in BOOLEANS or is_unfilled(value)


def is_number(value: str) -> bool:
    """Say whether a value is a number in JSON's and IAM's notation, or is still to be filled in."""
    return _number(value) is not None or is_unfilled(value)


def reach(statement: Statement) -> Reach | None:
    """Return whom the MFA conditions match, without regard to others.

    Return None without MFA conditions, or if one is not sound. Texts are compared as texts.
    """
    return widest_reach(statement) if all(map(_can_be_told, mfa_conditions(statement))) else None


def widest_reach(statement: Statement) -> Reach | None:
    """Return the same without regard to conditions that are not sound, which may only narrow it."""
    told = list(filter(_can_be_told, mfa_conditions(statement)))
    return _reach_of(tuple(_filled(each, statement) for each in told)) if told else None


def _filled(condition: Condition, statement: Statement) -> Comparison:
    """Return the parts that decide; a value to be filled in is one that is of use."""
    if "Numeric" in condition.operator:
        meant = str(LONGEST_SESSION_SECONDS) if "Less" in condition.operator else "1"
    else:
        meant = "true" if (condition.operator == "Null") != statement.allows else "false"
    values = [meant if is_unfilled(each) else each for each in condition.values]
    return comparison(condition)._replace(values=tuple(values))


def _can_be_told(condition: Condition) -> bool:
    as_text = is_present(condition) and condition.known and condition.operator.startswith("String")
    values = set(condition.values)
    return is_sound(condition) or (as_text and bool(values) and values <= BOOLEANS)


@functools.lru_cache(maxsize=1_000)
def _reach_of(conditions: tuple[Comparison, ...]) -> Reach:
    def match(caller: Credentials) -> bool:
        return all(is_met(condition, caller.facts) is True for condition in conditions)

    return Reach(
        long_term=match(long_term()),
        without_mfa=match(session_without_mfa()),
        with_mfa=tuple(match(mfa_session(age)) for age in _ages(conditions)),
    )


def _ages(conditions: Iterable[Comparison]) -> list[int]:
    """Return one age for each possible result: 0, around each limit, and beyond all limits."""
    limits = [
        int(float(value))
        for condition in conditions
        if condition.key == MFA_AGE.lower() and condition.operator != "Null"
        for value in condition.values
    ]
    around = {age for limit in limits for age in (limit - 1, limit, limit + 1) if age > 0}
    return [0, *sorted(around), max([0, *limits]) + 2]
