"""Whatever stands in a part of a policy: lint and check answer, or refuse it with a clear error."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy import credentials
from mfa_session.policy.credentials import Request
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_policies
from policy.kinds import STATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    Place = tuple[str | int, ...]

PARTS: tuple[Any, ...] = (
    "<YOUR_PRINCIPAL>", "<bucket name>", "${var.x}", "${AWS::AccountId}", "*", "", ":::::", "{",
    "%7B",
    "arn:aws:iam::ACCOUNT-ID:root", None, True, 1, [], {}, ["<bucket name>"], {"AWS": "<account>"},
    {"Ref": "Role"}, {"Fn::Sub": []}, {"Fn::Sub": "${aws:username}"}, {"Fn::Join": []},
)  # fmt: skip
CALLERS = credentials.all_kinds("s3:GetObject")


def places(part: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    inner = enumerate(part) if isinstance(part, list) else ()
    for key, each in part.items() if isinstance(part, dict) else inner:
        yield from places(each, (*place, key))


def put(policy: Any, place: Place, part: Any) -> Any:
    """Return a copy of a policy with another part in one place."""
    if not place:
        return part
    first, *rest = place
    copy = policy.copy()
    copy[first] = put(policy[first], tuple(rest), part)
    return copy


def answer(policy: Any) -> None:
    try:
        documents = read_policies("p.json", json.dumps(policy)).documents
    except ConfigurationError as error:
        assert error.hint  # noqa: PT017  # others go through
        return
    for each in documents:
        assert isinstance(lint(each), tuple)
    for caller in CALLERS:
        assert evaluate(documents, Request(action="s3:*"), caller).outcome


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_no_part_of_a_policy_is_a_bug_of_ours(part: Any) -> None:
    dice = random.Random(repr(part))  # noqa: S311  # any places will do
    for stated in dice.sample(STATED, 40):
        policy = {"Version": "2012-10-17", "Statement": json.loads(json.dumps(stated.statements))}
        stack = {
            "Resources": {"P": {"Type": "AWS::X::Y", "Properties": {"PolicyDocument": policy}}}
        }
        place = dice.choice(list(places(policy)))
        answer(put(policy, place, part))
        answer(put(stack, ("Resources", "P", "Properties", "PolicyDocument", *place), part))


def test_a_principal_may_be_anything() -> None:
    for part in PARTS:
        for stated in STATED[::9]:
            answer({"Statement": [{**each, "Principal": part} for each in stated.statements]})
