"""`login` turns a code into a session that every reader of the file can use."""

from __future__ import annotations

import json
import os
import re
import stat
from typing import TYPE_CHECKING

import boto3
import pytest

import processes
from places import in_seconds, long_term, managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

NASTY = (
    "; carol's\r\n"
    "[work]\r\n"
    "aws_access_key_id=AKIAWORKWORKWORKWORK\r\n"
    "aws_secret_access_key\t=\tab%cd # not a comment\r\n"
    "s3 =\r\n"
    "  max_concurrent_requests = 20\r\n"
    "Unknown-Key = Grüße\r\n"
    "\r\n"
    "# before default\r\n"
)


def operations(aws: FullSandbox) -> list[str]:
    """Return the calls to AWS, in order."""
    return [call.operation for call in aws.calls]


def test_a_call_denied_before_works_with_the_session(aws: FullSandbox, log_in: LogIn) -> None:
    instance = aws.create_instance(name="db-1")
    stop = ["aws", "ec2", "stop-instances", "--instance-ids", instance]
    before = processes.run_process(stop)
    log_in("--profile", "mfa")
    after = processes.run_process([*stop, "--profile", "mfa"])
    assert "UnauthorizedOperation" in before.stderr
    assert after.exit_code == 0, after
    assert instance in after.stdout


def test_the_section_holds_the_session_and_what_status_needs(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, carol: User, phone: Device
) -> None:
    began = in_seconds(0)
    log_in("--profile", "mfa", "--mfa-serial", phone.serial)
    section = carols.section("mfa")
    assert section is not None
    key_id = section["aws_access_key_id"]
    session = aws.directory.sessions[key_id]
    obtained = section["mfa_session_obtained_at"]
    assert section == {
        "aws_access_key_id": key_id,
        "aws_secret_access_key": session.secret_access_key,
        "aws_session_token": session.session_token,
        "expiration": session.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x_security_token_expires": session.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "manager": "mfa-session",
        "mfa_session_key_id": key_id,
        "mfa_session_name": "mfa",
        "mfa_session_kind": "mfa",
        "mfa_session_source_profile": "default",
        "mfa_session_source_key_id": carol.access_key_id,
        "mfa_session_mfa_serial": phone.serial,
        "mfa_session_account": "123456789012",
        "mfa_session_copied": "region=eu-west-1",
        "mfa_session_authenticated_at": section["mfa_session_authenticated_at"],
        "mfa_session_obtained_at": obtained,
        "mfa_session_duration_seconds": "43200",
    }
    assert began <= section["mfa_session_authenticated_at"] <= in_seconds(0)
    (call,) = aws.calls
    assert (call.operation, call.access_key_id) == ("GetSessionToken", carol.access_key_id)
    assert call.parameters["DurationSeconds"] == "43200"
    assert call.parameters["SerialNumber"] == phone.serial


def test_boto3_uses_the_profile(log_in: LogIn, carol: User) -> None:
    log_in("--profile", "mfa")
    session = boto3.Session(profile_name="mfa")
    assert session.region_name == "eu-west-1"
    answer = session.client("sts").get_caller_identity()
    assert answer["Arn"] == carol.arn


def test_login_writes_to_stderr_only_and_says_how_to_use_the_session(log_in: LogIn) -> None:
    outcome = log_in()
    assert outcome.stdout == ""
    assert re.fullmatch(
        r"MFA session of profile 'default' in account 123456789012: good for (12h|11h 59m), "
        r"until (\d{4}-\d\d-\d\d )?\d\d:\d\d, in profile 'mfa'\n"
        r"use it: aws --profile mfa …\n",
        outcome.stderr,
    )


def test_every_other_byte_of_the_file_stays_unchanged(
    run: Run, aws: FullSandbox, files: AwsFiles, carol: User, phone: Device
) -> None:
    before = NASTY + long_term(carol).replace("\n", "\r\n") + "# the end, without a line end"
    files.credentials.parent.mkdir()
    files.credentials.write_bytes(before.encode())
    files.credentials.chmod(0o600)
    os.utime(files.credentials, (0, 0))  # old, so login waits for no other writer
    outcome = run("login", "--token-code", phone.code())
    after = files.credentials.read_bytes()
    assert outcome.exit_code == 0, outcome
    assert after.startswith(before.encode())
    assert b"\n[mfa]\r\n" in after
    assert aws.count("GetSessionToken") == 1


def test_a_second_login_rewrites_its_own_lines_in_place(
    log_in: LogIn, carols: AwsFiles, carol: User
) -> None:
    other_lines = "[after]\naws_access_key_id = AKIAAFTERAFTERAFTER1\naws_secret_access_key = y\n"
    own_section = managed(region="ap-south-1", aws_security_token="stale").replace(
        "[mfa]", "[mfa] ; ours"
    )
    carols.write(long_term(carol) + "# mine\n" + own_section + "# above after\n" + other_lines)
    log_in("--force")
    text = carols.credentials.read_text()
    assert text.startswith(long_term(carol) + "# mine\n[mfa] ; ours\naws_access_key_id = ASIA")
    assert "\nregion = ap-south-1\n" in text
    assert text.endswith("\n# above after\n" + other_lines)
    section = carols.section("mfa")
    assert section is not None
    assert "aws_security_token" not in section
    assert "planted" not in text


