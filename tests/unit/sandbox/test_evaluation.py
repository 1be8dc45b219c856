"""The evaluator follows the reference of the policy evaluation logic."""

from __future__ import annotations

from typing import Any

import pytest

from full_sandbox.evaluation import judge as judge_identity
from full_sandbox.resource_policies import Judgement, Principal, allows, judge
from mfa_session.sandbox.evaluation import Request, Verdict
from sandbox.refusals import policy, statement

PRESENT = "aws:MultiFactorAuthPresent"
AGE = "aws:MultiFactorAuthAge"
YOUNG, OLD = 100, 9999  # seconds, against a limit of 3600
ABSENT: dict[str, Any] = {}
NO_MFA: dict[str, Any] = {PRESENT: False}
FRESH: dict[str, Any] = {PRESENT: True, AGE: YOUNG}
STALE: dict[str, Any] = {PRESENT: True, AGE: OLD}


def matches(operator: str, key: str, value: Any, context: dict[str, Any]) -> bool:
    """Say whether a condition lets an Allow through."""
    rule = statement("Allow", "*", Condition={operator: {key: value}})
    return judge_identity([policy(rule)], Request("ec2:StopInstances", "*", context)).allowed


@pytest.mark.parametrize(
    ("operator", "key", "value", "when"),
    [
        # Columns of `when`: key absent, false, true and young, true and old.
        ("Bool", PRESENT, "true", [False, False, True, True]),
        ("Bool", PRESENT, True, [False, False, True, True]),
        ("Bool", PRESENT, "false", [False, True, False, False]),
        ("Bool", PRESENT, False, [False, True, False, False]),
        ("Bool", PRESENT, ["false"], [False, True, False, False]),
        ("BoolIfExists", PRESENT, "true", [True, False, True, True]),
        ("BoolIfExists", PRESENT, "false", [True, True, False, False]),
        ("Null", PRESENT, "true", [True, False, False, False]),
        ("Null", PRESENT, "false", [False, True, True, True]),
        ("NumericLessThan", AGE, "3600", [False, False, True, False]),
        ("NumericLessThanIfExists", AGE, "3600", [True, True, True, False]),
        ("NumericGreaterThan", AGE, 3600, [False, False, False, True]),
        ("NumericGreaterThanIfExists", AGE, "3600", [True, True, False, True]),
    ],
)
def test_each_mfa_condition_matches_as_documented(
    operator: str, key: str, value: Any, when: list[bool]
) -> None:
    contexts = [ABSENT, NO_MFA, FRESH, STALE]
    assert [matches(operator, key, value, context) for context in contexts] == when


