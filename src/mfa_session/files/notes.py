"""Notes in the state directory: the codes that were sent, what a kill may have cut off, and turns.

In a turn one process acts for an identity or device; the others wait, and read how it ended.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from datetime import datetime

from mfa_session.files.locks import Lock, LockTimeout
from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError, NoMfaError
from mfa_session.model.iam import Intent, Move, Rotation
from mfa_session.model.notes import name_for, read_json, read_note, to_note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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


UNATTENDED_WAIT_SECONDS = 45
DEVICE_WAIT_SECONDS = 600
_UNASKED = {"code-needed", "code-spent", "refused-meanwhile", "turn-timeout"}
"""Errors of a process that did not ask the person: another may still succeed."""


class Turns:
    """Locks in the state directory, with a note of how the last turn on a terminal ended."""

    def __init__(
        self,
        state: StateDir,
        talk: Console,
        terminal: str | None,
        patience_seconds: float = UNATTENDED_WAIT_SECONDS,
    ) -> None:
        """Take the state directory, and what tells this terminal from others (None without).

        Without a terminal, all waits together last at most `patience_seconds`.
        """
        self._state = state
        self._talk = talk
        self._terminal = terminal
        self._patience_seconds = patience_seconds
        self._waited_seconds = 0.0

    @contextmanager
    def take(self, key: str, what: str) -> Iterator[None]:
        """Hold the turn for `key`.

        Without a terminal the wait ends in time (NoMfaError). If meanwhile the one that
        asked on this terminal was refused or interrupted, this ends too: nobody asks again.
        """
        lock = self._state.lock_path("turn", key)
        note = f"refused-{os.path.basename(lock)}"
        asked_at, began = time.time(), time.monotonic()
        waited: list[bool] = []

        def on_wait() -> None:
            waited.append(True)
            self._talk.say(f"waiting for another login for {what} …")

        left = max(0.0, self._patience_seconds - self._waited_seconds)
        try:
            with Lock(lock, timeout_seconds=None if self._terminal else left, on_wait=on_wait):
                if waited:
                    self._waited_seconds += time.monotonic() - began
                    self._raise_refusal(note, asked_at, what)
                try:
                    yield
                except (MfaSessionError, KeyboardInterrupt) as error:
                    self._leave_note(note, error)
                    raise
        except LockTimeout:
            raise NoMfaError(
                "turn-timeout",
                f"another login for {what} has been waiting for an answer for "
                f"{self._patience_seconds:.0f} s",
                "answer it or end it (Ctrl-C), then run this again",
            ) from None

    @contextmanager
    def alone(self, key: str, what: str, by: str = "login") -> Iterator[None]:
        """Hold the turn for `key`, with nothing shared: for a device, or a terminal's prompt.

        Who holds it waits for a code's next window at most, so the wait is longer. `by` is the
        command that may hold it.
        """
        lock = self._state.lock_path("turn", key)

        def on_wait() -> None:
            waits = f"waiting for {what}, which another {by} uses"
            self._talk.detail(waits)
            self._talk.progress(f"{waits} …")

        timeout = None if self._terminal else DEVICE_WAIT_SECONDS
        try:
            with Lock(lock, timeout_seconds=timeout, on_wait=on_wait):
                self._talk.progress("")
                yield
        except LockTimeout:
            raise NoMfaError(
                "turn-timeout", f"{what} is in use by another {by}", "try again in a minute"
            ) from None

    def _leave_note(self, note: str, error: MfaSessionError | KeyboardInterrupt) -> None:
        """Tell who waits on this terminal how the turn ended, if the person was asked."""
        code = error.code if isinstance(error, MfaSessionError) else "interrupted"
        if self._terminal and code not in _UNASKED:
            with suppress(ConfigurationError):  # a disk is full: what went wrong first is told
                self._state.write(note, f"{time.time()} {self._terminal} {code}".encode())

    def _raise_refusal(self, note: str, since: float, what: str) -> None:
        """Raise how the turn before ended, if that was on this terminal, and not before `since`."""
        moment, terminal, code = ((self._state.read(note) or b"").decode() + "   ").split(" ")[:3]
        if not moment or float(moment) < since or terminal != self._terminal:
            return
        if code == "interrupted":
            raise Interrupted("interrupted", f"the login for {what} was interrupted")
        raise NoMfaError(
            "refused-meanwhile",
            f"another login for {what} on this terminal ended without a session ({code})",
            "run this again to try with a new code",
        )
