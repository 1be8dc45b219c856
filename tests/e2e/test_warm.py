"""After `warm` has filled the AWS CLI's cache, the AWS CLI asks for no code."""

from __future__ import annotations

import json
import os
import shlex
import stat
from typing import TYPE_CHECKING

import pexpect
import pytest

import processes
from moments import until
from places import in_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles

ROLE_ACCOUNT = "444455556666"
MANY = 5


@pytest.fixture
def role(aws: FullSandbox, carol: User) -> Role:
    """Make a role in another account that trusts carol with MFA."""
    return make_role(aws, carol, "books")


def make_role(aws: FullSandbox, user: User, name: str) -> Role:
    """Make a role in another account that trusts the user with MFA."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": user.arn},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    return aws.create_role(
        name,
        account=ROLE_ACCOUNT,
        trust={"Version": "2012-10-17", "Statement": [trust]},
        max_session_seconds=7200,
    )


def profile(name: str, role: Role, phone: Device, **lines: str) -> str:
    """Return a role profile that makes the AWS CLI ask for a code."""
    values = {
        "role_arn": role.arn,
        "source_profile": "default",
        "mfa_serial": phone.serial,
        "region": "eu-west-1",
        **lines,
    }
    kept = "".join(f"{key} = {value}\n" for key, value in values.items() if value)
    return f"[profile {name}]\n{kept}"


def cli_cache(home: Path) -> Path:
    """Return the AWS CLI's cache."""
    return home / ".aws" / "cli" / "cache"


def call_aws_cli(name: str) -> processes.Outcome:
    """Run `get-caller-identity` of the AWS CLI, without a terminal for its question."""
    return processes.run_process(["aws", "--profile", name, "sts", "get-caller-identity"])


def fill_cache_by_aws_cli(phone: Device) -> None:
    """Have the AWS CLI fill its cache for the profile `books`, with a code."""
    lines = (
        "import getpass, sys",
        f"getpass.getpass = lambda *_: {phone.code()!r}",
        "import awscli.clidriver",
        "sys.argv = ['aws', '--profile', 'books', 'sts', 'get-caller-identity']",
        "sys.exit(awscli.clidriver.main())",
    )
    outcome = processes.run_python("\n".join(lines))
    assert outcome.exit_code == 0, outcome


FIELDS: list[Mapping[str, str]] = [
    {},
    {"external_id": "library-42"},
    {"duration_seconds": "1800"},
    {"role_session_name": "carol"},
    {"external_id": "a:/b", "duration_seconds": "960", "role_session_name": "carol"},
    {"duration_seconds": "half an hour"},
]


