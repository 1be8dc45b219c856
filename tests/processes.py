"""Starts real processes for the tests, without a terminal and with a time limit."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import pytest

import forked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 60.0
OPTIONAL_PROGRAMS = ("zsh", "fish", "dbus-daemon", "gnome-keyring-daemon", "strace")
"""`check` installs them, or lists the tests that it skips without them."""


class Outcome(NamedTuple):
    """A process's exit code and output; the texts are exact, line ends included."""

    exit_code: int
    stdout: str
    stderr: str


def installed_program(name: str) -> str:
    """Return the path of a console script installed beside the Python that runs the tests."""
    suffix = ".exe" if os.name == "nt" else ""
    return str(Path(sysconfig.get_path("scripts")) / (name + suffix))


def need_program(name: str) -> None:
    """Skip the test if it needs an optional program that is not installed."""
    if name in OPTIONAL_PROGRAMS and shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")


def ask_javascript(profile: str) -> Outcome:
    """Ask STS who a profile is, with the AWS SDK for JavaScript; skip the test without it."""
    modules = ROOT / ".venv-check" / "javascript" / "node_modules"
    node = shutil.which("node")
    if node is None or not (modules / "@aws-sdk" / "client-sts").is_dir():
        pytest.skip("the AWS SDK for JavaScript is not installed (node, and npm for ./check)")
    code = (
        'const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");'
        "new STSClient({ profile: process.argv[1] }).send(new GetCallerIdentityCommand({}))"
        ".then((answer) => console.log(answer.Arn))"
        ".catch((error) => { console.error(error.name); process.exit(1); });"
    )
    return run_process([node, "-e", code, profile], {"NODE_PATH": str(modules)})


def environment_with(changes: Mapping[str, str | None] | None) -> dict[str, str]:
    """Return this environment with some variables set, or removed where the value is None."""
    merged = {**os.environ, **(changes or {})}
    return {name: value for name, value in merged.items() if value is not None}


def start_process(
    argv: Sequence[str],
    env: Mapping[str, str | None] | None = None,
    stdin: int = subprocess.DEVNULL,
    cwd: str | None = None,
    stdout: int = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.PIPE,
    prepare: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that it has no terminal to ask on.

    `prepare` is called in the new process before the program begins.
    """
    need_program(argv[0])
    environ = environment_with(env)
    begin = forked.beginning(argv, environ)

    def start() -> None:
        for step in filter(None, (prepare, begin)):
            step()

    return subprocess.Popen(
        argv,
        env=environ,
        preexec_fn=start if prepare or begin else None,  # noqa: PLW1509  # takes no lock of the tests
        cwd=cwd or os.environ["HOME"],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def finish_process(
    process: subprocess.Popen[bytes], typed: str | None = None, limit_seconds: float = LIMIT_SECONDS
) -> Outcome:
    """Wait for the end of a process; after the limit, kill it and show its output."""
    try:
        stdout, stderr = process.communicate(
            None if typed is None else typed.encode(), timeout=limit_seconds
        )
    except subprocess.TimeoutExpired as expired:
        kill_process(process)
        stdout, stderr = process.communicate()
        message = f"{process.args!r} ran over {limit_seconds} s\n{stdout!r}\n{stderr!r}"
        raise AssertionError(message) from expired
    return Outcome(process.returncode, stdout.decode(), stderr.decode())


def kill_process(process: subprocess.Popen[bytes]) -> None:
    """Kill a process, and its group if it leads one: its children may hold its streams."""
    with suppress(ProcessLookupError):
        if os.name != "nt" and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def run_process(
    argv: Sequence[str],
    env: Mapping[str, str | None] | None = None,
    typed: str | None = None,
    limit_seconds: float = LIMIT_SECONDS,
    cwd: str | None = None,
    prepare: Callable[[], None] | None = None,
) -> Outcome:
    """Run a program to its end; `typed` goes to its stdin, which is otherwise empty."""
    stdin = subprocess.DEVNULL if typed is None else subprocess.PIPE
    process = start_process(argv, env, stdin, cwd, prepare=prepare)
    return finish_process(process, typed, limit_seconds)


def run_python(code: str, env: Mapping[str, str | None] | None = None) -> Outcome:
    """Run a piece of Python in a fresh interpreter."""
    return run_process([sys.executable, "-c", code], env)
