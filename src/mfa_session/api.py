"""`mfa_session.boto3_session`: a boto3 session that renews itself, and `session_info`.

Each login gets a new context, as each command does (`cli/run.py`).
"""

from __future__ import annotations

import builtins
import getpass
import logging
import os
from datetime import timedelta

from mfa_session.cli.arguments import session_options
from mfa_session.cli.run import Run, context_of
from mfa_session.cli.wiring import Wiring
from mfa_session.files.person_files import Files
from mfa_session.files.session_store import SessionStore
from mfa_session.files.state import AwsClock, StateDir
from mfa_session.mfa.sources import SuppliedCode
from mfa_session.model.errors import (
    ConfigurationError,
    Interrupted,
    MfaSessionError,
    NoMfaError,
    UsageError,
    forbids_questions,
)
from mfa_session.model.paths import credentials_path
from mfa_session.model.record import Record
from mfa_session.model.text import printable, printable_lines
from mfa_session.model.times import read_duration
from mfa_session.session.acquire import acquire_for_program, variables_of
from mfa_session.session.reuse import needed_seconds
from mfa_session.system.console import Console
from mfa_session.system.machine import SystemClock
from mfa_session.system.terminal import Terminal, no_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Literal

    import boto3

    from mfa_session.model.ports import Edges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.session.acquire import AcquiredSession
    from mfa_session.session.context import Context

    Ask = Callable[[str], str] | Literal["terminal"] | None


LOGGER = logging.getLogger("mfa_session")
RETRY_SECONDS = 60
"""The pause after a failed renewal of a valid session."""
_supplied: dict[str, SuppliedCode] = {}
"""The codes of MFA_SESSION_TOKEN_CODE in this process; each is sent once."""
_unwritten: dict[str, dict[str, Session]] = {}
"""Sessions that could not be written, by the credentials file's path, then by profile."""


class SessionInfo(Record):
    """A session without its secrets; unknown values are None.

    `kind` is `mfa` or `role`, `expires_at` aware UTC, and `profile` the one it is written to.
    """

    name: str
    profile: str
    kind: str
    account: str | None
    role_arn: str | None
    source_profile: str | None
    mfa_serial: str | None
    expires_at: datetime | None


def boto3_session(
    profile: str | None = None,
    *,
    source_profile: str | None = None,
    role_arn: str | None = None,
    min_ttl: int | str | None = None,
    ask: Callable[[str], str] | Literal["terminal"] | None = "terminal",
    region_name: str | None = None,
) -> boto3.Session:
    """Return a boto3 session that signs with an MFA session or a role session, and renews it.

    The arguments are the options of `mfa-session login`: `profile` is the session's name,
    `min_ttl` seconds or text such as "30m". Settings, files, locks and sources of codes are the
    command's: a valid session is reused, and a new one is written to its profile.

    `ask` gets a question and returns the code. "terminal" asks at the terminal, or in a notebook;
    None asks nobody. `region_name` is boto3's; the default comes from the environment or the files.

    When less than min-ttl is left, a call to AWS renews the credentials first, in one thread; while
    they are valid, a failed renewal is only logged. Raises MfaSessionError: UsageError for an
    argument that is not a name, duration or function; ConfigurationError, NoMfaError, RefusedError
    and UnreachableError as the command does. Once they have expired, the call to AWS raises these.
    """
    values = {"profile": profile, "source_profile": source_profile, "role_arn": role_arn}
    for name, value in {**values, "region_name": region_name}.items():
        _check_name(name, value)
    if not (ask is None or ask == "terminal" or callable(ask)):
        raise UsageError(
            "bad-argument",
            f"ask={ask!r} cannot be asked for a code",
            'pass a function that returns the code, "terminal", or None to ask nobody',
        )
    environ = dict(os.environ)
    options = session_options({**values, "min_ttl": _seconds(min_ttl)}, environ)
    renewing = Renewing(options, environ, ask)
    return renewing.make_boto3_session(region_name)


