"""`completion`: the script that lets a shell complete this program's words."""

from __future__ import annotations

from mfa_session.model.result import Result
from mfa_session.shell.scripts import completion_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.app import App


def run(app: App) -> Result:
    """Print the script of the shell named."""
    script = completion_script(app.given.values["shell"])
    return Result(data={}, lines=tuple(script.splitlines()))
