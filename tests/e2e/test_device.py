"""`device` end to end: real processes, the sandbox's IAM, a keyring, a terminal, and faults."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pexpect
import pytest

import processes
import secret_service
from fakes import trap_keyring
from mfa_session.mfa.sources import code_at
from mfa_session.model.totp import read_secret, step_at
from mfa_session.sandbox.clock import STEP_SECONDS, code_for
from moments import Held, until
from phone_camera import Camera
from places import long_term
from secret_service import SecretService

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.model.session import Secret
    from mfa_session.sandbox.identities import Device, Document, User
    from mfa_session.sandbox.server import Answer
    from mfa_session.sandbox.signatures import HttpRequest
    from places import AwsFiles

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals and signals of POSIX")

SERIAL = "arn:aws:iam::123456789012:mfa/carol"
WITH_MFA_ONLY: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["iam:*VirtualMFADevice", "iam:EnableMFADevice", "iam:DeactivateMFADevice"],
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}
SELF_SERVICE: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "iam:CreateVirtualMFADevice",
                "iam:EnableMFADevice",
                "iam:ListMFADevices",
                "iam:ListVirtualMFADevices",
            ],
            "Resource": "*",
        },
    ],
}
"""From AWS's documentation: without MFA a device can be created but not deleted."""


class Answered(Held):
    """Delays the answers to calls that AWS has carried out."""

    def _handle(self, request: HttpRequest) -> Answer:
        answer = self._before(request)
        if self._mark in request.body + b"&":
            self._arrived.release()
            self._open.wait(60)
        return answer


@pytest.fixture(autouse=True)
def keyring(home: Path) -> Path:
    """Give child processes a keyring with traps, and return its file."""
    os.environ["PYTHON_KEYRING_BACKEND"] = trap_keyring.NAME
    os.environ["PYTHONPATH"] = str(processes.ROOT / "tests" / "fakes")
    os.environ["TRAP_KEYRING"] = str(home / "keyring.json")
    return home / "keyring.json"


@pytest.fixture
def no_device(files: AwsFiles, carol: User) -> AwsFiles:
    """Give carol an access key and no device."""
    files.write(long_term(carol) + "region = eu-west-1\n")
    return files


@pytest.fixture
def short_wait(aws: FullSandbox) -> None:
    """Let the current window of codes end soon: a login after an enrolment waits for the next."""
    shorten_wait(aws)


def shorten_wait(aws: FullSandbox) -> None:
    elapsed = aws.clock.epoch_seconds() % STEP_SECONDS
    aws.clock.advance((STEP_SECONDS - 6 - elapsed) % STEP_SECONDS)


def enabled(user: User) -> dict[str, str]:
    """Return the secrets of a user's devices by serial."""
    return {device.serial: device.secret for device in user.devices}


def unassigned(aws: FullSandbox) -> list[str]:
    return [d.serial for d in aws.directory.devices.values() if d.user is None]


def enrolment_notes(home: Path) -> list[Path]:
    return list((home / ".local" / "state" / "mfa-session").glob("enrolment-*"))


def is_consistent(aws: FullSandbox, carol: User, home: Path) -> bool:
    """Say whether every device has its secret stored, and nothing else is left."""
    found = (trap_keyring.stored(), unassigned(aws), enrolment_notes(home))
    return found == (enabled(carol), [], [])


def error_of(outcome: processes.Outcome) -> str:
    """Return the first line of the error."""
    lines = [line for line in outcome.stderr.splitlines() if "error:" in line]
    return lines[0] if lines else ""


# Enrolment


@pytest.mark.usefixtures("short_wait", "no_device")
def test_a_new_user_gets_a_device_and_a_session_in_one_command(
    aws: FullSandbox, carol: User, files: AwsFiles, home: Path, run: Run
) -> None:
    outcome = run("device", "enroll", "-vv")
    assert outcome.exit_code == 0, outcome
    assert is_consistent(aws, carol, home)
    assert list(enabled(carol)) == [SERIAL]
    assert (files.section("mfa") or {})["mfa_session_mfa_serial"] == SERIAL
    assert [call.operation for call in aws.calls] == [
        "GetCallerIdentity",
        "ListVirtualMFADevices",
        "CreateVirtualMFADevice",
        "EnableMFADevice",
        "GetSessionToken",
    ]
    assert outcome.stdout == ""
    (seed,) = enabled(carol).values()
    assert seed not in outcome.stderr
    holding = [path.name for path in home.rglob("*") if path.is_file() and contains(path, seed)]
    assert holding == ["keyring.json"]


