"""STS refuses what AWS refuses, and gives sessions that are what they should be."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.sandbox import ALLOW_ALL
from sandbox.refusals import STOP_NEEDS_MFA, policy, refusal, statement

if TYPE_CHECKING:
    from mfa_session.sandbox import Device, Role, Sandbox, User
    from sandbox.conftest import Clients

WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_SERIAL = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
    "serial number is valid and associated with this user."
)
HAS_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.fixture
def carol(aws: Sandbox) -> User:
    return aws.create_user("carol", policies=[STOP_NEEDS_MFA])


@pytest.fixture
def phone(aws: Sandbox, carol: User) -> Device:
    return aws.create_device(carol, name="carol-phone")


def trust(principal: str, **condition: Any) -> dict[str, Any]:
    rule = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [rule | condition]}


def mfa_session(client: Clients, user: User, device: Device, **rest: Any) -> dict[str, Any]:
    answer = client("sts", user).get_session_token(
        SerialNumber=device.serial, TokenCode=device.code(), **rest
    )
    credentials: dict[str, Any] = answer["Credentials"]
    return credentials


def take(client: Clients, who: Any, role: Role, **rest: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client("sts", who).assume_role(
        RoleArn=role.arn, RoleSessionName="carol", **rest
    )
    return answer


class TestGetSessionToken:
    def test_a_code_buys_a_session_that_may_stop_what_the_key_may_not(
        self, aws: Sandbox, client: Clients, carol: User, phone: Device
    ) -> None:
        instance = aws.create_instance(name="db-1")
        status, code, text = refusal(client("ec2", carol).stop_instances, InstanceIds=[instance])
        assert (status, code) == (403, "UnauthorizedOperation")
        assert text.startswith("You are not authorized to perform this operation. ")
        assert " Encoded authorization failure message: " in text
        session = mfa_session(client, carol, phone)
        stopped = client("ec2", session).stop_instances(InstanceIds=[instance])
        assert [i["InstanceId"] for i in stopped["StoppingInstances"]] == [instance]
        assert [c.error_code for c in aws.calls.of("StopInstances")] == [
            "UnauthorizedOperation",
            None,
        ]

    def test_a_code_is_good_for_one_use(self, client: Clients, carol: User, phone: Device) -> None:
        code = phone.code()
        ask = client("sts", carol).get_session_token
        ask(SerialNumber=phone.serial, TokenCode=code)
        again = refusal(ask, SerialNumber=phone.serial, TokenCode=code)
        assert again == (403, "AccessDenied", WRONG_CODE)

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    def test_the_windows_on_both_sides_are_accepted(
        self, client: Clients, carol: User, phone: Device, steps: int
    ) -> None:
        phone.clock.freeze()
        ask = client("sts", carol).get_session_token
        assert ask(SerialNumber=phone.serial, TokenCode=phone.code(steps))["Credentials"]

    @pytest.mark.parametrize("steps", [-2, 2])
    def test_windows_further_off_are_not(
        self, client: Clients, carol: User, phone: Device, steps: int
    ) -> None:
        phone.clock.freeze()
        ask = client("sts", carol).get_session_token
        off = refusal(ask, SerialNumber=phone.serial, TokenCode=phone.code(steps))
        assert off == (403, "AccessDenied", WRONG_CODE)

    def test_a_window_before_the_last_used_one_is_spent(
        self, client: Clients, carol: User, phone: Device
    ) -> None:
        phone.clock.freeze()
        ask = client("sts", carol).get_session_token
        ask(SerialNumber=phone.serial, TokenCode=phone.code())
        before = refusal(ask, SerialNumber=phone.serial, TokenCode=phone.code(-1))
        assert before == (403, "AccessDenied", WRONG_CODE)

    def test_defaults_to_twelve_hours(self, aws: Sandbox, client: Clients, carol: User) -> None:
        aws.clock.freeze(datetime.now(timezone.utc).replace(microsecond=0))
        answer = client("sts", carol).get_session_token()["Credentials"]
        assert answer["Expiration"] == aws.clock.now() + timedelta(hours=12)
        assert answer["AccessKeyId"].startswith("ASIA")
        assert len(answer["AccessKeyId"]) == 20

    def test_sessions_may_not_ask_for_sessions(
        self, client: Clients, carol: User, phone: Device
    ) -> None:
        session = mfa_session(client, carol, phone)
        assert refusal(client("sts", session).get_session_token) == (
            403,
            "AccessDenied",
            "Cannot call GetSessionToken with session credentials",
        )


class TestAssumeRole:
    def test_a_role_that_wants_mfa_is_had_from_an_mfa_session_without_a_second_code(
        self, aws: Sandbox, client: Clients, carol: User, phone: Device
    ) -> None:
        role = aws.create_role(
            "CrossAccountRole",
            account="444455556666",
            trust=trust(f"arn:aws:iam::{carol.account}:root", Condition=HAS_MFA),
            policies=[policy(statement("Allow", "ec2:*"))],
        )
        ask = client("sts", carol).assume_role
        refused = refusal(ask, RoleArn=role.arn, RoleSessionName="carol")
        assert refused == (
            403,
            "AccessDenied",
            (
                f"User: {carol.arn} is not authorized to perform: sts:AssumeRole on resource: "
                f"{role.arn}"
            ),
        )
        taken = take(client, mfa_session(client, carol, phone), role)
        who = client("sts", taken["Credentials"]).get_caller_identity()
        assert who["Arn"] == "arn:aws:sts::444455556666:assumed-role/CrossAccountRole/carol"
        assert who["Account"] == "444455556666"

    def test_no_word_of_mfa_is_carried_into_the_role(
        self, aws: Sandbox, client: Clients, carol: User, phone: Device
    ) -> None:
        role = aws.create_role("Stopper", trust=trust(carol.arn), policies=[STOP_NEEDS_MFA])
        code = {"SerialNumber": phone.serial, "TokenCode": phone.code()}
        taken = take(client, carol, role, **code)["Credentials"]
        instance = aws.create_instance(name="db-1")
        refused = refusal(client("ec2", taken).stop_instances, InstanceIds=[instance])
        assert refused[:2] == (403, "UnauthorizedOperation")

    def test_accounts_do_not_see_each_others_instances(
        self, aws: Sandbox, client: Clients, carol: User
    ) -> None:
        books = aws.create_user("books", account="444455556666", policies=[ALLOW_ALL])
        theirs = aws.create_instance(name="books-1", account="444455556666")
        ours = aws.create_instance(name="db-1")
        seen = {
            user.name: [
                instance["InstanceId"]
                for reservation in client("ec2", user).describe_instances()["Reservations"]
                for instance in reservation["Instances"]
            ]
            for user in (carol, books)
        }
        assert seen == {"carol": [ours], "books": [theirs]}
