"""What is unknown of a request is decided where all its values have one outcome, and only there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.policy.answers import Question, cases
from mfa_session.policy.conditions import question_of
from mfa_session.policy.credentials import Known, Request, RequestContext, role_session
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.reading import read_document

# Per key: operators, the values of policies, and a value of each sort that they tell apart.
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str | None, ...]]] = {
    "aws:ResourceTag/team": (
        ("StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringNotEqualsIfExists"),
        ("red", "blue", "Red"),
        ("red", "blue", "Red", "green", None),
    ),
    "aws:PrincipalTag/stage": (
        ("StringEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        ("dev", "Dev", "qa"),
        ("dev", "Dev", "DEV", "qa", "QA", "prod", None),
    ),
    "s3:max-keys": (
        ("NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanIfExists"),
        ("10", "11"),
        ("9", "10", "10.5", "11", "12", None),
    ),
    "aws:SourceIp": (
        ("IpAddress", "NotIpAddress", "IpAddressIfExists"),
        ("192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25", "198.51.100.7"),
        ("192.0.2.1", "192.0.2.200", "198.51.100.7", "203.0.113.1", "2001:db8::1", None),
    ),
    "aws:PrincipalTag/level": (
        ("NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals",
         "NumericGreaterThanIfExists"),
        ("1", "2"),
        ("0", "1", "1.5", "2", "3", "low", None),
    ),
    "aws:PrincipalTag/admin": (
        ("Bool", "BoolIfExists", "StringEquals", "StringNotEquals"),
        ("true", "false"),
        ("true", "false", "yes", None),
    ),
    "aws:PrincipalTag/until": (
        ("DateLessThan", "DateGreaterThanEquals"),
        ("2031-01-01", "1960-01-01", "86400"),
        ("2030-01-01T00:00:00Z", "2031-01-01", "2032-01-01", "1965-01-01", "1960-01-01",
         "1950-01-01", "86400", "3600", "soon", None),
    ),
}  # fmt: skip

# Not decided: comparisons of a text and a boolean, and with dates before 1970.
NOT_ALWAYS = {"aws:PrincipalTag/admin", "aws:PrincipalTag/until"}


@st.composite
def policies(draw: st.DrawFn, key: str) -> list[dict[str, Any]]:
    operators, values, _ = KEYS[key]
    operator = st.sampled_from((*operators, "Null"))

    def condition(name: str) -> dict[str, Any]:
        if name == "Null":
            return {name: {key: draw(st.sampled_from(("true", "false")))}}
        return {name: {key: draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))}}

    return [
        {
            "Effect": draw(st.sampled_from(("Allow", "Deny"))),
            "Action": "*",
            "Resource": "*",
            "Condition": condition(draw(operator)),
        }
        for _ in range(draw(st.integers(min_value=1, max_value=4)))
    ]


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
def test_an_outcome_is_known_exactly_if_every_value_has_it(key: str, data: st.DataObject) -> None:
    statements = data.draw(policies(key))
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    document = read_document("p.json", text)

    def outcome(known: Known) -> str:
        request = Request(action="ec2:StopInstances", facts=RequestContext(known))
        return evaluate([document], request, role_session()).outcome.rpartition("-")[2]

    outcomes = {outcome({key: None if each is None else (each,)}) for each in KEYS[key][2]}
    known = outcomes.pop() if len(outcomes) == 1 else "unknown"
    assert outcome({}) == known or (outcome({}) == "unknown" and key in NOT_ALWAYS)


@pytest.mark.parametrize(
    ("key", "values"),
    [("aws:ResourceTag/a", [str(each) for each in range(800)]),
     ("aws:SourceIp", [f"192.0.{each}.0/24" for each in range(250)])],
)  # fmt: skip
def test_long_lists_are_compared_with_none_of_each_other(key: str, values: list[str]) -> None:
    name = "IpAddress" if key == "aws:SourceIp" else "StringEquals"
    halves = values[::2], values[1::2]
    questions = {
        Question(key.lower(), None, question_of(condition)[0])
        for each in halves
        for condition in [comparison_of(name, key, each)]
    }
    assert len(list(cases(questions) or ())) == 4


def comparison_of(name: str, key: str, values: list[str]) -> Any:
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {name: {key: values}},
    }
    return read_document("p.json", json.dumps({"Statement": statement})).conditions[0]


@given(data=st.data())
def test_an_outcome_is_known_exactly_if_every_set_of_tag_keys_has_it(data: st.DataObject) -> None:
    names = [f"{each}:String{no}Equals" for each in ("ForAllValues", "ForAnyValue")
             for no in ("", "Not")]  # fmt: skip
    listed = st.lists(st.sampled_from(("a", "b")), min_size=1, max_size=2, unique=True)
    statements = [
        {
            "Effect": data.draw(st.sampled_from(("Allow", "Deny"))),
            "Action": "*",
            "Resource": "*",
            "Condition": {data.draw(st.sampled_from(names)): {"aws:TagKeys": data.draw(listed)}},
        }
        for _ in range(data.draw(st.integers(min_value=1, max_value=3)))
    ]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    document = read_document("p.json", text)

    def outcome(known: Known) -> str:
        request = Request(action="ec2:CreateTags", facts=RequestContext(known))
        return evaluate([document], request, role_session()).outcome.rpartition("-")[2]

    sets = (("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c"), None)
    outcomes = {outcome({"aws:TagKeys": each}) for each in sets}
    assert outcome({}) == (outcomes.pop() if len(outcomes) == 1 else "unknown")


def test_a_null_without_values_is_never_met() -> None:
    questions = [
        Question(
            "aws:sourcevpc", None, question_of(comparison_of("Null", "aws:SourceVpc", each))[0]
        )
        for each in (["true"], [])
    ]
    assert len(set(questions)) == 2
