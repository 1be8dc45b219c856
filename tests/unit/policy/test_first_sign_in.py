"""A template's users who must change their password at first need to be let do so without MFA."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_policies
from policy.statements import ALL, CARE, WITHOUT, allow, deny, deny_but, on

STUCK = "users-cannot-enrol"
SPARED = [*CARE, "iam:ChangePassword", "iam:GetAccountPasswordPolicy"]
ASKING = [ALL, deny_but(CARE, WITHOUT)]


def policy(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def found(file: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rules, with who they name, of all policies in a file."""
    documents = read_policies("p.json", json.dumps(file)).documents
    return [(each.rule, each.message.rpartition(" ")[2]) for one in documents for each in lint(one)]


def user(required: Any, **properties: Any) -> dict[str, Any]:
    profile = {"Password": "x", "PasswordResetRequired": required}
    return {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": profile, **properties}}


def stack(
    statements: list[dict[str, Any]], required: Any = True, kind: str = "ManagedPolicy"
) -> dict[str, Any]:
    """Return a template in which a user has these statements directly, or by a group."""
    document = policy(statements)
    inline = {"Policies": [{"PolicyName": "mfa", "PolicyDocument": document}]}
    resources = {
        "ManagedPolicy": {
            "Carol": user(required),
            "Mfa": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"Users": [{"Ref": "Carol"}], "PolicyDocument": document},
            },
        },
        "User": {"Carol": user(required, **inline)},
        "Group": {
            "Staff": {"Type": "AWS::IAM::Group", "Properties": inline},
            "Carol": user(required, Groups=[{"Ref": "Staff"}]),
        },
        "another": {"Carol": user(required), "Dave": user(False, **inline)},
    }
    return {"Resources": resources[kind]}


def plan(required: Any) -> dict[str, Any]:
    values = {
        "aws_iam_user": {"name": "carol", "path": "/"},
        "aws_iam_user_login_profile": {"user": "carol", "password_reset_required": required},
        "aws_iam_user_policy": {"user": "carol", "policy": json.dumps(policy(ASKING))},
    }
    resources = [
        {"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "values": each}
        for kind, each in values.items()
    ]
    return {"planned_values": {"root_module": {"resources": resources}}, "format_version": "1.2"}


@pytest.mark.parametrize("kind", ["ManagedPolicy", "User", "Group"])
def test_a_user_who_may_not_change_the_password_is_locked_out(kind: str) -> None:
    assert found(stack(ASKING, kind=kind)) == [(STUCK, "Carol")]


def test_a_plan_tells_the_same_as_a_template() -> None:
    assert found(plan(required=True)) == [(STUCK, "carol")]
    assert found(plan(required=False)) == []
    assert found(plan(None)) == []


@pytest.mark.parametrize(
    "file",
    [
        stack([ALL, deny_but(SPARED, WITHOUT)]),
        stack([ALL, deny_but([*CARE, "iam:Change*"], WITHOUT)]),
        stack([ALL, deny("ec2:*", WITHOUT)]),
        stack([allow("s3:*")]),
        stack([ALL, deny_but(CARE, {**WITHOUT, **on("StringLike", "aws:username", "ext-*")})]),
        stack(ASKING, required=False),
        stack(ASKING, required={"Ref": "MustReset"}),
        stack(ASKING, kind="another"),
    ],
)
def test_whoever_may_change_the_password_or_need_not_is_not_told(file: dict[str, Any]) -> None:
    assert found(file) == []


def test_a_deny_of_the_whole_setup_is_told_once() -> None:
    assert STUCK not in dict(found(stack([ALL, deny("*", WITHOUT)])))
