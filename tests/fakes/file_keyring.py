"""A keyring in a file of mode 0600, for child processes: `PYTHON_KEYRING_BACKEND` names it.

`FILE_KEYRING` names the file; with `FILE_KEYRING_FAILS` the keyring is locked.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

NAME = "file_keyring.FileKeyring"


class FileKeyring(KeyringBackend):
    """Keeps items by service and user name."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """Return an item, or None."""
        return _read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store an item."""
        _write({**_read(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Remove an item, which must be there."""
        items = _read()
        if items.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError(username)
        _write(items)


def _path() -> Path:
    if os.environ.get("FILE_KEYRING_FAILS"):
        raise KeyringLocked("the keyring is locked")
    return Path(os.environ["FILE_KEYRING"])


def _read() -> dict[str, str]:
    path = _path()
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _write(items: dict[str, str]) -> None:
    descriptor = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(items, file)