HERE = {
    "aws:username": "carol",
    "aws:SourceIp": "192.0.2.7",
    "aws:CurrentTime": "2031-05-01T12:00:00Z",
    "aws:PrincipalArn": "arn:aws:iam::123456789012:user/carol",
    "aws:TagKeys": ["team", "cost"],
    "aws:RequestedRegion": "eu-west-1",
}


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "aws:username", "carol", True),
        ("StringEquals", "AWS:UserName", "carol", True),
        ("StringEquals", "aws:username", "Carol", False),
        ("StringEquals", "aws:username", "car*", False),
        ("StringEquals", "aws:username", ["dave", "carol"], True),
        ("StringEquals", "aws:absent", "carol", False),
        ("StringEqualsIfExists", "aws:absent", "carol", True),
        ("StringNotEquals", "aws:username", "carol", False),
        ("StringNotEquals", "aws:username", ["dave", "carol"], False),
        ("StringNotEquals", "aws:username", ["dave", "erin"], True),
        ("StringNotEquals", "aws:absent", "carol", True),
        ("StringEqualsIgnoreCase", "aws:username", "CAROL", True),
        ("StringNotEqualsIgnoreCase", "aws:username", "CAROL", False),
        ("StringLike", "aws:username", "c?r*", True),
        ("StringLike", "aws:username", "c?r", False),
        ("StringNotLike", "aws:username", "c*", False),
        ("StringNotLike", "aws:absent", "c*", True),
        ("NumericEquals", "aws:username", "1", False),
        ("NumericNotEquals", "aws:absent", "1", True),
        ("DateGreaterThan", "aws:CurrentTime", "2031-05-01T11:59:59Z", True),
        ("DateLessThan", "aws:CurrentTime", "2031-05-01T12:00:00Z", False),
        ("DateLessThanEquals", "aws:CurrentTime", "2031-05-01T12:00:00Z", True),
        ("DateEquals", "aws:CurrentTime", "1935489600", False),
        ("IpAddress", "aws:SourceIp", "192.0.2.0/24", True),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "192.0.2.7"], True),
        ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24", False),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/c*", True),
        ("ArnEquals", "aws:PrincipalArn", "arn:*:iam::123456789012:*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:*:user/carol", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/${aws:username}", True),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/c*", False),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["team", "owner"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["owner"], False),
        ("ForAnyValue:StringEquals", "aws:absent", ["team"], False),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost", "owner"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team"], False),
        ("ForAllValues:StringEquals", "aws:absent", ["team"], True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["owner"], True),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["team"], True),
        ("ForAnyValue:StringEqualsIfExists", "aws:absent", ["team"], True),
        ("StringEquals", "aws:username", "${aws:username}", True),
        ("StringEquals", "aws:username", "${aws:absent}", False),
        ("StringEquals", "aws:username", "${aws:absent, 'carol'}", True),
    ],
)
def test_each_operator_compares_as_documented(
    operator: str, key: str, value: Any, expected: bool
) -> None:
    assert matches(operator, key, value, HERE) is expected


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown condition operator Bol"):
        matches("Bol", PRESENT, "true", FRESH)


def test_all_keys_and_all_operators_must_match() -> None:
    both = {"Bool": {PRESENT: "true"}, "StringEquals": {"aws:username": "carol"}}
    rule = policy(statement("Allow", "*", Condition=both))
    verdicts = [
        judge([rule], Request("s3:GetObject", "*", context)).allowed
        for context in (FRESH | HERE, FRESH, HERE)
    ]
    assert verdicts == [True, False, False]


@pytest.mark.parametrize(
    ("rule", "action", "resource", "expected"),
    [
        ({"Action": "ec2:StopInstances"}, "ec2:StopInstances", "*", True),
        ({"Action": "ec2:stopinstances"}, "ec2:StopInstances", "*", True),
        ({"Action": ["s3:*", "ec2:Stop*"]}, "ec2:StopInstances", "*", True),
        ({"Action": "ec2:St?pInstances"}, "ec2:StopInstances", "*", True),
        ({"Action": "ec2:Stop"}, "ec2:StopInstances", "*", False),
        ({"NotAction": "iam:*"}, "ec2:StopInstances", "*", True),
        ({"NotAction": ["iam:*", "EC2:*"]}, "ec2:StopInstances", "*", False),
        ({"Action": "*", "Resource": "arn:aws:s3:::b/*"}, "s3:Get", "arn:aws:s3:::b/x/y", True),
        ({"Action": "*", "Resource": "arn:aws:s3:::b/*"}, "s3:GetObject", "arn:aws:s3:::b", False),
        ({"Action": "*", "Resource": "arn:aws:s3:::B/*"}, "s3:Get", "arn:aws:s3:::b/x", False),
        ({"Action": "*", "NotResource": "arn:aws:s3:::b/*"}, "s3:Get", "arn:aws:s3:::c/x", True),
        ({"Action": "*", "NotResource": "arn:aws:s3:::b/*"}, "s3:Get", "arn:aws:s3:::b/x", False),
        ({"Action": "*", "Resource": "arn:aws:s3:::h/${aws:username}/*"}, "s3:Get",
         "arn:aws:s3:::h/carol/x", True),
        ({"Action": "*", "Resource": "arn:aws:s3:::h/${aws:username}/*"}, "s3:Get",
         "arn:aws:s3:::h/dave/x", False),
        ({"Action": "*", "Resource": "arn:aws:s3:::h/${*}"}, "s3:Get", "arn:aws:s3:::h/*", True),
        ({"Action": "*", "Resource": "arn:aws:s3:::h/${*}"}, "s3:Get", "arn:aws:s3:::h/x", False),
    ],
)  # fmt: skip
def test_actions_and_resources_match_with_wildcards(
    rule: dict[str, Any], action: str, resource: str, expected: bool
) -> None:
    document = policy({"Effect": "Allow", "Resource": "*", **rule})
    if "NotResource" in rule:
        del document["Statement"][0]["Resource"]
    assert judge([document], Request(action, resource, HERE)).allowed is expected