def test_a_file_that_others_may_read_becomes_private_with_a_warning(
    log_in: LogIn, carols: AwsFiles
) -> None:
    carols.credentials.chmod(0o644)
    outcome = log_in()
    assert stat.S_IMODE(carols.credentials.stat().st_mode) == 0o600
    assert "warning" in outcome.stderr
    assert str(carols.credentials) in outcome.stderr


def test_region_and_output_are_copied_from_source_to_target(
    log_in: LogIn, carols: AwsFiles
) -> None:
    other_lines = (
        "# mine\n[default]\nregion = eu-north-1\noutput = table\n\n[profile other]\nregion=x\n"
    )
    carols.write(config=other_lines)
    carols.config.chmod(0o644)
    log_in()
    assert carols.config.read_text().startswith(other_lines)
    # the region in the credentials file overrides that in the config, as for every SDK
    assert carols.profile("mfa") == {"region": "eu-west-1", "output": "table"}
    assert stat.S_IMODE(carols.config.stat().st_mode) == 0o644


def test_the_targets_own_region_stays_unchanged(log_in: LogIn, carols: AwsFiles) -> None:
    text = "[profile mfa]\nregion = sa-east-1\noutput = text\n"
    carols.write(config=text)
    log_in()
    assert carols.config.read_text() == text


def test_a_config_that_cannot_be_written_is_only_a_warning(log_in: LogIn, carols: AwsFiles) -> None:
    outcome = log_in(env={"AWS_CONFIG_FILE": "/proc/nowhere/config"})
    assert "warning: the settings of profile 'mfa' were not written" in outcome.stderr
    assert "/proc/nowhere/config" in outcome.stderr
    assert carols.section("mfa") is not None


def test_the_config_is_not_created_without_a_setting_to_write(
    run: Run, files: AwsFiles, carol: User, phone: Device
) -> None:
    files.write(long_term(carol))
    assert run("login", "--token-code", phone.code()).exit_code == 0
    assert not files.config.exists()


def test_a_symbolic_link_stays_a_link(log_in: LogIn, carols: AwsFiles) -> None:
    real = carols.credentials.with_name("real")
    carols.credentials.rename(real)
    carols.credentials.symlink_to(real)
    log_in()
    assert carols.credentials.is_symlink()
    assert "[mfa]" in real.read_text()


def test_files_named_by_variables_are_used(
    run: Run, files: AwsFiles, carol: User, phone: Device
) -> None:
    elsewhere = files.credentials.parent.parent / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "keys").write_text(long_term(carol) + "region = eu-west-1\n")
    (elsewhere / "keys").chmod(0o600)
    named = {
        "AWS_SHARED_CREDENTIALS_FILE": str(elsewhere / "keys"),
        "AWS_CONFIG_FILE": "~/elsewhere/conf",
    }
    assert run("login", "--token-code", phone.code(), env=named).exit_code == 0
    assert "[mfa]" in (elsewhere / "keys").read_text()
    assert (elsewhere / "conf").read_text() == "[profile mfa]\nregion = eu-west-1\n"
    assert not files.credentials.parent.exists()


@pytest.mark.parametrize("form", [" {}\t", "{0:.3} {0:.3}"], ids=["around", "in the middle"])
def test_spaces_around_a_code_or_one_in_its_middle_are_ignored(
    run: Run, carols: AwsFiles, phone: Device, form: str
) -> None:
    code = phone.code()
    typed = f"{code[:3]} {code[3:]}" if " {" in form[1:] else form.format(code)
    outcome = run("login", "--token-code", typed)
    assert outcome.exit_code == 0, outcome
    assert carols.section("mfa") is not None


def test_a_dash_reads_the_code_from_stdin(run: Run, carols: AwsFiles, phone: Device) -> None:
    outcome = run("login", "--token-code", "-", input=f"{phone.code()}\n000000\n")
    assert outcome.exit_code == 0, outcome
    assert carols.section("mfa") is not None


def test_the_variable_gives_the_code(run: Run, carols: AwsFiles, phone: Device) -> None:
    outcome = run("login", env={"MFA_SESSION_TOKEN_CODE": phone.code()})
    assert outcome.exit_code == 0, outcome
    assert carols.section("mfa") is not None


def test_stdin_is_not_read_for_a_code_unless_asked(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device
) -> None:
    outcome = run("login", "--mfa-serial", phone.serial, input=f"{phone.code()}\n")
    assert outcome.exit_code == 4
    assert "there is nobody to ask" in outcome.stderr
    assert (operations(aws), carols.section("mfa")) == ([], None)


def test_the_aliases_of_options_work(
    aws: FullSandbox, run: Run, carols: AwsFiles, phone: Device
) -> None:
    argv = ["--serial-number", phone.serial, "--mfa-token", phone.code()]
    assert run("login", *argv, "--duration-seconds", "900").exit_code == 0
    (call,) = aws.calls.of("GetSessionToken")
    assert call.parameters["SerialNumber"] == phone.serial
    assert call.parameters["DurationSeconds"] == "900"
    assert carols.section("mfa") is not None


