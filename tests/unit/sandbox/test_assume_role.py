"""AssumeRole needs the permission of both sides, and refuses for any reason with one text."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.sandbox.sandbox import ALLOW_ALL, Sandbox
from sandbox.people import HAS_MFA, mfa_session, plain_session, take, trust
from sandbox.refusals import STOP_NEEDS_MFA, policy, refusal, statement

if TYPE_CHECKING:
    import botocore.session

    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, User
    from sandbox.conftest import Clients

OURS, THEIRS = "123456789012", "444455556666"
ROOT = f"arn:aws:iam::{OURS}:root"


@pytest.fixture
def carol(aws: FullSandbox) -> User:
    return aws.create_user("carol", policies=[STOP_NEEDS_MFA])


@pytest.fixture
def phone(aws: FullSandbox, carol: User) -> Device:
    return aws.create_device(carol, name="carol-phone")


def refused(client: Clients, who: Any, role: Role, caller_arn: str, **rest: Any) -> bool:
    """Say whether AssumeRole is refused with AWS's one text for all reasons."""
    ask = client("sts", who).assume_role
    sentence = f"User: {caller_arn} is not authorized to perform: sts:AssumeRole on resource: "
    answer = refusal(ask, RoleArn=role.arn, RoleSessionName="carol", **rest)
    return answer == (403, "AccessDenied", sentence + role.arn)


class TestMfaInTheTrustPolicy:
    @pytest.fixture
    def role(self, aws: FullSandbox) -> Role:
        return aws.create_role(
            "CrossAccountRole",
            account=THEIRS,
            trust=trust(ROOT, Condition=HAS_MFA),
            policies=[policy(statement("Allow", "ec2:*"))],
        )

    def test_the_long_term_key_is_refused(self, client: Clients, carol: User, role: Role) -> None:
        assert refused(client, carol, role, carol.arn)

    def test_a_session_without_mfa_is_refused(
        self, client: Clients, carol: User, role: Role
    ) -> None:
        assert refused(client, plain_session(client, carol), role, carol.arn)

    def test_the_long_term_key_with_a_code_is_allowed(
        self, client: Clients, carol: User, phone: Device, role: Role
    ) -> None:
        taken = take(client, carol, role, SerialNumber=phone.serial, TokenCode=phone.code())
        who = client("sts", taken).get_caller_identity()
        assert {key: who[key] for key in ("Account", "Arn", "UserId")} == {
            "Account": THEIRS,
            "Arn": f"arn:aws:sts::{THEIRS}:assumed-role/CrossAccountRole/carol",
            "UserId": f"{role.unique_id}:carol",
        }

    def test_an_mfa_session_is_allowed_without_a_second_code(
        self, client: Clients, carol: User, phone: Device, role: Role
    ) -> None:
        session = mfa_session(client, carol, phone)
        for _ in range(2):
            assert take(client, session, role)["AccessKeyId"].startswith("ASIA")

    def test_a_code_sent_from_a_session_is_refused(
        self, client: Clients, carol: User, phone: Device, role: Role
    ) -> None:
        session = plain_session(client, carol)
        ask = client("sts", session).assume_role
        code = {"SerialNumber": phone.serial, "TokenCode": phone.code()}
        answer = refusal(ask, RoleArn=role.arn, RoleSessionName="carol", **code)
        assert answer[:2] == (403, "AccessDenied")
        assert "unable to validate MFA code" in answer[2]

    def test_a_spent_code_is_refused(
        self, client: Clients, carol: User, phone: Device, role: Role
    ) -> None:
        code = {"SerialNumber": phone.serial, "TokenCode": phone.code()}
        take(client, carol, role, **code)
        answer = refusal(
            client("sts", carol).assume_role, RoleArn=role.arn, RoleSessionName="carol", **code
        )
        assert "invalid MFA one time pass code" in answer[2]

    def test_the_age_of_mfa_is_that_of_the_session(
        self, aws: FullSandbox, client: Clients, carol: User, phone: Device
    ) -> None:
        young = {"NumericLessThan": {"aws:MultiFactorAuthAge": "600"}}
        role = aws.create_role("Young", account=THEIRS, trust=trust(ROOT, Condition=young))
        session = mfa_session(client, carol, phone)
        take(client, session, role)
        aws.clock.advance(601)
        assert refused(client, session, role, carol.arn)


