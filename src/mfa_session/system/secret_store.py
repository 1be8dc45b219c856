"""TOTP secrets in the operating system's keyring, one item for each device."""

from __future__ import annotations

import os
import time

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.totp import read_secret
from mfa_session.system.keyring_access import ASKING_SECONDS, SERVICE
from mfa_session.system.keyring_items import KeyringItems
from mfa_session.system.secret_index import SecretIndex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyring.backend import KeyringBackend

    from mfa_session.model.ports import State
    from mfa_session.model.session import Secret
    from mfa_session.system.keyring_access import Keyring

PROBE = "mfa-session-probe"
"""The prefix of trial items' names."""


class SecretStore:
    """Stores secrets by serial in the keyring, and loads it when it is first asked.

    Asking the keyring raises ConfigurationError as `Keyring` does.
    """

    def __init__(self, keyring: Keyring, state: State) -> None:
        self._keyring = keyring
        self._items = KeyringItems(keyring)
        self._index = SecretIndex(state)
        self._read_before: dict[str, Secret | None] = {}

    def get(self, serial: str) -> Secret | None:
        """Return a device's secret, or None; ConfigurationError `bad-totp-secret` if malformed.

        It is read once: each read costs a connection, or an answer of the person.
        """
        if serial not in self._read_before:
            text = self._fetch(serial)
            self._read_before[serial] = None if text is None else read_secret(text)
        return self._read_before[serial]

    def holds(self, serial: str) -> bool:
        """Say whether anything is stored for a device, even if malformed."""
        return self._fetch(serial) is not None

    def set(self, serial: str, secret: Secret) -> None:
        """Store or replace a device's secret, and read it back."""
        backend = self._items.set(serial, secret.reveal())
        self._read_before.pop(serial, None)
        self._index.note(serial, backend)

    def try_out(self) -> None:
        """Check with a trial item that the keyring returns what it stores; remove the item."""
        name, value = f"{PROBE}-{int(time.time())}-{os.urandom(4).hex()}", os.urandom(20).hex()

        def try_it(keyring: KeyringBackend) -> bool:
            self._keyring.check_open(keyring)
            self._clear_probes(keyring)
            self._index.note_probe(name)
            try:
                keyring.set_password(SERVICE, name, value)
                return keyring.get_password(SERVICE, name) == value
            finally:
                self._clear_probe(keyring, name)

        if not self._keyring.ask(try_it):
            raise ConfigurationError(
                "keyring-unusable",
                f"{self.describe()} does not return what it stored",
                "choose another keyring: [keyring] backend in config.toml",
            )

    def _clear_probes(self, keyring: KeyringBackend) -> None:
        """Remove old trial items that a kill left; newer ones may be another process's."""
        for name in self._index.probes():
            began_at = name.removeprefix(PROBE + "-").partition("-")[0]
            if began_at.isdigit() and int(began_at) < time.time() - ASKING_SECONDS:
                self._clear_probe(keyring, name)

    def _clear_probe(self, keyring: KeyringBackend, name: str) -> None:
        if self._keyring.read(keyring, name) is not None:
            keyring.delete_password(SERVICE, name)
        self._index.forget_probe(name)

    def remove(self, serial: str) -> bool:
        """Remove a device's secret and check that it is gone; return False if there was none."""
        self._read_before.pop(serial, None)
        was_there = self._items.remove(serial)
        self._index.note(serial, None)
        return was_there

    def is_known(self, serial: str) -> bool:
        """Say from the index whether the keyring had this device's secret."""
        return self._index.keyring_of(serial) is not None

    def serials(self, others: Iterable[str] = ()) -> list[str]:
        """Return the serials with a secret, sorted, from the index and `others`."""
        self._keyring.ask(self._clear_probes)  # raises without a keyring
        asked = {*self._index.stored(), *others}
        return [serial for serial in sorted(asked) if self.holds(serial)]

    def describe(self) -> str:
        """Return the keyring's name for people."""
        return self._keyring.describe()

    def _fetch(self, serial: str) -> str | None:
        text = self._items.get(serial, self._index.keyring_of(serial))
        self._index.note(serial, None if text is None else self._keyring.full_name())
        return text
