"""An index of the devices whose secret is stored, and in which keyring.

A keyring cannot list its items, and finding the right keyring takes time. Reading secrets refills a
lost index. `credential-process` imports this module, so it imports no keyring (100 ms) and no
threads.
"""

from __future__ import annotations

import os
import sys

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import name_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.ports import State

_PREFIX = "totp-"
_PROBE_PREFIX = "probe-"
_STORED = "stored"
_ABSENT = "absent"


class SecretIndex:
    """One small file for each device, so that processes do not overwrite each other's notes."""

    def __init__(self, state: State) -> None:
        self._state = state

    def has_any(self) -> bool:
        """Say whether anything is known of any device."""
        return bool(self._state.names(_PREFIX))

    def stored(self) -> list[str]:
        """Return the serials with a secret, sorted."""
        lines = [self._words(name) for name in self._state.names(_PREFIX)]
        return sorted(words[1] for words in lines if words[0] == _STORED)

    def keyring_of(self, serial: str) -> str | None:
        """Return the class of the keyring that last had this device's secret, or None."""
        word, noted, keyring = self._words(name_for(_PREFIX, serial))
        return (keyring or None) if (word, noted) == (_STORED, serial) else None

    def note(self, serial: str, keyring: str | None) -> None:
        """Note the keyring that has the secret, or that none has; ignore a failure to write.

        `keyring` is its class, as `[keyring] backend` takes it.
        """
        now = (_ABSENT, serial, "") if keyring is None else (_STORED, serial, keyring)
        if self._words(name_for(_PREFIX, serial)) == now:
            return
        try:
            self._state.write(name_for(_PREFIX, serial), " ".join(now).rstrip().encode() + b"\n")
        except ConfigurationError:
            return  # the next command asks the keyring instead

    def probes(self) -> list[str]:
        """Return the names of trial items that may still be in the keyring."""
        return [name.removeprefix(_PROBE_PREFIX) for name in self._state.names(_PROBE_PREFIX)]

    def note_probe(self, name: str) -> None:
        """Note a trial item; ConfigurationError if that fails."""
        self._state.write(_PROBE_PREFIX + name, b"")

    def forget_probe(self, name: str) -> None:
        """Remove the note of a trial item; ConfigurationError if that fails."""
        self._state.remove(_PROBE_PREFIX + name)

    def _words(self, name: str) -> tuple[str, str, str]:
        """Return a file's three words: stored or absent, the serial, the keyring."""
        text = (self._state.read(name) or b"").decode("ascii", "replace").strip()
        word, serial, keyring = (text + "  ").split(" ", 2)
        return word, serial, keyring.strip()


def may_have_keyring(environ: Mapping[str, str], settings: Mapping[str, object]) -> bool:
    """Say whether a keyring may answer; False on Linux without D-Bus and without a named keyring.

    `settings` is config.toml's `[keyring]`.
    """
    if sys.platform != "linux" or settings or environ.get("PYTHON_KEYRING_BACKEND"):
        return True
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    places = [os.path.join(config, "python_keyring", "keyringrc.cfg")]
    if environ.get("XDG_RUNTIME_DIR"):
        places.append(os.path.join(environ["XDG_RUNTIME_DIR"], "bus"))
    return any(os.path.exists(place) for place in places)
