"""Each policy template, attached where it belongs, stops what it should and nothing else.

The tests use a long-term key, an MFA session, a session without MFA and a role session, and compare
the outcome with the evaluator's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from mfa_session.policy import credentials
from mfa_session.policy.commands.template import make
from mfa_session.policy.credentials import Request
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.lint import lint
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document
from mfa_session.policy.templates import FIRST_SIGN_IN, KEPT_BACK, TEMPLATES, WITHOUT_MFA, Choices
from mfa_session.sandbox.sandbox import ALLOW_ALL
from sandbox.people import mfa_session, plain_session, take, trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, Document, User
    from sandbox.conftest import Clients

ABROAD = "444455556666"
HOME = "123456789012"
HOUR_SECONDS = 3600

EXAMPLES = {
    "require-mfa": Choices(),
    "allow-with-mfa": Choices(),
    "deny-without-mfa": Choices(self_service=True),
    "max-age": Choices(max_age=HOUR_SECONDS),
    "trust": Choices(account=(ABROAD,), external_id="library-42", max_age=HOUR_SECONDS),
    "bucket": Choices(bucket="books", account=(ABROAD, "777788889999")),
}


def policy(name: str, choices: Choices | None = None) -> dict[str, Any]:
    return make(name, choices or EXAMPLES[name]).document()


class Keys(NamedTuple):
    """One user's credentials of each kind, and the device."""

    user: User
    device: Device
    long_term: User
    mfa: dict[str, Any]
    old_mfa: dict[str, Any]
    plain: dict[str, Any]
    role: dict[str, Any]


def keys_of(
    aws: FullSandbox, client: Clients, user: User, *policies: Document, account: str = HOME
) -> Keys:
    """Return every kind of credentials; the role has the user's policies."""
    device = aws.create_device(user, name=user.name)
    role = aws.create_role("Work", trust=trust("*"), account=account, policies=list(policies))
    assumer = aws.create_user("assumer", account=account, policies=[ALLOW_ALL])
    old = mfa_session(client, user, device)
    aws.clock.advance(2 * HOUR_SECONDS)
    aws.checks_signature_age = False
    return Keys(
        user,
        device,
        user,
        mfa_session(client, user, device),
        old,
        plain_session(client, user),
        take(client, assumer, role),
    )


def passes(call: Callable[..., Any], **parameters: Any) -> bool:
    """Say whether a call is allowed; fail for any refusal but a missing permission."""
    try:
        call(**parameters)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    else:
        return True
    assert status == 403
    return False


def stopped(aws: FullSandbox, client: Clients, keys: Keys) -> dict[str, bool]:
    """Say for each kind of credentials whether it may stop an instance."""
    instance = aws.create_instance(name="db")
    return {
        kind: passes(client("ec2", who).stop_instances, InstanceIds=[instance])
        for kind, who in kinds(keys).items()
    }


def kinds(keys: Keys) -> dict[str, Any]:
    return {
        "long-term": keys.long_term,
        "mfa-session": keys.mfa,
        "mfa-session-old": keys.old_mfa,
        "session-without-mfa": keys.plain,
        "role-session": keys.role,
    }


def foreseen(action: str, *policies: Document, resource: str = "*") -> dict[str, bool]:
    """Return the evaluator's outcomes."""
    documents = [read_document("p.json", json.dumps(each)) for each in policies]
    asked = Request(action=action, resource=resource)
    callers = credentials.all_kinds(action, HOUR_SECONDS)
    found = {kind.kind: evaluate(documents, asked, kind).outcome for kind in callers}
    assert "unknown" not in found.values()
    return {kind: outcome == "allowed" for kind, outcome in found.items()}


@pytest.mark.parametrize("name", [template.name for template in TEMPLATES])
def test_each_template_lints_clean(name: str) -> None:
    document = read_document("p.json", json.dumps(policy(name)))
    assert lint(document) == ()


@pytest.mark.parametrize("first_sign_in", [False, True])
@pytest.mark.parametrize("self_service", [False, True])
def test_the_variants_lint_clean(self_service: bool, first_sign_in: bool) -> None:
    choices = Choices(self_service=self_service, first_sign_in=first_sign_in)
    document = read_document("p.json", json.dumps(policy("deny-without-mfa", choices)))
    assert lint(document) == ()


@pytest.mark.parametrize(
    ("name", "others", "through"),
    [
        ("require-mfa", [ALLOW_ALL], {"mfa-session", "mfa-session-old"}),
        ("allow-with-mfa", [], {"mfa-session", "mfa-session-old"}),
        ("deny-without-mfa", [ALLOW_ALL], {"mfa-session", "mfa-session-old"}),
        ("max-age", [ALLOW_ALL], {"mfa-session"}),
    ],
)
def test_each_template_stops_whom_it_should(
    name: str, others: list[Document], through: set[str], aws: FullSandbox, client: Clients
) -> None:
    policies = [*others, policy(name)]
    carol = aws.create_user("carol", policies=policies)
    found = stopped(aws, client, keys_of(aws, client, carol, *policies))
    assert {kind for kind, passed in found.items() if passed} == through
    assert found == foreseen("ec2:StopInstances", *policies)


