"""The help on a terminal of 40 columns: whole words, and no line that the terminal would break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_session.cli import click_tree, main
from mfa_session.cli.spec.commands import all_commands

if TYPE_CHECKING:
    from mfa_session.cli.spec.commands import Command

COLUMNS = 40


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the terminal narrow."""
    for module in (click_tree, main):
        monkeypatch.setattr(module, "columns_of", lambda _stream: COLUMNS)


def too_long(text: str) -> list[str]:
    """Return the lines that a terminal would break; examples and an option's names stay whole."""
    lines = [line for line in text.splitlines() if "mfa-session" not in line]
    lines = [line for line in lines if not line.startswith("  -")]
    return [line for line in lines if len(line) > COLUMNS and " " in line.strip()]


@pytest.mark.parametrize("words", [("--help",), ("totp", "--help"), ("policy", "--help")])
def test_the_list_of_commands(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert main.run(list(words), {}) == 0
    shown = capsys.readouterr().out
    assert "\n  " in shown
    assert too_long(shown) == []


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: str(command.name))
def test_each_command(capsys: pytest.CaptureFixture[str], command: Command) -> None:
    assert main.run([*command.words, "--help"], {}) == 0
    shown = capsys.readouterr().out
    for option in command.options:
        assert option.flags[0] in shown
    assert too_long(shown) == []
