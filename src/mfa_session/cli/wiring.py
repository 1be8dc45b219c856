"""The wiring of a login: every concrete edge, plugged into what asks for it. Cold, all of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mfa_session.aws.checkup import Checkup
from mfa_session.aws.devices import IamDevices
from mfa_session.aws.lookups import Lookups
from mfa_session.aws.policies import IamPolicies
from mfa_session.aws.sts import AwsCalls
from mfa_session.cli.arguments import asks_nothing
from mfa_session.files.enrolments import Enrolments
from mfa_session.files.session_store import SessionStore
from mfa_session.files.single_flight import Turns
from mfa_session.files.used_codes import UsedSteps
from mfa_session.mfa import devices, phone
from mfa_session.mfa.codes import PromptedCode, SuppliedCode
from mfa_session.mfa.sources import Sources
from mfa_session.model.ports import Edges
from mfa_session.system import qr
from mfa_session.system.code_command import run_code_command
from mfa_session.system.countdown import wait_until
from mfa_session.system.processes import aws_cli_version, run_credential_process
from mfa_session.system.programs import OnlyWrappersError, find_program
from mfa_session.system.role_session_name import role_session_name
from mfa_session.system.secret_store import SecretStore
from mfa_session.system.signals import put_off, uninterrupted
from mfa_session.system.stdin import read_line, read_secret_line
from mfa_session.system.terminal import Terminal

__all__ = [
    "SecretStore",
    "Terminal",
    "aws_cli_version",
    "checkup_of",
    "choose",
    "has_program",
    "lookups_of",
    "phone_of",
    "policies_of",
    "read_line",
    "read_secret_line",
    "secrets_of",
    "store_of",
    "stored_secrets_of",
    "terminal_of",
    "uninterrupted",
    "wire",
    "wire_devices",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.cli.app import App
    from mfa_session.files.aws_clock import ClockReading
    from mfa_session.files.state import StateDir
    from mfa_session.mfa.devices import NewDevice, User
    from mfa_session.mfa.sources import DeviceCodes
    from mfa_session.model.ports import Caller
    from mfa_session.model.settings import Settings
    from mfa_session.model.settings_file import SettingsFile


def terminal_of(app: App) -> Terminal:
    """Return the terminal, which may be asked unless --no-input."""
    return Terminal(may_ask=not asks_nothing(app.given.values, app.environ))


def store_of(app: App) -> SessionStore:
    """Return the store that writes sessions."""
    return SessionStore(app.environ, app.state, app.talk.warn)


def secrets_of(app: App) -> SecretStore:
    """Return the keyring's store of TOTP secrets, as config.toml and options choose it."""
    return SecretStore(
        app.environ,
        app.file().keyring,
        app.state,
        insecure=app.given.flag("insecure_keyring"),
        may_ask=not asks_nothing(app.given.values, app.environ),
    )


def wire(app: App) -> Edges:
    """Return everything a login touches."""
    terminal = terminal_of(app)
    turns = Turns(app.state, app.talk, terminal.identity() if terminal.can_ask() else None)
    supplied = _supplied_code(app)
    return Edges(
        aws=AwsCalls(app.clock, app.aws_clock),
        talk=app.talk,
        clock=app.clock,
        store=store_of(app),
        turns=turns,
        steps=UsedSteps(app.state, app.talk),
        wait_until=lambda moment, what: wait_until(app.clock, app.talk, moment, what),
        codes=lambda settings: _codes(app, settings, terminal, turns, supplied),
        process_keys=run_credential_process,
        uninterrupted=uninterrupted,
        role_session_name=role_session_name,
        choose_device=lambda serials: choose_device(terminal, serials),
    )


def wire_devices(app: App, caller: Caller) -> devices.Edges:
    """Return what the care of MFA devices touches, in the name of `caller`."""
    terminal, login = terminal_of(app), app.edges()
    return devices.Edges(
        aws=IamDevices(app.clock, app.aws_clock, caller),
        secrets=secrets_of(app),
        intents=Enrolments(app.state),
        steps=login.steps,
        turns=login.turns,
        clock=app.clock,
        talk=app.talk,
        wait_until=login.wait_until,
        pause=app.clock.pause,
        put_off=put_off,
        confirm=lambda question: confirm(terminal, question),
        ask_code=terminal.ask_hidden if terminal.can_ask() else None,
        choose=login.choose_device,
    )


