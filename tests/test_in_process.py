"""Running the program in the tests' own process leaves that process as it was."""

from __future__ import annotations

import gc
import os
import signal
import sys
import webbrowser
from datetime import timedelta
from typing import TYPE_CHECKING

import pexpect

import in_process
import processes
from in_process import JumpingClock, needs_a_process, run_in_process
from interpreter import fresh_libraries

if TYPE_CHECKING:
    import pytest

    from conftest import Run

LEAVES = """\
import os, sys
sys.path.insert(0, sys.argv[1])
import isolation
os.close(os.open("/dev/tty", os.O_RDWR))
isolation.leave_terminal()
try:
    os.open("/dev/tty", os.O_RDWR)
except OSError:
    print("nobody to ask")
"""


def test_a_run_in_process_prints_what_a_process_prints(program: str) -> None:
    for argv in (["--version"], ["login", "--no-input"], ["no-such-command"], ["status", "--json"]):
        outcome = run_in_process(argv, JumpingClock())
        assert outcome == processes.run_process([program, *argv])


def test_each_run_searches_for_browsers_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first", "second"):
        monkeypatch.setenv("BROWSER", f"{name} %s")
        with fresh_libraries():
            assert vars(webbrowser.get())["name"] == name


def test_the_process_is_left_as_it_was() -> None:
    def state() -> tuple[object, ...]:
        umask = os.umask(0o022)
        os.umask(umask)
        streams = (sys.stdin, sys.stdout, sys.stderr, sys.argv, sys.path)
        inodes = [os.fstat(number).st_ino for number in range(3)]
        handlers = [signal.getsignal(number) for number in in_process.HANDLED]
        return dict(os.environ), os.getcwd(), umask, streams, inodes, handlers

    before = state()
    run_in_process(["login", "--no-input"], JumpingClock(), {"AWS_PROFILE": "x"}, "typed")
    assert state() == before


def test_a_run_that_needs_a_process_gets_one() -> None:
    assert needs_a_process(("exec", "--serve", "--", "true"), None)
    assert needs_a_process(("status",), {"HOME": None})
    assert not needs_a_process(("status",), {"AWS_PROFILE": "mfa"})


def test_a_wait_moves_the_runs_clock_and_the_sandboxs() -> None:
    clock, jumps, ticks = JumpingClock(), list[float](), list[int]()
    clock.jumped = jumps.append
    moment = clock.now() + timedelta(hours=1)
    clock.sleep_until(moment, ticks.append)
    assert clock.now() >= moment
    assert ticks == [3600]
    assert [round(seconds) for seconds in jumps] == [3600]
    clock.sleep_until(moment, ticks.append)
    assert len(jumps) == 1


def test_the_terminal_is_given_up() -> None:
    folder = str(processes.ROOT / "tests")
    child = pexpect.spawn(sys.executable, ["-c", LEAVES, folder], encoding="utf-8", timeout=20)
    child.expect("nobody to ask")
    child.close(force=True)


def test_garbage_of_a_run_is_collected(run: Run) -> None:
    frozen = gc.get_freeze_count()
    assert run("--version").exit_code == 0
    assert run("status").exit_code == 0
    assert gc.get_freeze_count() <= frozen
