"""One run of the program: what its edges are made from, and the context that commands are given.

Every warm command imports this module; what makes the edges is called when one is asked for.
"""

from __future__ import annotations

from mfa_session.files.person_files import Files
from mfa_session.files.state import AwsClock, StateDir
from mfa_session.model.errors import forbids_questions
from mfa_session.model.record import Record
from mfa_session.session.context import Context
from mfa_session.system import machine
from mfa_session.system.console import Console

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from mfa_session.cli.arguments import Call
    from mfa_session.session.context import Factories
    from mfa_session.system.machine import SystemClock


class Run(Record):
    """What one run has, from which the edges are made; `values` are the options' by name."""

    environ: Mapping[str, str]
    clock: SystemClock
    aws_clock: AwsClock
    console: Console
    files: Files
    values: Mapping[str, Any]
    may_ask: bool


def make_context(
    call: Call,
    environ: Mapping[str, str],
    clock: SystemClock,
    make_factories: Callable[[Run], Factories],
) -> Context:
    """Return a command's context. No core is dumped from here on: what is read next holds keys."""
    machine.forbid_core_dumps()
    files = Files(environ, StateDir.of(environ))
    run = Run(
        environ=environ,
        clock=clock,
        aws_clock=AwsClock(files.state),
        console=Console(int(call.values.get("verbose") or 0), environ),
        files=files,
        values=call.values,
        may_ask=not call.flag("no_input") and not forbids_questions(environ),
    )
    return context_of(run, make_factories)


def context_of(run: Run, make_factories: Callable[[Run], Factories]) -> Context:
    """Return the context of a run; reads nothing, and calls `make_factories` on first use."""
    run.clock.offset = run.aws_clock.offset
    made: list[Factories] = []

    def wire() -> Factories:
        if not made:
            made.append(make_factories(run))
        return made[0]

    def execute(command: Sequence[str], child: Mapping[str, str]) -> int:
        from mfa_session.system.execute import (  # noqa: PLC0415  # for the guard
            execute_past_wrappers,
        )

        return execute_past_wrappers(run.console, command, child, run.environ)

    run.files.fetch = lambda profile, keyring: wire().session_keys(profile, keyring)
    return Context(
        environ=run.environ,
        clock=run.clock,
        console=run.console,
        files=run.files,
        wire=wire,
        execute=execute,
        may_ask=run.may_ask,
    )
