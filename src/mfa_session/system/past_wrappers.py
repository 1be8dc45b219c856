"""The end of `guard`: the command takes the place of this process, past any wrapper of ours."""

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
"""The process, which in a row it is, and the program it became: should that program start us
again, it is a wrapper."""
MOST_TIMES = 5
"""How many in a row may lead to us by way of others before the last is called a wrapper."""
_NOT_PASSED_ON = (GIVEN_CODE, LED_TO)


def execute_past_wrappers(
    console: Console, words: Sequence[str], environ: Mapping[str, str], around: Mapping[str, str]
) -> int:
    """Become the command with `environ`; return an exit code only if that fails.

    `around` is the environment that this process was started with.
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
        from mfa_session.system.child import not_found  # noqa: PLC0415  # likewise

        return not_found(console, words[0])
    if may_lead_back(program):
        child[LED_TO] = f"{os.getpid()} {_trail(around)[1] + 1} {program}"
    return execute(console, words, child, program)


def _led_back(environ: Mapping[str, str]) -> str | None:
    """Return the program that has led back to us: this very process had become it.

    Our parent may have gone on to be another that calls us for its own reasons; and where others
    stand in between nobody can know. They are believed when it happens again, or many times.
    """
    process, times, program = _trail(environ)
    again = process == str(os.getppid()) and times > 1
    return program if process == str(os.getpid()) or again or times >= MOST_TIMES else None


def _trail(environ: Mapping[str, str]) -> tuple[str, int, str]:
    """Return the process, which in a row it was, and the program that it became."""
    process, _, others = environ.get(LED_TO, "").partition(" ")
    times, _, program = others.partition(" ")
    return (process, int(times), program) if times.isdecimal() else ("", 0, "")
