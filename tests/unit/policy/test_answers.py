"""What is unknown of a request is decided where all its values have one outcome, and only there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    "aws:SourceIp": (
        ("IpAddress", "NotIpAddress", "IpAddressIfExists"),
        ("192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25", "198.51.100.7"),
        ("192.0.2.1", "192.0.2.200", "198.51.100.7", "203.0.113.1", "2001:db8::1", None),
    ),
    "aws:PrincipalTag/level": (
        ("NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals",
         "NumericGreaterThanIfExists"),
        ("1", "2"),
        ("0", "1", "1.5", "2", "3", None),
    ),
}  # fmt: skip


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
    assert outcome({}) == (outcomes.pop() if len(outcomes) == 1 else "unknown")
