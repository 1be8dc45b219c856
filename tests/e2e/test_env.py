"""Real shells evaluate the output of `env`."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

import processes
from places import AwsFiles, managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
KEYS += (
    "mfa_serial = arn:aws:iam::123456789012:mfa/carols-phone\n"  # so that AWS is not asked for it
)
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-c"],
    "zsh": ["zsh", "-f", "-c"],
    "fish": ["fish", "--no-config", "-c"],
}
NASTY = """it's "x" $(touch pwned) `touch pwned` \\ $HOME !! %PATH% * ~ ; & | # ü\\'\\\\"""
CONFLICTING = {
    "AWS_PROFILE": "default",
    "AWS_DEFAULT_PROFILE": "default",
    "AWS_SECURITY_TOKEN": "planted",
}


@pytest.fixture
def valid_session(files: AwsFiles) -> AwsFiles:
    """Write a session that is valid for an hour."""
    files.write(KEYS + managed())
    return files


def evaluate(shell: str, script: str, env: dict[str, str] | None = None) -> processes.Outcome:
    """Run a script in a shell, with mfa-session on PATH."""
    program = processes.installed_program("mfa-session")
    named = script.replace("mfa-session", shlex.quote(program))
    return processes.run_process([*SHELLS[shell], named], env)


def evaluated(shell: str, then: str) -> str:
    """Return a script that evaluates the output of `env` in this shell."""
    if shell == "fish":
        return f"mfa-session env --shell fish | source; and {then}"
    return f'set -eu; eval "$(mfa-session env --shell {shell})"; {then}'


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_gets_the_session_without_conflicting_variables(
    aws: FullSandbox, valid_session: AwsFiles, shell: str
) -> None:
    section = valid_session.section("mfa")
    assert section is not None
    outcome = evaluate(shell, evaluated(shell, "env"), {**CONFLICTING, "AWS_REGION": "eu-west-1"})
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    found = dict(line.partition("=")[::2] for line in outcome.stdout.splitlines() if "=" in line)
    relevant = {name: value for name, value in found.items() if name.startswith(("AWS_", "MFA_"))}
    assert relevant == {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": section["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": section["aws_secret_access_key"],
        "AWS_SESSION_TOKEN": section["aws_session_token"],
        "AWS_CREDENTIAL_EXPIRATION": section["expiration"],
        "AWS_SESSION_EXPIRATION": section["expiration"],
        "MFA_SESSION_ACTIVE": "mfa",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "MFA_SESSION_REGIONS_SET": "AWS_DEFAULT_REGION",
    }


@pytest.mark.parametrize("shell", SHELLS)
def test_values_with_shell_characters_arrive_unchanged_and_run_nothing(
    valid_session: AwsFiles, shell: str
) -> None:
    show = 'printf "%s" "$AWS_REGION"'
    env = {"AWS_REGION": NASTY, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    outcome = evaluate(shell, evaluated(shell, show), env)
    assert (outcome.exit_code, outcome.stdout) == (0, NASTY), outcome
    assert not (valid_session.credentials.parent.parent / "pwned").exists()


def test_fish_can_eval_the_output(valid_session: AwsFiles) -> None:
    section = valid_session.section("mfa")
    assert section is not None
    show = 'printf "%s %s" "$AWS_ACCESS_KEY_ID" "$AWS_PROFILE"'
    outcome = evaluate("fish", f"eval (mfa-session env --shell fish); and {show}", CONFLICTING)
    assert outcome.stdout == f"{section['aws_access_key_id']} ", outcome


@pytest.mark.parametrize("shell", SHELLS)
def test_a_failure_makes_the_eval_fail(files: AwsFiles, shell: str) -> None:
    files.write(KEYS)
    if shell == "fish":
        script = "if mfa-session env --shell fish | source; echo went on; end"
    else:
        script = f'eval "$(mfa-session env --shell {shell})" && echo went on'
    outcome = evaluate(shell, script)
    assert outcome.exit_code in {0, 1}  # 0 of fish's `if`, 1 of `&&`
    assert outcome.stdout == ""
    assert "there is nobody to ask" in outcome.stderr


@pytest.mark.parametrize(
    "argv",
    [
        ["--shell", "bash"],
        ["--shell=zsh"],
        ["--shell", "fish"],
        ["--shell", "bash", "--profile", "nowhere"],
        ["--shell", "bash", "--min-ttl", "x"],
        ["--shell", "nosuch"],
        ["--nosuch", "--shell", "bash"],
    ],
    ids=" ".join,
)
def test_after_any_error_the_output_fails_in_the_shell(
    run: Run, files: AwsFiles, argv: list[str]
) -> None:
    files.write(KEYS)
    outcome = run("env", *argv)
    assert outcome.exit_code != 0
    assert outcome.stdout == "false\n"
    assert outcome.stderr != ""


@pytest.mark.parametrize(
    ("shell", "printed"),
    [
        ("powershell", "throw 'mfa-session env failed'\n"),
        ("cmd", "exit /b 1\n"),
        ("dotenv", ""),
        ("json", ""),
    ],
)
def test_a_failed_env_prints_what_fails_in_other_formats(
    run: Run, files: AwsFiles, shell: str, printed: str
) -> None:
    files.write(KEYS)
    outcome = run("env", "--shell", shell)
    assert (outcome.exit_code, outcome.stdout) == (4, printed)


GOLDEN = {
    "bash": """\
