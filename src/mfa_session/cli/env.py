"""`env`: a session as text for a shell to evaluate."""

from __future__ import annotations

from mfa_session.model.record import Record, Result
from mfa_session.session.acquire import acquire_for_program, variables_of
from mfa_session.session.environment import ACTIVE, REMOVED, noting_regions, ours_in
from mfa_session.shell.dialects import (
    carries,
    find_shell,
    format_removals,
    format_variables,
    is_evaluated,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context


class Options(Record):
    """What `env` was given."""

    session: SessionOptions
    shell: str | None = None
    unset: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Print what sets the session's variables, or with `--unset` what removes them."""
    shell = options.shell or find_shell(ctx.environ)
    if options.unset:
        return Result(data={}, lines=tuple(format_removals(shell, ours_in(ctx.environ))))
    use = acquire_for_program(options.session, ctx)
    variables = variables_of(use, ctx)
    if is_evaluated(shell):
        variables = noting_regions(variables, ctx.environ)
    return Result(data={}, lines=tuple(session_lines(shell, variables, use.session.profile)))


def session_lines(shell: str, variables: Mapping[str, str], profile: str) -> list[str]:
    """Return the lines that set a session's variables, and remove what would get in their way.

    Where the reader does not take the session's name as it is, `profile` stands in its place.
    """
    if not carries(shell, variables[ACTIVE]):
        variables = {**variables, ACTIVE: profile}
    removed = format_removals(shell, REMOVED) if is_evaluated(shell) else []
    return removed + format_variables(shell, variables)
