"""Expiry times, whichever tool wrote them, and durations."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.model.times import (
    EXPIRY_KEYS,
    format_time,
    parse_duration,
    parse_time,
    read_expiry,
    spell_duration,
)

MOMENT = datetime(2031, 1, 31, 12, 30, 15, tzinfo=timezone.utc)
MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.builds(
        lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-14 * 60, 14 * 60)
    ),
)


@given(MOMENTS)
def test_a_written_time_is_read_back_to_the_second(moment: datetime) -> None:
    text = format_time(moment)
    assert text.endswith("Z")
    assert parse_time(text) == moment.replace(microsecond=0).astimezone(timezone.utc)


@given(MOMENTS)
def test_an_offset_is_heeded(moment: datetime) -> None:
    assert parse_time(moment.isoformat()) == moment


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    found = parse_time(text)
    assert found is None or found.tzinfo == timezone.utc


@pytest.mark.parametrize(
    "text",
    ["2031-01-31T12:30:15Z", "2031-01-31T12:30:15z", "2031-01-31 12:30:15",
     "2031-01-31T12:30:15+00:00", "2031-01-31T14:30:15+02:00", "2031-01-31T12:30:15.0Z",
     "2031-01-31T12:30:15.000000000Z", "2031-01-31T12:30:15UTC", "2031-01-31 12:30:15 UTC",
     '"2031-01-31T12:30:15Z"', " 2031-01-31T12:30:15Z ", "1927629015"],
)  # fmt: skip
def test_the_spellings_of_one_moment(text: str) -> None:
    assert parse_time(text) == MOMENT


@pytest.mark.parametrize("text", ["", "soon", "Z", "UTC", "2031-13-01", "0", "1" * 12])
def test_a_text_that_is_no_time_is_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize("key", EXPIRY_KEYS)
def test_every_key_is_read(key: str) -> None:
    assert read_expiry({key: "2031-01-31T12:30:15Z"}) == MOMENT


def test_the_earliest_of_several_counts_and_the_unreadable_does_not() -> None:
    section = {
        "expiration": "2031-01-31T13:00:00Z",
        "aws_expiration": "2031-01-31T12:30:15Z",
        "awsmfa_expiration": "soon",
    }
    assert read_expiry(section) == MOMENT
    assert read_expiry({"region": "eu-west-1"}) is None


@given(seconds=st.integers(0, 10**7))
def test_a_spelled_duration_is_read_back(seconds: int) -> None:
    assert parse_duration(spell_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (43200, "12h"), (2700, "45m"), (5400, "1h30m"), (86400, "1d"), (5000, "1h23m20s")],
)
def test_the_spelling_is_the_shortest(seconds: int, text: str) -> None:
    assert spell_duration(seconds) == text
