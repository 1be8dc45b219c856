"""Lint names the condition operator that was meant instead of one that IAM does not have."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_session.policy.conditions import COMPARISONS, OPPOSITES
from mfa_session.policy.lint import lint
from policy.statements import STOP, WITH, WITHOUT, allow, deny, on
from policy.test_kinds import read

NAME, TAG, ARN, ADDRESS = ("aws:username", "aws:PrincipalTag/team", "aws:PrincipalArn",
                           "aws:SourceIp")  # fmt: skip
NOW, TLS = "aws:CurrentTime", "aws:SecureTransport"
ROLES, OFFICE, DAY = "arn:aws:iam::*:role/*", "203.0.113.0/24", "2027-01-04T00:00:00Z"

MEANT = [
    ("NotArnLike", ARN, ROLES, "ArnNotLike"),
    ("NotStringLike", ARN, ROLES, "StringNotLike"),
    ("NotStringEquals", NAME, "x", "StringNotEquals"),
    ("ForAnyValues:NotStringEquals", TAG, "x", "ForAnyValue:StringNotEquals"),
    ("NotStringEqualsIfExists", NAME, "x", "StringNotEqualsIfExists"),
    ("IpNotAddress", ADDRESS, OFFICE, "NotIpAddress"),
    ("IpAddressNotEquals", ADDRESS, OFFICE, "NotIpAddress"),
    ("IpNotEquals", ADDRESS, OFFICE, "NotIpAddress"),
    ("NotEquals", ADDRESS, OFFICE, "NotIpAddress"),
    ("Equals", NAME, "alice", "StringEquals"),
    ("NotEquals", NAME, "alice", "StringNotEquals"),
    ("NotLike", ARN, ROLES, "ArnNotLike"),
    ("Equals", TLS, "true", "Bool"),
    ("GreaterThan", NOW, DAY, "DateGreaterThan"),
    ("DateAfter", NOW, DAY, "DateGreaterThan"),
    ("LessThan", "s3:max-keys", "10", "NumericLessThan"),
    ("NumericLessThen", "s3:max-keys", "10", "NumericLessThan"),
    ("StringMatches", NAME, "ops-*", "StringLike"),
    ("StringLikeIgnoreCase", NAME, "ops-*", "StringLike"),
    ("StringLikeIgnoreCase", NAME, "ops", "StringEqualsIgnoreCase"),
    ("StringContains", NAME, "*ops*", "StringLike"),
    ("StringEqualsIfExist", NAME, "x", "StringEqualsIfExists"),
    ("String_Not_Equals", NAME, "x", "StringNotEquals"),
    ("StrngEquals", NAME, "x", "StringEquals"),
    ("NullIfExists", TAG, "true", "Null"),
]
ADVISED = [
    ("StringStartsWith", NAME, "ops-", "use StringLike, with the value ops-*"),
    ("StringNotContains", TAG, "ops", "use StringNotLike, with the value *ops*"),
    ("StringEndsWith", NAME, "-ops", "use StringLike, with the value *-ops"),
    ("StringMatches", NAME, "^ops-.*", "IAM has no regular expressions: use StringLike"),
    ("Exists", TAG, "true", "use Null: its value is true where the key is absent"),
    ("NotNull", TAG, "true", "use one of IAM's condition operators"),
    ("BoolNotEquals", TLS, "true", "use Bool, with the opposite value"),
    ("NotNumericLessThan", "s3:max-keys", "10", "use one of IAM's condition operators"),
    ("Frobnicates", NAME, "x", "use one of IAM's condition operators"),
]


def finding_of(statement: dict[str, Any]) -> Any:
    (found,) = [e for e in lint(read([statement])) if e.rule == "unknown-operator"]
    return found


@pytest.mark.parametrize(("written", "key", "value", "meant"), MEANT)
def test_the_operator_that_was_meant_is_named_and_written(
    written: str, key: str, value: str, meant: str
) -> None:
    found = finding_of(deny(STOP, {**WITHOUT, **on(written, key, value)}))
    assert found.message.endswith(f"; {meant} was probably meant")
    assert found.fix["Condition"][meant][key] == value


@pytest.mark.parametrize(("written", "key", "value", "cure"), ADVISED)
def test_a_value_that_has_to_change_is_not_written_but_told(
    written: str, key: str, value: str, cure: str
) -> None:
    found = finding_of(allow(STOP, {**WITH, **on(written, key, value)}))
    assert (found.cure.partition(",")[0], found.fix) == (cure.partition(",")[0], {})
    assert cure in found.cure


@pytest.mark.parametrize("operator", [each for each in COMPARISONS if each != "IpAddress"])
def test_the_opposite_of_an_operator_is_never_named(operator: str) -> None:
    found = finding_of(deny(STOP, on(f"Not{operator}", "x:y", "1")))
    named = found.message.partition("; ")[2].partition(" was")[0]
    assert not found.fix or (OPPOSITES[named], [*found.fix["Condition"]]) == (operator, [named])
