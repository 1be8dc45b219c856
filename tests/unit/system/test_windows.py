"""The branches for Windows, run on a fake Windows."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from fakes.edges import FakeTalk
from fakes.windows import FakeWindows
from mfa_session.model.errors import NoMfaError
from mfa_session.model.text import join, setting, unsetting
from mfa_session.system import execute as execution
from mfa_session.system.child import NOT_FOUND
from mfa_session.system.console import Console, paint
from mfa_session.system.processes import own_command, process_line
from mfa_session.system.programs import find_program, is_startable, to_start
from mfa_session.system.terminal import Terminal
from mfa_session.system.windows_console import STDERR, STDIN, STDOUT, UNDERSTANDS_SEQUENCES

if TYPE_CHECKING:
    from pathlib import Path

ARROW_UP = "\xe0H"


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeWindows:
    """Make the platform a Windows with a console."""
    return FakeWindows(monkeypatch, tmp_path)


# The console


def test_each_character_shows_as_a_star_and_can_be_erased(windows: FakeWindows) -> None:
    windows.msvcrt.press(*"129", "\b", "\b", *"23456", "\r")
    assert Terminal(may_ask=True).ask_hidden("MFA code: ") == "123456"
    assert windows.screen() == "MFA code: ***\b \b\b \b*****\n"


def test_an_answer_to_a_plain_question_is_shown(windows: FakeWindows) -> None:
    windows.msvcrt.press(*"yo", "\b", *"es", "\r")
    assert Terminal(may_ask=True).ask("Run it? ") == "yes"
    assert windows.screen() == "Run it? yo\b \bes\n"


def test_arrow_and_function_keys_are_ignored(windows: FakeWindows) -> None:
    windows.msvcrt.press("1", ARROW_UP, "\x00G", "2", "\r")
    assert Terminal(may_ask=True).ask_hidden("") == "12"


def test_a_letter_that_looks_like_half_an_arrow_key_is_kept(windows: FakeWindows) -> None:
    windows.msvcrt.press("\xe0", "b", "\r")
    assert Terminal(may_ask=True).ask("") == "\xe0b"


@pytest.mark.parametrize("key", ["\x15", "\x1b"])
def test_ctrl_u_and_escape_erase_the_line(windows: FakeWindows, key: str) -> None:
    windows.msvcrt.press(*"999", key, *"12", "\r")
    assert Terminal(may_ask=True).ask_hidden("") == "12"
    assert windows.screen() == "***" + "\b \b" * 3 + "**\n"


@pytest.mark.parametrize("key", ["\x04", "\x1a"])
def test_the_end_of_input_is_an_error(windows: FakeWindows, key: str) -> None:
    windows.msvcrt.press(key)
    with pytest.raises(NoMfaError) as caught:
        Terminal(may_ask=True).ask_hidden("MFA code: ")
    assert caught.value.code == "no-answer"
    assert windows.screen() == "MFA code: \n"


def test_ctrl_c_interrupts_and_leaves_a_line_of_its_own(windows: FakeWindows) -> None:
    windows.msvcrt.press("1", "\x03")
    with pytest.raises(KeyboardInterrupt):
        Terminal(may_ask=True).ask_hidden("MFA code: ")
    assert windows.screen() == "MFA code: *\n"


@pytest.mark.parametrize(
    ("redirected", "asks"),
    [
        ((), True),
        ((STDOUT, STDERR), True),
        ((STDIN, STDERR), True),
        ((STDIN, STDOUT, STDERR), False),
    ],
)
def test_a_console_is_asked_while_one_stream_is_it(
    windows: FakeWindows, redirected: tuple[int, ...], *, asks: bool
) -> None:
    for number in redirected:
        windows.kernel32.modes[number] = None
    assert Terminal(may_ask=True).can_ask() is asks
    assert (Terminal(may_ask=True).identity() is not None) is asks


def test_a_console_without_escape_sequences_gets_none(
    windows: FakeWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mfa_session.system.console.is_terminal", lambda _stream: True)
    windows.kernel32.is_old = True
    assert paint("x", "red", sys.stderr, {}) == "x"
    windows.kernel32.is_old = False
    assert paint("x", "red", sys.stderr, {}) == "\x1b[31mx\x1b[0m"
    mode = windows.kernel32.modes[STDERR]
    assert mode is not None
    assert mode & UNDERSTANDS_SEQUENCES


def test_progress_takes_new_lines_on_an_old_console(
    windows: FakeWindows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mfa_session.system.console.is_terminal", lambda _stream: True)
    windows.kernel32.is_old = True
    console = Console(0, {})
    for text in ("1/20 roles", "2/20 roles", "waiting for AWS …", ""):
        console.progress(text)
    assert capsys.readouterr().err == "1/20 roles\nwaiting for AWS …\n"


def test_a_console_without_a_size_has_80_by_24(windows: FakeWindows) -> None:
    del windows
    assert Terminal(may_ask=True).size() == (80, 24)  # no descriptor of a test is a terminal


# Programs


@pytest.fixture
def environ(windows: FakeWindows, tmp_path: Path) -> dict[str, str]:
    """Put programs on PATH, and one of the same name in the current directory."""
    windows.put(["aws.exe", "bin/aws", "bin/aws.CMD", "bin/tool.exe", "late/aws.exe"])
    return {"PATH": f'{tmp_path / "none"};;.;"{tmp_path / "bin"}";{tmp_path / "late"}'}


def test_a_program_is_searched_on_path_by_its_extension(
    environ: dict[str, str], tmp_path: Path
) -> None:
    environ["PATHEXT"] = ".EXE;.CMD"
    assert find_program("aws", environ) == str(tmp_path / "late" / "aws.exe")  # case counts here
    assert find_program("tool", environ) == str(tmp_path / "bin" / "tool.exe")
    assert find_program("tool.exe", environ) == str(tmp_path / "bin" / "tool.exe")
    assert find_program("./aws", environ) == "./aws.exe"
    assert find_program("none", environ) is None
    assert find_program("", environ) is None
    assert is_startable("tool", environ)


def test_a_started_program_has_its_whole_path(environ: dict[str, str], tmp_path: Path) -> None:
    assert to_start(("tool", "-x"), environ) == [str(tmp_path / "bin" / "tool.exe"), "-x"]
    with pytest.raises(FileNotFoundError):
        to_start(("none",), environ)


def test_a_command_runs_as_a_child_and_its_exit_code_is_returned(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class Child:
        pid = 7

        def __init__(self, command: list[str], **options: Any) -> None:
            assert options["preexec_fn"] is None
            started.append(command)

        def wait(self) -> int:
            return 0xC000013A  # STATUS_CONTROL_C_EXIT

    monkeypatch.setattr(subprocess, "Popen", Child)
    talk: Any = FakeTalk()
    assert execution.execute(talk, ("tool", "x"), environ) == 0xC000013A
    assert started == [[str(tmp_path / "bin" / "tool.exe"), "x"]]
    assert execution.execute(talk, ("none",), environ) == NOT_FOUND


@pytest.mark.parametrize("started_as", ["Scripts/mfa-session", "Scripts/mfa-session.exe"])
def test_our_own_command_is_the_exe(
    windows: FakeWindows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started_as: str
) -> None:
    windows.put(["Scripts/mfa-session", "Scripts/mfa-session.exe"])
    monkeypatch.setattr(sys, "argv", [str(tmp_path / started_as)])
    assert own_command() == [str(tmp_path / "Scripts" / "mfa-session.exe")]


def test_without_our_exe_python_starts_the_package(
    windows: FakeWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows.put(["mfa-session.exe"])  # in the current directory, which others may write to
    monkeypatch.setattr(sys, "argv", ["-m"])
    monkeypatch.setitem(os.environ, "PATH", ".")
    assert own_command() == [sys.executable, "-m", "mfa_session"]


# Words


def test_a_credential_process_is_quoted_as_windows_reads_it(
    windows: FakeWindows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows.put(["My Scripts/mfa-session.exe"])
    program = str(tmp_path / "My Scripts" / "mfa-session.exe")
    monkeypatch.setattr(sys, "argv", [program])
    line = process_line("keys", "process", "--profile", "a b")
    assert line == f'"{program}" keys process --profile "a b"'


def test_hints_are_quoted_as_cmd_and_powershell_read_them(windows: FakeWindows) -> None:
    del windows
    assert join(["mfa-session", "x-1", r"C:\a\b", "a b", "it's", "100%"]) == (
        r'mfa-session x-1 C:\a\b "a b" "it' + "'" + r's" "100%"'
    )
    assert setting("AWS_PROFILE", "a b") == '$env:AWS_PROFILE = "a b"'
    assert unsetting("A", "B") == "Remove-Item Env:A, Env:B"
