"""Replace this process by the guarded command, skipping wrappers that call the guard."""

from __future__ import annotations

import os

from mfa_session.model.settings import GIVEN_CODE
from mfa_session.system.execute import execute
from mfa_session.system.programs import OnlyWrappersError, find_program, may_lead_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.model.ports import Console

LED_TO = "MFA_SESSION_GUARD_LED_TO"
"""A process, the count of replacements in a row, and the program that replaced it.

If that program starts us again, it is a wrapper.
"""
MOST_TIMES = 5
"""After so many replacements in a row through other programs, the last one is a wrapper."""
_NOT_PASSED_ON = (GIVEN_CODE, LED_TO)


def execute_past_wrappers(
    console: Console, words: Sequence[str], environ: Mapping[str, str], around: Mapping[str, str]
) -> int:
    """Replace this process by the command with `environ`; return an exit code if that fails.

    `around` is this process's own environment.
    """
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
    """Return the process, the count of replacements, and the program that replaced it."""
    process, _, others = environ.get(LED_TO, "").partition(" ")
    times, _, program = others.partition(" ")
    return (process, int(times), program) if times.isdecimal() else ("", 0, "")
