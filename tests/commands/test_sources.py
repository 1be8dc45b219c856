"""Where login finds the long-term keys, and which sources it refuses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from places import long_term, managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

UNKNOWN_KEYS = "aws_access_key_id = {}\naws_secret_access_key = x\n"
SSO = "sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n"


def signer(run: Run, aws: FullSandbox, *argv: str, env: dict[str, str] | None = None) -> str | None:
    """Log in with a wrong code; return the key that signed, or None if AWS was not asked."""
    outcome = run("login", "--token-code", "000000", "--mfa-serial", "GAHT12345678", *argv, env=env)
    assert outcome.exit_code in {3, 5}, outcome
    return aws.calls[-1].access_key_id if len(aws.calls) else None


def _profiles(*names: str) -> str:
    return "".join(f"[{name}]\n{UNKNOWN_KEYS.format(_key(name))}" for name in names)


def _key(name: str) -> str:
    letters = "".join(letter for letter in name.upper() if letter.isalpha())
    return ("AKIA" + letters + "A" * 20)[:20]


@pytest.mark.parametrize(
    ("profiles", "env", "found"),
    [
        (["default", "work"], {}, "default"),
        (["default", "work"], {"AWS_PROFILE": "work"}, "work"),
        (["default", "work", "play"], {"AWS_PROFILE": "work", "AWS_DEFAULT_PROFILE": "play"},
         "play"),
        (["default"], {"AWS_PROFILE": "mfa"}, "default"),
        (["default", "mfa-long-term"], {}, "mfa-long-term"),
        (["default-long-term"], {}, "default-long-term"),
        (["default", "work", "mfa-long-term"], {"AWS_PROFILE": "work"}, "work"),
    ],
    ids=["default", "AWS_PROFILE", "AWS_DEFAULT_PROFILE first", "AWS_PROFILE without keys",
         "aws-mfa's", "aws-mfa's default", "AWS_PROFILE before aws-mfa's"],
)  # fmt: skip
def test_the_default_source_is_the_profile_that_aws_would_use(
    run: Run,
    aws: FullSandbox,
    files: AwsFiles,
    profiles: list[str],
    env: dict[str, str],
    found: str,
) -> None:
    files.write(_profiles(*profiles))
    assert signer(run, aws, env=env) == _key(found)


def test_keys_in_the_environment_override_profiles(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    files.write(_profiles("default", "work"))
    env = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT12345", "AWS_SECRET_ACCESS_KEY": "x"}
    assert signer(run, aws, env={**env, "AWS_PROFILE": "work"}) == "AKIAENVIRONMENT12345"


def test_session_keys_in_the_environment_are_ignored(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    files.write(_profiles("default"))
    env = {
        "AWS_ACCESS_KEY_ID": "ASIAENVIRONMENT12345",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SESSION_TOKEN": "t",
    }
    assert signer(run, aws, env=env) == _key("default")
    assert signer(run, aws, env={**env, "AWS_SESSION_TOKEN": ""}) == _key("default")


def test_a_named_source_overrides_keys_in_the_environment(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    files.write(_profiles("default", "work"))
    env = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT12345", "AWS_SECRET_ACCESS_KEY": "x"}
    assert signer(run, aws, "--source-profile", "work", env=env) == _key("work")


def test_login_works_with_keys_in_the_environment_alone(
    run: Run, aws: FullSandbox, files: AwsFiles, carol: User, phone: Device
) -> None:
    outcome = run("login", "--token-code", phone.code(), env=aws.environ(carol, "eu-west-1"))
    assert outcome.exit_code == 0, outcome
    section = files.section("mfa")
    assert section is not None
    assert "mfa_session_source_profile" not in section
    assert section["mfa_session_source_key_id"] == carol.access_key_id
    assert files.config.exists() is False


def test_a_key_id_without_a_secret_in_the_environment_is_an_error(
    run: Run, aws: FullSandbox, carols: AwsFiles
) -> None:
    outcome = run("login", env={"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT12345"})
    assert outcome.exit_code == 3
    assert "AWS_SECRET_ACCESS_KEY" in outcome.stderr
    assert (carols.section("mfa"), len(aws.calls)) == (None, 0)


def test_if_aws_profile_names_the_session_its_source_is_used(log_in: LogIn, run: Run) -> None:
    log_in("--profile", "mfa")
    outcome = run("login", "--force", "--token-code", "000000", env={"AWS_PROFILE": "mfa"})
    assert outcome.exit_code == 4
    assert "rejected the code" in outcome.stderr


def test_keys_of_a_credential_process_are_used(
    run: Run, files: AwsFiles, carol: User, phone: Device, tmp_path: Path
) -> None:
    script = tmp_path / "give keys.py"
    script.write_text(
        "import json\n"
        f"print(json.dumps({{'Version': 1, 'AccessKeyId': {carol.access_key_id!r},"
        f" 'SecretAccessKey': {carol.secret_access_key!r}}}))\n"
    )
    files.write(config=f"[default]\ncredential_process = {sys.executable} '{script}'\n")
    outcome = run("login", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    section = files.section("mfa")
    assert section is not None
    assert section["mfa_session_source_key_id"] == carol.access_key_id
    # a valid session does not run it again
    script.unlink()
    assert run("login", "--no-input").exit_code == 0


@pytest.mark.parametrize(
    ("prints", "said"),
    [
        (
            '{"Version": 1, "AccessKeyId": "ASIAEXAMPLEEXAMP", "SecretAccessKey": "planted"}',
            "(ASIAEXAMPLEEXAMP)",
        ),
        ('{"Version": 1, "SecretAccessKey": "planted"}', "AccessKeyId"),
        ('{"Version": 2, "SecretAccessKey": "planted"}', "Version 1"),
        ("planted", "no JSON"),
        ("[]", "Version 1"),
    ],
    ids=["temporary keys", "no key id", "another version", "no JSON", "a list"],
)  # fmt: skip
def test_an_invalid_answer_of_a_credential_process_is_refused(
    run: Run, aws: FullSandbox, files: AwsFiles, tmp_path: Path, prints: str, said: str
) -> None:
    (tmp_path / "out").write_text(prints)
    files.write(config=f"[default]\ncredential_process = cat {tmp_path / 'out'}\n")
    outcome = run("login", "--token-code", "000000", "-vv")
    assert outcome.exit_code == 3
    assert said in outcome.stderr
    assert "planted" not in outcome.stdout + outcome.stderr
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    "command", ["false", "/nowhere/keys", "cat 'unclosed"], ids=["fails", "absent", "unparsable"]
)
def test_a_failing_credential_process_is_named(run: Run, files: AwsFiles, command: str) -> None:
    files.write(config=f"[default]\ncredential_process = {command}\n")
    outcome = run("login", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert "credential_process of profile 'default'" in outcome.stderr


@pytest.mark.parametrize(
    "lines",
    [SSO, "sso_start_url = https://x\n", "web_identity_token_file = /x\nrole_arn = {}\n",
     "credential_source = Ec2InstanceMetadata\n",
     "aws_access_key_id = ASIAEXAMPLEEXAMP\naws_secret_access_key = x\naws_session_token = t\n"],
    ids=["SSO session", "SSO", "web identity", "instance role", "session keys"],
)  # fmt: skip
def test_a_source_of_temporary_keys_is_refused_before_asking_for_a_code(
    run: Run, aws: FullSandbox, files: AwsFiles, lines: str
) -> None:
    text = lines.format("arn:aws:iam::123456789012:role/x")
    files.write(_profiles("default"), config=f"[profile work]\n{text}")
    outcome = run("login", "--source-profile", "work", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert "'work'" in outcome.stderr
    assert "temporary" in outcome.stderr or "session keys" in outcome.stderr
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (SSO, "IAM Identity Center"),
        ("web_identity_token_file = /x\n", "a web identity"),
        ("credential_source = Ec2InstanceMetadata\n", "the machine's own role"),
        ("credential_source = EcsContainer\n", "the machine's own role"),
        ("credential_source = Environment\n", "from the environment (credential_source)"),
    ],
)
def test_a_role_of_temporary_keys_takes_no_other_profiles_key(
    run: Run, aws: FullSandbox, files: AwsFiles, lines: str, said: str
) -> None:
    text = f"role_arn = arn:aws:iam::123456789012:role/x\n{lines}"
    files.write(_profiles("default"), config=f"[profile work]\n{text}")
    outcome = run("login", "--profile", "work", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert "'work'" in outcome.stderr
    assert said in outcome.stderr
    assert "`mfa-session login --profile work --source-profile default`" in outcome.stderr
    assert len(aws.calls) == 0


def test_a_session_named_as_an_sso_profile_is_refused(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    files.write(_profiles("default"), config=f"[profile work]\n{SSO}")
    outcome = run("login", "--profile", "work", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert "IAM Identity Center" in outcome.stderr
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    "process",
    [
        "mfa-session credential-process --profile work",
        "/usr/local/bin/mfa-session credential-process",
        '"C:\\Program Files\\mfa-session.exe" credential-process',
        f"{sys.executable} -m mfa_session credential-process --profile mfa",
    ],
)
def test_a_source_that_leads_back_is_an_error(
    run: Run, aws: FullSandbox, files: AwsFiles, process: str
) -> None:
    files.write(config=f"[profile work]\ncredential_process = {process}\n")
    outcome = run("login", "--source-profile", "work", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert "mfa-session itself" in outcome.stderr
    assert len(aws.calls) == 0


def test_a_source_that_leads_back_through_another_profile_is_an_error(
    run: Run, aws: FullSandbox, files: AwsFiles, program: str, tmp_path: Path
) -> None:
    wrapper = tmp_path / "wrapped"
    wrapper.write_text(f"#!/bin/sh\nexec {program} credential-process --profile mfa\n")
    wrapper.chmod(0o755)
    files.write(config=f"[default]\ncredential_process = {wrapper}\n")
    outcome = run("login", "--token-code", "000000", limit_seconds=30)
    assert outcome.exit_code == 3
    assert "leads back to mfa-session itself" in outcome.stderr
    assert len(aws.calls) == 0


def test_our_own_credential_process_does_not_hide_the_source(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    """The session's profile runs mfa-session; the keys are in the profile `default`."""
    config = "[profile mfa]\ncredential_process = mfa-session credential-process --profile mfa\n"
    files.write(_profiles("default"), config=config)
    assert signer(run, aws) == _key("default")


