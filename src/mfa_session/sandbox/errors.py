"""AWS's errors: code, HTTP status and text."""

from __future__ import annotations

from datetime import datetime, timedelta

from mfa_session.sandbox.clock import compact

SKEW = timedelta(minutes=15)
_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - a message
_EXPIRED_TOKEN = "The security token included in the request is expired"  # noqa: S105 - a message
_EC2_INVALID = (
    401,
    "AuthFailure",
    "AWS was not able to validate the provided access credentials",
)
_EC2_EXPIRED = (400, "RequestExpired", "Request has expired.")
_BAD_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)


class ServiceError(Exception):
    """An error that AWS returns."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def _by_dialect(
    dialect: str,
    code: str,
    message: str,
    json: tuple[str, str],
    **others: tuple[int, str, str],
) -> ServiceError:
    """Return a refusal with status 403, which is 400 in `json`, or else one of `others`."""
    if dialect in ("json", "rest_json"):
        return ServiceError(400 if dialect == "json" else 403, *json)
    return ServiceError(*others.get(dialect, (403, code, message)))


def _invalid_token(dialect: str, s3: tuple[int, str, str]) -> ServiceError:
    return _by_dialect(
        dialect,
        "InvalidClientTokenId",
        _INVALID_TOKEN,
        ("UnrecognizedClientException", _INVALID_TOKEN),
        ec2=_EC2_INVALID,
        s3=s3,
    )


def invalid_key(dialect: str) -> ServiceError:
    """The access key id is unknown or inactive."""
    message = "The AWS Access Key Id you provided does not exist in our records."
    return _invalid_token(dialect, (403, "InvalidAccessKeyId", message))


def invalid_session_token(dialect: str) -> ServiceError:
    """The session token is missing or is not this key's."""
    message = "The provided token is malformed or otherwise invalid."
    return _invalid_token(dialect, (400, "InvalidToken", message))


def expired_session(dialect: str) -> ServiceError:
    """The session has expired."""
    return _by_dialect(
        dialect,
        "ExpiredToken",
        _EXPIRED_TOKEN,
        ("ExpiredTokenException", _EXPIRED_TOKEN),
        ec2=_EC2_EXPIRED,
        s3=(400, "ExpiredToken", "The provided token has expired."),
    )


def unsigned(dialect: str) -> ServiceError:
    """The request has no signature."""
    return _by_dialect(
        dialect,
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
        ("MissingAuthenticationTokenException", "Missing Authentication Token"),
        ec2=(400, "MissingParameter", "The request must contain the parameter AWSAccessKeyId"),
        s3=(403, "AccessDenied", "Access Denied"),
    )


def incomplete_signature(detail: str) -> ServiceError:
    """The Authorization header is malformed."""
    return ServiceError(400, "IncompleteSignature", detail)


def _invalid_signature(dialect: str, message: str, **others: tuple[int, str, str]) -> ServiceError:
    json = ("InvalidSignatureException", message)
    return _by_dialect(dialect, "SignatureDoesNotMatch", message, json, **others)


def wrong_signature(dialect: str) -> ServiceError:
    """The signature was not made with the key's secret."""
    return _invalid_signature(dialect, _BAD_SIGNATURE, ec2=_EC2_INVALID)


def wrong_time(dialect: str, signed_at: datetime, now: datetime) -> ServiceError:
    """The request was signed more than 15 minutes before or after now."""
    if signed_at < now:
        message = (
            f"Signature expired: {compact(signed_at)} is now earlier than "
            f"{compact(now - SKEW)} ({compact(now)} - 15 min.)"
        )
    else:
        message = (
            f"Signature not yet current: {compact(signed_at)} is still later than "
            f"{compact(now + SKEW)} ({compact(now)} + 15 min.)"
        )
    skewed = "The difference between the request time and the current time is too large."
    s3 = (403, "RequestTimeTooSkewed", skewed)
    return _invalid_signature(dialect, message, ec2=_EC2_EXPIRED, s3=s3)


def access_denied(message: str) -> ServiceError:
    """STS refuses the call."""
    return ServiceError(403, "AccessDenied", message)


def session_may_not(operation: str) -> ServiceError:
    """STS refuses this call to sessions."""
    return access_denied(f"Cannot call {operation} with session credentials")


def invalid(message: str) -> ServiceError:
    """A parameter has a value that the service does not take."""
    return ServiceError(400, "ValidationError", message)


def invalid_value(value: str, name: str, constraint: str) -> ServiceError:
    """A parameter is malformed."""
    return invalid(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
        f"{constraint}"
    )


def denied(
    dialect: str, caller_arn: str, action: str, resource: str, *, explicit: bool, blob: str
) -> ServiceError:
    """The policies do not allow it."""
    why = (
        "with an explicit deny in an identity-based policy"
        if explicit
        else f"because no identity-based policy allows the {action} action"
    )
    message = (
        f"User: {caller_arn} is not authorized to perform: {action} on resource: {resource} {why}"
    )
    encoded = (
        f"You are not authorized to perform this operation. {message}. "
        f"Encoded authorization failure message: {blob}"
    )
    return _by_dialect(
        dialect,
        "AccessDenied",
        message,
        ("AccessDeniedException", message),
        ec2=(403, "UnauthorizedOperation", encoded),
    )


def unknown_operation(operation: str) -> ServiceError:
    """The service, or the sandbox, has no such operation."""
    return ServiceError(
        400,
        "InvalidAction",
        f"Could not find operation {operation or '(none)'} in this sandbox",
    )


def internal(cause: Exception) -> ServiceError:
    """The sandbox or moto is at fault; the traceback is on stderr."""
    return ServiceError(500, "InternalFailure", f"{type(cause).__name__}: {cause}")


def not_played(service: str, why: str) -> ServiceError:
    """The sandbox does not have this service."""
    return ServiceError(501, "NotImplemented", f"This sandbox does not have {service}: {why}")


def no_such(kind: str, name: str) -> ServiceError:
    """The account has no such user, group or role."""
    return ServiceError(404, "NoSuchEntity", f"The {kind} with name {name} cannot be found.")