class TestBothSides:
    """The trust policy, the caller's policies, and the outcome."""

    ALLOW = policy(statement("Allow", "sts:AssumeRole"))
    DENY = policy(statement("Deny", "sts:AssumeRole"))

    @pytest.mark.parametrize(
        ("account", "principal", "own", "had"),
        [
            (OURS, "user", [], True),
            (OURS, "root", [], False),
            (OURS, "root", [ALLOW], True),
            (OURS, "user", [DENY], False),
            (OURS, "nobody", [ALLOW], False),
            (THEIRS, "user", [], False),
            (THEIRS, "user", [ALLOW], True),
            (THEIRS, "root", [ALLOW], True),
            (THEIRS, "nobody", [ALLOW], False),
        ],
    )
    def test_trust_and_permission_must_both_allow(
        self,
        aws: FullSandbox,
        client: Clients,
        account: str,
        principal: str,
        own: list[Any],
        had: bool,
    ) -> None:
        dave = aws.create_user("dave", policies=own)
        names = {"user": dave.arn, "root": ROOT, "nobody": f"arn:aws:iam::{OURS}:user/nobody"}
        role = aws.create_role("R", account=account, trust=trust(names[principal]))
        if had:
            assert take(client, dave, role)["AccessKeyId"].startswith("ASIA")
        else:
            assert refused(client, dave, role, dave.arn)

    def test_a_missing_role_is_refused_like_a_missing_permission(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        role = aws.create_role("Gone", trust=trust(ROOT))
        del aws.directory.roles[role.arn]
        assert refused(client, carol, role, carol.arn)

    def test_the_external_id_must_match(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        condition = {"StringEquals": {"sts:ExternalId": "library-42"}}
        role = aws.create_role("R", account=THEIRS, trust=trust(ROOT, Condition=condition))
        assert refused(client, carol, role, carol.arn)
        assert refused(client, carol, role, carol.arn, ExternalId="library-43")
        assert take(client, carol, role, ExternalId="library-42")["SessionToken"]

    def test_root_may_not_assume_a_role(self, aws: FullSandbox, client: Clients) -> None:
        root = aws.create_root()
        role = aws.create_role("R", trust=trust("*"))
        answer = refusal(client("sts", root).assume_role, RoleArn=role.arn, RoleSessionName="me")
        assert answer == (403, "AccessDenied", "Roles may not be assumed by root accounts.")


class TestDurations:
    @pytest.fixture
    def now(self, aws: FullSandbox) -> datetime:
        now = datetime.now(timezone.utc).replace(microsecond=0)
        aws.clock.freeze(now)
        return now

    @pytest.fixture
    def role(self, aws: FullSandbox) -> Role:
        return aws.create_role("R", trust=trust(ROOT), max_session_seconds=7200)

    @pytest.mark.parametrize(
        ("asked", "granted"),
        [({}, 3600), ({"DurationSeconds": 900}, 900), ({"DurationSeconds": 7200}, 7200)],
    )
    def test_a_duration_up_to_the_roles_maximum_is_granted(
        self,
        client: Clients,
        carol: User,
        now: datetime,
        role: Role,
        asked: dict[str, int],
        granted: int,
    ) -> None:
        taken = take(client, carol, role, **asked)
        assert taken["Expiration"] - now == timedelta(seconds=granted)

    def test_a_duration_above_the_roles_maximum_is_refused(
        self, client: Clients, carol: User, role: Role
    ) -> None:
        ask = client("sts", carol).assume_role
        answer = refusal(ask, RoleArn=role.arn, RoleSessionName="me", DurationSeconds=7201)
        assert answer == (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )

    @pytest.mark.parametrize("seconds", [899, 43201])
    def test_a_duration_out_of_range_is_refused(
        self, client: Clients, carol: User, role: Role, seconds: int
    ) -> None:
        ask = client("sts", carol).assume_role
        answer = refusal(ask, RoleArn=role.arn, RoleSessionName="me", DurationSeconds=seconds)
        assert answer[:2] == (400, "ValidationError")
        assert f"Value '{seconds}' at 'durationSeconds'" in answer[2]

    def test_a_role_assumed_from_a_session_lasts_an_hour_at_most(
        self, aws: FullSandbox, client: Clients, carol: User, phone: Device, role: Role
    ) -> None:
        middle = aws.create_role("Middle", trust=trust(ROOT), policies=[ALLOW_ALL])
        for session in (mfa_session(client, carol, phone), take(client, carol, middle)):
            ask = client("sts", session).assume_role
            answer = refusal(ask, RoleArn=role.arn, RoleSessionName="me", DurationSeconds=3601)
            assert answer == (
                400,
                "ValidationError",
                (
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                    "assumed by role chaining."
                ),
            )
            assert take(client, session, role, DurationSeconds=3600)["AccessKeyId"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RoleSessionName", "x"),
        ("RoleSessionName", "x" * 65),
        ("RoleSessionName", "a b"),
        ("ExternalId", "x"),
        ("ExternalId", "a b"),
        ("RoleArn", "too-short"),
        ("TokenCode", "12345"),
    ],
)
def test_malformed_parameters_are_refused(
    aws: FullSandbox, client: Clients, carol: User, name: str, value: str
) -> None:
    role = aws.create_role("R", trust=trust(ROOT))
    sent = {"RoleArn": role.arn, "RoleSessionName": "me", name: value}
    status, code, text = refusal(client("sts", carol).assume_role, **sent)
    assert (status, code) == (400, "ValidationError")
    assert f"Value '{value}' at '{name[0].lower()}{name[1:]}'" in text


class TestRoleSessions:
    def test_a_role_session_has_no_mfa(
        self, aws: FullSandbox, client: Clients, carol: User, phone: Device
    ) -> None:
        role = aws.create_role("Stopper", trust=trust(carol.arn), policies=[STOP_NEEDS_MFA])
        instance = aws.create_instance(name="db-1")
        with_code = take(client, carol, role, SerialNumber=phone.serial, TokenCode=phone.code())
        stop = client("ec2", with_code).stop_instances
        assert refusal(stop, InstanceIds=[instance])[:2] == (403, "UnauthorizedOperation")

    def test_a_role_session_has_the_roles_policies(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        only_ec2 = policy(statement("Allow", "ec2:*"))
        role = aws.create_role("R", account=THEIRS, trust=trust(ROOT), policies=[only_ec2])
        taken = take(client, carol, role)
        assert client("ec2", taken).describe_instances()["Reservations"] == []
        assert refusal(client("s3", taken).list_buckets)[:2] == (403, "AccessDenied")

    def test_a_session_policy_limits_the_role(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        role = aws.create_role("R", trust=trust(ROOT), policies=[ALLOW_ALL])
        narrow = '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
        taken = take(client, carol, role, Policy=narrow)
        assert client("s3", taken).list_buckets()["Buckets"] == []
        refused = refusal(client("ec2", taken).describe_instances)
        assert refused[:2] == (403, "UnauthorizedOperation")

    def test_a_role_session_assumes_roles_but_gets_no_session_token(
        self, aws: FullSandbox, client: Clients, carol: User
    ) -> None:
        first = aws.create_role("First", trust=trust(ROOT), policies=[ALLOW_ALL])
        second = aws.create_role("Second", account=THEIRS, trust=trust(first.arn))
        taken = take(client, carol, first)
        chained = client("sts", take(client, taken, second)).get_caller_identity()
        assert chained["Arn"] == f"arn:aws:sts::{THEIRS}:assumed-role/Second/carol"
        assert refusal(client("sts", taken).get_session_token) == (
            403,
            "AccessDenied",
            "Cannot call GetSessionToken with session credentials",
        )


@pytest.mark.parametrize(
    ("partition", "region"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_a_role_session_has_its_partition(
    aws: FullSandbox, client: Clients, partition: str, region: str
) -> None:
    wen = aws.create_user("wen", partition=partition, policies=[ALLOW_ALL])
    phone = aws.create_device(wen)
    assert phone.serial == f"arn:{partition}:iam::123456789012:mfa/wen-phone"
    root = f"arn:{partition}:iam::{OURS}:root"
    role = aws.create_role(
        "R", account=THEIRS, trust=trust(root, Condition=HAS_MFA), partition=partition
    )
    code = {"SerialNumber": phone.serial, "TokenCode": phone.code()}
    session = client("sts", wen, region).get_session_token(**code)["Credentials"]
    taken = client("sts", session, region).assume_role(RoleArn=role.arn, RoleSessionName="me")
    assert taken["AssumedRoleUser"]["Arn"] == f"arn:{partition}:sts::{THEIRS}:assumed-role/R/me"
    elsewhere = refusal(client("sts", wen, "eu-west-1").get_caller_identity)
    assert elsewhere[:2] == (403, "InvalidClientTokenId")


def test_the_demo_checks_the_code_and_refuses_every_role(
    botocore_session: botocore.session.Session,
) -> None:
    role = f"arn:aws:iam::{OURS}:role/Books"
    with Sandbox() as demo:
        carol = demo.create_user("carol", policies=[ALLOW_ALL])
        phone = demo.create_device(carol)
        sts = botocore_session.create_client(
            "sts",
            "eu-west-1",
            endpoint_url=demo.url,
            aws_access_key_id=carol.access_key_id,
            aws_secret_access_key=carol.secret_access_key,
        )
        wanted = {"RoleArn": role, "RoleSessionName": "carol", "SerialNumber": phone.serial}
        with closing(sts):
            wrong = refusal(sts.assume_role, **wanted, TokenCode=phone.code(-9))
            right = refusal(sts.assume_role, **wanted, TokenCode=phone.code())
    failed = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
    denied = f"User: {carol.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"
    assert wrong == (403, "AccessDenied", failed)
    assert right == (403, "AccessDenied", denied)
