"""Makes the edges of each feature; `session_wiring.py` makes those of a login.

Each method imports what it makes: few runs need more than one of them.
"""

from __future__ import annotations

from mfa_session.cli.arguments import session_options
from mfa_session.cli.session_wiring import SessionWiring

# ruff: noqa: PLC0415 - see above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from mfa_session.aws.account import IamPolicies, Lookups
    from mfa_session.aws.federation import Federation
    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.feature_ports import DoctorEdges, JobEdges, RolesEdges, SetupEdges
    from mfa_session.model.iam import KeyEdges, NewDevice
    from mfa_session.model.ports import Caller
    from mfa_session.model.session import Keys
    from mfa_session.model.settings import SettingsFile, Source
    from mfa_session.policy.aws_names import AwsNames
    from mfa_session.shell.scripts import ShellStart
    from mfa_session.system.browser import Browser

    Answer = TypeVar("Answer")


class Wiring(SessionWiring):
    """The edges of every feature in one run."""

    def keys(self) -> KeyEdges:
        """See Factories."""
        from mfa_session.aws.account import IamKeys
        from mfa_session.files.key_files import KeyFiles
        from mfa_session.files.notes import KeyJournal
        from mfa_session.model.iam import KeyEdges
        from mfa_session.system.processes import process_line
        from mfa_session.system.signals import uninterrupted

        run = self.run
        return KeyEdges(
            aws=IamKeys(self.call_edges()),
            vault=self.stored_keys(),
            files=KeyFiles(run.environ, run.files.state, run.console.warn),
            journal=KeyJournal(run.files.state),
            clock=run.clock,
            talk=run.console,
            confirm=self.confirm,
            pause=run.clock.pause,
            uninterrupted=uninterrupted,
            own_line=lambda profile: process_line("keys", "process", "--profile", profile),
        )

    def devices(self, caller: Caller) -> DeviceEdges:
        """See Factories."""
        from mfa_session.aws.account import IamDevices
        from mfa_session.files.notes import enrolments
        from mfa_session.mfa.devices import DeviceEdges
        from mfa_session.system.signals import defer_signals

        run, terminal, session = self.run, self.terminal(), self.session()
        return DeviceEdges(
            aws=IamDevices(self.call_edges(), caller),
            secrets=self.secrets(),
            intents=enrolments(run.files.state),
            steps=session.steps,
            turns=session.turns,
            clock=run.clock,
            talk=run.console,
            wait_until=session.wait_until,
            pause=run.clock.pause,
            defer_signals=defer_signals,
            confirm=self.confirm,
            ask_code=terminal.ask_hidden if terminal.can_ask() else None,
            choose=session.choose_device,
        )

    def phone(self) -> Callable[[NewDevice], None] | None:
        """Return how a phone is shown a secret."""
        import sys

        from mfa_session.mfa import phone
        from mfa_session.system import qr
        from mfa_session.system.console import draws, speaks_unicode
        from mfa_session.system.terminal import Terminal

        terminal = Terminal(may_ask=True)  # --no-input forbids questions, not pictures
        if not terminal.can_ask():
            return None
        is_drawn = draws(self.run.environ) and speaks_unicode(sys.stderr)

        def show(device: NewDevice) -> None:
            label, typed = phone.label_of(device.serial), phone.grouped(device)
            qr.show(terminal, phone.addresses(device), label, typed, draws=is_drawn)

        return show

    def lookups(self, caller: Caller) -> Lookups:
        """See Factories."""
        from mfa_session.aws.account import Lookups

        return Lookups(self.call_edges(), caller)

    def federation(self) -> Federation:
        """See Factories."""
        from mfa_session.aws.federation import Federation

        return Federation(self.call_edges())

    def browser(self) -> Browser | None:
        """See Factories."""
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

        listed = read_list()
        return AwsNames(listed.services, listed.actions_of, installed, IAM_PREFIXES)

    def operations(self) -> Mapping[str, tuple[str, ...]]:
        """Return the operations that the AWS CLI has, by our list."""
        from mfa_session.aws.action_list import read_list

        return read_list().operations

    def policies(self, caller: Caller) -> IamPolicies:
        """Return how policies are read."""
        from mfa_session.aws.account import IamPolicies

        return IamPolicies(self.call_edges(), caller)

    def doctor(self) -> DoctorEdges:
        """Return what the doctor looks at; AWS's time is not remembered, and nothing is asked."""
        from time import monotonic

        from mfa_session.aws.account import Checkup
        from mfa_session.aws.action_list import read_list
        from mfa_session.aws.calls import CallEdges
        from mfa_session.files.disk import Disk
        from mfa_session.files.settings_cache import read_settings_afresh
        from mfa_session.files.state import ClockReading, ReadOnlyState
        from mfa_session.guard.unmatched import find_unmatched
        from mfa_session.model.feature_ports import DoctorEdges
        from mfa_session.model.paths import expand
        from mfa_session.shell.scripts import eval_line, guard_setup, list_guarded
        from mfa_session.system.keyring_access import Keyring
        from mfa_session.system.programs import is_startable
        from mfa_session.system.secret_index import SecretIndex
        from mfa_session.system.secret_store import (
            KeyringItems,
            SecretStore,
            StoredKeys,
            StoredSessions,
        )
        from mfa_session.system.waiting import Running, run_limited

        run, reading = self.run, ClockReading()
        environ, state = run.environ, run.files.state

        def items(file: SettingsFile) -> KeyringItems:
            return KeyringItems(keyring(file))

        def keyring(file: SettingsFile) -> Keyring:
            return Keyring(environ, file.keyring, may_ask=False)

        def stored_keys(file: SettingsFile, profile: str) -> Keys | None:
            return StoredKeys(items(file), ReadOnlyState(state)).get(profile)

        def session_keys(profile: str, keyring: str | None) -> Keys | None:
            return StoredSessions(items(read_settings_afresh(environ))).get(profile, keyring)

        calls = CallEdges(clock=run.clock, aws_clock=reading, limited=run_limited, environ=environ)
        return DoctorEdges(
            aws=Checkup(calls),
            clock_seconds=lambda: reading.seconds,
            disk=Disk(environ, state, session_keys),
            options=lambda: session_options(run.values, environ),
            stored_serials=SecretIndex(state).stored,
            secrets=lambda file: SecretStore(keyring(file), ReadOnlyState(state)),
            stored_keys=stored_keys,
            has_program=lambda name: is_startable(expand(name, environ), environ),
            unmatched_patterns=lambda patterns: find_unmatched(
                patterns, lambda: read_list().operations
            ),
            guarded=list_guarded,
            guard_setup=guard_setup,
            eval_line=eval_line,
            start=Running,
            local_now=run.clock.local_now,
            monotonic=monotonic,
            paint=run.console.paint_for_stdout,
        )

    def setup(self) -> SetupEdges:
        """Return what `configure` writes, and how it asks."""
        from mfa_session.files.settings_writer import SettingsWriter
        from mfa_session.files.shared import ProfilesWriter
        from mfa_session.files.writable import PlainFile
        from mfa_session.model.feature_ports import SetupEdges
        from mfa_session.shell.dialects import find_scripted_shell
        from mfa_session.system.signals import uninterrupted
        from mfa_session.system.terminal import choose

        run, terminal = self.run, self.terminal()
        environ, state, warn = run.environ, run.files.state, run.console.warn
        return SetupEdges(
            settings=SettingsWriter(environ, state, warn),
            profiles=ProfilesWriter(environ, state, warn),
            file=lambda path, private_name: PlainFile(
                path, private_name=private_name, state=state, warn=warn
            ),
            shell_start=lambda shell: _shell_start(shell, environ),
            usual_shell=lambda: find_scripted_shell(environ),
            choose=lambda question, names: choose(terminal, question, names),
            uninterrupted=uninterrupted,
        )

    def jobs(self) -> JobEdges:
        """Return what serving a session touches: a child, this program once more, the config."""
        from mfa_session.files.shared import ProfilesWriter
        from mfa_session.model.feature_ports import JobEdges
        from mfa_session.system.child import end_as, run_child
        from mfa_session.system.processes import OwnProgram
        from mfa_session.system.signals import wait_for_signal

        run = self.run
        return JobEdges(
            own_program=OwnProgram(),
            run_child=lambda command, environ, started: run_child(
                run.console, command, environ, started
            ),
            end_as=end_as,
            wait_for_signal=wait_for_signal,
            write_profile=ProfilesWriter(run.environ, run.files.state, run.console.warn).put,
        )

    def roles(self, jobs: int) -> RolesEdges:
        """Return the edges of `jobs` calls at once; each credential_process runs once."""
        from mfa_session.aws.calls import AwsCalls
        from mfa_session.files.cli_cache import CliCacheFiles
        from mfa_session.model.feature_ports import RolesEdges
        from mfa_session.system.machine import most_locks
        from mfa_session.system.signals import defer_signals
        from mfa_session.system.waiting import run_limited

        run, session = self.run, self.session()
        fetched: dict[Source, Keys] = {}

        def process_keys(source: Source) -> Keys:
            if source not in fetched:
                fetched[source] = session.process_keys(source)
            return fetched[source]

        aws = AwsCalls(self.call_edges().replace(limited=run_limited), at_once=jobs)
        return RolesEdges(
            session=session.replace(aws=aws, process_keys=process_keys),
            defer_signals=defer_signals,
            pause=run.clock.pause,
            progress=run.console.progress,
            most_locks=most_locks(),
            cache=CliCacheFiles(run.environ),
        )

    def aws_cli_version(self, words: Sequence[str]) -> int | None:
        """Ask the AWS CLI for its major version."""
        from mfa_session.system.processes import aws_cli_version

        return aws_cli_version(words, self.run.environ)

    def limited(self, work: Callable[[], Answer], limit_seconds: float) -> Answer | None:
        """Do `work`; None where an error of ours ends it, or it takes longer."""
        from contextlib import suppress

        from mfa_session.model.errors import MfaSessionError
        from mfa_session.system.waiting import TooSlowError

        with suppress(TooSlowError, MfaSessionError):
            return self.asking_aws()(work, limit_seconds)
        return None


def _shell_start(shell: str, environ: Mapping[str, str]) -> ShellStart:
    import os

    from mfa_session.model.paths import home, settings_path
    from mfa_session.shell.scripts import ShellStart

    folder = os.path.dirname(os.path.abspath(settings_path(environ)))
    return ShellStart(shell, folder, environ, home(environ))
