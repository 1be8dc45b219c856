"""Records in small files of the state directory, as checked JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Generic, TypeVar

from mfa_session.model.paths import name_for
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from mfa_session.model.ports import State

Noted = TypeVar("Noted", bound=Record)


def to_note(record: Record) -> bytes:
    """Return a record as bytes; its fields are texts, lists of texts, truths and times."""
    return json.dumps(record.as_dict(), default=datetime.isoformat).encode()


def read_note(kind: type[Noted], data: bytes | None) -> Noted | None:
    """Return a record that `to_note` has written; None for other bytes.

    Unknown fields are omitted: another version may have written them.
    """
    try:
        values = read_json(data or b"")
        types = kind.__annotations__
        known = {name: value for name, value in values.items() if name in types}
        return kind(**{name: _READERS[types[name]](value) for name, value in known.items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _check(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError
    return value


def _time(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": lambda value: _check(value, str),
    "tuple[str, ...]": lambda value: tuple(_check(text, str) for text in _check(value, list)),
    "bool": lambda value: _check(value, bool),
    "datetime": _time,
}
"""By a field's annotation."""


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text. ValueError if it is not JSON, or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


class Notes(Generic[Noted]):
    """The notes of one kind, each in a file named by one of its fields."""

    def __init__(
        self, state: State, kind: type[Noted], prefix: str, field: str = "profile"
    ) -> None:
        self._state = state
        self._kind = kind
        self._prefix = prefix
        self._field = field

    def get(self, key: str) -> Noted | None:
        """Return a note, or None."""
        return self._read(name_for(self._prefix, key))

    def all(self) -> list[Noted]:
        """Return every note that can be read."""
        found = map(self._read, self._state.names(self._prefix))
        return [note for note in found if note is not None]

    def save(self, note: Noted) -> None:
        """Write a note."""
        key = getattr(note, self._field)
        self._state.write(name_for(self._prefix, key), to_note(note))

    def remove(self, key: str) -> None:
        """Remove a note, if it is there."""
        self._state.remove(name_for(self._prefix, key))

    def _read(self, name: str) -> Noted | None:
        return read_note(self._kind, self._state.read(name))
