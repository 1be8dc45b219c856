"""The wheel holds man pages and completion, and two builds are equal."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from house.generators import load_generator
from house.source import ROOT
from mfa_session.cli.spec.commands import all_commands

if TYPE_CHECKING:
    from pathlib import Path

MACROS = {".TH", ".SH", ".SS", ".TP", ".PP", ".br", ".B", ".BR", ".I", ".nf", ".fi"}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Render the man pages as the program stands now."""
    rendered: dict[str, str] = load_generator(ROOT / "docs" / "generate_man.py").render()
    return rendered


def build(folder: Path) -> Path:
    """Build the wheel there, from the working tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    return wheel


def members(wheel: Path) -> dict[str, object]:
    """Return what makes each file in a wheel: its content's sum, its time and its mode."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            member.filename: (member.CRC, member.date_time, oct(member.external_attr))
            for member in archive.infolist()
        }


def test_every_command_has_a_page_with_all_its_options(pages: dict[str, str]) -> None:
    for command in all_commands():
        page = pages[f"mfa-session-{command.words[0]}.1"]
        assert f"mfa-session {command.name}".replace("-", "\\-") in page
        for option in command.options:
            for flag in option.flags:
                assert flag.replace("-", "\\-") in page
    assert len(pages) == len({command.words[0] for command in all_commands()}) + 1


def test_a_page_is_macros_and_text_that_roff_does_not_take_for_one(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        for line in page.splitlines():
            word = line.split(" ")[0]
            assert word in MACROS or not line.startswith((".", "'")), (name, line)
        assert re.findall(r"\\[^e&\-(f]", page) == [], name


def test_two_builds_are_equal_and_hold_man_pages_and_completion(
    tmp_path: Path, pages: dict[str, str]
) -> None:
    one, other = members(build(tmp_path / "one")), members(build(tmp_path / "other"))
    assert one == other
    shared = ".data/data/share/"
    assert {name.partition(shared)[2] for name in one if shared in name} == {
        "bash-completion/completions/mfa-session",
        "zsh/site-functions/_mfa-session",
        "fish/vendor_completions.d/mfa-session.fish",
        *(f"man/man1/{name}" for name in pages),
    }
