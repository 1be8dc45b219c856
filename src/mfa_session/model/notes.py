"""Small files of the state directory: their names, and the records they hold as checked JSON."""

from __future__ import annotations

import json
from datetime import datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    from mfa_session.model.record import Record

    Noted = TypeVar("Noted", bound=Record)


def to_note(record: Record) -> bytes:
    """Return a record as a file's bytes: fields are texts, lists of texts, truths and times."""
    return json.dumps(record.as_dict(), default=datetime.isoformat).encode()


def read_note(kind: type[Noted], data: bytes | None) -> Noted | None:
    """Return the record of that kind; None for what `to_note` has not written of one.

    Fields that the record does not have are left out: another version may have written them.
    """
    try:
        values = read_json(data or b"")
        types = kind.__annotations__
        known = {name: value for name, value in values.items() if name in types}
        return kind(**{name: _READERS[types[name]](value) for name, value in known.items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_text, value))


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _time(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


_READERS: Mapping[str, Callable[[object], Any]] = {
    "str": _text,
    "tuple[str, ...]": _texts,
    "bool": _truth,
    "datetime": _time,
}
"""By a field's annotation."""


def read_json(text: str | bytes) -> Any:
    """Return the value of a JSON text. ValueError if it is not JSON, or nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


LETTERS = 32


def name_for(prefix: str, key: str) -> str:
    """Return a file's name for any text: the prefix, and a hash that every file system takes."""
    import hashlib  # noqa: PLC0415  # 3 ms, and most read JSON only

    return prefix + hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:LETTERS]
