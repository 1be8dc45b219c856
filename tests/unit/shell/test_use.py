"""`mfa_session_use` sets and restores AWS_PROFILE in the real shells."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

import processes
from mfa_session.files.names import by_recent_use, note_use
from mfa_session.files.state import StateDir
from shell.interactive import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Run
    from shell.interactive import Shell

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile"],
    "zsh": ["zsh", "-f"],
    "fish": ["fish", "--no-config"],
}
STRICT = {"bash": "set -u\n", "zsh": "set -u\n", "fish": ""}
# Stands in for the program: prints a session's profile, or fails.
FAKE = """\
#!/bin/sh
if [ "$2" = --help ]; then echo the help; exit; fi
if [ "$2" = nowhere ]; then echo no such session >&2; exit 3; fi
if [ $# = 1 ]; then echo picked; exit; fi
shift
echo "$*-profile"
"""
SHOW = {
    "bash": 'echo "$? ${AWS_PROFILE-unset}" "$(printenv AWS_PROFILE)"\n',
    "zsh": 'echo "$? ${AWS_PROFILE-unset}" "$(printenv AWS_PROFILE)"\n',
    "fish": 'echo $status (set -q AWS_PROFILE; and echo $AWS_PROFILE; or echo unset) '
    '(printenv AWS_PROFILE; or echo "")\n',
}  # fmt: skip


@pytest.fixture
def use(home: Path, run: Run) -> Callable[..., processes.Outcome]:
    """Return a function that runs lines in a shell, each followed by its status and profile."""
    fake = home / "bin" / "mfa-session"
    fake.parent.mkdir()
    fake.write_text(FAKE)
    fake.chmod(0o755)

    def use(shell: str, *lines: str, profile: str | None = None) -> processes.Outcome:
        (home / "init").write_text(run("shell-init", shell).stdout)
        script = f"{STRICT[shell]}source ~/init\n"
        script += "".join(f"{line}\n{SHOW[shell]}" for line in lines)
        (home / "script").write_text(script)
        path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "AWS_PROFILE": profile}
        return processes.run_process([*SHELLS[shell], str(home / "script")], env)

    return use


@pytest.mark.parametrize("shell", SHELLS)
def test_the_profile_is_exported_and_dash_restores_the_previous_one(
    use: Callable[..., processes.Outcome], shell: str
) -> None:
    lines = ["mfa_session_use books", "mfa_session_use 'my name'"]
    lines += ["mfa_session_use -"] * 2 + ["mfa_session_use"]
    outcome = use(shell, *lines)
    found = [line.split(" ", 1)[1] for line in outcome.stdout.splitlines()]
    assert found == [
        "books-profile books-profile",
        "my name-profile my name-profile",
        "books-profile books-profile",
        "my name-profile my name-profile",
        "picked picked",
    ]
    assert (outcome.exit_code, outcome.stderr) == (0, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_dash_unsets_the_profile_if_there_was_none(
    use: Callable[..., processes.Outcome], shell: str
) -> None:
    outcome = use(shell, "mfa_session_use books", "mfa_session_use -", "mfa_session_use -")
    assert outcome.stdout.split("\n")[:3] == [
        "0 books-profile books-profile",
        "0 unset ",
        "0 books-profile books-profile",
    ]
    outcome = use(shell, "mfa_session_use books", "mfa_session_use -", profile="theirs")
    assert outcome.stdout.splitlines()[1] == "0 theirs theirs"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_failure_changes_nothing_and_sets_the_exit_code(
    use: Callable[..., processes.Outcome], shell: str
) -> None:
    outcome = use(shell, "mfa_session_use -", "mfa_session_use nowhere", profile="theirs")
    assert outcome.stdout == "1 theirs theirs\n3 theirs theirs\n"
    assert outcome.stderr == ("mfa_session_use: there is no previous profile\nno such session\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_help_does_not_set_a_profile(use: Callable[..., processes.Outcome], shell: str) -> None:
    outcome = use(shell, "mfa_session_use --help", profile="theirs")
    assert outcome.stdout == "the help\n0 theirs theirs\n"


@pytest.mark.parametrize("shell", PROGRAMS)
def test_names_are_completed_by_most_recent_use(
    open_shell: Callable[[str], Shell], run: Run, shell: str
) -> None:
    for name in ("library", "zebra-two"):
        note_use(StateDir.of(os.environ), name)
    opened = open_shell(shell)
    opened.source(run("shell-init", shell).stdout)
    shown = re.findall(r"library|zebra-two|books", opened.list_choices("mfa_session_use "))
    assert shown[:2] == ["zebra-two", "library"]
    assert "books" not in shown  # a long-term key's profile
    opened.do({"fish": "function mfa_session_use; mfa-session $argv; end"}.get(
        shell, 'mfa_session_use() { mfa-session "$@"; }'))  # fmt: skip
    assert opened.complete_and_run("mfa_session_use zeb") == ["zebra-two"]
    assert opened.complete_and_run("mfa-session use lib") == ["use", "library"]


def test_names_are_sorted_by_use_and_then_by_alphabet(home: Path) -> None:
    state = StateDir(str(home / "state"))
    names = ["d", "c", "b", "a"]
    assert by_recent_use(state, names) == ["a", "b", "c", "d"]
    for name in ("c", "gone", "my name", "d", "c"):
        note_use(state, name)
    assert by_recent_use(state, [*names, "my name"]) == ["c", "d", "my name", "a", "b"]
    (home / "state" / "recent-sessions").write_bytes(b"\xff\n\x00d\nb")
    assert by_recent_use(state, names) == ["a", "b", "c", "d"]


def test_the_order_is_kept_if_the_state_is_not_writable(home: Path) -> None:
    (home / "file").write_text("")
    state = StateDir(str(home / "file" / "state"))
    note_use(state, "a")
    assert by_recent_use(state, ["b", "a"]) == ["a", "b"]
