"""Requests to AWS, and checks that AWS answered, not a portal, a proxy or an impostor."""

from __future__ import annotations

import getpass
from datetime import timedelta, timezone
from email.utils import parsedate_to_datetime

from mfa_session.model.ports import Issued
from mfa_session.model.session import SESSION_KEY_PREFIX, Keys, Secret
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from mfa_session.model.ports import Caller


LONGEST_SESSION = timedelta(hours=36)
"""STS API reference, GetSessionToken: DurationSeconds is 129,600 at most."""
CLOCK_TOLERANCE = timedelta(minutes=15)
"""AWS refuses signatures with a larger difference (IAM guide, signing requests)."""
MOST_TOKEN_CHARACTERS = 16384
ROUNDING = timedelta(seconds=5)
_IN_SESSION_NAMES = "_+=,.@-"


class AwsRequest:
    """A call, with the names that its errors mention; `once` forbids retries."""

    def __init__(
        self,
        service: str,
        operation: str,
        caller: Caller,
        *,
        serial: str | None = None,
        role_arn: str | None = None,
        asked_key_id: str | None = None,
        once: bool = False,
    ) -> None:
        self.service = service
        self.operation = operation
        self.caller = caller
        self.serial = serial
        self.role_arn = role_arn
        self.once = once
        self.asked_key_id = asked_key_id

    @property
    def action(self) -> str:
        """The action's name in a policy."""
        return f"{self.service}:{self.operation}"

    @property
    def has_code(self) -> bool:
        """Whether the call sends a device's code, which AWS accepts once."""
        return self.service == "sts" and self.serial is not None

    @property
    def is_long_term(self) -> bool:
        """Whether a long-term key signs, not a session's."""
        return self.caller.keys.session_token is None

    @property
    def is_role_from_session(self) -> bool:
        """Whether a session assumes a role."""
        return self.role_arn is not None and not self.is_long_term

    @property
    def login(self) -> str:
        """The command that renews the signing session."""
        name = self.caller.session
        return "mfa-session login --force" + (f" --profile {quote(name)}" if name else "")

    @property
    def key(self) -> str:
        """The signing key's name for people."""
        return self.caller.label()


def role_session_name() -> str:
    r"""Return a RoleSessionName with the login name, which tells people apart in CloudTrail.

    Shape: 2 to 64 of `[\w+=,.@-]` (STS API reference, AssumeRole).
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = ""
    fitting = "".join(
        c if c.isascii() and (c.isalnum() or c in _IN_SESSION_NAMES) else "-" for c in name
    )
    return f"mfa-session-{fitting}"[:64] if fitting else "mfa-session"


def check_request_id(response: Mapping[str, Any]) -> None:
    """Raise ValueError or KeyError without a request id, which every answer of AWS has."""
    if not response["ResponseMetadata"]["RequestId"].strip():
        raise ValueError("no request id")


def is_aws_error(response: Mapping[str, Any]) -> bool:
    """Say whether an error is AWS's own: it has a request id and a code that is a word."""
    try:
        check_request_id(response)
        return not response["Error"]["Code"].isdigit()
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def date_of(response: Mapping[str, Any]) -> datetime | None:
    """Return the Date header of an answer as aware UTC time; None without a valid one."""
    try:
        said = parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])
        # RFC 9110, 5.6.7: always GMT. Python returns it naive without a zone, or with `-0000`.
        aware = said if said.tzinfo else said.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, IndexError):
        return None


def read_issued(response: Mapping[str, Any], local_now: datetime) -> Issued:
    """Return the credentials in an answer of STS (STS API reference, Credentials).

    Raises ValueError, KeyError, TypeError, AttributeError or OverflowError if it is malformed.
    """
    given = response["Credentials"]
    key_id, secret, token = (
        checked_text(given[name]) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    )
    expires_at = given["Expiration"].astimezone(timezone.utc)
    date = date_of(response)  # this machine's time, if the two differ too much to believe it
    now = date if date and abs(date - local_now) <= CLOCK_TOLERANCE else local_now
    left = expires_at - now
    if not timedelta(0) < left <= LONGEST_SESSION + ROUNDING:
        raise ValueError("not a session's expiry")
    keys = Keys(access_key_id=key_id, secret_access_key=Secret(secret), session_token=Secret(token))
    if keys.shown_id != key_id or not key_id.startswith(SESSION_KEY_PREFIX):
        raise ValueError("not a session's key id")
    return Issued(keys=keys, expires_at=expires_at)


def checked_text(text: object) -> str:
    """Return a text that is not empty and has no blanks or control characters."""
    if not isinstance(text, str) or not 0 < len(text) <= MOST_TOKEN_CHARACTERS:
        raise ValueError("not a credential")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("blanks or control characters in a credential")
    return text