def contains(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()


@pytest.mark.usefixtures("no_device")
def test_the_systems_keyring_keeps_the_secret(aws: FullSandbox, carol: User, run: Run) -> None:
    service = SecretService()
    try:
        os.environ.update(service.environ, PYTHON_KEYRING_BACKEND=secret_service.BACKEND)
        shorten_wait(aws)
        outcome = run("device", "enroll", "-vv")
        assert outcome.exit_code == 0, outcome
        (seed,) = enabled(carol).values()
        assert service.items() == [({"service": "mfa-session", "username": SERIAL}, seed)]
        service.lock()
        refused = run("device", "enroll", "second", "--no-input")
        assert (refused.exit_code, unassigned(aws)) == (3, []), refused
        assert run("device", "remove", "--yes", "--no-input").exit_code == 0
        assert carol.devices == []
    finally:
        service.stop()


@pytest.mark.usefixtures("no_device")
def test_a_login_without_device_says_how_to_enroll_one(run: Run) -> None:
    outcome = run("login", "--no-input")
    assert outcome.exit_code == 3, outcome
    assert "hint: add one: `mfa-session device enroll --profile mfa`" in outcome.stderr


@pytest.mark.usefixtures("no_device")
@pytest.mark.parametrize("argv", [("login", "--no-input"), ("device", "list")])
def test_a_user_who_may_not_list_devices_must_name_one(
    aws: FullSandbox, run: Run, argv: tuple[str, ...]
) -> None:
    aws.fail("ListMFADevices", times=None, status=403, code="AccessDenied", message="No.")
    outcome = run(*argv)
    assert outcome.exit_code == 5, outcome
    assert "name the device to log in: `mfa-session login --mfa-serial SERIAL`" in outcome.stderr
    assert "log in first" not in outcome.stderr


@pytest.mark.usefixtures("short_wait", "no_device")
def test_a_login_after_enrolment_needs_no_phone(aws: FullSandbox, run: Run) -> None:
    assert run("device", "enroll", "books", "--no-input").exit_code == 0
    aws.clock.advance(STEP_SECONDS)
    outcome = run("login", "--force", "--no-input")
    assert outcome.exit_code == 0, outcome
    assert aws.count("GetSessionToken") == 2


@pytest.mark.usefixtures("short_wait")
def test_a_second_device_logs_in(
    aws: FullSandbox, carols: AwsFiles, phone: Device, carol: User, run: Run
) -> None:
    outcome = run("device", "enroll", "laptop")
    assert outcome.exit_code == 0, outcome
    assert list(enabled(carol)) == [phone.serial, SERIAL.replace("carol", "laptop")]
    assert (carols.section("mfa") or {})["mfa_session_mfa_serial"].endswith("mfa/laptop")
    assert unassigned(aws) == []


@pytest.mark.usefixtures("no_device")
@pytest.mark.parametrize(
    ("operation", "fault", "said", "exit_code"),
    [
        ("CreateVirtualMFADevice", (403, "AccessDenied"), "not allowed", 5),
        ("CreateVirtualMFADevice", (409, "EntityAlreadyExists"), "exists", 3),
        ("CreateVirtualMFADevice", (409, "LimitExceeded"), "no more MFA devices", 5),
        ("CreateVirtualMFADevice", (409, "ConcurrentModification"), "still changing", 5),
        ("EnableMFADevice", (403, "AccessDenied"), "not allowed", 5),
        ("EnableMFADevice", (409, "LimitExceeded"), "no more MFA devices", 5),
        ("EnableMFADevice", (403, "InvalidAuthenticationCode"), "rejected the two codes", 4),
        ("EnableMFADevice", (500, "ServiceFailure"), "AWS failed", 6),
    ],
)
def test_a_refused_enrolment_leaves_nothing(  # noqa: PLR0917
    operation: str,
    fault: tuple[int, str],
    said: str,
    exit_code: int,
    aws: FullSandbox,
    carol: User,
    home: Path,
    run: Run,
) -> None:
    aws.fail(operation, times=None, status=fault[0], code=fault[1], message="No.")
    outcome = run("device", "enroll")
    assert (outcome.exit_code, said in error_of(outcome)) == (exit_code, True), outcome
    assert is_consistent(aws, carol, home)
    assert enabled(carol) == {}


@pytest.mark.usefixtures("no_device")
def test_the_ninth_device_is_refused_and_leaves_nothing(
    aws: FullSandbox, carol: User, home: Path, run: Run
) -> None:
    for number in range(8):
        aws.create_device(carol, name=f"GAHT1234567{number}", kind="hardware")
    outcome = run("device", "enroll")
    assert (outcome.exit_code, "eight at most" in outcome.stderr) == (5, True), outcome
    assert (unassigned(aws), trap_keyring.stored(), enrolment_notes(home)) == ([], {}, [])


@pytest.mark.usefixtures("short_wait", "no_device")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("operation", ["CreateVirtualMFADevice", "EnableMFADevice"])
def test_a_lost_answer_leaves_a_working_device_or_none(
    operation: str, after: bool, aws: FullSandbox, carol: User, home: Path, run: Run
) -> None:
    aws.drop(operation, after=after)
    outcome = run("device", "enroll")
    if operation == "EnableMFADevice":  # the SDK asks again, or finds that AWS has done it
        assert (outcome.exit_code, list(enabled(carol))) == (0, [SERIAL]), outcome
        assert is_consistent(aws, carol, home)
    else:
        assert (outcome.exit_code, enabled(carol)) == (6, {}), outcome
        assert (unassigned(aws), trap_keyring.stored()) == ([], {})
        assert aws.count(operation) == 1


@pytest.mark.usefixtures("short_wait", "no_device")
def test_the_next_run_cleans_up_after_a_lost_connection(
    aws: FullSandbox, carol: User, home: Path, run: Run
) -> None:
    aws.drop("EnableMFADevice", times=None)
    aws.drop("DeleteVirtualMFADevice", times=None)
    first = run("device", "enroll")
    assert (first.exit_code, unassigned(aws)) == (6, [SERIAL]), first
    assert "to finish: `mfa-session device enroll carol" in first.stderr
    told = run("device", "list")
    assert f"an enrolment of {SERIAL} was interrupted" in told.stderr
    aws.clear_faults()
    shorten_wait(aws)
    second = run("device", "enroll", "--no-input")
    assert (second.exit_code, "deleted" in second.stderr) == (0, True), second
    assert is_consistent(aws, carol, home)


@pytest.mark.usefixtures("short_wait")
def test_if_deleting_needs_mfa_the_next_run_uses_the_device(
    aws: FullSandbox, files: AwsFiles, home: Path, run: Run
) -> None:
    dave = aws.create_user("dave", policies=[SELF_SERVICE])
    files.write(long_term(dave))
    aws.fail("EnableMFADevice", times=1, status=400, code="Refused", message="Not now.")
    first = run("device", "enroll")
    assert (first.exit_code, len(unassigned(aws))) == (5, 1), first
    seeds = trap_keyring.stored()
    shorten_wait(aws)
    second = run("device", "enroll")
    assert (second.exit_code, "continuing with it" in second.stderr) == (0, True), second
    assert enabled(dave) == seeds
    assert is_consistent(aws, dave, home)


@pytest.mark.usefixtures("short_wait", "no_device")
def test_enabling_is_repeated_until_iam_knows_the_device(
    aws: FullSandbox, carol: User, home: Path, run: Run
) -> None:
    aws.fail("EnableMFADevice", status=404, code="NoSuchEntity", message="No device.")
    outcome = run("device", "enroll")
    assert (outcome.exit_code, aws.count("EnableMFADevice")) == (0, 2), outcome
    assert is_consistent(aws, carol, home)


@pytest.mark.parametrize("trap", ["refuse", "forget"])
@pytest.mark.usefixtures("no_device")
def test_a_keyring_that_keeps_nothing_is_refused_first(
    trap: str, aws: FullSandbox, run: Run
) -> None:
    trap_keyring.trap(trap).touch()
    outcome = run("device", "enroll")
    assert (outcome.exit_code, aws.count("CreateVirtualMFADevice")) == (3, 0), outcome


@pytest.mark.usefixtures("no_device")
def test_a_keyring_that_fails_during_enrolment_leaves_nothing(
    aws: FullSandbox, carol: User, home: Path, run: Run
) -> None:
    trap_keyring.trap("refuse-device").touch()
    outcome = run("device", "enroll")
    assert (outcome.exit_code, aws.count("CreateVirtualMFADevice")) == (3, 1), outcome
    assert is_consistent(aws, carol, home)


@pytest.mark.usefixtures("short_wait")
def test_the_session_is_used_if_managing_devices_needs_mfa(
    aws: FullSandbox, files: AwsFiles, carol: User, phone: Device, run: Run, home: Path
) -> None:
    carol.inline_policies["with-mfa"] = WITH_MFA_ONLY
    files.write(long_term(carol))
    refused = run("device", "enroll")
    assert (refused.exit_code, "log in first" in refused.stderr) == (5, True), refused
    assert enrolment_notes(home) == []
    assert run("login", "--token-code", phone.code()).exit_code == 0
    aws.calls.clear()
    outcome = run("device", "enroll", "laptop")
    assert outcome.exit_code == 0, outcome
    signers = {call.access_key_id[:4] for call in aws.calls.of("EnableMFADevice")}  # type: ignore[index]
    assert signers == {"ASIA"}


def test_keys_of_the_root_user_are_refused(aws: FullSandbox, files: AwsFiles, run: Run) -> None:
    root = aws.create_root()
    files.write(long_term(root))
    outcome = run("device", "enroll")
    assert (outcome.exit_code, "not an IAM user" in outcome.stderr) == (3, True), outcome
    assert aws.count("CreateVirtualMFADevice") == 0


@pytest.mark.usefixtures("no_device")
def test_a_bad_name_is_refused(aws: FullSandbox, run: Run) -> None:
    outcome = run("device", "enroll", "my phone")
    assert (outcome.exit_code, "cannot be the name" in outcome.stderr) == (3, True), outcome
    assert aws.count("CreateVirtualMFADevice") == 0


# Killed, interrupted


MOMENTS = ["list", "create", "created", "storing", "stored", "enable", "enabled"]


class Moment:
    """A moment of the enrolment at which the program is held."""

    def __init__(self, aws: FullSandbox, name: str) -> None:
        """Prepare the moment of this name."""
        held = {
            "list": Held(aws, "ListVirtualMFADevices"),
            "create": Held(aws, "CreateVirtualMFADevice"),
            "created": Answered(aws, "CreateVirtualMFADevice"),
            "enable": Held(aws, "EnableMFADevice"),
            "enabled": Answered(aws, "EnableMFADevice"),
        }
        traps = {"storing": "hold-before", "stored": "hold-after"}
        self._held = held.get(name)
        self._trap = trap_keyring.trap(traps[name]) if name in traps else None

    def __enter__(self) -> Moment:
        """Hold the program at this moment."""
        if self._held:
            self._held.__enter__()
        if self._trap:
            self._trap.touch()
        return self

    def __exit__(self, *_: object) -> None:
        """Let the program continue."""
        if self._held:
            self._held.__exit__()
        if self._trap:
            self._trap.unlink()

    def wait(self) -> None:
        """Wait until the program has reached the moment."""
        if self._held:
            self._held.wait_for_call()
        else:
            until(trap_keyring.trap("held").exists, "the keyring is asked to store")


@pytest.mark.usefixtures("no_device")
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_run_cleans_up_after_a_kill(
    moment: str, aws: FullSandbox, carol: User, home: Path, start: Start, run: Run
) -> None:
    with Moment(aws, moment) as there:
        process = start("device", "enroll")
        there.wait()
        process.kill()
        process.wait(10)
    until(lambda: settled(aws, moment), "AWS is done with what was asked")
    shorten_wait(aws)
    outcome = run("device", "enroll", "--no-input")
    assert outcome.exit_code == 0, outcome
    assert list(enabled(carol)) == [SERIAL]
    assert is_consistent(aws, carol, home)


def settled(aws: FullSandbox, moment: str) -> bool:
    """Say whether AWS has carried out every call up to this moment."""
    done = {
        "list": "ListVirtualMFADevices",
        "enable": "EnableMFADevice",
        "enabled": "EnableMFADevice",
    }
    return aws.count(done.get(moment, "CreateVirtualMFADevice")) == 1


@pytest.mark.usefixtures("no_device")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_leaves_a_working_device_or_none(
    moment: str, number: signal.Signals, aws: FullSandbox, carol: User, home: Path, start: Start
) -> None:
    with Moment(aws, moment) as there:
        process = start("device", "enroll")
        there.wait()
        process.send_signal(number)
        if moment == "list":  # nothing is done yet: the program ends at once
            process.wait(10)
        else:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.3)
    outcome = processes.finish_process(process)
    ended_by = -number if moment == "list" and number == signal.SIGTERM else 128 + number
    assert outcome.exit_code == ended_by, outcome
    assert list(enabled(carol)) == ([SERIAL] if moment.startswith("enable") else [])
    assert is_consistent(aws, carol, home), (
        unassigned(aws),
        trap_keyring.stored(),
        enrolment_notes(home),
    )


