"""`exec`: become a command, with a session's credentials in its environment."""

from __future__ import annotations

import sys

from mfa_session.cli.spec.commands import STDIN
from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.session.acquire import acquire_for_program, variables_of
from mfa_session.session.environment import child_environment
from mfa_session.system.execute import execute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context


class Options(Record):
    """What `exec` was given; `rest` is the command."""

    session: SessionOptions
    region: str | None = None
    token_code: str | None = None
    serve: bool = False
    rest: tuple[str, ...] = ()


def run(options: Options, ctx: Context) -> Result:
    """Get the session, then become the command, or the person's shell; or serve it."""
    if options.rest[1:2] == ("--",):
        _refuse_session_for_command(options, ctx)
    if options.token_code == STDIN:
        ctx.make.take_code_from_stdin()
    use = acquire_for_program(options.session, ctx)
    command = options.rest or (person_shell(ctx.environ),)
    if not options.rest:
        name = use.session.name
        ctx.console.say(f"{command[0]} with session {name!r}; to leave it: exit")
    if options.serve:
        from mfa_session.serve.serving import run_job  # noqa: PLC0415  # asyncio

        exit_code = run_job(use, options.session, ctx, command, options.region)
    else:
        environ = child_environment(ctx.environ, variables_of(use, ctx, options.region))
        exit_code = execute(ctx.console, command, environ)
    return Result(data={}, exit_code=exit_code)


def _refuse_session_for_command(options: Options, ctx: Context) -> None:
    """Refuse `exec NAME -- CMD`, as aws-vault has it, where NAME is a session or a profile."""
    from mfa_session.model.text import join, quote  # noqa: PLC0415  # seldom
    from mfa_session.session.context import read_inputs  # noqa: PLC0415
    from mfa_session.session.names import look_up  # noqa: PLC0415

    name, _, *command = options.rest
    inputs = read_inputs(ctx, options.session)
    if look_up(inputs, name) is not None:
        again = f"mfa-session exec --profile {quote(name)} -- {join(command)}"
        raise UsageError(
            "session-for-command",
            f"{name!r} is a session or a profile, no command",
            f"run `{again}`",
        )


def person_shell(environ: Mapping[str, str]) -> str:
    """Return the shell that the person uses."""
    if sys.platform == "win32":
        return environ.get("COMSPEC", "cmd.exe")
    return environ.get("SHELL") or "/bin/sh"
