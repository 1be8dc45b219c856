"""Each command's help begins with an example, and works without any configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import mfa_session
from mfa_session.cli.spec.commands import COMMON, all_commands

if TYPE_CHECKING:
    from conftest import Run
    from mfa_session.cli.spec.commands import Command


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: str(command.name))
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_shows_examples_usage_and_every_option(run: Run, command: Command, flag: str) -> None:
    outcome = run(*command.words, flag)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    examples, _, rest = outcome.stdout.partition("\n\n")
    lines = examples.removeprefix("Example: ").split("\n")
    assert [line.strip() for line in lines] == list(command.examples)
    assert all(f"mfa-session {command.name}" in example for example in command.examples)
    assert rest.startswith(f"Usage: mfa-session {command.name}")
    for option in (*command.options, *COMMON):
        for option_flag in option.flags:
            assert option_flag in outcome.stdout


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]], ids=["no words", "--help", "-h"])
def test_help_without_a_command_lists_all_commands(run: Run, argv: list[str]) -> None:
    outcome = run(*argv)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("Example: mfa-session login --profile mfa\n")
    for command in all_commands():
        assert f"  {command.name} " in outcome.stdout
        assert command.summary in outcome.stdout


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version_prints_the_name_and_the_version(run: Run, flag: str) -> None:
    assert run(flag) == (0, f"mfa-session {mfa_session.__version__}\n", "")


@pytest.mark.parametrize("words", [["login"], ["device", "enroll"], ["device"], [], ["help"]])
def test_help_followed_by_words_is_the_help_of_those_words(run: Run, words: list[str]) -> None:
    meant = [] if words == ["help"] else words
    assert run("help", *words) == run(*meant, "--help")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["logn"], "'login'"),
        (["enroll"], "'device enroll'"),
        (["enrol"], "'device enroll'"),
        (["remove"], "'totp remove' or 'device remove'"),
        (["lint"], "'policy lint'"),
        (["device", "enrol"], "'device enroll'"),
        (["help", "enroll"], "'device enroll'"),
    ],
)
def test_a_wrong_word_suggests_the_command(run: Run, words: list[str], meant: str) -> None:
    outcome = run(*words)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr.endswith(f"; did you mean {meant}?\n")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["login", "--profil", "x"], "--profile"),
        (["login", "--role", "x"], "--role-arn"),
        (["exec", "--regio", "x"], "--region"),
        (["status", "--jsn"], "--json"),
        (["login", "--serial", "x"], "--mfa-serial"),
    ],
)
def test_a_wrong_option_names_the_nearest_real_one(run: Run, words: list[str], meant: str) -> None:
    outcome = run(*words)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert meant in outcome.stderr


def test_commands_that_report_have_json(run: Run) -> None:
    for name in ("login", "status", "logout"):
        assert "--json" in run(name, "--help").stdout


def test_help_works_with_broken_settings(run: Run) -> None:
    env = {"MFA_SESSION_CONFIG": "/nowhere", "AWS_CONFIG_FILE": "/", "HOME": None}
    assert run("login", "--help", env=env).exit_code == 0


def test_output_to_a_pipe_has_no_colour(run: Run) -> None:
    assert "\x1b" not in run("login", "--profile", "nowhere").stderr
