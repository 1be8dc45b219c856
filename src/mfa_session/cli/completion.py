"""`completion`: the script that lets a shell complete this program's words."""

from __future__ import annotations

from mfa_session.model.record import Record, Result
from mfa_session.shell.scripts import completion_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.session.context import Context


class Options(Record):
    """What `completion` was given."""

    shell: str


def run(options: Options, ctx: Context) -> Result:
    """Print the script of the shell named."""
    del ctx  # the script depends on nothing else
    script = completion_script(options.shell)
    return Result(data={}, lines=tuple(script.splitlines()))
