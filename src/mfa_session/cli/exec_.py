"""`exec`: become a command, with a session's credentials in its environment."""

from __future__ import annotations

import sys

from mfa_session.model.record import Record
from mfa_session.model.result import Result
from mfa_session.session.environment import child_environment
from mfa_session.session.in_use import take_session, variables_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context


class Options(Record):
    """What `exec` was given; `rest` is the command."""

    session: SessionOptions
    region: str | None = None
    serve: bool = False
    rest: tuple[str, ...] = ()


def run(options: Options, ctx: Context) -> Result:
    """Get the session, then become the command, or the person's shell; or serve it."""
    ctx.make.take_code_from_stdin()
    use = take_session(options.session, ctx)
    command = options.rest or (_shell(ctx.environ),)
    if options.serve:
        from mfa_session.serve.job import run_job  # noqa: PLC0415  # asyncio

        exit_code = run_job(use, options.session, ctx, command, options.region)
    else:
        environ = child_environment(ctx.environ, variables_of(use, ctx, options.region))
        exit_code = ctx.make.execute(command, environ)
    return Result(data={}, exit_code=exit_code)


def _shell(environ: Mapping[str, str]) -> str:
    if sys.platform == "win32":
        return environ.get("COMSPEC", "cmd.exe")
    return environ.get("SHELL") or "/bin/sh"