@pytest.mark.parametrize("name", ["require-mfa", "max-age"])
def test_other_actions_are_allowed(name: str, aws: FullSandbox, client: Clients) -> None:
    policies = [ALLOW_ALL, policy(name)]
    carol = aws.create_user("carol", policies=policies)
    keys = keys_of(aws, client, carol, *policies)
    found = {
        kind: passes(client("ec2", who).describe_instances) for kind, who in kinds(keys).items()
    }
    assert set(found.values()) == {True}
    assert found == foreseen("ec2:DescribeInstances", *policies)


def test_a_template_concerns_only_its_actions_and_resources(
    aws: FullSandbox, client: Clients
) -> None:
    mine, other = aws.create_instance(name="mine"), aws.create_instance(name="other")
    arn = f"arn:aws:ec2:eu-west-1:{HOME}:instance/{mine}"
    choices = Choices(action=("ec2:Stop*",), resource=(arn,))
    carol = aws.create_user("carol", policies=[ALLOW_ALL, policy("require-mfa", choices)])
    stop = client("ec2", carol).stop_instances
    found = [passes(stop, InstanceIds=[instance]) for instance in (mine, other)]
    assert (found, passes(client("ec2", carol).terminate_instances, InstanceIds=[mine])) == (
        [False, True],
        True,
    )


class TestDenyWithoutMfa:
    """Users get from an access key without a device to an MFA session, and cannot bypass MFA."""

    def test_a_new_user_can_set_up_mfa(self, aws: FullSandbox, client: Clients) -> None:
        carol = aws.create_user("carol", policies=[ALLOW_ALL_BUT_IAM, policy("deny-without-mfa")])
        iam = client("iam", carol)
        assert iam.list_mfa_devices()["MFADevices"] == []
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
        assert iam.get_user()["User"]["UserName"] == "carol"
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="carol")["VirtualMFADevice"][
            "SerialNumber"
        ]
        device = aws.directory.devices[serial]
        iam.enable_mfa_device(UserName="carol", SerialNumber=serial, **codes(aws, device))
        aws.clock.advance(90)
        iam.resync_mfa_device(UserName="carol", SerialNumber=serial, **codes(aws, device))
        aws.clock.advance(90)
        session = mfa_session(client, carol, device)
        assert passes(client("ec2", session).describe_instances)
        with_mfa = client("iam", session)
        with_mfa.deactivate_mfa_device(UserName="carol", SerialNumber=serial)
        with_mfa.delete_virtual_mfa_device(SerialNumber=serial)

    def test_the_device_cannot_be_removed_without_mfa(
        self, aws: FullSandbox, client: Clients
    ) -> None:
        carol = aws.create_user("carol", policies=[ALLOW_ALL, policy("deny-without-mfa")])
        device = aws.create_device(carol, name="carol")
        iam = client("iam", carol)
        deactivate, delete = iam.deactivate_mfa_device, iam.delete_virtual_mfa_device
        assert not passes(deactivate, UserName="carol", SerialNumber=device.serial)
        assert not passes(delete, SerialNumber=device.serial)

    def test_nobody_manages_another_users_device(self, aws: FullSandbox, client: Clients) -> None:
        carol = aws.create_user("carol", policies=[policy("deny-without-mfa")])
        dave = aws.create_user("dave")
        theirs = aws.create_device(dave, name="dave")
        session = mfa_session(client, carol, aws.create_device(carol, name="carol"))
        iam = client("iam", session)
        assert not passes(iam.list_mfa_devices, UserName="dave")
        assert not passes(iam.deactivate_mfa_device, UserName="dave", SerialNumber=theirs.serial)
        assert not passes(iam.delete_virtual_mfa_device, SerialNumber=theirs.serial)
        assert not passes(iam.create_virtual_mfa_device, VirtualMFADeviceName="dave2")

    def test_a_user_with_a_path_manages_the_own_device(
        self, aws: FullSandbox, client: Clients
    ) -> None:
        carol = aws.create_user("carol", path="/eng/", policies=[policy("deny-without-mfa")])
        assert passes(client("iam", carol).list_mfa_devices)

    @pytest.mark.parametrize("action", sorted(WITHOUT_MFA))
    def test_each_exempt_action_is_needed_and_has_a_reason(self, action: str) -> None:
        whole = policy("deny-without-mfa", Choices())
        (deny,) = whole["Statement"]
        without = {**deny, "NotAction": [each for each in deny["NotAction"] if each != action]}
        less = {**whole, "Statement": [without]}
        if action == "sts:GetSessionToken":  # AWS asks no policy about it
            assert foreseen(action, ALLOW_ALL, less)["long-term"]
        else:
            assert foreseen(action, ALLOW_ALL, whole)["long-term"]
            assert not foreseen(action, ALLOW_ALL, less)["long-term"]
        assert WITHOUT_MFA[action]

    def test_no_other_action_is_exempt(self) -> None:
        asked = {"iam:DeleteAccessKey", "iam:CreateAccessKey", *KEPT_BACK,
                 *FIRST_SIGN_IN, "s3:ListAllMyBuckets", "sts:AssumeRole"}  # fmt: skip
        whole = policy("deny-without-mfa", Choices())
        found = {action: foreseen(action, ALLOW_ALL, whole)["long-term"] for action in asked}
        assert set(found.values()) == {False}

    def test_first_sign_in_exempts_changing_the_password(self) -> None:
        whole = policy("deny-without-mfa", Choices(first_sign_in=True, self_service=True))
        found = [foreseen(action, ALLOW_ALL, whole) for action in FIRST_SIGN_IN]
        assert [each["long-term"] for each in found] == [True, True]