@pytest.mark.usefixtures("no_device")
def test_ctrl_c_while_waiting_to_log_in_keeps_the_device(
    aws: FullSandbox, carol: User, home: Path, terminal: Terminal
) -> None:
    child = terminal("device", "enroll")
    child.expect("is enabled; its secret is in the keyring")
    child.expect("waiting")
    child.sendintr()
    child.expect("interrupted before the login")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert is_consistent(aws, carol, home)
    assert list(enabled(carol)) == [SERIAL]


@pytest.mark.usefixtures("no_device")
def test_the_person_confirms_before_a_leftover_device_is_deleted(
    aws: FullSandbox, carol: User, home: Path, start: Start, terminal: Terminal, keyring: Path
) -> None:
    with Moment(aws, "stored") as there:
        process = start("device", "enroll")
        there.wait()
        process.kill()
        process.wait(10)
    before = keyring.read_bytes()
    child = terminal("device", "enroll")
    child.expect(r"Delete it\? \[y/N\]")
    child.sendline("n")
    child.expect("left as it is")
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, unassigned(aws), keyring.read_bytes()) == (7, [SERIAL], before)
    shorten_wait(aws)
    child = terminal("device", "enroll", limit_seconds=60)
    child.expect(r"Delete it\? \[y/N\]")
    child.sendline("y")
    child.expect("deleted")
    child.expect("good for 12h")
    child.expect(pexpect.EOF)
    assert list(enabled(carol)) == [SERIAL]
    assert is_consistent(aws, carol, home)


