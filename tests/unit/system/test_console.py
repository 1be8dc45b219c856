"""Messages on stderr, coloured only on a terminal."""

from __future__ import annotations

import os
import pty
import sys
from typing import TYPE_CHECKING

import pytest

from mfa_session.system.console import Console, paint, printable_painted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


@pytest.fixture
def screen() -> Iterator[TextIO]:
    """Return a terminal to write to."""
    other, own = pty.openpty()
    with os.fdopen(own, "w") as stream:
        yield stream
    os.close(other)


def test_text_is_coloured_on_a_terminal(screen: TextIO) -> None:
    assert paint("x", "red", screen, {"TERM": "xterm"}) == "\x1b[31mx\x1b[0m"


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_text_is_not_coloured_with_no_color_or_a_dumb_terminal(
    screen: TextIO, environ: dict[str, str]
) -> None:
    assert paint("x", "red", screen, environ) == "x"


def test_verbosity_decides_which_lines_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    talk = Console(0, {})
    talk.say("hello")
    talk.warn("odd")
    talk.detail("not shown")
    talk.error("wrong", "do this")
    talk.error("wrong", "")
    Console(1, {}).detail("shown")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        "hello\n"
        "mfa-session: warning: odd\n"
        "mfa-session: error: wrong\n"
        "hint: do this\n"
        "mfa-session: error: wrong\n"
        "mfa-session: shown\n"
    )


def test_a_closed_stderr_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    Console(0, {}).say("unheard")
    assert sys.stderr is None


HOSTILE = "a\x00b\x07c\x1b]0;title\x07d\x7fe\x85f\x9bg\u202eh\u2066i\rj"


@pytest.mark.parametrize("tell", ["say", "warn", "detail", "error", "hint"])
def test_control_characters_are_not_printed(capsys: pytest.CaptureFixture[str], tell: str) -> None:
    console = Console(1, {})
    if tell in {"error", "hint"}:
        console.error(HOSTILE if tell == "error" else "x", HOSTILE)
    else:
        getattr(console, tell)(HOSTILE)
    said = capsys.readouterr().err
    assert all(line.isprintable() for line in said.split("\n"))
    assert "a?b?c?]0;title?d?e?f?g?h?i?j" in said


def test_a_long_text_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    Console(0, {}).say("x" * 1_000_000)
    assert capsys.readouterr().err == "x" * 4095 + "\u2026\n"


def test_only_our_own_colours_are_left_in_a_line() -> None:
    line = f"\x1b[32mfixed\x1b[0m \x1b[2J\x1b[5m\x1b[38;5;1m {HOSTILE}"
    shown = printable_painted(line)
    assert shown.startswith("\x1b[32mfixed\x1b[0m ?[2J?[5m?[38;5;1m a?b")
    assert shown.count("\x1b") == 2
