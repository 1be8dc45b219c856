"""Run `code_command`, the person's own program that prints a code."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

from mfa_session.model.errors import NoMfaError
from mfa_session.model.settings import without_code
from mfa_session.system.programs import to_start
from mfa_session.system.signals import Interruptions
from mfa_session.system.terminal import is_full_screen, is_in_foreground, open_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


LIMIT_SECONDS = 30.0
GRACE_SECONDS = 0.5
LOOK_SECONDS = 0.05
MOST_BYTES = 65536
_CODE = re.compile(rb"(?<![0-9])[0-9]{6}(?![0-9])")
_INTERRUPTED = {-signal.SIGINT, 128 + signal.SIGINT}


def run_code_command(
    command: str | list[str],
    *,
    serial: str,
    profile: str,
    environ: Mapping[str, str],
    limit_seconds: float = LIMIT_SECONDS,
) -> str:
    """Run the command, in the shell if it is a str, and return the six-digit group that it prints.

    It gets MFA_SESSION_MFA_SERIAL and MFA_SESSION_PROFILE, our terminal if we have it, and no
    stdin. NoMfaError `code-command-failed` never repeats its output or its arguments.
    """
    surroundings = without_code(environ)
    surroundings |= {"MFA_SESSION_MFA_SERIAL": serial, "MFA_SESSION_PROFILE": profile}
    try:
        return _find_code(_capture(command, surroundings, limit_seconds))
    except _FailedError as error:
        raise NoMfaError(
            "code-command-failed",
            f"the code_command of session {profile!r} {error}",
            f"run it by hand to see what is wrong: it is in [sessions.{profile}] of config.toml",
        ) from None  # the cause may contain the code


class _FailedError(Exception):
    """The command failed; the text ends a sentence about it."""


def _find_code(printed: bytes) -> str:
    codes = _CODE.findall(printed)
    if len(codes) == 1:
        return str(codes[0], "ascii")
    if not printed.strip():
        raise _FailedError("prints nothing")
    if not codes:
        raise _FailedError("prints no code (six digits)")
    raise _FailedError(f"prints {len(codes)} codes (groups of six digits), not one")


def _capture(command: str | list[str], environ: Mapping[str, str], limit_seconds: float) -> bytes:
    # Once there is a child to end, signals raise instead of killing us.
    with Interruptions(deferred=True, even_ignored=False) as signals:
        program = _Program(command, environ)
        try:
            signals.let_through()
            with lend_terminal(program.process.pid) as lent:
                printed = program.read_all(limit_seconds, lent=lent)
            if program.process.returncode in _INTERRUPTED:
                # The terminal sent Ctrl-C to the command alone.
                if lent and sys.platform != "win32":
                    os.killpg(os.getpgrp(), signal.SIGINT)  # also ends a script that runs us
                raise KeyboardInterrupt
        finally:
            program.end()
    if program.process.returncode:
        raise _FailedError(f"ended with exit code {program.process.returncode}")
    return printed


class _Program:
    def __init__(self, command: str | list[str], environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.process = _start(command, environ)
        self._printed = bytearray()
        self._reader = threading.Thread(target=self._collect, daemon=True)
        try:
            self._reader.start()
        except RuntimeError:
            self._send(kill=True)
            self.process.wait()
            raise

    def _collect(self) -> None:
        stdout = self.process.stdout
        assert stdout is not None  # noqa: S101  # it is a pipe; for type checkers
        with stdout:  # a leftover child may keep the other end open
            while len(self._printed) <= MOST_BYTES and (piece := os.read(stdout.fileno(), 4096)):
                self._printed += piece

    def read_all(self, limit_seconds: float, *, lent: bool) -> bytes:
        """Return the output until its end, even if a leftover child keeps stdout open."""
        ends_at = time.monotonic() + limit_seconds
        while not self._has_ended(lent=lent):
            if self._reader.is_alive():
                self._reader.join(LOOK_SECONDS)
            else:
                time.sleep(LOOK_SECONDS / 10)
            self._check_length()
            if time.monotonic() > ends_at:
                raise _FailedError(f"did not finish in {limit_seconds:g} s, and was stopped")
        self._reader.join(GRACE_SECONDS)
        self._check_length()  # before the exit code, which may only mean that we stopped reading
        return bytes(self._printed)

    def _check_length(self) -> None:
        if len(self._printed) > MOST_BYTES:
            raise _FailedError("prints far more than a code")

    def _has_ended(self, *, lent: bool) -> bool:
        """Say whether it has ended; continue it if it was stopped and has the terminal."""
        if sys.platform == "win32":
            return self.process.poll() is not None
        pid, status = os.waitpid(self.process.pid, os.WNOHANG | os.WUNTRACED)
        if pid == 0:
            return False
        if os.WIFSTOPPED(status):
            if not lent:
                raise _FailedError("asks at the terminal, which is not available to it")
            os.killpg(pid, signal.SIGCONT)
            return False
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return True

    def end(self) -> None:
        if self.process.poll() is None:
            self._send(kill=False)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE_SECONDS)
            self._send(kill=True)
            self.process.wait()
        self._reader.join(GRACE_SECONDS)

    def _send(self, *, kill: bool) -> None:
        if sys.platform == "win32":
            system = os.path.join(self._environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
            tree = ["/T", "/F", "/PID", str(self.process.pid)]
            subprocess.run(
                [os.path.join(system, "taskkill.exe"), *tree], capture_output=True, check=False
            )
        else:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL if kill else signal.SIGTERM)


def _start(command: str | list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    in_shell = isinstance(command, str)
    if not command or (in_shell and not str(command).strip()):
        raise _FailedError("is empty")
    try:
        with open_for_words() as terminal:
            return subprocess.Popen(
                command if isinstance(command, str) else to_start(command, environ),
                shell=in_shell,  # config.toml gives the shell a str
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=terminal,  # "touch your key": SDKs swallow ours
                env=dict(environ),
                **_own_group(),
            )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a command"
        program = "" if in_shell else f" ({command[0]})"
        raise _FailedError(f"cannot be started{program}: {reason}") from None


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        return {}
    if sys.version_info >= (3, 11):
        return {"process_group": 0}
    return {"preexec_fn": os.setpgrp}  # a C function, which takes no lock of another thread


if sys.platform == "win32":

    @contextmanager
    def lend_terminal(group: int) -> Iterator[bool]:
        """Yield False: a Windows console has no foreground group, so every process may read."""
        del group
        yield False

    @contextmanager
    def open_for_words() -> Iterator[int | None]:
        """Yield None: a program shares our stderr."""
        yield None

else:
    import termios

    @contextmanager
    def lend_terminal(group: int) -> Iterator[bool]:
        """Give the terminal's foreground to `group` if we have it, and take it back at the end.

        Yields whether it was lent. Meanwhile Ctrl-C reaches only the group.
        """
        with open_terminal() as tty:
            if tty is None or not is_in_foreground(tty):
                yield False
                return
            modes = termios.tcgetattr(tty)
            try:
                _hand_over(tty, group)
                yield True
            finally:
                _take_back(tty, modes)

    @contextmanager
    def open_for_words() -> Iterator[int | None]:
        """Yield the terminal for a program's stderr if we may ask there; otherwise None."""
        with open_terminal() as tty:
            yield (
                tty
                if tty is not None and is_in_foreground(tty) and not is_full_screen(tty)
                else None
            )

    def _hand_over(tty: int, group: int) -> None:
        with suppress(OSError, termios.error):
            os.tcsetpgrp(tty, group)
            os.killpg(group, signal.SIGCONT)  # reading too early has stopped it

    def _take_back(tty: int, modes: list[Any]) -> None:
        """Take the foreground back, and continue our processes that reading has stopped."""
        # Without this mask, SIGTTOU would stop us in the background.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            with suppress(OSError, termios.error):
                os.tcsetpgrp(tty, os.getpgrp())
                termios.tcsetattr(tty, termios.TCSANOW, modes)
                os.killpg(os.getpgrp(), signal.SIGCONT)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
