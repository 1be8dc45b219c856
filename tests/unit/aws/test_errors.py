"""Every failure of botocore becomes one of our errors, with a hint."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from botocore import exceptions

from mfa_session.aws.errors import translate
from mfa_session.aws.request import AwsRequest
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.ports import Caller
from mfa_session.model.session import Keys, Secret

NOW = datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)
SERIAL = "arn:aws:iam::123456789012:mfa/phone"
ROLE = "arn:aws:iam::123456789012:role/books"
UNKNOWN_SERIAL = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
    "serial number is valid and associated with this user."
)
ABOVE_MAXIMUM = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
ABOVE_CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
    "chaining."
)
ANYTHING = {
    "error": "e", "endpoint_url": "u", "proxy_url": "p", "profile": "x", "region_name": "r",
}  # fmt: skip


def asked(token: str | None = None, role: str | None = None) -> AwsRequest:
    """Return a call of GetSessionToken, or of AssumeRole."""
    keys = Keys(
        access_key_id="ASIAEXAMPLEEXAMPLE12" if token else "AKIAEXAMPLEEXAMPLE12",
        secret_access_key=Secret("planted-secret"),
        session_token=Secret(token) if token else None,
    )
    caller = Caller(keys=keys, profile="default", region="eu-west-1")
    operation = "AssumeRole" if role else "GetSessionToken"
    return AwsRequest("sts", operation, caller, serial=SERIAL, role_arn=role)


def answer(
    code: str, message: str = "words", status: int = 403, date: datetime = NOW
) -> exceptions.ClientError:
    """Return botocore's exception for an error in AWS's answer."""
    headers = {"date": format_datetime(date, usegmt=True)}
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"RequestId": "b5c3", "HTTPStatusCode": status, "HTTPHeaders": headers},
    }
    return exceptions.ClientError(response, "GetSessionToken")


@pytest.mark.parametrize(
    ("code", "message", "status", "ours", "exit_code"),
    [
        ("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
         403, "code-rejected", 4),
        ("AccessDenied", UNKNOWN_SERIAL, 403, "wrong-serial", 3),
        ("AccessDenied", "Cannot call GetSessionToken with session credentials",
         403, "temporary-source", 3),
        ("AccessDenied", "User: x is not authorized to perform: sts:GetSessionToken",
         403, "not-authorized", 5),
        ("ValidationError", "1 validation error detected: Value '1' at 'tokenCode' failed",
         400, "bad-code", 4),
        ("ValidationError", "1 validation error detected: Value '1' at 'durationSeconds' failed",
         400, "duration-out-of-range", 3),
        ("ValidationError", ABOVE_MAXIMUM, 400, "duration-above-role-maximum", 3),
        ("ValidationError", ABOVE_CHAINED, 400, "duration-out-of-range", 3),
        ("ValidationError", "Something else", 400, "refused-by-aws", 5),
        ("InvalidClientTokenId", "The security token included in the request is invalid.",
         403, "invalid-key", 5),
        ("SignatureDoesNotMatch", "The request signature we calculated does not match",
         403, "wrong-secret-key", 5),
        ("ExpiredToken", "The security token included in the request is expired",
         403, "session-expired", 4),
        ("RequestExpired", "Request has expired.", 400, "session-expired", 4),
        ("RegionDisabledException", "STS is not activated", 403, "region-disabled", 5),
        ("Throttling", "Rate exceeded", 400, "throttled", 5),
        ("InternalFailure", "x", 500, "service-unavailable", 6),
        ("ServiceUnavailable", "", 503, "service-unavailable", 6),
        ("403", "Forbidden", 403, "not-aws", 6),
        ("Other", "", 403, "not-aws", 6),
        ("Other", "words", 403, "refused-by-aws", 5),
    ],
)  # fmt: skip
def test_each_error_of_aws_has_its_code_and_exit_code(
    code: str, message: str, status: int, ours: str, exit_code: int
) -> None:
    error = translate(answer(code, message, status), asked(), NOW)
    assert (error.code, error.exit_code) == (ours, exit_code)
    assert error.hint
    assert "planted" not in error.message + error.hint


def test_a_refused_role_is_named_with_its_arn_and_key() -> None:
    error = translate(answer("AccessDenied", "not authorized"), asked(role=ROLE), NOW)
    assert (error.code, error.exit_code) == ("role-refused", 5)
    assert ROLE in error.message
    assert "AKIAEXAMPLEEXAMPLE12 (profile 'default')" in error.message
    from_session = translate(answer("AccessDenied", "no"), asked("token", ROLE), NOW)
    assert "login --force" in from_session.hint
    assert "login --force" not in error.hint


@pytest.mark.parametrize(
    ("message", "offset", "said"),
    [
        ("Signature expired: T1 is now earlier than T2 (T3 - 15 min.)", 3600, "1h slow"),
        ("Signature not yet current: T1 is still later than T2", -5400, "1h 30m fast"),
        ("Signature expired: T1 is now earlier than T2", 86400 * 2, "2d slow"),
    ],
)
def test_a_refused_signature_tells_how_far_the_clock_is_off(
    message: str, offset: int, said: str
) -> None:
    date = NOW + timedelta(seconds=offset)
    error = translate(answer("SignatureDoesNotMatch", message, date=date), asked(), NOW)
    assert (error.code, error.exit_code) == ("clock-off", 6)
    assert f"clock is {said}" in error.message


@pytest.mark.parametrize(
    ("kind", "code", "exit_code"),
    [
        (exceptions.EndpointConnectionError, "network", 6),
        (exceptions.ConnectionClosedError, "network", 6),
        (exceptions.ConnectTimeoutError, "network", 6),
        (exceptions.ReadTimeoutError, "network", 6),
        (exceptions.ProxyConnectionError, "proxy-failed", 6),
        (exceptions.SSLError, "tls-failed", 6),
        (exceptions.ProfileNotFound, "no-such-profile", 3),
        (exceptions.InvalidRegionError, "bad-region", 3),
        (exceptions.NoRegionError, "refused-by-sdk", 3),
    ],
)
def test_each_failure_of_botocore_has_its_code_and_exit_code(
    kind: type[exceptions.BotoCoreError], code: str, exit_code: int
) -> None:
    error = translate(kind(**ANYTHING), asked(), NOW)
    assert (error.code, error.exit_code) == (code, exit_code)
    assert error.hint


def test_every_failure_of_botocore_becomes_an_error_of_ours() -> None:
    kinds: list[Any] = [
        kind
        for kind in vars(exceptions).values()
        if inspect.isclass(kind) and issubclass(kind, exceptions.BotoCoreError)
    ]
    assert len(kinds) > 50
    for kind in kinds:
        error = translate(kind.__new__(kind), asked(), NOW)
        assert isinstance(error, MfaSessionError)
        assert error.exit_code in {3, 6}


def test_an_unlisted_failure_keeps_botocores_words() -> None:
    error = translate(exceptions.PartialCredentialsError(provider="x", cred_var="y"), asked(), NOW)
    assert isinstance(error, ConfigurationError)
    assert "Partial credentials found in x" in error.message


def test_a_lost_answer_to_a_code_says_that_the_code_may_be_used_up() -> None:
    rejected = answer("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time")
    rejected.response["Error"]["Message"] += " pass code"
    once = translate(rejected, asked(), NOW)
    rejected.response["ResponseMetadata"]["RetryAttempts"] = 1
    again = translate(rejected, asked(), NOW)
    assert (once.code, again.code) == ("code-rejected", "code-rejected")
    assert ("lost on the way" in once.message, "lost on the way" in again.message) == (False, True)
    broken = exceptions.ConnectionClosedError(endpoint_url="u")
    assert "the code may be used up" in translate(broken, asked(), NOW).hint
    without_code = AwsRequest("sts", "GetCallerIdentity", asked().caller)
    assert "code" not in translate(broken, without_code, NOW).hint


def test_a_sessions_key_is_named_as_one() -> None:
    request = asked("token", ROLE)
    assert request.key == "ASIAEXAMPLEEXAMPLE12 (a session of profile 'default')"
    named = request.caller.replace(session="mfa")
    assert named.label() == "ASIAEXAMPLEEXAMPLE12 (session 'mfa' of profile 'default')"