# The phone


@pytest.mark.usefixtures("short_wait", "no_device")
def test_a_phone_reads_the_secret_from_the_terminal(
    carol: User, terminal: Terminal, home: Path, tmp_path: Path, program: str, aws: FullSandbox
) -> None:
    streams = tmp_path / "streams"
    command = f'"{program}" device enroll --qr >"{streams}" 2>&1'
    child = terminal("-c", command, program="/bin/sh", limit_seconds=60)
    child.expect("then press Enter: ")
    camera = Camera()
    camera.feed(child.before + child.after)
    (address,) = camera.codes()
    child.send("\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, streams.read_text()
    (seed,) = enabled(carol).values()
    assert address == f"otpauth://totp/carol@123456789012?secret={seed}&issuer=AWS"
    assert seed not in streams.read_text()
    assert is_consistent(aws, carol, home)


@pytest.mark.usefixtures("short_wait", "no_device")
def test_a_dumb_terminal_gets_the_secret_to_type(carol: User, terminal: Terminal) -> None:
    child = terminal("device", "enroll", "--qr", env={"TERM": "dumb"}, limit_seconds=60)
    child.expect("then press Enter: ")
    shown = child.before
    child.send("\r")
    child.expect(pexpect.EOF)
    (seed,) = enabled(carol).values()
    assert "\x1b" not in shown
    assert "carol@123456789012" in shown
    assert seed in shown.replace(" ", "").replace("\r\n", "")


@pytest.mark.usefixtures("no_device")
@pytest.mark.parametrize("how", ["ctrl-c", "ctrl-d", "hang-up", "all at once"])
def test_leaving_at_the_code_leaves_nothing(
    how: str, aws: FullSandbox, carol: User, home: Path, terminal: Terminal
) -> None:
    child = terminal("device", "enroll", "--qr")
    child.expect("then press Enter: ")
    if how == "hang-up":
        child.close(force=False)
    elif how == "all at once":  # on a busy machine, closing a window also ends its program
        child.ptyproc.fileobj.close()
        for number in (signal.SIGHUP, signal.SIGINT) * 2:
            os.kill(child.pid, number)
            time.sleep(0.002)  # the second signal comes during the first one's cleanup
    else:
        child.sendintr() if how == "ctrl-c" else child.sendeof()
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == {"ctrl-c": 130, "ctrl-d": 4}[how]
    until(lambda: unassigned(aws) == [] and enrolment_notes(home) == [], "all is undone")
    assert is_consistent(aws, carol, home)
    assert enabled(carol) == {}


@pytest.mark.usefixtures("no_device")
def test_without_a_terminal_no_secret_is_shown(aws: FullSandbox, run: Run) -> None:
    outcome = run("device", "enroll", "--qr")
    assert (outcome.exit_code, "there is none" in outcome.stderr) == (2, True), outcome
    assert aws.calls[:] == []


# The phone only


NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def scan(child: pexpect.spawn[str]) -> Secret:
    """Scan the terminal with a phone, press Enter, and return the phone's secret."""
    child.expect("then press Enter: ")
    camera = Camera()
    camera.feed(child.before + child.after)
    (address,) = camera.codes()
    child.send("\r")
    return read_secret(address)


def shown_code(secret: Secret, aws: FullSandbox) -> str:
    return code_at(secret, step_at(aws.clock.now()))


def next_code(user: User, aws: FullSandbox) -> str:
    """Set AWS's clock to the step after the last that the user's device used; return its code.

    The program's clock is not frozen, so the test cannot know which step it used.
    """
    (device,) = user.devices
    assert device.checker is not None
    step = device.checker.last_used_step + 1
    aws.clock.set(datetime.fromtimestamp(step * STEP_SECONDS, timezone.utc))
    return code_for(device.secret, step)


@pytest.mark.usefixtures("no_device")
def test_without_a_keyring_the_phone_alone_gets_the_secret(
    carol: User, terminal: Terminal, home: Path, aws: FullSandbox, files: AwsFiles, run: Run
) -> None:
    aws.clock.freeze()
    refused = run("device", "enroll", env=NO_KEYRING)
    (command,) = re.findall(r"phone only: `mfa-session ([^`]*)`", refused.stderr)
    child = terminal(*shlex.split(command), env=NO_KEYRING)
    secret = scan(child)
    child.expect("code that the phone shows now: ")
    child.sendline("000000")
    child.expect("not the new device's code")
    child.expect("code that the phone shows now: ")
    child.sendline(shown_code(secret, aws))
    child.expect("is enabled; its secret is in your phone's app only")
    child.expect("log in with the phone's next one")
    child.expect("MFA code for")
    child.sendline(next_code(carol, aws))
    child.expect("good for 12h")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert enabled(carol) == {SERIAL: secret.reveal()}
    assert files.section("mfa") is not None
    seed = secret.reveal()
    assert [path for path in home.rglob("*") if path.is_file() and contains(path, seed)] == []
    assert (unassigned(aws), enrolment_notes(home)) == ([], [])


@pytest.mark.usefixtures("no_device")
def test_a_phone_without_the_secret_is_not_enrolled(
    aws: FullSandbox, carol: User, home: Path, terminal: Terminal
) -> None:
    child = terminal("device", "enroll", "--no-keyring", env=NO_KEYRING)
    secret = scan(child)
    wrong = code_at(secret, step_at(aws.clock.now()) - 5)
    for _ in range(3):
        child.expect("code that the phone shows now: ")
        child.sendline(wrong)
    child.expect("that is not a code")
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, enabled(carol), unassigned(aws), enrolment_notes(home)) == (
        4,
        {},
        [],
        [],
    )


