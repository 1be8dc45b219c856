"""Lint names the groups of a template whom no policy asks for MFA, though it asks others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint_all
from mfa_session.policy.reading import read_policies
from policy.statements import CARE, LIST, WITH, WITHOUT, allow, deny_but

AWS = "arn:aws:iam::aws:policy/"
GROUP, POLICY = "AWS::IAM::Group", "AWS::IAM::ManagedPolicy"


def group(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    own = [
        {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [each]}}
        for each in statements
    ]
    return {"Type": GROUP, "Properties": {"Policies": own, **properties}}


def told_of(other: dict[str, Any], *, name: str = "Ops", **more: dict[str, Any]) -> list[str]:
    """Return what is told of a group beside one that is asked for MFA."""
    document = {"Version": "2012-10-17", "Statement": [deny_but(CARE, WITHOUT)]}
    asking = {"PolicyDocument": document, "Groups": [{"Ref": "Dev"}]}
    resources = {
        "Dev": group(allow("ec2:*")),
        name: other,
        "Mfa": {"Type": POLICY, "Properties": asking},
        **more,
    }
    found = read_policies("p.json", json.dumps({"Resources": resources})).documents
    return [each.message for _, each in lint_all(found) if each.rule == "users-not-asked"]


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        (group(allow("rds:*")), True),
        (group(ManagedPolicyArns=[f"{AWS}PowerUserAccess"]), True),
        (group(allow("rds:*"), GroupName={"Fn::Sub": "${Stage}-ops"}), True),
        (group(allow("rds:*", WITH)), False),
        (group(allow(["rds:Describe*", LIST])), False),
        (group(ManagedPolicyArns=[f"{AWS}ReadOnlyAccess"]), False),
        (group(ManagedPolicyArns=["arn:aws:iam::123456789012:policy/ForceMfa"]), False),
        (group(ManagedPolicyArns=[{"Ref": "Mfa"}]), False),
        (group(), False),
    ],
)
def test_a_group_that_changes_things_without_mfa_is_named(
    other: dict[str, Any], is_told: bool
) -> None:
    assert told_of(other) == ["no policy asks these groups for MFA: Ops"] * is_told


def test_groups_of_programs_or_of_people_who_are_asked_in_another_group_need_none() -> None:
    work = group(allow("rds:*"))
    assert told_of(work, name="ci") == []
    user = {"Type": "AWS::IAM::User", "Properties": {"Groups": [{"Ref": "Dev"}, {"Ref": "Ops"}]}}
    assert told_of(work, Ann=user) == []


def test_groups_beside_a_policy_that_nobody_has_are_named() -> None:
    document = {"Version": "2012-10-17", "Statement": [deny_but(CARE, WITHOUT)]}
    resources = {
        "Dev": group(ManagedPolicyArns=[f"{AWS}AdministratorAccess"]),
        "Mfa": {"Type": POLICY, "Properties": {"PolicyDocument": document}},
    }
    found = read_policies("p.json", json.dumps({"Resources": resources})).documents
    told = [each.message for _, each in lint_all(found) if each.rule == "users-not-asked"]
    assert told == ["no policy asks these groups for MFA: Dev; nobody has this one"]
