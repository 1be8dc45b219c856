"""`guard` runs protected commands with an MFA session, and others unchanged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

import processes
from guarding import SHOW, STOP, path_with, put_program, real_cli, shown_by, stops, without
from places import long_term

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

PROMPT = "MFA code for arn:aws:iam::123456789012:mfa/carols-phone (session mfa): "


@pytest.fixture
def show(home: Path) -> str:
    """Put an `aws` that prints its arguments and environment first on PATH; return the PATH."""
    put_program(home / "bin", "aws", SHOW)
    os.environ["PATH"] = path_with(home / "bin")
    return os.environ["PATH"]


# Unprotected


WORDS = {
    "plain": [b"aws", b"s3", b"ls"],
    "options everywhere": [b"aws", b"--profile", b"x", b"s3", b"ls", b"--region=r", b"--", b"--x"],
    "mfa-session's options": [b"aws", b"s3", b"ls", b"--dry-run", b"--json", b"--yes", b"-v",
                              b"--help"],
    "empty and special": [b"aws", b"s3", b"ls", b"", b" ", b"\n", b"'", b'"', b"\\", b"$(x)",
                          b"*"],
    "not UTF-8": [b"aws", b"s3", b"ls", b"s3://\xff\xfe/caf\xe9", b"\xed\xa0\x80"],
    "another program": [b"env-shower", b"\xff", b"ec2", b"terminate-instances"],
    "ten thousand words": [b"aws", b"s3", b"ls", *(b"%d" % number for number in range(10_000))],
}  # fmt: skip
SHOW_BYTES = f"""\
#!{sys.executable} -S
import os, sys
out = sys.stdout.buffer
out.write(b"\\0".join(os.fsencode(word) for word in sys.argv[1:]) + b"\\0\\0")
out.write(b"\\0".join(sorted(open("/proc/self/environ", "rb").read().split(b"\\0"))))
out.write(b"\\0\\0" + os.fsencode(os.getcwd()) + sys.stdin.buffer.read())
print(open("/proc/self/status").read().split("SigPnd")[1].split("CapInh")[0], os.umask(0),
      os.getppid(), os.getpgrp() == os.getpid(), sorted(os.listdir("/proc/self/fd")))
