"""The factories of every edge: the one place that names them all.

A warm command imports this module, so each factory imports what it makes.
"""

from __future__ import annotations

# ruff: noqa: PLC0415 - see above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from mfa_session.aws.lookups import Lookups
    from mfa_session.aws.policies import IamPolicies
    from mfa_session.cli.arguments import Given
    from mfa_session.doctor.ports import DoctorEdges
    from mfa_session.files.aws_clock import AwsClock
    from mfa_session.files.opened import Files
    from mfa_session.files.session_store import SessionStore
    from mfa_session.files.single_flight import Turns
    from mfa_session.mfa.codes import SuppliedCode
    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.mfa.sources import DeviceCodes
    from mfa_session.model.devices import NewDevice
    from mfa_session.model.iam import User
    from mfa_session.model.ports import Caller, Edges
    from mfa_session.model.settings import Settings
    from mfa_session.model.settings_file import SettingsFile
    from mfa_session.policy.aws_names import AwsNames
    from mfa_session.setup.ports import SetupEdges
    from mfa_session.shell.start import ShellStart
    from mfa_session.system.clock import SystemClock
    from mfa_session.system.console import Console
    from mfa_session.system.secret_store import SecretStore
    from mfa_session.system.terminal import Terminal

    Answer = TypeVar("Answer")


