"""Notes in the state directory: the codes that were sent, and what a kill may have cut off."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import Intent, Move, Rotation
from mfa_session.model.notes import name_for, read_json, read_note, to_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.files.state import StateDir
    from mfa_session.model.notes import Noted
    from mfa_session.model.ports import Console


_STEPS, _ENROLMENT, _MOVE, _ROTATION = "step-", "enrolment-", "keymove-", "keyrotation-"
"""How the names of the files begin, by what is noted there of a device or a profile."""
_DATES = "keydates"
KEPT_STEPS = 40
"""Twenty minutes of codes; AWS takes none that is older."""
MOST_DIGITS = 12


class UsedSteps:
    """One small file per device in the state directory; the device's turn guards it."""

    def __init__(self, state: StateDir, talk: Console) -> None:
        self._state = state
        self._talk = talk

    def used(self, serial: str) -> frozenset[int]:
        """Return the last steps of which a code was sent.

        Not only the latest: one sent while the clock was ahead says nothing of those before it.
        """
        return frozenset(map(int, self._words(serial)))

    def note(self, serial: str, step: int) -> None:
        """Remember a step, before its code is sent: a kill in between must not send it twice."""
        try:
            words = [*self._words(serial)[-KEPT_STEPS:], b"%d" % step]
            self._state.write(name_for(_STEPS, serial), b"\n".join(words) + b"\n")
        except ConfigurationError as error:
            self._talk.warn(f"the code's use cannot be remembered: {error.message}")

    def _words(self, serial: str) -> list[bytes]:
        words = (self._state.read(name_for(_STEPS, serial)) or b"").split()
        return [word for word in words if word.isdigit() and len(word) <= MOST_DIGITS]


class Enrolments:
    """One small file per device in the state directory; it holds no secret."""

    def __init__(self, state: StateDir) -> None:
        self._state = state

    def all(self) -> list[Intent]:
        """Return every note that can be read."""
        return _read_all(Intent, self._state, _ENROLMENT)

    def save(self, intent: Intent) -> None:
        """Write a note. Raises ConfigurationError `file-not-written`."""
        self._state.write(name_for(_ENROLMENT, intent.serial), to_note(intent))

    def remove(self, serial: str) -> None:
        """Remove a note; one that is not there is fine."""
        self._state.remove(name_for(_ENROLMENT, serial))


class KeyJournal:
    """One small file for each profile in the state directory; it holds no secret."""

    def __init__(self, state: StateDir) -> None:
        self._state = state

    def move(self, profile: str) -> Move | None:
        """Read a move's note."""
        return read_note(Move, self._state.read(name_for(_MOVE, profile)))

    def rotation(self, profile: str) -> Rotation | None:
        """Read a rotation's note."""
        return read_note(Rotation, self._state.read(name_for(_ROTATION, profile)))

    def save(self, note: Move | Rotation) -> None:
        """Write a note. Raises ConfigurationError `file-not-written`."""
        self._state.write(_name_of(note), to_note(note))

    def remove(self, note: Move | Rotation) -> None:
        """Remove a note; one that is not there is fine."""
        self._state.remove(_name_of(note))

    def moves(self) -> list[Move]:
        """Read all notes of moves."""
        return _read_all(Move, self._state, _MOVE)

    def rotations(self) -> list[Rotation]:
        """Read all notes of rotations."""
        return _read_all(Rotation, self._state, _ROTATION)

    def dates(self) -> dict[str, datetime]:
        """Return the dates that are remembered."""
        told = self._read(_DATES)
        return {key_id: moment for key_id, text in told.items() if (moment := _moment(text))}

    def note_dates(self, dates: Mapping[str, datetime]) -> None:
        """Remember such dates; that this fails stops nothing."""
        if dates.items() <= self.dates().items():
            return
        values = {key: moment.isoformat() for key, moment in {**self.dates(), **dates}.items()}
        with suppress(ConfigurationError):
            self._state.write(_DATES, json.dumps(values).encode())

    def _read(self, name: str) -> dict[str, Any]:
        try:
            values = read_json(self._state.read(name) or b"")
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}


def _read_all(kind: type[Noted], state: StateDir, prefix: str) -> list[Noted]:
    found = (read_note(kind, state.read(name)) for name in state.names(prefix))
    return [note for note in found if note is not None]


def _name_of(note: Move | Rotation) -> str:
    return name_for(_MOVE if isinstance(note, Move) else _ROTATION, note.profile)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