sys.exit(7)
"""
LOCALES: dict[str, dict[str, str | None]] = {
    "UTF-8": {"LC_ALL": "C.UTF-8"},
    "POSIX": {"LC_ALL": "POSIX"},
    "none": {"LC_ALL": None},
    "C by LANG": {"LC_ALL": None, "LANG": "C"},
    "its own LC_CTYPE": {"LC_ALL": None, "LC_CTYPE": "C.UTF-8"},
}


def run_with_bytes(argv: list[bytes], env: dict[str, str | None]) -> tuple[int, bytes, bytes]:
    """Run a program with bytes as arguments; return its exit code and output."""
    environ = {
        os.fsencode(name): os.fsencode(value)
        for name, value in processes.environment_with(env).items()
    }
    done = subprocess.run(
        argv,
        env={**environ, b"ODD": b"\xff\n='\"", b"EMPTY": b""},
        input=b"123456\n\xff\0more",
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "locale"),
    [*((words, "UTF-8") for words in WORDS), *(("not UTF-8", locale) for locale in LOCALES)],
)
def test_an_unprotected_command_runs_unchanged(
    home: Path, aws: FullSandbox, program: str, words: str, locale: str
) -> None:
    for name in ("aws", "env-shower"):
        put_program(home / "bin", name, SHOW_BYTES)
    aws_variables = {"AWS_PROFILE": "x", "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECURITY_TOKEN": "t"}
    env = {**aws_variables, "PATH": path_with(home / "bin"), **LOCALES[locale]}
    argv = WORDS[words]
    bare = run_with_bytes([os.fsencode(home / "bin" / os.fsdecode(argv[0])), *argv[1:]], env)
    assert bare[0] == 7
    assert run_with_bytes([os.fsencode(program), b"guard", b"--", *argv], env) == bare
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [
        ("no-such-command", 127, "no-such-command: command not found"),
        ("/no/such/file", 127, "/no/such/file: command not found"),
        ("", 127, "''"),
        ("{home}", 126, "{home}"),
        ("{home}/plain", 126, "{home}/plain: Permission denied"),
        ("plain", 126, "plain: Permission denied"),
    ],
    ids=["name", "path", "empty", "directory", "not executable", "not executable on PATH"],
)
def test_a_command_that_cannot_be_started_exits_as_in_a_shell(
    apart: Run, home: Path, command: str, exit_code: int, said: str
) -> None:
    (home / "plain").write_text("x")
    outcome = apart("guard", "--", command.format(home=home), env={"PATH": path_with(home)})
    assert (outcome.exit_code, outcome.stdout) == (exit_code, "")
    assert said.format(home=home) in outcome.stderr


@pytest.mark.parametrize("argv", [[], ["--"], ["--dry-run"], ["--dry-run", "--"]], ids=str)
def test_a_missing_command_is_wrong_usage(run: Run, argv: list[str]) -> None:
    outcome = run("guard", *argv)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "guard has no command to run" in outcome.stderr


def test_the_command_replaces_the_guards_process(start: Start) -> None:
    process = start("guard", "--", "sh", "-c", "echo $$; kill -TERM $$")
    assert processes.finish_process(process) == (-signal.SIGTERM, f"{process.pid}\n", "")


# Protected


@pytest.mark.usefixtures("carols")
def test_the_preview_is_completed_with_the_session(
    terminal: Terminal, show: str, aws: FullSandbox, phone: Device
) -> None:
    assert show
    aws.set_alias("123456789012", "the-library")
    instance = aws.create_instance(name="db-1", region="eu-west-1")
    for operation in ("DescribeInstances", "ListAccountAliases"):
        aws.fail(operation, times=1, code="UnauthorizedOperation", status=403, message="no")
    tty = terminal("guard", "--", *STOP[:-1], instance)
    tty.expect_exact(PROMPT)
    before = str(tty.before)
    assert "  account 123456789012, region eu-west-1, with session 'mfa'\r\n" in before
    assert f"  instance  {instance}\r\n" in before
    tty.sendline(phone.code())
    tty.expect_exact('{"argv"')
    after = str(tty.before)
    assert "  account 123456789012 (the-library), region eu-west-1, with session 'mfa'" in after
    assert f"  instance  {instance}  db-1  running" in after


@pytest.mark.usefixtures("show")
@pytest.mark.parametrize("option", ["--endpoint-url", "--end", "--e="])
def test_aws_is_not_asked_about_an_instance_of_another_endpoint(
    run: Run, log_in: LogIn, aws: FullSandbox, option: str
) -> None:
    log_in()
    instance = aws.create_instance(name="db-1", region="eu-west-1")
    url = "https://me:hunter2@127.0.0.1:9"
    words = [option + url] if option.endswith("=") else [option, url]
    outcome = run("guard", "--", *STOP[:-1], instance, *words)
    assert shown_by(outcome)["argv"] == [*STOP[1:-1], instance, *words]
    assert "  endpoint  https://***@127.0.0.1:9  named by the command\n" in outcome.stderr
    assert f"  instance  {instance}\n" in outcome.stderr
    assert "running" not in outcome.stderr
    assert "hunter2" not in outcome.stderr


@pytest.mark.usefixtures("carols", "carol")
def test_the_real_aws_cli_stops_an_instance_with_mfa(
    terminal: Terminal, aws: FullSandbox, phone: Device
) -> None:
    aws.set_alias("123456789012", "the-library")
    instance = aws.create_instance(name="db-1", region="eu-west-1")
    words = ["aws", "ec2", "stop-instances", "--instance-ids", instance, "i-0123456789abcdef0"]
    tty = terminal("guard", "--", *words, env={"PATH": path_with(real_cli()), "AWS_PAGER": ""})
    tty.expect_exact(PROMPT)
    shown = [
        f"mfa-session: protected, by built-in *:Stop*: {' '.join(words)}",
        "  account 123456789012 (the-library), region eu-west-1, with session 'mfa'",
        f"  instance  {instance}  db-1  running",
        "  instance  i-0123456789abcdef0  not found in this region",
    ]
    assert str(tty.before).split() == " ".join(shown).split()
    tty.sendline(phone.code())
    tty.expect(pexpect.EOF)
    assert "account" not in str(tty.before), "what was shown before the code is not shown again"
    assert [call.access_key_id[:4] for call in stops(aws) if call.access_key_id] == ["ASIA"]


def test_one_code_serves_many_commands(
    terminal: Terminal, run: Run, carols: AwsFiles, show: str, phone: Device, aws: FullSandbox
) -> None:
    del carols, show
    tty = terminal("guard", "--", *STOP)
    tty.expect_exact(PROMPT)
    tty.sendline(phone.code())
    tty.expect(pexpect.EOF)
    shown = shown_by(run("guard", "--", *STOP))
    assert shown["env"]["MFA_SESSION_ACTIVE"] == "mfa"
    assert aws.count("GetSessionToken") == 1


def test_the_session_replaces_the_commands_profile(
    run: Run, log_in: LogIn, carol: User, carols: AwsFiles, show: str
) -> None:
    log_in()
    section = carols.section("mfa") or {}
    carols.write(config="[default]\nregion = eu-west-1\n[profile x]\nregion = eu-north-1\n")
    carols.write(carols.credentials.read_text() + long_term(carol, "x"))
    env = {
        "AWS_PROFILE": "y",
        "AWS_DEFAULT_PROFILE": "y",
        "AWS_SECURITY_TOKEN": "t",
        "K": "v",
    }
    words = ("aws", "--debug", "--profile", "x", "ec2", "stop-instances", "--profile=x", "--a", "")
    shown = shown_by(run("guard", "--", *words, env=env))
    assert shown["argv"] == ["--debug", "ec2", "stop-instances", "--a", ""]
    assert shown["env"] == {
        **without(processes.environment_with(env), *list(env)[:3]),
        "AWS_ACCESS_KEY_ID": section["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": section["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": section["aws_session_token"],
        "AWS_CREDENTIAL_EXPIRATION": section["expiration"],
        "AWS_SESSION_EXPIRATION": section["expiration"],
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_PROFILE": "x",
        "MFA_SESSION_ACTIVE": "mfa",
        "MFA_SESSION_GUARDED": section["aws_access_key_id"],
        "PATH": show,
    }


REGIONS: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "option": (("--region", "a-1"), {"AWS_REGION": "b-1", "AWS_DEFAULT_REGION": "c-1"}, "a-1"),
    "AWS_REGION": ((), {"AWS_REGION": "b-1"}, "b-1"),
    "AWS_DEFAULT_REGION": ((), {"AWS_DEFAULT_REGION": "c-1"}, "c-1"),
    "both variables": ((), {"AWS_REGION": "b-1", "AWS_DEFAULT_REGION": "b-1"}, "b-1"),
    "default profile": ((), {}, "d-1"),
    "--profile": (("--profile", "x"), {}, "x-1"),
    "AWS_PROFILE": ((), {"AWS_PROFILE": "x"}, "x-1"),
    "AWS_PROFILE and keys": (
        (), {"AWS_PROFILE": "x", "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "S"}, "x-1"
    ),
    "AWS_DEFAULT_PROFILE inside exec": (
        (), {"AWS_DEFAULT_PROFILE": "x", "AWS_ACCESS_KEY_ID": "ASIAX",
             "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "t"}, "x-1"
    ),
}  # fmt: skip


@pytest.mark.usefixtures("show")
@pytest.mark.parametrize("name", REGIONS)
def test_the_command_runs_in_the_region_shown(
    run: Run, log_in: LogIn, carol: User, carols: AwsFiles, name: str
) -> None:
    options, variables, region = REGIONS[name]
    log_in()
    keys = {"K": carol.access_key_id, "S": carol.secret_access_key}
    env = {variable: keys.get(value, value) for variable, value in variables.items()}
    carols.write(
        carols.credentials.read_text() + long_term(carol, "x"),
        config="[default]\nregion = d-1\n[profile x]\nregion = x-1\noutput = table\n",
    )
    carols.write(carols.credentials.read_text().replace("region = eu-west-1\n", ""))
    outcome = run("guard", "--", *STOP, "--endpoint-url=http://127.0.0.1:9", *options, env=env)
    assert f", region {region}, with " in outcome.stderr
    used = shown_by(outcome)["env"]
    assert (used["AWS_REGION"], used["AWS_DEFAULT_REGION"]) == (region, region)
