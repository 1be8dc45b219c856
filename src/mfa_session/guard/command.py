"""`guard`: become a command; a protected one only with a session that had MFA."""

from __future__ import annotations

import os

from mfa_session.files.reading import read_bytes
from mfa_session.guard.aliases import NO_ALIASES, parse_aliases
from mfa_session.guard.decision import judge
from mfa_session.guard.pattern_warnings import warn_of_slips
from mfa_session.guard.rules import Rules
from mfa_session.model.aws_paths import expand
from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.result import Result
from mfa_session.system.execute import NOT_FOUND, execute, not_found
from mfa_session.system.programs import OnlyWrappersError, find_program, may_lead_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.cli.app import App
    from mfa_session.guard.aliases import Aliases
    from mfa_session.guard.decision import Verdict

ALIAS_FILE = "~/.aws/cli/alias"
LED_TO = "MFA_SESSION_GUARD_LED_TO"
"""The process, which in a row it is, and the program it became: should that program start us
again, it is a wrapper."""
MOST_TIMES = 5
"""How many in a row may lead to us by way of others before the last is called a wrapper."""
_NOT_PASSED_ON = ("MFA_SESSION_TOKEN_CODE", LED_TO)


def run(app: App) -> Result:
    """Decide about the command and become it, or tell what would be done (`--dry-run`)."""
    words = app.given.rest
    if not words:
        raise UsageError(
            "no-command", "guard has no command to run", "mfa-session guard -- aws s3 ls"
        )
    verdict = judge(words, Rules.of(app.file().guard), read_aliases(app))
    is_dry = app.given.flag("dry_run")
    warn_of_slips(app, again=verdict.protected or is_dry)
    if is_dry:
        from mfa_session.guard.report import report  # noqa: PLC0415  # cold

        return report(app, verdict)
    if not verdict.protected:
        return _end(become_program(app, words, app.environ))
    return _end(_step_up(app, words, verdict))


def _step_up(app: App, words: Sequence[str], verdict: Verdict) -> int:
    from mfa_session.guard.step_up import step_up  # noqa: PLC0415  # cold

    ready = step_up(app, words, verdict)
    return become_program(app, ready.words, ready.environ)


def read_aliases(app: App) -> Aliases:
    """Return the AWS CLI's aliases; of a file that cannot be read, the CLI itself will tell."""
    try:
        data = read_bytes(expand(ALIAS_FILE, app.environ))
    except ConfigurationError:
        return NO_ALIASES
    return parse_aliases(data.decode("utf-8", "replace")) if data else NO_ALIASES


def become_program(app: App, words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Become the command, looked up past any wrapper of our own; return an exit code if not."""
    child = {name: value for name, value in environ.items() if name not in _NOT_PASSED_ON}
    try:
        program = find_program(words[0], environ, _led_back(app.environ))
    except OnlyWrappersError:
        app.talk.error(
            f"{words[0]}: only wrappers that call mfa-session are on PATH, not the program itself",
            "install it, or put its folder on PATH",
        )
        return NOT_FOUND
    if program is None:
        return not_found(app.talk, words[0])
    if may_lead_back(program):
        child[LED_TO] = f"{os.getpid()} {_trail(app.environ)[1] + 1} {program}"
    return execute(app.talk, words, child, program)


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


def _end(exit_code: int) -> Result:
    return Result(data={}, exit_code=exit_code)
