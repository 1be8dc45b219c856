"""login gets its code from the keyring, a command or the person, once for each window."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import processes
from fakes import file_keyring

if TYPE_CHECKING:
    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from in_process import JumpingClock
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles

FAKES = Path(file_keyring.__file__).parent
WAIT_SECONDS = 60.0
PRINTS_CODE = """\
import os, sys
sys.path[:0] = {path}
from mfa_session.sandbox.clock import code_for, step_at
import time
print("code:", code_for({seed!r}, step_at(time.time())))
"""


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give child processes a keyring in a file."""
    path = tmp_path / "keyring.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", file_keyring.NAME)
    monkeypatch.setenv("PYTHONPATH", str(FAKES))
    monkeypatch.setenv("FILE_KEYRING", str(path))
    return path


@pytest.fixture
def stored(keyring: Path, carols: AwsFiles, phone: Device) -> Device:
    """Store the secret of carol's phone in the keyring."""
    del carols  # a profile with keys exists
    keyring.write_text(json.dumps({f"mfa-session {phone.serial}": phone.secret}))
    return phone


def command_that_prints_code(phone: Device) -> list[str]:
    return [sys.executable, "-c", PRINTS_CODE.format(path=sys.path, seed=phone.secret)]


def settings(code: str, command: list[str] | str | None = None) -> str:
    line = f"code_command = {json.dumps(command)}\n" if command else ""
    return f'[sessions.mfa]\nsource_profile = "default"\ncode = "{code}"\n{line}'


def codes_sent(aws: FullSandbox) -> list[str]:
    return [call.parameters["TokenCode"] for call in aws.calls.of("GetSessionToken")]


@pytest.mark.usefixtures("stored")
def test_a_stored_secret_logs_in_unattended(run: Run, aws: FullSandbox) -> None:
    outcome = run("login", "--no-input")
    assert outcome.exit_code == 0, outcome
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [200]


@pytest.mark.usefixtures("stored")
def test_a_stored_secret_precedes_the_command(run: Run, files: AwsFiles) -> None:
    files.write(settings=settings("auto", ["false"]))
    assert run("login", "--no-input").exit_code == 0


@pytest.mark.usefixtures("carols", "keyring")
def test_the_command_is_used_if_no_secret_is_stored(
    run: Run, files: AwsFiles, phone: Device
) -> None:
    files.write(settings=settings("auto", command_that_prints_code(phone)))
    assert run("login", "--no-input").exit_code == 0


@pytest.mark.usefixtures("carols")
def test_without_a_source_of_codes_aws_is_not_asked(run: Run, aws: FullSandbox) -> None:
    outcome = run("login", "--no-input")
    assert (outcome.exit_code, aws.count("ListMFADevices"), codes_sent(aws)) == (4, 0, [])


@pytest.mark.usefixtures("stored")
def test_a_known_device_without_secret_needs_no_call(
    run: Run, aws: FullSandbox, keyring: Path
) -> None:
    assert run("login", "--no-input").exit_code == 0
    keyring.write_text("{}")
    calls = aws.count("ListMFADevices")
    assert run("login", "--no-input", "--force").exit_code == 4
    assert aws.count("ListMFADevices") == calls


@pytest.mark.usefixtures("carols", "keyring")
def test_a_keyring_without_the_secret_says_how_to_store_it(run: Run, files: AwsFiles) -> None:
    files.write(settings=settings("keyring"))
    outcome = run("login", "--no-input")
    assert outcome.exit_code == 4
    assert "hint: store it: `mfa-session totp add --mfa-serial arn:aws:iam::" in outcome.stderr


@pytest.mark.usefixtures("carols")
def test_code_command_is_required_for_code_from_a_command(run: Run, files: AwsFiles) -> None:
    files.write(settings=settings("command"))
    outcome = run("login", "--no-input")
    assert outcome.exit_code == 3
    assert 'has code = "command" but no code_command' in outcome.stderr


