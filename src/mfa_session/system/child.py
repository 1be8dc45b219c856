"""Run a command as our child, where this process must outlive its start.

It shares our process group, so the terminal's keys reach it as they would without us.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

from mfa_session.system import machine
from mfa_session.system.programs import to_start
from mfa_session.system.signals import SignalPipe, handled, numbers_of
from mfa_session.system.terminal import is_in_foreground, open_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

    from mfa_session.model.ports import Console


NOT_EXECUTABLE, NOT_FOUND = 126, 127
_OF_KEYS = numbers_of("SIGINT", "SIGBREAK", "SIGQUIT", "SIGTSTP")
"""Signals that the terminal sends to the whole group, the child included."""
_OF_OTHERS = numbers_of("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
"""Signals that others send to us and mean for the command."""


def run_child(
    console: Console,
    command: Sequence[str],
    environ: Mapping[str, str],
    started: Callable[[], None],
) -> int:
    """Run `command`, and return its exit code, or the negative number of the signal that ended it.

    `started` is called once it runs; if that fails, the command is terminated. A command that
    cannot start gives 126 or 127, as in a shell.
    """
    pids: list[int] = []
    early: list[int] = []  # signals that came before

    def forward(number: int, frame: FrameType | None) -> None:
        del frame
        if number in _OF_KEYS and _has_terminal():
            return
        if not pids:
            early.append(number)
        for pid in pids:
            _send(pid, number)

    with handled((*_OF_KEYS, *_OF_OTHERS), forward):
        try:
            before = None if sys.platform == "win32" else machine.allow_core_dumps
            child = subprocess.Popen(
                to_start(command, environ),
                env=dict(environ),
                preexec_fn=before,  # noqa: PLW1509  # no thread of ours runs yet
            )
        except (OSError, ValueError) as error:
            return report_failed_start(console, command[0], error)
        pids.append(child.pid)
        for number in early:
            _send(child.pid, number)
        try:
            started()
        except BaseException:
            child.terminate()
            raise
        return _wait(child)


def report_failed_start(console: Console, name: str, error: OSError | ValueError) -> int:
    """Report why a command cannot be started; return the shell's exit code for it.

    Raises the error again if the system cannot start any program.
    """
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return report_not_found(console, name)
    if isinstance(error, OSError):
        if error.filename is None:
            raise error
        console.error(f"{name}: {error.strerror}", "check that it may be executed")
        return NOT_EXECUTABLE
    console.error(f"{name!r} is not a command", "check the name")  # a NUL in it
    return NOT_FOUND


def report_not_found(console: Console, name: str) -> int:
    """Report that there is no such program; return the exit code for it."""
    console.error(f"{name or repr(name)}: command not found", "check the name and PATH")
    return NOT_FOUND


def end_as(exit_code: int) -> int:
    """Return a child's exit code; if a signal ended the child, end this process by it."""
    if exit_code >= 0 or sys.platform == "win32":
        return exit_code
    number = -exit_code
    if number not in {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number  # if the signal is blocked


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _has_terminal() -> bool:
    with open_terminal() as tty:
        return sys.platform == "win32" or (tty is not None and is_in_foreground(tty))


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Wait for the child's end; while it is stopped (Ctrl-Z), stop this process too."""
    if sys.platform == "win32":
        return child.wait()
    with SignalPipe(signal.SIGCHLD) as arrivals:
        while True:
            pid, status = os.waitpid(child.pid, os.WNOHANG | os.WUNTRACED)
            if not pid:
                arrivals.wait()
            elif os.WIFSTOPPED(status):
                os.kill(os.getpid(), signal.SIGSTOP)  # our shell sees a stopped job
                os.kill(child.pid, signal.SIGCONT)  # and `fg` resumes us
            else:
                child.returncode = os.waitstatus_to_exitcode(status)  # Popen does not see it
                return child.returncode