@pytest.mark.parametrize("lines", FIELDS, ids=lambda lines: "+".join(lines) or "plain")
def test_after_warm_the_aws_cli_asks_for_no_code(
    run: Run, carols: AwsFiles, role: Role, phone: Device, lines: dict[str, str]
) -> None:
    carols.write(config=profile("books", role, phone, **lines))
    asked = call_aws_cli("books")
    assert (asked.exit_code, "Enter MFA code" in asked.stderr) == (255, True)
    outcome = run("warm", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    answer = call_aws_cli("books")
    assert answer.exit_code == 0, answer
    arn = json.loads(answer.stdout)["Arn"]
    assert arn.startswith(f"arn:aws:sts::{ROLE_ACCOUNT}:assumed-role/books/")
    assert arn.endswith("/carol") is ("role_session_name" in lines)


@pytest.mark.parametrize(
    "lines",
    [{"external_id": "library-42"}, {"duration_seconds": "1800"}, {"role_session_name": "dave"}],
    ids=lambda lines: next(iter(lines)),
)
def test_the_aws_cli_asks_again_for_a_changed_profile(
    run: Run, carols: AwsFiles, role: Role, phone: Device, lines: dict[str, str]
) -> None:
    carols.write(config=profile("books", role, phone, role_session_name="carol"))
    assert run("warm", "--token-code", phone.code()).exit_code == 0
    carols.write(config=profile("books", role, phone, **{"role_session_name": "carol", **lines}))
    assert "Enter MFA code" in call_aws_cli("books").stderr


def test_one_code_serves_every_profile_in_private_files(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, home: Path, phone: Device
) -> None:
    roles = [make_role(aws, carol, f"role-{number}") for number in range(MANY)]
    carols.write(config="".join(profile(role.name, role, phone) for role in roles))
    config = carols.config.read_bytes()
    os.umask(0)
    outcome = run("warm", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert f"role profiles in the AWS CLI's cache: {MANY} new, 0 kept" in outcome.stderr
    assert "one hour at most" in outcome.stderr
    assert (aws.count("GetSessionToken"), aws.count("AssumeRole")) == (1, MANY)
    assert {call.parameters.get("SerialNumber") for call in aws.calls.of("AssumeRole")} == {None}
    assert stat.S_IMODE(cli_cache(home).stat().st_mode) == 0o700
    modes = [stat.S_IMODE(path.stat().st_mode) for path in cli_cache(home).iterdir()]
    assert modes == [0o600] * MANY
    assert carols.config.read_bytes().startswith(config)  # [profile mfa] follows


def test_a_valid_entry_is_kept_without_a_call_and_json_says_so(
    run: Run, aws: FullSandbox, carols: AwsFiles, role: Role, home: Path, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone))
    assert run("warm", "--token-code", phone.code()).exit_code == 0
    (entry,) = cli_cache(home).iterdir()
    before = entry.read_bytes()
    aws.calls.clear()
    outcome = run("warm", "books", "--no-input", "--json")
    assert outcome.exit_code == 0, outcome
    answer = json.loads(outcome.stdout)
    (warm,) = answer["profiles"]
    assert (warm["profile"], warm["role_arn"], warm["reused"]) == ("books", role.arn, True)
    assert 3500 < warm["seconds_left"] <= 3600
    assert (answer["skipped"], answer["errors"], len(aws.calls)) == ([], [], 0)
    assert entry.read_bytes() == before


def test_an_entry_of_the_aws_cli_is_kept(
    run: Run, aws: FullSandbox, carols: AwsFiles, role: Role, home: Path, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone))
    fill_cache_by_aws_cli(phone)
    (entry,) = cli_cache(home).iterdir()
    before = entry.read_bytes()
    aws.calls.clear()
    assert run("warm", "--no-input").exit_code == 0
    assert len(aws.calls) == 0
    assert entry.read_bytes() == before


def test_an_entry_equals_that_of_the_aws_cli(
    run: Run, aws: FullSandbox, carols: AwsFiles, role: Role, home: Path, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone, external_id="x-1", role_session_name="carol"))
    fill_cache_by_aws_cli(phone)
    (entry,) = cli_cache(home).iterdir()
    theirs = json.loads(entry.read_bytes())
    entry.unlink()
    aws.clock.advance(30)
    assert run("warm", "--token-code", phone.code()).exit_code == 0
    ours = json.loads(entry.read_bytes())  # under the same name
    assert ours["Credentials"].keys() == theirs["Credentials"].keys()
    assert ours["Credentials"]["AccountId"] == theirs["Credentials"]["AccountId"]
    assert ours["AssumedRoleUser"]["Arn"] == theirs["AssumedRoleUser"]["Arn"]


def test_an_entry_that_the_aws_cli_would_ignore_is_renewed(
    run: Run, aws: FullSandbox, carols: AwsFiles, role: Role, home: Path, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone))
    assert run("warm", "--token-code", phone.code()).exit_code == 0
    (entry,) = cli_cache(home).iterdir()
    old = json.loads(entry.read_bytes())
    old["Credentials"]["Expiration"] = in_seconds(899).replace("Z", "UTC")
    entry.write_text(json.dumps(old))
    aws.calls.clear()
    assert run("warm", "--no-input").exit_code == 0
    assert [call.operation for call in aws.calls] == ["AssumeRole"]
    assert json.loads(entry.read_bytes())["Credentials"] != old["Credentials"]


# Profiles that warm cannot serve


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            {"duration_seconds": "7200"},
            "its duration_seconds is 7200, and AWS limits a role of a session to 1 h",
        ),
        ({"duration_seconds": "900"}, "the AWS CLI ignores a session with 15 min left"),
        ({"source_profile": ""}, "it has no source_profile with long-term keys"),
        ({"source_profile": "nowhere"}, "no session and no profile is named 'nowhere'"),
        ({"source_profile": "sso"}, "profile 'sso' gets temporary keys from IAM Identity Center"),
        ({"source_profile": "other"}, "its source_profile 'other' is a role itself"),
        ({"source_profile": "mfa"}, "is a session already, so mfa_serial must go"),
        ({"role_arn": "arn:aws:iam::123456789012:user/x"}, "is not a role ARN"),
        ({"external_id": "x"}, "'x' cannot be an external id"),
        ({"mfa_serial": ""}, "`aws` asks for no code"),
    ],
)
def test_a_profile_that_cannot_be_served_is_named_with_the_reason(
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    role: Role,
    phone: Device,
    lines: dict[str, str],
    reason: str,
) -> None:
    others = "[profile sso]\nsso_account_id = 1\n" + profile("other", role, phone, mfa_serial="")
    carols.write(config=profile("books", role, phone, **lines) + others)
    everything = run("warm", "--token-code", phone.code(), "--json")
    assert everything.exit_code == 0, everything
    skipped = json.loads(everything.stdout)["skipped"]
    is_named = "mfa_serial" not in lines
    assert [reason in one["reason"] for one in skipped] == [True] * is_named
    named = run("warm", "books", "--token-code", phone.code())
    assert named.exit_code == 3
    assert "profile 'books' cannot be served: " in named.stderr
    assert reason in named.stderr
    assert len(aws.calls) == 0


