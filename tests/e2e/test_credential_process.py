"""`credential-process`: the SDK's JSON and nothing else on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import processes
from places import managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import User
    from places import AwsFiles
    from sandboxed import LogIn

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
KEYS += (
    "mfa_serial = arn:aws:iam::123456789012:mfa/carols-phone\n"  # so that AWS is not asked for it
)


@pytest.mark.parametrize("verbose", [[], ["-v"], ["-vv"]], ids=["quiet", "-v", "-vv"])
def test_a_valid_session_is_printed_as_json(
    run: Run, aws: FullSandbox, files: AwsFiles, verbose: list[str]
) -> None:
    files.write(KEYS + managed())
    section = files.section("mfa")
    assert section is not None
    outcome = run("credential-process", *verbose)
    assert json.loads(outcome.stdout) == {
        "Version": 1,
        "AccessKeyId": section["aws_access_key_id"],
        "SecretAccessKey": section["aws_secret_access_key"],
        "SessionToken": section["aws_session_token"],
        "Expiration": section["expiration"],
    }
    assert outcome.stdout.count("\n") == 1
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert len(aws.calls) == 0


def test_boto3_uses_it_in_a_profile(
    log_in: LogIn, carols: AwsFiles, carol: User, program: str
) -> None:
    log_in()
    carols.write(config=f"[profile sdk]\ncredential_process = {program} credential-process\n")
    session = boto3.Session(profile_name="sdk", region_name="eu-west-1")
    assert session.client("sts").get_caller_identity()["Arn"] == carol.arn
    section = carols.section("mfa")
    assert section is not None
    assert session.get_credentials().access_key == section["aws_access_key_id"]


def test_the_aws_cli_shows_the_error_when_there_is_no_session(
    carols: AwsFiles, program: str
) -> None:
    carols.write(config=f"[profile sdk]\ncredential_process = {program} credential-process\n")
    cli = [processes.installed_program("aws"), "sts", "get-caller-identity", "--profile", "sdk"]
    outcome = processes.run_process(cli, {"AWS_DEFAULT_REGION": "eu-west-1"})
    assert outcome.exit_code == 255
    assert "mfa-session: error: session 'mfa' needs an MFA code" in outcome.stderr


def test_without_a_session_the_error_is_one_line_and_exit_4(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed(seconds_left=-5))
    outcome = run("credential-process")
    assert (outcome.exit_code, outcome.stdout) == (4, "")
    assert outcome.stderr.count("\n") == 1
    assert "mfa-session login --profile mfa" in outcome.stderr


@pytest.mark.parametrize(
    "settings",
    ["", '[sessions.mfa]\nsource_profile = "gone"\n'],
    ids=["nobody to ask", "no source"],
)
def test_a_session_that_cannot_be_renewed_is_given_while_it_is_valid(
    run: Run, files: AwsFiles, settings: str
) -> None:
    files.write(KEYS + managed(seconds_left=60), settings=settings)
    outcome = run("credential-process")
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout)["AccessKeyId"] == "ASIAEXAMPLEEXAMPLE12"
    assert outcome.stderr.startswith("mfa-session: warning: not renewed: ")


def test_min_ttl_decides_when_to_renew(run: Run, aws: FullSandbox, files: AwsFiles) -> None:
    files.write(KEYS + managed(seconds_left=1000))
    assert run("credential-process").stderr == ""
    assert "not renewed" in run("credential-process", "--min-ttl", "30m").stderr
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    "lines",
    [
        {"aws_session_token": ""},
        {"aws_secret_access_key": 'with"quote'},
        {"aws_session_token": "back\\slash"},
        {"aws_session_token": "ümlaut"},
    ],
    ids=["no token", "quote", "backslash", "umlaut"],
)
def test_a_damaged_section_never_breaks_the_json(
    run: Run, files: AwsFiles, lines: dict[str, Any]
) -> None:
    files.write(KEYS + managed(**lines))
    outcome = run("credential-process")
    assert (outcome.exit_code, outcome.stdout) == (4, "")
    assert outcome.stderr.count("\n") == 1


def test_stdin_is_left_alone(run: Run, carols: AwsFiles) -> None:
    assert carols.section("mfa") is None
    outcome = run("credential-process", input="123456\n")
    assert (outcome.exit_code, outcome.stdout) == (4, "")
