"""Secrets in the operating system's keyring: of TOTP, long-term keys and sessions."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import CURRENT, NEW, OLD, KnownKey, not_stored
from mfa_session.model.notes import Notes, read_json
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import KEY_NOTES
from mfa_session.model.totp import read_secret
from mfa_session.system.keyring_access import ASKING_SECONDS, SERVICE
from mfa_session.system.secret_index import SecretIndex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from keyring.backend import KeyringBackend

    from mfa_session.model.ports import State
    from mfa_session.system.keyring_access import Keyring


LARGEST_CHARACTERS = 1280
"""The limit of one item: the Windows Credential Locker takes 2,560 bytes, two a character."""
_UNLIMITED = (
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
)
_HEAD = "mfa-session-parts"
_SIDES = ("a", "b")


class KeyringItems:
    """Reads, stores and removes texts by name. Raises ConfigurationError as `Keyring` does.

    A text that is too long for an item is split: the item `name` is then a head that tells where
    the parts are. New parts are written beside the old ones before the head is switched to them, so
    that a kill leaves the old text or the new one.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def get(self, name: str, backend: str | None = None) -> str | None:
        """Return a text; None without one, or if a part of it is missing.

        `backend` is the class of the keyring to ask first.
        """
        return self._keyring.in_backend(backend, lambda keyring: self._read(keyring, name))

    def set(self, name: str, text: str) -> str:
        """Store or replace a text and read it back; return the backend's class.

        Raises ConfigurationError `keyring-unusable` if the keyring does not return it.
        """

        def store(keyring: KeyringBackend) -> bool:
            self._keyring.check_open(keyring)
            if len(text) <= _limit_of(keyring):
                before = keyring.get_password(SERVICE, name)
                keyring.set_password(SERVICE, name, text)
                self._remove_parts(keyring, name, before)
            else:
                self._store_split(keyring, name, text)
            return self._read(keyring, name) == text

        if not self._keyring.ask(store):
            raise ConfigurationError(
                "keyring-unusable",
                f"{self._keyring.describe()} took {name!r} and does not return it",
                "choose another keyring: [keyring] backend in config.toml",
            )
        return self._keyring.full_name()

    def backend(self) -> str:
        """Return the class of the keyring."""
        return self._keyring.full_name()

    def remove(self, name: str) -> bool:
        """Remove a text and check that it is gone; return False if there was none."""
        was_there = False

        def delete(keyring: KeyringBackend) -> bool:
            nonlocal was_there
            head = self._keyring.read(keyring, name)
            if head is None:
                return True
            was_there = True  # even if it is asked once more, and finds nothing then
            keyring.delete_password(SERVICE, name)
            self._remove_parts(keyring, name, head)
            return keyring.get_password(SERVICE, name) is None

        if not self._keyring.ask(delete):
            raise ConfigurationError(
                "keyring-unusable",
                f"{self._keyring.describe()} still holds {name!r}",
                f"remove the item of service {SERVICE!r} with the keyring's own program",
            )
        return was_there

    def _read(self, keyring: KeyringBackend, name: str) -> str | None:
        head = self._keyring.read(keyring, name)
        split = _read_head(head)
        if split is None:
            return head
        side, count = split
        parts = [keyring.get_password(SERVICE, _part(name, side, i)) for i in range(count)]
        return None if None in parts else "".join(str(part) for part in parts)

    def _store_split(self, keyring: KeyringBackend, name: str, text: str) -> None:
        """Write the parts to the unused side, switch the head to it, and clear the other side."""
        before = keyring.get_password(SERVICE, name)
        old = _read_head(before)
        side = _SIDES[0] if old is None or old[0] == _SIDES[1] else _SIDES[1]
        size = _limit_of(keyring)
        parts = [text[start : start + size] for start in range(0, len(text), size)]
        for number, part in enumerate(parts):
            keyring.set_password(SERVICE, _part(name, side, number), part)
        keyring.set_password(SERVICE, name, f"{_HEAD} {side} {len(parts)}")
        self._remove_parts(keyring, name, before)

    def _remove_parts(self, keyring: KeyringBackend, name: str, head: str | None) -> None:
        side, count = _read_head(head) or ("", 0)
        for number in range(count):
            part = _part(name, side, number)
            if keyring.get_password(SERVICE, part) is not None:
                keyring.delete_password(SERVICE, part)


def _limit_of(keyring: Any) -> int:
    is_unlimited = type(keyring).__module__ in _UNLIMITED
    return 1 << 20 if is_unlimited else LARGEST_CHARACTERS


def _part(name: str, side: str, number: int) -> str:
    return f"{name} {side}{number}"


def _read_head(text: str | None) -> tuple[str, int] | None:
    """Return the side and the number of parts that a head names; None for a whole text."""
    words = (text or "").split(" ")
    if len(words) != 3 or words[0] != _HEAD or words[1] not in _SIDES:  # noqa: PLR2004  # head, side, count
        return None
    return (words[1], int(words[2])) if words[2].isascii() and words[2].isdigit() else None


PROBE = "mfa-session-probe"
"""The prefix of trial items' names."""


