"""Durations as people write them: `900`, `45m`, `12h`, `1h30m`, `1d`."""

from __future__ import annotations

from mfa_session.model.errors import UsageError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DIGITS = frozenset("0123456789")


def parse_duration(text: str) -> int:
    """Return the seconds `text` stands for; ValueError when it is not a duration."""
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
    """Return a duration in seconds; a UsageError names what said it."""
    try:
        return parse_duration(text)
    except ValueError:
        raise UsageError(
            "bad-duration",
            f"{said_by}: {text!r} is not a duration",
            "write it as 900, 45m, 12h or 1d",
        ) from None


def format_duration(seconds: float) -> str:
    """Return the two largest units: `11h 59m`, `42m`, `30s`, `2d 1h`."""
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
