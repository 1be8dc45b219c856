"""STS: sessions of long-term keys, and who calls."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mfa_session.sandbox import errors
from mfa_session.sandbox.clock import step_at
from mfa_session.sandbox.identities import Session

if TYPE_CHECKING:
    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.identities import Directory
    from mfa_session.sandbox.operations import Asked, Operation


HOUR_SECONDS = 3600
_SESSION_DEFAULT_SECONDS = 12 * HOUR_SECONDS
_SESSION_MAXIMUM_SECONDS = 36 * HOUR_SECONDS
_MINIMUM_SECONDS = 900
_PATTERN = "Member must satisfy regular expression pattern: "
ALLOWED_IN_SESSIONS = ("AssumeRole", "GetCallerIdentity")


class Sts:
    """The operations of STS."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._operations = {
            "GetSessionToken": self.get_session_token,
            "GetCallerIdentity": self.get_caller_identity,
            "DecodeAuthorizationMessage": self.decode_authorization_message,
        }

    def answer(self, asked: Asked) -> dict[str, Any]:
        """Return the operation's result, or raise the ServiceError of AWS."""
        name, session = asked.operation.name, asked.caller.session
        if session and not session.role and name not in ALLOWED_IN_SESSIONS:
            raise errors.session_may_not(name)
        if name not in self._operations:
            raise errors.unknown_operation(name)
        return self._operations[name](asked)

    def get_caller_identity(self, asked: Asked) -> dict[str, Any]:
        """Return the caller's identity, which no policy can deny."""
        caller = asked.caller
        return {"Arn": caller.arn, "UserId": caller.unique_id, "Account": caller.account}

    def decode_authorization_message(self, asked: Asked) -> dict[str, Any]:
        """Decode the message in an EC2 refusal."""
        blob = asked.operation.text("EncodedMessage") or ""
        try:
            return {"DecodedMessage": base64.urlsafe_b64decode(blob).decode()}
        except ValueError as exc:
            raise errors.invalid_blob() from exc

    def get_session_token(self, asked: Asked) -> dict[str, Any]:
        """Return a session of a long-term key, with MFA if a code was sent."""
        operation, caller = asked.operation, asked.caller
        seconds = read_duration(operation, _SESSION_DEFAULT_SECONDS, _SESSION_MAXIMUM_SECONDS)
        check_mfa_shapes(operation)
        if caller.session:
            raise errors.session_may_not("GetSessionToken")
        if caller.is_root:
            seconds = min(seconds, HOUR_SECONDS)
        mfa = self._check_code(asked)
        session = Session(
            user=caller.user,
            role=None,
            role_session_name="",
            mfa=mfa,
            authenticated_at=asked.now if mfa else None,
            issued_at=asked.now,
            expires_at=asked.now + timedelta(seconds=seconds),
        )
        return {"Credentials": credentials_of(self._directory.add_session(session))}

    def _check_code(self, asked: Asked) -> bool:
        serial = asked.operation.text("SerialNumber")
        code = asked.operation.text("TokenCode")
        if serial is None and code is None:
            return False
        if serial is None or code is None:
            raise errors.half_mfa()
        device = self._directory.devices.get(serial)
        user = asked.caller.user
        owned = device is not None and user is not None and device in user.devices
        if device is None or device.checker is None or not owned or asked.caller.session:
            raise errors.wrong_serial()
        if not device.checker.accept(code, step_at(asked.now.timestamp())):
            raise errors.wrong_code()
        return True


def check_mfa_shapes(operation: Operation) -> None:
    """Refuse malformed serials and codes."""
    check_shape(operation, "SerialNumber", 9, 256, r"[\w+=/:,.@-]*")
    check_shape(operation, "TokenCode", 6, 6, r"[\d]*")


def check_shape(operation: Operation, name: str, least: int, most: int, pattern: str) -> None:
    """Refuse a parameter of the wrong length or with other characters."""
    value = operation.text(name)
    if value is None:
        return
    too = "Member must have length {} than or equal to {}"
    if len(value) < least:
        raise errors.invalid_value(value, member(name), too.format("greater", least))
    if len(value) > most:
        raise errors.invalid_value(value, member(name), too.format("less", most))
    if not re.fullmatch(pattern, value, re.ASCII):
        raise errors.invalid_value(value, member(name), _PATTERN + pattern)


def read_duration(operation: Operation, default_seconds: int, most_seconds: int) -> int:
    """Return DurationSeconds; refuse one that is too short or too long."""
    text = operation.text("DurationSeconds")
    if text is None:
        return default_seconds
    too = "Member must have value {} than or equal to {}"
    seconds = int(text) if re.fullmatch(r"-?\d+", text) else -1
    if seconds < _MINIMUM_SECONDS:
        constraint = too.format("greater", _MINIMUM_SECONDS)
        raise errors.invalid_value(text, "durationSeconds", constraint)
    if seconds > most_seconds:
        raise errors.invalid_value(text, "durationSeconds", too.format("less", most_seconds))
    return seconds


def credentials_of(session: Session) -> dict[str, Any]:
    """Return the structure `Credentials` of an answer."""
    return {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expires_at,
    }


def member(name: str) -> str:
    """Return a parameter as errors name it."""
    return name[0].lower() + name[1:]
