"""Replace this process by a command, as `exec` and `guard` do; guard skips wrappers around it."""

from __future__ import annotations

import os
import sys

from mfa_session.model.settings import GIVEN_CODE
from mfa_session.system import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from mfa_session.model.ports import Console


_SET_BY_PYTHON = ("C.UTF-8", "C.utf8", "UTF-8")
LED_TO = "MFA_SESSION_GUARD_LED_TO"
"""A process, the count of replacements in a row, and the program that replaced it.

If that program starts us again, it is a wrapper.
"""
MOST_TIMES = 5
"""After so many replacements in a row through other programs, the last one is a wrapper."""
_NOT_PASSED_ON = (GIVEN_CODE, LED_TO)


def execute(
    console: Console, command: Sequence[str], environ: Mapping[str, str], program: str | None = None
) -> int:
    """Replace this process by `command`; if that fails, return 126 or 127 as a shell does.

    `program` is the file to run; without it, the command's first word is looked up on PATH.
    """
    try:
        if sys.platform == "win32":
            # Windows has no execve that keeps the console.
            from mfa_session.system.child import run_child  # noqa: PLC0415  # subprocess

            given = (program or command[0], *command[1:])
            return run_child(console, given, environ, started=lambda: None)
        _restore_signals()
        machine.allow_core_dumps()
        passed = _drop_pythons_locale(environ)
        _replace_process(program or command[0], command, passed)
    except (OSError, ValueError) as error:
        from mfa_session.system.child import report_failed_start  # noqa: PLC0415  # after an error

        return report_failed_start(console, command[0], error)


def _replace_process(program: str, command: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Do what `os.execvpe` does, without its import of `warnings`: `exec` starts 2 % faster."""
    folders = [""] if "/" in program else environ.get("PATH", os.defpath).split(os.pathsep)
    failed: OSError = FileNotFoundError()
    for folder in folders:
        try:
            os.execve(os.path.join(folder, program), list(command), environ)  # noqa: S606
        except OSError as error:  # noqa: PERF203  # the next folder may have it
            if isinstance(failed, (FileNotFoundError, NotADirectoryError)):
                failed = error
    raise failed


def _drop_pythons_locale(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Drop LC_CTYPE if Python itself has set it, without a locale (PEP 538)."""
    if environ.get("LC_CTYPE") not in _SET_BY_PYTHON or environ.get("LC_ALL"):
        return environ
    try:
        with open("/proc/self/environ", "rb") as file:
            was_given = b"\0LC_CTYPE=" in b"\0" + file.read()
    except OSError:
        return environ
    if was_given:
        return environ
    return {name: value for name, value in environ.items() if name != "LC_CTYPE"}


def _restore_signals() -> None:
    """Restore the signals that Python ignores, so that SIGPIPE ends the command in `CMD | head`."""
    # Not `signal`: it imports enum, which takes longer than everything else here.
    import _signal  # type: ignore[import-not-found]  # noqa: PLC0415  # typeshed knows the other

    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(_signal, name):
            _signal.signal(getattr(_signal, name), _signal.SIG_DFL)


def execute_past_wrappers(
    console: Console, words: Sequence[str], environ: Mapping[str, str], around: Mapping[str, str]
) -> int:
    """Replace this process by the command with `environ`; return an exit code if that fails.

    `around` is this process's own environment.
    """
    from mfa_session.system.programs import (  # noqa: PLC0415  # not for `exec`
        OnlyWrappersError,
        find_program,
        may_lead_back,
    )

    child = {name: value for name, value in environ.items() if name not in _NOT_PASSED_ON}
    try:
        program = find_program(words[0], environ, _led_back(around))
    except OnlyWrappersError:
        from mfa_session.system.child import NOT_FOUND  # noqa: PLC0415  # after an error

        console.error(
            f"{words[0]}: only wrappers that call mfa-session are on PATH, not the program itself",
            "install it, or put its folder on PATH",
        )
        return NOT_FOUND
    if program is None:
        from mfa_session.system.child import report_not_found  # noqa: PLC0415  # after an error

        return report_not_found(console, words[0])
    if may_lead_back(program):
        child[LED_TO] = f"{os.getpid()} {_trail(around)[1] + 1} {program}"
    return execute(console, words, child, program)


def _led_back(environ: Mapping[str, str]) -> str | None:
    """Return the program that started us again, if any: it had replaced this very process.

    A parent process, or one further up, may call us for its own reasons. Those count only when it
    happens again, or many times.
    """
    process, times, program = _trail(environ)
    again = process == str(os.getppid()) and times > 1
    return program if process == str(os.getpid()) or again or times >= MOST_TIMES else None


def _trail(environ: Mapping[str, str]) -> tuple[str, int, str]:
    process, _, others = environ.get(LED_TO, "").partition(" ")
    times, _, program = others.partition(" ")
    return (process, int(times), program) if times.isdecimal() else ("", 0, "")