ALLOW_ASSUMING: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}],
}
ALLOW_ALL_BUT_IAM = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
}


def codes(aws: FullSandbox, device: Device) -> dict[str, str]:
    """Return the codes of the last window and this one."""
    aws.clock.advance(-30)
    first = device.code()
    aws.clock.advance(30)
    return {"AuthenticationCode1": first, "AuthenticationCode2": device.code()}


class TestTrust:
    """A role of account 123456789012, for users of another account."""

    def test_the_role_is_assumed_only_with_mfa_and_external_id(
        self, aws: FullSandbox, client: Clients
    ) -> None:
        role = aws.create_role("CrossAccountRole", trust=policy("trust"), policies=[ALLOW_ALL])
        richard = aws.create_user("richard", account=ABROAD, policies=[ALLOW_ASSUMING])
        keys = keys_of(aws, client, richard, ALLOW_ASSUMING, account=ABROAD)
        aws.clock.advance(90)

        def took(who: Any, **rest: Any) -> bool:
            arn = {"RoleArn": role.arn, "RoleSessionName": "richard"}
            return passes(client("sts", who).assume_role, **arn, **rest)

        known = {"ExternalId": "library-42"}
        code = {"SerialNumber": keys.device.serial, "TokenCode": keys.device.code()}
        assert {kind: took(who, **known) for kind, who in kinds(keys).items()} == {
            "long-term": False,
            "mfa-session": True,
            "mfa-session-old": False,
            "session-without-mfa": False,
            "role-session": False,
        }
        assert took(richard, **known, **code)
        assert not took(keys.mfa)
        assert not took(keys.mfa, ExternalId="other")

    def test_other_accounts_may_not_assume_the_role(
        self, aws: FullSandbox, client: Clients
    ) -> None:
        role = aws.create_role("CrossAccountRole", trust=policy("trust"), policies=[ALLOW_ALL])
        stranger = aws.create_user("stranger", account="999999999999", policies=[ALLOW_ALL])
        session = mfa_session(client, stranger, aws.create_device(stranger))
        arn = {"RoleArn": role.arn, "RoleSessionName": "stranger", "ExternalId": "library-42"}
        assert not passes(client("sts", session).assume_role, **arn)


class TestBucket:
    """A bucket of account 123456789012, for users of two others."""

    def test_the_bucket_is_open_only_to_mfa_sessions_of_the_accounts(
        self, aws: FullSandbox, client: Clients
    ) -> None:
        admin = aws.create_user("admin", policies=[ALLOW_ALL])
        aws.create_bucket("books")
        client("s3", admin).put_bucket_policy(Bucket="books", Policy=json.dumps(policy("bucket")))
        nikhil = aws.create_user("nikhil", account=ABROAD, policies=[ALLOW_ALL])
        keys = keys_of(aws, client, nikhil, ALLOW_ALL, account=ABROAD)
        object_ = {"Bucket": "books", "Key": "novel"}
        found = {
            kind: passes(client("s3", who).put_object, **object_, Body=b"text")
            for kind, who in kinds(keys).items()
        }
        assert {kind for kind, passed in found.items() if passed} == {
            "mfa-session",
            "mfa-session-old",
        }
        assert found == self.foreseen(nikhil.arn)
        stranger = aws.create_user("stranger", account="999999999999", policies=[ALLOW_ALL])
        session = mfa_session(client, stranger, aws.create_device(stranger))
        assert not passes(client("s3", session).get_object, **object_)
        assert not passes(client("s3", admin).get_object, **object_)
        assert passes(client("s3", admin).get_bucket_policy, Bucket="books")

    def foreseen(self, arn: str) -> dict[str, bool]:
        documents = [read_document("p", json.dumps(each)) for each in (ALLOW_ALL, policy("bucket"))]
        asked = Request(action="s3:PutObject", resource="arn:aws:s3:::books/novel")
        callers = [acting_as(kind, arn) for kind in credentials.all_kinds(asked.action, 3600)]
        found = {each.kind: evaluate(documents, asked, each).outcome for each in callers}
        return {kind: outcome == "allowed" for kind, outcome in found.items()}
