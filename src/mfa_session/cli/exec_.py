"""`exec`: become a command, with a session's credentials in its environment."""

from __future__ import annotations

import sys

from mfa_session.cli.session_variables import take_session, variables_of
from mfa_session.model.errors import NoMfaError
from mfa_session.model.result import Result
from mfa_session.session.environment import child_environment
from mfa_session.system.execute import become

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.cli.app import App


def run(app: App) -> Result:
    """Get the session, then become the command, or the person's shell."""
    _take_code_from_stdin(app)
    use = take_session(app)
    environ = child_environment(app.environ, variables_of(app, use))
    command = app.given.rest or (_shell(app.environ),)
    return Result(data={}, exit_code=become(app, command, environ))


def _take_code_from_stdin(app: App) -> None:
    """Take the line of `--token-code -`, needed or not: the command gets what follows it."""
    if app.given.values.get("token_code") != "-":
        return
    from mfa_session.cli.wiring import read_line  # noqa: PLC0415  # imports every edge

    try:
        app.given = app.given.replace(values={**app.given.values, "token_code": read_line()})
    except NoMfaError:
        return  # missed only if a code turns out to be needed


def _shell(environ: Mapping[str, str]) -> str:
    if sys.platform == "win32":
        return environ.get("COMSPEC", "cmd.exe")
    return environ.get("SHELL") or "/bin/sh"
