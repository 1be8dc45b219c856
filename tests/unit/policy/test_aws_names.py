"""Lint accepts each action that AWS lists, and suggests the nearest name for any other."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.aws.action_list import operations_of, read_list
from mfa_session.guard.services import IAM_PREFIXES, prefix_of, spell_action
from mfa_session.guard.unmatched import add_version_2
from mfa_session.policy.action_names import BY_METHOD, CALLS
from mfa_session.policy.aws_names import AwsNames
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Document

LIST = read_list()
MANY_ACTIONS = 10_000
LISTED = (
    # Actions that are not operations of an API.
    "iam:PassRole",
    "s3:ListBucket",
    "s3:GetObjectVersion",
    "s3:PutObjectRetention",
    "s3:GetLifecycleConfiguration",
    "kms:ReEncryptFrom",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "lambda:InvokeFunction",
    "execute-api:Invoke",
    "cassandra:Select",
    "rds-db:connect",
    "ssmmessages:OpenDataChannel",
    # Retired actions, and some that only AWS's own default policies name.
    "aws-portal:ViewBilling",
    "aws-portal:*",
    "sns:Receive",
    "codestar:CreateProject",
    # Patterns, names in another case, and texts that are not action names.
    "*",
    "ec2:*",
    "EC2:stopINSTANCES",
    "ec2:*Instance?",
    "iam:*MFADevice",
    "ec2:${Action}",
    "<service>:<action>",
    "StopInstances",
    "zocalo:Describe*",
    "finspace-api:CreateUser",
)


NEWER = {"ec2": ["DestroyTheWorld"], "nova": ["Stop"]}


@pytest.fixture(scope="module")
def managed_policies() -> list[dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # 30 MB; two tests need it

    return [each["Document"] for each in json.loads(aws_managed_policies_data).values()]


@pytest.fixture(scope="module")
def names() -> AwsNames:
    return AwsNames(LIST.services, LIST.actions_of, lambda _: (), IAM_PREFIXES)


@pytest.mark.parametrize("action", LISTED)
def test_an_action_that_aws_lists_or_has_listed_is_not_doubted(
    names: AwsNames, action: str
) -> None:
    assert names.look_up(action) is None


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("ec2:TerminateInstance", "ec2:TerminateInstances"),
        ("ec2:StopInstnaces", "ec2:StopInstances"),
        ("sts:AssumeRoles", "sts:AssumeRole"),
        ("elasticloadbalancing:DescribeLoadBalancer", "elasticloadbalancing:DescribeLoadBalancers"),
        ("ec2:Discribe*", "ec2:Describe*"),
        # Names of an API's operation or service that IAM spells otherwise.
        ("s3:ListObjectsV2", "s3:ListBucket"),
        ("s3:HeadObject", "s3:GetObject"),
        ("lambda:Invoke", "lambda:InvokeFunction"),
        # What another service would call it.
        ("kms:DeleteKey", "kms:ScheduleKeyDeletion"),
        ("kms:UpdateKeyPolicy", "kms:PutKeyPolicy"),
        ("s3:ListAllBuckets", "s3:ListAllMyBuckets"),
        ("s3:RemoveBucket", "s3:DeleteBucket"),
        ("iam:DisableMFADevice", "iam:DeactivateMFADevice"),
        ("iam:CreateMFADevice", "iam:CreateVirtualMFADevice"),
        ("ec2:DeleteInstance", "ec2:TerminateInstances"),
        ("ec2:LaunchInstances", "ec2:RunInstances"),
        ("elbv2:DeleteRule", "elasticloadbalancing:DeleteRule"),
        ("docdb:describedbclusters", "rds:DescribeDBClusters"),
        ("apigatewayv2:*", "apigateway:*"),
        ("codedploy:*", "codedeploy:*"),
        ("dynamobd:DeleteTable", "dynamodb:DeleteTable"),
    ],
)
def test_a_slip_or_another_name_of_the_same_action_is_a_sure_guess(
    names: AwsNames, action: str, meant: str
) -> None:
    found = names.look_up(action)
    assert found is not None
    assert (found.meant, found.sure) == (meant, True)


@pytest.mark.parametrize("action", ["kms:DestroyKey", "kms:RotateKey", "iam:RotateAccessKey"])
def test_the_same_noun_with_a_verb_for_something_else_is_no_guess(
    names: AwsNames, action: str
) -> None:
    found = names.look_up(action)
    assert found is not None
    assert found.meant is None


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("ec2:TerminateTheInstances", "ec2:TerminateInstances"),
        ("ec2:Terminat*Foo", "ec2:TerminateInstances"),
        ("iam:GetSessionToken", "sts:GetSessionToken"),
        ("vpc:DescribeSubnets", "ec2:DescribeSubnets"),
        ("iam:Describe*", None),
        ("ec2:DestroyTheWorld", None),
        ("nova:Stop", None),
        ("nova:*", None),
    ],
)
def test_a_distant_name_is_an_unsure_guess(names: AwsNames, action: str, meant: str | None) -> None:
    found = names.look_up(action)
    assert found is not None
    assert (found.meant, found.sure) == (meant, False)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("ec2:DestroyTheWorld", "AWS lists no action ec2:DestroyTheWorld"),
        ("nova:*", "AWS lists no action that matches nova:*"),
    ],
)
def test_the_message_tells_a_name_from_a_pattern(
    names: AwsNames, action: str, message: str
) -> None:
    found = names.look_up(action)
    assert found is not None
    assert found.message == message
    assert "boto3" in found.hint


def test_only_the_first_fifty_names_are_compared_with_all_others() -> None:
    names = AwsNames(LIST.services, LIST.actions_of, lambda _: (), {})
    found = [names.look_up(f"ec2:TerminateTheInstances{number}") for number in range(51)]
    assert [each.meant for each in (found[49], found[50]) if each] == [
        "ec2:TerminateInstances",
        None,
    ]
    slip = names.look_up("ec2:TerminateInstance")
    assert slip is not None
    assert (slip.meant, slip.sure) == ("ec2:TerminateInstances", True)


def test_no_pattern_takes_long_to_match(names: AwsNames) -> None:
    # A matcher that tries every way to share a name among the wildcards does not come to an end.
    assert names.look_up(f"s3:{'*' * 30}b{'*' * 30}") is None
    assert names.look_up(f"s3:{'*q' * 30}") is not None


def test_an_upgraded_botocore_knows_newer_actions() -> None:
    upgraded = AwsNames(LIST.services, LIST.actions_of, lambda prefix: NEWER.get(prefix, ()), {})
    actions = ("ec2:destroytheworld", "ec2:Destroy*World", "nova:Stop", "nova:*", "nova:Start")
    assert [each for each in actions if upgraded.look_up(each)] == ["nova:Start"]


def test_a_call_with_another_name_in_iam_is_not_an_action() -> None:
    calls = {"s3": ["ListObjects"], "apigateway": ["CreateRestApi"]}
    installed = AwsNames(LIST.services, LIST.actions_of, lambda prefix: calls.get(prefix, ()), {})
    for action in ("s3:ListObjects", "apigateway:CreateRestApi"):
        assert installed.look_up(action) is not None
    assert installed.look_up("apigateway:POST") is None


def test_the_clis_name_of_a_service_is_not_a_prefix() -> None:
    calls = {"docdb": ["DescribeDBClusters"], "elb": ["DescribeLoadBalancers"]}
    installed = AwsNames(
        LIST.services, LIST.actions_of, lambda prefix: calls.get(prefix, ()), IAM_PREFIXES
    )
    found = [
        installed.look_up(each)
        for each in ("docdb:DescribeDBClusters", "docdb:*", "elb:DescribeLoadBalancers")
    ]
    assert [each.meant for each in found if each] == [
        "rds:DescribeDBClusters",
        "rds:*",
        "elasticloadbalancing:DescribeLoadBalancers",
    ]


def test_the_installed_botocore_is_read_without_asking_aws() -> None:
    assert "GetSessionToken" in operations_of("sts")
    assert operations_of("nova") == ()


def test_no_operation_of_the_aws_cli_counts_as_a_slip(names: AwsNames) -> None:
    actions = (
        f"{prefix_of(service)}:{spell_action(operation)}"
        for service, operations in add_version_2(LIST.operations).items()
        for operation in operations
    )
    found = filter(None, map(names.look_up, actions))
    sure = {each.action.lower() for each in found if each.sure}
    assert {each for each in sure if each.partition(":")[0] not in BY_METHOD} <= CALLS.keys()


@pytest.mark.parametrize(
    ("statement", "severities"),
    [
        ({"Effect": "Allow", "Action": "ec2:TerminateInstance"}, ["warning"]),
        ({"Effect": "Allow", "Action": "ec2:DestroyTheWorld"}, ["note"]),
        ({"Effect": "Deny", "Action": ["ec2:DestroyTheWorld", "nova:*"]}, ["warning"]),
        ({"Effect": "Deny", "Action": ["ec2:DestroyTheWorld", "ec2:Stop*"]}, ["note"]),
        ({"Effect": "Deny", "NotAction": ["iam:*", "iam:Describe*"]}, ["note"]),
    ],
)
def test_an_unsure_name_is_a_note_unless_a_deny_loses_its_effect(
    names: AwsNames, statement: dict[str, object], severities: list[str]
) -> None:
    found = lint(document_of({**statement, "Resource": "*"}), names=names)
    assert [each.severity for each in found] == severities


def test_unknown_actions_are_reported_together(names: AwsNames) -> None:
    (found,) = lint(
        document_of(
            {"Effect": "Allow", "Action": [f"nova:Do{n}" for n in range(9)], "Resource": "*"}
        ),
        names=names,
    )
    assert found.message == (
        "AWS lists no action nova:Do0, nova:Do1, nova:Do2, nova:Do3 and 5 more"
    )


def test_no_action_in_aws_managed_policies_is_doubted(
    names: AwsNames, managed_policies: list[dict[str, Any]]
) -> None:
    named = {action for policy in managed_policies for action in actions_in(policy)}
    assert len(named) > MANY_ACTIONS
    assert [action for action in named if names.look_up(action)] == []


def test_no_aws_managed_policy_has_a_finding(
    names: AwsNames, managed_policies: list[dict[str, Any]]
) -> None:
    telling = re.compile(r'MultiFactorAuth|"(?:iam|sts|saml):\w+": ', re.IGNORECASE).search
    telling_ones = [policy for policy in managed_policies if telling(json.dumps(policy))]
    found = [
        finding
        for policy in (
            *telling_ones,
            *managed_policies[::10],
        )  # linting all of them takes seconds; they are clean, too
        for finding in lint(read_document("managed", json.dumps(policy)), names=names)
    ]
    assert found == []


def actions_in(policy: dict[str, Any]) -> Iterator[str]:
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Action", "NotAction"):
            named = statement.get(element, ())
            yield from (named,) if isinstance(named, str) else named


def document_of(statement: dict[str, object]) -> Document:
    return read_document("p.json", json.dumps({"Version": "2012-10-17", "Statement": statement}))