def test_files_of_aws_mfa_work_unchanged(
    run: Run, aws: FullSandbox, files: AwsFiles, carol: User, phone: Device
) -> None:
    aws_mfa_file = (
        long_term(carol, "work-long-term")
        + f"aws_mfa_device = {phone.serial}\n\n"
        + "[work]\nassumed_role = False\naws_access_key_id = ASIAOLDOLDOLDOLDOLD1\n"
        "aws_secret_access_key = planted\naws_session_token = planted\n"
        "aws_security_token = planted\nexpiration = 2020-01-01 00:00:00\n"
    )
    files.write(aws_mfa_file)
    outcome = run("login", "--profile", "work", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    text = files.credentials.read_text()
    assert text.startswith(long_term(carol, "work-long-term"))
    assert "planted" not in text
    assert "assumed_role = False" in text
    assert [call.operation for call in aws.calls] == ["GetSessionToken"]


def test_login_works_inside_exec(
    log_in: LogIn, run: Run, program: str, aws: FullSandbox, phone: Device
) -> None:
    log_in("--profile", "mfa")
    aws.clock.advance(30)
    inner = [program, "login", "--force", "--token-code", phone.code()]
    outcome = run("exec", "--", *inner)
    assert outcome.exit_code == 0, outcome
    assert aws.count("GetSessionToken") == 2


def test_a_managed_session_is_renewed_from_its_own_source(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    files.write(
        _profiles("default", "work") + managed(seconds_left=-5, mfa_session_source_profile="work")
    )
    assert signer(run, aws) == _key("work")
    assert signer(run, aws, "--source-profile", "default") == _key("default")
