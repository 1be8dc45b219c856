"""What acquiring a session touches."""

from __future__ import annotations

from mfa_session.aws.sts import AwsCalls
from mfa_session.files.notes import UsedSteps
from mfa_session.files.single_flight import Turns
from mfa_session.mfa.sources import PromptedCode, Sources
from mfa_session.model.ports import Edges
from mfa_session.system.clock import wait_until
from mfa_session.system.role_session_name import role_session_name
from mfa_session.system.signals import uninterrupted
from mfa_session.system.terminal import choose_device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.run import Basics
    from mfa_session.mfa.sources import DeviceCodes, SuppliedCode
    from mfa_session.model.session import Keys
    from mfa_session.model.settings import Settings, Source


def make_session(basics: Basics) -> Edges:
    """Return the edges."""
    run = basics.run
    terminal, state = basics.terminal(), run.files.state
    turns = Turns(state, run.console, terminal.identity() if terminal.can_ask() else None)
    supplied = basics.supplied_code()

    def codes(settings: Settings) -> DeviceCodes:
        return _codes(basics, settings, turns, supplied)

    def process_keys(source: Source) -> Keys:
        if source.stored is not None:  # our own process: what it would read
            return basics.stored_keys().required(source.stored)
        from mfa_session.system.processes import (  # noqa: PLC0415  # subprocess, and few need it
            run_credential_process,
        )

        return run_credential_process(source, run.environ)

    return Edges(
        aws=AwsCalls(run.clock, run.aws_clock, run.asking_aws(), run.environ),
        talk=run.console,
        clock=run.clock,
        store=basics.store(),
        turns=turns,
        steps=UsedSteps(state, run.console),
        wait_until=lambda moment, what: wait_until(run.clock, run.console, moment, what),
        codes=codes,
        process_keys=process_keys,
        uninterrupted=uninterrupted,
        role_session_name=role_session_name,
        choose_device=lambda serials: choose_device(terminal, serials),
    )


def _codes(
    basics: Basics, settings: Settings, turns: Turns, supplied: SuppliedCode | None
) -> DeviceCodes:
    """Return where this session's codes come from, or refuse before anything is sent."""
    run, terminal = basics.run, basics.terminal()

    def ask(question: str) -> str:
        # Two logins that need different codes do not ask over each other.
        with turns.alone(f"terminal {terminal.identity()}", "this terminal"):
            return terminal.ask_hidden(question)

    def run_command(serial: str) -> str:
        from mfa_session.system.code_command import run_code_command  # noqa: PLC0415  # few settings

        command, profile = settings.code_command or "", settings.name
        run.console.announce(f"running the code_command of session {profile!r} …")
        return run_code_command(command, serial=serial, profile=profile, environ=run.environ)

    return Sources(
        settings=settings,
        clock=run.clock,
        talk=run.console,
        secrets=basics.secrets(),
        run_command=run_command if settings.code_command else None,
        prompt=PromptedCode(ask, terminal.tell, settings.name) if terminal.can_ask() else None,
        supplied=supplied,
    ).choose()
