"""`demo` shows real commands, and its shell suggests commands that work there."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from in_process import run_in_process

if TYPE_CHECKING:
    from conftest import Run, Terminal
    from in_process import JumpingClock

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")


def test_the_demo_shows_a_denial_a_login_and_a_success(apart: Run, home: Path) -> None:
    outcome = apart("demo")
    assert outcome.exit_code == 0, outcome
    commands = re.findall(r"^\$ (.*)$", outcome.stdout, flags=re.MULTILINE)
    stop = next(command for command in commands if "stop-instances" in command)
    assert commands[2:5] == [
        "phone | mfa-session login --token-code -",
        "mfa-session status",
        f"{stop} --profile mfa",
    ]
    assert "UnauthorizedOperation" in outcome.stdout
    assert '"Name": "stopping"' in outcome.stdout
    assert list(home.iterdir()) == []


def test_without_its_extra_the_demo_says_what_to_install(
    clock: JumpingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "moto", None)
    outcome = run_in_process(["demo"], clock)
    assert outcome.exit_code == 3
    assert outcome.stderr.endswith(
        "error: the demo's local AWS is not installed (moto is missing)\n"
        "hint: pip install 'mfa-session[sandbox]'\n"
    )


def test_commands_suggested_by_the_demos_shell_work(terminal: Terminal) -> None:
    tty = terminal("demo", "--shell", env={"SHELL": "/bin/sh", "PS1": "$ "}, limit_seconds=60)
    tty.expect(r"phone +shows.*\r\n +(aws [^\r]*)\r\n +(mfa-session login)\r\n +(aws [^\r]*)\r\n")
    denied, login, allowed = tty.match.groups()
    tty.sendline(denied)
    tty.expect_exact("UnauthorizedOperation")
    tty.sendline("phone")
    tty.expect(r"(\d{6})\r\ngood for")
    code = tty.match.group(1)
    tty.sendline(login)
    tty.expect_exact("MFA code for ")
    tty.sendline(code)
    tty.expect_exact("good for 12h")
    tty.sendline(allowed)
    tty.expect_exact('"Name": "stopping"')
    tty.sendline("exit")
    tty.expect(pexpect.EOF)
    tty.close()
    assert tty.exitstatus == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.parametrize("also_ends_the_shell", [False, True])
def test_a_closed_terminal_leaves_no_home(
    terminal: Terminal, number: signal.Signals, also_ends_the_shell: bool
) -> None:
    tty = terminal("demo", "--shell", env={"SHELL": "/bin/sh", "PS1": "$ "}, limit_seconds=60)
    tty.expect(r"--profile mfa\r\n")
    tty.sendline("echo at=$HOME")
    tty.expect(r"at=(/\S+)")  # the prompt may stand before it
    home = Path(tty.match.group(1))
    assert (home / ".aws").is_dir()
    if also_ends_the_shell:
        tty.sendline(f"kill -{number.name.removeprefix('SIG')} $PPID; exit 0")
    else:
        tty.kill(number)
    tty.expect(pexpect.EOF)
    tty.close()
    assert tty.exitstatus in ({0, 128 + number} if also_ends_the_shell else {128 + number})
    assert not home.exists()
