"""`exec`: a command with a session's credentials, and no others, in its environment."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import pytest

import processes
from places import managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Start
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
SHOW = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]


@pytest.fixture
def valid_session(files: AwsFiles) -> AwsFiles:
    """Write a session that is valid for an hour."""
    files.write(KEYS + managed())
    return files


def child_environment(run: Run, *argv: str, env: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a command run by `exec`."""
    outcome = run("exec", *argv, "--", *SHOW, env=env)
    assert (outcome.exit_code, outcome.stderr) == (0, ""), outcome
    shown: dict[str, str] = json.loads(outcome.stdout)
    return shown


def test_the_child_gets_the_session_and_no_other_credentials(
    run: Run, aws: FullSandbox, valid_session: AwsFiles
) -> None:
    section = valid_session.section("mfa")
    assert section is not None
    env = {
        "AWS_PROFILE": "default",
        "AWS_DEFAULT_PROFILE": "default",
        "AWS_SECURITY_TOKEN": "planted",
        "AWS_ACCESS_KEY_ID": "ASIAPLANTEDPLANTED12",
        "AWS_SECRET_ACCESS_KEY": "planted",
        "AWS_SESSION_TOKEN": "planted",
        "AWS_CREDENTIAL_EXPIRATION": "planted",
        "MFA_SESSION_TOKEN_CODE": "123456",
        "MFA_SESSION_MIN_TTL": "1m",
        "KEPT": "yes",
    }
    child = child_environment(run, env=env)
    expected = {
        **processes.environment_with({**env, **dict.fromkeys(list(env)[:7])}),
        "AWS_ACCESS_KEY_ID": section["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": section["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": section["aws_session_token"],
        "AWS_CREDENTIAL_EXPIRATION": section["expiration"],
        "AWS_SESSION_EXPIRATION": section["expiration"],
        "MFA_SESSION_ACTIVE": "mfa",
    }
    expected.pop("MFA_SESSION_TOKEN_CODE")
    child.pop("LC_CTYPE", None)  # Python's own, in the POSIX locale
    assert child == expected
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    ("argv", "env", "files_region", "expected"),
    [
        (["--region", "a-1"], {"AWS_REGION": "b-1", "AWS_DEFAULT_REGION": "c-1"}, "d-1",
         ("a-1", "a-1")),
        ([], {"AWS_REGION": "b-1"}, "d-1", ("b-1", "b-1")),
        ([], {"AWS_DEFAULT_REGION": "c-1"}, "d-1", ("c-1", "c-1")),
        ([], {"AWS_REGION": "b-1", "AWS_DEFAULT_REGION": "c-1"}, "d-1", ("b-1", "c-1")),
        ([], {}, "d-1", ("d-1", "d-1")),
        ([], {}, "", (None, None)),
    ],
    ids=["option", "AWS_REGION", "AWS_DEFAULT_REGION", "both", "files", "none"],
)  # fmt: skip
def test_the_region_goes_to_both_variables(
    run: Run,
    valid_session: AwsFiles,
    argv: list[str],
    env: dict[str, str],
    files_region: str,
    expected: tuple[str | None, str | None],
) -> None:
    if files_region:
        valid_session.write(config=f"[profile mfa]\nregion = {files_region}\n")
    child = child_environment(run, *argv, env=env)
    assert (child.get("AWS_REGION"), child.get("AWS_DEFAULT_REGION")) == expected


def test_exec_logs_in_if_there_is_no_session(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device
) -> None:
    code = ["--token-code", phone.code(), "--duration", "1h"]
    identity = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    outcome = run("exec", *code, "--", sys.executable, "-c", identity)
    assert (outcome.exit_code, outcome.stdout) == (0, f"{carol.arn}\n"), outcome
    (call,) = aws.calls.of("GetSessionToken")
    assert call.parameters["DurationSeconds"] == "3600"
    assert carols.section("mfa") is not None


def test_nested_exec_works(log_in: LogIn, run: Run, program: str, carols: AwsFiles) -> None:
    log_in()
    log_in("--profile", "other", "--source-profile", "default")
    outcome = run("exec", "--", program, "exec", "--profile", "other", "--", *SHOW)
    assert outcome.exit_code == 0, outcome
    child, section = json.loads(outcome.stdout), carols.section("other")
    assert section is not None
    assert child["AWS_ACCESS_KEY_ID"] == section["aws_access_key_id"]
    assert child["MFA_SESSION_ACTIVE"] == "other"


@pytest.mark.parametrize("exit_code", [0, 1, 3, 70, 130, 255])
def test_exec_ends_with_the_exit_code_of_the_command(
    apart: Run, valid_session: AwsFiles, exit_code: int
) -> None:
    assert valid_session.credentials.exists()
    assert apart("exec", "--", "sh", "-c", f"exit {exit_code}").exit_code == exit_code


@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [
        ("no-such-command", 127, "no-such-command: command not found"),
        ("/no/such/file", 127, "/no/such/file"),
        ("", 127, "''"),
        ("{home}", 126, "{home}"),
        ("{home}/plain", 126, "{home}/plain"),
        ("{home}/plain/x", 127, "{home}/plain/x"),
    ],
    ids=["name", "path", "empty", "directory", "not executable", "below a file"],
)
def test_a_command_that_cannot_be_started_has_the_exit_code_of_a_shell(
    apart: Run, valid_session: AwsFiles, home: Path, command: str, exit_code: int, said: str
) -> None:
    (home / "plain").write_text("x")
    assert valid_session.credentials.exists()
    outcome = apart("exec", "--", command.format(home=home))
    assert outcome.exit_code == exit_code
    assert outcome.stdout == ""
    assert said.format(home=home) in outcome.stderr


