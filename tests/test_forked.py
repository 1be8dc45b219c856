"""A program forked from the tests behaves as one that is executed."""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

import forked
import processes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")

# Python runs this at its start; it prints the state of the process.
PRINT_STATE = """\
import json, os, signal, sys
print(json.dumps({
    "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))[:-1],
    "leads its session": os.getsid(0) == os.getpid(),
    "folder": os.getcwd(),
    "environment": dict(os.environ),
    "signals": {n: str(signal.getsignal(n)) for n in signal.valid_signals()},
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "streams": [(s.encoding, s.errors, s.line_buffering)
                for s in (sys.stdin, sys.stdout, sys.stderr)],
}), flush=True)
"""
EXECUTED = {"PYTHONHASHSEED": "0"}
"""Python reads it at its start, so the program is executed and not forked."""


@pytest.fixture
def state_hook(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "sitecustomize.py").write_text(PRINT_STATE)
    return {"PYTHONPATH": str(tmp_path)}


def test_a_forked_program_has_the_state_of_an_executed_one(
    program: str, state_hook: dict[str, str]
) -> None:
    states = []
    for env in (state_hook, {**state_hook, **EXECUTED}):
        outcome = processes.run_process([program, "--version"], env)
        state, version = outcome.stdout.splitlines()
        assert version.startswith("mfa-session ")
        states.append(json.loads(state))
    del states[1]["environment"]["PYTHONHASHSEED"]
    assert states[0] == states[1]


@pytest.mark.parametrize(
    "argv", [["status", "--json"], ["login", "--no-input"], ["no-such-command"]]
)
def test_a_forked_program_prints_what_an_executed_one_prints(program: str, argv: list[str]) -> None:
    forked_one = processes.run_process([program, *argv])
    assert forked_one == processes.run_process([program, *argv], EXECUTED)


@pytest.mark.parametrize(
    "read_at_start", [EXECUTED, {"LC_ALL": "C"}, {"LANG": "C"}, {"TZ": "Asia/Tokyo"}]
)
def test_with_variables_that_python_reads_at_its_start_the_program_is_executed(
    program: str, read_at_start: dict[str, str]
) -> None:
    environ = dict(os.environ)
    assert forked.beginning([program], environ) is not None
    assert forked.beginning([program], environ | read_at_start) is None


def test_other_programs_are_executed() -> None:
    assert forked.beginning(["/bin/true"], dict(os.environ)) is None


class Leftover:
    """An object in a reference cycle, which prints when it is collected."""

    def __init__(self) -> None:
        """Make the cycle."""
        self.me = self

    def __del__(self) -> None:
        """Print to descriptor 1."""
        os.write(1, b"collected")


def test_garbage_of_the_tests_is_not_collected_in_the_fork(program: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import gc; gc.collect()")
    gc.disable()
    Leftover()
    outcome = processes.run_process([program, "--version"], {"PYTHONPATH": str(tmp_path)})
    gc.enable()
    gc.collect()  # here, and not in a later test's run
    assert outcome.stdout.startswith("mfa-session ")


@pytest.mark.skipif(os.sysconf("SC_OPEN_MAX") < 2048, reason="so many files may not be open here")
def test_the_fork_closes_every_descriptor_of_the_tests() -> None:
    held = [os.dup(0) for _ in range(1100)]
    try:
        program = processes.installed_program("mfa-session")
        assert processes.run_process([program, "--version"]).exit_code == 0
    finally:
        for descriptor in held:
            os.close(descriptor)