@pytest.mark.usefixtures("no_device")
def test_enrolment_without_a_keyring_needs_a_terminal(aws: FullSandbox, run: Run) -> None:
    outcome = run("device", "enroll", "--no-keyring", env=NO_KEYRING)
    assert (outcome.exit_code, "nobody is there to ask" in outcome.stderr) == (2, True), outcome
    assert aws.calls[:] == []


def test_removal_without_a_keyring_does_not_mention_one(
    carols: AwsFiles, carol: User, run: Run
) -> None:
    del carols
    outcome = run("device", "remove", "--yes", env=NO_KEYRING)
    assert (outcome.exit_code, carol.devices) == (0, []), outcome
    assert "keyring" not in outcome.stderr


# Enrolment beside another device


@pytest.mark.usefixtures("short_wait")
def test_a_device_is_enrolled_though_settings_name_another(
    carols: AwsFiles, phone: Device, carol: User, run: Run
) -> None:
    carols.write(settings=f'[sessions.mfa]\nmfa_serial = "{phone.serial}"\n')
    outcome = run("device", "enroll", "laptop")
    assert (outcome.exit_code, len(carol.devices)) == (0, 2), outcome
    assert f"session 'mfa' is set to use {phone.serial}" in outcome.stderr
    assert carols.section("mfa") is None


