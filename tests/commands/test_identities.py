"""A session belongs to the identity that the profile, the options or the variables name."""

from __future__ import annotations

import json
import re
import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mfa_session.sandbox.sandbox import ALLOW_ALL
from places import long_term

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles


DELETE = ("aws", "ec2", "terminate-instances", "--instance-ids", "i-0123456789abcdef0")

BOOKS = "arn:aws:iam::444455556666:role/books"
ANY_KEYS = "aws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"


class TwoUsers(NamedTuple):
    """Erin in `default`, carol in `work`; each has a device."""

    erin: User
    carol: User
    erins_phone: Device
    carols_phone: Device

    def in_environment(self, user: User) -> dict[str, str]:
        """Return the variables that hold a user's long-term keys."""
        return {
            "AWS_ACCESS_KEY_ID": user.access_key_id,
            "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
        }


@pytest.fixture
def users(aws: FullSandbox, files: AwsFiles) -> TwoUsers:
    """Make both users and their profiles."""
    erin, carol = (
        aws.create_user("erin", policies=[ALLOW_ALL]),
        aws.create_user("carol", account="444455556666", policies=[ALLOW_ALL]),
    )
    files.write(long_term(erin) + long_term(carol, "work"))
    return TwoUsers(erin, carol, aws.create_device(erin), aws.create_device(carol))


def source_of(files: AwsFiles, profile: str) -> str | None:
    return (files.section(profile) or {}).get("mfa_session_source_profile")


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
@pytest.mark.parametrize(
    "erin_first", [True, False], ids=["erin logged in before", "nobody logged in before"]
)
def test_a_profile_of_another_identity_gets_its_own_session(
    run: Run, files: AwsFiles, users: TwoUsers, variable: str, erin_first: bool
) -> None:
    if erin_first:
        assert run("login", "--token-code", users.erins_phone.code()).exit_code == 0
    env = {variable: "work"}
    outcome = run("login", "--token-code", users.carols_phone.code(), env=env)
    assert outcome.exit_code == 0, outcome
    assert "MFA session of profile 'work' in account 444455556666" in outcome.stderr
    assert source_of(files, "work-mfa") == "work"
    assert source_of(files, "mfa") == ("default" if erin_first else None)
    assert "kept" in run("login", env=env).stderr
    assert run("status", "--check", env=env).exit_code == 0


def test_the_default_identity_never_takes_another_identitys_session(
    run: Run, files: AwsFiles, users: TwoUsers
) -> None:
    code = users.carols_phone.code()
    assert run("login", "--source-profile", "work", "--token-code", code).exit_code == 0
    assert source_of(files, "mfa") == "work"
    env = {"AWS_PROFILE": "default"}
    assert run("login", "--token-code", users.erins_phone.code(), env=env).exit_code == 0
    assert source_of(files, "default-mfa") == "default"


def test_keys_of_another_user_in_the_environment_get_their_own_session(
    run: Run, aws: FullSandbox, files: AwsFiles, users: TwoUsers
) -> None:
    assert run("login", "--token-code", users.erins_phone.code()).exit_code == 0
    env = users.in_environment(users.carol)
    outcome = run("login", "--token-code", users.carols_phone.code(), env=env)
    assert outcome.exit_code == 0, outcome
    assert "of the environment in account 444455556666" in outcome.stderr
    assert aws.calls[-1].access_key_id == users.carol.access_key_id
    assert source_of(files, "mfa") == "default"


def test_a_session_in_the_environment_is_not_an_identity(run: Run, users: TwoUsers) -> None:
    assert run("login", "--token-code", users.erins_phone.code()).exit_code == 0
    session_keys = {
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLEEXAMPLE12",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SESSION_TOKEN": "t",
    }
    assert "kept" in run("login", env=session_keys).stderr


