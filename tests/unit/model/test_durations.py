"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.model.durations import parse_duration, spell_duration


@given(seconds=st.integers(0, 10**7))
def test_what_is_spelled_is_read_back(seconds: int) -> None:
    assert parse_duration(spell_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (43200, "12h"), (2700, "45m"), (5400, "1h30m"), (86400, "1d"), (5000, "1h23m20s")],
)
def test_the_spelling_is_the_shortest(seconds: int, text: str) -> None:
    assert spell_duration(seconds) == text
