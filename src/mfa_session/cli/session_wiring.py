"""Makes the edges of a login: the terminal, codes, keyring, store and AWS's calls.

Each method imports what it makes: few runs need all of them.
"""

from __future__ import annotations

from mfa_session.cli.spec.commands import STDIN
from mfa_session.model.settings import GIVEN_CODE

# ruff: noqa: PLC0415 - see above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from mfa_session.aws.calls import CallEdges
    from mfa_session.cli.run import Run
    from mfa_session.files.session_store import SessionStore
    from mfa_session.files.single_flight import Turns
    from mfa_session.mfa.sources import Sources, SuppliedCode
    from mfa_session.model.ports import Edges, Limited
    from mfa_session.model.session import Keys
    from mfa_session.model.settings import Settings, Source
    from mfa_session.system.keyring_access import Keyring
    from mfa_session.system.secret_store import (
        KeyringItems,
        SecretStore,
        StoredKeys,
        StoredSessions,
    )
    from mfa_session.system.terminal import Terminal

    AnyStore = TypeVar("AnyStore", bound=SessionStore)


class SessionWiring:
    """The edges of a login in one run; those that must be shared are made once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.given_code: str | None = run.values.get("token_code") or run.environ.get(GIVEN_CODE)
        self.reads_code_from_stdin = run.values.get("token_code") == STDIN
        self._session: Edges | None = None
        self._stored_sessions: StoredSessions | None = None
        self._said: set[str] = set()

    def terminal(self) -> Terminal:
        """Return the terminal, which may be asked unless --no-input."""
        from mfa_session.system.terminal import Terminal

        return Terminal(may_ask=self.run.may_ask)

    def confirm(self, question: str) -> bool | None:
        """Ask for a yes."""
        from mfa_session.system.terminal import confirm

        return confirm(self.terminal(), question)

    def pick(self, title: str, items: Sequence[tuple[str, str]]) -> str:
        """Let the person pick a name."""
        from mfa_session.system.terminal import pick

        return pick(self.terminal(), self.run.environ, title, items)

    def may_have_code(self) -> bool:
        """Say whether a code may come from the person, an option, a keyring or another login."""
        if self.given_code or self.terminal().can_ask():
            return True
        from mfa_session.files.locks import is_held
        from mfa_session.system.secret_index import SecretIndex, may_have_keyring

        run = self.run
        state, keyring = run.files.state, run.files.settings().keyring
        return (
            bool(run.values.get("insecure_keyring"))
            or SecretIndex(state).has_any()
            or may_have_keyring(run.environ, keyring)
            or is_held(state.path("locks"), "turn-")
        )

    def supplied_code(self) -> SuppliedCode | None:
        """Return the code given by option or variable; one object, so it is sent only once."""
        text = self.given_code
        if not text:
            return None
        from mfa_session.mfa.sources import SuppliedCode

        if not self.reads_code_from_stdin:
            return SuppliedCode(lambda: text)
        from mfa_session.system.console import read_line

        return SuppliedCode(read_line)

    def stdin_secret(self) -> str | None:
        """Read the line on stdin."""
        from mfa_session.system.console import read_secret_line

        return read_secret_line()

    def take_code_from_stdin(self) -> None:
        """See Factories."""
        from contextlib import suppress

        from mfa_session.model.errors import NoMfaError
        from mfa_session.system.console import read_line

        self.given_code, self.reads_code_from_stdin = None, False
        with suppress(NoMfaError):  # an error only if a code turns out to be needed
            self.given_code = read_line()

    def store(self) -> SessionStore:
        """See Factories."""
        from mfa_session.files.session_store import SessionStore

        return self.make_store(SessionStore)

    def make_store(self, kind: type[AnyStore]) -> AnyStore:
        """Return a store of this kind."""
        run = self.run
        return kind(
            run.environ,
            run.files.state,
            run.console.warn,
            self.stored_sessions,
            self.session_line,
        )

    def stored_sessions(self) -> StoredSessions:
        """Return the sessions in the keyring."""
        if self._stored_sessions is None:
            from mfa_session.system.secret_store import StoredSessions

            self._stored_sessions = StoredSessions(self._keyring_items())
        return self._stored_sessions

    def session_keys(self, profile: str, keyring: str | None) -> Keys | None:
        """Return the keyring's keys of a session."""
        return self.stored_sessions().get(profile, keyring)

    def session_line(self, name: str) -> str:
        """Return the credential_process that yields a session."""
        from mfa_session.system.processes import process_line

        return process_line("credential-process", "--profile", name)

    def secrets(self, *, may_ask: bool = True) -> SecretStore:
        """Return the keyring's TOTP secrets."""
        from mfa_session.system.secret_store import SecretStore

        instead = "; codes can also come from a program: code_command in config.toml"
        return SecretStore(self._keyring(instead, may_ask=may_ask), self.run.files.state)

    def stored_keys(self) -> StoredKeys:
        """See Factories."""
        from mfa_session.system.secret_store import StoredKeys

        return StoredKeys(self._keyring_items(), self.run.files.state)

    def _keyring_items(self) -> KeyringItems:
        from mfa_session.system.secret_store import KeyringItems

        return KeyringItems(self._keyring())

    def _keyring(self, instead: str = "", *, may_ask: bool = True) -> Keyring:
        from mfa_session.system.keyring_access import WAITING_FOR_KEYRING, Keyring
        from mfa_session.system.waiting import limited

        run = self.run
        return Keyring(
            run.environ,
            run.files.settings().keyring,
            insecure=bool(run.values.get("insecure_keyring")),
            may_ask=run.may_ask and may_ask,
            limited=limited(run.console.progress, WAITING_FOR_KEYRING),
            tell=self.say_once,
            instead=instead,
        )

    def say_once(self, text: str) -> None:
        """Tell the person, unless this was told in this run."""
        if text not in self._said:
            self._said.add(text)
            self.run.console.say(text)

    def session(self) -> Edges:
        """See Factories."""
        if self._session is None:
            self._session = self.make_session()
        return self._session

    def make_session(self) -> Edges:
        """Make the edges of a login."""
        from mfa_session.aws.calls import AwsCalls
        from mfa_session.aws.request import role_session_name
        from mfa_session.files.notes import UsedSteps
        from mfa_session.files.single_flight import Turns
        from mfa_session.mfa.sources import choose_codes
        from mfa_session.model.ports import Edges
        from mfa_session.system.machine import wait_until
        from mfa_session.system.signals import uninterrupted
        from mfa_session.system.terminal import choose_device

        run, terminal = self.run, self.terminal()
        identity = terminal.identity() if terminal.can_ask() else None
        turns = Turns(run.files.state, run.console, identity)
        supplied = self.supplied_code()
        return Edges(
            aws=AwsCalls(self.call_edges()),
            talk=run.console,
            clock=run.clock,
            store=self.store(),
            turns=turns,
            steps=UsedSteps(run.files.state, run.console),
            wait_until=lambda moment, what: wait_until(run.clock, run.console, moment, what),
            codes=lambda settings: choose_codes(supplied, lambda: self._sources(settings, turns)),
            process_keys=self._process_keys,
            uninterrupted=uninterrupted,
            role_session_name=role_session_name,
            choose_device=lambda serials: choose_device(terminal, serials),
        )

    def call_edges(self) -> CallEdges:
        """Return what every call to AWS touches."""
        from mfa_session.aws.calls import CallEdges

        run = self.run
        return CallEdges(
            clock=run.clock,
            aws_clock=run.aws_clock,
            limited=self.asking_aws(),
            environ=run.environ,
        )

    def asking_aws(self) -> Limited:
        """Return how to ask AWS within a limit; where that takes long, the person is told."""
        from mfa_session.system.waiting import limited

        return limited(self.run.console.progress, "waiting for AWS …")

    def _process_keys(self, source: Source) -> Keys:
        if source.stored is not None:  # our own process: what it would read
            return self.stored_keys().required(source.stored)
        from mfa_session.system.processes import run_credential_process

        return run_credential_process(source, self.run.environ)

    def _sources(self, settings: Settings, turns: Turns) -> Sources:
        from mfa_session.mfa.sources import PromptedCode, Sources

        run, terminal = self.run, self.terminal()

        def ask(question: str) -> str:
            # Two logins that need different codes do not ask over each other.
            with turns.alone(f"terminal {terminal.identity()}", "this terminal"):
                return terminal.ask_hidden(question)

        def run_command(serial: str) -> str:
            from mfa_session.system.code_command import run_code_command

            command, profile = settings.code_command or "", settings.name
            run.console.announce(f"running the code_command of session {profile!r} …")
            return run_code_command(command, serial=serial, profile=profile, environ=run.environ)

        return Sources(
            settings=settings,
            clock=run.clock,
            talk=run.console,
            secrets=self.secrets(),
            run_command=run_command if settings.code_command else None,
            prompt=PromptedCode(ask, terminal.tell, settings.name) if terminal.can_ask() else None,
        )
