"""Which devices a secret is stored for, remembered outside the keyring, which cannot list.

It holds serials only, and may be lost: the keyring is asked again, and it fills by itself.
"""

from __future__ import annotations

import hashlib

from mfa_session.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class State(Protocol):
        """Small files that outlive a command."""

        def read(self, name: str) -> bytes | None:
            """Return a file's bytes, or None."""

        def write(self, name: str, data: bytes) -> None:
            """Replace a file whole, or raise ConfigurationError."""

        def names(self, prefix: str = "") -> list[str]:
            """Return the names of the files that begin so."""


_PREFIX = "totp-"
_STORED = "stored"
_ABSENT = "absent"


class SecretIndex:
    """One small file per device, so that two processes never write the same one by turns."""

    def __init__(self, state: State) -> None:
        """Take where to remember."""
        self._state = state

    def stored(self) -> list[str]:
        """Return the serials with a secret, sorted."""
        lines = [self._line(name) for name in self._state.names(_PREFIX)]
        return sorted(serial for word, serial in lines if word == _STORED)

    def is_absent(self, serial: str) -> bool:
        """Say whether the keyring was asked for this one before, and had nothing."""
        return self._line(_name(serial)) == (_ABSENT, serial)

    def note(self, serial: str, *, stored: bool) -> None:
        """Remember what the keyring said; that this fails stops nothing."""
        now = (_STORED if stored else _ABSENT, serial)
        if self._line(_name(serial)) == now:
            return
        try:
            self._state.write(_name(serial), f"{now[0]} {serial}\n".encode())
        except ConfigurationError:
            return  # a nicety: the keyring is asked the next time as well

    def _line(self, name: str) -> tuple[str, str]:
        text = (self._state.read(name) or b"").decode("ascii", "replace").strip()
        word, _, serial = text.partition(" ")
        return word, serial


def _name(serial: str) -> str:
    return _PREFIX + hashlib.sha256(serial.encode()).hexdigest()[:32]
