"""Words on stderr, coloured on a terminal only."""

from __future__ import annotations

import os
import pty
import sys
from typing import TYPE_CHECKING

import pytest

from mfa_session.system.console import Console, paint

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


def test_colour_on_a_terminal(screen: TextIO) -> None:
    assert paint("x", "red", screen, {"TERM": "xterm"}) == "\x1b[31mx\x1b[0m"


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_it_is_not_wanted(screen: TextIO, environ: dict[str, str]) -> None:
    assert paint("x", "red", screen, environ) == "x"


def test_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
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
