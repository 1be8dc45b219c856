"""Planted faults happen as asked, as often as asked, and are recorded."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import botocore.config
import botocore.exceptions
import botocore.session
import pytest

from mfa_session.sandbox.sandbox import ALLOW_ALL
from sandbox.people import mfa_session
from sandbox.refusals import refusal

if TYPE_CHECKING:
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import User
    from sandbox.conftest import Clients

PAGE = "<html><body>Please accept the terms of the hotel.</body></html>"


@pytest.fixture
def carol(aws: FullSandbox) -> User:
    return aws.create_user("carol", policies=[ALLOW_ALL])


def test_an_error_comes_as_often_as_asked(aws: FullSandbox, client: Clients, carol: User) -> None:
    aws.fail("GetCallerIdentity", times=2, code="Throttling", message="Rate exceeded")
    who = client("sts", carol).get_caller_identity
    for _ in range(2):
        assert refusal(who) == (400, "Throttling", "Rate exceeded")
    assert who()["Arn"] == carol.arn
    outcomes = [(call.status, call.error_code) for call in aws.calls]
    assert outcomes == [(400, "Throttling"), (400, "Throttling"), (200, None)]


def test_a_fault_concerns_its_operation_or_all(
    aws: FullSandbox, client: Clients, carol: User
) -> None:
    aws.fail("GetSessionToken", times=None, code="InternalFailure", status=500)
    sts = client("sts", carol)
    assert sts.get_caller_identity()["Arn"] == carol.arn
    assert refusal(sts.get_session_token)[:2] == (500, "InternalFailure")
    aws.clear_faults()
    aws.fail("*", code="Throttling")
    assert refusal(sts.get_caller_identity)[1] == "Throttling"
    assert sts.get_session_token()["Credentials"]


def test_an_error_has_the_services_dialect(aws: FullSandbox, client: Clients, carol: User) -> None:
    aws.fail("*", times=None, code="Throttling", status=400, message="Rate exceeded")
    for service, call in (("ec2", "describe_instances"), ("s3", "list_buckets"),
                          ("dynamodb", "list_tables"), ("lambda", "list_functions")):  # fmt: skip
        refused = refusal(getattr(client(service, carol), call))
        assert refused == (400, "Throttling", "Rate exceeded")


def test_a_dropped_call_has_no_effect(aws: FullSandbox, client: Clients, carol: User) -> None:
    phone = aws.create_device(carol)
    aws.drop("GetSessionToken")
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        mfa_session(client, carol, phone)
    assert [(call.status, call.error_code) for call in aws.calls] == [(0, "Dropped")]
    assert mfa_session(client, carol, phone)["AccessKeyId"].startswith("ASIA")


def test_a_call_dropped_afterwards_has_used_the_code(
    aws: FullSandbox, client: Clients, carol: User
) -> None:
    phone = aws.create_device(carol)
    code = phone.code()
    aws.drop("GetSessionToken", after=True)
    ask = client("sts", carol).get_session_token
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        ask(SerialNumber=phone.serial, TokenCode=code)
    refused = refusal(ask, SerialNumber=phone.serial, TokenCode=code)
    assert "invalid MFA one time pass code" in refused[2]


def test_a_portals_page_has_status_200(aws: FullSandbox, client: Clients, carol: User) -> None:
    aws.answer("GetSessionToken", 200, PAGE)
    with pytest.raises((KeyError, botocore.parsers.ResponseParserError)):
        client("sts", carol).get_session_token()["Credentials"]
    assert aws.calls[0].status == 200


def test_a_region_can_be_switched_off(aws: FullSandbox, client: Clients, carol: User) -> None:
    aws.disable_region("ap-east-1")
    status, code, text = refusal(client("sts", carol, "ap-east-1").get_session_token)
    assert (status, code) == (403, "RegionDisabledException")
    assert text.startswith("STS is not activated in this region for account:123456789012. ")
    assert client("sts", carol, "eu-west-1").get_session_token()["Credentials"]


def test_latency_and_slowness_add_up(aws: FullSandbox, client: Clients, carol: User) -> None:
    who = client("sts", carol).get_caller_identity
    who()
    aws.latency_seconds = 0.05
    aws.slow("GetCallerIdentity", 0.15)
    start = time.monotonic()
    who()
    assert time.monotonic() - start >= 0.2


def test_a_client_gives_up_on_a_slow_answer(aws: FullSandbox, carol: User) -> None:
    aws.slow("GetCallerIdentity", 1.0, times=1)
    config = botocore.config.Config(read_timeout=0.1, retries={"total_max_attempts": 1})
    impatient = botocore.session.Session().create_client(
        "sts",
        "eu-west-1",
        endpoint_url=aws.url,
        aws_access_key_id=carol.access_key_id,
        aws_secret_access_key=carol.secret_access_key,
        config=config,
    )
    with contextlib.closing(impatient), pytest.raises(botocore.exceptions.ReadTimeoutError):
        impatient.get_caller_identity()
