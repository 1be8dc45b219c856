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

    from mfa_session.cli.arguments import Given
    from mfa_session.model.ports import Limited
    from mfa_session.model.session import Keys
    from mfa_session.session.context import Factories
    from mfa_session.system.machine import SystemClock


class Run(Record):
    """What one run has, from which the edges are made."""

    environ: Mapping[str, str]
    clock: SystemClock
    aws_clock: AwsClock
    console: Console
    files: Files
    given: Given
    may_ask: bool

    def limited(self, text: str) -> Limited:
        """Return how to do work within a limit; where that takes long, the person sees `text`."""
        from mfa_session.system.waiting import limited  # noqa: PLC0415  # not for warm commands

        return limited(self.console.progress, text)

    def asking_aws(self) -> Limited:
        """Return how to ask AWS within a limit."""
        return self.limited("waiting for AWS …")


def make_context(
    given: Given,
    environ: Mapping[str, str],
    clock: SystemClock,
    make_factories: Callable[[Run], Factories],
) -> Context:
    """Return a command's context. No core is dumped from here on: what is read next holds keys."""
    machine.forbid_core_dumps()
    return context_of(
        given,
        environ,
        clock,
        make_factories,
        console=Console(int(given.values.get("verbose") or 0), environ),
        files=Files(environ, StateDir.of(environ)),
        may_ask=not given.flag("no_input") and not forbids_questions(environ),
    )


def context_of(
    given: Given,
    environ: Mapping[str, str],
    clock: SystemClock,
    make_factories: Callable[[Run], Factories],
    *,
    console: Console,
    files: Files,
    may_ask: bool,
) -> Context:
    """Return a context; nothing is read yet but what the clock needs when it is asked.

    `make_factories` is called when the first factory is asked for.
    """
    aws_clock = AwsClock(files.state)
    clock.offset = aws_clock.offset
    run = Run(
        environ=environ,
        clock=clock,
        aws_clock=aws_clock,
        console=console,
        files=files,
        given=given,
        may_ask=may_ask,
    )
    made: list[Factories] = []

    def wire() -> Factories:
        if not made:
            made.append(make_factories(run))
        return made[0]

    def fetch(profile: str, keyring: str | None) -> Keys | None:
        return wire().session_keys(profile, keyring)

    def execute(command: Sequence[str], child: Mapping[str, str]) -> int:
        from mfa_session.system.execute import (  # noqa: PLC0415  # for the guard
            execute_past_wrappers,
        )

        return execute_past_wrappers(console, command, child, environ)

    files.fetch = fetch
    return Context(
        environ=environ,
        clock=clock,
        console=console,
        files=files,
        wire=wire,
        execute=execute,
        may_ask=may_ask,
    )