def session_info(session: boto3.Session) -> SessionInfo:
    """Return facts about the session that a `boto3_session` signs with now.

    Raises TypeError for another boto3 session.
    """
    from mfa_session.aws.boto3_session import session_of  # noqa: PLC0415  # imports boto3

    current = session_of(session)
    if current is None:
        raise TypeError("not a session of mfa_session.boto3_session")
    return SessionInfo(**{field: getattr(current, field) for field in SessionInfo._fields})


class Renewing:
    """The session that a program asked for, renewed each time less than min-ttl is left."""

    def __init__(self, options: SessionOptions, environ: Mapping[str, str], ask: Ask) -> None:
        self._options = options
        self._environ = environ
        self._ask = ask
        self._retry_at: datetime | None = None
        self._context = make_context(environ, ask)
        self._use = self._take()
        self._current = self._use.session

    def make_boto3_session(self, region_name: str | None) -> boto3.Session:
        """Return a boto3 session that renews the session."""
        use = self._use
        from mfa_session.aws.boto3_session import (  # noqa: PLC0415  # imports boto3
            RenewedCredentials,
            make_boto3_session,
        )

        needed = needed_seconds(use.settings, use.session)
        credentials = RenewedCredentials(use.session, self.renew, self._now, needed)
        is_written = use.session.profile in self._context.files.profiles().names()
        profile = use.session.profile if is_written else use.settings.source.profile
        variables = variables_of(use, self._context, region_name)
        made: boto3.Session = make_boto3_session(
            credentials, profile, variables.get("AWS_DEFAULT_REGION")
        )
        return made

    def renew(self) -> Session:
        """Return a renewed session; if that fails, the current one while it is valid.

        It waits RETRY_SECONDS after a failure before it tries, and asks, again.
        """
        current, now = self._current, self._now()
        lives = current.is_valid(now)
        if lives and self._retry_at is not None and now < self._retry_at:
            return current
        try:
            self._context = make_context(self._environ, self._ask)
            renewed = self._checked(self._take().session)
        except Exception as error:
            if not lives:
                raise
            self._retry_at = now + timedelta(seconds=RETRY_SECONDS)
            # The text of a program's own exception may contain a secret.
            why = error.message if isinstance(error, MfaSessionError) else type(error).__name__
            self._context.console.warn(f"session {current.name!r} is not renewed: {why}")
            return current
        self._current, self._retry_at = renewed, None
        return renewed

    def _take(self) -> AcquiredSession:
        try:
            return acquire_for_program(self._options, self._context)
        except Interrupted as interrupted:
            raise KeyboardInterrupt from interrupted

    def _checked(self, renewed: Session) -> Session:
        """Return the session; refuse one of another account or role, since the settings changed."""
        first = self._use.session
        if _is_of_another(first, renewed):
            raise ConfigurationError(
                "session-changed",
                f"session {first.name!r} was of {first.role_arn or first.account}, and now is of "
                f"{renewed.role_arn or renewed.account}",
                "call boto3_session again, if that is what you want",
            )
        return renewed

    def _now(self) -> datetime:
        return self._context.clock.now()


def _is_of_another(first: Session, renewed: Session) -> bool:
    """Say whether the account or role differs; an unknown account does not count."""
    known = first.account is not None and renewed.account is not None
    return first.role_arn != renewed.role_arn or (known and first.account != renewed.account)


def _check_name(name: str, value: object) -> None:
    if value is not None and not (isinstance(value, str) and value):
        raise UsageError(
            "bad-argument",
            f"{name}={value!r} is not a name",
            f"pass a str, or leave {name} out",
        )


def _seconds(min_ttl: object) -> int | None:
    if min_ttl is None or (
        isinstance(min_ttl, int) and not isinstance(min_ttl, bool) and min_ttl >= 0
    ):
        return min_ttl
    if isinstance(min_ttl, str):
        return read_duration(min_ttl, "min_ttl")
    raise UsageError(
        "bad-argument",
        f"min_ttl={min_ttl!r} is not a duration",
        'pass seconds as an int, or text such as "30m"',
    )


