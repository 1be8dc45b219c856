"""The scripts in completions/ load those that the program prints, and their shells read both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import processes
from house.source import ROOT
from mfa_session.cli.spec.commands import SHELLS
from mfa_session.shell.scripts import completion_script, init_script

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "completions"
FILES = {
    "bash": "mfa-session.bash",
    "zsh": "_mfa-session",
    "fish": "mfa-session.fish",
    "powershell": "mfa-session.ps1",
}
CHECKS = {
    "bash": ["bash", "--norc", "-n"],
    "zsh": ["zsh", "-f", "-n"],
    "fish": ["fish", "--no-config", "-n"],
}


def test_there_is_one_for_each_shell_which_asks_the_program() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == set(FILES.values())
    assert tuple(FILES) == SHELLS
    for shell, name in FILES.items():
        assert f"mfa-session completion {shell} 2>" in (FOLDER / name).read_text()


@pytest.mark.parametrize("shell", CHECKS)
def test_the_shell_can_read_its_scripts(shell: str, tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    printed.write_text(completion_script(shell))
    for path in (printed, FOLDER / FILES[shell]):
        assert processes.run_process([*CHECKS[shell], str(path)]) == (0, "", "")


def test_zsh_finds_its_script_in_a_directory_of_fpath() -> None:
    first = "#compdef mfa-session mfa_session_use\n"
    assert completion_script("zsh").startswith(first)
    assert (FOLDER / "_mfa-session").read_text().startswith(first)


def test_every_script_survives_whatever_encoding_it_is_saved_in() -> None:
    scripts = [init_script(shell, ["terraform"]) for shell in SHELLS]
    assert [script for script in scripts if not script.isascii()] == []
