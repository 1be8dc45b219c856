"""What the doctor looks at; AWS's time is not remembered, and nothing is asked."""

from __future__ import annotations

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
from mfa_session.system.keyring_items import KeyringItems
from mfa_session.system.programs import is_startable
from mfa_session.system.secret_index import SecretIndex
from mfa_session.system.secret_store import SecretStore
from mfa_session.system.stored_keys import StoredKeys, StoredSessions
from mfa_session.system.waiting import Running, run_limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.run import Run
    from mfa_session.model.session import Keys
    from mfa_session.model.settings import SettingsFile


def make_doctor(run: Run) -> DoctorEdges:
    """Return the edges."""
    reading, environ, state = ClockReading(), run.environ, run.files.state

    def secrets(file: SettingsFile) -> SecretStore:
        """Return the keyring as `file` chooses it, to look into: nothing is remembered."""
        return SecretStore(keyring(file), ReadOnlyState(state))

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
        options=lambda: run.given.options(environ),
        stored_serials=SecretIndex(state).stored,
        secrets=secrets,
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
