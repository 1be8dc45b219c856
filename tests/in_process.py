"""Runs the program in the tests' own process, without a new interpreter and new imports.

Each run gets its own descriptors 0 to 2, environment, working directory, umask and signal handlers;
those of the tests come back afterwards. There is no terminal: the tests' process has none
(`isolation.leave_terminal`).
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING, NoReturn
from unittest import mock

import isolation
import processes
from interpreter import fresh_libraries, open_stream
from mfa_session.cli import main
from mfa_session.system.machine import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

# Python reads these variables once in a process.
READ_AT_START = ("PYTHONPATH", "LC_", "LANG", "HOME", "TZ", "TMPDIR")
HANDLED = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "SIGXFSZ")
    if name in signal.Signals.__members__
)


class JumpingClock(SystemClock):
    """The machine's clock, which jumps ahead instead of sleeping.

    All runs of a test share one. Each jump calls `jumped` with its seconds, to advance AWS's clock.
    """

    def __init__(self) -> None:
        """Start in step with the machine."""
        self._ahead = timedelta()
        self.jumped: Callable[[float], None] = lambda _seconds: None
        super().__init__()

    def begin(self) -> JumpingClock:
        """Be the clock of a new process."""
        super().__init__()
        return self

    def local_now(self) -> datetime:
        """Return the machine's time plus all jumps."""
        return super().local_now() + self._ahead

    def pause(self, seconds: float) -> None:
        """Jump ahead by so many seconds."""
        self._ahead += timedelta(seconds=seconds)
        self.jumped(seconds)

    def sleep_until(self, moment: datetime, tick: Callable[[int], None]) -> None:
        """Jump to the moment; `tick` gets the seconds left, once."""
        left_seconds = (moment - self.now()).total_seconds()
        if left_seconds > 0:
            tick(int(left_seconds) + 1)
            self._ahead += timedelta(seconds=left_seconds)
            self.jumped(left_seconds)


def needs_a_process(argv: Sequence[str], env: Mapping[str, str | None] | None) -> bool:
    """Say whether a run needs its own process: it serves, or sets what Python reads at start."""
    serves = argv[:1] == ("serve",) or "--serve" in argv
    return serves or any(name.startswith(READ_AT_START) for name in env or {})


def run_in_process(
    argv: Sequence[str],
    clock: JumpingClock,
    env: Mapping[str, str | None] | None = None,
    typed: str | None = None,
) -> processes.Outcome:
    """Run `mfa-session argv` to its end; `typed` goes to its stdin, which is otherwise empty."""
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write((typed or "").encode())
        files[0].seek(0)
        stack.enter_context(_a_process_of_its_own(processes.environment_with(env)))
        stack.enter_context(_streams(files))
        stack.enter_context(mock.patch.object(sys, "argv", ["mfa-session", *argv]))
        stack.enter_context(mock.patch.object(os, "execve", _become))
        stack.enter_context(mock.patch.object(gc, "freeze", int))  # this process goes on
        try:
            exit_code = main.run(list(argv), clock=clock.begin())
        except SystemExit as ended:
            exit_code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        return processes.Outcome(exit_code, _text(files[1]), _text(files[2]))


def _become(program: str, argv: list[str], environ: Mapping[str, str]) -> NoReturn:
    """Run the program that this process would become; raise OSError where it cannot start."""
    if not program:
        raise FileNotFoundError  # Popen would run the first folder on PATH
    child = subprocess.Popen(argv, executable=program, env=environ, restore_signals=False)
    try:
        sys.exit(child.wait(processes.LIMIT_SECONDS))
    finally:
        child.kill()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@contextmanager
def _a_process_of_its_own(environ: Mapping[str, str]) -> Iterator[None]:
    """Give the run an environment, working directory, umask, handlers and empty caches."""
    before, folder = dict(os.environ), os.getcwd()
    umask = os.umask(0o022)
    os.umask(umask)
    handlers = {number: signal.getsignal(number) for number in HANDLED}
    if sys.platform != "win32":
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python does at its start
    isolation.take_on(environ)
    os.chdir(os.environ["HOME"])
    modules = [*sys.path, *filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))]
    try:
        with mock.patch.object(sys, "path", modules), fresh_libraries():
            yield
    finally:
        isolation.take_on(before)
        os.chdir(folder)
        os.umask(umask)
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def _streams(files: Sequence[IO[bytes]]) -> Iterator[None]:
    """Replace descriptors 0 to 2 and the three streams by these files."""
    kept = [os.dup(number) for number in range(3)]
    try:
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        with (
            mock.patch.object(sys, "stdin", open_stream(0, "rb")),
            mock.patch.object(sys, "stdout", open_stream(1, "wb")),
            mock.patch.object(sys, "stderr", open_stream(2, "wb")),
        ):
            yield
    finally:
        for number, descriptor in enumerate(kept):
            os.dup2(descriptor, number)
            os.close(descriptor)
