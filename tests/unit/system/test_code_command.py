"""`code_command` gets one code from a program, and ends the program in time."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import processes
from mfa_session.model.errors import NoMfaError
from mfa_session.system import code_command
from mfa_session.system.code_command import run_code_command

if TYPE_CHECKING:
    import pexpect

    from conftest import Terminal

SERIAL = "arn:aws:iam::123456789012:mfa/carol"
CODE = "135790"
LIMIT_SECONDS = 20.0
WAITS = "stty -echo </dev/tty; echo started >/dev/tty; exec sleep 600"
"""Announces that it has the terminal (stty would stop it before), and runs on."""

RUN = """\
import json, os, sys, termios
from mfa_session.model.errors import MfaSessionError
from mfa_session.system.code_command import run_code_command
command, limit_seconds = json.loads(os.environ["COMMAND"])
tty = os.open("/dev/tty", os.O_RDWR)
modes = termios.tcgetattr(tty)
try:
    said = run_code_command(command, serial="s" * 9, profile="mfa", environ=os.environ,
                            limit_seconds=limit_seconds)
except MfaSessionError as error:
    said = error.message
except KeyboardInterrupt:
    said = "interrupted"
except SystemExit as end:
    said = f"ended with {end.code}"
ours = os.tcgetpgrp(tty) == os.getpgrp()
same = termios.tcgetattr(tty) == modes
print(f"<{said}> ours={ours} same={same}", flush=True)
"""


def run(command: str | list[str], limit_seconds: float = LIMIT_SECONDS) -> str:
    return run_code_command(
        command, serial=SERIAL, profile="mfa", environ=os.environ, limit_seconds=limit_seconds
    )


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_alive(pid: int) -> bool:
    """Say whether a process runs; a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def wait_until_gone(pid: int) -> None:
    ends_at = time.monotonic() + LIMIT_SECONDS
    while is_alive(pid):
        assert time.monotonic() < ends_at, f"{pid} goes on"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "command",
    [
        ["echo", CODE],
        f"echo {CODE}",
        f"printf 'Your code: {CODE}. '; echo 20261122 1234567",
        f"printf {CODE}",
        f"echo {CODE}; (exec sleep 5) & true",  # its child keeps stdout open
    ],
)
def test_the_one_six_digit_group_is_the_code(command: str | list[str]) -> None:
    assert run(command) == CODE


def test_a_command_as_a_list_runs_without_a_shell() -> None:
    assert run(["echo", CODE, "; echo 111111 $HOME"[2:7]]) == CODE
    assert (
        run([*python("import sys; print(sys.argv[1] == '$HOME;', 246810)"), "$HOME;"]) == "246810"
    )


def test_the_command_gets_device_and_session_but_no_code_and_no_stdin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    monkeypatch.setenv("MFA_SESSION_TOKEN_CODE", "999999")
    monkeypatch.setenv("MFA_SESSION_PROFILE", "another")
    script = (
        "import json, os, sys; kept = {k: v for k, v in os.environ.items() if k[:3] == 'MFA'}; "
        f"json.dump([kept, sys.stdin.read()], open({str(told)!r}, 'w')); print({CODE})"
    )
    assert run(python(script)) == CODE
    expected = {"MFA_SESSION_MFA_SERIAL": SERIAL, "MFA_SESSION_PROFILE": "mfa"}
    assert json.loads(told.read_text()) == [expected, ""]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("true", "prints nothing"),
        ("echo", "prints nothing"),
        ("echo planted 12345 1234567 123 456", "prints no code"),
        (f"echo planted {CODE} 246810", "prints 2 codes"),
        (f"echo {CODE}; echo {CODE}", "prints 2 codes"),
        (f"echo planted {CODE}; exit 3", "ended with exit code 3"),
        (f"echo {CODE}; kill -9 $$", "ended with exit code -9"),
        ("no-such-program-planted", "ended with exit code 127"),
        (["no-such-program", "planted"], "cannot be started (no-such-program): No such file"),
        (["/"], "cannot be started (/): Permission denied"),
        (["a\0b"], "cannot be started"),
        ("", "is empty"),
        (" ", "is empty"),
        ([], "is empty"),
        ("yes planted", "prints far more than a code"),
    ],
)
def test_other_output_is_an_error_that_does_not_repeat_it(
    command: str | list[str], why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NoMfaError) as caught:
        run(command)
    capfd.readouterr()  # its stderr goes to the person
    error = caught.value
    assert (error.code, why in error.message) == ("code-command-failed", True), error.message
    assert [part for part in ("planted", CODE) if part in error.message] == []
    assert (error.__cause__, error.__suppress_context__) == (None, True)


