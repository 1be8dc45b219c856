"""Makes the context of a run from the words, the environment and the clock."""

from __future__ import annotations

from mfa_session.cli.arguments import asks_nothing
from mfa_session.cli.wiring import Wiring
from mfa_session.files.aws_clock import AwsClock
from mfa_session.files.opened import Files
from mfa_session.files.state import StateDir
from mfa_session.session.context import Context
from mfa_session.system.console import Console

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.cli.arguments import Given
    from mfa_session.system.clock import SystemClock


def make_context(given: Given, environ: Mapping[str, str], clock: SystemClock) -> Context:
    """Return the context; nothing is read yet but what the clock needs when it is asked."""
    state = StateDir.of(environ)
    aws_clock = AwsClock(state)
    clock.follow(aws_clock.offset)
    console = Console(int(given.values.get("verbose") or 0), environ)
    files = Files(environ, state)
    may_ask = not asks_nothing(given.values, environ)
    wiring = Wiring(
        environ=environ,
        clock=clock,
        aws_clock=aws_clock,
        console=console,
        files=files,
        given=given,
        may_ask=may_ask,
    )
    return Context(
        environ=environ, clock=clock, console=console, files=files, make=wiring, may_ask=may_ask
    )