def test_a_profile_that_cannot_be_served_stops_no_other(
    run: Run, carols: AwsFiles, role: Role, phone: Device
) -> None:
    long = profile("long", role, phone, duration_seconds="7200")
    carols.write(config=long + profile("books", role, phone))
    outcome = run("warm", "--token-code", phone.code())
    assert outcome.exit_code == 0
    assert "role profiles in the AWS CLI's cache: 1 new" in outcome.stderr
    assert "skipped: long: its duration_seconds is 7200" in outcome.stderr


def test_without_profiles_that_ask_for_a_code_warm_says_so(
    run: Run, aws: FullSandbox, carols: AwsFiles
) -> None:
    assert carols.credentials.exists()
    outcome = run("warm")
    assert (outcome.exit_code, len(aws.calls)) == (0, 0)
    assert "no role profile has an mfa_serial" in outcome.stderr


def test_an_absent_profile_is_an_error(run: Run, carols: AwsFiles) -> None:
    assert carols.credentials.exists()
    outcome = run("warm", "boks", "--json")
    assert outcome.exit_code == 3
    assert json.loads(outcome.stdout)["error"]["code"] == "no-such-profile"


@pytest.mark.parametrize("argv", [("--all", "books"), ("--jobs", "0"), ("--jobs", "x")])
def test_wrong_usage_is_an_error(run: Run, carols: AwsFiles, argv: tuple[str, ...]) -> None:
    assert carols.credentials.exists()
    assert run("warm", *argv).exit_code == 2


def test_a_refused_role_is_reported_and_the_others_are_warm(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    roles = [make_role(aws, carol, f"role-{number}") for number in range(MANY)]
    roles[2].trust = {"Version": "2012-10-17", "Statement": []}
    carols.write(config="".join(profile(role.name, role, phone) for role in roles))
    outcome = run("warm", "--token-code", phone.code(), "--json")
    assert outcome.exit_code == 5
    answer = json.loads(outcome.stdout)
    assert [(error["name"], error["code"]) for error in answer["errors"]] == [
        ("role-2", "role-refused")
    ]
    assert len(answer["profiles"]) == MANY - 1


def test_without_a_code_no_cache_is_made(
    run: Run, carols: AwsFiles, role: Role, home: Path, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone))
    outcome = run("warm", "--no-input")
    assert outcome.exit_code == 4
    assert "error: books: session 'mfa' needs an MFA code, and " in outcome.stderr
    assert not cli_cache(home).exists()


# Unusable caches


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"Credentials": {"Expiration": 1}}'])
def test_a_malformed_entry_is_left_alone(
    run: Run, aws: FullSandbox, carols: AwsFiles, role: Role, home: Path, phone: Device, text: str
) -> None:
    carols.write(config=profile("books", role, phone))
    assert run("warm", "--token-code", phone.code()).exit_code == 0
    (entry,) = cli_cache(home).iterdir()
    entry.write_text(text)
    aws.calls.clear()
    outcome = run("warm", "--no-input")
    assert outcome.exit_code == 3
    assert f"{entry} was not written by the AWS CLI, and is left alone" in outcome.stderr
    assert (entry.read_text(), len(aws.calls)) == (text, 0)


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
def test_a_link_in_place_of_an_entry_is_left_alone(
    run: Run, carols: AwsFiles, role: Role, home: Path, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone))
    assert run("warm", "--token-code", phone.code()).exit_code == 0
    (entry,) = cli_cache(home).iterdir()
    mine = home / "mine.json"
    mine.write_bytes(entry.read_bytes())
    entry.unlink()
    entry.symlink_to(mine)
    assert run("warm", "--no-input").exit_code == 3
    assert entry.is_symlink()


