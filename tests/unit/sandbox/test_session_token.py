"""GetSessionToken returns one session for a code, and refuses all else like AWS."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.people import mfa_session, plain_session
from sandbox.refusals import STOP_NEEDS_MFA, policy, refusal, statement

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from sandbox.conftest import Clients

WRONG_CODE = (
    403,
    "AccessDenied",
    "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
)
WRONG_SERIAL = (
    403,
    "AccessDenied",
    (
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
        "serial number is valid and associated with this user."
    ),
)
SESSION_MAY_NOT = (403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
INVALID_TOKEN = (
    403,
    "InvalidClientTokenId",
    "The security token included in the request is invalid.",
)


@pytest.fixture
def carol(aws: FullSandbox) -> User:
    return aws.create_user("carol", policies=[STOP_NEEDS_MFA])


@pytest.fixture
def phone(aws: FullSandbox, carol: User) -> Device:
    return aws.create_device(carol, name="carol-phone")


def test_an_mfa_session_may_stop_an_instance_and_the_key_may_not(
    aws: FullSandbox, client: Clients, carol: User, phone: Device
) -> None:
    instance = aws.create_instance(name="db-1")
    status, code, text = refusal(client("ec2", carol).stop_instances, InstanceIds=[instance])
    assert (status, code) == (403, "UnauthorizedOperation")
    assert text.startswith("You are not authorized to perform this operation. ")
    assert " Encoded authorization failure message: " in text
    session = mfa_session(client, carol, phone)
    stopped = client("ec2", session).stop_instances(InstanceIds=[instance])
    assert [i["InstanceId"] for i in stopped["StoppingInstances"]] == [instance]
    outcomes = [(call.status, call.error_code) for call in aws.calls.of("StopInstances")]
    assert outcomes == [(403, "UnauthorizedOperation"), (200, None)]


def test_a_session_without_a_code_may_not_stop_an_instance(
    aws: FullSandbox, client: Clients, carol: User
) -> None:
    instance = aws.create_instance(name="db-1")
    stop = client("ec2", plain_session(client, carol)).stop_instances
    assert refusal(stop, InstanceIds=[instance])[:2] == (403, "UnauthorizedOperation")


def test_a_code_is_good_for_one_use(client: Clients, carol: User, phone: Device) -> None:
    code = phone.code()
    ask = client("sts", carol).get_session_token
    ask(SerialNumber=phone.serial, TokenCode=code)
    assert refusal(ask, SerialNumber=phone.serial, TokenCode=code) == WRONG_CODE


def test_codes_follow_the_sandbox_clock(
    aws: FullSandbox, client: Clients, carol: User, phone: Device
) -> None:
    aws.clock.advance(-300)
    before = phone.code()
    aws.clock.advance(300)
    ask = client("sts", carol).get_session_token
    assert refusal(ask, SerialNumber=phone.serial, TokenCode=before) == WRONG_CODE
    assert phone.code(at=aws.clock.now() - timedelta(seconds=300)) == before


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_neighbouring_windows_are_accepted(
    aws: FullSandbox, client: Clients, carol: User, phone: Device, steps: int
) -> None:
    aws.clock.freeze()
    ask = client("sts", carol).get_session_token
    ask(SerialNumber=phone.serial, TokenCode=phone.code(steps))
    assert [call.status for call in aws.calls] == [200]


@pytest.mark.parametrize("steps", [-2, 2])
def test_other_windows_are_refused(
    aws: FullSandbox, client: Clients, carol: User, phone: Device, steps: int
) -> None:
    aws.clock.freeze()
    ask = client("sts", carol).get_session_token
    assert refusal(ask, SerialNumber=phone.serial, TokenCode=phone.code(steps)) == WRONG_CODE


def test_a_hardware_token_works(aws: FullSandbox, client: Clients, carol: User) -> None:
    token = aws.create_device(carol, name="GAHT12345678", kind="hardware")
    assert mfa_session(client, carol, token)["AccessKeyId"].startswith("ASIA")


class TestWrongSerials:
    @pytest.fixture
    def ask(self, client: Clients, carol: User) -> Any:
        return client("sts", carol).get_session_token

    def test_an_unknown_serial_is_refused(self, ask: Any, carol: User, phone: Device) -> None:
        serial = f"arn:aws:iam::{carol.account}:mfa/nobody"
        assert refusal(ask, SerialNumber=serial, TokenCode=phone.code()) == WRONG_SERIAL

    def test_another_users_serial_is_refused(self, aws: FullSandbox, ask: Any) -> None:
        theirs = aws.create_device(aws.create_user("dave"))
        wrong = refusal(ask, SerialNumber=theirs.serial, TokenCode=theirs.code())
        assert wrong == WRONG_SERIAL

    def test_a_users_arn_is_refused(self, ask: Any, carol: User, phone: Device) -> None:
        assert refusal(ask, SerialNumber=carol.arn, TokenCode=phone.code()) == WRONG_SERIAL

    def test_a_passkey_is_refused(
        self, aws: FullSandbox, ask: Any, carol: User, phone: Device
    ) -> None:
        passkey = aws.create_device(carol, kind="passkey")
        assert ":u2f/user/carol/" in passkey.serial
        assert refusal(ask, SerialNumber=passkey.serial, TokenCode=phone.code()) == WRONG_SERIAL

    def test_a_wrong_serial_does_not_use_the_code(
        self, aws: FullSandbox, ask: Any, carol: User, phone: Device
    ) -> None:
        refusal(ask, SerialNumber=carol.arn, TokenCode=phone.code())
        ask(SerialNumber=phone.serial, TokenCode=phone.code())
        assert [call.status for call in aws.calls] == [403, 200]

    @pytest.mark.parametrize("missing", ["SerialNumber", "TokenCode"])
    def test_a_serial_or_a_code_alone_is_refused(
        self, ask: Any, phone: Device, missing: str
    ) -> None:
        both = {"SerialNumber": phone.serial, "TokenCode": phone.code()}
        del both[missing]
        status, code, text = refusal(ask, **both)
        assert (status, code) == (403, "AccessDenied")
        assert "must provide both MFA serial number and one time pass code" in text


@pytest.mark.parametrize(
    ("name", "value", "member"),
    [
        ("TokenCode", "12345", "tokenCode"),
        ("TokenCode", "1234567", "tokenCode"),
        ("TokenCode", "12345x", "tokenCode"),
        ("TokenCode", "١٢٣٤٥٦", "tokenCode"),
        ("SerialNumber", "short", "serialNumber"),
        ("SerialNumber", "x" * 257, "serialNumber"),
        ("SerialNumber", "arn:aws:iam::1:mfa/a b", "serialNumber"),
        ("DurationSeconds", 899, "durationSeconds"),
        ("DurationSeconds", 129601, "durationSeconds"),
        ("DurationSeconds", "x", "durationSeconds"),
    ],
)
def test_malformed_parameters_are_refused(
    client: Clients, carol: User, phone: Device, name: str, value: Any, member: str
) -> None:
    sent = {"SerialNumber": phone.serial, "TokenCode": phone.code(), name: value}
    status, code, text = refusal(client("sts", carol).get_session_token, **sent)
    assert (status, code) == (400, "ValidationError")
    expected = f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
    assert text.startswith(expected + "constraint: ")


class TestDurations:
    @pytest.fixture
    def now(self, aws: FullSandbox) -> datetime:
        now = datetime.now(timezone.utc).replace(microsecond=0)
        aws.clock.freeze(now)
        return now

    @pytest.mark.parametrize(
        ("asked", "granted"), [({}, 43200), ({"DurationSeconds": 900}, 900),
                               ({"DurationSeconds": 129600}, 129600)],
    )  # fmt: skip
    def test_a_user_gets_the_asked_duration(
        self, client: Clients, carol: User, now: datetime, asked: dict[str, int], granted: int
    ) -> None:
        session = plain_session(client, carol, **asked)
        assert session["Expiration"] - now == timedelta(seconds=granted)

    def test_root_gets_an_hour(self, aws: FullSandbox, client: Clients, now: datetime) -> None:
        session = plain_session(client, aws.create_root(), DurationSeconds=43200)
        assert session["Expiration"] - now == timedelta(hours=1)
        who = client("sts", session).get_caller_identity()
        assert (who["Arn"], who["UserId"]) == ("arn:aws:iam::123456789012:root", "123456789012")


def test_each_sessions_credentials_are_new_and_look_like_awss(client: Clients, carol: User) -> None:
    first, second = plain_session(client, carol), plain_session(client, carol)
    assert {key: len(first[key]) for key in ("AccessKeyId", "SecretAccessKey")} == {
        "AccessKeyId": 20,
        "SecretAccessKey": 40,
    }
    assert first["AccessKeyId"].startswith("ASIA")
    assert len(first["SessionToken"]) > 300
    assert not {first[k] for k in first} & {second[k] for k in second if k != "Expiration"}


def test_a_deny_on_get_session_token_has_no_effect(aws: FullSandbox, client: Clients) -> None:
    denied = aws.create_user("erin", policies=[policy(statement("Deny", "*"))])
    assert plain_session(client, denied)["AccessKeyId"].startswith("ASIA")
    assert client("sts", denied).get_caller_identity()["Arn"] == denied.arn


class TestWhatSessionsMayNot:
    def test_a_session_may_not_ask_for_sessions(
        self, client: Clients, carol: User, phone: Device
    ) -> None:
        for session in (mfa_session(client, carol, phone), plain_session(client, carol)):
            assert refusal(client("sts", session).get_session_token) == SESSION_MAY_NOT

    def test_a_session_may_call_only_two_operations_of_sts(
        self, client: Clients, carol: User, phone: Device
    ) -> None:
        info = client("sts", mfa_session(client, carol, phone)).get_access_key_info
        refused = refusal(info, AccessKeyId=carol.access_key_id)
        assert refused == (
            403,
            "AccessDenied",
            "Cannot call GetAccessKeyInfo with session credentials",
        )
        assert client("sts", carol).get_access_key_info(AccessKeyId=carol.access_key_id)[
            "Account"
        ] == (carol.account)

    def test_a_session_without_mfa_may_not_call_iam(
        self, client: Clients, carol: User, phone: Device
    ) -> None:
        without = client("iam", plain_session(client, carol))
        assert refusal(without.list_mfa_devices) == INVALID_TOKEN
        with_mfa = client("iam", mfa_session(client, carol, phone))
        listed = with_mfa.list_mfa_devices()["MFADevices"]
        assert [device["SerialNumber"] for device in listed] == [phone.serial]


def test_the_age_of_the_code_grows(aws: FullSandbox, client: Clients) -> None:
    aws.clock.freeze()
    young = {"NumericLessThan": {"aws:MultiFactorAuthAge": "600"}}
    dave = aws.create_user("dave", policies=[policy(statement("Allow", "*", Condition=young))])
    session = mfa_session(client, dave, aws.create_device(dave))
    listing = client("s3", session).list_buckets
    assert listing()["Buckets"] == []
    aws.clock.advance(599)
    listing()
    aws.clock.advance(2)
    assert refusal(listing)[:2] == (403, "AccessDenied")


def test_a_refusal_of_ec2_can_be_decoded(aws: FullSandbox, client: Clients, carol: User) -> None:
    instance = aws.create_instance(name="db-1")
    text = refusal(client("ec2", carol).stop_instances, InstanceIds=[instance])[2]
    blob = text.rpartition(" ")[2]
    decoded = client("sts", carol).decode_authorization_message(EncodedMessage=blob)
    assert '"explicitDeny": true' in decoded["DecodedMessage"]