@pytest.mark.usefixtures("short_wait")
@pytest.mark.parametrize(
    ("settings", "has_code", "why"),
    [
        ('[sessions.mfa]\ncode = "prompt"\n', False, "there is nobody to ask"),
        ("", True, "AWS rejected the code"),
    ],
    ids=["nobody to ask", "the code of another device"],
)
def test_a_login_whose_code_fails_leaves_the_device_enrolled(
    carols: AwsFiles,
    phone: Device,
    carol: User,
    run: Run,
    settings: str,
    *,
    has_code: bool,
    why: str,
) -> None:
    carols.write(settings=settings)
    env = {"MFA_SESSION_TOKEN_CODE": phone.code()} if has_code else {}
    outcome = run("device", "enroll", "laptop", env=env)
    assert (outcome.exit_code, len(carol.devices)) == (0, 2), outcome
    assert "not logged in: " in outcome.stderr
    assert why in outcome.stderr
    assert "error:" not in outcome.stderr
    assert (
        f"`mfa-session login --profile mfa --mfa-serial {carol.devices[1].serial}`"
        in outcome.stderr
    )
    assert carols.section("mfa") is None


# List


def test_list_shows_every_kind_of_device(
    aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device, run: Run
) -> None:
    del carols
    token = aws.create_device(carol, name="GAHT12345678", kind="hardware")
    passkey = aws.create_device(carol, kind="passkey")
    trap_keyring.store(phone.serial, phone.secret)
    told = json.loads(run("device", "list", "--json").stdout)
    today = aws.clock.now().strftime("%Y-%m-%dT")
    for device in told["devices"]:
        assert device.pop("enabled_at").startswith(today)
    assert told == {
        "version": 1,
        "devices": [
            {"serial": phone.serial, "type": "virtual", "usable": True, "secret_stored": True},
            {"serial": token.serial, "type": "hardware", "usable": True, "secret_stored": False},
            {"serial": passkey.serial, "type": "passkey", "usable": False, "secret_stored": False},
        ],
    }
    text = run("device", "list").stdout.splitlines()
    assert len(text) == 4
    assert text[1].split() == [phone.serial, "virtual", "yes", "stored", today[:-1]]
    assert "no: AWS's API accepts no passkeys" in text[3]


