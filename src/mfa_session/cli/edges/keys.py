"""What the care of long-term keys touches, and the keys and sessions that the keyring holds."""

from __future__ import annotations

from mfa_session.system.keyring_access import WAITING_FOR_KEYRING, Keyring
from mfa_session.system.keyring_items import KeyringItems
from mfa_session.system.stored_keys import StoredKeys, StoredSessions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.run import Basics
    from mfa_session.model.long_term_keys import KeyEdges


def make_stored_keys(basics: Basics) -> StoredKeys:
    """Return the keyring's keys, as config.toml and options choose the keyring."""
    return StoredKeys(_make_items(basics), basics.run.files.state, basics.run.clock)


def make_stored_sessions(basics: Basics) -> StoredSessions:
    """Return the keyring's sessions, likewise."""
    return StoredSessions(_make_items(basics))


def _make_items(basics: Basics) -> KeyringItems:
    run = basics.run
    return KeyringItems(
        Keyring(
            run.environ,
            run.files.settings().keyring,
            insecure=run.given.flag("insecure_keyring"),
            may_ask=run.may_ask,
            limited=run.limited(WAITING_FOR_KEYRING),
            tell=basics.say_once,
        )
    )


def make_keys(basics: Basics) -> KeyEdges:
    """Return the edges."""
    from mfa_session.aws.iam import IamKeys  # noqa: PLC0415  # a login from the keyring needs none
    from mfa_session.files.key_files import KeyFiles  # noqa: PLC0415
    from mfa_session.files.notes import KeyJournal  # noqa: PLC0415
    from mfa_session.model.long_term_keys import KeyEdges  # noqa: PLC0415
    from mfa_session.system.own_program import process_line  # noqa: PLC0415
    from mfa_session.system.signals import uninterrupted  # noqa: PLC0415

    run = basics.run
    return KeyEdges(
        aws=IamKeys(run.clock, run.aws_clock, run.asking_aws(), run.environ),
        vault=make_stored_keys(basics),
        files=KeyFiles(run.environ, run.files.state, run.console.warn),
        journal=KeyJournal(run.files.state),
        clock=run.clock,
        talk=run.console,
        confirm=basics.confirm,
        pause=run.clock.pause,
        uninterrupted=uninterrupted,
        own_line=lambda profile: process_line("keys", "process", "--profile", profile),
    )
