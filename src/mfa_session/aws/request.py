"""A request to AWS, as its errors speak of it; and what counts as AWS's answer to one.

Portals, proxies and impostors answer as well.
"""

from __future__ import annotations

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
"""AWS refuses signatures that are further off (IAM guide, signing requests)."""
MOST_TOKEN_CHARACTERS = 16384
ROUNDING = timedelta(seconds=5)


class AwsRequest:
    """What is asked of AWS, so that an error can name it."""

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
        """Take the call's service, operation and names; with `once` it is not sent again."""
        self.service = service
        self.operation = operation
        self.caller = caller
        self.serial = serial
        self.role_arn = role_arn
        self.once = once
        self.asked_key_id = asked_key_id

    @property
    def action(self) -> str:
        """The IAM action, as a policy would name it."""
        return f"{self.service}:{self.operation}"

    @property
    def has_code(self) -> bool:
        """Whether a code of a device is sent with it, which AWS takes once."""
        return self.service == "sts" and self.serial is not None

    @property
    def is_long_term(self) -> bool:
        """Whether the signing key is no session's."""
        return self.caller.keys.session_token is None

    @property
    def is_role_from_session(self) -> bool:
        """Whether a session asks for a role."""
        return self.role_arn is not None and not self.is_long_term

    @property
    def login(self) -> str:
        """The command that renews the session whose keys sign."""
        name = self.caller.session
        return "mfa-session login --force" + (f" --profile {quote(name)}" if name else "")

    @property
    def key(self) -> str:
        """The signing key, as the person knows it."""
        return self.caller.label()


def check_request_id(response: Mapping[str, Any]) -> None:
    """Raise ValueError or KeyError without the id that AWS gives each request."""
    if not response["ResponseMetadata"]["RequestId"].strip():
        raise ValueError("AWS gives each request an id")


def is_aws_error(response: Mapping[str, Any]) -> bool:
    """Say whether an error is AWS's own: it has a code that is a word, and a request id."""
    try:
        check_request_id(response)
        return not response["Error"]["Code"].isdigit()
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def date_of(response: Mapping[str, Any]) -> datetime | None:
    """Return the Date header of an answer as aware UTC time; None if it tells none."""
    try:
        said = parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])
        # RFC 9110, 5.6.7: always GMT. Without a zone, or with `-0000`, it comes naive.
        aware = said if said.tzinfo else said.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, IndexError):
        return None


def read_issued(response: Mapping[str, Any], local_now: datetime) -> Issued:
    """Return the credentials of an answer of STS.

    Raises ValueError, KeyError, TypeError, AttributeError or OverflowError if anything in it is
    not as AWS makes it (STS API reference, Credentials).
    """
    given = response["Credentials"]
    key_id, secret, token = (
        checked_text(given[name]) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    )
    expires_at = given["Expiration"].astimezone(timezone.utc)
    left = expires_at - _aws_now(response, local_now)
    if not timedelta(0) < left <= LONGEST_SESSION + ROUNDING:
        raise ValueError("not the end of a session")
    keys = Keys(access_key_id=key_id, secret_access_key=Secret(secret), session_token=Secret(token))
    if keys.shown_id != key_id or not key_id.startswith(SESSION_KEY_PREFIX):
        raise ValueError("not the key id of a session")
    return Issued(keys=keys, expires_at=expires_at)


def _aws_now(response: Mapping[str, Any], local_now: datetime) -> datetime:
    """Return AWS's time, as far as the answer can be believed: else this machine's."""
    date = date_of(response)
    believed = date is not None and abs(date - local_now) <= CLOCK_TOLERANCE
    return date if date is not None and believed else local_now


def checked_text(text: object) -> str:
    """Return a text that has no blanks or control characters in it, and is there at all."""
    if not isinstance(text, str) or not 0 < len(text) <= MOST_TOKEN_CHARACTERS:
        raise ValueError("not a credential")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("blanks or control characters in a credential")
    return text
