"""`serve`: an endpoint for the programs that get the variables it prints."""

from __future__ import annotations

from mfa_session.cli.env import session_lines
from mfa_session.cli.output import write
from mfa_session.cli.spec.commands import STDIN
from mfa_session.model.record import Record, Result
from mfa_session.serve.serving import NOT_PASSED_ON, open_endpoint, read_port
from mfa_session.session.acquire import acquire_for_program
from mfa_session.session.environment import REMOVED
from mfa_session.shell.dialects import find_shell, format_removals, is_evaluated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context

SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""


class Options(Record):
    """What `serve` was given."""

    session: SessionOptions
    shell: str | None = None
    port: str | None = None
    region: str | None = None
    token_code: str | None = None


def run(options: Options, ctx: Context) -> Result:
    """Get the session, print the variables, and answer until a signal ends it."""
    port, shell = read_port(options.port), options.shell or find_shell(ctx.environ)
    if options.token_code == STDIN:
        ctx.make.take_code_from_stdin()
    use = acquire_for_program(options.session, ctx)
    session, jobs, region = options.session, ctx.make.jobs(), options.region
    with open_endpoint(use, session, ctx, jobs, region=region, port=port) as serving:
        serving.start()
        gone = [name for name in NOT_PASSED_ON if name not in {*REMOVED, *serving.variables}]
        lines = format_removals(shell, gone) if is_evaluated(shell) else []
        lines += session_lines(shell, serving.variables, use.session.profile)

        def tell() -> None:
            write("".join(f"{line}\n" for line in lines))
            ctx.console.say(f"serving session {use.session.name!r}; Ctrl-C ends it")

        number = jobs.wait_for_signal(tell)
    return Result(data={}, exit_code=SIGNALLED + number)
