"""Notes of what enrolments are about to do, so that what a kill leaves is recognised."""

from __future__ import annotations

import hashlib

from mfa_session.model.iam import Intent
from mfa_session.model.notes import read_note, to_note

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
        self._state.write(_name(intent.serial), to_note(intent))

    def remove(self, serial: str) -> None:
        """Remove a note; one that is not there is fine."""
        self._state.remove(_name(serial))

    def _read(self, name: str) -> Intent | None:
        return read_note(Intent, self._state.read(name))


def _name(serial: str) -> str:
    return _PREFIX + hashlib.sha256(serial.encode()).hexdigest()[:32]
