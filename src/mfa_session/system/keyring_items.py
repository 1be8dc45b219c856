"""Store texts in the keyring by name, and long ones in several items if items are small.

The parts of a new text are written beside the old ones, and then the head is switched to them. A
kill in between leaves the old text or the new one, never a mixture.
"""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.system.keyring_access import SERVICE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from keyring.backend import KeyringBackend

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
    """Reads, stores and removes texts. Raises ConfigurationError as `Keyring` does."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def get(self, name: str, backend: str | None = None) -> str | None:
        """Return a text; None without one, or if a part of it is missing.

        The keyring of class `backend` is asked first.
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
    if len(words) != 3 or words[0] != _HEAD or words[1] not in _SIDES:  # noqa: PLR2004  # see set
        return None
    return (words[1], int(words[2])) if words[2].isascii() and words[2].isdigit() else None
