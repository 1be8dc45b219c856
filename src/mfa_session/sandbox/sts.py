"""STS."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

from mfa_session.sandbox import errors
from mfa_session.sandbox.clock import step_at
from mfa_session.sandbox.errors import ServiceError, access_denied
from mfa_session.sandbox.identities import Directory, Session
from mfa_session.sandbox.operations import Asked, Operation

HOUR_SECONDS = 3600
_SESSION_DEFAULT_SECONDS = 12 * HOUR_SECONDS
_SESSION_MAXIMUM_SECONDS = 36 * HOUR_SECONDS
_ROLE_MAXIMUM_SECONDS = 12 * HOUR_SECONDS
_MINIMUM_SECONDS = 900
_FAILED = "MultiFactorAuthentication failed"
_PATTERN = "Member must satisfy regular expression pattern: "
_ALLOWED_IN_SESSIONS = ("AssumeRole", "GetCallerIdentity")


class Sts:
    """The operations of STS."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._operations = {
            "GetSessionToken": self._get_session_token,
            "AssumeRole": self._assume_role,
            "GetCallerIdentity": self._get_caller_identity,
            "GetAccessKeyInfo": self._get_access_key_info,
            "DecodeAuthorizationMessage": self._decode_authorization_message,
        }

    def answer(self, asked: Asked) -> dict[str, Any]:
        """Return the operation's result, or raise the ServiceError of AWS."""
        name, session = asked.operation.name, asked.caller.session
        if session and asked.caller.user and name not in _ALLOWED_IN_SESSIONS:
            raise errors.session_may_not(name)
        if name not in self._operations:
            raise errors.unknown_operation(name)
        return self._operations[name](asked)

    def _get_caller_identity(self, asked: Asked) -> dict[str, Any]:
        caller = asked.caller
        return {"Arn": caller.arn, "UserId": caller.unique_id, "Account": caller.account}

    def _get_access_key_info(self, asked: Asked) -> dict[str, Any]:
        key_id = asked.operation.text("AccessKeyId") or ""
        account = self._directory.account_of_key(key_id)
        if account is None:
            raise errors.invalid_value(key_id, "accessKeyId", "Member must be an access key")
        return {"Account": account}

    def _decode_authorization_message(self, asked: Asked) -> dict[str, Any]:
        blob = asked.operation.text("EncodedMessage") or ""
        try:
            return {"DecodedMessage": base64.urlsafe_b64decode(blob).decode()}
        except ValueError as exc:
            message = "The message is not a valid one."
            raise ServiceError(400, "InvalidAuthorizationMessageException", message) from exc

    def _get_session_token(self, asked: Asked) -> dict[str, Any]:
        operation, caller = asked.operation, asked.caller
        seconds = _duration(operation, _SESSION_DEFAULT_SECONDS, _SESSION_MAXIMUM_SECONDS)
        check_mfa_shapes(operation)
        if caller.session:
            raise errors.session_may_not("GetSessionToken")
        if caller.is_root:
            seconds = min(seconds, HOUR_SECONDS)
        mfa = self._check_code(asked)
        ends_at = asked.now + timedelta(seconds=seconds)
        session = Session(asked.now, ends_at, caller.holder, mfa=mfa)
        return {"Credentials": credentials_of(self._directory.add_session(session))}

    def _assume_role(self, asked: Asked) -> dict[str, Any]:
        """Refuse as AWS refuses a role that does not exist: only the tests' sandbox has roles."""
        self._check_role_request(asked)
        raise role_refused(asked)

    def _check_role_request(self, asked: Asked) -> tuple[int, bool]:
        """Return how many seconds the session lasts, and whether it came with a right code."""
        operation = asked.operation
        _check_role_shapes(operation)
        seconds = _duration(operation, HOUR_SECONDS, _ROLE_MAXIMUM_SECONDS)
        check_mfa_shapes(operation)
        return seconds, self._check_code(asked)

    def _check_code(self, asked: Asked) -> bool:
        serial = asked.operation.text("SerialNumber")
        code = asked.operation.text("TokenCode")
        if serial is None and code is None:
            return False
        if serial is None or code is None:
            raise access_denied(
                f"{_FAILED}, must provide both MFA serial number and one time pass code."
            )
        device = self._directory.devices.get(serial)
        user = asked.caller.user
        owned = device is not None and user is not None and device in user.devices
        if device is None or device.checker is None or not owned or asked.caller.session:
            raise access_denied(
                f"{_FAILED}, unable to validate MFA code.  Please verify your MFA serial number is "
                "valid and associated with this user."
            )
        if not device.checker.accept(code, step_at(asked.now.timestamp())):
            # Or stale, or used already: AWS does not say which.
            raise access_denied(f"{_FAILED} with invalid MFA one time pass code. ")
        return True


def role_refused(asked: Asked) -> ServiceError:
    """The caller may not assume the role, or it does not exist: AWS does not say which."""
    return access_denied(
        f"User: {asked.caller.arn} is not authorized to perform: sts:AssumeRole on resource: "
        f"{asked.operation.text('RoleArn')}"
    )


def check_mfa_shapes(operation: Operation) -> None:
    """Refuse malformed serials and codes."""
    _check(operation, "SerialNumber", 9, 256, r"[\w+=/:,.@-]*")
    _check(operation, "TokenCode", 6, 6, r"[\d]*")


def _check_role_shapes(operation: Operation) -> None:
    _check(operation, "RoleArn", 20, 2048, r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uFFFF]+")
    _check(operation, "RoleSessionName", 2, 64, r"[\w+=,.@-]*")
    _check(operation, "ExternalId", 2, 1224, r"[\w+=,.@:\/-]*")
    for name in ("RoleArn", "RoleSessionName"):
        if operation.text(name) is None:
            raise errors.invalid_value("null", _member(name), "Member must not be null")


def _check(operation: Operation, name: str, least: int, most: int, pattern: str) -> None:
    value = operation.text(name)
    if value is None:
        return
    _check_between(value, name, "length", len(value), least, most)
    if not re.fullmatch(pattern, value, re.ASCII):
        raise errors.invalid_value(value, _member(name), _PATTERN + pattern)


def _duration(operation: Operation, default_seconds: int, most_seconds: int) -> int:
    text = operation.text("DurationSeconds")
    if text is None:
        return default_seconds
    seconds = int(text) if re.fullmatch(r"-?\d+", text) else -1
    _check_between(text, "DurationSeconds", "value", seconds, _MINIMUM_SECONDS, most_seconds)
    return seconds


def _check_between(value: str, name: str, what: str, number: int, least: int, most: int) -> None:
    constraint = f"Member must have {what} {{}} than or equal to {{}}"
    if number < least:
        raise errors.invalid_value(value, _member(name), constraint.format("greater", least))
    if number > most:
        raise errors.invalid_value(value, _member(name), constraint.format("less", most))


def credentials_of(session: Session) -> dict[str, Any]:
    """Return the `Credentials` of an answer."""
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expires_at,
    }


def _member(name: str) -> str:
    return name[0].lower() + name[1:]
