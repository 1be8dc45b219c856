"""What lint knows by the type of the resource that a template or plan gives a policy to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_policies
from policy.statements import BUCKET, NOT_ROLES, WITH, WITHOUT, allow, deny

EVERYTHING = [allow("*", Principal="*"), deny("s3:DeleteObject", WITHOUT, Principal="*")]
ROLE = {"AWS": "arn:aws:iam::123456789012:role/app"}
OF_ACCOUNT = [allow("s3:*", WITH, Principal={"AWS": "arn:aws:iam::123456789012:root"})]
NAMED = ["ecr:BatchDeleteImage", "ecr:DeleteRepository"]
Case = tuple[str, str, list[dict[str, Any]], list[str]]

CASES: list[Case] = [
    ("AWS::EC2::VPCEndpoint", "aws_vpc_endpoint_policy", EVERYTHING, []),
    ("AWS::EC2::VPCEndpoint", "aws_vpc_endpoint", OF_ACCOUNT, []),
    ("AWS::EC2::VPCEndpoint", "aws_vpc_endpoint", EVERYTHING[1:], ["boundary-allows-nothing"]),
    *[("AWS::EC2::VPCEndpoint", "aws_vpc_endpoint", statements, ["scp-locks-out-roles"] * wrong)
      for statements, wrong in (
          ([allow("s3:*", WITH, Principal="*")], True),
          ([EVERYTHING[0], deny("s3:*", WITHOUT, Principal="*")], True),
          ([EVERYTHING[0], deny("s3:*", {**WITHOUT, **NOT_ROLES}, Principal="*")], False))],
    *[("AWS::EC2::VPCEndpoint", "aws_vpc_endpoint_policy", [statement], [])
      for statement in (
          allow("backup:*", Principal=ROLE), allow("cloudformation:*", Principal=ROLE),
          allow("iam:ListMFADevices", Principal=ROLE),
          allow(["kms:*", "kms:ListKeys"], Principal=ROLE),
          allow("sts:AssumeRole", Principal=ROLE, Resource=ROLE["AWS"]))],
    ("AWS::ECR::Repository", "aws_ecr_repository_policy",
     [deny(NAMED, WITHOUT, Principal="*")], ["misplaced-element"]),
    ("AWS::ECR::RegistryPolicy", "aws_ecr_registry_policy",
     [deny(NAMED, WITHOUT, Principal="*")], []),
    ("AWS::Backup::BackupVault", "aws_backup_vault_policy",
     [deny("backup:*", WITHOUT, Principal="*")], ["malformed-policy"]),
    ("AWS::S3::BucketPolicy", "aws_s3_bucket_policy", OF_ACCOUNT, ["resource-no-arn"]),
    ("AWS::S3::BucketPolicy", "aws_s3_bucket_policy",
     [allow("s3:*", WITH, Principal="*", Resource=BUCKET)], ["anyone-with-mfa"]),
]  # fmt: skip


def found_in(text: Any) -> list[str]:
    """Return the rules that lint finds broken in a text with one policy."""
    (document,) = read_policies("p.json", json.dumps(text)).documents
    return [each.rule for each in lint(document)]


@pytest.mark.parametrize("case", CASES)
def test_a_template_tells_whose_policy_it_is(case: Case) -> None:
    kind, _, statements, rules = case
    policy = {"Version": "2012-10-17", "Statement": statements}
    key = "RepositoryPolicyText" if kind == "AWS::ECR::Repository" else "PolicyDocument"
    stack = {"Resources": {"R": {"Type": kind, "Properties": {key: policy}}}}
    assert found_in(stack) == rules


@pytest.mark.parametrize("case", CASES)
def test_a_plan_tells_whose_policy_it_is(case: Case) -> None:
    _, kind, statements, rules = case
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    resource = {"address": f"{kind}.r", "mode": "managed", "type": kind,
                "values": {"policy": policy}}  # fmt: skip
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [resource]}}}
    assert found_in(plan) == rules
