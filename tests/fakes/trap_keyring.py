"""A keyring in a file of mode 0600 that fails or waits when a test asks for it.

For child processes: `PYTHON_KEYRING_BACKEND=trap_keyring.TrapKeyring`, with this folder on
PYTHONPATH; `TRAP_KEYRING` names its file. Its writers may be killed at any moment.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError

NAME = "trap_keyring.TrapKeyring"
PAUSE_SECONDS = 0.005


class TrapKeyring(KeyringBackend):
    """Keeps passwords by service and user name.

    Traps are files beside its own. `.refuse` makes storing fail, `.refuse-device` only a device's
    secret; `.forget` loses the password. `.hold-before` and `.hold-after` make `.held` and delay
    the storing of a device's secret until they are gone.
    """

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, or None."""
        return _read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store the password, unless a trap is set."""
        is_device = username.startswith("arn:")
        if trap("refuse").exists() or (is_device and trap("refuse-device").exists()):
            raise PasswordSetError("refused")
        if is_device:
            _hold("hold-before")
        if not trap("forget").exists():
            _write({**_read(), f"{service} {username}": password})
        if is_device:
            _hold("hold-after")

    def delete_password(self, service: str, username: str) -> None:
        """Remove the password, which must be there."""
        items = _read()
        if items.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError(username)
        _write(items)


def path() -> Path:
    """Return the file's path."""
    return Path(os.environ["TRAP_KEYRING"])


def trap(name: str) -> Path:
    """Return the path of a trap, which is set if it exists."""
    return Path(f"{path()}.{name}")


def stored() -> dict[str, str]:
    """Return the passwords by serial."""
    return {key.partition(" ")[2]: password for key, password in _read().items()}


def store(serial: str, secret: str) -> None:
    """Store a secret as the program does."""
    _write({**_read(), f"mfa-session {serial}": secret})


def _read() -> dict[str, str]:
    return dict(json.loads(path().read_text())) if path().exists() else {}


def _write(items: dict[str, str]) -> None:
    new = Path(f"{path()}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(items, file)
    new.replace(path())


def _hold(name: str) -> None:
    while trap(name).exists():
        trap("held").touch()
        time.sleep(PAUSE_SECONDS)
