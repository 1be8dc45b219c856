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
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

CLASSES = "trace=%file,%desc,%network"
LINE = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)")


class Moment(NamedTuple):
    """A system call of a process: the `number`-th of its name, at that path, in its thread.

    Without a path (of the network), the `number`-th of its name. Numbers begin with 1.
    """

    call: str
    path: str | None
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


def record(
    argv: Sequence[str], log: Path, path_in: Callable[[str], str | None], env: Mapping[str, str]
) -> list[Moment]:
    """Run a program, which has to succeed, and return its calls that touch files or the network.

    `path_in` finds in a call the path by which it is to be found again.
    """
    words = ["strace", "-f", "-y", "-qq", "--seccomp-bpf", "-s", "99", "-e", CLASSES, "-o"]
    outcome = processes.run_process([*words, str(log), *argv], env)
    assert outcome.exit_code == 0, outcome
    return list(_read(log.read_text(errors="replace"), path_in))


def _read(text: str, path_in: Callable[[str], str | None]) -> Iterator[Moment]:
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for line in text.splitlines():
        found = LINE.match(line)
        if found:
            words = re.sub(r"AT_FDCWD<[^>]*>", "AT_FDCWD", found["rest"])
            path = path_in(words)
            counts[found["thread"], found["call"], path] += 1
            number = counts[found["thread"], found["call"], path]
            yield Moment(found["call"], path, number, words)


def run_with_fault(
    argv: Sequence[str], moment: Moment, fault: str, log: Path, env: Mapping[str, str]
) -> processes.Outcome | None:
    """Run a program with a fault (`error=EIO`, `signal=SIGINT`) at a moment of each thread.

    strace counts the calls of each thread at that path alone. None if none of them came so far.
    """
    # Where only some calls stop the process, strace injects no signal.
    quick = ["--seccomp-bpf"] if fault.startswith("error=") else []
    there = ["-P", moment.path] if moment.path else []
    outcome = processes.run_process(
        [
            "strace", "-f", "-y", "-qq", *quick, *there, "-o", str(log),
            "-e", f"trace={moment.call}",
            "-e", f"inject={moment.call}:{fault}:when={moment.number}",
            *argv,
        ],
        env,
    )  # fmt: skip
    mark = "(INJECTED)" if quick else fault.replace("signal=", "")
    return outcome if mark in log.read_text(errors="replace") else None
