"""`exec`: become a command, with a session's credentials in its environment."""

from __future__ import annotations

import os
import sys

from mfa_session.cli.result import Result
from mfa_session.cli.using import take_session, variables_of
from mfa_session.errors import NoMfaError
from mfa_session.session.environment import child_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.cli.app import App

NOT_EXECUTABLE, NOT_FOUND = 126, 127


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


def become(app: App, command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Replace this process by `command`; return only if that fails (126, 127), as a shell does."""
    try:
        if sys.platform == "win32":
            return _run_child(command, environ)
        os.execvpe(command[0], list(command), environ)  # noqa: S606  # the person's own command
    except (FileNotFoundError, NotADirectoryError):
        app.talk.error(f"{command[0]}: command not found", "check the name and PATH")
        return NOT_FOUND
    except OSError as error:
        app.talk.error(f"{command[0]}: {error.strerror}", "check that it may be executed")
        return NOT_EXECUTABLE
    except ValueError:  # an empty name, or a NUL in it
        app.talk.error(f"{command[0]!r} is no command", "check the name")
        return NOT_FOUND


def _run_child(command: Sequence[str], environ: Mapping[str, str]) -> int:
    import subprocess  # noqa: PLC0415  # Windows has no execve that keeps the console

    return subprocess.run(list(command), env=dict(environ), check=False).returncode


def _shell(environ: Mapping[str, str]) -> str:
    if sys.platform == "win32":
        return environ.get("COMSPEC", "cmd.exe")
    return environ.get("SHELL") or "/bin/sh"
