"""`login --all` gets every session of config.toml with one code for each identity."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING

import boto3
import pexpect
import pytest

import processes
from mfa_session.sandbox.sandbox import ALLOW_ALL
from moments import Held, until
from places import long_term

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles

MANY = 20
ROLE_ACCOUNT = "444455556666"


def make_roles(aws: FullSandbox, user: User, count: int = MANY, first: int = 0) -> list[Role]:
    """Make roles in another account that trust the user with MFA."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": user.arn},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    return [
        aws.create_role(f"role-{number}", account=ROLE_ACCOUNT, trust=document)
        for number in range(first, first + count)
    ]


def make_tables(roles: list[Role], via: str = "mfa") -> str:
    """Return the tables of config.toml for these roles."""
    return "".join(
        f'[sessions.{role.name}]\nvia = "{via}"\nrole_arn = "{role.arn}"\n' for role in roles
    )


@pytest.fixture
def roles(aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device) -> list[Role]:
    """Write carol's MFA session and many roles to config.toml."""
    roles = make_roles(aws, carol)
    carols.write(settings=f'[sessions.mfa]\nmfa_serial = "{phone.serial}"\n' + make_tables(roles))
    return roles


def test_one_code_gets_every_session(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert outcome.stdout == ""
    assert outcome.stderr == (
        f"sessions: {MANY + 1} new, 0 kept; `mfa-session status` lists them\n"
    )
    assert aws.count("GetSessionToken") == 1
    assert aws.count("AssumeRole") == MANY
    for role in roles:
        section = carols.section(role.name)
        assert section is not None
        assert section["mfa_session_role_arn"] == role.arn
        assert section["mfa_session_via"] == "mfa"
        assert carols.profile(role.name) == {"region": "eu-west-1"}


def test_valid_sessions_are_kept_and_the_others_need_no_code(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    assert run("login", "--all", "--token-code", phone.code()).exit_code == 0
    more = make_roles(aws, carol, 3, first=MANY)
    carols.write(settings=carols.settings.read_text() + make_tables(more))
    before = {role.name: carols.section(role.name) for role in roles}
    aws.calls.clear()
    outcome = run("login", "--all", "--no-input", "--json")
    assert outcome.exit_code == 0, outcome
    answer = json.loads(outcome.stdout)
    assert answer["errors"] == []
    assert [session["name"] for session in answer["sessions"]] == [
        "mfa", *(role.name for role in (*roles, *more))
    ]  # fmt: skip
    new = [session["name"] for session in answer["sessions"] if not session["reused"]]
    assert new == [role.name for role in more]
    assert [call.operation for call in aws.calls] == ["AssumeRole"] * 3
    assert {role.name: carols.section(role.name) for role in roles} == before
    aws.calls.clear()
    assert run("login", "--all").exit_code == 0
    assert len(aws.calls) == 0


def test_force_renews_every_session_of_the_file(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    assert run("login", "--all", "--token-code", phone.code()).exit_code == 0
    names = ["mfa", *(role.name for role in roles)]
    before = {name: (carols.section(name) or {})["aws_access_key_id"] for name in names}
    aws.clock.advance(30)
    assert run("login", "--all", "--force", "--token-code", phone.code()).exit_code == 0
    after = {name: (carols.section(name) or {})["aws_access_key_id"] for name in names}
    assert not set(before.values()) & set(after.values())
    assert aws.count("GetSessionToken") == 2


def test_a_role_from_long_term_keys_uses_their_mfa_session(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    roles = make_roles(aws, carol, 3)
    carols.write(
        settings="".join(
            f'[sessions.{role.name}]\nsource_profile = "default"\nrole_arn = "{role.arn}"\n'
            for role in roles
        )
    )
    outcome = run("login", "--all", "--token-code", phone.code(), "--json")
    assert outcome.exit_code == 0, outcome
    assert aws.count("GetSessionToken") == 1
    assert [call.parameters.get("TokenCode") for call in aws.calls.of("AssumeRole")] == [None] * 3
    names = [session["name"] for session in json.loads(outcome.stdout)["sessions"]]
    assert names == ["mfa", *(role.name for role in roles)]


def test_several_sessions_of_one_role_do_not_wait_for_each_other(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    (role,) = make_roles(aws, carol, 1)
    table = f'via = "mfa"\nrole_arn = "{role.arn}"\n'
    carols.write(
        settings="[sessions.mfa]\n"
        f'[sessions.here]\n{table}region = "eu-west-1"\n'
        f'[sessions.there]\n{table}region = "us-east-1"\n'
    )
    outcome = run("login", "--all", "--token-code", phone.code())
    assert (outcome.exit_code, "waiting" in outcome.stderr) == (0, False), outcome
    assert (carols.profile("here"), carols.profile("there")) == (
        {"region": "eu-west-1"}, {"region": "us-east-1"},
    )  # fmt: skip
    assert {"mfa", "here", "there"} <= {line["name"] for line in list_sessions(run)}


def list_sessions(run: Run) -> list[dict[str, str]]:
    """Return the sessions that `status` lists."""
    return list(json.loads(run("status", "--json").stdout)["sessions"])


def test_each_identity_is_asked_for_one_code(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    dave = aws.create_user("dave", policies=[ALLOW_ALL])
    other = aws.create_device(dave, name="daves-phone")
    hers, his = make_roles(aws, carol, 5), make_roles(aws, dave, 5, first=5)
    carols.write(
        carols.credentials.read_text() + long_term(dave, "dave"),
        settings=f'[sessions.mfa]\nsource_profile = "default"\nmfa_serial = "{phone.serial}"\n'
        f'code_command = ["echo", "{phone.code()}"]\n[sessions.dave-mfa]\n'
        f'source_profile = "dave"\nmfa_serial = "{other.serial}"\n'
        f'code_command = ["echo", "{other.code()}"]\n'
        + make_tables(hers)
        + make_tables(his, via="dave-mfa"),
    )
    outcome = run("login", "--all", "--no-input")
    assert outcome.exit_code == 0, outcome
    callers = {call.caller_arn for call in aws.calls.of("GetSessionToken")}
    assert callers == {carol.arn, dave.arn}
    assert (aws.count("GetSessionToken"), aws.count("AssumeRole")) == (2, 10)


def test_a_role_via_a_role_is_assumed_after_it(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    (first,) = make_roles(aws, carol, 1)
    first.inline_policies["all"] = ALLOW_ALL
    trust = {"Effect": "Allow", "Principal": {"AWS": first.arn}, "Action": "sts:AssumeRole"}
    second = aws.create_role("second", trust={"Version": "2012-10-17", "Statement": [trust]})
    carols.write(
        settings=f'[sessions.second]\nvia = "first"\nrole_arn = "{second.arn}"\n'
        f'[sessions.first]\nvia = "mfa"\nrole_arn = "{first.arn}"\n'
    )
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert [call.parameters["RoleArn"] for call in aws.calls.of("AssumeRole")] == [
        first.arn, second.arn,
    ]  # fmt: skip
    assert carols.section("second") is not None


def test_a_role_for_over_an_hour_needs_its_own_code(
    run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = aws.create_role("long", trust=document, max_session_seconds=43200)
    carols.write(
        settings=f'[sessions.long]\nsource_profile = "default"\nmfa_serial = "{phone.serial}"\n'
        f'role_arn = "{role.arn}"\nduration = "4h"\n'
    )
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    (call,) = aws.calls
    assert (call.operation, call.parameters["SerialNumber"]) == ("AssumeRole", phone.serial)


# Refused before a code is asked


@pytest.mark.parametrize("jobs", ["0", "999", "x", "-1", ""])
def test_an_invalid_number_of_jobs_is_wrong_usage(
    run: Run, aws: FullSandbox, roles: list[Role], jobs: str
) -> None:
    del roles
    outcome = run("login", "--all", f"--jobs={jobs}", "--token-code", "123456")
    assert (outcome.exit_code, len(aws.calls)) == (2, 0)
    assert "is not a number from 1 to 64" in outcome.stderr


@pytest.mark.parametrize(
    "argv",
    [
        ("--all", "--profile", "mfa"),
        ("--all", "--write-to", "x"),
        ("--all", "--role-arn", "arn:aws:iam::123456789012:role/x"),
        ("--jobs", "4"),
    ],
)
def test_all_excludes_options_for_one_session(
    run: Run, aws: FullSandbox, roles: list[Role], argv: tuple[str, ...]
) -> None:
    del roles
    outcome = run("login", *argv, "--token-code", "123456", "--json")
    assert (outcome.exit_code, len(aws.calls)) == (2, 0)
    assert json.loads(outcome.stdout)["error"]["code"] == "all-or-one"


@pytest.mark.parametrize("text", [None, "", '[defaults]\nregion = "eu-west-1"\n'])
def test_without_sessions_the_hint_says_what_to_write(
    run: Run, carols: AwsFiles, text: str | None
) -> None:
    carols.write(settings=text)
    outcome = run("login", "--all")
    assert outcome.exit_code == 3
    assert f"{carols.settings} describes no session" in outcome.stderr
    hint = outcome.stderr.partition("then give each role a table ")[2].strip()
    assert hint == '[sessions.NAME] there, with via = "mfa" and role_arn = "ARN"'


def test_two_sessions_for_one_profile_are_refused_before_a_code(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    twice = f'[sessions.again]\nvia = "mfa"\nrole_arn = "{roles[3].arn}"\nwrite_to = "role-7"\n'
    carols.write(settings=carols.settings.read_text() + twice)
    before = carols.credentials.read_bytes()
    outcome = run("login", "--all", "--token-code", phone.code(), "--json")
    assert outcome.exit_code == 3
    error = json.loads(outcome.stdout)["error"]
    assert error["code"] == "duplicate-target"
    assert "'role-7' and 'again' are both written to profile 'role-7'" in error["message"]
    assert len(aws.calls) == 0
    assert carols.credentials.read_bytes() == before


def test_a_file_that_cannot_be_written_is_refused_before_a_code(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    del roles
    text = carols.credentials.read_text() + "[default]\nregion = x\n"
    carols.write(text)
    outcome = run("login", "--all", "--token-code", phone.code())
    assert (outcome.exit_code, len(aws.calls)) == (3, 0)
    assert carols.credentials.read_text() == text


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ('via = "mfa"\nrole_arn = "arn:aws:iam::123456789012:user/x"', "bad-role-arn"),
        ('via = "mfa"', "no-role"),
        ('via = "role-1"\nrole_arn = "R"\nduration = "2h"', "duration-out-of-range"),
        ('via = "mfa"\nrole_arn = "R"\nwrite_to = "default"', "protected-profile"),
    ],
)
def test_a_wrong_setting_of_one_session_stops_no_other(
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    roles: list[Role],
    lines: str,
    code: str,
) -> None:
    wrong = lines.replace('"R"', f'"{roles[0].arn}"')
    carols.write(settings=carols.settings.read_text() + f"[sessions.wrong]\n{wrong}\n")
    keys = carols.section("default")
    outcome = run("login", "--all", "--token-code", phone.code(), "--json")
    assert outcome.exit_code == 3, outcome
    answer = json.loads(outcome.stdout)
    assert [(error["name"], error["code"]) for error in answer["errors"]] == [("wrong", code)]
    assert len(answer["sessions"]) == MANY + 1
    assert aws.count("AssumeRole") == MANY
    assert carols.section("default") == keys


# Faults during the login


def test_each_refused_role_is_reported_and_stops_no_other(
    run: Run, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    for role in roles[::10]:
        role.trust = {"Version": "2012-10-17", "Statement": []}
    outcome = run("login", "--all", "--token-code", phone.code(), "--json")
    assert outcome.exit_code == 5, outcome
    answer = json.loads(outcome.stdout)
    refused = [role.name for role in roles[::10]]
    assert [error["name"] for error in answer["errors"]] == refused
    assert {error["code"] for error in answer["errors"]} == {"role-refused"}
    obtained = {session["name"] for session in answer["sessions"]}
    assert obtained == {"mfa", *(role.name for role in roles)} - set(refused)
    assert all(carols.section(name) for name in obtained)
    assert not any(carols.section(name) for name in refused)


@pytest.mark.parametrize(
    ("said", "side"),
    [
        ("because no identity-based policy allows the sts:AssumeRole action", "your own policies"),
        ("with an explicit deny in an identity-based policy", "your own policies"),
        ("because no resource-based policy allows the sts:AssumeRole action", "its trust policy"),
        ("with an explicit deny in a resource-based policy", "its trust policy"),
    ],
)
def test_an_error_names_the_side_that_refused_if_aws_does(
    run: Run, aws: FullSandbox, phone: Device, roles: list[Role], said: str, side: str
) -> None:
    assert roles
    message = f"User: x is not authorized to perform: sts:AssumeRole on resource: y {said}"
    aws.fail("AssumeRole", code="AccessDenied", status=403, message=message)
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 5
    (error,) = (line for line in outcome.stderr.splitlines() if "error:" in line)
    assert side in error


def test_throttling_slows_login_down_and_fails_nothing(
    run: Run, aws: FullSandbox, phone: Device, roles: list[Role]
) -> None:
    aws.fail("AssumeRole", times=5)
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert aws.count("AssumeRole") == MANY + 5
    assert len(roles) == MANY


def test_a_portals_page_among_the_answers_is_no_session(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    aws.answer("AssumeRole", 200, "<html>please sign in</html>", times=4)
    outcome = run("login", "--all", "--token-code", phone.code(), "--json")
    assert outcome.exit_code == 6, outcome
    answer = json.loads(outcome.stdout)
    assert [error["code"] for error in answer["errors"]] == ["not-aws"] * 4
    assert sum(carols.section(role.name) is not None for role in roles) == MANY - 4


@pytest.mark.slow
def test_a_role_that_is_too_slow_is_reported_and_stops_no_other(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    aws.slow("AssumeRole", 30, times=2)
    outcome = run("login", "--all", "--token-code", phone.code(), "--json")
    errors = json.loads(outcome.stdout)["errors"]
    obtained = [role.name for role in roles if carols.section(role.name) is not None]
    assert {error["code"] for error in errors} <= {"network"}
    assert len(obtained) + len(errors) == MANY
    assert len(errors) <= 2


def test_a_session_that_expires_meanwhile_is_reported_without_a_second_code(
    run: Run, aws: FullSandbox, phone: Device, roles: list[Role]
) -> None:
    assert roles
    aws.fail("AssumeRole", times=3, code="ExpiredToken", status=403, message="expired")
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 4
    assert "session 'mfa', from which the role is assumed, has expired" in outcome.stderr
    assert "`mfa-session login --profile mfa --force`" in outcome.stderr
    assert aws.count("GetSessionToken") == 1


def test_roles_of_a_failed_session_are_not_tried(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    wrong = f"{(int(phone.code()) + 1) % 1000000:06}"
    before = carols.credentials.read_bytes()
    outcome = run("login", "--all", "--token-code", wrong)
    assert outcome.exit_code == 4
    assert f"error: mfa: AWS rejected the code for {phone.serial}" in outcome.stderr
    first = ", ".join(role.name for role in roles[:5])
    assert f"error: {first} and {MANY - 5} more: there is no session 'mfa': " in outcome.stderr
    assert [call.operation for call in aws.calls] == ["GetSessionToken"]
    assert carols.credentials.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit(2)")
def test_sessions_that_cannot_be_written_are_kept_for_the_next_login(
    start: Start, run: Run, aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device
) -> None:
    import resource

    roles = make_roles(aws, carol, 4)
    carols.write(
        carols.credentials.read_text() + "# a long comment\n" * 1000, settings=make_tables(roles)
    )
    assert run("login", "--token-code", phone.code()).exit_code == 0
    with Held(aws, "AssumeRole") as held:
        process = start("login", "--all")
        held.wait_for_call()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (8192, 8192))
        held.release()
        outcome = processes.finish_process(process)
    assert outcome.exit_code == 3
    assert "file too large; the sessions are kept in " in outcome.stderr
    aws.calls.clear()
    assert run("login", "--all", "--no-input").exit_code == 0
    assert len(aws.calls) == 0
    assert all(carols.section(role.name) for role in roles)


def test_sessions_kept_aside_are_written_by_the_next_login_all(
    run: Run, aws: FullSandbox, home: Path, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    assert run("login", "--all", "--token-code", phone.code()).exit_code == 0
    whole = carols.credentials.read_text()
    kept, section = whole.split("[role-19]\n")
    state = home / ".local" / "state" / "mfa-session" / "session-0123456789abcdef-1"
    state.write_text("[role-19]\n" + section)
    state.chmod(0o600)
    carols.write(kept)
    aws.calls.clear()
    assert run("login", "--all", "--no-input").exit_code == 0
    assert len(aws.calls) == 0
    assert carols.section("role-19") is not None
    assert not state.exists()
    assert roles[19].name == "role-19"


@pytest.fixture
def memory(home: Path) -> dict[tuple[str, str], str]:
    """Give this process a keyring in memory, and return its items."""
    del home  # the fixture restores the environment
    from fakes import odd_keyrings  # imports keyring

    os.environ["PYTHON_KEYRING_BACKEND"] = "fakes.odd_keyrings.SmallKeyring"
    odd_keyrings.MemoryKeyring.items.clear()
    return odd_keyrings.MemoryKeyring.items


def test_sessions_for_the_keyring_are_in_no_file(
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    roles: list[Role],
    memory: dict[tuple[str, str], str],
) -> None:
    carols.write(settings=carols.settings.read_text() + '[defaults]\nstore = "keyring"\n')
    before = carols.credentials.read_bytes()
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert carols.credentials.read_bytes() == before
    assert len(memory) >= MANY + 1
    state = carols.credentials.parent.parent / ".local" / "state" / "mfa-session"
    assert list(state.glob("session-*")) == []
    aws.calls.clear()
    assert run("login", "--all", "--no-input").exit_code == 0
    assert len(aws.calls) == 0
    env = run("env", "--profile", roles[3].name, "--shell", "json", "--no-input")
    assert json.loads(env.stdout)["AWS_ACCESS_KEY_ID"].startswith("ASIA")


def test_sessions_move_to_the_keyring_without_a_call(
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    roles: list[Role],
    memory: dict[tuple[str, str], str],
) -> None:
    assert run("login", "--all", "--token-code", phone.code()).exit_code == 0
    carols.write(settings=carols.settings.read_text() + '[defaults]\nstore = "keyring"\n')
    aws.calls.clear()
    outcome = run("login", "--all", "--no-input", "--json")
    assert outcome.exit_code == 0, outcome
    assert len(aws.calls) == 0
    assert all(session["reused"] for session in json.loads(outcome.stdout)["sessions"])
    assert [role.name for role in roles if carols.section(role.name)] == []
    assert len(memory) >= MANY + 1


# Interruptions and concurrent runs


@pytest.mark.skipif(os.name == "nt", reason="terminals and signals of POSIX")
def test_ctrl_c_keeps_the_sessions_that_aws_gave(
    terminal: Terminal,
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    roles: list[Role],
) -> None:
    assert run("login", "--token-code", phone.code()).exit_code == 0
    aws.slow("AssumeRole", 0.1)
    child = terminal("login", "--all", "--jobs", "2")
    child.expect(f"6/{MANY} roles, 0 failed")
    child.sendintr()
    child.expect(r"interrupted; (\d+) role sessions that AWS had given are written")
    written = int(child.match.group(1))
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert 6 <= written < MANY
    assert sum(carols.section(role.name) is not None for role in roles) == written
    assert aws.count("AssumeRole") == written


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_termination_keeps_the_sessions_that_aws_gave(
    start: Start, run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    assert run("login", "--token-code", phone.code()).exit_code == 0
    aws.slow("AssumeRole", 0.1)
    process = start("login", "--all", "--jobs", "2")
    until(lambda: aws.count("AssumeRole") >= 4, "four answers")
    process.send_signal(signal.SIGTERM)
    assert processes.finish_process(process).exit_code == 128 + signal.SIGTERM
    written = sum(carols.section(role.name) is not None for role in roles)
    assert 4 <= written < MANY


KILLS = 30


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(n, marks=() if n in {0, 14, 29} else pytest.mark.slow) for n in range(KILLS)
    ],
)  # fmt: skip
def test_a_kill_leaves_the_file_whole_and_needs_no_second_code(
    start: Start,
    run: Run,
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    roles: list[Role],
    moment: int,
) -> None:
    before = carols.credentials.read_text()
    aws.slow("AssumeRole", 0.05)
    process = start("login", "--all", "--jobs", "4", "--token-code", phone.code())
    calls = 1 + moment * (MANY + 1) // KILLS
    until(lambda: len(aws.calls) >= calls, f"{calls} calls")
    process.kill()
    processes.finish_process(process)
    assert carols.credentials.read_text().startswith(before)
    outcome = run("login", "--all", "--no-input")
    code_was_lost = carols.section("mfa") is None
    assert outcome.exit_code == (4 if code_was_lost else 0), outcome
    assert aws.count("GetSessionToken") == 1
    if not code_was_lost:
        assert all(carols.section(role.name) for role in roles)
        # Only calls without an answer are repeated.
        assert aws.count("AssumeRole") <= MANY + 4
    assert [path.name for path in carols.credentials.parent.iterdir()].count("credentials") == 1


PROCESSES = 12


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_many_logins_at_once_ask_once_and_assume_each_role_once(
    start: Start, aws: FullSandbox, phone: Device, roles: list[Role]
) -> None:
    started = [
        start("login", "--all", "--token-code", phone.code(), "--json") for _ in range(PROCESSES)
    ]
    outcomes = [processes.finish_process(process) for process in started]
    assert [outcome.exit_code for outcome in outcomes] == [0] * PROCESSES, outcomes
    assert aws.count("GetSessionToken") == 1
    arns = [call.parameters["RoleArn"] for call in aws.calls.of("AssumeRole")]
    assert sorted(arns) == sorted(role.arn for role in roles)
    sessions = [json.loads(outcome.stdout)["sessions"] for outcome in outcomes]
    assert {len(each) for each in sessions} == {MANY + 1}


# Other programs


def test_boto3_reads_the_sessions(
    run: Run, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    assert run("login", "--all", "--token-code", phone.code()).exit_code == 0
    assert carols.credentials.exists()
    for role in roles[::10]:
        sts = boto3.Session(profile_name=role.name).client("sts")
        assert sts.get_caller_identity()["Account"] == ROLE_ACCOUNT


def test_the_aws_cli_reads_the_sessions(
    run: Run, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    assert run("login", "--all", "--token-code", phone.code()).exit_code == 0
    assert carols.credentials.exists()
    outcome = processes.run_process(
        ["aws", "--profile", roles[7].name, "sts", "get-caller-identity"]
    )
    assert json.loads(outcome.stdout)["Arn"].startswith(
        f"arn:aws:sts::{ROLE_ACCOUNT}:assumed-role/role-7"
    )


def test_the_sdk_for_javascript_reads_the_sessions(
    run: Run, carols: AwsFiles, phone: Device, roles: list[Role]
) -> None:
    assert run("login", "--all", "--token-code", phone.code()).exit_code == 0
    assert carols.credentials.exists()
    for profile, arn in {
        "mfa": "arn:aws:iam::123456789012:user/carol",
        roles[7].name: f"arn:aws:sts::{ROLE_ACCOUNT}:assumed-role/role-7/",
    }.items():
        answer = processes.ask_javascript(profile)
        assert answer.stdout.startswith(arn), answer


def test_many_roles_do_not_run_a_credential_process_more_often(
    run: Run, aws: FullSandbox, carol: User, files: AwsFiles, phone: Device, home: Path
) -> None:
    keys = {"Version": 1, "AccessKeyId": carol.access_key_id,
            "SecretAccessKey": carol.secret_access_key}  # fmt: skip
    script = home / "keys"
    script.write_text(f"#!/bin/sh\necho >> {home}/runs\necho '{json.dumps(keys)}'\n")
    script.chmod(0o700)
    roles = make_roles(aws, carol, 6)
    files.write(
        "",
        config=f"[profile vault]\ncredential_process = {script}\nregion = eu-west-1\n",
        settings=f'[sessions.mfa]\nsource_profile = "vault"\nmfa_serial = "{phone.serial}"\n'
        + make_tables(roles),
    )
    outcome = run("login", "--all", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert all(files.section(role.name) for role in roles)
    assert len((home / "runs").read_text()) <= 3
