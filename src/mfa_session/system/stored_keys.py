"""Long-term keys and sessions' keys in the keyring, by profile, and an index of the former."""

from __future__ import annotations

import json

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import CURRENT, NEW, OLD, KnownKey, not_stored
from mfa_session.model.notes import name_for, read_json, read_note, to_note
from mfa_session.model.session import Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.ports import State
    from mfa_session.system.keyring_items import KeyringItems


_ITEMS = {CURRENT: "key", NEW: "new-key", OLD: "old-key"}
_INDEX = "key-"


class StoredKeys:
    """Long-term keys in the keyring, one item for each profile and place.

    Reading a key refills a lost index. Asking the keyring raises ConfigurationError as `Keyring`
    does.
    """

    def __init__(self, items: KeyringItems, state: State) -> None:
        self._items = items
        self._index = KeyIndex(state)

    def get(self, profile: str, place: str = CURRENT) -> Keys | None:
        """Return a profile's key; None without one, or if it is malformed."""
        known = self._index.find(profile)
        text = self._items.get(_key_item(profile, place), known.keyring if known else None)
        keys = _read_keys(text)
        if place == CURRENT:
            self._correct(profile, known, keys)
        return keys

    def _correct(self, profile: str, known: KnownKey | None, keys: Keys | None) -> None:
        if keys is None and known is not None:
            self._index.forget(profile)
        elif keys is not None and (known is None or known.key_id != keys.access_key_id):
            self._note(profile, keys)

    def required(self, profile: str) -> Keys:
        """Return a profile's key; ConfigurationError `key-not-stored` without one."""
        keys = self.get(profile)
        if keys is None:
            raise not_stored(profile)
        return keys

    def put(self, profile: str, keys: Keys, place: str = CURRENT) -> None:
        """Store or replace a key, and read it back."""
        backend = self._items.set(_key_item(profile, place), _to_text(keys))
        if place == CURRENT:
            self._note(profile, keys, backend)

    def remove(self, profile: str, place: str = CURRENT) -> None:
        """Remove a key, if it is there."""
        self._items.remove(_key_item(profile, place))
        if place == CURRENT:
            self._index.forget(profile)

    def known(self) -> list[KnownKey]:
        """Return the entries of the index, by profile."""
        return self._index.all()

    def _note(self, profile: str, keys: Keys, backend: str | None = None) -> None:
        where = backend or self._items.backend()
        known = KnownKey(profile=profile, key_id=keys.access_key_id, keyring=where)
        self._index.note(known)


class KeyIndex:
    """The index of the keys in the keyring, a small file each, without secrets."""

    def __init__(self, state: State) -> None:
        self._state = state

    def find(self, profile: str) -> KnownKey | None:
        """Return the entry of a profile's key, or None."""
        return self._read(name_for(_INDEX, profile))

    def all(self) -> list[KnownKey]:
        """Return all entries, by profile."""
        found = (self._read(name) for name in self._state.names(_INDEX))
        return sorted((known for known in found if known), key=lambda known: known.profile)

    def note(self, known: KnownKey) -> None:
        """Write an entry; after a failure the keyring is asked instead."""
        try:
            self._state.write(name_for(_INDEX, known.profile), to_note(known))
        except ConfigurationError:
            return

    def forget(self, profile: str) -> None:
        """Remove an entry, or ignore a failure."""
        try:
            self._state.remove(name_for(_INDEX, profile))
        except ConfigurationError:
            return

    def _read(self, name: str) -> KnownKey | None:
        return read_note(KnownKey, self._state.read(name))


class StoredSessions:
    """Sessions' keys in the keyring, one item for each profile.

    Asking the keyring raises ConfigurationError as `Keyring` does.
    """

    def __init__(self, items: KeyringItems) -> None:
        self._items = items

    def get(self, profile: str, backend: str | None = None) -> Keys | None:
        """Return the keys of a profile's session, or None; ask the keyring `backend` first."""
        keys = _read_keys(self._items.get(_session_item(profile), backend))
        return keys if keys and keys.session_token else None

    def put(self, profile: str, keys: Keys) -> str:
        """Store a session's keys; return the backend."""
        return self._items.set(_session_item(profile), _to_text(keys))

    def remove(self, profile: str) -> None:
        """Remove a session's keys, if they are there."""
        self._items.remove(_session_item(profile))


def _key_item(profile: str, place: str) -> str:
    return f"{_ITEMS[place]} {profile}"


def _session_item(profile: str) -> str:
    return f"session {profile}"


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