def test_variables_are_text_in_the_old_version() -> None:
    rule = statement("Allow", "*", "arn:aws:s3:::h/${aws:username}")
    old = {"Version": "2008-10-17", "Statement": rule}
    named = Request("s3:GetObject", "arn:aws:s3:::h/carol", HERE)
    literal = Request("s3:GetObject", "arn:aws:s3:::h/${aws:username}", HERE)
    assert (judge([old], named).allowed, judge([old], literal).allowed) == (False, True)


def test_a_wildcard_in_a_variables_value_is_literal() -> None:
    rule = policy(statement("Allow", "*", "arn:aws:s3:::h/${aws:username}"))
    star = {"aws:username": "*"}
    assert not judge([rule], Request("s3:Get", "arn:aws:s3:::h/dave", star)).allowed
    assert judge([rule], Request("s3:Get", "arn:aws:s3:::h/*", star)).allowed


def test_an_explicit_deny_overrides_every_allow() -> None:
    allow, deny = policy(statement("Allow", "*")), policy(statement("Deny", "ec2:*"))
    for documents in ([allow, deny], [deny, allow]):
        verdict = judge(documents, Request("ec2:StopInstances"))
        assert verdict == Judgement(allowed=True, denied=True, names_caller=True)
        assert judge_identity(documents, Request("ec2:StopInstances")) == Verdict(True, True)
        assert not verdict.grants


def test_without_an_allow_nothing_is_granted() -> None:
    assert judge([], Request("ec2:StopInstances")) == Judgement(allowed=False, denied=False)
    assert judge_identity([], Request("ec2:StopInstances")) == Verdict()


def test_a_boundary_and_a_session_policy_only_limit() -> None:
    everything, only_s3 = policy(statement("Allow", "*")), policy(statement("Allow", "s3:*"))
    stop = Request("ec2:StopInstances")
    assert allows(stop, [everything]).grants
    assert not allows(stop, [everything], boundary=only_s3).grants
    assert not allows(stop, [everything], session_policy=only_s3).grants
    assert not allows(Request("s3:GetObject"), [], boundary=only_s3).grants
    but_stopping = policy(statement("Allow", "*"), statement("Deny", "ec2:StopInstances"))
    assert not allows(stop, [everything], boundary=but_stopping).grants
    assert not allows(stop, [everything], session_policy=but_stopping).grants


CAROL = Principal(
    "123456789012",
    ("arn:aws:iam::123456789012:user/carol",),
)


@pytest.mark.parametrize(
    ("principal", "allowed", "named"),
    [
        ("*", True, True),
        ({"AWS": "*"}, True, True),
        ({"AWS": "123456789012"}, True, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, True, False),
        ({"AWS": ["arn:aws:iam::999999999999:root", CAROL.arns[0]]}, True, True),
        ({"AWS": "arn:aws:iam::123456789012:user/dave"}, False, False),
        ({"AWS": "arn:aws-cn:iam::123456789012:root"}, False, False),
        ({"Service": "ec2.amazonaws.com"}, False, False),
    ],
)
def test_principals_match_by_name_or_account(principal: Any, allowed: bool, named: bool) -> None:
    rule = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    asked = Request("sts:AssumeRole", "arn:aws:iam::1:role/R")
    verdict = judge([policy(rule)], asked, CAROL)
    assert verdict == Judgement(allowed, denied=False, names_caller=named)


def test_not_principal_matches_everybody_else() -> None:
    rule = {"Effect": "Deny", "NotPrincipal": {"AWS": CAROL.arns[0]}, "Action": "*"}
    dave = Principal("123456789012", ("arn:aws:iam::123456789012:user/dave",))
    denied = [judge([policy(rule)], Request("s3:GetObject"), who).denied for who in (CAROL, dave)]
    assert denied == [False, True]
