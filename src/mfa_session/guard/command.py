"""`guard`: become a command; a protected one only with a session that had MFA."""

from __future__ import annotations

from mfa_session.guard.aliases import NO_ALIASES, parse_aliases
from mfa_session.guard.rules import Rules
from mfa_session.guard.verdict import judge
from mfa_session.model.errors import ConfigurationError, DeclinedError, MfaSessionError, UsageError
from mfa_session.model.paths import expand
from mfa_session.model.record import Record, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.guard.aliases import Aliases
    from mfa_session.guard.plan import Wishes
    from mfa_session.guard.verdict import Verdict
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context, Inputs


ALIAS_FILE = "~/.aws/cli/alias"
NOTE = "guard-patterns"
"""The file of the state directory with the patterns seen last, and which of them were slips."""


class Options(Record):
    """What `guard` was given; `rest` is the command, `max_age` is seconds."""

    session: SessionOptions
    profile: str | None = None
    max_age: int | None = None
    yes: bool = False
    dry_run: bool = False
    rest: tuple[str, ...] = ()


def run(options: Options, ctx: Context) -> Result:
    """Decide about the command and become it, or tell what would be done (`--dry-run`)."""
    words = options.rest
    if not words:
        raise UsageError(
            "no-command",
            "guard has no command to run",
            "say which: `mfa-session guard -- aws s3 ls`",
        )
    verdict = judge(words, Rules.of(ctx.files.settings().guard), read_aliases(ctx))
    warn_of_slips(ctx, again=verdict.protected or options.dry_run)
    if options.dry_run:
        from mfa_session.guard.report import report  # noqa: PLC0415  # cold

        return report(verdict, *_state(options, ctx), ctx.clock.now())
    if verdict.protected:
        return _run_protected(options, ctx, verdict)
    return _end(ctx.execute(words, ctx.environ))


def _run_protected(options: Options, ctx: Context, verdict: Verdict) -> Result:
    from mfa_session.guard.step_up import GuardedCommand, step_up  # noqa: PLC0415  # cold

    inputs, wishes = _state(options, ctx)
    request = GuardedCommand(words=options.rest, verdict=verdict, wishes=wishes, yes=options.yes)
    ready = step_up(request, inputs, ctx)
    if ready is None:
        ctx.console.say("mfa-session: not run")
        return _end(DeclinedError.exit_code)
    return _end(ctx.execute(ready.words, ready.environ))


def _state(options: Options, ctx: Context) -> tuple[Inputs, Wishes]:
    """Return the files as they stand, and what was said of the session."""
    from mfa_session.guard.plan import Wishes  # noqa: PLC0415  # cold
    from mfa_session.session.context import read_inputs  # noqa: PLC0415  # cold

    # Which session it is follows from the command, and from guard's own --profile alone.
    said = options.session.replace(profile=None, source_profile=None)
    wishes = Wishes(profile=options.profile, max_age=options.max_age)
    return read_inputs(ctx, said), wishes


def read_aliases(ctx: Context) -> Aliases:
    """Return the AWS CLI's aliases; of a file that cannot be read, the CLI itself will tell."""
    try:
        data = ctx.files.read(expand(ALIAS_FILE, ctx.environ))
    except ConfigurationError:
        return NO_ALIASES
    return parse_aliases(data.decode("utf-8", "replace")) if data else NO_ALIASES


def _end(exit_code: int) -> Result:
    return Result(data={}, exit_code=exit_code)


def warn_of_slips(ctx: Context, *, again: bool) -> None:
    """Warn of patterns that match nothing: when they are new, and `again` where that is fitting.

    Finding out takes a look through all operations, so the answer is noted.
    """
    guard = ctx.files.settings().guard
    patterns = [*guard.get("protect", ()), *guard.get("allow", ())]
    if not patterns:
        return
    seen, _, slips = (ctx.files.state.read(NOTE) or b"").decode("utf-8", "replace").partition("\0")
    is_new = seen != "\n".join(patterns)
    if is_new:
        slips = _find_slips(ctx, patterns)
    if slips and (is_new or again):
        ctx.console.warn(slips)


def _find_slips(ctx: Context, patterns: list[str]) -> str:
    from mfa_session.guard.unmatched import find_unmatched  # noqa: PLC0415
    from mfa_session.model.text import did_you_mean  # noqa: PLC0415

    named = [
        repr(pattern) + (f" ({did_you_mean([near])})" if near else "")
        for pattern, near in find_unmatched(patterns, ctx.make.operations).items()
    ]
    slips = f"[guard] of config.toml: no operation is called {', '.join(named)}" if named else ""
    try:
        ctx.files.state.write(NOTE, "\0".join(["\n".join(patterns), slips]).encode())
    except MfaSessionError:  # it is found out anew the next time
        ctx.console.detail("the patterns of [guard] could not be remembered in the state directory")
    return slips