def test_list_works_without_a_keyring(carols: AwsFiles, run: Run) -> None:
    del carols
    outcome = run("device", "list", "--json", env=NO_KEYRING)
    (device,) = json.loads(outcome.stdout)["devices"]
    assert (outcome.exit_code, device["secret_stored"], outcome.stderr) == (0, False, "")


def test_list_reports_that_the_keyring_with_the_secret_is_gone(
    carols: AwsFiles, phone: Device, run: Run
) -> None:
    del carols
    assert run("totp", "add", input=phone.secret).exit_code == 0
    outcome = run("device", "list", "--json", env=NO_KEYRING)
    assert "cannot tell whether secrets are stored" in outcome.stderr


@pytest.mark.usefixtures("no_device")
def test_list_without_devices_is_empty(run: Run) -> None:
    outcome = run("device", "list")
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert "device enroll" in outcome.stderr


# Resync


@pytest.fixture
def drifted(phone: Device) -> Device:
    """Let AWS expect a phone whose clock is far off."""
    assert phone.checker is not None
    phone.checker.drift_steps = -10
    return phone


def test_resync_uses_the_stored_secret(
    carols: AwsFiles, drifted: Device, run: Run, home: Path
) -> None:
    del carols
    trap_keyring.store(drifted.serial, drifted.secret)
    assert run("login", "--token-code", drifted.code()).exit_code == 4
    (note,) = (home / ".local" / "state" / "mfa-session").glob("step-*")
    note.unlink()  # the last code counts as used; a minute has passed
    outcome = run("device", "resync", "--no-input")
    assert outcome.exit_code == 0, outcome
    assert drifted.checker is not None
    assert drifted.checker.drift_steps == 0


def test_resync_accepts_typed_codes(
    aws: FullSandbox, carols: AwsFiles, drifted: Device, terminal: Terminal
) -> None:
    del carols
    aws.clock.freeze()
    child = terminal("device", "resync")
    child.expect("Code of .*: ")
    child.sendline("12345")
    child.expect("six digits; try again")
    child.sendline(drifted.code(-1))
    child.expect("The next code")
    child.sendline(drifted.code(-1))
    child.expect("that is the same code")
    child.sendline(drifted.code(0))
    child.expect("in step with AWS again")
    child.expect(pexpect.EOF)
    assert drifted.checker is not None
    assert drifted.checker.drift_steps == 0


def test_resync_reports_wrong_codes(carols: AwsFiles, drifted: Device, terminal: Terminal) -> None:
    del carols
    no_keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    child = terminal("device", "resync", drifted.serial, env=no_keyring)
    for prompt, code in (("Code of .*: ", "000000"), ("The next code.*: ", "000001")):
        child.expect(prompt)
        child.sendline(code)
    child.expect("AWS rejected the two codes")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 4


