"""Notes in the state directory: the codes that were sent, and what a kill may have cut off."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import Intent
from mfa_session.model.long_term_keys import Move, Rotation
from mfa_session.model.notes import name_for, read_json, read_note, to_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.files.state import StateDir
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
        words = (
            (self._state.read(name_for(_STEPS, serial)) or b"").decode("ascii", "replace").split()
        )
        return frozenset(int(word) for word in words if word.isdigit() and len(word) <= MOST_DIGITS)

    def note(self, serial: str, step: int) -> None:
        """Remember a step, before its code is sent: a kill in between must not send it twice."""
        try:
            before = (self._state.read(name_for(_STEPS, serial)) or b"").split()[-KEPT_STEPS:]
            words = [word for word in before if word.isdigit()] + [b"%d" % step]
            self._state.write(name_for(_STEPS, serial), b"\n".join(words) + b"\n")
        except ConfigurationError as error:
            self._talk.warn(f"the code's use cannot be remembered: {error.message}")


class Enrolments:
    """One small file per device in the state directory; it holds no secret."""

    def __init__(self, state: StateDir) -> None:
        self._state = state

    def all(self) -> list[Intent]:
        """Return every note that can be read."""
        found = (self._read(name) for name in self._state.names(_ENROLMENT))
        return [intent for intent in found if intent is not None]

    def save(self, intent: Intent) -> None:
        """Write a note. Raises ConfigurationError `file-not-written`."""
        self._state.write(name_for(_ENROLMENT, intent.serial), to_note(intent))

    def remove(self, serial: str) -> None:
        """Remove a note; one that is not there is fine."""
        self._state.remove(name_for(_ENROLMENT, serial))

    def _read(self, name: str) -> Intent | None:
        return read_note(Intent, self._state.read(name))


class KeyJournal:
    """One small file for each profile in the state directory; it holds no secret."""

    def __init__(self, state: StateDir) -> None:
        self._state = state

    def move(self, profile: str) -> Move | None:
        """Return the move of this profile's key that was begun, or None."""
        return read_note(Move, self._state.read(name_for(_MOVE, profile)))

    def rotation(self, profile: str) -> Rotation | None:
        """Return the rotation of this profile's key that was begun, or None."""
        return read_note(Rotation, self._state.read(name_for(_ROTATION, profile)))

    def save(self, note: Move | Rotation) -> None:
        """Write a note. Raises ConfigurationError `file-not-written`."""
        self._state.write(_name_of(note), to_note(note))

    def remove(self, note: Move | Rotation) -> None:
        """Remove a note; one that is not there is fine."""
        self._state.remove(_name_of(note))

    def moves(self) -> list[Move]:
        """Return every move that was begun."""
        found = (read_note(Move, self._state.read(name)) for name in self._state.names(_MOVE))
        return [move for move in found if move is not None]

    def rotations(self) -> list[Rotation]:
        """Return every rotation that was begun."""
        names = self._state.names(_ROTATION)
        found = (read_note(Rotation, self._state.read(name)) for name in names)
        return [rotation for rotation in found if rotation is not None]

    def dates(self) -> dict[str, datetime]:
        """Return when each key was made, by its id, as far as AWS has told before."""
        told = self._read(_DATES)
        return {key_id: moment for key_id, text in told.items() if (moment := _moment(text))}

    def note_dates(self, dates: Mapping[str, datetime]) -> None:
        """Remember such dates, for listings that ask nothing; that this fails stops nothing."""
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


def _name_of(note: Move | Rotation) -> str:
    return name_for(_MOVE if isinstance(note, Move) else _ROTATION, note.profile)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
