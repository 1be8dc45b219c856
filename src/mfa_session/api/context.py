"""Make the context of a program that asks for a session, as `cli/run.py` does for a command."""

from __future__ import annotations

from mfa_session.cli.arguments import Given
from mfa_session.cli.run import Run
from mfa_session.cli.wiring import Wiring
from mfa_session.files.person_files import Files
from mfa_session.files.session_store import SessionStore
from mfa_session.files.state import AwsClock, StateDir
from mfa_session.mfa.sources import SuppliedCode
from mfa_session.model.errors import ConfigurationError, forbids_questions
from mfa_session.model.paths import credentials_path
from mfa_session.session.context import Context
from mfa_session.system.clock import SystemClock
from mfa_session.system.embedding import AskedByFunction, LogConsole, find_frontend
from mfa_session.system.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Literal

    from mfa_session.model.ports import Edges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings

    Ask = Callable[[str], str] | Literal["terminal"] | None


_supplied: dict[str, SuppliedCode] = {}
"""The codes of MFA_SESSION_TOKEN_CODE in this process; each is sent once."""
_unwritten: dict[str, dict[str, Session]] = {}
"""Sessions that could not be written, by the credentials file's path, then by profile."""


def make_context(environ: Mapping[str, str], ask: Ask) -> Context:
    """Return a context for one login; read nothing yet."""
    state, clock = StateDir.of(environ), SystemClock()
    aws_clock = AwsClock(state)
    clock.offset = aws_clock.offset
    terminal = _terminal(environ, ask)
    run = Run(
        environ=environ,
        clock=clock,
        aws_clock=aws_clock,
        console=LogConsole(),
        files=RememberingFiles(environ, state),
        given=Given(values={}),
        may_ask=terminal.can_ask(),
    )
    wiring = ApiWiring(run, terminal, by_function=callable(ask))
    run.files.fetch = wiring.session_keys
    return Context(
        environ=environ,
        clock=clock,
        console=run.console,
        files=run.files,
        wire=lambda: wiring,
        execute=_stay,
        may_ask=run.may_ask,
    )


class ApiWiring(Wiring):
    """The command's edges, except questions, messages and waits, which belong to the program.

    `by_function`: the program's function answers, and is asked only for codes.
    """

    def __init__(self, run: Run, terminal: Terminal, *, by_function: bool) -> None:
        """Take the run, and the terminal that is asked."""
        super().__init__(run)
        self._terminal = terminal
        self._by_function = by_function

    def terminal(self) -> Terminal:
        """Return the terminal that is asked."""
        return self._terminal

    def can_ask(self) -> bool:
        """Say whether somebody can be asked."""
        return self._terminal.can_ask()

    def store(self) -> RememberingStore:
        """Return the store that writes sessions, or remembers them in memory."""
        return RememberingStore(
            self.run.environ,
            self.run.files.state,
            self.run.console.warn,
            self.stored_sessions,
            self.session_line,
        )

    def make_session(self) -> Edges:
        """Return the edges of a login, with the program's waits and choices."""
        edges = super().make_session().replace(wait_until=self._wait_until)
        return edges.replace(choose_device=lambda _serials: None) if self._by_function else edges

    def supplied_code(self) -> SuppliedCode | None:
        """Return the variable's code, until it has been sent."""
        text = self.given_code
        if not text:
            return None
        supplied = _supplied.setdefault(text, SuppliedCode(lambda: text))
        return None if supplied.is_spent else supplied

    def _wait_until(self, moment: datetime, what: str) -> None:
        """Log the wait, since the terminal belongs to the program, and wait."""
        seconds = int((moment - self.run.clock.now()).total_seconds()) + 1
        self.run.console.say(f"waiting {seconds} s for {what}")
        self.run.clock.sleep_until(moment, lambda _left: None)


def _stay(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Refuse to replace the program by a command."""
    raise NotImplementedError


def _terminal(environ: Mapping[str, str], ask: Ask) -> Terminal:
    if callable(ask):
        return AskedByFunction(ask)
    frontend = find_frontend()
    may_ask = ask is not None and not forbids_questions(environ)
    if may_ask and frontend is not None:
        return AskedByFunction(frontend)
    return Terminal(may_ask=may_ask)


class RememberingFiles(Files):
    """The person's files, and the sessions that this process could not write."""

    def recovered(self) -> Mapping[str, Session]:
        """Return the sessions that are not in the credentials file, by profile."""
        return {**super().recovered(), **_unwritten_beside(self.environ)}


class RememberingStore(SessionStore):
    """A store of sessions that remembers those that it cannot write."""

    def sessions(self) -> list[Session]:
        """Read the sessions again; of two for one profile, return the one that expires later."""
        found = {session.profile: session for session in super().sessions()}
        for profile, session in _unwritten_beside(self._environ).items():
            if _ends(session) > _ends(found.get(profile)):
                found[profile] = session
        return list(found.values())

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session to its profile; on ConfigurationError, remember it and raise."""
        remembered = _unwritten_beside(self._environ)
        try:
            super().save(session, settings)
            remembered.pop(session.profile, None)
        except ConfigurationError:
            remembered[session.profile] = session
            raise


def _unwritten_beside(environ: Mapping[str, str]) -> dict[str, Session]:
    return _unwritten.setdefault(credentials_path(environ), {})


def _ends(session: Session | None) -> float:
    return session.expires_at.timestamp() if session and session.expires_at else 0.0