def test_another_tools_session_may_be_replaced(
    log_in: LogIn, carols: AwsFiles, carol: User
) -> None:
    other_lines = (
        "[mfa]\naws_access_key_id = ASIAOTHEROTHEROTHER1\naws_secret_access_key = planted\n"
        "aws_session_token = planted\naws_security_token = planted\nexpiration = 2031-01-01\n"
    )
    carols.write(long_term(carol) + other_lines)
    log_in()
    section = carols.section("mfa")
    assert section is not None
    assert section["manager"] == "mfa-session"
    assert "planted" not in carols.credentials.read_text()


def test_a_hardware_device_works_and_aws_is_asked_for_the_account(
    aws: FullSandbox, run: Run, files: AwsFiles, carol: User
) -> None:
    token = aws.create_device(carol, name="GAHT12345678", kind="hardware")
    files.write(long_term(carol))
    outcome = run("login", "--token-code", token.code(), "--json")
    assert outcome.exit_code == 0, outcome
    (session,) = json.loads(outcome.stdout)["sessions"]
    assert (session["mfa_serial"], session["account"]) == ("GAHT12345678", "123456789012")
    # the account is asked before the code, since nothing may take time after it
    assert operations(aws) == ["ListMFADevices", "GetCallerIdentity", "GetSessionToken"]


def test_several_profiles_at_once_share_one_code(
    aws: FullSandbox, log_in: LogIn, carols: AwsFiles, carol: User
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})
    carols.write(settings=f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\n')
    outcome = log_in("--profile", "mfa", "--profile", "books", "--json")
    found = json.loads(outcome.stdout)
    assert [session["profile"] for session in found["sessions"]] == ["mfa", "books"]
    assert [session["kind"] for session in found["sessions"]] == ["mfa", "role"]
    assert found["errors"] == []
    assert operations(aws) == ["ListMFADevices", "GetSessionToken", "AssumeRole"]


def test_a_failure_of_one_profile_does_not_stop_the_others(
    log_in: LogIn, run: Run, carols: AwsFiles, carol: User
) -> None:
    log_in()
    outcome = run("login", "--profile", "nowhere", "--profile", "mfa", "--no-input")
    assert outcome.exit_code == 3
    assert outcome.stdout == ""
    assert "nowhere" in outcome.stderr
    assert "kept, good for" in outcome.stderr
    carols.write(long_term(carol) + managed("mfa"))
    failed = run("login", "--profile", "mfa", "--profile", "nowhere", "--no-input", "--json")
    # mfa needs a code, and comes first
    assert failed.exit_code == 4
    errors = json.loads(failed.stdout)["errors"]
    assert [(error["name"], error["code"]) for error in errors] == [
        ("mfa", "code-needed"),
        ("nowhere", "no-such-profile"),
    ]


def test_one_target_for_several_profiles_is_wrong_usage(run: Run, carols: AwsFiles) -> None:
    before = carols.credentials.read_bytes()
    outcome = run("login", "--profile", "a", "--profile", "b", "--write-to", "c")
    assert outcome.exit_code == 2
    assert "--write-to" in outcome.stderr
    assert carols.credentials.read_bytes() == before


def test_verbose_lists_the_calls_to_aws(log_in: LogIn, phone: Device) -> None:
    outcome = log_in("-v")
    assert "iam:ListMFADevices" in outcome.stderr
    assert f"sts:GetSessionToken with {phone.serial}, 43200 s" in outcome.stderr


def test_keys_in_the_config_file_are_used(
    run: Run, files: AwsFiles, carol: User, phone: Device
) -> None:
    files.write(config=long_term(carol, "profile work"))
    outcome = run("login", "--source-profile", "work", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    section = files.section("mfa")
    assert section is not None
    assert section["mfa_session_source_profile"] == "work"
    assert stat.S_IMODE(files.credentials.stat().st_mode) == 0o600
    assert oct(os.stat(files.credentials.parent).st_mode & 0o777) in {"0o700", "0o755"}


def test_one_code_for_two_logins_is_sent_only_once(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device
) -> None:
    carols.write(
        long_term(carol),
        settings='[sessions.a]\nsource_profile = "default"\n'
        '[sessions.b]\nsource_profile = "default"\n',
    )
    options = ["--mfa-serial", phone.serial, "--token-code", phone.code(), "--force", "--json"]
    outcome = run("login", "--profile", "a", "--profile", "b", *options)
    assert outcome.exit_code == 4
    (error,) = json.loads(outcome.stdout)["errors"]
    assert (error["name"], error["code"]) == ("b", "code-spent")
    assert aws.count("GetSessionToken") == 1


def test_a_dash_in_the_variable_does_not_read_stdin(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device
) -> None:
    env = {"MFA_SESSION_TOKEN_CODE": "-"}
    outcome = run("login", "--mfa-serial", phone.serial, env=env, input=f"{phone.code()}\n")
    assert outcome.exit_code == 4
    assert (operations(aws), carols.section("mfa")) == ([], None)
