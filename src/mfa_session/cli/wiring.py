"""Makes the context of a run, and each edge when it is first asked for.

A warm command imports this module, so each factory imports what it makes; those of several pieces
stand in `cli/edges/`.
"""

from __future__ import annotations

from mfa_session.cli.run import Run
from mfa_session.files.person_files import Files
from mfa_session.files.state import AwsClock, StateDir
from mfa_session.session.context import Context
from mfa_session.system import limits
from mfa_session.system.console import Console

# ruff: noqa: PLC0415 - see above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from mfa_session.aws.federation import Federation
    from mfa_session.aws.iam import IamPolicies
    from mfa_session.aws.lookups import Lookups
    from mfa_session.cli.arguments import Given
    from mfa_session.files.session_store import SessionStore
    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.mfa.sources import SuppliedCode
    from mfa_session.model.feature_ports import DoctorEdges, JobEdges, RolesEdges, SetupEdges
    from mfa_session.model.iam import NewDevice
    from mfa_session.model.long_term_keys import KeyEdges
    from mfa_session.model.ports import Caller, Edges
    from mfa_session.policy.aws_names import AwsNames
    from mfa_session.system.browser import Browser
    from mfa_session.system.clock import SystemClock
    from mfa_session.system.secret_store import SecretStore
    from mfa_session.system.stored_keys import StoredKeys, StoredSessions
    from mfa_session.system.terminal import Terminal

    Answer = TypeVar("Answer")


def make_context(given: Given, environ: Mapping[str, str], clock: SystemClock) -> Context:
    """Return the context; nothing is read yet but what the clock needs when it is asked.

    No core is dumped from here on: what is read next holds keys.
    """
    from mfa_session.cli.arguments import asks_nothing

    limits.forbid_core_dumps()
    state = StateDir.of(environ)
    aws_clock = AwsClock(state)
    clock.follow(aws_clock.offset)
    run = Run(
        environ=environ,
        clock=clock,
        aws_clock=aws_clock,
        console=Console(int(given.values.get("verbose") or 0), environ),
        files=Files(environ, state),
        given=given,
        may_ask=not asks_nothing(given.values, environ),
    )
    return Context(
        environ=environ,
        clock=clock,
        console=run.console,
        files=run.files,
        make=Wiring(run),
        may_ask=run.may_ask,
    )


