"""Sessions' keys in the keyring, one text for each profile."""

from __future__ import annotations

import json

from mfa_session.model.notes import read_json
from mfa_session.model.session import Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.system.keyring_items import KeyringItems


class StoredSessions:
    """What asks the keyring raises ConfigurationError as `Keyring` does."""

    def __init__(self, items: KeyringItems) -> None:
        """Take the keyring's items."""
        self._items = items

    def get(self, profile: str, backend: str | None = None) -> Keys | None:
        """Return the keys of a profile's session, or None; `backend` is asked first."""
        text = self._items.get(_item(profile), backend)
        try:
            kept = read_json(text or "")
            return Keys(
                access_key_id=str(kept["access_key_id"]),
                secret_access_key=Secret(str(kept["secret_access_key"])),
                session_token=Secret(str(kept["session_token"])),
            )
        except (ValueError, TypeError, KeyError):
            return None

    def put(self, profile: str, keys: Keys) -> str:
        """Store a session's keys, and see that they are given back; return the backend's class."""
        token = keys.session_token
        kept = {
            "access_key_id": keys.access_key_id,
            "secret_access_key": keys.secret_access_key.reveal(),
            "session_token": token.reveal() if token else "",
        }
        return self._items.set(_item(profile), json.dumps(kept))

    def remove(self, profile: str) -> None:
        """Remove a session's keys; none is fine."""
        self._items.remove(_item(profile))


def _item(profile: str) -> str:
    return f"session {profile}"
