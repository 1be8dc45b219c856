"""Conditions about MFA match these credentials; all of lint relies on this table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy.mfa import Reach, reach
from mfa_session.policy.reading import read_document

if TYPE_CHECKING:
    from mfa_session.policy.statement import Statement

PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"

# fmt: off
TABLE = [
    #                                                 key    no MFA  fresh  old
    ("Bool", PRESENT, "true",                     (False, False, True,  True)),
    ("Bool", PRESENT, "false",                    (False, True,  False, False)),
    ("BoolIfExists", PRESENT, "true",             (True,  False, True,  True)),
    ("BoolIfExists", PRESENT, "false",            (True,  True,  False, False)),
    ("ForAnyValue:Bool", PRESENT, "true",         (False, False, True,  True)),
    ("ForAllValues:Bool", PRESENT, "true",        (True,  False, True,  True)),
    ("Bool", PRESENT, ["true", "false"],          (False, True,  True,  True)),
    ("Null", PRESENT, "true",                     (True,  False, False, False)),
    ("Null", PRESENT, "false",                    (False, True,  True,  True)),
    ("Null", AGE, "true",                         (True,  True,  False, False)),
    ("Null", AGE, "false",                        (False, False, True,  True)),
    ("NumericLessThan", AGE, "3600",              (False, False, True,  False)),
    ("NumericLessThanIfExists", AGE, "3600",      (True,  True,  True,  False)),
    ("NumericLessThanEquals", AGE, 3600,          (False, False, True,  False)),
    ("NumericGreaterThan", AGE, "3600",           (False, False, False, True)),
    ("NumericGreaterThanIfExists", AGE, "3600",   (True,  True,  False, True)),
    ("NumericGreaterThanEquals", AGE, 3600,       (False, False, False, True)),
    ("NumericNotEquals", AGE, "3600",             (True,  True,  True,  True)),
    ("ForAllValues:NumericLessThan", AGE, "3600", (True,  True,  True,  False)),
    ("Bool", PRESENT, "yes", None),
    ("Bool", PRESENT, [], None),
    ("StringEquals", PRESENT, "true", (False, False, True,  True)),
    ("StringEquals", PRESENT, "True", None),
    ("StringNotEquals", PRESENT, "true", (True,  True,  False, False)),
    ("StringLike", PRESENT, "tr*", None),
    ("Boole", PRESENT, "true", None),
    ("NumericLessThan", AGE, "1h", None),
    ("Bool", "aws:SecureTransport", "true", None),
]
# fmt: on


def statement(condition: dict[str, Any]) -> Statement:
    made = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return read_document("p.json", json.dumps({"Statement": made})).statements[0]


def found(condition: dict[str, Any]) -> tuple[bool, bool, bool, bool] | None:
    """Say whether a long-term key, a session without MFA, a fresh and an old MFA session match."""
    reached = reach(statement(condition))
    if reached is None:
        return None
    return reached.long_term, reached.without_mfa, reached.fresh, reached.with_mfa[-1]


@pytest.mark.parametrize(("operator", "key", "value", "expected"), TABLE)
def test_each_condition_matches_its_credentials(
    operator: str, key: str, value: Any, expected: tuple[bool, ...] | None
) -> None:
    assert found({operator: {key: value}}) == expected


def test_all_mfa_conditions_must_match() -> None:
    both = {"BoolIfExists": {PRESENT: "true"}, "NumericLessThan": {AGE: "3600"}}
    assert found(both) == (False, False, True, False)
    assert found({**both, "StringEquals": {"aws:username": "carol"}}) == found(both)


def test_an_age_between_two_limits_matches() -> None:
    between = {"NumericGreaterThan": {AGE: "900"}, "NumericLessThan": {AGE: "3600"}}
    reached = reach(statement(between))
    assert reached is not None
    assert (reached.fresh, any(reached.with_mfa), reached.nobody) == (False, True, False)


def test_contradicting_conditions_match_nobody() -> None:
    assert Reach(long_term=False, without_mfa=False, with_mfa=(False, False)).nobody