class SecretStore:
    """Stores devices' TOTP secrets in the keyring, by serial; loads it when it is first asked.

    Asking the keyring raises ConfigurationError as `Keyring` does.
    """

    def __init__(self, keyring: Keyring, state: State) -> None:
        self._keyring = keyring
        self._items = KeyringItems(keyring)
        self._index = SecretIndex(state)
        self.known = self._index.stored
        self._read_before: dict[str, Secret | None] = {}

    def get(self, serial: str) -> Secret | None:
        """Return a device's secret, or None; ConfigurationError `bad-totp-secret` if malformed.

        It is read once: each read costs a connection, or asks the person.
        """
        if serial not in self._read_before:
            text = self._fetch(serial)
            self._read_before[serial] = None if text is None else read_secret(text)
        return self._read_before[serial]

    def holds(self, serial: str) -> bool:
        """See Secrets."""
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

    def serials(self, others: Iterable[str] = ()) -> list[str]:
        """Return those serials of the index and of `others` that have a secret, sorted."""
        self._keyring.ask(self._clear_probes)  # raises without a keyring
        asked = {*self._index.stored(), *others}
        return [serial for serial in sorted(asked) if self.holds(serial)]

    def describe(self) -> str:
        """See Secrets."""
        return self._keyring.describe()

    def _fetch(self, serial: str) -> str | None:
        text = self._items.get(serial, self._index.keyring_of(serial))
        self._index.note(serial, None if text is None else self._keyring.full_name())
        return text


_ITEMS = {CURRENT: "key", NEW: "new-key", OLD: "old-key"}


class StoredKeys:
    """Long-term keys in the keyring: an item for each profile and place (CURRENT, NEW, OLD).

    Reading a key refills a lost index. Asking the keyring raises ConfigurationError as `Keyring`
    does.
    """

    def __init__(self, items: KeyringItems, state: State) -> None:
        self._items = items
        # For each key a small file without secrets; if that fails, the keyring is asked.
        self._index = Notes(state, KnownKey, KEY_NOTES)

    def get(self, profile: str, place: str = CURRENT) -> Keys | None:
        """Return a profile's key; None without one, or if it is malformed."""
        known = self._index.get(profile)
        text = self._items.get(f"{_ITEMS[place]} {profile}", known.keyring if known else None)
        keys = _read_keys(text)
        if place == CURRENT and keys is None and known is not None:
            self._forget(profile)
        elif place == CURRENT and keys and (known is None or known.key_id != keys.access_key_id):
            self._note(profile, keys)
        return keys

    def required(self, profile: str) -> Keys:
        """Return a profile's key; ConfigurationError `key-not-stored` without one."""
        keys = self.get(profile)
        if keys is None:
            raise not_stored(profile)
        return keys

    def put(self, profile: str, keys: Keys, place: str = CURRENT) -> None:
        """Store or replace a key, and read it back."""
        backend = self._items.set(f"{_ITEMS[place]} {profile}", _to_text(keys))
        if place == CURRENT:
            self._note(profile, keys, backend)

    def remove(self, profile: str, place: str = CURRENT) -> None:
        """Remove a key, if it is there."""
        self._items.remove(f"{_ITEMS[place]} {profile}")
        if place == CURRENT:
            self._forget(profile)

    def known(self) -> list[KnownKey]:
        """Return the entries of the index, by profile."""
        return sorted(self._index.all(), key=lambda known: known.profile)

    def _note(self, profile: str, keys: Keys, backend: str | None = None) -> None:
        where = backend or self._items.backend()
        with suppress(ConfigurationError):
            self._index.save(KnownKey(profile=profile, key_id=keys.access_key_id, keyring=where))

    def _forget(self, profile: str) -> None:
        with suppress(ConfigurationError):
            self._index.remove(profile)


class StoredSessions:
    """Sessions' keys in the keyring, one item for each profile.

    Asking the keyring raises ConfigurationError as `Keyring` does.
    """

    def __init__(self, items: KeyringItems) -> None:
        self._items = items

    def get(self, profile: str, backend: str | None = None) -> Keys | None:
        """Return the keys of a profile's session, or None; ask the keyring `backend` first."""
        keys = _read_keys(self._items.get(f"session {profile}", backend))
        return keys if keys and keys.session_token else None

    def put(self, profile: str, keys: Keys) -> str:
        """Store a session's keys; return the backend."""
        return self._items.set(f"session {profile}", _to_text(keys))

    def remove(self, profile: str) -> None:
        """Remove a session's keys, if they are there."""
        self._items.remove(f"session {profile}")


def _to_text(keys: Keys) -> str:
    pair = {
        "access_key_id": keys.access_key_id,
        "secret_access_key": keys.secret_access_key.reveal(),
    }
    token = keys.session_token
    return json.dumps({**pair, "session_token": token.reveal()} if token else pair)


def _read_keys(text: str | None) -> Keys | None:
    try:
        kept = read_json(text or "")
        token = kept.get("session_token")
        return Keys(
            access_key_id=str(kept["access_key_id"]),
            secret_access_key=Secret(str(kept["secret_access_key"])),
            session_token=Secret(str(token)) if token else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