unset AWS_PROFILE
unset AWS_DEFAULT_PROFILE
unset AWS_SECURITY_TOKEN
export AWS_ACCESS_KEY_ID='ASIAEXAMPLE'
export AWS_SECRET_ACCESS_KEY='s+/='
export AWS_SESSION_TOKEN='t+/='
export AWS_CREDENTIAL_EXPIRATION='2099-12-31T23:59:59Z'
export AWS_SESSION_EXPIRATION='2099-12-31T23:59:59Z'
export MFA_SESSION_ACTIVE='it'\\''s'
export AWS_REGION='eu-west-1'
export AWS_DEFAULT_REGION='eu-west-1'
export MFA_SESSION_REGIONS_SET='AWS_REGION AWS_DEFAULT_REGION'
""",
    "powershell": """\
Remove-Item Env:AWS_PROFILE -ErrorAction SilentlyContinue
Remove-Item Env:AWS_DEFAULT_PROFILE -ErrorAction SilentlyContinue
Remove-Item Env:AWS_SECURITY_TOKEN -ErrorAction SilentlyContinue
$env:AWS_ACCESS_KEY_ID = 'ASIAEXAMPLE'
$env:AWS_SECRET_ACCESS_KEY = 's+/='
$env:AWS_SESSION_TOKEN = 't+/='
$env:AWS_CREDENTIAL_EXPIRATION = '2099-12-31T23:59:59Z'
$env:AWS_SESSION_EXPIRATION = '2099-12-31T23:59:59Z'
$env:MFA_SESSION_ACTIVE = 'it''s'
$env:AWS_REGION = 'eu-west-1'
$env:AWS_DEFAULT_REGION = 'eu-west-1'
$env:MFA_SESSION_REGIONS_SET = 'AWS_REGION AWS_DEFAULT_REGION'
""",
    "cmd": """\
set "AWS_PROFILE="
set "AWS_DEFAULT_PROFILE="
set "AWS_SECURITY_TOKEN="
set "AWS_ACCESS_KEY_ID=ASIAEXAMPLE"
set "AWS_SECRET_ACCESS_KEY=s+/="
set "AWS_SESSION_TOKEN=t+/="
set "AWS_CREDENTIAL_EXPIRATION=2099-12-31T23:59:59Z"
set "AWS_SESSION_EXPIRATION=2099-12-31T23:59:59Z"
set "MFA_SESSION_ACTIVE=it's"
set "AWS_REGION=eu-west-1"
set "AWS_DEFAULT_REGION=eu-west-1"
set "MFA_SESSION_REGIONS_SET=AWS_REGION AWS_DEFAULT_REGION"
""",
    "dotenv": """\
