"""IAM's answers about users, keys and policies match the sandbox's decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.sandbox.sandbox import ALLOW_ALL
from sandbox.people import take, trust
from sandbox.refusals import policy, refusal, statement

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import User
    from sandbox.conftest import Clients

READ = policy(statement("Allow", "s3:List*"))


@pytest.fixture
def carol(aws: FullSandbox) -> User:
    return aws.create_user("carol", policies=[ALLOW_ALL])


@pytest.fixture
def iam(client: Clients, carol: User) -> Any:
    return client("iam", carol)


def test_a_user_is_described(iam: Any, carol: User) -> None:
    user = iam.get_user()["User"]
    assert (user["UserName"], user["Arn"], user["UserId"]) == ("carol", carol.arn, carol.unique_id)
    assert iam.get_user(UserName="carol")["User"] == user
    assert [u["UserName"] for u in iam.list_users()["Users"]] == ["carol"]


def test_a_user_created_by_the_api_signs_within_its_policies(iam: Any, client: Clients) -> None:
    iam.create_user(UserName="dave")
    key = iam.create_access_key(UserName="dave")["AccessKey"]
    who = client("sts", key).get_caller_identity()
    assert who["Arn"] == "arn:aws:iam::123456789012:user/dave"
    assert refusal(client("s3", key).list_buckets)[1] == "AccessDenied"
    document = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    )
    iam.put_user_policy(UserName="dave", PolicyName="look", PolicyDocument=document)
    assert client("s3", key).list_buckets()["Buckets"] == []
    iam.delete_user_policy(UserName="dave", PolicyName="look")
    assert refusal(client("s3", key).list_buckets)[1] == "AccessDenied"


def test_keys_are_listed_made_inactive_and_deleted(iam: Any, client: Clients, carol: User) -> None:
    key = iam.create_access_key()["AccessKey"]
    assert refusal(iam.create_access_key)[:2] == (409, "LimitExceeded")
    iam.update_access_key(AccessKeyId=key["AccessKeyId"], Status="Inactive")
    listed = iam.list_access_keys()["AccessKeyMetadata"]
    assert [(k["AccessKeyId"], k["Status"]) for k in listed] == [
        (carol.access_key_id, "Active"),
        (key["AccessKeyId"], "Inactive"),
    ]
    assert refusal(client("sts", key).get_caller_identity)[1] == "InvalidClientTokenId"
    iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 1


def test_a_new_key_signs_once_it_has_spread(
    aws: FullSandbox, iam: Any, client: Clients, carol: User
) -> None:
    aws.key_spread_seconds = 20
    key = iam.create_access_key()["AccessKey"]
    sts = client("sts", key)
    assert refusal(sts.get_caller_identity)[1] == "InvalidClientTokenId"
    aws.clock.advance(20)
    assert sts.get_caller_identity()["Arn"] == carol.arn


def test_iam_tells_when_a_key_was_last_used(
    aws: FullSandbox, iam: Any, client: Clients, carol: User
) -> None:
    key = iam.create_access_key()["AccessKey"]
    new = key["AccessKeyId"]
    assert "LastUsedDate" not in iam.get_access_key_last_used(AccessKeyId=new)["AccessKeyLastUsed"]
    client("sts", key).get_caller_identity()
    told = iam.get_access_key_last_used(AccessKeyId=new)
    assert told["UserName"] == carol.name
    assert abs((told["AccessKeyLastUsed"]["LastUsedDate"] - aws.clock.now()).total_seconds()) < 5
    iam.update_access_key(AccessKeyId=new, Status="Inactive")
    iam.update_access_key(AccessKeyId=new, Status="Active")
    iam.delete_access_key(AccessKeyId=new)
    assert [(state.access_key_id, state.state) for state in aws.key_log] == [
        (new, "created"), (new, "Inactive"), (new, "Active"), (new, "deleted"),
    ]  # fmt: skip
    assert refusal(lambda: iam.get_access_key_last_used(AccessKeyId=new))[1] == "NoSuchEntity"


def test_the_callers_policies_can_be_read(aws: FullSandbox, client: Clients) -> None:
    erin = aws.create_user("erin", policies=[ALLOW_ALL], boundary=ALLOW_ALL)
    group = aws.create_group("readers", [erin], policies=[READ])
    arn = aws.create_policy("look", READ)
    aws.attach_policy(erin, arn)
    aws.attach_policy(group, arn)
    iam = client("iam", erin)
    boundary = iam.get_user()["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    names = iam.list_user_policies(UserName="erin")["PolicyNames"]
    inline = [iam.get_user_policy(UserName="erin", PolicyName=name) for name in names]
    groups = [g["GroupName"] for g in iam.list_groups_for_user(UserName="erin")["Groups"]]
    attached = iam.list_attached_user_policies(UserName="erin")["AttachedPolicies"]
    group_attached = iam.list_attached_group_policies(GroupName="readers")["AttachedPolicies"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    group_names = iam.list_group_policies(GroupName="readers")["PolicyNames"]
    group_inline = iam.get_group_policy(GroupName="readers", PolicyName=group_names[0])
    assert [policy["PolicyDocument"] for policy in inline] == [ALLOW_ALL]
    assert groups == ["readers"]
    assert attached == group_attached == [{"PolicyName": "look", "PolicyArn": arn}]
    assert document == group_inline["PolicyDocument"] == READ
    limits = iam.get_policy_version(PolicyArn=boundary, VersionId="v1")["PolicyVersion"]
    assert limits["Document"] == ALLOW_ALL


def test_a_roles_trust_and_policies_can_be_read(
    aws: FullSandbox, client: Clients, carol: User
) -> None:
    role = aws.create_role("R", trust=trust(carol.arn), policies=[ALLOW_ALL, READ])
    iam = client("iam", take(client, carol, role))
    described = iam.get_role(RoleName="R")["Role"]
    assert (described["Arn"], described["MaxSessionDuration"]) == (role.arn, 3600)
    assert described["AssumeRolePolicyDocument"] == role.trust
    names = iam.list_role_policies(RoleName="R")["PolicyNames"]
    read = [iam.get_role_policy(RoleName="R", PolicyName=n)["PolicyDocument"] for n in names]
    assert read == [ALLOW_ALL, READ]


def test_the_alias_and_the_summary_are_returned(aws: FullSandbox, iam: Any, carol: User) -> None:
    assert iam.list_account_aliases()["AccountAliases"] == []
    aws.set_alias(carol.account, "library")
    assert iam.list_account_aliases()["AccountAliases"] == ["library"]
    aws.create_device(carol)
    aws.create_root()
    assert iam.get_account_summary()["SummaryMap"] == {
        "Users": 1,
        "Roles": 0,
        "MFADevicesInUse": 1,
        "AccountMFAEnabled": 0,
        "AccountAccessKeysPresent": 1,
    }


@pytest.mark.parametrize(
    ("call", "parameters"),
    [
        ("get_user", {"UserName": "nobody"}),
        ("get_role", {"RoleName": "nobody"}),
        ("list_group_policies", {"GroupName": "nobody"}),
        ("get_user_policy", {"UserName": "carol", "PolicyName": "none"}),
        ("get_policy", {"PolicyArn": "arn:aws:iam::123456789012:policy/none"}),
        ("delete_access_key", {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA"}),
    ],
)
def test_a_missing_entity_is_refused(iam: Any, call: str, parameters: dict[str, str]) -> None:
    assert refusal(getattr(iam, call), **parameters)[:2] == (404, "NoSuchEntity")


def test_a_malformed_document_is_refused(iam: Any) -> None:
    put = {"UserName": "carol", "PolicyName": "p"}
    for document in ("{", "[]", "{}"):
        refused = refusal(iam.put_user_policy, **put, PolicyDocument=document)
        assert refused[:2] == (400, "MalformedPolicyDocument")
