"""Keyrings that lose secrets, leak them, delegate to another or never answer.

This process names them by their full names, and so do children with tests/ on PYTHONPATH.
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
    """Keeps items in memory."""

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
    """Stores another secret than the given one."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store the password without its last character."""
        super().set_password(service, username, password[:-1])


class StickyKeyring(MemoryKeyring):
    """Does not remove items, but reports success."""

    def delete_password(self, service: str, username: str) -> None:
        """Do nothing."""


class LoudKeyring(MemoryKeyring):
    """Fails with the secret in the error."""

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        """Fail with all arguments in the text."""
        raise RuntimeError(f"{service} {username} {password}") from OSError(password)


class LockedKeyring(MemoryKeyring):
    """Stays locked."""

    def get_password(self, service: str, username: str) -> NoReturn:
        """Fail as the backends of `keyring` do."""
        raise KeyringLocked(f"Failed to unlock the collection! {service} {username}")


class BusyKeyring(MemoryKeyring):
    """Refuses `refusals` times before it answers, like a service that is starting."""

    refusals = 0
    reason: type[Exception] = SecretServiceNotAvailableException

    def get_password(self, service: str, username: str) -> str | None:
        """Fail as keyring's Secret Service does, or return an item."""
        if BusyKeyring.refusals:
            BusyKeyring.refusals -= 1
            raise InitError("Failed to create the collection") from BusyKeyring.reason("no reply")
        return super().get_password(service, username)


class EndingKeyring(MemoryKeyring):
    """Ends once after it has removed an item, and before it answers."""

    has_ended = False

    def delete_password(self, service: str, username: str) -> None:
        """Remove an item, and fail the first time."""
        super().delete_password(service, username)
        if not EndingKeyring.has_ended:
            EndingKeyring.has_ended = True
            raise SecretServiceNotAvailableException("no reply")


class StuckKeyring(MemoryKeyring):
    """Never answers."""

    def get_password(self, service: str, username: str) -> NoReturn:
        """Wait for ever."""
        threading.Event().wait()
        raise AssertionError(service, username)


class PlaintextKeyring(MemoryKeyring):
    """Keeps secrets in plain text, as its name says."""


class ChildOfPlaintextKeyring(PlaintextKeyring):
    """Keeps secrets in plain text; its name does not say so."""

    __qualname__ = "ObscuredKeyring"


class ChildOfFail(fail.Keyring):
    """Fails, under another name."""


class ChildOfNull(null.Keyring):
    """Keeps nothing, under another name."""


class SmallKeyring(MemoryKeyring):
    """Limits an item's length as Windows does; fails after `sets_left` stores."""

    sets_left: int | None = None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store the password, unless it is too long."""
        if len(password) > LARGEST_CHARACTERS:
            raise PasswordSetError("too long")
        if SmallKeyring.sets_left is not None:
            if SmallKeyring.sets_left == 0:
                raise PasswordSetError("broken")
            SmallKeyring.sets_left -= 1
        super().set_password(service, username, password)