def test_resync_without_secret_and_terminal_is_refused(
    carols: AwsFiles, aws: FullSandbox, run: Run
) -> None:
    del carols
    outcome = run("device", "resync")
    assert (outcome.exit_code, "nobody to ask" in outcome.stderr) == (4, True), outcome
    assert aws.count("ResyncMFADevice") == 0


def test_an_unknown_device_is_refused(carols: AwsFiles, phone: Device, run: Run) -> None:
    del carols
    for command in ("resync", "remove"):
        outcome = run("device", command, "arn:aws:iam::123456789012:mfa/other", "--no-input")
        assert (outcome.exit_code, phone.serial in outcome.stderr) == (3, True), outcome


# Remove


def test_removal_is_confirmed_first(
    aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device, terminal: Terminal
) -> None:
    del carols
    child = terminal("device", "remove")
    child.expect("it is your only one.*y/N. ")
    child.sendline("")
    child.expect("was not removed")
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, carol.devices) == (7, [phone])
    child = terminal("device", "remove")
    child.expect("y/N. ")
    child.sendline("y")
    child.expect("removed " + phone.serial)
    child.expect(pexpect.EOF)
    assert (carol.devices, list(aws.directory.devices)) == ([], [])


def test_without_confirmation_no_device_is_removed(
    carols: AwsFiles, carol: User, phone: Device, run: Run
) -> None:
    del carols
    outcome = run("device", "remove", "--no-input")
    assert (outcome.exit_code, carol.devices) == (7, [phone]), outcome


def test_yes_removes_device_and_secret(
    aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device, run: Run, home: Path
) -> None:
    del carols
    trap_keyring.store(phone.serial, phone.secret)
    outcome = run("device", "remove", "--yes", "--no-input")
    assert outcome.exit_code == 0, outcome
    assert (carol.devices, list(aws.directory.devices)) == ([], [])
    assert is_consistent(aws, carol, home)


@pytest.mark.parametrize("operation", ["DeactivateMFADevice", "DeleteVirtualMFADevice"])
def test_a_removal_whose_answer_is_lost_is_finished(
    operation: str, aws: FullSandbox, carols: AwsFiles, carol: User, run: Run
) -> None:
    del carols
    aws.drop(operation, after=True)
    outcome = run("device", "remove", "--yes")
    assert (outcome.exit_code, list(aws.directory.devices)) == (0, []), outcome
    assert carol.devices == []


@pytest.mark.parametrize("is_stored", [True, False], ids=["stored", "not stored"])
def test_a_removal_that_was_killed_is_finished_by_name(  # noqa: PLR0917
    aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device, start: Start, run: Run,
    home: Path, is_stored: bool,
) -> None:  # fmt: skip
    del carols
    if is_stored:
        trap_keyring.store(phone.serial, phone.secret)
    with Held(aws, "DeleteVirtualMFADevice") as held:
        aws.drop("DeleteVirtualMFADevice")
        process = start("device", "remove", "--yes")
        held.wait_for_call()
        process.kill()
        process.wait(10)
    until(lambda: aws.count("DeleteVirtualMFADevice") == 1, "the call is over")
    assert unassigned(aws) == [phone.serial]
    assert f"a removal of {phone.serial} was interrupted" in run("device", "list").stderr
    outcome = run("device", "remove", phone.serial)
    assert outcome.exit_code == 0, outcome
    assert is_consistent(aws, carol, home)


def test_a_removal_that_is_refused_leaves_no_note(
    aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device, run: Run, home: Path
) -> None:
    del carols
    aws.fail("DeactivateMFADevice", status=403, code="AccessDenied", message="No.")
    outcome = run("device", "remove", "--yes")
    assert (outcome.exit_code, carol.devices, enrolment_notes(home)) == (5, [phone], []), outcome


def test_with_two_devices_the_person_picks_or_names_one(
    aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device, terminal: Terminal, run: Run
) -> None:
    del carols
    token = aws.create_device(carol, name="GAHT12345678", kind="hardware")
    outcome = run("device", "remove", "--yes")
    assert (outcome.exit_code, token.serial in outcome.stderr) == (3, True), outcome
    child = terminal("device", "remove", "--yes")
    child.expect("Which one")
    child.sendline("2")
    child.expect("removed GAHT12345678")
    child.expect(pexpect.EOF)
    assert carol.devices == [phone]
