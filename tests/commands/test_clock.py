"""With a wrong clock, sessions follow AWS's time, and an error says how far the clock is off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles
    from sandboxed import LogIn

MINUTE = 60


def session(run: Run) -> dict[str, object]:
    shown = json.loads(run("status", "--json").stdout)["sessions"]
    assert len(shown) == 1
    found: dict[str, object] = shown[0]
    return found


@pytest.mark.parametrize("minutes", [14, -14])
def test_the_time_left_follows_the_clock_of_aws(
    run: Run, aws: FullSandbox, log_in: LogIn, minutes: int
) -> None:
    aws.clock.advance(minutes * MINUTE)
    log_in("--duration", "1h")
    left = session(run)["seconds_left"]
    assert isinstance(left, int)
    assert 3600 - 30 <= left <= 3600 + 2


def test_each_answer_updates_the_clock_offset(aws: FullSandbox, log_in: LogIn, home: Path) -> None:
    offset_file = home / ".local" / "state" / "mfa-session" / "clock-offset"
    aws.clock.advance(5 * MINUTE)
    log_in()
    assert int(offset_file.read_text().split()[0]) in range(295, 305)
    aws.clock.advance(5 * MINUTE)
    log_in("--force")
    assert int(offset_file.read_text().split()[0]) in range(600, 635)


def test_a_right_clock_leaves_no_offset_file(log_in: LogIn, home: Path) -> None:
    log_in()
    assert not (home / ".local" / "state" / "mfa-session" / "clock-offset").exists()


@pytest.mark.parametrize(("minutes", "direction"), [(60, "slow"), (-60, "fast")])
def test_the_error_of_a_wrong_clock_says_how_far_it_is_off(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, minutes: int, direction: str
) -> None:
    before = carols.credentials.read_bytes()
    aws.clock.advance(minutes * MINUTE)
    outcome = run("login", "--mfa-serial", phone.serial, "--token-code", phone.code())
    assert outcome.exit_code == 6
    amount = "1h" if f"1h {direction}" in outcome.stderr else "59m"  # the call may take a second
    assert f"this machine's clock is {amount} {direction}" in outcome.stderr
    assert "no code was spent" in outcome.stderr
    assert carols.credentials.read_bytes() == before