def lookups_of(app: App, caller: Caller) -> Lookups:
    """Return the questions about what a command will hit, asked by `caller`."""
    return Lookups(app.clock, app.aws_clock, caller)


def policies_of(app: App, caller: Caller) -> IamPolicies:
    """Return how the policies of `caller` are read."""
    return IamPolicies(app.clock, app.aws_clock, caller)


def checkup_of(app: App, reading: ClockReading) -> Checkup:
    """Return the doctor's questions to AWS; AWS's time goes to `reading`, and nowhere else."""
    return Checkup(app.clock, reading)


def stored_secrets_of(app: App, file: SettingsFile) -> SecretStore:
    """Return the keyring as `file` chooses it, to look into: nothing is remembered or asked."""
    state = ReadOnly(app.state)
    return SecretStore(app.environ, file.keyring, state, insecure=False, may_ask=False)


def has_program(name: str, environ: Mapping[str, str]) -> bool:
    """Say whether a program can be started by this name."""
    try:
        path = find_program(name, environ)
    except OnlyWrappersError:
        return True
    return path is not None and os.access(path, os.X_OK)


class ReadOnly:
    """The state directory, in which nothing is written."""

    def __init__(self, state: StateDir) -> None:
        """Take the real one."""
        self.read = state.read
        self.names = state.names

    def write(self, name: str, data: bytes) -> None:
        """Do not."""

    def remove(self, name: str) -> None:
        """Do not."""


def phone_of(app: App) -> Callable[[NewDevice, User], None] | None:
    """Return how to show a new device to a phone; None without a terminal to show it on."""
    terminal = terminal_of(app)
    if not Terminal(may_ask=True).can_ask():  # --no-input forbids questions, not pictures
        return None

    def draw(device: NewDevice, user: User) -> None:
        label, typed = phone.label_of(device, user), phone.grouped(device)
        qr.show(terminal, phone.addresses(device, user), label, typed)

    return draw


def _codes(
    app: App, settings: Settings, terminal: Terminal, turns: Turns, supplied: SuppliedCode | None
) -> DeviceCodes:
    """Return where this login's codes come from, or refuse before anything is sent."""

    def ask(question: str) -> str:
        # Two logins that need different codes do not ask over each other.
        with turns.alone(f"terminal {terminal.identity()}", "this terminal"):
            return terminal.ask_hidden(question)

    def run(serial: str) -> str:
        return run_code_command(
            settings.code_command or "",
            serial=serial,
            profile=settings.name,
            environ=app.environ,
        )

    sources = Sources(
        settings=settings,
        clock=app.clock,
        talk=app.talk,
        secrets=secrets_of(app),
        run_command=run if settings.code_command else None,
        prompt=PromptedCode(ask, terminal.tell, settings.name) if terminal.can_ask() else None,
        supplied=supplied,
    )
    return sources.choose()


def _supplied_code(app: App) -> SuppliedCode | None:
    """Return the code given by option or variable; one object, so it is sent only once."""
    given = app.given.values.get("token_code")
    text = given or app.environ.get("MFA_SESSION_TOKEN_CODE")
    if not text:
        return None
    return SuppliedCode(read_line if given == "-" else lambda: str(text))


def confirm(terminal: Terminal, question: str) -> bool | None:
    """Ask for a yes; None where nobody can be asked."""
    if not terminal.can_ask():
        return None
    return terminal.ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def choose_device(terminal: Terminal, serials: list[str]) -> str | None:
    """Let the person pick one of several devices by number; None where nobody can be asked."""
    return choose(terminal, "Several MFA devices:", serials) if terminal.can_ask() else None


def choose(terminal: Terminal, title: str, items: list[str]) -> str:
    """Let the person pick one of several things by number."""
    terminal.tell(title)
    for number, item in enumerate(items, 1):
        terminal.tell(f"  {number}  {item}")
    while True:
        answer = terminal.ask(f"Which one (1-{len(items)})? ").strip()
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(items):
            return items[int(answer) - 1]
        terminal.tell(f"a number from 1 to {len(items)}, please")
