"""What `doctor` looks at, gathered: files first, then what waits, side by side."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mfa_session.doctor.ask_aws import Questions
from mfa_session.doctor.keyrings import wanting_sessions
from mfa_session.doctor.scene import OPTIONS, PROFILES, KeyringFacts, Scene
from mfa_session.files.aws_files import read_document
from mfa_session.files.config_toml import read_settings_afresh
from mfa_session.files.enrolments import Enrolments
from mfa_session.files.places import find_places, find_unsafe, find_unwritable
from mfa_session.files.recovered import read_recovered
from mfa_session.guard.known import read_known
from mfa_session.ini.document import Document
from mfa_session.model.aws_paths import config_path, credentials_path, expand
from mfa_session.model.devices import Intent
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.places import CONFIG, CREDENTIALS, SETTINGS, STATE
from mfa_session.model.profiles import ProfileFiles
from mfa_session.model.settings import SessionOptions
from mfa_session.model.settings_file import no_settings
from mfa_session.session.inputs import Facts
from mfa_session.system.secret_index import SecretIndex
from mfa_session.system.timeouts import Running, TooSlowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from mfa_session.cli.app import App

    Part = TypeVar("Part")

KEYRING_SECONDS = 6.0
"""Where the keyring itself asks the person, it is left alone after this."""


class _Reader:
    """Reads part by part; what cannot be read is empty, and kept as broken."""

    def __init__(self) -> None:
        """Begin with nothing broken."""
        self.broken: dict[str, MfaSessionError] = {}

    def read(self, part: str, work: Callable[[], Part], empty: Part) -> Part:
        """Return what `work` reads, or `empty`."""
        try:
            return work()
        except MfaSessionError as error:
            self.broken.setdefault(part, error)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self.broken.setdefault(
                part,
                ConfigurationError(
                    "unreadable-file",
                    f"{error.filename} cannot be read: {reason}",
                    f"ls -ld {error.filename}",
                ),
            )
        return empty


def look_around(app: App) -> Scene:
    """Return everything the checks look at; nothing is written, and no command run."""
    places = find_places(app.environ)
    reader = _Reader()
    facts = _facts(app, reader)
    index: list[str] = reader.read(STATE, SecretIndex(app.state).stored, list[str]())
    intents: list[Intent] = reader.read(STATE, Enrolments(app.state).all, list[Intent]())
    keyring = _start_keyring(app, facts, index) if SETTINGS not in reader.broken else None
    aws, now = Questions(app, facts, _first_broken(reader)).ask()
    return Scene(
        now=now,
        facts=facts,
        missing={part: _NAMES[part] + " cannot be read" for part in reader.broken},
        broken=reader.broken,
        places=places,
        unsafe=find_unsafe(app.environ),
        unwritable=find_unwritable(app.environ, app.state),
        exists=lambda path: os.path.exists(expand(path, app.environ)),
        finds_program=lambda name: _has_program(app, name),
        cut_off=tuple(intent.serial for intent in intents),
        stored_serials=tuple(index),
        keyring=_finish_keyring(keyring) if keyring else None,
        operations=read_known() if facts.file.guard else {},
        aws=aws,
    )


_NAMES = {
    CREDENTIALS: "the credentials file",
    CONFIG: "the AWS config file",
    SETTINGS: "config.toml",
    STATE: "the state directory",
    OPTIONS: "an MFA_SESSION_… variable",
}


def _first_broken(reader: _Reader) -> str | None:
    """Return why AWS cannot be asked: botocore fails on a file that it cannot read."""
    for part in PROFILES:
        if part in reader.broken:
            return f"{_NAMES[part]} cannot be read, and the AWS SDK needs it"
    return None


def _facts(app: App, reader: _Reader) -> Facts:
    environ = app.environ
    credentials, config = credentials_path(environ), config_path(environ)
    return Facts(
        options=reader.read(OPTIONS, lambda: app.given.options(environ), SessionOptions()),
        environ=environ,
        file=reader.read(SETTINGS, lambda: read_settings_afresh(environ), no_settings(environ)),
        profiles=ProfileFiles(
            credentials=reader.read(
                CREDENTIALS, lambda: read_document(credentials), Document.empty(credentials)
            ),
            config=reader.read(CONFIG, lambda: read_document(config), Document.empty(config)),
        ),
        recovered=reader.read(STATE, lambda: read_recovered(app.state), {}),
    )


def _has_program(app: App, name: str) -> bool:

    return bool(app.make.has_program(expand(name, app.environ)))


def _start_keyring(app: App, facts: Facts, stored: list[str]) -> Running[KeyringFacts] | None:
    """Begin to ask the keyring, where one is used."""
    if not stored and not any(wanting_sessions(facts)):
        return None

    secrets = app.make.stored_secrets(facts.file)

    def ask() -> KeyringFacts:
        try:
            secrets.describe()
            return KeyringFacts(held={serial: secrets.holds(serial) for serial in stored})
        except MfaSessionError as error:
            return KeyringFacts(error=error)

    return Running(ask)


def _finish_keyring(running: Running[KeyringFacts]) -> KeyringFacts:
    try:
        return running.result(KEYRING_SECONDS)
    except TooSlowError:
        return KeyringFacts(
            error=ConfigurationError(
                "keyring-timeout",
                "the keyring does not answer",
                "see that its service runs, or choose another: [keyring] backend in config.toml",
            )
        )
