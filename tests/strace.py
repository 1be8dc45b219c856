"""Faults at single system calls of a process: strace injects an error, a signal or a kill."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

CLASSES = "trace=%file,%desc,%network"
LINE = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)")


class Moment(NamedTuple):
    """A system call of a process: the `number`-th of its name in its thread, from 1."""

    call: str
    number: int
    line: str


def need_strace() -> None:
    """Skip the test where no process can be traced."""
    processes.need_program("strace")
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not there")
    if subprocess.run([strace, "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("strace may not trace processes here")


def record(argv: Sequence[str], log: Path) -> list[Moment]:
    """Run a program, which has to succeed, and return its calls that touch files or the network."""
    words = ["strace", "-f", "-y", "-qq", "--seccomp-bpf", "-s", "99", "-e", CLASSES, "-o"]
    outcome = processes.run_process([*words, str(log), *argv])
    assert outcome.exit_code == 0, outcome
    return list(_read(log.read_text(errors="replace")))


def _read(text: str) -> Iterator[Moment]:
    counts: Counter[tuple[str, str]] = Counter()
    for line in text.splitlines():
        found = LINE.match(line)
        if found:
            counts[found["thread"], found["call"]] += 1
            words = re.sub(r"AT_FDCWD<[^>]*>", "AT_FDCWD", found["rest"])
            yield Moment(found["call"], counts[found["thread"], found["call"]], words)


def run_with_fault(
    argv: Sequence[str], moment: Moment, fault: str, log: Path, is_ours: Callable[[str], bool]
) -> processes.Outcome | None:
    """Run a program with a fault (`error=EIO`, `signal=SIGINT`) at a moment of each thread.

    None if it did not come to that moment, or to another at that number, which is not `is_ours`.
    """
    # Where only some calls stop the process, strace injects no signal.
    quick = ["--seccomp-bpf"] if fault.startswith("error=") else []
    outcome = processes.run_process(
        [
            "strace", "-f", "-y", "-qq", *quick, "-o", str(log),
            "-e", f"trace={moment.call}",
            "-e", f"inject={moment.call}:{fault}:when={moment.number}",
            *argv,
        ]
    )  # fmt: skip
    mark = "(INJECTED)" if quick else fault.replace("signal=", "")
    hits = [line for line in log.read_text(errors="replace").splitlines() if mark in line]
    return outcome if hits and (not quick or is_ours(hits[0])) else None
