"""`shell-init`: what puts the guard, completion and a prompt into a shell."""

from __future__ import annotations

from mfa_session.model.result import Result
from mfa_session.shell.scripts import init_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.app import App


def run(app: App) -> Result:
    """Print the script of the shell named, with the commands that config.toml has guarded now."""
    commands = app.file().guard.get("commands", ())
    script = init_script(app.given.values["shell"], commands)
    return Result(data={}, lines=tuple(script.splitlines()))
