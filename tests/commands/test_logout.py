"""`logout` removes what login wrote, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from places import managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from places import AwsFiles
    from sandboxed import LogIn

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
FOREIGN = "[theirs]\naws_access_key_id = ASIAOTHER\naws_secret_access_key = x\n"


def test_after_login_and_logout_the_file_is_as_before(
    log_in: LogIn, run: Run, aws: FullSandbox, carols: AwsFiles
) -> None:
    before = carols.credentials.read_bytes()
    log_in()
    aws.calls.clear()
    outcome = run("logout")
    assert outcome == (0, "", "removed the session from profile 'mfa'\n")
    assert carols.credentials.read_bytes() == before
    assert len(aws.calls) == 0


@pytest.mark.parametrize("ending", ["\n", "\n\n\n", "\r\n"])
def test_blank_lines_at_the_end_of_both_files_stay(
    log_in: LogIn, run: Run, carols: AwsFiles, ending: str
) -> None:
    paths = (carols.credentials, carols.config)
    carols.write(config="[default]\nregion = eu-west-1\n")
    for path in paths:
        path.write_bytes(path.read_bytes() + ending.encode())
    before = [path.read_bytes() for path in paths]
    log_in()
    after_login = [path.read_bytes() for path in paths]
    assert run("logout").exit_code == 0
    assert [path.read_bytes() for path in paths] == before
    for path, data in zip(paths, after_login, strict=True):  # and those added to a session's end
        path.write_bytes(data + ending.encode())
    assert run("logout").exit_code == 0
    assert [path.read_bytes() for path in paths] == [data + ending.encode() for data in before]


def test_a_section_is_removed_with_its_own_comments_only(run: Run, files: AwsFiles) -> None:
    own_section = (
        managed().replace("[mfa]\n", "[mfa]\n# inside\n") + "; at the end\n\n# above theirs\n"
    )
    files.write(KEYS + "\n" + own_section + FOREIGN)
    assert run("logout").exit_code == 0
    assert files.credentials.read_text() == KEYS + "\n# above theirs\n" + FOREIGN


def test_other_keys_of_the_section_stay(run: Run, files: AwsFiles) -> None:
    other_lines = "region = eu-west-1\ns3 =\n  max_queue_size = 9\n"
    files.write(KEYS + managed() + other_lines + FOREIGN, config="[profile mfa]\nregion = x\n")
    assert run("logout").exit_code == 0
    assert files.credentials.read_text() == f"{KEYS}[mfa]\n{other_lines}{FOREIGN}"
    assert files.config.read_text() == "[profile mfa]\nregion = x\n"


def test_all_removes_every_managed_session_and_no_other(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed("a") + FOREIGN + managed("b", seconds_left=-5))
    outcome = run("logout", "--all", "--json")
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout) == {"version": 1, "removed": ["a", "b"], "errors": []}
    assert files.credentials.read_text() == KEYS + FOREIGN


def test_all_says_that_the_aws_clis_cache_stays(run: Run, files: AwsFiles) -> None:
    cache = files.credentials.parent / "cli" / "cache"
    for text in (None, "{}"):
        files.write(KEYS + managed())
        if text:
            cache.mkdir(parents=True)
            (cache / "x.json").write_text(text)
        assert (str(cache) in run("logout", "--all").stderr) == bool(text)


def test_all_without_a_session_succeeds(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + FOREIGN)
    outcome = run("logout", "--all", "--json")
    assert (outcome.exit_code, json.loads(outcome.stdout)["removed"]) == (0, [])
    assert run("logout", "--all", env={"AWS_SHARED_CREDENTIALS_FILE": "/nowhere/x"}).exit_code == 0


@pytest.mark.parametrize(
    ("argv", "code", "name"),
    [
        (["--profile", "theirs"], "foreign-session", "'theirs'"),
        ([], "no-session", "'mfa'"),
        (["--profile", "default"], "no-session", "'default'"),
        (["--profile", "nowhere"], "no-such-profile", "'nowhere'"),
    ],
)
def test_a_profile_without_a_session_of_mfa_session_is_refused(
    run: Run, files: AwsFiles, argv: list[str], code: str, name: str
) -> None:
    files.write(KEYS + FOREIGN)
    before = files.credentials.read_bytes()
    outcome = run("logout", *argv, "--json")
    assert outcome.exit_code == 3
    error = json.loads(outcome.stdout)["error"]
    assert error["code"] == code
    assert name in error["message"]
    assert files.credentials.read_bytes() == before


def test_one_failure_does_not_stop_the_other_removals(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed("a") + FOREIGN + managed("b"))
    argv = ["logout", "--profile", "a", "--profile", "theirs", "--profile", "b", "--profile", "a"]
    outcome = run(*argv, "--json")
    assert outcome.exit_code == 3
    answer = json.loads(outcome.stdout)
    assert answer["removed"] == ["a", "b"]
    assert [(error["name"], error["code"]) for error in answer["errors"]] == [
        ("theirs", "foreign-session")
    ]
    assert files.credentials.read_text() == KEYS + FOREIGN


def test_the_name_of_the_session_is_enough(run: Run, files: AwsFiles) -> None:
    files.write(KEYS + managed("elsewhere", mfa_session_name="work"))
    assert run("logout", "--profile", "work").exit_code == 0
    assert files.credentials.read_text() == KEYS


def test_without_a_name_the_configured_default_session_is_removed(
    run: Run, files: AwsFiles
) -> None:
    files.write(managed("a") + managed("mfa"), settings='[defaults]\nprofile = "a"\n')
    assert run("logout").exit_code == 0
    assert files.section("a") is None
    assert files.section("mfa") is not None


def test_long_term_keys_in_place_of_a_session_stay(run: Run, files: AwsFiles) -> None:
    """`aws configure --profile mfa` after a login leaves `manager` beside long-term keys."""
    files.write(managed(aws_access_key_id="AKIAPRECIOUSPRECIOUS"))
    before = files.credentials.read_bytes()
    assert run("logout", "--all").exit_code == 0
    assert run("logout").exit_code == 3
    assert files.credentials.read_bytes() == before


@pytest.mark.parametrize("command", ["login --no-input", "logout", "logout --all"])
def test_copies_left_by_a_kill_are_removed_by_the_next_command_that_writes(
    carols: AwsFiles, run: Run, command: str
) -> None:
    carols.write(carols.credentials.read_text() + managed(), config="[default]\n")
    for path in (carols.credentials, carols.config):
        path.with_name(f".{path.name}.mfa-session-0123456789abcdef").write_text("[default]\n")
    run(*command.split())
    left = [path.name for path in carols.credentials.parent.iterdir()]
    assert sorted(left) == ["config", "credentials"]