@pytest.mark.parametrize("command", [["login"], ["exec", "--", "true"], ["status", "--check"]])
def test_a_variable_with_an_unknown_profile_is_named_in_the_error(
    run: Run, files: AwsFiles, users: TwoUsers, command: list[str]
) -> None:
    del users
    before = files.credentials.read_bytes()
    outcome = run(*command, env={"AWS_PROFILE": "wrok"})
    assert outcome.exit_code == 3
    assert "AWS_PROFILE names the profile 'wrok'" in outcome.stderr
    assert "'work'" in outcome.stderr
    assert files.credentials.read_bytes() == before


def test_the_only_key_needs_no_name(run: Run, aws: FullSandbox, files: AwsFiles) -> None:
    carol = aws.create_user("carol", policies=[ALLOW_ALL])
    files.write(long_term(carol, "carol"))
    outcome = run("login", "--token-code", aws.create_device(carol).code())
    assert outcome.exit_code == 0, outcome
    assert "of profile 'carol'" in outcome.stderr


@pytest.mark.parametrize("variable", ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"])
def test_an_error_about_a_file_names_the_variable_with_its_path(run: Run, variable: str) -> None:
    outcome = run("login", env={variable: "/nowhere/file"})
    assert outcome.exit_code == 3
    assert f"/nowhere/file (from {variable})" in outcome.stderr
    assert f"correct or unset {variable}" in outcome.stderr


def test_several_keys_without_a_choice_are_listed(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    users = [aws.create_user("a"), aws.create_user("b")]
    files.write(long_term(users[0], "a") + long_term(users[1], "b"))
    outcome = run("login")
    assert outcome.exit_code == 3
    assert "several profiles hold long-term access keys: a, b" in outcome.stderr


def test_replacing_another_identitys_session_is_reported(
    run: Run, aws: FullSandbox, users: TwoUsers
) -> None:
    assert run("login", "--token-code", users.erins_phone.code()).exit_code == 0
    warning = run("login", "--source-profile", "work", "--no-input").stderr
    # AWS's clock runs on: a new second, and a whole twelve hours are left.
    assert re.search(
        r"warning: profile 'mfa' holds a session of profile 'default' with (12h|11h 59m) left, "
        "which this login replaces if it succeeds; to keep both: "
        "`mfa-session login --profile work-mfa --source-profile work`",
        warning,
    )
    aws.clock.advance(30)
    assert "replaces" not in run("login", "--force", "--no-input").stderr
    elsewhere = ["login", "--profile", "w", "--write-to", "mfa", "--source-profile", "default"]
    assert run(*elsewhere, "--token-code", users.erins_phone.code()).exit_code == 0
    warning = run(*elsewhere[:-1], "work", "--no-input").stderr
    assert "to keep both: `mfa-session login --profile work-mfa --source-profile work`" in warning


def test_keys_of_the_environment_can_keep_both_sessions(
    run: Run, aws: FullSandbox, users: TwoUsers
) -> None:
    argv = ["login", "--profile", "mfa", "--no-input", "--token-code"]
    env = users.in_environment(users.erin)
    run(*argv, users.erins_phone.code(), env=env)
    env = users.in_environment(users.carol)
    warned = run(*argv, users.carols_phone.code(), env=env).stderr
    assert "a session of another access key" in warned
    to_keep = "login --profile mfa --write-to mfa-mfa"
    assert f"to keep both: `mfa-session {to_keep}`" in warned
    aws.clock.advance(30)
    code = users.carols_phone.code()
    assert run(*to_keep.split(), "--token-code", code, env=env).exit_code == 0


def test_replacing_a_session_of_another_role_is_reported(
    run: Run, aws: FullSandbox, files: AwsFiles, users: TwoUsers
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": users.erin.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})
    assert run("login", "--token-code", users.erins_phone.code()).exit_code == 0
    argv = ["login", "--role-arn", role.arn]
    to_keep = f"login --profile books --role-arn {role.arn} --source-profile default"
    assert run(*shlex.split(to_keep)).exit_code == 0
    assert (files.section("books") or {})["mfa_session_role_arn"] == role.arn
    replacing = run(*argv).stderr
    assert "profile 'mfa' holds an MFA session with " in replacing
    assert (
        f"which this login replaces if it succeeds; to keep both: `mfa-session {to_keep}`"
        in replacing
    )
    assert "replaces" not in run(*argv, "--force").stderr
    back = run("login", "--no-input").stderr
    assert f"profile 'mfa' holds a session of {role.arn} with " in back
    to_keep = "login --profile default-mfa --source-profile default"
    assert f"to keep both: `mfa-session {to_keep}`" in back
    aws.clock.advance(30)
    code = users.erins_phone.code()
    assert run(*to_keep.split(), "--token-code", code).exit_code == 0


def test_a_hint_repeats_the_options(run: Run, users: TwoUsers) -> None:
    del users
    outcome = run("login", "--source-profile", "work", "--no-input")
    assert outcome.exit_code == 4
    assert "mfa-session login --profile mfa --source-profile work" in outcome.stderr
    outcome = run("login", "--duration", "3h", "--min-ttl", "90m", "--no-input")
    assert "`mfa-session login --profile mfa --duration 3h --min-ttl 1h30m`" in outcome.stderr


@pytest.mark.parametrize(
    ("argv", "env", "settings", "exit_code"),
    [
        (["--min-ttl", "13h"], {}, "", 2),
        ([], {"MFA_SESSION_MIN_TTL": "13h"}, "", 3),
        ([], {}, '[defaults]\nmin_ttl = "13h"\n', 3),
    ],
    ids=["option", "variable", "config.toml"],
)
def test_a_min_ttl_above_the_longest_session_is_refused(
    run: Run, files: AwsFiles, users: TwoUsers, argv: list[str], env: dict[str, str], settings: str,
    exit_code: int,
) -> None:  # fmt: skip
    del users
    files.write(settings=settings)
    outcome = run("login", *argv, env=env)
    assert outcome.exit_code == exit_code
    assert "a session of 12h can never have 13h left" in outcome.stderr


def test_a_role_via_an_absent_session_gets_both_with_one_code(
    run: Run, aws: FullSandbox, files: AwsFiles, users: TwoUsers
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": users.erin.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})
    files.write(config=f"[profile books]\nrole_arn = {role.arn}\nsource_profile = mfa\n")
    code = users.erins_phone.code()
    outcome = run("login", "--profile", "books", "--token-code", code)
    assert outcome.exit_code == 0, outcome
    assert source_of(files, "mfa") == "default"
    assert files.section("books-mfa") is not None


def test_a_role_whose_source_runs_credential_process_uses_that_session(
    run: Run, aws: FullSandbox, files: AwsFiles, users: TwoUsers
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": users.erin.arn}, "Action": "sts:AssumeRole"}
    role = aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})
    files.write(
        config="[profile auto]\ncredential_process = mfa-session credential-process\n"
        f"[profile books]\nrole_arn = {role.arn}\nsource_profile = auto\n"
    )
    code = users.erins_phone.code()
    outcome = run("login", "--profile", "books", "--token-code", code)
    assert outcome.exit_code == 0, outcome


def test_no_keys_are_written_to_a_profile_of_aws_login(
    run: Run, files: AwsFiles, users: TwoUsers
) -> None:
    sign_in = "arn:aws:sts::999999999999:assumed-role/Admin/bob@example.com"
    files.write(config=f"[profile console]\nlogin_session = {sign_in}\n")
    before = files.credentials.read_bytes()
    outcome = run("login", "--profile", "console", "--token-code", users.erins_phone.code())
    assert outcome.exit_code == 3
    assert "`aws login --profile console` renews it" in outcome.stderr
    assert files.credentials.read_bytes() == before
    for argv in (("status",), ("status", "--profile", "console")):
        status = run(*argv)
        assert status.stdout.splitlines()[1].split()[:5] == [
            "console", "console", "aws", "login", "999999999999",
        ]  # fmt: skip
        assert status.stderr == ""


def test_the_last_device_is_used_again(
    run: Run, aws: FullSandbox, files: AwsFiles, users: TwoUsers
) -> None:
    other = aws.create_device(users.erin, name="tablet")
    serial = ["--mfa-serial", other.serial]
    assert run("login", *serial, "--token-code", other.code()).exit_code == 0
    aws.clock.advance(30)
    outcome = run("login", "--force", "--token-code", other.code())
    assert outcome.exit_code == 0, outcome
    assert (files.section("mfa") or {})["mfa_session_mfa_serial"] == other.serial


ROLE_TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}
SHOW_SESSION = (
    "import os; print(*map(os.environ.get, ['MFA_SESSION_ACTIVE', 'AWS_ACCESS_KEY_ID', "
    "'AWS_REGION']))"
)


@pytest.fixture
def roles(run: Run, aws: FullSandbox, files: AwsFiles, users: TwoUsers) -> str:
    """Give erin the role profile books, carol wrole; log erin in; return books' ARN."""
    arns = []
    for user, name in ((users.erin, "books"), (users.carol, "wrole")):
        trust = {**ROLE_TRUST, "Principal": {"AWS": user.arn}}
        role = aws.create_role(name, trust={"Version": "2012-10-17", "Statement": [trust]})
        arns.append(role.arn)
    files.write(
        config=f"[default]\nregion = eu-west-1\n"
        f"[profile books]\nrole_arn = {arns[0]}\nsource_profile = default\nregion = us-west-2\n"
        f"[profile wrole]\nrole_arn = {arns[1]}\nsource_profile = work\n"
        "[profile sso]\nsso_session = corp\nsso_account_id = 444455556666\n"
        "[profile ssorole]\nrole_arn = arn:aws:iam::444455556666:role/x\nsource_profile = sso\n"
    )
    assert run("login", "--token-code", users.erins_phone.code()).exit_code == 0
    return arns[0]


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_what_runs_by_a_profile_with_a_role_gets_the_role(
    run: Run, files: AwsFiles, roles: str, variable: str
) -> None:
    env = {variable: "books"}
    outcome = run("exec", "--", sys.executable, "-c", SHOW_SESSION, env=env)
    assert outcome.exit_code == 0, outcome
    section = files.section("books-mfa") or {}
    assert section["mfa_session_role_arn"] == roles
    assert outcome.stdout == f"books {section['aws_access_key_id']} us-west-2\n"
    assert outcome.stderr == f"{variable} is 'books': session 'books' is used\n"
    shown = run("env", "--shell", "json", env=env)
    assert json.loads(shown.stdout)["AWS_ACCESS_KEY_ID"] == section["aws_access_key_id"]
    given = run("credential-process", env=env)
    assert json.loads(given.stdout)["AccessKeyId"] == section["aws_access_key_id"]
    guarded = run("guard", "--dry-run", "--json", "--", *DELETE, env=env)
    assert json.loads(guarded.stdout)["session"] == "books-mfa"


def test_the_console_opens_as_the_role_of_the_profile(
    run: Run, files: AwsFiles, roles: str
) -> None:
    outcome = run("console", "--print", env={"AWS_PROFILE": "books"})
    assert outcome.exit_code == 0, outcome
    assert "Action=login" in outcome.stdout
    assert (files.section("books-mfa") or {})["mfa_session_role_arn"] == roles


@pytest.mark.usefixtures("roles")
def test_another_identitys_role_is_not_had_from_the_default_session(
    run: Run, files: AwsFiles, users: TwoUsers
) -> None:
    env = {"AWS_PROFILE": "wrole"}
    outcome = run("exec", "--no-input", "--", "true", env=env)
    assert outcome.exit_code == 4
    code = users.carols_phone.code()
    outcome = run("exec", "--token-code", code, "--", "true", env=env)
    assert outcome.exit_code == 0, outcome
    assert source_of(files, "wrole-mfa") == "work"


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("profile", ["sso", "ssorole"])
def test_a_profile_that_no_session_can_stand_for_is_told(run: Run, profile: str) -> None:
    argv = ("exec", "--", sys.executable, "-c", SHOW_SESSION)
    outcome = run(*argv, env={"AWS_PROFILE": profile})
    assert outcome.stdout.startswith("mfa ASIA")
    assert f"warning: AWS_PROFILE is {profile!r}, but session 'mfa' is used: " in outcome.stderr
    assert "profile 'sso' gets temporary keys" in outcome.stderr
    login = run("login", env={"AWS_PROFILE": profile})
    assert f"warning: AWS_PROFILE is {profile!r}, but session 'mfa' is used: " in login.stderr
    assert run(*argv).stderr == run(*argv, env={"AWS_PROFILE": "default"}).stderr == ""


@pytest.mark.usefixtures("roles")
def test_settings_that_lead_to_another_role_are_refused_as_by_the_guard(
    run: Run, files: AwsFiles
) -> None:
    files.write(settings='[sessions.books]\nrole_arn = "arn:aws:iam::444455556666:role/other"\n')
    argv = (("exec", "--", "true"), ("guard", "--", *DELETE))
    outcomes = [run(*words, env={"AWS_PROFILE": "books"}) for words in argv]
    assert [outcome.exit_code for outcome in outcomes] == [3, 3]
    assert outcomes[0].stderr == outcomes[1].stderr
    assert "now lead to another key or role" in outcomes[0].stderr


@pytest.mark.usefixtures("roles")
def test_login_with_a_role_in_the_variable_renews_the_session_behind_it(
    run: Run, files: AwsFiles
) -> None:
    env = {"AWS_PROFILE": "books"}
    assert "kept, " in run("login", env=env).stderr
    assert run("status", "--check", env=env).exit_code == 0
    assert files.section("books-mfa") is None


@pytest.mark.usefixtures("roles")
def test_a_process_without_a_name_gives_the_default_session_to_a_role(
    run: Run, files: AwsFiles
) -> None:
    """With AWS_PROFILE=books, an SDK runs the process of books' source profile."""
    process = "credential_process = mfa-session credential-process\n"
    text = files.config.read_text().replace("= default", "= auto", 1)
    files.write(config=f"{text}[profile auto]\n{process}")
    env = {"AWS_PROFILE": "books"}
    given = json.loads(run("credential-process", env=env).stdout)
    assert given["AccessKeyId"] == (files.section("mfa") or {})["aws_access_key_id"]
    shown = run("exec", "--", sys.executable, "-c", SHOW_SESSION, env=env)
    assert shown.stdout.startswith("books "), shown


def test_a_device_of_another_account_is_refused_before_a_code(
    run: Run, aws: FullSandbox, files: AwsFiles, users: TwoUsers
) -> None:
    code = users.erins_phone.code()
    assert run("login", "--token-code", code).exit_code == 0
    files.write(config=f"[profile d]\nsource_profile = default\nrole_arn = {BOOKS}\n")
    others = users.carols_phone.serial
    calls = len(aws.calls)
    outcome = run("login", "--profile", "d", "--mfa-serial", others, "--token-code", "123456")
    assert outcome.exit_code == 3
    assert f"{others} is a device of account 444455556666, but the key AKIA" in outcome.stderr
    assert " is of account 123456789012\n" in outcome.stderr
    assert len(aws.calls) == calls


def test_no_other_users_key_is_proposed_in_place_of_sso(run: Run, files: AwsFiles) -> None:
    files.write(
        "".join(f"[{name}]\n{ANY_KEYS}" for name in ("default", "work")),
        config="[profile sso]\nsso_session = corp\n",
    )
    for argv in (("login", "--profile", "sso"), ("keys", "import", "--profile", "sso")):
        option = "--profile" if argv[0] == "keys" else "--source-profile"
        hint = f"(AKIA…) with {option}: default or work\n"
        assert run(*argv).stderr.endswith(hint)