@pytest.mark.parametrize("kind", ["a file", "another's", "writable by others"])
@pytest.mark.skipif(os.name == "nt", reason="modes and owners of POSIX")
def test_an_unusable_cache_is_refused_before_a_code(
    run: Run, aws: FullSandbox, carols: AwsFiles, role: Role, home: Path, phone: Device, kind: str
) -> None:
    carols.write(config=profile("books", role, phone))
    folder = cli_cache(home)
    folder.parent.mkdir()
    if kind == "a file":
        folder.write_text("mine")
    else:
        folder.mkdir()
        folder.chmod(0o777 if kind == "writable by others" else 0o700)
    if kind == "another's":
        if os.geteuid():
            pytest.skip("only root may give files away")
        os.chown(folder, 12345, -1)
    outcome = run("warm", "--token-code", phone.code())
    assert outcome.exit_code == 3, outcome
    assert str(folder) in outcome.stderr
    assert len(aws.calls) == 0


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_read_only_cache_is_refused_before_a_code(
    program: str, aws: FullSandbox, carols: AwsFiles, role: Role, home: Path, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone))
    cli_cache(home).mkdir(parents=True)
    cli_cache(home).chmod(0o500)
    # Without its capabilities, root is bound by file modes, too.
    weak = [] if os.geteuid() else ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    outcome = processes.run_process([*weak, program, "warm", "--token-code", phone.code()])
    cli_cache(home).chmod(0o700)
    assert outcome.exit_code == 3, outcome
    assert f"chmod u+wx {cli_cache(home)}" in outcome.stderr
    assert len(aws.calls) == 0


# Interruptions and concurrent runs


@pytest.mark.skipif(os.name == "nt", reason="terminals and signals of POSIX")
def test_ctrl_c_and_a_kill_leave_complete_entries(
    terminal: Terminal,
    start: Start,
    run: Run,
    aws: FullSandbox,
    carol: User,
    carols: AwsFiles,
    phone: Device,
) -> None:
    roles = [make_role(aws, carol, f"role-{number}") for number in range(20)]
    carols.write(config="".join(profile(role.name, role, phone) for role in roles))
    assert run("login", "--token-code", phone.code()).exit_code == 0
    aws.slow("AssumeRole", 0.1)
    child = terminal("warm", "--jobs", "2")
    child.expect_exact("4/20 roles, 0 failed")
    child.sendintr()
    child.expect(r"interrupted; (\d+) role sessions that AWS had given are in the AWS CLI's cache")
    written = int(child.match.group(1))
    child.expect(pexpect.EOF)
    child.close()
    folder = cli_cache(carols.credentials.parent.parent)
    assert (child.exitstatus, len(list(folder.iterdir()))) == (130, written)
    process = start("warm", "--jobs", "2")
    until(lambda: aws.count("AssumeRole") >= written + 4, "more roles")
    process.kill()
    processes.finish_process(process)
    aws.clear_faults()
    outcome = run("warm", "--no-input", "--json")
    assert outcome.exit_code == 0, outcome
    assert len(json.loads(outcome.stdout)["profiles"]) == len(roles)
    assert len(list(folder.glob("*.json"))) == len(roles)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_many_warms_at_once_ask_once_and_assume_each_role_once(
    start: Start, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    roles = [make_role(aws, carol, f"role-{number}") for number in range(MANY)]
    carols.write(config="".join(profile(role.name, role, phone) for role in roles))
    started = [start("warm", "--token-code", phone.code()) for _ in range(6)]
    outcomes = [processes.finish_process(process) for process in started]
    assert [outcome.exit_code for outcome in outcomes] == [0] * 6, outcomes
    assert (aws.count("GetSessionToken"), aws.count("AssumeRole")) == (1, MANY)


def test_the_doctors_cure_for_a_role_that_asks_works(
    run: Run, carols: AwsFiles, role: Role, phone: Device
) -> None:
    carols.write(config=profile("books", role, phone))
    (finding,) = [
        check for check in json.loads(run("doctor", "--json").stdout)["checks"]
        if check["id"] == "role-asks-code"
    ]  # fmt: skip
    words = shlex.split(finding["cure"])
    assert words[0] == "mfa-session"
    outcome = run(*words[1:], env={"MFA_SESSION_TOKEN_CODE": phone.code()})
    assert outcome.exit_code == 0, outcome
    assert call_aws_cli("books").exit_code == 0
