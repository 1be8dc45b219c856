"""What was given on the command line and in `MFA_SESSION_…`, read into options."""

from __future__ import annotations

import os

from mfa_session.model.durations import read_duration
from mfa_session.model.record import Record
from mfa_session.model.settings import SessionOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeVar

    Options = TypeVar("Options", bound=Record)

_VARIABLES = {
    "profile": "MFA_SESSION_PROFILE",
    "source_profile": "MFA_SESSION_SOURCE_PROFILE",
    "mfa_serial": "MFA_SESSION_MFA_SERIAL",
    "duration": "MFA_SESSION_DURATION",
    "min_ttl": "MFA_SESSION_MIN_TTL",
}
_DURATIONS = {"duration", "min_ttl"}
_FALSE = {"", "0", "false", "no", "off"}


class Given(Record):
    """A command line, read: each option's value by name, and what follows the options."""

    values: Mapping[str, Any]
    rest: tuple[str, ...] = ()

    def flag(self, name: str) -> bool:
        """Say whether a flag was given."""
        return bool(self.values.get(name))

    def options(self, environ: Mapping[str, str], *, keeps_role: bool = False) -> SessionOptions:
        """Return the session options, from the command line or else the environment."""
        said: dict[str, Any] = {
            field: self._first(field, environ) for field in SessionOptions._fields
        }
        said["keeps_role"] = keeps_role
        said["min_ttl_from_variable"] = self.values.get("min_ttl") is None
        return SessionOptions(**said)

    def _first(self, field: str, environ: Mapping[str, str]) -> object:
        value = self.values.get(field)
        if field == "profile" and isinstance(value, (list, tuple)):
            value = value[0] if value else None
        if value is not None:
            return read_name(value) if isinstance(value, str) else value
        variable = _VARIABLES.get(field, "")
        text = environ.get(variable, "")
        if not text:
            return None
        return read_duration(text, variable) if field in _DURATIONS else read_name(text)


def make_options(kind: type[Options], given: Given, environ: Mapping[str, str]) -> Options:
    """Return the options of a command as its own record.

    A field called `session` gets the session's options, those of the environment included;
    `rest` the words after the options; every other field what was given under its name.
    Raises UsageError for a variable that cannot be read.
    """
    found: dict[str, Any] = {}
    for field in kind._fields:
        if field == "session":
            found[field] = given.options(environ)
        elif field == "rest":
            found[field] = given.rest
        elif given.values.get(field) is not None:
            found[field] = _as_spelled(given.values[field])
    return kind(**found)


def _as_spelled(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(_as_spelled(item) for item in value)
    return read_name(value) if isinstance(value, str) else value


def read_name(text: str) -> str:
    """Return a word as the files spell it: UTF-8, also in a locale that knows only ASCII."""
    try:
        text.encode()
    except UnicodeEncodeError:  # Python has kept the bytes that the locale does not know
        return os.fsencode(text).decode("utf-8", "surrogateescape")
    return text


def asks_nothing(values: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Say whether questions are forbidden, by `--no-input` or MFA_SESSION_NO_INPUT."""
    variable = environ.get("MFA_SESSION_NO_INPUT", "").strip().lower()
    return bool(values.get("no_input")) or variable not in _FALSE
