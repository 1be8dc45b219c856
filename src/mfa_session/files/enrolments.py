"""Notes of what enrolments are about to do, so that what a kill leaves is recognised."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from mfa_session.model.devices import Intent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.files.state import StateDir

_PREFIX = "enrolment-"


class Enrolments:
    """One small file per device in the state directory; it holds no secret."""

    def __init__(self, state: StateDir) -> None:
        """Take the state directory."""
        self._state = state

    def all(self) -> list[Intent]:
        """Return every note; one that cannot be read is none."""
        found = (self._read(name) for name in self._state.names(_PREFIX))
        return [intent for intent in found if intent is not None]

    def save(self, intent: Intent) -> None:
        """Write a note. Raises ConfigurationError `file-not-written`."""
        values = {**intent.as_dict(), "began_at": intent.began_at.isoformat()}
        self._state.write(_name(intent.serial), json.dumps(values).encode())

    def remove(self, serial: str) -> None:
        """Remove a note; one that is not there is fine."""
        self._state.remove(_name(serial))

    def _read(self, name: str) -> Intent | None:
        try:
            values = json.loads(self._state.read(name) or b"")
            return Intent(**{**values, "began_at": datetime.fromisoformat(values["began_at"])})
        except (ValueError, TypeError, KeyError):
            return None


def _name(serial: str) -> str:
    return _PREFIX + hashlib.sha256(serial.encode()).hexdigest()[:32]
