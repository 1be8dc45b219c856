"""Coverage of several statements agrees with the sandbox, request by request."""

from __future__ import annotations

import itertools
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from full_sandbox.resource_policies import judge
from mfa_session.policy.coverage import Cover, Meeting, may_overlap, names_of
from mfa_session.policy.reading import read_document
from mfa_session.sandbox.evaluation import Request

if TYPE_CHECKING:
    from mfa_session.policy.statement import Statement

MANY = 70
ACTIONS = ["s3:Get", "s3:Put", "ec2:Get", "ec2:Put"]
RESOURCES = ["arn:aws:s3:::a/x", "arn:aws:s3:::a/y", "arn:aws:s3:::b/x"]
PATTERNS = st.sampled_from([*ACTIONS, "s3:*", "ec2:*", "*:Get", "s3:?et", "*", "S3:GET"])
PLACES = st.sampled_from([*RESOURCES, "arn:aws:s3:::a/*", "arn:aws:s3:::*/x", "*"])


def parts(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return an element that lists these values, or all but these."""
    named = st.sampled_from([name, f"Not{name}"])
    return st.tuples(named, st.lists(values, min_size=1, max_size=3)).map(
        lambda part: {part[0]: part[1]}
    )


STATEMENTS = st.tuples(parts("Action", PATTERNS), parts("Resource", PLACES)).map(
    lambda pair: {"Effect": "Allow", **pair[0], **pair[1]}
)


def read(*statements: dict[str, Any]) -> tuple[Statement, ...]:
    return read_document("p.json", json.dumps({"Statement": list(statements)})).statements


def requests_of(*statements: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the requests that one of the statements matches in the sandbox."""
    return {
        (action, resource)
        for action, resource in itertools.product(ACTIONS, RESOURCES)
        if judge([{"Statement": list(statements)}], Request(action, resource)).allowed
    }


@given(st.lists(STATEMENTS, max_size=3), STATEMENTS)
def test_covered_requests_match(outer: list[dict[str, Any]], inner: dict[str, Any]) -> None:
    if Cover(read(*outer)).covers(read(inner)[0]):
        assert requests_of(inner) <= requests_of(*outer)


@given(STATEMENTS, STATEMENTS)
def test_statements_that_cannot_overlap_share_no_request(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    if not may_overlap(read(one)[0], read(other)[0]):
        assert requests_of(one) & requests_of(other) == set()


@given(STATEMENTS)
def test_a_statement_covers_itself(statement: dict[str, Any]) -> None:
    assert Cover(read(statement)).covers(read(statement)[0])


ACCOUNT = {"AWS": "111122223333"}
ROOT = {"AWS": "arn:aws:iam::111122223333:root"}
CAROL = {"AWS": "arn:aws:iam::111122223333:user/carol"}


@pytest.mark.parametrize(
    ("outer", "inner", "covered"),
    [
        ("*", CAROL, True),
        ({"AWS": "*"}, "*", True),
        (ACCOUNT, ROOT, True),
        (ROOT, ACCOUNT, True),
        (CAROL, ROOT, False),
        (ROOT, "*", False),
        ({"AWS": [CAROL["AWS"], ROOT["AWS"]]}, CAROL, True),
        ({"Service": "ec2.amazonaws.com"}, CAROL, False),
    ],
)
def test_a_statement_covers_principals(outer: object, inner: object, covered: bool) -> None:
    one, other = read(
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": outer},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": inner},
    )
    assert Cover([one]).covers(other) == covered


def test_conditions_narrow_a_statement_except_those_about_mfa() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    tagged = {"StringEquals": {"aws:ResourceTag/a": "b"}}
    plain, asking, narrow, both = read(
        *(
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
            for condition in ({}, mfa, tagged, {**mfa, **tagged})
        )
    )
    assert Cover([asking]).covers(plain)
    assert Cover([plain]).covers(narrow)
    assert Cover([narrow]).covers(both)
    assert not Cover([narrow]).covers(plain)
    assert not Cover([both]).covers(asking)


ELEMENTS = {
    "Action": ("s3:Get", "s3:*", "s3:Put", "*", "*:Get", "s3:*e*", "ec2:G?t", "ec2:*"),
    "Resource": (*RESOURCES, "arn:aws:s3:::a/*", "arn:aws:s3:::*/x", "*"),
    "Principal": ("111122223333", "444455556666", "arn:aws:iam::111122223333:user/carol", "*"),
}


def many_statements(seed: int) -> tuple[Statement, ...]:
    """Return so many statements that an index finds those in question."""
    dice = random.Random(seed)  # noqa: S311  # no secret
    made = []
    for number in range(MANY):
        statement: dict[str, Any] = {"Effect": "Allow"}
        for name, values in ELEMENTS.items():
            listed: list[str] = dice.sample(values, dice.choice([1, 1, 2]))
            listed += [f"{listed[0]}{number}"] * (dice.random() < 0.5 and name != "Principal")
            written = f"Not{name}" if dice.random() < 0.3 else name
            statement[written] = {"AWS": listed} if name == "Principal" else listed
        tags = dice.sample(["a", "b"], dice.choice([0, 0, 1, 2]))
        if tags:
            statement["Condition"] = {"StringEquals": {f"aws:PrincipalTag/{t}": "1" for t in tags}}
        made.append(statement)
    return read(*made)


@pytest.mark.parametrize("seed", range(5))
def test_many_statements_cover_what_one_of_them_does(seed: int) -> None:
    statements = many_statements(seed)
    together, alone = Cover(statements), [Cover([each]) for each in statements]
    for inner in statements[::3]:
        left = [each.uncovered(inner) for each in alone]
        assert together.uncovered(inner) == [
            name for name in names_of(inner) if all(name in each for each in left)
        ]
        assert list(map(id, together.containing(inner))) == [
            id(each) for each, uncovered in zip(statements, left, strict=True) if not uncovered
        ]


@pytest.mark.parametrize("seed", range(5))
def test_many_statements_meet_what_one_of_them_does(seed: int) -> None:
    statements = many_statements(seed)
    meeting = Meeting(statements)
    for other in statements[::3]:
        alone = [each for each in statements if any(Meeting([each]).touching(other))]
        assert list(meeting.touching(other)) == alone