AWS_ACCESS_KEY_ID=ASIAEXAMPLE
AWS_SECRET_ACCESS_KEY=s+/=
AWS_SESSION_TOKEN=t+/=
AWS_CREDENTIAL_EXPIRATION=2099-12-31T23:59:59Z
AWS_SESSION_EXPIRATION=2099-12-31T23:59:59Z
MFA_SESSION_ACTIVE=its
AWS_REGION=eu-west-1
AWS_DEFAULT_REGION=eu-west-1
""",
    "json": """\
{
  "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
  "AWS_SECRET_ACCESS_KEY": "s+/=",
  "AWS_SESSION_TOKEN": "t+/=",
  "AWS_CREDENTIAL_EXPIRATION": "2099-12-31T23:59:59Z",
  "AWS_SESSION_EXPIRATION": "2099-12-31T23:59:59Z",
  "MFA_SESSION_ACTIVE": "it's",
  "AWS_REGION": "eu-west-1",
  "AWS_DEFAULT_REGION": "eu-west-1"
}
""",
}


@pytest.mark.parametrize("shell", GOLDEN)
def test_each_format_has_its_exact_lines(
    run: Run, aws: FullSandbox, files: AwsFiles, shell: str
) -> None:
    ends = "2099-12-31T23:59:59Z"
    session = managed(
        "its",
        aws_access_key_id="ASIAEXAMPLE",
        aws_secret_access_key="s+/=",
        aws_session_token="t+/=",
        expiration=ends,
        x_security_token_expires=ends,
        mfa_session_key_id="ASIAEXAMPLE",
        mfa_session_name="it's",
    )
    files.write(
        KEYS + session,
        config="[profile its]\nregion = eu-west-1\n",
        settings='[sessions."it\'s"]\nwrite_to = "its"\n',
    )
    outcome = run("env", "--profile", "it's", "--shell", shell)
    assert outcome == (0, GOLDEN[shell], "")
    assert len(aws.calls) == 0


@pytest.mark.parametrize("shell", ["dotenv", "cmd"])
def test_a_region_that_a_format_does_not_carry_is_refused_and_not_shown(
    run: Run, valid_session: AwsFiles, shell: str
) -> None:
    assert valid_session.credentials.exists()
    outcome = run("env", "--shell", shell, env={"AWS_REGION": '%PATH% "x"'})
    assert outcome.exit_code == 3
    assert outcome.stdout == ("exit /b 1\n" if shell == "cmd" else "")
    assert "AWS_REGION has characters" in outcome.stderr
    assert "PATH" not in outcome.stderr


def test_dotenv_and_json_have_the_same_variables(run: Run, valid_session: AwsFiles) -> None:
    assert valid_session.credentials.exists()
    dotenv = run("env", "--shell", "dotenv").stdout
    as_json = json.loads(run("env", "--shell", "json").stdout)
    assert dict(line.split("=", 1) for line in dotenv.splitlines()) == as_json


@pytest.mark.parametrize("shell", SHELLS)
def test_unset_removes_every_variable_that_env_set(shell: str) -> None:
    variables = {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SESSION_TOKEN": "x",
        "AWS_CREDENTIAL_EXPIRATION": "x",
        "AWS_SESSION_EXPIRATION": "x",
        "MFA_SESSION_ACTIVE": "x",
        "AWS_REGION": "x",
        "AWS_DEFAULT_REGION": "x",
        "MFA_SESSION_REGIONS_SET": "AWS_REGION AWS_DEFAULT_REGION",
    }
    script = evaluated(shell, "env").replace("env --shell", "env --unset --shell")
    outcome = evaluate(shell, script, variables)
    assert outcome.exit_code == 0, outcome
    left = [line for line in outcome.stdout.splitlines() if line.startswith(tuple(variables))]
    assert left == []


@pytest.mark.parametrize("shell", SHELLS)
def test_unset_leaves_what_the_person_had_set(valid_session: AwsFiles, shell: str) -> None:
    assert valid_session.credentials.exists()
    unset = f'eval "$(mfa-session env --unset --shell {shell})"; env'
    if shell == "fish":
        unset = "mfa-session env --unset --shell fish | source; env"
    outcome = evaluate(shell, evaluated(shell, unset), {"AWS_REGION": "eu-north-1"})
    assert outcome.exit_code == 0, outcome
    ours = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "MFA_SESSION_")
    left = [line for line in outcome.stdout.splitlines() if line.startswith(ours)]
    assert left == ["AWS_REGION=eu-north-1"]


def test_unset_without_a_session_of_ours_leaves_the_persons_keys(run: Run) -> None:
    env = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_REGION": "eu-north-1", "AWS_PROFILE": "x"}
    assert run("env", "--unset", "--shell", "bash", env=env).stdout == ""


@pytest.mark.parametrize("shell", ["dotenv", "json"])
def test_formats_that_are_not_shells_cannot_unset(run: Run, shell: str) -> None:
    outcome = run("env", "--unset", "--shell", shell)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert shell in outcome.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_the_parent_shell_is_found(valid_session: AwsFiles, shell: str) -> None:
    assert valid_session.credentials.exists()
    expected = {"bash": "export AWS_", "zsh": "export AWS_", "fish": "set -gx AWS_"}[shell]
    outcome = evaluate(shell, "mfa-session env; true", {"SHELL": "/bin/nosuch"})
    assert outcome.exit_code == 0
    assert expected in outcome.stdout, outcome


def test_without_a_parent_shell_the_login_shell_is_used(run: Run, valid_session: AwsFiles) -> None:
    assert valid_session.credentials.exists()
    # pytest may itself run in a shell, so the format is not known
    outcome = run("env", env={"SHELL": "/usr/bin/fish"})
    assert outcome.exit_code == 0
    assert "AWS_ACCESS_KEY_ID" in outcome.stdout
