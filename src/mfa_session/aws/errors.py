"""AWS's errors, and botocore's, said as what the person can do."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from botocore import exceptions

from mfa_session.aws.device_errors import DEVICE_MEANINGS
from mfa_session.aws.failures import translate_failure
from mfa_session.mfa.codes import CodeRejectedError
from mfa_session.model.durations import format_duration
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    NoMfaError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mfa_session.aws.asked import Asked

SERVER_ERROR_STATUS = 500


def translate(error: Exception, asked: Asked, now: datetime) -> MfaSessionError:
    """Return our error for a botocore exception raised by the call `asked`."""
    if isinstance(error, exceptions.ClientError):
        return _translate_answer(_read(error), asked, now)
    return translate_failure(error, asked)


def not_an_answer(asked: Asked) -> MfaSessionError:
    """Return the error for an answer that did not come from AWS."""
    return UnreachableError(
        "not-aws",
        f"what answered {asked.action} is not AWS: a captive portal or a proxy's page, perhaps",
        "open a web page to sign in to the network, or check HTTPS_PROXY and AWS_ENDPOINT_URL",
    )


class _Answer(Record):
    """An error as AWS answered it."""

    code: str
    text: str
    status: int
    date: str | None

    @property
    def lowered(self) -> str:
        """The text, for loose matching: its punctuation varies between services."""
        return self.text.lower()


def _read(error: exceptions.ClientError) -> _Answer:
    said = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    return _Answer(
        code=str(said.get("Code", "")),
        text=str(said.get("Message", "")),
        status=int(metadata.get("HTTPStatusCode", 0)),
        date=metadata.get("HTTPHeaders", {}).get("date"),
    )


def _translate_answer(answer: _Answer, asked: Asked, now: datetime) -> MfaSessionError:
    if answer.code == "SignatureDoesNotMatch":
        return _signature(answer, asked, now)
    for codes, meaning in _MEANINGS:
        if answer.code in codes:
            return meaning(answer, asked)
    if answer.status >= SERVER_ERROR_STATUS:
        return UnreachableError(
            "service-unavailable",
            f"AWS failed at {asked.action}: {answer.code}",
            "try again in a minute",
        )
    if not answer.text or answer.code.isdigit():
        return not_an_answer(asked)
    return RefusedError(
        "refused-by-aws",
        f"AWS refused {asked.action}: {answer.code}: {answer.text}",
        "see the text of AWS",
    )


def _expired(answer: _Answer, asked: Asked) -> MfaSessionError:
    del answer
    return NoMfaError(
        "session-expired",
        f"AWS says the session of {asked.key} has expired",
        "run `mfa-session login --force`",
    )


def _region_disabled(answer: _Answer, asked: Asked) -> MfaSessionError:
    del answer
    return RefusedError(
        "region-disabled",
        f"STS is switched off in region {asked.caller.region} for this account",
        "use another: --region us-east-1",
    )


def _throttled(answer: _Answer, asked: Asked) -> MfaSessionError:
    del answer
    return RefusedError(
        "throttled", f"AWS throttles {asked.action}: too many requests", "try again in a minute"
    )


def _denied(answer: _Answer, asked: Asked) -> MfaSessionError:
    lowered = answer.lowered
    if "one time pass code" in lowered:
        return CodeRejectedError(
            "code-rejected",
            f"AWS rejected the code for {asked.serial}",
            "a code works once: wait for the next one; if that fails too, "
            "check that it is this device's, and the phone's clock",
        )
    if "unable to validate mfa code" in lowered:
        return ConfigurationError(
            "wrong-serial",
            f"AWS does not know {asked.serial} as an MFA device of this key's user",
            "leave mfa_serial out to have it found, or see `aws iam list-mfa-devices`",
        )
    if "with session credentials" in lowered:
        return ConfigurationError(
            "temporary-source",
            f"{asked.key} is a session's key; AWS gives MFA sessions to long-term keys only",
            "name the profile that holds your access key (AKIA…): --source-profile NAME",
        )
    if asked.role_arn:
        return _role_refused(asked)
    hint = f"ask your administrator to allow {asked.action} for your own user"
    if asked.operation == "ListMFADevices":
        hint += ", or name the device to log in: `mfa-session login --mfa-serial SERIAL`"
    elif "MFADevice" in asked.operation and asked.caller.keys.session_token is None:
        hint += "; if they allow it with MFA only, log in first: `mfa-session login`"
    return RefusedError("not-authorized", f"{asked.key} is not allowed {asked.action}", hint)


def _role_refused(asked: Asked) -> MfaSessionError:
    session = asked.caller.keys.session_token is not None
    fresh = (
        "; if the trust policy limits the MFA's age, renew the MFA session first (login --force)"
    )
    return RefusedError(
        "role-refused",
        f"AWS did not let {asked.key} assume {asked.role_arn}",
        "check the ARN, then two sides: your own policies must allow sts:AssumeRole on it, and the "
        "role's trust policy must name you, with its external id and MFA conditions met"
        + (fresh if session else ""),
    )


def _invalid(answer: _Answer, asked: Asked) -> MfaSessionError:
    text = answer.text
    if "MaxSessionDuration" in text:
        return ConfigurationError(
            "duration-above-role-maximum",
            f"the duration exceeds the maximum that {asked.role_arn} allows",
            "give a shorter --duration, or raise the role's maximum session duration",
        )
    if "role chaining" in text:
        return ConfigurationError(
            "duration-out-of-range",
            "a role reached from another session lasts 1 h at most",
            "give a --duration of 1h or less",
        )
    if "durationSeconds" in text:
        return ConfigurationError(
            "duration-out-of-range", "AWS does not allow that duration", "give another --duration"
        )
    if "tokenCode" in text:
        return NoMfaError("bad-code", "AWS does not take that as a code", "a code is six digits")
    return RefusedError("refused-by-aws", f"AWS refused {asked.action}: {text}", "correct it")


def _invalid_key(answer: _Answer, asked: Asked) -> MfaSessionError:
    del answer
    if asked.caller.keys.session_token is not None:
        return RefusedError(
            "invalid-key",
            f"AWS does not accept the session key {asked.caller.keys.shown_id}",
            "renew it: `mfa-session login --force`",
        )
    return RefusedError(
        "invalid-key",
        f"AWS does not know the access key {asked.key}: deleted, inactive, or of another partition",
        "check it in the console (IAM, your user, Security credentials), and the region",
    )


def _signature(answer: _Answer, asked: Asked, now: datetime) -> MfaSessionError:
    lowered = answer.lowered
    if "signature expired" not in lowered and "not yet current" not in lowered:
        return RefusedError(
            "wrong-secret-key",
            f"the secret access key of {asked.key} does not belong to that key id",
            "store the right pair with `aws configure`",
        )
    slow = "signature expired" in lowered
    amount = "more than 15m"
    if answer.date:
        seconds = (parsedate_to_datetime(answer.date) - now).total_seconds()
        slow, amount = seconds > 0, format_duration(abs(seconds))
    return UnreachableError(
        "clock-off",
        f"this machine's clock is {amount} {'slow' if slow else 'fast'}: AWS refuses the signature",
        "set the clock (switch on network time), then run it again; no code was spent",
    )


_MEANINGS: tuple[tuple[set[str], Callable[[_Answer, Asked], MfaSessionError]], ...] = (
    ({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}, _denied),
    ({"ValidationError"}, _invalid),
    ({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"}, _invalid_key),
    ({"ExpiredToken", "ExpiredTokenException", "RequestExpired"}, _expired),
    ({"RegionDisabledException"}, _region_disabled),
    (
        {"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"},
        _throttled,
    ),
    *DEVICE_MEANINGS,
)
