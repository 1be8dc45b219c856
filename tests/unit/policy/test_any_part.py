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
from mfa_session.policy.lint import lint_all
from mfa_session.policy.reading import read_policies
from policy.kinds import STATED
from policy.statements import WITH, WITHOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    Place = tuple[str | int, ...]

PARTS: tuple[Any, ...] = (
    {"AWS": []},
    "<YOUR_PRINCIPAL>", "<bucket name>", "${var.x}", "${AWS::AccountId}", "*", "", ":::::", "{",
    "%7B",
    "arn:aws:iam::ACCOUNT-ID:root", None, True, 1, [], {}, ["<bucket name>"], {"AWS": "<account>"},
    {"Ref": "Role"}, {"Fn::Sub": []}, {"Fn::Sub": "${aws:username}"}, {"Fn::Join": []},
)  # fmt: skip
CALLERS = credentials.all_kinds("s3:GetObject")


ASKING = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": WITH},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": WITHOUT},
    ],
}
ARN = "arn:aws:iam::123456789012"
ATTACHED = [{"PolicyName": "Ours", "PolicyArn": f"{ARN}:policy/Ours"}]
DUMP = {
    "UserDetailList": [{
        "UserName": "ann", "Arn": f"{ARN}:user/staff/ann", "GroupList": ["staff"],
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": ASKING}],
        "AttachedManagedPolicies": ATTACHED, "Tags": [{"Key": "team", "Value": "ops"}],
    }],
    "GroupDetailList": [{"GroupName": "staff", "AttachedManagedPolicies": ATTACHED}],
    "RoleDetailList": [{"RoleName": "ops", "Arn": f"{ARN}:role/ops",
                        "AssumeRolePolicyDocument": ASKING}],
    "Policies": [{"PolicyName": "Ours", "Arn": f"{ARN}:policy/Ours", "DefaultVersionId": "v1",
                  "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True,
                                         "Document": ASKING}]}],
}  # fmt: skip
STACK = {
    "Parameters": {"Env": {"Type": "String", "Default": "test"}},
    "Resources": {
        "Staff": {"Type": "AWS::IAM::Group", "Properties": {
            "Policies": [{"PolicyName": "own", "PolicyDocument": ASKING}],
            "ManagedPolicyArns": [{"Ref": "Ours"}, f"{ARN}:policy/Others"]}},
        "Ann": {"Type": "AWS::IAM::User", "Properties": {
            "Groups": [{"Ref": "Staff"}], "LoginProfile": {"PasswordResetRequired": True},
            "PermissionsBoundary": {"Ref": "Ours"}}},
        "Ours": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": ASKING}},
        "Books": {"Type": "AWS::S3::BucketPolicy", "Properties": {
            "Bucket": "books", "PolicyDocument": ASKING}},
    },
}  # fmt: skip
PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "planned_values": {"root_module": {"resources": [
        {"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "values": values}
        for kind, values in (
            ("aws_iam_user", {"name": "ann", "path": "/"}),
            ("aws_iam_group_policy", {"group": "staff", "policy": json.dumps(ASKING)}),
            ("aws_iam_role", {"name": "ops", "assume_role_policy": json.dumps(ASKING),
                "inline_policy": [{"name": "own", "policy": json.dumps(ASKING)}]}),
            ("aws_iam_user_group_membership", {"user": "ann", "groups": ["staff"]}),
            ("aws_iam_user_login_profile", {"user": "ann", "password_reset_required": True}),
            ("aws_iam_group_policy_attachment", {"group": "staff", "policy_arn": ARN}))]}},
}  # fmt: skip
STATE = {
    "version": 4, "terraform_version": "1.9.0", "lineage": "x",
    "resources": [
        {"mode": "managed", "type": each["type"], "name": "x", "instances": [
            {"schema_version": 0, "index_key": 0, "attributes": each["values"]}]}
        for each in PLAN["planned_values"]["root_module"]["resources"]],
}  # fmt: skip


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


def without(policy: Any, place: Place) -> Any:
    """Return a copy of a policy without the part in one place."""
    first, *rest = place
    copy = policy.copy()
    if rest:
        copy[first] = without(policy[first], tuple(rest))
    else:
        del copy[first]
    return copy


def answer(policy: Any) -> None:
    try:
        documents = read_policies("p.json", json.dumps(policy)).documents
    except ConfigurationError as error:
        assert error.hint  # noqa: PT017  # others go through
        return
    assert all(each.rule for _, each in lint_all(documents))
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


@pytest.mark.parametrize(
    "around", [DUMP, STACK, PLAN, STATE], ids=["dump", "stack", "plan", "state"]
)
def test_no_part_around_policies_is_a_bug_of_ours(around: dict[str, Any]) -> None:
    for place in places(around):
        dice = random.Random(repr(place))  # noqa: S311  # any parts will do
        for part in dice.sample((ASKING, "x", *PARTS), 3):
            answer(put(around, place, part))
        if place:
            answer(without(around, place))


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_a_principal_may_be_anything(part: Any) -> None:
    dice = random.Random(repr(part))  # noqa: S311  # any policies will do
    for stated in dice.sample(STATED, 60):
        answer({"Statement": [{**each, "Principal": part} for each in stated.statements]})
