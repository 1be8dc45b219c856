"""`guard`: run a command, with an MFA session if it is protected."""

from __future__ import annotations

from mfa_session.guard.aliases import NO_ALIASES, parse_aliases
from mfa_session.guard.rules import Rules, judge
from mfa_session.model.errors import ConfigurationError, MfaSessionError, UsageError
from mfa_session.model.paths import expand
from mfa_session.model.record import Record, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.guard.aliases import Aliases
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context


ALIAS_FILE = "~/.aws/cli/alias"
PATTERNS_NOTE = "guard-patterns"
"""The state file with the patterns checked last, and the warning about them."""


class Options(Record):
    """The arguments of `guard`; `rest` is the command, `max_age` is seconds."""

    session: SessionOptions
    profile: str | None = None
    max_age: int | None = None
    yes: bool = False
    dry_run: bool = False
    rest: tuple[str, ...] = ()


def run(options: Options, ctx: Context) -> Result:
    """Run the command, or report what would be done (`--dry-run`)."""
    words = options.rest
    if not words:
        raise UsageError(
            "no-command",
            "guard has no command to run",
            "name one: `mfa-session guard -- aws s3 ls`",
        )
    verdict = judge(words, Rules.of(ctx.files.settings().guard), read_aliases(ctx))
    warn_of_unmatched(ctx, repeat=verdict.protected or options.dry_run)
    if not (verdict.protected or options.dry_run):
        return Result(data={}, exit_code=ctx.execute(words, ctx.environ))
    from mfa_session.guard.plan import GuardedCommand, report  # noqa: PLC0415  # cold
    from mfa_session.session.context import read_inputs  # noqa: PLC0415  # cold

    request = GuardedCommand(
        words=words,
        verdict=verdict,
        profile=options.profile,
        max_age=options.max_age,
        yes=options.yes,
    )
    # The command and guard's own --profile alone choose the session.
    inputs = read_inputs(ctx, options.session.replace(profile=None, source_profile=None))
    if options.dry_run:
        return report(request, inputs, ctx.clock.now())
    from mfa_session.guard.step_up import step_up  # noqa: PLC0415  # cold

    return Result(data={}, exit_code=step_up(request, inputs, ctx))


def read_aliases(ctx: Context) -> Aliases:
    """Return the AWS CLI's aliases; the CLI itself reports a file that it cannot read."""
    try:
        data = ctx.files.read(expand(ALIAS_FILE, ctx.environ))
    except ConfigurationError:
        return NO_ALIASES
    return parse_aliases(data.decode("utf-8", "replace")) if data else NO_ALIASES


def warn_of_unmatched(ctx: Context, *, repeat: bool) -> None:
    """Warn once of patterns that match no operation; each time with `repeat`.

    The check goes through every operation of AWS, so its answer is kept in the state directory.
    """
    guard = ctx.files.settings().guard
    patterns = [*guard.get("protect", ()), *guard.get("allow", ())]
    if not patterns:
        return
    note = (ctx.files.state.read(PATTERNS_NOTE) or b"").decode("utf-8", "replace")
    checked, _, warning = note.partition("\0")
    is_new = checked != "\n".join(patterns)
    if is_new:
        warning = _check_patterns(ctx, patterns)
    if warning and (is_new or repeat):
        ctx.console.warn(warning)


def _check_patterns(ctx: Context, patterns: list[str]) -> str:
    from mfa_session.guard.unmatched import find_unmatched  # noqa: PLC0415
    from mfa_session.model.text import did_you_mean  # noqa: PLC0415

    named = [
        repr(pattern) + (f" ({did_you_mean([near])})" if near else "")
        for pattern, near in find_unmatched(patterns, ctx.make.operations).items()
    ]
    warning = f"[guard] of config.toml: no operation is called {', '.join(named)}" if named else ""
    try:
        ctx.files.state.write(PATTERNS_NOTE, "\0".join(["\n".join(patterns), warning]).encode())
    except MfaSessionError:
        ctx.console.detail("cannot note in the state directory that [guard] was checked")
    return warning
