"""The commands of docs/policies.md, run: what the page shows is what they print."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

import pytest

from house.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
_FILE = re.compile(r"`([a-z0-9-]+\.json)`[^\n]*:\n\n```json\n(.*?)```\n", re.DOTALL)
_BLOCK = re.compile(r"```console\n(.*?)```\n", re.DOTALL)


class Shown(NamedTuple):
    """A command of the page, and what stands below it."""

    command: str
    output: str


def shown() -> list[Shown]:
    """Find the commands of the sections on template and check."""
    section = PAGE[PAGE.index("## policy template") :]
    found = []
    for block in _BLOCK.findall(section):
        for part in block.removeprefix("$ ").split("\n$ "):
            command, _, output = part.rstrip("\n").partition("\n")
            found.append(Shown(command, output + "\n" if output else ""))
    return found


@pytest.fixture
def files(home: Path) -> Path:
    """Write the page's policies as files."""
    for name, text in _FILE.findall(PAGE):
        (home / name).write_text(text)
    return home


@pytest.mark.parametrize("example", shown(), ids=lambda example: example.command[12:60])
def test_the_page_shows_what_is_printed(example: Shown, files: Path, run: Run) -> None:
    words = shlex.split(example.command)
    argv, target = (words[1:-2], words[-1]) if ">" in words else (words[1:], None)
    outcome = run(*argv)
    assert (words[0], outcome.exit_code) == ("mfa-session", 0), outcome
    if target:
        (files / target).write_text(outcome.stdout)
        assert run("policy", "lint", target).exit_code == 0
    else:
        assert outcome.stderr + outcome.stdout == example.output


def test_all_of_them_are_found() -> None:
    commands = [example.command.split()[2] for example in shown()]
    assert commands == ["template", *(["check"] * 6)]
    assert {name for name, _ in _FILE.findall(PAGE)} == {
        "trust.json", "richard.json", "books.json", "ec2-admins.json", "recent.json", "bucket.json"
    }  # fmt: skip
