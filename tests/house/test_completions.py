"""The scripts in completions/ are those that the program prints, and their shells read them."""

from __future__ import annotations

import pytest

import processes
from house.generators import load_generator
from house.source import ROOT
from mfa_session.cli.spec.commands import SHELLS
from mfa_session.shell.scripts import init_script

FOLDER = ROOT / "completions"
CHECKS = {
    "mfa-session.bash": ["bash", "--norc", "-n"],
    "_mfa-session": ["zsh", "-f", "-n"],
    "mfa-session.fish": ["fish", "--no-config", "-n"],
}


def test_the_scripts_are_what_the_program_prints_now() -> None:
    expected = load_generator(FOLDER / "generate.py").render()
    written = {path: path.read_text(encoding="utf-8") for path in expected}
    assert written == expected, "stale: run python completions/generate.py"


def test_the_folder_holds_nothing_else() -> None:
    names = {path.name for path in load_generator(FOLDER / "generate.py").render()}
    there = {path.name for path in FOLDER.iterdir() if path.name != "__pycache__"}
    assert there == {*names, "generate.py"}


@pytest.mark.parametrize("name", CHECKS)
def test_the_shell_can_read_its_script(name: str) -> None:
    assert processes.run_process([*CHECKS[name], str(FOLDER / name)]) == (0, "", "")


def test_zsh_finds_its_script_in_a_directory_of_fpath() -> None:
    assert (
        (FOLDER / "_mfa-session").read_text().startswith("#compdef mfa-session mfa_session_use\n")
    )


def test_every_script_survives_whatever_encoding_it_is_saved_in() -> None:
    scripts = [init_script(shell, ["terraform"]) for shell in SHELLS]
    assert [script for script in scripts if not script.isascii()] == []
