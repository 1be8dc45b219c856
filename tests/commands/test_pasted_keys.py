"""A malformed pasted key is reported with its line before a code is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from places import AwsFiles
    from sandboxed import LogIn

KEY_ID = "AKIAEXAMPLEEXAMPLE12"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ID_LINE, SECRET_LINE = f"aws_access_key_id = {KEY_ID}", f"aws_secret_access_key = {SECRET}"

BROKEN = {
    "quoted id": (f'aws_access_key_id = "{KEY_ID}"', SECRET_LINE, "line 3", "is in quotes"),
    "comment after the id": (f"{ID_LINE} # main", SECRET_LINE, "line 3", "has a comment behind it"),
    "quoted secret": (ID_LINE, f"aws_secret_access_key = '{SECRET}'", "line 4", "is in quotes"),
    "comment after the secret": (ID_LINE, f"{SECRET_LINE} ; old", "line 4", "has a comment"),
    "blank in the secret": (ID_LINE, f"{SECRET_LINE[:-4]} KEY", "line 4", "has a blank"),
    "id and secret swapped": (
        f"aws_access_key_id = {SECRET}", f"aws_secret_access_key = {KEY_ID}",
        "line 3", "are swapped",
    ),
    "no secret": (ID_LINE, "", "line 3", "but no aws_secret_access_key"),
    "no id": ("", SECRET_LINE, "line 4", "but no aws_access_key_id"),
    "an old token": (
        ID_LINE, f"{SECRET_LINE}\naws_session_token = old",
        "line 5", "a session token beside a long-term key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("options", [[], ["--source-profile", "default"]], ids=["found", "named"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_malformed_key_is_reported_before_a_code_is_asked(
    run: Run, aws: FullSandbox, files: AwsFiles, name: str, options: list[str]
) -> None:
    first, second, line, problem = BROKEN[name]
    files.write(f"# mine\n[default]\n{first}\n{second}\n")
    before = files.credentials.read_bytes()
    outcome = run("login", "--token-code", "123456", *options)
    assert outcome.exit_code == 3, outcome
    assert f"{files.credentials}, {line}: " in outcome.stderr
    assert problem in outcome.stderr
    assert SECRET not in outcome.stderr
    assert (files.credentials.read_bytes(), len(aws.calls)) == (before, 0)


@pytest.mark.parametrize("profile", ["default", "other"])
@pytest.mark.parametrize("name", BROKEN)
def test_doctor_sends_no_malformed_key(
    run: Run, aws: FullSandbox, carols: AwsFiles, name: str, profile: str
) -> None:
    first, second, line, problem = BROKEN[name]
    carols.write(f"# mine\n[{profile}]\n{first}\n{second}\n")
    outcome = run("doctor")
    assert outcome.exit_code == 1
    assert SECRET not in outcome.stdout + outcome.stderr
    if name != "an old token":
        assert f"{carols.credentials}, {line}: " in outcome.stdout
        assert problem in outcome.stdout
    assert "does not know" not in outcome.stdout
    assert [call for call in aws.calls if call.access_key_id is not None] == []
    assert aws.calls.of("ListAccessKeys") == []


@pytest.mark.parametrize(
    ("key_id", "secret", "problem"),
    [
        (SECRET, KEY_ID, "are swapped"),
        (f'"{KEY_ID}"', SECRET, "AWS_ACCESS_KEY_ID is in quotes"),
        (KEY_ID, f"{SECRET} # mine", "AWS_SECRET_ACCESS_KEY has a comment"),
    ],
)
def test_a_malformed_key_of_the_environment_is_neither_sent_nor_shown(
    run: Run, aws: FullSandbox, files: AwsFiles, key_id: str, secret: str, problem: str
) -> None:
    files.write("")
    env = {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}
    for command in (["login", "--token-code", "123456"], ["doctor"]):
        outcome = run(*command, env=env)
        shown = outcome.stdout + outcome.stderr
        assert (outcome.exit_code, problem in shown, SECRET in shown) == (
            1 if command == ["doctor"] else 3, True, False,
        ), outcome  # fmt: skip
    assert [call for call in aws.calls if call.access_key_id is not None] == []
    assert aws.calls.of("ListMFADevices") == []


@pytest.mark.parametrize(
    "lost", ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"]
)
def test_a_session_that_has_lost_a_line_is_renewed(
    run: Run, log_in: LogIn, carols: AwsFiles, lost: str
) -> None:
    log_in()
    head, section = carols.credentials.read_text().split("[mfa]")
    left = [line for line in section.splitlines(keepends=True) if not line.startswith(lost)]
    carols.write(f"{head}[mfa]{''.join(left)}")
    status = run("status", "--check")
    guard = run("guard", "--dry-run", "--", "aws", "ec2", "stop-instances")
    doctor = run("doctor")
    assert (status.exit_code, "session: mfa\n" in guard.stdout) == (4, True)
    assert f"the session in profile 'mfa' has lost its {lost}" in doctor.stdout
    assert "mfa-session login --profile mfa\n" in doctor.stdout
    assert "aws configure" not in doctor.stdout
    outcome = log_in()
    assert "kept" not in outcome.stderr
    assert lost in (carols.section("mfa") or {})
    assert run("exec", "--", "true").exit_code == 0
