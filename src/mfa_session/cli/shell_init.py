"""`shell-init`: what puts the guard, completion and a prompt into a shell."""

from __future__ import annotations

from mfa_session.model.record import Record, Result
from mfa_session.shell.scripts import init_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.session.context import Context


class Options(Record):
    """What `shell-init` was given."""

    shell: str


def run(options: Options, ctx: Context) -> Result:
    """Print the script of the shell named, with the commands that config.toml has guarded now."""
    commands = ctx.files.settings().guard.get("commands", ())
    script = init_script(options.shell, commands)
    return Result(data={}, lines=tuple(script.splitlines()))
