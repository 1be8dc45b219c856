"""The TOTP steps that were sent are remembered one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_session.files.notes import KEPT_STEPS, UsedSteps
from mfa_session.files.state import StateDir
from mfa_session.system.console import Console

if TYPE_CHECKING:
    from pathlib import Path

PHONE = "arn:aws:iam::123456789012:mfa/phone"


@pytest.fixture
def steps(tmp_path: Path) -> UsedSteps:
    """Give an empty memory."""
    return UsedSteps(StateDir(str(tmp_path / "state")), Console(0, {}))


def test_a_step_noted_while_the_clock_was_ahead_hides_none_before_it(steps: UsedSteps) -> None:
    for step in (100, 140, 101):
        steps.note(PHONE, step)
    assert steps.used(PHONE) == {100, 101, 140}
    assert steps.used("other") == set()


def test_only_the_last_steps_are_kept(steps: UsedSteps) -> None:
    for step in range(2 * KEPT_STEPS):
        steps.note(PHONE, step)
    assert steps.used(PHONE) == set(range(KEPT_STEPS - 1, 2 * KEPT_STEPS))


@pytest.mark.parametrize("damage", [b"", b"\xff", b"x 7", b"-1", b"9" * 5000])
def test_a_damaged_note_counts_as_no_step(steps: UsedSteps, damage: bytes) -> None:
    steps.note(PHONE, 1)
    (name,) = steps._state.names("step-")
    steps._state.write(name, damage)
    assert steps.used(PHONE) == ({7} if damage == b"x 7" else set())
    steps.note(PHONE, 8)
    assert 8 in steps.used(PHONE)
