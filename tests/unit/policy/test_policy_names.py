"""Lint finds policies whose name demands MFA, and which ask nobody for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_policies
from policy.statements import CARE, ME, READ, ROLE, STOP, WITH, WITHOUT, allow, deny, deny_but

CARING = [allow("iam:*AccessKey*", Resource=ME), allow(CARE, Resource=ME),
          allow("iam:DeactivateMFADevice", WITH, Resource=ME)]  # fmt: skip
ASKING = deny_but(CARE, WITHOUT)
MANAGED = "AWS::IAM::ManagedPolicy"
PROMISE = "name-promises-mfa"


def found_in(text: Any) -> list[tuple[str, str]]:
    """Return the policies whose names promise MFA, with the statement that tells of it."""
    documents = read_policies("p.json", json.dumps(text)).documents
    found = ((document.name, each) for document in documents for each in lint(document))
    return [(name, each.statement) for name, each in found if each.rule == PROMISE]


def stack(name: str, *statements: Any, kind: str = MANAGED, **properties: Any) -> dict[str, Any]:
    """Return a template with a policy of this logical id."""
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Resources": {name: {"Type": kind, "Properties": {"PolicyDocument": policy,
            **properties}}}}  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["EnforceMfaPolicy", "ForceMFA", "RequireMFA", "MFAEnforcement", "DenyWithoutMFA",
     "OrgRequiresMFAForAllUsers", "DenyAllUnlessMFA", "MfaRequiredPolicy2"],
)  # fmt: skip
def test_a_name_that_demands_mfa_is_a_promise(name: str) -> None:
    told = [(name, "Statement[0]")]
    assert found_in(stack(name, *CARING)) == told
    assert found_in(stack(name, allow("*"))) == told
    assert found_in(stack(name, *CARING, ASKING)) == []
    assert found_in(stack(name, allow("*", WITH))) == []
    assert found_in(stack(name, {**allow("*"), "Conditions": WITH})) == []


@pytest.mark.parametrize(
    "name",
    ["SelfManageMFA", "ManageOwnMFA", "MfaPolicy", "AllowMfa", "ForceMfaExempt", "SalesforceMfa",
     "WorkforceMFA", "EnforceMfaLambda", "RequireMfaDelete", "AllowWithoutMFA", "DenyMfaRemoval",
     "DontForceMfa", "DenyWithoutTags", "NoMFARequired", "ExemptFromMFARequirement",
     "ServiceAccountsNoMfaEnforcement", "SkipMFAEnforcement", "ViewMFAEnforced"],
)  # fmt: skip
def test_a_name_that_says_something_else_is_none(name: str) -> None:
    assert found_in(stack(name, *CARING)) == []


def test_what_asks_in_another_way_is_right() -> None:
    assert found_in(stack("ForceMfa", allow("sts:AssumeRole", Resource=ROLE["AWS"]))) == []
    assert found_in(stack("ForceMfa", allow("*"), deny("iam:DeactivateMFADevice"))) == []
    both = [allow("sts:AssumeRole", Resource=ROLE["AWS"]), allow("iam:ListRoles")]
    assert found_in(stack("RolesMfaRequired", *both)) == []
    elsewhere = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://x"}}}
    assert found_in(stack("ForceMfa", *CARING, elsewhere)) == []
    either = {"Fn::If": ["Asked", ASKING, {"Ref": "AWS::NoValue"}]}
    assert found_in(stack("ForceMfa", *CARING, either)) == []
    assert found_in(stack("ForceMfa", *CARING, Roles=[{"Ref": "Checker"}])) == []
    assert found_in(stack("ForceMfa", allow(STOP, Sid="StopWithMFA"))) == []  # the Sid promises it
    assert found_in(stack("EnforceMfa", *CARING, allow("logs:PutLogEvents"))) == []  # a program's
    in_bucket = allow(READ, Principal={"AWS": "111122223333"})
    assert found_in(stack("ForceMfa", in_bucket, kind="AWS::S3::BucketPolicy")) == []


def test_another_policy_of_the_same_people_keeps_the_promise() -> None:
    both = stack("ForceMfa", *CARING, Groups=["Staff"])["Resources"]
    beside = stack("Rest", ASKING, Groups=["Staff"])["Resources"]
    others = stack("Rest", ASKING, Groups=["Guests"])["Resources"]
    assert found_in({"Resources": {**both, **beside}}) == []
    assert found_in({"Resources": {**both, **others}}) == [("ForceMfa", "Statement[0]")]


def test_names_are_those_of_policies_wherever_they_stand() -> None:
    policy = {"Version": "2012-10-17", "Statement": CARING}
    assert found_in(stack("P1", *CARING, ManagedPolicyName="require-mfa")) == [
        ("P1", "Statement[0]")
    ]
    answer = {"GroupName": "Staff", "PolicyName": "force_mfa", "PolicyDocument": policy}
    assert len(found_in(answer)) == 1
    assert found_in({**answer, "GroupName": "ForceMfa", "PolicyName": "Care"}) == []
    for address, name, count in (
        ("aws_iam_policy.force_mfa[0]", "care", 1),
        ("module.x.aws_iam_policy.this", "ForceMFA", 1),
        ("aws_iam_policy.this", "care", 0),
    ):
        resource = {"address": address, "mode": "managed", "type": "aws_iam_policy",
                    "values": {"name": name, "policy": json.dumps(policy)}}  # fmt: skip
        plan = {"format_version": "1.2",
                "planned_values": {"root_module": {"resources": [resource]}}}  # fmt: skip
        assert len(found_in(plan)) == count


@pytest.mark.parametrize(
    ("name", "action", "is_told"),
    [
        ("lambda-boundary", "s3:GetObject", True),
        ("acme-lambda-exec-boundary", "s3:GetObject", True),
        ("GitHubActionsBoundary", "*", True),
        ("ecs-task-role-permissions-boundary", "s3:*", True),
        ("lambda-boundary", "lambda:*", False),  # of those who manage functions
        ("lambda-developers-boundary", "s3:*", False),
        ("dev-lambda-boundary", "s3:*", False),
        ("contractor-boundary", "s3:*", False),
    ],
)
def test_a_boundary_that_is_for_machines_by_its_name_is_not_to_ask_for_mfa(
    name: str, action: str, *, is_told: bool
) -> None:
    text: dict[str, Any] = {"Version": "2012-10-17", "Statement": [allow(action, WITH)]}
    of_file = read_policies(f"{name}.json", json.dumps(text)).documents
    of_template = read_policies("p.json", json.dumps(stack(name, *text["Statement"]))).documents
    for document in (*of_file, *of_template):
        assert [each.rule for each in lint(document)].count("mfa-in-role-policy") == is_told
