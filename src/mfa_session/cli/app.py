"""The wiring: the one place that knows the concrete edges. Cold ones are made when needed."""

from __future__ import annotations

import os

from mfa_session.cli.given import Given, asks_nothing
from mfa_session.files.aws_clock import AwsClock
from mfa_session.files.aws_files import credentials_path, read_profiles
from mfa_session.files.config_toml import read_settings_file
from mfa_session.files.recovered import read_recovered
from mfa_session.files.safety import check_owner
from mfa_session.files.state import StateDir
from mfa_session.session.facts import Facts, Options
from mfa_session.session.listing import list_sessions
from mfa_session.session.plan import Outcome, find_kept
from mfa_session.system.talk import Talk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mfa_session.files.session_store import SessionStore
    from mfa_session.files.turns import Turns
    from mfa_session.mfa.codes import SuppliedCode
    from mfa_session.session.login import Login
    from mfa_session.session.model import Session
    from mfa_session.session.ports import CodeSource, Edges
    from mfa_session.session.settings import Settings
    from mfa_session.system.clock import SystemClock
    from mfa_session.system.terminal import Terminal


class App:
    """One run of the program: its environment, its words, its clock, and its edges."""

    def __init__(self, given: Given, clock: SystemClock) -> None:
        """Take what was given; nothing is read yet."""
        self.environ: Mapping[str, str] = os.environ
        self.given = given
        self.clock = clock
        self.verbosity = int(given.values.get("verbose") or 0)
        self.talk = Talk(self.verbosity, self.environ)
        self.state = StateDir.of(self.environ)
        self.aws_clock = AwsClock(self.state)
        clock.follow(self.aws_clock.offset)
        self._supplied: SuppliedCode | None = None

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return self.clock.now()

    def facts(self, options: Options) -> Facts:
        """Read the files as they stand now; refuse what somebody else could have written."""
        check_owner(credentials_path(self.environ), "the credentials file")
        return Facts(
            options=options,
            environ=self.environ,
            file=read_settings_file(self.environ),
            profiles=read_profiles(self.environ),
            recovered=read_recovered(self.state),
        )

    def have(
        self, facts: Facts, settings: Settings, *, force: bool = False, in_memory: bool = False
    ) -> Outcome:
        """Return the session the settings ask for: the one that stands, or a new one."""
        if not force:
            kept = find_kept(settings, self.sessions(facts), self.now())
            if kept is not None and (in_memory or kept.profile not in facts.recovered):
                return Outcome(session=kept, reused=True)
        return self._login(in_memory=in_memory).ensure(settings, force=force)

    def sessions(self, facts: Facts) -> list[Session]:
        """Return every session that the facts show."""
        return list_sessions(facts.profiles, facts.recovered)

    def store(self) -> SessionStore:
        """Return the store that writes."""
        from mfa_session.files.session_store import SessionStore  # noqa: PLC0415  # cold

        return SessionStore(self.environ, self.state, self.talk.warn)

    def terminal(self) -> Terminal:
        """Return the terminal, which may be asked unless --no-input."""
        from mfa_session.system.terminal import Terminal  # noqa: PLC0415  # cold

        return Terminal(may_ask=not asks_nothing(self.given.values, self.environ))

    def _login(self, *, in_memory: bool) -> Login:
        from mfa_session.session.login import Login  # noqa: PLC0415  # cold

        return Login(self._edges(), in_memory=in_memory)

    def _edges(self) -> Edges:
        """Wire everything a login touches."""
        from mfa_session.aws.calls import AwsCalls  # noqa: PLC0415  # cold, all of them
        from mfa_session.files.turns import Turns  # noqa: PLC0415
        from mfa_session.files.windows import UsedSteps  # noqa: PLC0415
        from mfa_session.session.ports import Edges  # noqa: PLC0415
        from mfa_session.system.countdown import wait_until  # noqa: PLC0415
        from mfa_session.system.people import role_session_name  # noqa: PLC0415
        from mfa_session.system.processes import run_credential_process  # noqa: PLC0415
        from mfa_session.system.signals import uninterrupted  # noqa: PLC0415

        terminal = self.terminal()
        identity = terminal.identity() if terminal.can_ask() else None
        turns = Turns(self.state, self.talk, identity)
        return Edges(
            aws=AwsCalls(self.clock, self.aws_clock),
            talk=self.talk,
            clock=self.clock,
            store=self.store(),
            turns=turns,
            steps=UsedSteps(self.state, self.talk),
            wait_until=lambda moment, what: wait_until(self.clock, self.talk, moment, what),
            codes=lambda settings: self._code_source(settings, turns),
            process_keys=run_credential_process,
            uninterrupted=uninterrupted,
            role_session_name=role_session_name,
            choose_device=lambda serials: choose_device(terminal, serials),
        )

    def _code_source(self, settings: Settings, turns: Turns) -> CodeSource:
        """Return where this login's code comes from, or refuse before anything is sent."""
        from mfa_session.mfa.codes import PromptedCode  # noqa: PLC0415
        from mfa_session.mfa.sources import choose_source  # noqa: PLC0415

        terminal = self.terminal()

        def ask(question: str) -> str:
            # Two logins that need different codes do not ask over each other.
            with turns.alone(f"terminal {terminal.identity()}", "this terminal"):
                return terminal.ask_hidden(question)

        prompt = PromptedCode(ask, terminal.tell, settings.name)
        return choose_source(settings, self._supplied_code(), prompt, can_ask=terminal.can_ask())

    def _supplied_code(self) -> SuppliedCode | None:
        """Return the code given by option or variable; one object, so it is sent only once."""
        text = self.given.values.get("token_code") or self.environ.get("MFA_SESSION_TOKEN_CODE")
        if text and self._supplied is None:
            from mfa_session.mfa.codes import SuppliedCode  # noqa: PLC0415
            from mfa_session.system.stdin import read_line  # noqa: PLC0415

            self._supplied = SuppliedCode(read_line if text == "-" else lambda: str(text))
        return self._supplied


def choose_device(terminal: Terminal, serials: list[str]) -> str | None:
    """Let the person pick one of several devices by number; None where nobody can be asked."""
    if not terminal.can_ask():
        return None
    terminal.tell("Several MFA devices:")
    for number, serial in enumerate(serials, 1):
        terminal.tell(f"  {number}  {serial}")
    while True:
        answer = terminal.ask(f"Which one (1-{len(serials)})? ").strip()
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(serials):
            return serials[int(answer) - 1]
        terminal.tell(f"a number from 1 to {len(serials)}, please")
