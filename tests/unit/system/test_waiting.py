"""Slow work shows one line of progress, only on a terminal."""

from __future__ import annotations

import io
import os
import pty
import sys
import termios
import threading
from typing import TYPE_CHECKING

import pytest

from mfa_session.system import waiting
from mfa_session.system.console import Console
from mfa_session.system.waiting import TooSlowError, limited

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = 40


class Screen:
    """A terminal of 40 columns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, own: int, other: int) -> None:
        """Take both ends of a pseudo-terminal."""
        self._monkeypatch = monkeypatch
        self._own, self._other = own, other
        self._stream = os.fdopen(own, "w", closefd=False)

    def console(self, term: str) -> Console:
        """Return a console whose stderr is this terminal."""
        self._monkeypatch.setattr(sys, "stderr", self._stream)
        return Console(0, {"TERM": term})

    def read(self) -> str:
        """Return what the console wrote."""
        self._stream.flush()
        os.write(self._own, b"\0")
        sent = b""
        while not sent.endswith(b"\0"):
            sent += os.read(self._other, 4096)
        return sent[:-1].decode()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """Open a terminal."""
    other, own = pty.openpty()
    modes = termios.tcgetattr(own)
    modes[1] &= ~termios.OPOST  # keeps "\n" one character
    termios.tcsetattr(own, termios.TCSANOW, modes)
    set_columns(own, COLUMNS)

    yield Screen(monkeypatch, own, other)
    os.close(own)
    os.close(other)


def set_columns(tty: int, columns: int) -> None:
    """Set a terminal's width."""
    import fcntl
    import struct

    fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def test_progress_replaces_the_line_before(screen: Screen) -> None:
    console = screen.console("xterm")
    for text in ("1/20 roles", "2/20 roles", "2/20 roles", "", ""):
        console.progress(text)
    assert screen.read() == "\r\x1b[K1/20 roles\r\x1b[K2/20 roles\r\x1b[K"


def test_progress_is_cut_at_the_width_of_the_terminal(screen: Screen) -> None:
    console = screen.console("xterm")
    console.progress("x" * 200 + "\x1b[2J")
    shown = screen.read().removeprefix("\r\x1b[K")
    assert shown == "x" * (COLUMNS - 2) + "…"


def test_a_message_during_progress_has_a_line_of_its_own(screen: Screen) -> None:
    console = screen.console("xterm")
    with console.doing("asking AWS …"):
        console.warn("odd")
    assert screen.read() == "\r\x1b[Kasking AWS …\r\x1b[Kmfa-session: \x1b[33mwarning:\x1b[0m odd\n"


def test_a_dumb_terminal_gets_one_line_and_not_each_number(screen: Screen) -> None:
    console = screen.console("dumb")
    for text in ("waiting 12 s for it", "waiting 11 s for it", "waiting 9 s for it", ""):
        console.progress(text)
    with console.doing("asking AWS …"):
        pass
    assert screen.read() == "waiting 12 s for it\nasking AWS …\n"


def test_without_a_terminal_no_progress_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(0, {"TERM": "xterm"})
    console.progress("1/20 roles")
    console.announce("it begins")
    assert capsys.readouterr().err == ""


def test_quick_work_shows_no_progress() -> None:
    shown: list[str] = []
    assert limited(shown.append, "waiting …")(lambda: 7, 5) == 7
    assert shown == []


def test_slow_work_shows_progress_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "QUIET_SECONDS", 0)
    shown: list[str] = []
    told = threading.Event()

    def show(text: str) -> None:
        shown.append(text)
        told.set()

    assert limited(show, "waiting …")(lambda: told.wait(60), 60) is True
    assert shown == ["waiting …", ""]


def test_limited_work_times_out_and_raises_its_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "QUIET_SECONDS", 0.01)
    shown: list[str] = []
    ended = threading.Event()
    with pytest.raises(TooSlowError):
        limited(shown.append, "waiting …")(lambda: ended.wait(60), 0.05)
    ended.set()
    assert shown == ["waiting …", ""]
    with pytest.raises(ZeroDivisionError):
        limited(shown.append, "waiting …")(lambda: 1 / 0, 5)


def test_a_terminal_without_unicode_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    monkeypatch.setattr(sys, "stderr", stream)
    Console(0, {}).say("waiting …")
    stream.seek(0)
    assert stream.read() == "waiting ...\n"