@pytest.mark.skipif(sys.platform == "win32", reason="waits for a process without reaping it")
def test_too_much_output_is_reported_even_if_the_command_died_of_it() -> None:
    program = code_command._Program("yes planted", dict(os.environ))
    try:
        os.waitid(os.P_PID, program.process.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(code_command._FailedError, match="prints far more than a code"):
            program.read_all(5.0, lent=False)
    finally:
        program.end()


def test_stderr_of_the_command_reaches_the_person(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(f"echo 'touch your key' >&2; echo {CODE}") == CODE
    assert capfd.readouterr() == ("", "touch your key\n")


@pytest.mark.parametrize("stubborn", ["", "trap '' TERM; "])
def test_after_the_limit_the_command_and_its_children_end(stubborn: str, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    began = time.monotonic()
    with pytest.raises(NoMfaError) as caught:
        run(f"{stubborn}sleep 600 & echo $! $$ > {pids}; echo {CODE}; wait; wait", 0.5)
    assert "did not finish in 0.5 s, and was stopped" in caught.value.message
    assert time.monotonic() - began < LIMIT_SECONDS
    for pid in pids.read_text().split():
        wait_until_gone(int(pid))


def test_the_command_ends_when_the_program_ends(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os; from mfa_session.system.code_command import run_code_command as run\n"
        f"run('sleep 600 & echo $! $$ > {pids}.new; mv {pids}.new {pids}; wait',"
        " serial='s', profile='p', environ=os.environ)"
    )
    process = processes.start_process(python(code))
    wait_for(pids)
    process.send_signal(signal.SIGTERM)
    outcome = processes.finish_process(process)
    assert outcome == (128 + signal.SIGTERM, "", "")
    for pid in pids.read_text().split():
        wait_until_gone(int(pid))


def wait_for(path: Path) -> None:
    ends_at = time.monotonic() + LIMIT_SECONDS
    while not path.exists():
        assert time.monotonic() < ends_at, f"{path} does not come"
        time.sleep(0.02)


class OnTerminal:
    """Starts the program RUN on a terminal, with a command."""

    def __init__(self, terminal: Terminal) -> None:
        """Take the function that starts a program on a terminal."""
        self._terminal = terminal

    def start(
        self, command: str | list[str], limit_seconds: float = LIMIT_SECONDS
    ) -> pexpect.spawn[str]:
        """Start RUN with this command."""
        environ = {"COMMAND": json.dumps([command, limit_seconds])}
        return self._terminal("-c", RUN, program=sys.executable, env=environ)


@pytest.fixture
def on_terminal(terminal: Terminal) -> OnTerminal:
    return OnTerminal(terminal)


class TestOnTerminal:
    """The command may ask at our terminal, which we get back unchanged."""

    def test_the_command_may_ask_at_the_terminal(self, on_terminal: OnTerminal) -> None:
        child = on_terminal.start("stty -echo; printf 'PIN? ' >/dev/tty; read pin </dev/tty; "
                                  'echo "$pin"135')  # fmt: skip
        child.expect_exact("PIN? ")
        child.sendline("246")
        child.expect_exact("<246135> ours=True same=True")

    def test_the_command_may_ask_at_once(self, on_terminal: OnTerminal) -> None:
        child = on_terminal.start(["sh", "-c", "read pin </dev/tty; echo $pin"])
        child.sendline(CODE)
        child.expect_exact(f"<{CODE}> ours=True same=True")

    def test_ctrl_c_ends_the_command_and_the_program(self, on_terminal: OnTerminal) -> None:
        child = on_terminal.start(WAITS)
        child.expect_exact("started")
        child.sendintr()
        child.expect_exact("<interrupted> ours=True same=True")

    def test_ctrl_c_reaches_the_script_that_runs_us(self, terminal: Terminal) -> None:
        command = json.dumps([WAITS, LIMIT_SECONDS])
        program = RUN.replace('said = "interrupted"', "sys.exit(130)")
        script = f"trap 'echo told too' INT; {shlex.join([sys.executable, '-c', program])}"
        child = terminal("-c", script, program="sh", env={"COMMAND": command})
        child.expect_exact("started")
        child.sendintr()
        child.expect_exact("told too")

    def test_ctrl_z_continues_the_command_at_once(self, on_terminal: OnTerminal) -> None:
        child = on_terminal.start("echo started >/dev/tty; read pin </dev/tty; echo $pin")
        child.expect_exact("started")
        child.send("\x1a")
        child.sendline(f" {CODE}")
        child.expect_exact(f"<{CODE}> ours=True same=True")

    def test_a_command_that_fails_gives_the_terminal_back(self, on_terminal: OnTerminal) -> None:
        child = on_terminal.start("stty raw -echo </dev/tty; exit 3")
        child.expect_exact("ended with exit code 3> ours=True same=True")

    def test_a_command_that_is_too_slow_gives_the_terminal_back(
        self, on_terminal: OnTerminal
    ) -> None:
        child = on_terminal.start("stty -echo </dev/tty; read pin </dev/tty", 0.5)
        child.expect_exact("did not finish in 0.5 s, and was stopped> ours=True same=True")

    def test_in_the_background_the_command_takes_no_terminal(self, terminal: Terminal) -> None:
        command = json.dumps([f"echo {CODE}", LIMIT_SECONDS])
        words = shlex.join([sys.executable, "-c", RUN])
        child = terminal(
            "-c", f"set -m; {words} & wait; echo over", program="bash", env={"COMMAND": command}
        )
        child.expect_exact(f"<{CODE}> ours=False same=True")
        child.expect_exact("over")

    def test_in_the_background_the_command_cannot_ask(self, terminal: Terminal) -> None:
        command = json.dumps(["read pin </dev/tty; echo $pin", LIMIT_SECONDS])
        words = shlex.join([sys.executable, "-c", RUN])
        child = terminal("-c", f"set -m; {words} & wait", program="bash", env={"COMMAND": command})
        child.expect_exact("asks at the terminal, which is not available to it> ours=False")
