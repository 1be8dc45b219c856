"""`shell-init` and `completion`: the scripts that put this program into a shell."""

from __future__ import annotations

from mfa_session.model.record import Record, Result
from mfa_session.shell.scripts import completion_script, init_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.session.context import Context


class Options(Record):
    """What `shell-init` or `completion` was given."""

    shell: str


def shell_init(options: Options, ctx: Context) -> Result:
    """Print the script with the guard, which wraps what config.toml guards now, and the prompt."""
    script = init_script(options.shell, ctx.files.settings().guard.get("commands", ()))
    return Result(data={}, lines=tuple(script.splitlines()))


def completion(options: Options, ctx: Context) -> Result:
    """Print the script that only completes."""
    del ctx  # the script depends on the shell alone
    return Result(data={}, lines=tuple(completion_script(options.shell).splitlines()))
