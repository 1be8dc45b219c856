"""`env` and `serve`: a session as variables, for a shell to evaluate."""

from __future__ import annotations

from mfa_session.cli.output import write
from mfa_session.cli.spec.commands import STDIN
from mfa_session.model.record import Record, Result
from mfa_session.session.acquire import acquire_for_program, variables_of
from mfa_session.session.environment import ACTIVE, REMOVED, noting_regions, ours_in
from mfa_session.shell.dialects import (
    carries,
    find_shell,
    format_removals,
    format_variables,
    is_evaluated,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context

SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""


class EnvOptions(Record):
    """What `env` was given."""

    session: SessionOptions
    shell: str | None = None
    unset: bool = False


def env(options: EnvOptions, ctx: Context) -> Result:
    """Print what sets the session's variables, or with `--unset` what removes them."""
    shell = options.shell or find_shell(ctx.environ)
    if options.unset:
        return Result(data={}, lines=tuple(format_removals(shell, ours_in(ctx.environ))))
    use = acquire_for_program(options.session, ctx)
    variables = variables_of(use, ctx)
    if is_evaluated(shell):
        variables = noting_regions(variables, ctx.environ)
    return Result(data={}, lines=tuple(session_lines(shell, variables, use.session.profile)))


def session_lines(shell: str, variables: Mapping[str, str], profile: str) -> list[str]:
    """Return the lines that set a session's variables, and remove what would get in their way.

    Where the reader does not take the session's name as it is, `profile` stands in its place.
    """
    if not carries(shell, variables[ACTIVE]):
        variables = {**variables, ACTIVE: profile}
    removed = format_removals(shell, REMOVED) if is_evaluated(shell) else []
    return removed + format_variables(shell, variables)


class ServeOptions(Record):
    """What `serve` was given."""

    session: SessionOptions
    shell: str | None = None
    port: str | None = None
    region: str | None = None
    token_code: str | None = None


def serve(options: ServeOptions, ctx: Context) -> Result:
    """Get the session, print the variables, and answer until a signal ends it."""
    from mfa_session.serve.serving import (  # noqa: PLC0415  # asyncio
        NOT_PASSED_ON,
        open_endpoint,
        read_port,
    )

    port, shell = read_port(options.port), options.shell or find_shell(ctx.environ)
    if options.token_code == STDIN:
        ctx.make.take_code_from_stdin()
    use = acquire_for_program(options.session, ctx)
    session, jobs, region = options.session, ctx.make.jobs(), options.region
    with open_endpoint(use, session, ctx, jobs, region, port) as (variables, start):
        start()
        gone = [name for name in NOT_PASSED_ON if name not in {*REMOVED, *variables}]
        lines = format_removals(shell, gone) if is_evaluated(shell) else []
        lines += session_lines(shell, variables, use.session.profile)

        def tell() -> None:
            write("".join(f"{line}\n" for line in lines))
            ctx.console.say(f"serving session {use.session.name!r}; Ctrl-C ends it")

        number = jobs.wait_for_signal(tell)
    return Result(data={}, exit_code=SIGNALLED + number)
