"""Help: each command's opens with an example; it is there at once and without any set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import mfa_session
from mfa_session.cli.spec.options import COMMON
from mfa_session.cli.spec.table import all_commands

if TYPE_CHECKING:
    from conftest import Run
    from mfa_session.cli.spec.command import Command


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: str(command.name))
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_the_help_of_a_command(run: Run, command: Command, flag: str) -> None:
    outcome = run(*command.words, flag)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    first, blank, usage, *_ = outcome.stdout.splitlines()
    assert first == f"Example: {command.example}"
    assert f"mfa-session {command.name}" in first
    assert blank == ""
    assert usage.startswith(f"Usage: mfa-session {command.name}")
    for option in (*command.options, *COMMON):
        for option_flag in option.flags:
            assert option_flag in outcome.stdout


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]], ids=["nothing", "--help", "-h"])
def test_the_help_of_all(run: Run, argv: list[str]) -> None:
    outcome = run(*argv)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("Example: mfa-session login --profile mfa\n")
    for command in all_commands():
        assert f"  {command.name} " in outcome.stdout
        assert command.summary in outcome.stdout


def test_the_version(run: Run) -> None:
    assert run("--version") == (0, f"mfa-session {mfa_session.__version__}\n", "")


def test_commands_that_report_have_json(run: Run) -> None:
    for name in ("login", "status", "logout"):
        assert "--json" in run(name, "--help").stdout


def test_help_needs_nothing_to_be_right(run: Run) -> None:
    env = {"MFA_SESSION_CONFIG": "/nowhere", "AWS_CONFIG_FILE": "/", "HOME": None}
    assert run("login", "--help", env=env).exit_code == 0


def test_no_colour_in_a_pipe(run: Run) -> None:
    assert "\x1b" not in run("login", "--profile", "nowhere").stderr