def test_a_locked_keyring_is_reported_and_the_prompt_asks(
    terminal: Terminal, stored: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILE_KEYRING_FAILS", "1")
    child = terminal("login")
    child.expect("no code from the keyring")
    child.expect("MFA code for")
    child.sendline(stored.code())
    child.expect("good for 12h")
    child.wait()
    assert child.exitstatus == 0


@pytest.mark.parametrize("was_used", [True, False], ids=["used before", "never used"])
def test_a_missing_keyring_is_reported_if_it_gave_a_code_before(
    run: Run, files: AwsFiles, stored: Device, was_used: bool
) -> None:
    files.write(settings=f'[sessions.mfa]\nmfa_serial = "{stored.serial}"\n')
    if was_used:
        assert run("totp", "code").exit_code == 0
    outcome = run("login", "--no-input", env={"PYTHON_KEYRING_BACKEND": "no.such.Keyring"})
    assert outcome.exit_code == 4
    assert ("no code from the keyring" in outcome.stderr) == was_used


@pytest.mark.usefixtures("stored")
def test_a_second_code_waits_for_the_next_window(
    run: Run, clock: JumpingClock, aws: FullSandbox
) -> None:
    clock.pause(30 - clock.now().timestamp() % 30)  # a window begins: both logins start in it
    assert run("login", "--no-input").exit_code == 0
    outcome = run("login", "--no-input", "--force", limit_seconds=WAIT_SECONDS)
    assert outcome.exit_code == 0
    assert "s for the next code of arn:aws:iam::" in outcome.stderr
    sent = codes_sent(aws)
    assert len(sent) == len(set(sent)) == 2
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [200, 200]


def test_a_typed_code_uses_its_window(
    run: Run, clock: JumpingClock, aws: FullSandbox, stored: Device
) -> None:
    clock.pause(30 - clock.now().timestamp() % 30)  # a window begins: the next one is 30 s away
    assert run("login", "--token-code", stored.code()).exit_code == 0
    outcome = run("login", "--no-input", "--force", limit_seconds=WAIT_SECONDS)
    assert outcome.exit_code == 0
    assert "waiting" in outcome.stderr
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [200, 200]


@pytest.mark.parametrize("minutes", [14, -14])
def test_codes_follow_the_clock_of_aws(
    run: Run, aws: FullSandbox, stored: Device, minutes: int
) -> None:
    aws.clock.advance(minutes * 60)
    outcome = run("login", "--no-input", limit_seconds=WAIT_SECONDS)
    assert outcome.exit_code == 0, outcome
    assert codes_sent(aws)[-1] in {stored.code(-1), stored.code()}


@pytest.mark.usefixtures("stored")
def test_a_wrong_secret_is_tried_twice(
    run: Run, aws: FullSandbox, keyring: Path, phone: Device
) -> None:
    wrong = phone.secret[::-1]
    keyring.write_text(json.dumps({f"mfa-session {phone.serial}": wrong}))
    outcome = run("login", "--no-input", limit_seconds=WAIT_SECONDS)
    assert outcome.exit_code == 4
    assert [call.status for call in aws.calls.of("GetSessionToken")] == [403, 403]
    assert wrong not in outcome.stdout + outcome.stderr


@pytest.mark.usefixtures("stored")
def test_the_hint_about_a_wrong_secret_replaces_or_forgets_it(
    run: Run, keyring: Path, phone: Device
) -> None:
    keyring.write_text(json.dumps({f"mfa-session {phone.serial}": phone.secret[::-1]}))
    refused = run("login", "--no-input", limit_seconds=WAIT_SECONDS)
    assert refused.exit_code == 4
    assert "phone's clock" not in refused.stderr
    add, remove = (line.split()[1:] for line in refused.stderr.split("`")[1::2])
    assert run(*add, "--yes", input=phone.secret).exit_code == 0
    assert run("login", "--no-input", limit_seconds=WAIT_SECONDS).exit_code == 0
    assert run(*remove, "--yes").exit_code == 0
    assert run("login", "--force", "--token-code", phone.code(1)).exit_code == 0


def test_a_wrong_code_of_a_command_is_told_as_such(
    run: Run, carols: AwsFiles, phone: Device
) -> None:
    carols.write(settings=settings("auto", ["echo", "999999"]))
    refused = run("login", "--no-input", limit_seconds=WAIT_SECONDS)
    assert refused.exit_code == 4
    assert "\nhint: the session's code_command printed it: correct" in refused.stderr
    assert phone.serial in refused.stderr
    assert "phone's clock" not in refused.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("stored")
def test_eight_logins_with_one_device_send_no_code_twice(program: str, aws: FullSandbox) -> None:
    def log_in(number: int) -> int:
        name = f"s{number}"
        seconds = str(3600 + number)  # each login needs its own session
        return processes.run_process([
            program, "login", "--no-input", "--profile", name, "--source-profile", "default",
            "--role-arn", f"arn:aws:iam::123456789012:role/R{number}", "--duration", seconds,
        ], limit_seconds=400).exit_code  # fmt: skip

    carol = "arn:aws:iam::123456789012:root"
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": carol}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    for number in range(8):
        aws.create_role(f"R{number}", trust=trust, max_session_seconds=43200)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(log_in, range(8))) == [0] * 8
    sent = [call.parameters["TokenCode"] for call in aws.calls.of("AssumeRole")]
    assert len(sent) == len(set(sent)) == 8
