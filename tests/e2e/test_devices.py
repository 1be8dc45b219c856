"""The MFA device of a login is named, or found with iam:ListMFADevices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from places import long_term, managed

if TYPE_CHECKING:
    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Document, User
    from places import AwsFiles

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
DENY_IAM: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}],
}


@pytest.fixture
def keys(files: AwsFiles, carol: User) -> AwsFiles:
    """Write carol's keys to the credentials file; she has no device yet."""
    files.write(long_term(carol))
    return files


def test_the_only_device_is_found(run: Run, aws: FullSandbox, keys: AwsFiles, carol: User) -> None:
    device = aws.create_device(carol, name="name", path="/team/")
    assert run("login", "--token-code", device.code()).exit_code == 0
    section = keys.section("mfa")
    assert section is not None
    assert section["mfa_session_mfa_serial"] == "arn:aws:iam::123456789012:mfa/team/name"
    assert [call.operation for call in aws.calls] == ["ListMFADevices", "GetSessionToken"]


def test_passkeys_are_skipped(run: Run, aws: FullSandbox, keys: AwsFiles, carol: User) -> None:
    aws.create_device(carol, kind="passkey")
    device = aws.create_device(carol)
    aws.create_device(carol, kind="passkey", name="second")
    assert run("login", "--token-code", device.code()).exit_code == 0
    section = keys.section("mfa")
    assert section is not None
    assert section["mfa_session_mfa_serial"] == device.serial


def test_a_user_with_only_passkeys_sees_them_named(
    run: Run, aws: FullSandbox, keys: AwsFiles, carol: User
) -> None:
    passkey = aws.create_device(carol, kind="passkey")
    before = keys.credentials.read_bytes()
    outcome = run("login", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert passkey.serial in outcome.stderr
    assert "virtual MFA device" in outcome.stderr
    assert keys.credentials.read_bytes() == before


def test_a_user_without_a_device_gets_an_error(run: Run, aws: FullSandbox, keys: AwsFiles) -> None:
    outcome = run("login", "--token-code", "000000", "--json")
    assert outcome.exit_code == 3
    error = json.loads(outcome.stdout)["error"]
    assert error["code"] == "no-mfa-device"
    assert "'default'" in error["message"]
    assert keys.section("mfa") is None
    assert aws.count("GetSessionToken") == 0


@pytest.mark.usefixtures("keys")
def test_a_user_who_may_have_no_device_learns_how_to_add_one(
    run: Run, aws: FullSandbox, carol: User
) -> None:
    """When there is nobody to ask, AWS is not asked for devices either."""
    hint = (
        "hint: run `mfa-session device enroll --profile mfa` if your user has no MFA device, "
        "then `mfa-session login --profile mfa` in a terminal; "
        "a script gives the code on stdin: --token-code -\n"
    )
    assert run("login").stderr.endswith(hint)
    assert run("exec", "--", "true").stderr.endswith(hint)
    assert not list(aws.calls)
    device = aws.create_device(carol)
    assert "device enroll" not in run("login", "--mfa-serial", device.serial).stderr


def test_several_devices_are_listed_if_nobody_can_pick(
    run: Run, aws: FullSandbox, keys: AwsFiles, carol: User
) -> None:
    serials = [aws.create_device(carol, name=name).serial for name in ("one", "two")]
    passkey = aws.create_device(carol, kind="passkey").serial
    outcome = run("login", "--token-code", "000000", "--no-input")
    assert outcome.exit_code == 3
    assert all(serial in outcome.stderr for serial in serials)
    assert passkey not in outcome.stderr
    assert "--mfa-serial" in outcome.stderr
    assert keys.section("mfa") is None
    assert aws.count("GetSessionToken") == 0


def test_the_person_picks_one_of_several_devices(
    terminal: Terminal, aws: FullSandbox, keys: AwsFiles, carol: User
) -> None:
    for name in ("one", "two"):
        aws.create_device(carol, name=name)
    second = carol.devices[1]
    child = terminal("login")
    child.expect(r"1  arn:aws:iam::123456789012:mfa/one\r\n  2  arn:aws:iam::123456789012:mfa/two")
    child.expect(r"Which one \(1-2\)\? ")
    child.sendline("3")
    child.expect("a number from 1 to 2")
    child.sendline("2")
    child.expect("MFA code for arn:aws:iam::123456789012:mfa/two")
    child.sendline(second.code())
    child.expect("good for")
    child.wait()
    section = keys.section("mfa")
    assert section is not None
    assert section["mfa_session_mfa_serial"] == second.serial


@pytest.mark.parametrize(
    ("serial", "said"),
    [
        ("arn:aws:iam::123456789012:user/carol", "arn:aws:iam::123456789012:mfa/carol"),
        ("arn:aws-us-gov:iam::123456789012:user/a/carol", "ARN of a user"),
        ("arn:aws:iam::123456789012:u2f/user/carol/key-AAAA", "passkey"),
        ("arn:aws:iam::123456789012:role/carol", "cannot be the serial"),
        ("arn:aws:iam::123456789012:mfa/", "cannot be the serial"),
        ("12345678", "cannot be the serial"),
        ("GAHT 1234567", "cannot be the serial"),
        ("carol's phone", "cannot be the serial"),
        ("x" * 257, "cannot be the serial"),
    ],
)
@pytest.mark.parametrize("place", ["option", "source's section"])
def test_an_invalid_serial_is_refused_before_a_code_is_asked(
    run: Run, aws: FullSandbox, files: AwsFiles, serial: str, said: str, place: str
) -> None:
    option = place == "option"
    files.write(KEYS if option else f"{KEYS}aws_mfa_device = {serial}\n")
    argv = ["--mfa-serial", serial] if option else []
    outcome = run("login", "--token-code", "000000", *argv)
    assert outcome.exit_code == 3
    assert said in outcome.stderr
    assert serial in outcome.stderr
    assert len(aws.calls) == 0


def test_if_listing_is_denied_the_hint_says_to_name_the_device(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    mallory = aws.create_user("mallory", policies=[DENY_IAM])
    device = aws.create_device(mallory)
    files.write(long_term(mallory))
    outcome = run("login", "--token-code", device.code())
    assert outcome.exit_code == 5
    assert "iam:ListMFADevices" in outcome.stderr
    assert "--mfa-serial" in outcome.stderr
    named = run("login", "--token-code", device.code(), "--mfa-serial", device.serial)
    assert named.exit_code == 0, named


def test_if_listing_is_denied_the_last_device_is_used(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    mallory = aws.create_user("mallory", policies=[DENY_IAM])
    device = aws.create_device(mallory)
    before = managed(seconds_left=-5, mfa_session_mfa_serial=device.serial,
                     mfa_session_source_key_id=mallory.access_key_id)  # fmt: skip
    files.write(long_term(mallory) + before)
    outcome = run("login", "--token-code", device.code(), "-v")
    assert outcome.exit_code == 0, outcome
    assert "device of last time" in outcome.stderr


def test_the_device_of_another_user_is_refused(run: Run, aws: FullSandbox, keys: AwsFiles) -> None:
    other = aws.create_device(aws.create_user("dave"))
    outcome = run("login", "--token-code", other.code(), "--mfa-serial", other.serial)
    assert outcome.exit_code == 3
    assert other.serial in outcome.stderr
    assert keys.section("mfa") is None
