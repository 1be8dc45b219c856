"""TOTP secrets in the operating system's keyring, one item per device."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TypeVar

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.totp import read_secret
from mfa_session.system.keyring_backends import (
    FREEDESKTOP,
    check_backend,
    describe_backend,
    full_name,
)
from mfa_session.system.secret_index import SecretIndex
from mfa_session.system.timeouts import TooSlowError, run_limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from keyring.backend import KeyringBackend

    from mfa_session.model.secret import Secret
    from mfa_session.system.secret_index import State

Answer = TypeVar("Answer")

SERVICE = "mfa-session"
PROBE = "mfa-session-probe"
"""The name of what a keyring is tried with begins so."""
ASKING_SECONDS = 60.0
"""Where the system itself asks the person for leave: macOS, Windows."""
ANSWERING_SECONDS = 3.0
"""Elsewhere: with the start of the program, a dead service is told within five."""
_SAYS_LOCKED = {"KeyringLocked", "LockedException", "PromptDismissedException", "InitError"}


class SecretStore:
    """The keyring, as one store of secrets by serial; nothing is loaded before it is asked.

    Whatever asks the keyring raises ConfigurationError `keyring-unusable`, `keyring-ambiguous`,
    `keyring-insecure`, `keyring-locked` or `keyring-timeout`, and nothing of a secret with it.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        settings: Mapping[str, Any],
        state: State,
        *,
        insecure: bool = False,
        may_ask: bool = True,
    ) -> None:
        """Take the environment, config.toml's `[keyring]`, and the state directory.

        `insecure` accepts a keyring that keeps plain text; `may_ask` is false where a locked one
        may not even ask the person to unlock it.
        """
        self._name = environ.get("PYTHON_KEYRING_BACKEND") or settings.get("backend")
        self._insecure = insecure or bool(settings.get("insecure"))
        self._may_ask = may_ask
        self._index = SecretIndex(state)
        self._backend: KeyringBackend | None = None
        self._waits_for_unlock = False
        self._read_before: dict[str, Secret | None] = {}

    def get(self, serial: str) -> Secret | None:
        """Return the secret of a device, or None; `bad-totp-secret` if what is there is none.

        A device's is asked for once: each question to a keyring costs a connection, or an answer.
        """
        if serial not in self._read_before:
            text = self._fetch(serial)
            self._read_before[serial] = None if text is None else read_secret(text)
        return self._read_before[serial]

    def holds(self, serial: str) -> bool:
        """Say whether anything is stored for a device, be it a secret or not."""
        return self._fetch(serial) is not None

    def set(self, serial: str, secret: Secret) -> None:
        """Store a device's secret in the place of any before, and see that it is there."""

        def store(keyring: KeyringBackend) -> bool:
            self._check_open(keyring)
            keyring.set_password(SERVICE, serial, secret.reveal())
            return keyring.get_password(SERVICE, serial) == secret.reveal()

        if not self._ask(store):
            raise ConfigurationError(
                "keyring-unusable",
                f"{self.describe()} took the secret of {serial} and does not give it back",
                "choose another keyring: [keyring] backend in config.toml",
            )
        self._read_before.pop(serial, None)
        self._index.note(serial, full_name(self._load()))

    def try_out(self) -> None:
        """See that something stored is given back, and leave nothing of it."""
        name, value = f"{PROBE}-{int(time.time())}-{os.urandom(4).hex()}", os.urandom(20).hex()

        def try_it(keyring: KeyringBackend) -> bool:
            self._check_open(keyring)
            self._clear_probes(keyring)
            self._index.note_probe(name)
            try:
                keyring.set_password(SERVICE, name, value)
                return keyring.get_password(SERVICE, name) == value
            finally:
                self._clear_probe(keyring, name)

        if not self._ask(try_it):
            raise ConfigurationError(
                "keyring-unusable",
                f"{self.describe()} does not give back what it was given",
                "choose another keyring: [keyring] backend in config.toml",
            )

    def _clear_probes(self, keyring: KeyringBackend) -> None:
        """Remove what a kill has left of a trial; not another process's, under way now."""
        for name in self._index.probes():
            began_at = name.removeprefix(PROBE + "-").partition("-")[0]
            if began_at.isdigit() and int(began_at) < time.time() - ASKING_SECONDS:
                self._clear_probe(keyring, name)

    def _clear_probe(self, keyring: KeyringBackend, name: str) -> None:
        if self._read(keyring, name) is not None:
            keyring.delete_password(SERVICE, name)
        self._index.forget_probe(name)

    def remove(self, serial: str) -> bool:
        """Remove a device's secret, and see that it is gone; False if there was none."""

        def delete(keyring: KeyringBackend) -> bool | None:
            if self._read(keyring, serial) is None:
                return None
            keyring.delete_password(SERVICE, serial)
            return keyring.get_password(SERVICE, serial) is None

        self._read_before.pop(serial, None)
        gone = self._ask(delete)
        if gone is False:
            raise ConfigurationError(
                "keyring-unusable",
                f"{self.describe()} still holds a secret of {serial}",
                f"remove the item of service {SERVICE!r} with the keyring's own program",
            )
        self._index.note(serial, None)
        return gone is not None

    def is_known(self, serial: str) -> bool:
        """Say, without asking the keyring, whether it had a secret of this device."""
        return self._index.keyring_of(serial) is not None

    def serials(self, others: Iterable[str] = ()) -> list[str]:
        """Return the serials with a secret, of those remembered and of `others`, sorted."""
        self._ask(self._clear_probes)  # where there is no keyring, "none" would be no answer
        asked = {*self._index.stored(), *others}
        return [serial for serial in sorted(asked) if self.holds(serial)]

    def describe(self) -> str:
        """Return which keyring it is."""
        return self._ask(describe_backend)

    def _fetch(self, serial: str) -> str | None:
        text = self._fetch_where_it_was(serial)
        if text is None:
            text = self._ask(lambda keyring: self._read(keyring, serial))
        self._index.note(serial, None if text is None else full_name(self._backend))
        return text

    def _fetch_where_it_was(self, serial: str) -> str | None:
        """Look in the keyring that had it, without a scan for the best; None if it is not there."""
        where = self._index.keyring_of(serial)
        if where is None or self._name or self._backend is not None or _has_keyringrc():
            return None
        self._name = where
        try:
            text = self._ask(lambda keyring: self._read(keyring, serial))
        except ConfigurationError as error:
            if error.code != "keyring-unusable":
                raise
            text = None
        if text is None:
            self._name = self._backend = None
        return text

    def _read(self, keyring: KeyringBackend, serial: str) -> str | None:
        """Return what is stored; never by making a new collection to look into."""
        return keyring.get_password(SERVICE, serial) if self._check_open(keyring) else None

    def _check_open(self, keyring: KeyringBackend) -> bool:
        """Say whether there is a collection to look into; do not have one unlocked unasked."""
        if type(keyring).__module__ != FREEDESKTOP:
            return True
        from mfa_session.system.secret_service import MISSING, OPEN, collection_state  # noqa: PLC0415

        state = collection_state(getattr(keyring, "preferred_collection", None))
        self._waits_for_unlock = state != OPEN
        if state != OPEN and not self._may_ask:
            raise self._locked()
        return state != MISSING

    def _ask(self, work: Callable[[KeyringBackend], Answer]) -> Answer:
        """Ask the keyring, for a limited time.

        Its errors are told by their kind alone: their texts, and what they hang on, may be secret.
        """
        asks_itself = sys.platform in {"darwin", "win32"}
        self._import()
        try:
            return run_limited(
                lambda: work(self._load()), ASKING_SECONDS if asks_itself else ANSWERING_SECONDS
            )
        except MfaSessionError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a backend raises
            kind = type(error).__name__
        raise self._failed(kind)

    def _import(self) -> None:
        """Import what will be needed: a busy machine's time for it is none of the keyring's."""
        if self._backend is not None:
            return
        import logging  # noqa: PLC0415  # keyring's own import, as the next

        import keyring.core  # noqa: F401, PLC0415

        logging.getLogger("keyring").addHandler(logging.NullHandler())  # we tell what matters
        usual = FREEDESKTOP if sys.platform == "linux" else ""
        module = str(self._name).rpartition(".")[0] if self._name else usual
        with suppress(Exception):  # whatever a backend's module raises: loading tells it
            __import__(module)

    def _load(self) -> KeyringBackend:
        """Load the backend chosen, by its name where there is one: nothing else is looked for."""
        if self._backend is None:
            from keyring import core  # noqa: PLC0415

            backend = self._load_named(core.load_keyring) if self._name else core.get_keyring()
            check_backend(backend, insecure=self._insecure)
            self._backend = backend
        return self._backend

    def _load_named(self, load: Callable[[str], KeyringBackend]) -> KeyringBackend:
        name = str(self._name)
        try:
            return load(name)
        except TimeoutError:
            raise TooSlowError from None
        except Exception as error:
            raise ConfigurationError(
                "keyring-unusable",
                f"the keyring {name!r} cannot be used: {error}",  # no secret was near it yet
                "correct PYTHON_KEYRING_BACKEND, or [keyring] backend in config.toml",
            ) from error

    def _failed(self, kind: str) -> ConfigurationError:
        if kind in _SAYS_LOCKED or (kind == TooSlowError.__name__ and self._waits_for_unlock):
            return self._locked()
        if kind == TooSlowError.__name__:
            return ConfigurationError(
                "keyring-timeout",
                f"{self._label()} does not answer",
                "see that its service runs, or choose another: [keyring] backend in config.toml",
            )
        return ConfigurationError(
            "keyring-unusable",
            f"{self._label()} failed ({kind})",
            "see that its service runs, or choose another: [keyring] backend in config.toml",
        )

    def _locked(self) -> ConfigurationError:
        return ConfigurationError(
            "keyring-locked",
            f"{self._label()} is locked, or was never set up",
            "unlock it (sign in to the desktop, or open its own program) and run this again",
        )

    def _label(self) -> str:
        if self._backend is not None:
            return describe_backend(self._backend)
        return f"the keyring {self._name}" if self._name else "the keyring"


def _has_keyringrc() -> bool:
    """Say whether the person has told keyring itself which backend to take."""
    from keyring.util import platform_  # noqa: PLC0415  # only with a keyring to ask

    return os.path.exists(os.path.join(platform_.config_root(), "keyringrc.cfg"))
