"""guard shows, asks and logs in before a protected command, or does not run it."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pexpect
import pytest

import processes
from guarding import SHOW, STOP, path_with, put_program, shown_by
from mfa_session.model.errors import DeclinedError
from places import long_term, managed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

PROMPT = "MFA code for arn:aws:iam::123456789012:mfa/carols-phone (session mfa): "
QUESTION = "Run it? [y/N] "
CONFIRM = "[guard]\nconfirm = true\n"
STRICT = "[guard]\nstrict = true\n"
SSO = "[profile sso]\nsso_session = x\nsso_account_id = 1\nsso_role_name = y\n"


@pytest.fixture(autouse=True)
def show(home: Path) -> None:
    """Put an `aws` that prints its arguments and environment first on PATH."""
    put_program(home / "bin", "aws", SHOW)
    os.environ["PATH"] = path_with(home / "bin")


def check_not_run(outcome: processes.Outcome, exit_code: int, said: str) -> None:
    """Check that the command did not run, and why."""
    assert (outcome.exit_code, outcome.stdout) == (exit_code, ""), outcome
    assert said in outcome.stderr


# The question


@pytest.mark.parametrize(
    ("answer", "exit_code"),
    [("y", 0), ("YES ", 0), ("n", 7), ("", 7), ("maybe", 7), ("\x04", 4), ("\x03", 130)],
    ids=["y", "YES", "n", "Enter", "maybe", "Ctrl-D", "Ctrl-C"],
)
def test_only_yes_runs_the_command(
    terminal: Terminal, log_in: LogIn, carols: AwsFiles, answer: str, exit_code: int
) -> None:
    log_in()
    carols.write(settings=CONFIRM)
    tty = terminal("guard", "--", *STOP)
    tty.expect_exact(QUESTION)
    shown = str(tty.before)
    assert "account 123456789012, region eu-west-1, with session 'mfa'" in shown
    assert "instance  i-0123456789abcdef0" in shown
    tty.send(answer if answer < " " and answer else answer + "\r")
    tty.expect(pexpect.EOF)
    tty.close()
    assert (tty.exitstatus, '"argv": ' in str(tty.before)) == (exit_code, exit_code == 0)
    if exit_code == DeclinedError.exit_code:
        assert str(tty.before).endswith("mfa-session: not run\r\n")
        assert "error" not in str(tty.before)


@pytest.mark.parametrize("options", [(), ("--no-input",)], ids=["no terminal", "--no-input"])
def test_if_nobody_can_confirm_no_code_is_spent(
    run: Run, carols: AwsFiles, phone: Device, aws: FullSandbox, options: tuple[str, ...]
) -> None:
    carols.write(settings=CONFIRM)
    code = {"MFA_SESSION_TOKEN_CODE": phone.code()}
    check_not_run(run("guard", *options, "--", *STOP, env=code), 7, "guard --yes")
    assert len(aws.calls) == 0


def test_yes_can_be_given_in_advance(run: Run, log_in: LogIn, carols: AwsFiles) -> None:
    log_in()
    carols.write(settings=CONFIRM)
    shown = shown_by(run("guard", "--yes", "--", *STOP))
    assert shown["env"]["MFA_SESSION_ACTIVE"] == "mfa"
    assert shown_by(run("guard", "--", "aws", "s3", "ls"))["argv"] == ["s3", "ls"]


def test_stdin_belongs_to_the_command(terminal: Terminal, carols: AwsFiles, phone: Device) -> None:
    carols.write(settings=CONFIRM)
    line = "printf '123456\\ny\\n' | mfa-session guard -- " + " ".join(STOP)
    tty = terminal("--norc", "-c", line, program="/bin/bash")
    tty.expect_exact(PROMPT)
    tty.sendline(phone.code())
    tty.expect_exact(QUESTION)
    tty.sendline("y")
    tty.expect_exact('"stdin": "123456\\ny\\n"')


# A failed login


class Failure(NamedTuple):
    """A fault, and the exit code and error of guard."""

    exit_code: int
    said: str
    prepare: Callable[[FullSandbox, User], object] = lambda *_: None
    code: str | None = None
    settings: str = ""
    options: tuple[str, ...] = ()


FAILURES = {
    "no code and nobody to ask": Failure(4, "there is nobody to ask"),
    "a wrong code": Failure(4, "rejected", code="000000"),
    "the key is inactive": Failure(
        5, "", lambda _, carol: carol.inactive_keys.add(carol.access_key_id), code="000000"
    ),
    "AWS is not reached": Failure(
        6, "", lambda aws, _: aws.drop("*", times=None), code="000000"
    ),
    "listing devices is refused": Failure(
        5, "", lambda aws, _: aws.fail(
            "ListMFADevices", times=None, code="AccessDenied", status=403, message="no"
        ), code="000000",
    ),
    "a profile that does not exist": Failure(3, "nobody", options=("--profile", "nobody")),
    "a broken config.toml": Failure(3, "config.toml", settings="[guard\n"),
    "a wrong setting": Failure(3, "guard.strict", settings="[guard]\nstrict = 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_login_runs_nothing(
    run: Run, carols: AwsFiles, carol: User, aws: FullSandbox, name: str
) -> None:
    failure = FAILURES[name]
    failure.prepare(aws, carol)
    carols.write(settings=failure.settings)
    before = carols.credentials.read_bytes()
    outcome = run(
        "guard", "--", *STOP, *failure.options, env={"MFA_SESSION_TOKEN_CODE": failure.code}
    )
    check_not_run(outcome, failure.exit_code, failure.said)
    assert carols.credentials.read_bytes() == before
    assert "Traceback" not in outcome.stderr


def test_ctrl_c_at_the_code_runs_nothing(terminal: Terminal, carols: AwsFiles) -> None:
    assert carols.credentials.exists()
    tty = terminal("guard", "--", *STOP)
    tty.expect_exact(PROMPT)
    tty.sendintr()
    tty.expect(pexpect.EOF)
    tty.close()
    assert (tty.exitstatus, '"argv"' in str(tty.before)) == (130, False)


# Without a session


WITHOUT_MFA = {
    "SSO": (("--profile", "sso"), {}, "IAM Identity Center"),
    "a web identity": (("--profile", "web"), {}, "a web identity"),
    "another tool's session": (("--profile", "saml"), {}, "session keys"),
    "no profile": ((), {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}, "no profile 'default'"),
}
OTHER_PROFILES = (
    SSO + "[profile web]\nrole_arn = arn:aws:iam::444455556666:role/x\n"
    "web_identity_token_file = /x\n"
)
SAML = managed("saml", manager="", aws_access_key_id="ASIAFOREIGNFOREIGN12")


@pytest.mark.parametrize("name", WITHOUT_MFA)
def test_an_identity_without_mfa_runs_with_a_warning_or_is_refused_by_strict(
    run: Run, carols: AwsFiles, aws: FullSandbox, name: str
) -> None:
    options, env, said = WITHOUT_MFA[name]
    carols.write(
        carols.credentials.read_text() + SAML, config="" if name == "no profile" else OTHER_PROFILES
    )
    outcome = run("guard", "--", *STOP, *options, env=env)
    shown = shown_by(outcome)
    assert shown["argv"] == [*STOP[1:], *options]
    assert {key for key in shown["env"] if key.startswith(("MFA_", "AWS_ACC"))} == set()
    assert "warning: running without a step-up to MFA: " in outcome.stderr
    assert said in outcome.stderr
    assert "account not known" in outcome.stderr
    carols.write(settings=STRICT)
    check_not_run(run("guard", "--", *STOP, *options, env=env), 7, "there is no MFA session for it")
    assert len(aws.calls) == 0


@pytest.mark.parametrize("kind", [None, "passkey"])
def test_a_key_without_usable_device_runs_with_a_warning(
    run: Run, aws: FullSandbox, carol: User, files: AwsFiles, kind: Any
) -> None:
    files.write(long_term(carol) + "region = eu-west-1\n")
    if kind:
        aws.create_device(carol, kind=kind)
    outcome = run("guard", "--", *STOP)
    assert shown_by(outcome)["argv"] == list(STOP[1:])
    assert "warning: running without a step-up to MFA: the " in outcome.stderr
    assert "account 123456789012, region eu-west-1, with the access key of" in outcome.stderr
    files.write(settings=STRICT)
    check_not_run(run("guard", "--", *STOP), 7, "there is no MFA session for it")


def test_inside_exec_another_profile_shows_its_own_account(
    run: Run, log_in: LogIn, carols: AwsFiles, program: str
) -> None:
    log_in()
    carols.write(config=SSO)
    outcome = run("exec", "--", program, "guard", "--", *STOP, "--profile", "sso")
    assert shown_by(outcome)["argv"][-1] == "sso"
    assert "account not known" in outcome.stderr


# How old the code may be


def test_max_age_renews_an_older_session(
    run: Run, log_in: LogIn, carols: AwsFiles, aws: FullSandbox, phone: Device
) -> None:
    log_in()
    old = carols.credentials.read_text().replace("mfa_session_authenticated_at = 2", "x = 2")
    first = (carols.section("mfa") or {})["aws_access_key_id"]
    kept = shown_by(run("guard", "--max-age", "15m", "--", *STOP))["env"]
    assert kept["AWS_ACCESS_KEY_ID"] == first
    carols.write(old, settings='[guard]\nmax_age = "15m"\n')
    check_not_run(run("guard", "--", *STOP), 4, "nobody to ask")
    aws.clock.advance(30)
    code = {"MFA_SESSION_TOKEN_CODE": phone.code()}
    renewed = shown_by(run("guard", "--", *STOP, env=code))["env"]
    assert renewed["AWS_ACCESS_KEY_ID"] == (carols.section("mfa") or {})["aws_access_key_id"]
    assert renewed["AWS_ACCESS_KEY_ID"] != first


def test_max_age_zero_asks_every_time(
    run: Run, log_in: LogIn, phone: Device, aws: FullSandbox
) -> None:
    log_in()
    time.sleep(1.1)  # the age is counted in whole seconds
    check_not_run(run("guard", "--max-age", "0", "--", *STOP), 4, "nobody to ask")
    aws.clock.advance(30)
    code = {"MFA_SESSION_TOKEN_CODE": phone.code()}
    assert shown_by(run("guard", "--max-age", "0", "--", *STOP, env=code))["env"]
    assert aws.count("GetSessionToken") == 2


# What the preview asks AWS


@pytest.mark.parametrize("fault", ["slow", "fail", "drop"])
def test_a_slow_lookup_does_not_stop_the_command(
    run: Run, log_in: LogIn, aws: FullSandbox, fault: str
) -> None:
    log_in()
    for operation in ("DescribeInstances", "ListAccountAliases"):
        if fault == "slow":
            aws.slow(operation, 20)
        else:
            getattr(aws, fault)(operation, times=None)
    before = time.monotonic()
    outcome = run("guard", "--", *STOP)
    took_seconds = time.monotonic() - before
    assert shown_by(outcome)["argv"] == list(STOP[1:])
    assert "account 123456789012, region eu-west-1" in outcome.stderr
    assert "  instance  i-0123456789abcdef0\n" in outcome.stderr
    assert "error" not in outcome.stderr
    assert took_seconds < 10  # 3 s of waiting, and a busy machine


def test_names_of_instances_cannot_control_the_terminal(
    run: Run, log_in: LogIn, aws: FullSandbox
) -> None:
    log_in()
    instance = aws.create_instance(name="\u202eharmless\x9b1A", region="eu-west-1")
    outcome = run("guard", "--", *STOP[:-1], instance, "--x", "\x1b[31m\n")
    assert f"  instance  {instance}  ?harmless?1A  running\n" in outcome.stderr
    assert "\x1b" not in outcome.stderr


# Odd files


def test_an_unreadable_alias_file_is_left_to_the_cli(run: Run, home: Path, log_in: LogIn) -> None:
    log_in()
    (home / ".aws" / "cli" / "alias").mkdir(parents=True)
    assert shown_by(run("guard", "--", "aws", "s3", "ls"))["argv"] == ["s3", "ls"]
    assert shown_by(run("guard", "--", *STOP))["env"]["MFA_SESSION_ACTIVE"] == "mfa"


def test_a_broken_config_toml_stops_every_command(run: Run, carols: AwsFiles) -> None:
    carols.write(settings="[guard\n")
    check_not_run(run("guard", "--", "aws", "s3", "ls"), 3, "config.toml")


# Secrets and dry runs


def test_no_secret_is_shown_at_any_verbosity(
    terminal: Terminal, carols: AwsFiles, carol: User, phone: Device
) -> None:
    tty = terminal("guard", "-vv", "--", *STOP[:1], *STOP[1:])
    tty.expect_exact(PROMPT)
    before, code = str(tty.before), phone.code()
    tty.sendline(code)
    tty.expect_exact('{"argv"')
    said = before + str(tty.before)
    section = carols.section("mfa") or {}
    secrets = [carol.secret_access_key, phone.secret, code, section["aws_secret_access_key"],
               section["aws_session_token"]]  # fmt: skip
    assert [secret for secret in secrets if secret in said] == []
    assert "sts:GetSessionToken" in said


DRY_RUNS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "log in": (STOP, {"identity": "the access key of profile 'default'", "session": "mfa",
                      "effect": "log-in"}),
    "a valid session": (
        (*STOP, "--profile", "work"),
        {"identity": "session 'work'", "session": "work", "effect": "use-session"},
    ),
    "a profile without MFA": (
        (*STOP, "--profile", "sso"),
        {"identity": "profile 'sso'", "session": None, "effect": "warn"},
    ),
    "unprotected": (
        ("aws", "ec2", "start-instances"),
        {"protected": False, "rule": None, "operation": "start-instances", "identity": None,
         "session": None, "effect": "run", "action": "ec2:StartInstances"},
    ),
    "another program": (
        ("ls", "-l"),
        {"protected": False, "rule": None, "service": None, "operation": None, "identity": None,
         "session": None, "effect": "run", "action": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRY_RUNS)
def test_a_dry_run_reports_and_runs_nothing(
    run: Run, carols: AwsFiles, aws: FullSandbox, name: str
) -> None:
    words, expected = DRY_RUNS[name]
    key_id = (carols.section("default") or {})["aws_access_key_id"]
    carols.write(
        carols.credentials.read_text() + managed("work", mfa_session_source_key_id=key_id)
        + managed("mfa", seconds_left=-60, mfa_session_source_key_id=key_id),
        config=SSO,
    )  # fmt: skip
    before = carols.credentials.read_bytes()
    outcome = run("guard", "--dry-run", "--json", "--", *words)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    stop = {"version": 1, "protected": True, "rule": "built-in *:Stop*", "service": "ec2",
             "operation": "stop-instances", "action": "ec2:StopInstances"}  # fmt: skip
    assert json.loads(outcome.stdout) == {**stop, **expected}
    said = run("guard", "--dry-run", "--", *words)
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout.startswith("protected: " if "rule" not in expected else "not protected: ")
    assert (len(aws.calls), carols.credentials.read_bytes()) == (0, before)


@pytest.mark.parametrize(
    ("strict", "said"),
    [
        ("false", "it runs without a session, with a warning"),
        ("true", "it does not run ([guard] strict)"),
    ],
)
def test_a_dry_run_says_what_happens_without_a_device(
    run: Run, carols: AwsFiles, strict: str, said: str
) -> None:
    carols.write(settings=f"[guard]\nstrict = {strict}\n")
    shown = run("guard", "--dry-run", "--", *STOP).stdout
    assert shown.endswith(f"the session; if your user has no MFA device, {said}\n")
    carols.write(settings="[sessions.mfa]\nmfa_serial = 'GAHT12345678'\n")
    assert "no MFA device" not in run("guard", "--dry-run", "--", *STOP).stdout


def test_the_account_is_shown_for_other_programs(
    run: Run, log_in: LogIn, carols: AwsFiles, aws: FullSandbox
) -> None:
    log_in()
    aws.set_alias("123456789012", "the-library")
    carols.write(settings='[guard]\ncommands = ["true destroy"]\n')
    given = [line.partition("=") for line in run("exec", "--", "env").stdout.splitlines()]
    session = {name: value for name, _, value in given if name.startswith(("AWS_", "MFA_SESSION_"))}
    outcome = run("guard", "--", "true", "-x", "destroy", env=session)
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr == (
        'mfa-session: protected, by commands "true destroy": true -x destroy\n'
        "  account 123456789012 (the-library), region eu-west-1, "
        "with the session keys of the environment\n"
    )


def test_an_unknown_profile_in_the_environment_hides_no_instance(
    run: Run, log_in: LogIn, aws: FullSandbox, carols: AwsFiles
) -> None:
    log_in()
    carols.write(config=SSO)
    instance = aws.create_instance(name="db-1", region="eu-west-1")
    words = (*STOP[:-1], instance, "--profile", "default")
    outcome = run("guard", "--", *words, env={"AWS_PROFILE": "nobody"})
    assert shown_by(outcome)["env"]["AWS_PROFILE"] == "default"
    assert f"  instance  {instance}  db-1  running\n" in outcome.stderr


def test_a_role_whose_session_is_too_old_asks_for_a_code(
    run: Run, log_in: LogIn, carols: AwsFiles, carol: User, aws: FullSandbox, phone: Device
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})
    log_in()
    carols.write(config=f"[profile books]\nrole_arn = {role.arn}\nsource_profile = default\n")
    words = ("--max-age", "1h", "--", *STOP, "--profile", "books")
    assert shown_by(run("guard", *words))["env"]["MFA_SESSION_ACTIVE"] == "books"
    assert aws.count("GetSessionToken") == 1
    hours_old = "mfa_session_authenticated_at = 2020-01-01T00:00:00Z\nx = "
    old = carols.credentials.read_text().replace("mfa_session_authenticated_at = ", hours_old)
    carols.write(old)
    check_not_run(run("guard", *words), 4, "nobody to ask")
    aws.clock.advance(30)
    shown = shown_by(run("guard", *words, env={"MFA_SESSION_TOKEN_CODE": phone.code()}))
    section = carols.section("books-mfa") or {}
    assert shown["env"]["AWS_ACCESS_KEY_ID"] == section["aws_access_key_id"]
    assert section["mfa_session_authenticated_at"] != "2020-01-01T00:00:00Z"


def test_several_guards_at_once_ask_for_one_code(
    run: Run, start: Start, carols: AwsFiles, phone: Device, aws: FullSandbox
) -> None:
    assert carols.credentials.exists()
    os.environ["MFA_SESSION_TOKEN_CODE"] = phone.code()
    started = [start("guard", "--", *STOP) for _ in range(4)]
    shown = [shown_by(processes.finish_process(process)) for process in started]
    assert len({one["env"]["AWS_ACCESS_KEY_ID"] for one in shown}) == 1
    assert aws.count("GetSessionToken") == 1
    assert run("status", "--check").exit_code == 0
