"""Expiry times, as this tool and the others write them into a credentials file."""

from __future__ import annotations

from datetime import datetime, timezone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

EPOCH_DIGITS = range(9, 12)
EXPIRY_KEYS = (
    "x_security_token_expires",
    "expiration",
    "aws_session_expiration",
    "aws_credential_expiration",
    "awsmfa_expiration",
    "aws_expiration",
)


def read_expiry(section: Mapping[str, str]) -> datetime | None:
    """Return when a section's session ends (aware, UTC); the earliest where keys disagree.

    A time without an offset is UTC (aws-mfa's habit), but local time in a section that says
    `manager = awsume`. None when no key is there or none can be read.
    """
    local = section.get("manager", "") == "awsume"
    times = [parse_time(section[key], local=local) for key in EXPIRY_KEYS if key in section]
    return min((time for time in times if time is not None), default=None)


def parse_time(text: str, *, local: bool = False) -> datetime | None:
    """Return the aware UTC time an ISO 8601 text or epoch seconds stand for, or None."""
    text = text.strip().strip("\"'")
    if text.isascii() and text.isdigit() and len(text) in EPOCH_DIGITS:
        return datetime.fromtimestamp(int(text), timezone.utc)
    if text.endswith("UTC"):
        text = text[:-3].rstrip() + "Z"
    try:
        time = datetime.fromisoformat(_as_every_python_reads(text))
        if time.tzinfo is None:
            time = time.astimezone() if local else time.replace(tzinfo=timezone.utc)
        return time.astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def format_time(time: datetime) -> str:
    """Return `time` as RFC 3339 in UTC with a `Z`, to the second."""
    return time.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _as_every_python_reads(text: str) -> str:
    """Write the offset neither `Z` nor `+0200`, and a fraction of a second in six digits."""
    sign, offset = text[-5:-4], text[-4:]
    if text[-1:] in {"Z", "z"}:
        text = text[:-1] + "+00:00"
    elif sign in {"+", "-"} and offset.isascii() and offset.isdigit() and ":" in text:
        text = f"{text[:-2]}:{text[-2:]}"
    whole, dot, rest = text.partition(".")
    if not dot:
        return text
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{whole}.{rest[:digits][:6].ljust(6, '0')}{rest[digits:]}"
