"""A window whose code was sent is waited out, and no other."""

from __future__ import annotations

import pytest

from fakes.edges import NOW, PHONE, FakeEdges
from mfa_session.mfa.submission import wait_for_unused
from mfa_session.model.totp import step_at

NOW_STEP = step_at(NOW)


@pytest.mark.parametrize(
    ("used", "count", "opens"),
    [
        ([], 1, 0),
        ([0], 1, 1),
        ([-1], 1, 0),
        ([-1], 2, 1),
        ([0], 2, 2),
        ([0, 1], 1, 2),
        ([28], 1, 0),
    ],
    ids=[
        "none was sent", "this one's", "the one before's", "two are needed, one is new",
        "two are needed, none is new", "the next one's, too", "sent while the clock was ahead",
    ],
)  # fmt: skip
def test_the_wait_ends_when_the_codes_are_unused(used: list[int], count: int, opens: int) -> None:
    fakes = FakeEdges()
    for step in used:
        fakes.steps.note(PHONE, NOW_STEP + step)
    wait_for_unused(fakes.edges(), PHONE, count)
    assert step_at(fakes.clock.now()) == NOW_STEP + opens
