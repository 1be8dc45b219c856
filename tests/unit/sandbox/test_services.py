"""Requests to any service are recognised, and answered if the caller's policies allow them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.sandbox.sandbox import ALLOW_ALL
from sandbox.people import trust
from sandbox.refusals import policy, refusal, statement

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from sandbox.conftest import Clients


def test_accounts_and_regions_do_not_see_each_others_instances(
    aws: FullSandbox, client: Clients
) -> None:
    carol = aws.create_user("carol", policies=[ALLOW_ALL])
    books = aws.create_user("books", account="444455556666", policies=[ALLOW_ALL])
    theirs = aws.create_instance(name="books-1", account="444455556666")
    ours = aws.create_instance(name="db-1")
    far = aws.create_instance(name="db-2", region="us-east-1")

    def seen(user: Any, region: str) -> list[tuple[str, str]]:
        answer = client("ec2", user, region).describe_instances()
        return [
            (instance["InstanceId"], instance["Tags"][0]["Value"])
            for reservation in answer["Reservations"]
            for instance in reservation["Instances"]
        ]

    assert seen(carol, "eu-west-1") == [(ours, "db-1")]
    assert seen(carol, "us-east-1") == [(far, "db-2")]
    assert seen(books, "eu-west-1") == [(theirs, "books-1")]
    assert seen(books, "us-east-1") == []


def test_a_chinese_region_has_its_own_instances(aws: FullSandbox, client: Clients) -> None:
    wen = aws.create_user("wen", partition="aws-cn", policies=[ALLOW_ALL])
    instance = aws.create_instance(name="db", region="cn-north-1")
    answer = client("ec2", wen, "cn-north-1").stop_instances(InstanceIds=[instance])
    assert answer["StoppingInstances"][0]["InstanceId"] == instance


def test_each_service_refuses_in_its_own_words(aws: FullSandbox, client: Clients) -> None:
    nobody = aws.create_user("nobody")
    arn = "arn:aws:iam::123456789012:user/nobody"
    start = f"User: {arn} is not authorized to perform: "
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "s3": ("list_buckets", {}),
        "iam": ("list_mfa_devices", {}),
        "ec2": ("stop_instances", {"InstanceIds": ["i-0123456789abcdef0"]}),
        "dynamodb": ("list_tables", {}),
        "lambda": ("get_function", {"FunctionName": "f"}),
        "cloudformation": ("list_stacks", {}),
        "sts": ("get_access_key_info", {"AccessKeyId": nobody.access_key_id}),
    }
    refused = {
        service: refusal(getattr(client(service, nobody), call), **parameters)
        for service, (call, parameters) in asked.items()
    }
    why = "because no identity-based policy allows the {} action"
    text = {
        "iam": f"{start}iam:ListMFADevices on resource: {arn} {why.format('iam:ListMFADevices')}",
        "lambda": f"{start}lambda:GetFunction on resource: * {why.format('lambda:GetFunction')}",
    }
    assert {service: answer[:2] for service, answer in refused.items()} == {
        "s3": (403, "AccessDenied"),
        "iam": (403, "AccessDenied"),
        "ec2": (403, "UnauthorizedOperation"),
        "dynamodb": (400, "AccessDeniedException"),
        "lambda": (403, "AccessDeniedException"),
        "cloudformation": (403, "AccessDenied"),
        "sts": (403, "AccessDenied"),
    }
    assert {service: refused[service][2] for service in text} == text


def test_an_explicit_deny_is_named_in_the_refusal(aws: FullSandbox, client: Clients) -> None:
    rules = policy(statement("Allow", "*"), statement("Deny", "iam:List*"))
    carol = aws.create_user("carol", policies=[rules])
    text = refusal(client("iam", carol).list_mfa_devices)[2]
    assert text.endswith(" with an explicit deny in an identity-based policy")


def test_a_policy_allows_one_instance_and_not_another(aws: FullSandbox, client: Clients) -> None:
    mine, other = aws.create_instance(name="mine"), aws.create_instance(name="other")
    arn = f"arn:aws:ec2:eu-west-1:123456789012:instance/{mine}"
    carol = aws.create_user("carol", policies=[policy(statement("Allow", "ec2:*", arn))])
    stop = client("ec2", carol).stop_instances
    assert stop(InstanceIds=[mine])["StoppingInstances"][0]["InstanceId"] == mine
    assert refusal(stop, InstanceIds=[mine, other])[1] == "UnauthorizedOperation"
    assert refusal(client("ec2", carol).describe_instances)[1] == "UnauthorizedOperation"


class TestS3:
    """Each call of S3, and the only action and resource that allow it."""

    PLACE = "arn:aws:s3:::books"

    @pytest.mark.parametrize(
        ("call", "parameters", "action", "resource"),
        [
            ("list_buckets", {}, "s3:ListAllMyBuckets", "*"),
            ("list_objects_v2", {"Bucket": "books"}, "s3:ListBucket", PLACE),
            ("list_objects", {"Bucket": "books"}, "s3:ListBucket", PLACE),
            ("head_bucket", {"Bucket": "books"}, "s3:ListBucket", PLACE),
            ("get_bucket_versioning", {"Bucket": "books"}, "s3:GetBucketVersioning", PLACE),
            ("put_object", {"Bucket": "books", "Key": "a/b c+d", "Body": b"x"}, "s3:PutObject",
             f"{PLACE}/a/b c+d"),
            ("get_object", {"Bucket": "books", "Key": "known"}, "s3:GetObject", f"{PLACE}/known"),
            ("head_object", {"Bucket": "books", "Key": "known"}, "s3:GetObject", f"{PLACE}/known"),
            ("delete_object", {"Bucket": "books", "Key": "known"}, "s3:DeleteObject",
             f"{PLACE}/known"),
            ("delete_objects", {"Bucket": "books", "Delete": {"Objects": [{"Key": "known"}]}},
             "s3:DeleteObject", f"{PLACE}/known"),
            ("copy_object", {"Bucket": "books", "Key": "new", "CopySource": "books/known"},
             ["s3:PutObject", "s3:GetObject"], [f"{PLACE}/new", f"{PLACE}/known"]),
            ("create_multipart_upload", {"Bucket": "books", "Key": "big"}, "s3:PutObject",
             f"{PLACE}/big"),
            ("delete_bucket", {"Bucket": "empty-one"}, "s3:DeleteBucket", "arn:aws:s3:::empty-one"),
        ],
    )  # fmt: skip
    def test_each_call_needs_its_action_on_its_resource(
        self,
        aws: FullSandbox,
        client: Clients,
        call: str,
        parameters: dict[str, Any],
        action: Any,
        resource: Any,
    ) -> None:
        admin = aws.create_user("admin", policies=[ALLOW_ALL])
        aws.create_bucket("books")
        aws.create_bucket("empty-one")
        client("s3", admin).put_object(Bucket="books", Key="known", Body=b"known")
        carol = aws.create_user("carol", policies=[policy(statement("Allow", action, resource))])
        all_but = policy(statement("Allow", "*"), statement("Deny", action, resource))
        dave = aws.create_user("dave", policies=[all_but])
        done = getattr(client("s3", carol), call)(**parameters)
        if "Body" in done:
            done["Body"].close()
        assert 200 <= done["ResponseMetadata"]["HTTPStatusCode"] < 300
        assert refusal(getattr(client("s3", dave), call), **parameters)[0] == 403

    def test_a_changed_body_is_refused(self, aws: FullSandbox, client: Clients) -> None:
        carol = aws.create_user("carol", policies=[ALLOW_ALL])
        aws.create_bucket("books")
        s3 = client("s3", carol)

        def change(request: Any, **_: Any) -> None:
            request.body = b"other"

        s3.meta.events.register("before-send.s3.PutObject", change)
        refused = refusal(s3.put_object, Bucket="books", Key="k", Body=b"those")
        assert refused[:2] == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("service", "call", "parameters", "operation", "recorded"),
    [
        ("sts", "get_caller_identity", {}, "GetCallerIdentity", {}),
        ("ec2", "describe_instances", {"MaxResults": 5}, "DescribeInstances", {"MaxResults": "5"}),
        ("dynamodb", "describe_table", {"TableName": "t"}, "DescribeTable", {"TableName": "t"}),
        ("lambda", "get_function", {"FunctionName": "f"}, "GetFunction", {"FunctionName": "f"}),
        ("lambda", "invoke", {"FunctionName": "f"}, "Invoke", {"FunctionName": "f"}),
        ("s3", "get_object", {"Bucket": "b", "Key": "x/y z"}, "GetObject",
         {"Bucket": "b", "Key": "x/y z"}),
        ("route53", "list_hosted_zones", {}, "ListHostedZones", {}),
        ("cloudformation", "list_stacks", {}, "ListStacks", {}),
    ],
)  # fmt: skip
def test_calls_are_recorded_with_their_operation(
    aws: FullSandbox,
    client: Clients,
    service: str,
    call: str,
    parameters: dict[str, Any],
    operation: str,
    recorded: dict[str, str],
) -> None:
    carol = aws.create_user("carol")
    made = getattr(client(service, carol), call)
    if service == "sts":
        made()
    else:
        refusal(made, **parameters)
    seen = aws.calls[0]
    assert (seen.service, seen.operation, seen.access_key_id, seen.caller_arn) == (
        service,
        operation,
        carol.access_key_id,
        carol.arn,
    )
    assert {name: seen.parameters.get(name) for name in recorded} == recorded


def test_a_boundary_limits_what_policies_allow(aws: FullSandbox, client: Clients) -> None:
    only_s3 = policy(statement("Allow", "s3:*"))
    carol = aws.create_user("carol", policies=[ALLOW_ALL], boundary=only_s3)
    assert client("s3", carol).list_buckets()["Buckets"] == []
    assert refusal(client("ec2", carol).describe_instances)[1] == "UnauthorizedOperation"


def test_groups_and_attached_policies_count(aws: FullSandbox, client: Clients) -> None:
    carol = aws.create_user("carol")
    aws.create_group("readers", [carol], policies=[policy(statement("Allow", "s3:List*"))])
    describe = policy(statement("Allow", "ec2:Describe*"))
    aws.attach_policy(carol, aws.create_policy("look", describe))
    assert client("s3", carol).list_buckets()["Buckets"] == []
    assert client("ec2", carol).describe_instances()["Reservations"] == []
    assert refusal(client("ec2", carol).run_instances, MinCount=1, MaxCount=1)[0] == 403


def test_a_role_with_a_path_has_it_in_its_arn(aws: FullSandbox, client: Clients) -> None:
    carol = aws.create_user("carol", path="/staff/")
    role = aws.create_role("R", path="/ops/", trust=trust(carol.arn), policies=[ALLOW_ALL])
    assert (carol.arn, role.arn) == (
        "arn:aws:iam::123456789012:user/staff/carol",
        "arn:aws:iam::123456789012:role/ops/R",
    )
    taken = client("sts", carol).assume_role(RoleArn=role.arn, RoleSessionName="me")
    assert taken["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/R/me"