class Wiring:
    """Makes the edges of one run, each when it is first asked for."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        clock: SystemClock,
        aws_clock: AwsClock,
        console: Console,
        files: Files,
        given: Given,
        may_ask: bool,
    ) -> None:
        """Take what main has made, and the words that choose between edges."""
        self._environ = environ
        self._clock = clock
        self._aws_clock = aws_clock
        self._console = console
        self._files = files
        self._may_ask = may_ask
        self._given = given
        self._insecure = given.flag("insecure_keyring")
        self._code = given.values.get("token_code") or environ.get("MFA_SESSION_TOKEN_CODE")
        self._reads_stdin = given.values.get("token_code") == "-"
        self._session: Edges | None = None
        self._supplied: SuppliedCode | None = None

    def terminal(self) -> Terminal:
        """Return the terminal, which may be asked unless --no-input."""
        from mfa_session.system.terminal import Terminal

        return Terminal(may_ask=self._may_ask)

    def confirm(self, question: str) -> bool | None:
        """Ask for a yes; None where nobody can be asked."""
        from mfa_session.system.terminal import confirm

        return confirm(self.terminal(), question)

    def may_have_code(self) -> bool:
        """Say whether a code may come from the person, an option, a keyring or another login."""
        if self._code or self.terminal().can_ask():
            return True
        from mfa_session.files.turns_held import is_turn_held
        from mfa_session.system.keyring_presence import may_have_keyring

        state, keyring = self._files.state, self._files.settings().keyring
        if self._insecure or state.names("totp-") or may_have_keyring(self._environ, keyring):
            return True
        return is_turn_held(state)

    def store(self) -> SessionStore:
        """Return the store that writes sessions."""
        from mfa_session.files.session_store import SessionStore

        return SessionStore(self._environ, self._files.state, self._console.warn)

    def secrets(self) -> SecretStore:
        """Return the keyring's TOTP secrets, as config.toml and options choose the keyring."""
        from mfa_session.system.secret_store import SecretStore

        return SecretStore(
            self._environ,
            self._files.settings().keyring,
            self._files.state,
            insecure=self._insecure,
            may_ask=self._may_ask,
        )

    def session(self) -> Edges:
        """Return what acquiring a session touches, the same for every session of this run."""
        if self._session is None:
            self._session = self._make_session()
        return self._session

    def devices(self, caller: Caller) -> DeviceEdges:
        """Return what the care of MFA devices touches, in the name of `caller`."""
        from mfa_session.aws.devices import IamDevices
        from mfa_session.files.enrolments import Enrolments
        from mfa_session.mfa.devices import DeviceEdges
        from mfa_session.system.signals import put_off
        from mfa_session.system.timeouts import run_limited

        terminal, session = self.terminal(), self.session()
        return DeviceEdges(
            aws=IamDevices(self._clock, self._aws_clock, run_limited, caller),
            secrets=self.secrets(),
            intents=Enrolments(self._files.state),
            steps=session.steps,
            turns=session.turns,
            clock=self._clock,
            talk=self._console,
            wait_until=session.wait_until,
            pause=self._clock.pause,
            put_off=put_off,
            confirm=self.confirm,
            ask_code=terminal.ask_hidden if terminal.can_ask() else None,
            choose=session.choose_device,
        )

    def phone(self) -> Callable[[NewDevice, User], None] | None:
        """Return how to show a new device to a phone; None without a terminal to show it on."""
        from mfa_session.mfa import phone
        from mfa_session.system import qr
        from mfa_session.system.terminal import Terminal

        terminal = Terminal(may_ask=True)  # --no-input forbids questions, not pictures
        if not terminal.can_ask():
            return None

        def draw(device: NewDevice, user: User) -> None:
            label, typed = phone.label_of(device, user), phone.grouped(device)
            qr.show(terminal, phone.addresses(device, user), label, typed)

        return draw

    def lookups(self, caller: Caller) -> Lookups:
        """Return the questions about what a command will hit, asked by `caller`."""
        from mfa_session.aws.lookups import Lookups
        from mfa_session.system.timeouts import run_limited

        return Lookups(self._clock, self._aws_clock, run_limited, caller)

    def nearest_action(self, action: str) -> str | None:
        """Return the operation of AWS that is nearest to an action which is none; else None."""
        from mfa_session.guard.known import find_strays

        return find_strays([action]).get(action)

    def aws_names(self) -> AwsNames:
        """Return AWS's actions, read from the guard's list of operations when one is asked for."""
        from mfa_session.guard.known import actions_of
        from mfa_session.policy.aws_names import AwsNames

        return AwsNames(actions_of)

    def policies(self, caller: Caller) -> IamPolicies:
        """Return how the policies of `caller` are read."""
        from mfa_session.aws.policies import IamPolicies
        from mfa_session.system.timeouts import run_limited

        return IamPolicies(self._clock, self._aws_clock, run_limited, caller)

    def doctor(self) -> DoctorEdges:
        """Return what the doctor looks at; AWS's time is not remembered, and nothing asked."""
        from time import monotonic

        from mfa_session.aws.checkup import Checkup
        from mfa_session.doctor.ports import DoctorEdges
        from mfa_session.files.aws_clock import ClockReading
        from mfa_session.files.disk import Disk
        from mfa_session.guard.known import find_strays
        from mfa_session.system.secret_index import SecretIndex
        from mfa_session.system.timeouts import Running, run_limited

        reading, state = ClockReading(), self._files.state
        return DoctorEdges(
            aws=Checkup(self._clock, reading, run_limited),
            clock_seconds=lambda: reading.seconds,
            disk=Disk(self._environ, state),
            options=lambda: self._given.options(self._environ),
            stored_serials=SecretIndex(state).stored,
            secrets=self._stored_secrets,
            has_program=self._has_program,
            strays=find_strays,
            start=Running,
            local_now=self._clock.local_now,
            monotonic=monotonic,
            paint=self._console.paint_for_stdout,
        )

    def setup(self) -> SetupEdges:
        """Return what `configure` writes, and how it asks."""
        from functools import partial

        from mfa_session.cli.login import tell
        from mfa_session.files.plain_file import PlainFile
        from mfa_session.files.profiles_writer import ProfilesWriter
        from mfa_session.files.settings_writer import SettingsWriter
        from mfa_session.setup.ports import SetupEdges
        from mfa_session.system.signals import uninterrupted
        from mfa_session.system.terminal import choose

        state, warn = self._files.state, self._console.warn
        return SetupEdges(
            settings=SettingsWriter(self._environ, state, warn),
            profiles=ProfilesWriter(self._environ, state, warn),
            file=lambda path, private_name: PlainFile(path, private_name, state, warn),
            shell_start=self._shell_start,
            usual_shell=self._usual_shell,
            choose=partial(choose, self.terminal()),
            uninterrupted=uninterrupted,
            announce=partial(tell, asked=None),
        )

    def _shell_start(self, shell: str) -> ShellStart:
        """Return how a shell starts; its script stands beside config.toml."""
        import os

        from mfa_session.model.aws_paths import home
        from mfa_session.model.settings_file import settings_path
        from mfa_session.shell.start import ShellStart

        folder = os.path.dirname(os.path.abspath(settings_path(self._environ)))
        return ShellStart(shell, folder, self._environ, home(self._environ))

    def _usual_shell(self) -> str | None:
        """Return the shell that called; None where it is not known, or cannot be set up."""
        from mfa_session.cli.env import find_shell
        from mfa_session.model.errors import UsageError
        from mfa_session.shell.scripts import SUFFIXES

        try:
            shell = find_shell(self._environ)
        except UsageError:
            return None
        return shell if shell in SUFFIXES else None

    def _stored_secrets(self, file: SettingsFile) -> SecretStore:
        """Return the keyring as `file` chooses it, to look into: nothing is remembered or asked."""
        from mfa_session.files.state import ReadOnlyState
        from mfa_session.system.secret_store import SecretStore

        state = ReadOnlyState(self._files.state)
        return SecretStore(self._environ, file.keyring, state, insecure=False, may_ask=False)

    def _has_program(self, name: str) -> bool:
        """Say whether a program can be started by this name, which may begin with `~`."""
        from mfa_session.model.aws_paths import expand
        from mfa_session.system.programs import is_startable

        return is_startable(expand(name, self._environ), self._environ)

    def aws_cli_version(self, words: Sequence[str]) -> int | None:
        """Return the major version of the AWS CLI that `words` start; None where it is unknown."""
        from mfa_session.system.processes import aws_cli_version
        from mfa_session.system.programs import OnlyWrappersError, find_program

        try:
            program = find_program(words[0], self._environ) or words[0]
        except OnlyWrappersError:
            return None
        return aws_cli_version((program, *words[1:]))

    def limited(self, work: Callable[[], Answer], limit_seconds: float) -> Answer | None:
        """Return what `work` returns; None where an error of ours ends it, or it takes longer."""
        from contextlib import suppress

        from mfa_session.model.errors import MfaSessionError
        from mfa_session.system.timeouts import TooSlowError, run_limited

        with suppress(TooSlowError, MfaSessionError):
            return run_limited(work, limit_seconds)
        return None

    def stdin_secret(self) -> str | None:
        """Return the line on stdin; None where stdin is a terminal."""
        from mfa_session.system.stdin import read_secret_line

        return read_secret_line()

    def take_code_from_stdin(self) -> None:
        """Take the line of `--token-code -` now: a child gets what follows it."""
        if not self._reads_stdin:
            return
        from contextlib import suppress

        from mfa_session.model.errors import NoMfaError
        from mfa_session.system.stdin import read_line

        self._code, self._reads_stdin = None, False
        with suppress(NoMfaError):  # it is missed only if a code turns out to be needed
            self._code = read_line()

    def execute(
        self, command: Sequence[str], environ: Mapping[str, str], program: str | None = None
    ) -> int:
        """Become `command`; return an exit code (126, 127) only if that fails."""
        from mfa_session.system.execute import execute

        return execute(self._console, command, environ, program)

    def execute_past_wrappers(self, command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Become `command`, past any program on PATH that calls the guard."""
        from mfa_session.system.past_wrappers import execute_past_wrappers

        return execute_past_wrappers(self._console, command, environ, self._environ)

    def _make_session(self) -> Edges:
        from mfa_session.aws.sts import AwsCalls
        from mfa_session.files.single_flight import Turns
        from mfa_session.files.used_codes import UsedSteps
        from mfa_session.model.ports import Edges
        from mfa_session.system import core_dumps
        from mfa_session.system.countdown import wait_until
        from mfa_session.system.processes import run_credential_process
        from mfa_session.system.role_session_name import role_session_name
        from mfa_session.system.signals import uninterrupted
        from mfa_session.system.terminal import choose_device
        from mfa_session.system.timeouts import run_limited

        core_dumps.forbid()  # from here on there are long-term keys in memory
        terminal, state = self.terminal(), self._files.state
        turns = Turns(state, self._console, terminal.identity() if terminal.can_ask() else None)
        supplied = self._supplied_code()
        return Edges(
            aws=AwsCalls(self._clock, self._aws_clock, run_limited),
            talk=self._console,
            clock=self._clock,
            store=self.store(),
            turns=turns,
            steps=UsedSteps(state, self._console),
            wait_until=lambda moment, what: wait_until(self._clock, self._console, moment, what),
            codes=lambda settings: self._codes(settings, terminal, turns, supplied),
            process_keys=run_credential_process,
            uninterrupted=uninterrupted,
            role_session_name=role_session_name,
            choose_device=lambda serials: choose_device(terminal, serials),
        )

    def _codes(
        self, settings: Settings, terminal: Terminal, turns: Turns, supplied: SuppliedCode | None
    ) -> DeviceCodes:
        """Return where this session's codes come from, or refuse before anything is sent."""
        from mfa_session.mfa.codes import PromptedCode
        from mfa_session.mfa.sources import Sources
        from mfa_session.system.code_command import run_code_command

        def ask(question: str) -> str:
            # Two logins that need different codes do not ask over each other.
            with turns.alone(f"terminal {terminal.identity()}", "this terminal"):
                return terminal.ask_hidden(question)

        def run(serial: str) -> str:
            return run_code_command(
                settings.code_command or "",
                serial=serial,
                profile=settings.name,
                environ=self._environ,
            )

        sources = Sources(
            settings=settings,
            clock=self._clock,
            talk=self._console,
            secrets=self.secrets(),
            run_command=run if settings.code_command else None,
            prompt=PromptedCode(ask, terminal.tell, settings.name) if terminal.can_ask() else None,
            supplied=supplied,
        )
        return sources.choose()

    def _supplied_code(self) -> SuppliedCode | None:
        """Return the code given by option or variable; one object, so it is sent only once."""
        if not self._code:
            return None
        from mfa_session.mfa.codes import SuppliedCode
        from mfa_session.system.stdin import read_line

        text = str(self._code)
        return SuppliedCode(read_line if self._reads_stdin else lambda: text)