def make_context(environ: Mapping[str, str], ask: Ask) -> Context:
    """Return a context for one login; read nothing yet."""
    terminal, files = _terminal(environ, ask), RememberingFiles(environ, StateDir.of(environ))
    run = Run(
        environ=environ,
        clock=SystemClock(),
        aws_clock=AwsClock(files.state),
        console=LogConsole(),
        files=files,
        values={},
        may_ask=terminal.can_ask(),
    )
    return context_of(run, lambda run: ApiWiring(run, terminal, by_function=callable(ask)))


class ApiWiring(Wiring):
    """The command's edges, except questions, messages and waits, which belong to the program.

    `by_function`: the program's function answers, and is asked only for codes.
    """

    def __init__(self, run: Run, terminal: Terminal, *, by_function: bool) -> None:
        super().__init__(run)
        self._terminal = terminal
        self._by_function = by_function

    def terminal(self) -> Terminal:
        """Return the terminal that is asked."""
        return self._terminal

    def store(self) -> RememberingStore:
        """Return the store that writes sessions, or remembers them in memory."""
        return self.make_store(RememberingStore)

    def make_session(self) -> Edges:
        """Return the edges of a login; a function is not asked for a device."""
        edges = super().make_session()
        return edges.replace(choose_device=lambda _serials: None) if self._by_function else edges

    def supplied_code(self) -> SuppliedCode | None:
        """Return the variable's code, until it has been sent."""
        text = self.given_code
        if not text:
            return None
        supplied = _supplied.setdefault(text, SuppliedCode(lambda: text))
        return None if supplied.is_spent else supplied


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


class AskedByFunction(Terminal):
    """Sends each question to a function, with the lines that `tell` got before it."""

    def __init__(self, ask: Callable[[str], str]) -> None:
        super().__init__(may_ask=True)
        self._ask = ask
        self._told: list[str] = []

    def can_ask(self) -> bool:
        """Return True: the function decides whether somebody answers."""
        return True

    def identity(self) -> str:
        """Return an identity of this process, in place of the terminal's."""
        return f"python {os.getpid()}"

    def tell(self, text: str) -> None:
        """Keep the line for the next question."""
        self._told.append(printable(text))

    def ask(self, question: str) -> str:
        """Return the function's answer; NoMfaError `no-answer` if it is not a str."""
        lines, self._told = [*self._told, printable(question)], []
        answer: object = self._ask("\n".join(lines))
        if not isinstance(answer, str):
            raise NoMfaError(
                "no-answer",
                f"the function given as ask returned {type(answer).__name__}, not a code",
                "return the six digits as a str",
            )
        return answer

    ask_hidden = ask


def find_frontend() -> Callable[[str], str] | None:
    """Return a notebook's function that asks, hidden if it can; None outside of notebooks.

    IPython's kernels replace `input` and `getpass.getpass`.
    """
    if isinstance(builtins.input, type(len)):
        return None
    hidden = getpass.getpass.__module__ != "getpass"
    asked = getpass.getpass if hidden else builtins.input

    def ask(question: str) -> str:
        try:
            return asked(question)
        except EOFError:
            raise no_answer() from None
        except NotImplementedError:  # IPython's, in a notebook that runs unattended
            raise NoMfaError(
                "code-needed",
                "an MFA code is needed, and this notebook runs where nobody can be asked",
                "log in before it runs: `mfa-session login`",
            ) from None

    return ask


class LogConsole(Console):
    """Logs what a command would write to stderr."""

    def __init__(self) -> None:
        """Log everything; the logger's level selects."""
        super().__init__(verbosity=1, environ={})

    def say(self, text: str) -> None:
        """Log what happened, as INFO."""
        LOGGER.info(printable_lines(text))

    def warn(self, text: str) -> None:
        """Log a problem that stops nothing, as WARNING."""
        LOGGER.warning(printable_lines(text))

    def detail(self, text: str) -> None:
        """Log a step, as DEBUG."""
        LOGGER.debug(printable_lines(text))

    def shows_progress(self) -> bool:
        """Return False: stderr belongs to the other program."""
        return False

    def error(self, message: str, hint: str) -> None:
        """Do nothing: the error itself is raised."""
