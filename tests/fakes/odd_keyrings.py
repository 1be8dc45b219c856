"""Keyrings that lose secrets, leak them, delegate to another or never answer.

For this process by their full names, and for children with the tests' folder on PYTHONPATH.
"""

from __future__ import annotations

import threading
from typing import NoReturn

from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError
from secretstorage.exceptions import SecretServiceNotAvailableException

PREFIX = __name__
LARGEST_CHARACTERS = 1280


class MemoryKeyring(KeyringBackend):
    """Keeps items for as long as the process lasts."""

    priority = 1
    items: dict[tuple[str, str], str] = {}  # noqa: RUF012  # one store for all instances

    def get_password(self, service: str, username: str) -> str | None:
        """Return an item, or None."""
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store an item."""
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Remove an item, which must be there."""
        if self.items.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


class ForgetfulKeyring(MemoryKeyring):
    """Takes a secret and keeps another."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store less than was given."""
        super().set_password(service, username, password[:-1])


class StickyKeyring(MemoryKeyring):
    """Says that it has removed what it keeps."""

    def delete_password(self, service: str, username: str) -> None:
        """Do nothing."""


class LoudKeyring(MemoryKeyring):
    """Fails, and puts the secret into its error."""

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        """Fail with everything in the text."""
        raise RuntimeError(f"{service} {username} {password}") from OSError(password)


class LockedKeyring(MemoryKeyring):
    """Is locked, and nobody unlocks it."""

    def get_password(self, service: str, username: str) -> NoReturn:
        """Fail as keyring's backends do then."""
        raise KeyringLocked(f"Failed to unlock the collection! {service} {username}")


class BusyKeyring(MemoryKeyring):
    """Refuses so many times before it answers, as a service does that has not started yet."""

    refusals = 0
    reason: type[Exception] = SecretServiceNotAvailableException

    def get_password(self, service: str, username: str) -> str | None:
        """Fail as keyring's Secret Service does then, or return an item."""
        if BusyKeyring.refusals:
            BusyKeyring.refusals -= 1
            raise InitError("Failed to create the collection") from BusyKeyring.reason("no reply")
        return super().get_password(service, username)


class StuckKeyring(MemoryKeyring):
    """Never answers."""

    def get_password(self, service: str, username: str) -> NoReturn:
        """Wait for ever."""
        threading.Event().wait()
        raise AssertionError(service, username)


class PlaintextKeyring(MemoryKeyring):
    """Keeps secrets in the open, as its name says."""


class ChildOfPlaintextKeyring(PlaintextKeyring):
    """Keeps secrets in the open, though its name does not end so."""

    __qualname__ = "ObscuredKeyring"


class ChildOfFail(fail.Keyring):
    """Fails by another name."""


class ChildOfNull(null.Keyring):
    """Keeps nothing by another name."""


class SmallKeyring(MemoryKeyring):
    """Takes no more than Windows does in an item; fails once `sets_left` stores are done."""

    sets_left: int | None = None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a short password."""
        if len(password) > LARGEST_CHARACTERS:
            raise PasswordSetError("too long")
        if SmallKeyring.sets_left is not None:
            if SmallKeyring.sets_left == 0:
                raise PasswordSetError("broken")
            SmallKeyring.sets_left -= 1
        super().set_password(service, username, password)