class Wiring:
    """Makes the edges of one run."""

    def __init__(self, run: Run) -> None:
        """Take what the run has; make nothing yet."""
        self.run = run
        self.given_code: str | None = run.given.values.get("token_code") or run.environ.get(
            "MFA_SESSION_TOKEN_CODE"
        )
        self.reads_code_from_stdin = run.given.values.get("token_code") == "-"
        self._session: Edges | None = None
        self._stored_sessions: StoredSessions | None = None
        self._said: set[str] = set()
        run.files.fetch = lambda profile, keyring: self.stored_sessions().get(profile, keyring)

    def terminal(self) -> Terminal:
        """Return the terminal, which may be asked unless --no-input."""
        from mfa_session.system.terminal import Terminal

        return Terminal(may_ask=self.run.may_ask)

    def confirm(self, question: str) -> bool | None:
        """Ask for a yes; None where nobody can be asked."""
        from mfa_session.system.terminal import confirm

        return confirm(self.terminal(), question)

    def pick(self, title: str, items: Sequence[tuple[str, str]]) -> str:
        """Let the person pick one of several names, each with a few words about it."""
        from mfa_session.system.picker import pick

        return pick(self.terminal(), self.run.environ, title, items)

    def can_ask(self) -> bool:
        """Say what `terminal` would, without importing what asks: SDKs wait for the answer."""
        from mfa_session.system.terminal import can_ask

        return self.run.may_ask and can_ask()

    def may_have_code(self) -> bool:
        """Say whether a code may come from the person, an option, a keyring or another login."""
        if self.given_code or self.can_ask():
            return True
        from mfa_session.files.locks import is_turn_held
        from mfa_session.system.keyring_backends import may_have_keyring

        run = self.run
        state, keyring = run.files.state, run.files.settings().keyring
        insecure = run.given.flag("insecure_keyring")
        if insecure or state.names("totp-") or may_have_keyring(run.environ, keyring):
            return True
        return is_turn_held(state.path("locks"))

    def store(self) -> SessionStore:
        """Return the store that writes sessions."""
        from mfa_session.files.session_store import SessionStore

        return SessionStore(
            self.run.environ,
            self.run.files.state,
            self.run.console.warn,
            self.stored_sessions,
            self.session_line,
        )

    def stored_sessions(self) -> StoredSessions:
        """Return the sessions in the keyring."""
        from mfa_session.cli.edges.keys import make_stored_sessions

        if self._stored_sessions is None:
            self._stored_sessions = make_stored_sessions(self)
        return self._stored_sessions

    def session_line(self, name: str) -> str:
        """Return the credential_process that yields a session."""
        from mfa_session.system.own_program import process_line

        return process_line("credential-process", "--profile", name)

    def secrets(self) -> SecretStore:
        """Return the keyring's TOTP secrets, as config.toml and options choose the keyring."""
        from mfa_session.system.keyring_access import WAITING_FOR_KEYRING
        from mfa_session.system.secret_store import SecretStore

        run = self.run
        return SecretStore(
            run.environ,
            run.files.settings().keyring,
            run.files.state,
            insecure=run.given.flag("insecure_keyring"),
            may_ask=run.may_ask,
            limited=run.limited(WAITING_FOR_KEYRING),
            tell=self.say_once,
        )

    def say_once(self, text: str) -> None:
        """Tell the person, unless this was told in this run."""
        if text not in self._said:
            self._said.add(text)
            self.run.console.say(text)

    def session(self) -> Edges:
        """Return what acquiring a session touches, the same for every session of this run."""
        if self._session is None:
            from mfa_session.cli.edges.session import make_session

            self._session = make_session(self)
        return self._session

    def supplied_code(self) -> SuppliedCode | None:
        """Return the code given by option or variable; one object, so it is sent only once."""
        text = self.given_code
        if not text:
            return None
        from mfa_session.mfa.sources import SuppliedCode

        if not self.reads_code_from_stdin:
            return SuppliedCode(lambda: text)
        from mfa_session.system.stdin import read_line

        return SuppliedCode(read_line)

    def stored_keys(self) -> StoredKeys:
        """Return the long-term keys in the OS keyring."""
        from mfa_session.cli.edges.keys import make_stored_keys

        return make_stored_keys(self)

    def keys(self) -> KeyEdges:
        """Return what the care of long-term keys touches."""
        from mfa_session.cli.edges.keys import make_keys

        return make_keys(self)

    def devices(self, caller: Caller) -> DeviceEdges:
        """Return what the care of MFA devices touches, in the name of `caller`."""
        from mfa_session.cli.edges.devices import make_devices

        return make_devices(self, caller)

    def phone(self) -> Callable[[NewDevice], None] | None:
        """Return how to show a device's secret to a phone; None without a terminal."""
        from mfa_session.cli.edges.devices import make_phone

        return make_phone(self)

    def lookups(self, caller: Caller) -> Lookups:
        """Return the questions about what a command will hit, asked by `caller`."""
        from mfa_session.aws.lookups import Lookups

        run = self.run
        return Lookups(run.clock, run.aws_clock, run.asking_aws(), run.environ, caller)

    def federation(self) -> Federation:
        """Return AWS's federation endpoint."""
        from mfa_session.aws.federation import Federation

        return Federation(self.run.clock, self.run.asking_aws(), self.run.environ)

    def browser(self) -> Browser | None:
        """Return the person's browser; None on a machine without one."""
        from mfa_session.system.browser import find_browser

        return find_browser(self.run.environ)

    def aws_names(self) -> AwsNames:
        """Return AWS's actions; botocore is only imported for one that our list does not have."""
        from mfa_session.aws.action_list import read_list
        from mfa_session.guard.services import IAM_PREFIXES
        from mfa_session.policy.aws_names import AwsNames

        def installed(prefix: str) -> set[str]:
            from mfa_session.aws.action_list import operations_of

            services = [prefix, *(name for name, of in IAM_PREFIXES.items() if of == prefix)]
            return {each for service in services for each in operations_of(service)}

        return AwsNames(read_list(), installed, IAM_PREFIXES)

    def operations(self) -> Mapping[str, tuple[str, ...]]:
        """Return the operations that the AWS CLI has, by our list."""
        from mfa_session.aws.action_list import read_list

        return read_list().operations

    def policies(self, caller: Caller) -> IamPolicies:
        """Return how the policies of `caller` are read."""
        from mfa_session.aws.iam import IamPolicies

        run = self.run
        return IamPolicies(run.clock, run.aws_clock, run.asking_aws(), run.environ, caller)

    def doctor(self) -> DoctorEdges:
        """Return what the doctor looks at."""
        from mfa_session.cli.edges.doctor import make_doctor

        return make_doctor(self)

    def setup(self) -> SetupEdges:
        """Return what `configure` writes, and how it asks."""
        from mfa_session.cli.edges.setup import make_setup

        return make_setup(self)

    def jobs(self) -> JobEdges:
        """Return what serving a session touches."""
        from mfa_session.cli.edges.jobs import make_jobs

        return make_jobs(self.run)

    def roles(self, jobs: int) -> RolesEdges:
        """Return what having many role sessions touches, with `jobs` calls at once."""
        from mfa_session.cli.edges.roles import make_roles

        return make_roles(self, jobs)

    def aws_cli_version(self, words: Sequence[str]) -> int | None:
        """Return the major version of the AWS CLI that `words` start; None where it is unknown."""
        from mfa_session.system.processes import aws_cli_version
        from mfa_session.system.programs import OnlyWrappersError, find_program

        environ = self.run.environ
        try:
            program = find_program(words[0], environ) or words[0]
        except OnlyWrappersError:
            return None
        return aws_cli_version((program, *words[1:]), environ)

    def limited(self, work: Callable[[], Answer], limit_seconds: float) -> Answer | None:
        """Return what `work` returns; None where an error of ours ends it, or it takes longer."""
        from contextlib import suppress

        from mfa_session.model.errors import MfaSessionError
        from mfa_session.system.waiting import TooSlowError

        with suppress(TooSlowError, MfaSessionError):
            return self.run.asking_aws()(work, limit_seconds)
        return None

    def stdin_secret(self) -> str | None:
        """Return the line on stdin; None where stdin is a terminal."""
        from mfa_session.system.stdin import read_secret_line

        return read_secret_line()

    def take_code_from_stdin(self) -> None:
        """Take the line of `--token-code -` now: a child gets what follows it."""
        if not self.reads_code_from_stdin:
            return
        from contextlib import suppress

        from mfa_session.model.errors import NoMfaError
        from mfa_session.system.stdin import read_line

        self.given_code, self.reads_code_from_stdin = None, False
        with suppress(NoMfaError):  # it is missed only if a code turns out to be needed
            self.given_code = read_line()

    def execute(
        self, command: Sequence[str], environ: Mapping[str, str], program: str | None = None
    ) -> int:
        """Become `command`; return an exit code (126, 127) only if that fails."""
        from mfa_session.system.execute import execute

        return execute(self.run.console, command, environ, program)

    def execute_past_wrappers(self, command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Become `command`, past any program on PATH that calls the guard."""
        from mfa_session.system.past_wrappers import execute_past_wrappers

        return execute_past_wrappers(self.run.console, command, environ, self.run.environ)
