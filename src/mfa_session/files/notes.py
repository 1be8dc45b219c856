"""Notes in the state directory: codes that were sent, and work that a kill may interrupt."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import Intent, Move, Rotation
from mfa_session.model.notes import Notes, read_json
from mfa_session.model.paths import name_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.files.state import StateDir
    from mfa_session.model.ports import Console


_STEPS = "step-"
_DATES = "keydates"
KEPT_STEPS = 40
"""Twenty minutes of codes; AWS accepts no older one."""
MOST_DIGITS = 12


class UsedSteps:
    """One small file for each device; only the holder of the device's turn uses it."""

    def __init__(self, state: StateDir, talk: Console) -> None:
        self._state = state
        self._talk = talk

    def used(self, serial: str) -> frozenset[int]:
        """Return the last steps whose codes were sent.

        The latest is not enough: while the clock was ahead, steps before it may not have been sent.
        """
        return frozenset(map(int, self._words(serial)))

    def note(self, serial: str, step: int) -> None:
        """Note a step before its code is sent, so that a kill cannot make us send it twice."""
        try:
            words = [*self._words(serial)[-KEPT_STEPS:], b"%d" % step]
            self._state.write(name_for(_STEPS, serial), b"\n".join(words) + b"\n")
        except ConfigurationError as error:
            self._talk.warn(f"the code's use cannot be remembered: {error.message}")

    def _words(self, serial: str) -> list[bytes]:
        words = (self._state.read(name_for(_STEPS, serial)) or b"").split()
        return [word for word in words if word.isdigit() and len(word) <= MOST_DIGITS]


def enrolments(state: StateDir) -> Notes[Intent]:
    """Return the notes of enrolments: one small file for each device, without secrets."""
    return Notes(state, Intent, "enrolment-", "serial")


class KeyJournal:
    """One small file for each profile; it holds no secret."""

    def __init__(self, state: StateDir) -> None:
        self._state = state
        self._moves = Notes(state, Move, "keymove-")
        self._rotations = Notes(state, Rotation, "keyrotation-")
        self.move, self.moves = self._moves.get, self._moves.all
        self.rotation, self.rotations = self._rotations.get, self._rotations.all

    def save(self, note: Move | Rotation) -> None:
        """Write a note. Raises ConfigurationError `file-not-written`."""
        self._kind_of(note).save(note)

    def remove(self, note: Move | Rotation) -> None:
        """Remove a note; one that is not there is fine."""
        self._kind_of(note).remove(note.profile)

    def _kind_of(self, note: Move | Rotation) -> Notes[Any]:
        return self._moves if isinstance(note, Move) else self._rotations

    def dates(self) -> dict[str, datetime]:
        """See Journal."""
        try:
            told = read_json(self._state.read(_DATES) or b"")
        except ValueError:
            return {}
        told = told if isinstance(told, dict) else {}
        return {key_id: moment for key_id, text in told.items() if (moment := _moment(text))}

    def note_dates(self, dates: Mapping[str, datetime]) -> None:
        """Note dates by key id; a failure is ignored."""
        if dates.items() <= self.dates().items():
            return
        values = {key: moment.isoformat() for key, moment in {**self.dates(), **dates}.items()}
        with suppress(ConfigurationError):
            self._state.write(_DATES, json.dumps(values).encode())


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
