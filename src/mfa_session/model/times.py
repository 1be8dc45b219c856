"""Expiry times, as this tool and others write them to a credentials file; and durations."""

from __future__ import annotations

from datetime import datetime, timezone

from mfa_session.model.errors import UsageError

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
    """Return when a section's session expires (aware UTC), the earliest of several times; or None.

    A time without an offset is UTC, as aws-mfa writes it, but local time with `manager = awsume`.
    """
    local = section.get("manager", "") == "awsume"
    times = [parse_time(section[key], local=local) for key in EXPIRY_KEYS if key in section]
    return min((time for time in times if time is not None), default=None)


def parse_time(text: str, *, local: bool = False) -> datetime | None:
    """Return an ISO 8601 text or epoch seconds as aware UTC time, or None."""
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
    """Write `Z` and `+0200` as `+00:00` and `+02:00`, and a fraction of a second in six digits."""
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


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DIGITS = frozenset("0123456789")


def parse_duration(text: str) -> int:
    """Return a duration in seconds; ValueError for another text."""
    rest = text.strip().lower()
    if rest and _DIGITS.issuperset(rest):
        return int(rest)
    total, number, smallest = 0, "", None
    for letter in rest:
        if letter in _DIGITS:
            number += letter
        elif number and letter in _SECONDS and (smallest is None or _SECONDS[letter] < smallest):
            smallest = _SECONDS[letter]
            total, number = total + int(number) * smallest, ""
        else:
            raise ValueError(f"{text!r} is not a duration")
    if number or smallest is None:
        raise ValueError(f"{text!r} is not a duration")
    return total


def read_duration(text: str, said_by: str) -> int:
    """Return a duration in seconds; UsageError, with the setting's name, for another text."""
    try:
        return parse_duration(text)
    except ValueError:
        raise UsageError(
            "bad-duration",
            f"{said_by}: {text!r} is not a duration",
            "write it as 900, 45m, 12h or 1d",
        ) from None


def format_duration(seconds: float) -> str:
    """Return a duration in its two largest units: `11h 59m`, `42m`, `30s`, `2d 1h`."""
    whole = max(0, int(seconds))
    days, hours = divmod(whole // 3600, 24)
    minutes = whole % 3600 // 60
    if days:
        return f"{days}d {hours}h" if hours else f"{days}d"
    if hours:
        return f"{hours}h {minutes}m" if minutes else f"{hours}h"
    return f"{minutes}m" if minutes else f"{whole}s"


def spell_duration(seconds: int) -> str:
    """Return the shortest text that `parse_duration` reads as exactly this: `1h30m`, `1d`."""
    text = ""
    for unit, size in reversed(_SECONDS.items()):
        number, seconds = divmod(seconds, size)
        text += f"{number}{unit}" if number else ""
    return text or "0s"
