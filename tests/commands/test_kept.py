"""A session that fits what is asked for is kept, without a prompt or a call to AWS."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from mfa_session.system import machine
from places import managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from in_process import JumpingClock
    from places import AwsFiles
    from sandboxed import LogIn

PHONE = "arn:aws:iam::123456789012:mfa/carols-phone"
ROLE = "arn:aws:iam::123456789012:role/books"
KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
KEYS += "mfa_serial = arn:aws:iam::123456789012:mfa/carols-phone\n"  # so AWS is not asked for it
OTHER = KEYS.replace("default", "other").replace("EXAMPLEEXAMPLE12", "OTHEROTHEROTHER1")
KEPT, CODE_NEEDED = 0, 4


def role(**lines: str) -> str:
    """Return a managed section with a role session of one hour."""
    values = {
        "mfa_session_kind": "role",
        "mfa_session_role_arn": ROLE,
        "mfa_session_role_session_name": "carol",
        "mfa_session_duration_seconds": "3600",
    }
    return managed("books", seconds_left=3000, **{**values, **lines})


@pytest.mark.parametrize(
    ("argv", "exit_code"),
    [
        ([], KEPT),
        (["--mfa-serial", PHONE], KEPT),
        (["--mfa-serial", PHONE + "2"], CODE_NEEDED),
        (["--source-profile", "default"], KEPT),
        (["--source-profile", "other"], CODE_NEEDED),
        (["--role-arn", ROLE, "--mfa-serial", PHONE + "2"], CODE_NEEDED),
        (["--duration", "12h"], KEPT),
        (["--duration", "1h"], KEPT),
        (["--duration", "12h1m"], CODE_NEEDED),
        (["--min-ttl", "7000"], KEPT),
        (["--min-ttl", "7300"], CODE_NEEDED),
        (["--min-ttl", "0"], KEPT),
        (["--force"], CODE_NEEDED),
        (["--write-to", "elsewhere"], CODE_NEEDED),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_an_mfa_session_is_kept_if_it_fits_the_options(
    run: Run, aws: FullSandbox, files: AwsFiles, argv: list[str], exit_code: int
) -> None:
    files.write(KEYS + OTHER + managed(seconds_left=7200))
    before = files.credentials.read_bytes()
    outcome = run("login", *argv)
    assert outcome.exit_code == exit_code, outcome
    assert ("kept, good for" in outcome.stderr) == (exit_code == KEPT)
    assert files.credentials.read_bytes() == before
    assert len(aws.calls) == 0


def test_without_a_named_device_a_session_of_any_device_is_kept(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    files.write(KEYS[: KEYS.index("mfa_serial")] + managed(seconds_left=7200))
    assert run("login").exit_code == KEPT
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    ("argv", "exit_code"),
    [
        (["--role-arn", ROLE], KEPT),
        (["--role-arn", ROLE, "--role-session-name", "carol"], KEPT),
        (["--role-arn", ROLE, "--role-session-name", "dave"], CODE_NEEDED),
        (["--role-arn", ROLE, "--external-id", "x1"], CODE_NEEDED),
        (["--role-arn", ROLE + "2"], CODE_NEEDED),
        (["--role-arn", ROLE, "--duration", "2h"], CODE_NEEDED),
        (["--role-arn", ROLE, "--duration", "15m"], KEPT),
    ],
    ids=lambda value: " ".join(value[2:]) if isinstance(value, list) else str(value),
)
def test_a_role_session_is_kept_if_it_fits_the_options(
    run: Run, files: AwsFiles, argv: list[str], exit_code: int
) -> None:
    files.write(KEYS + role())
    outcome = run("login", "--profile", "books", *argv)
    assert outcome.exit_code == exit_code, outcome


def test_a_role_session_with_another_external_id_is_not_kept(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + role(mfa_session_external_id="library-42"))
    argv = ["login", "--profile", "books", "--role-arn", ROLE]
    assert run(*argv, "--external-id", "library-42").exit_code == KEPT
    assert run(*argv, "--external-id", "library-43").exit_code == CODE_NEEDED
    files.write(settings=f'[sessions.books]\nrole_arn = "{ROLE}"\n')
    assert run("login", "--profile", "books").exit_code == CODE_NEEDED


@pytest.mark.parametrize(
    ("seconds_left", "granted", "argv", "exit_code"),
    [
        (920, 43200, [], KEPT),
        (890, 43200, [], CODE_NEEDED),
        (620, 1800, [], KEPT),  # a third of half an hour is less than the default min-ttl
        (580, 1800, [], CODE_NEEDED),
        (3020, 3600, ["--min-ttl", "50m"], KEPT),
        (2980, 3600, ["--min-ttl", "50m"], CODE_NEEDED),
        (20, 43200, ["--min-ttl", "0"], KEPT),
        (-5, 43200, ["--min-ttl", "0"], CODE_NEEDED),
    ],
)
def test_a_kept_session_has_min_ttl_left_or_by_default_a_third_of_its_duration(
    run: Run, files: AwsFiles, seconds_left: int, granted: int, argv: list[str], exit_code: int
) -> None:
    session = managed(seconds_left=seconds_left, mfa_session_duration_seconds=str(granted))
    files.write(KEYS + session)
    assert run("login", *argv).exit_code == exit_code


@pytest.mark.parametrize(
    "section",
    [
        managed(manager=""),
        managed(manager="awsume"),
        managed(mfa_session_key_id="ASIASOMETHINGELSE123"),
        managed(expiration="", x_security_token_expires=""),
        managed(mfa_session_kind=""),
    ],
    ids=["no manager", "another manager", "keys replaced", "no expiry", "no kind"],
)
def test_a_session_that_another_tool_may_have_written_is_not_kept(
    run: Run, files: AwsFiles, section: str
) -> None:
    files.write(KEYS + section)
    assert run("login").exit_code == CODE_NEEDED


def test_force_renews_at_once(aws: FullSandbox, log_in: LogIn, carols: AwsFiles) -> None:
    log_in()
    first = carols.section("mfa")
    log_in("--force")
    second = carols.section("mfa")
    assert first is not None
    assert second is not None
    assert first["aws_access_key_id"] != second["aws_access_key_id"]
    assert aws.count("GetSessionToken") == 2


def test_a_kept_session_is_reported_as_reused(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed(seconds_left=7200))
    (session,) = json.loads(run("login", "--json").stdout)["sessions"]
    assert (session["reused"], session["valid"], session["name"]) == (True, True, "mfa")


def test_for_a_kept_session_no_code_is_read_or_sent(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    files.write(KEYS + managed(seconds_left=7200))
    outcome = run("login", "--token-code", "-", input="")
    assert outcome.exit_code == KEPT
    assert len(aws.calls) == 0


def kind_in(run: Run, profile: str) -> str:
    shown = json.loads(run("status", "--json").stdout)["sessions"]
    return next(str(session["kind"]) for session in shown if session["profile"] == profile)


def test_login_without_a_role_makes_the_default_session_an_mfa_session_again(
    run: Run, aws: FullSandbox, log_in: LogIn
) -> None:
    trusted = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trusted]})
    log_in()
    log_in("--role-arn", ROLE)
    assert kind_in(run, "mfa") == "role"
    log_in()
    assert kind_in(run, "mfa") == "mfa"


def test_a_named_role_session_is_renewed_as_a_role_session(
    run: Run, aws: FullSandbox, log_in: LogIn
) -> None:
    trusted = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trusted]})
    log_in("--profile", "books", "--role-arn", ROLE)
    log_in("--profile", "books", "--force")
    assert kind_in(run, "books") == "role"
    assert [call.parameters["RoleArn"] for call in aws.calls.of("AssumeRole")] == [ROLE, ROLE]


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_CORE")
@pytest.mark.parametrize("line", ["env --shell json", "credential-process", "status", "login"])
def test_commands_that_read_a_session_may_not_dump_core(
    files: AwsFiles, run: Run, line: str
) -> None:
    import resource

    files.write(KEYS + managed())
    before = resource.getrlimit(resource.RLIMIT_CORE)
    values = (4096, before[1])
    resource.setrlimit(resource.RLIMIT_CORE, values)
    try:
        run(*line.split())
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
        machine.allow_core_dumps()  # as exec does before it runs the command
        assert resource.getrlimit(resource.RLIMIT_CORE) == values
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def test_a_session_kept_under_a_second_name_says_how_to_use_it(
    run: Run, clock: JumpingClock, log_in: LogIn
) -> None:
    log_in()
    clock.pause(
        -2
    )  # one session serves both names only if the second login began before the first ended
    first = run("login", "--profile", "daves", "--source-profile", "default")
    again = run("login", "--profile", "daves")
    assert (first.exit_code, "kept" in first.stderr) == (0, True), first
    assert first.stderr.endswith("use it: aws --profile daves …\n")
    assert "use it" not in again.stderr