def test_a_file_on_path_that_is_not_executable_is_exit_126(
    apart: Run, valid_session: AwsFiles, home: Path
) -> None:
    (home / "bin").mkdir()
    (home / "bin" / "tool").write_text("#!/bin/sh\n")
    assert valid_session.credentials.exists()
    assert apart("exec", "--", "tool", env={"PATH": f"{home}/bin"}).exit_code == 126


def test_a_text_file_without_an_interpreter_cannot_be_started(
    apart: Run, valid_session: AwsFiles, home: Path
) -> None:
    (home / "script").write_text("echo x\n")
    (home / "script").chmod(0o755)
    assert valid_session.credentials.exists()
    outcome = apart("exec", "--", str(home / "script"))
    assert outcome.exit_code == 126
    assert f"{home}/script" in outcome.stderr


def test_exec_becomes_the_command(start: Start, valid_session: AwsFiles) -> None:
    assert valid_session.credentials.exists()
    process = start("exec", "--", "sh", "-c", "echo $$; kill -TERM $$")
    outcome = processes.finish_process(process)
    assert outcome.stdout == f"{process.pid}\n"
    assert outcome.exit_code == -signal.SIGTERM


def test_the_command_gets_stdin(apart: Run, valid_session: AwsFiles) -> None:
    assert valid_session.credentials.exists()
    assert apart("exec", "--", "cat", input="123456\nmore\n").stdout == "123456\nmore\n"


def test_only_one_line_of_stdin_is_taken_for_the_code(
    apart: Run, carols: AwsFiles, phone: Device
) -> None:
    assert carols.credentials.exists()
    typed = f"{phone.code()}\nfor the child\nand more\n"
    outcome = apart("exec", "--token-code", "-", "--", "cat", input=typed)
    assert outcome == (0, "for the child\nand more\n", "")


@pytest.mark.parametrize("dashes", [["--"], []], ids=["--", "no --"])
def test_options_after_the_command_belong_to_the_command(
    run: Run, valid_session: AwsFiles, dashes: list[str]
) -> None:
    assert valid_session.credentials.exists()
    words = ["echo", "--profile", "x", "--", "-v", "--json", "--help"]
    outcome = run("exec", *dashes, *words)
    assert outcome.stdout == " ".join(words[1:]) + "\n"


def test_without_a_command_the_shell_runs(run: Run, valid_session: AwsFiles, home: Path) -> None:
    shell = home / "my shell"
    shell.write_text("#!/bin/sh\necho $MFA_SESSION_ACTIVE $#\n")
    shell.chmod(0o755)
    assert valid_session.credentials.exists()
    assert run("exec", env={"SHELL": str(shell)}).stdout == "mfa 0\n"
    assert run("exec", "--", env={"SHELL": str(shell)}).stdout == "mfa 0\n"
    outcome = run("exec", env={"SHELL": None}, input="echo plain $MFA_SESSION_ACTIVE\n")
    assert outcome.stdout == "plain mfa\n"


def test_without_a_session_and_a_code_nothing_runs(run: Run, carols: AwsFiles, home: Path) -> None:
    assert carols.section("mfa") is None
    outcome = run("exec", "--", "touch", "ran")
    assert outcome.exit_code == 4
    assert "there is nobody to ask" in outcome.stderr
    assert "mfa-session login" in outcome.stderr
    assert not (home / "ran").exists()


def test_the_command_inherits_descriptors_and_directory(
    apart: Run, valid_session: AwsFiles, tmp_path: Path
) -> None:
    assert valid_session.credentials.exists()
    outcome = apart("exec", "--", "sh", "-c", "pwd; ls /proc/self/fd | tr '\\n' ' '")
    assert outcome.stdout == f"{tmp_path / 'home'}\n0 1 2 3 "


@pytest.mark.usefixtures("valid_session")
def test_the_line_with_the_code_never_reaches_the_command(apart: Run) -> None:
    outcome = apart("exec", "--token-code", "-", "--", "cat", input="123456\nthe rest\n")
    assert (outcome.exit_code, outcome.stdout) == (0, "the rest\n"), outcome


def test_the_command_ignores_the_same_signals_as_without_exec(
    apart: Run, valid_session: AwsFiles
) -> None:
    del valid_session
    show = ["grep", "SigIgn", "/proc/self/status"]
    bare = processes.run_process(show)
    assert apart("exec", "--", *show).stdout == bare.stdout
