"""What the Secret Service can be asked without anybody being asked to unlock it."""

from __future__ import annotations

from contextlib import closing

import secretstorage

OPEN = "open"
LOCKED = "locked"
MISSING = "missing"


def collection_state(path: str | None) -> str:
    """Return OPEN, LOCKED or MISSING for the collection at a D-Bus path, or the default one."""
    with closing(secretstorage.dbus_init()) as connection:
        try:
            collection = (
                secretstorage.Collection(connection, path)
                if path
                else secretstorage.Collection(connection)
            )
        except secretstorage.ItemNotFoundException:
            return MISSING
        return LOCKED if collection.is_locked() else OPEN
