"""From the words of a command line, and `MFA_SESSION_…`, to a command and its typed options."""

from __future__ import annotations

import os

from mfa_session.cli.spec.commands import COMMON, find_command
from mfa_session.model.record import Record
from mfa_session.model.settings import SessionOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypeVar

    from mfa_session.cli.spec.commands import Argument, Command, Option

    Options = TypeVar("Options", bound=Record)

_VARIABLES = {
    "profile": "MFA_SESSION_PROFILE",
    "source_profile": "MFA_SESSION_SOURCE_PROFILE",
    "mfa_serial": "MFA_SESSION_MFA_SERIAL",
    "duration": "MFA_SESSION_DURATION",
    "min_ttl": "MFA_SESSION_MIN_TTL",
}
_DURATIONS = {"duration", "min_ttl"}


class Call(Record):
    """A command line, read: the command, each option's value by name, and what follows them."""

    command: Command
    values: Mapping[str, Any]
    rest: tuple[str, ...] = ()

    def flag(self, name: str) -> bool:
        """Say whether a flag was given."""
        return bool(self.values.get(name))


def read_plainly(argv: Sequence[str]) -> Call | None:
    """Return the call that `argv` (without the program's name) makes, or None to ask click.

    Most calls are plain, and run before every `aws`: click would take longer than all the rest.
    Only what is beyond doubt is read here. Anything else (help, an error, a rare spelling) is
    left to click, which is built from the same table and reads plain lines alike.
    """
    command = find_command(*argv[:1]) or find_command(*argv[:2])
    if command is None:
        return None
    try:
        values, rest = _read(command, list(argv[len(command.words) :]))
    except _NotPlainError:
        return None
    return Call(command=command, values=values, rest=tuple(rest))


class _NotPlainError(Exception):
    """Something click should look at."""


def _read(command: Command, words: list[str]) -> tuple[dict[str, Any], list[str]]:
    known = {flag: option for option in (*command.options, *COMMON) for flag in option.flags}
    arguments = list(command.arguments)
    values: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        if command.takes_command and (word == "--" or not word.startswith("-")):
            return values, words if word == "--" else [word, *words]
        if word.startswith("-vv") and not word.strip("-v"):
            words[:0] = ["-v"] * (len(word) - 1)
            continue
        if arguments and not word.startswith("-"):
            _fill(arguments.pop(0), values, word)
            continue
        flag, equals, attached = word.partition("=")
        option = known.get(flag)
        if option is None or (equals and not flag.startswith("--")):
            raise _NotPlainError
        _take(option, values, attached if equals else None, words)
    if any(argument.required for argument in arguments):
        raise _NotPlainError
    return values, []


def _fill(argument: Argument, values: dict[str, Any], word: str) -> None:
    if argument.many or (argument.choices and word not in argument.choices):
        raise _NotPlainError
    values[argument.name] = word


def _take(option: Option, values: dict[str, Any], attached: str | None, words: list[str]) -> None:
    if option.kind in {"flag", "count"}:
        if attached is not None:
            raise _NotPlainError
        values[option.name] = values.get(option.name, 0) + 1 if option.kind == "count" else True
        return
    if attached is None and (not words or words[0].startswith("--")):
        raise _NotPlainError
    text = words.pop(0) if attached is None else attached
    if option.kind == "many":
        values.setdefault(option.name, []).append(text)
        return
    if option.name in values or (option.kind == "choice" and text not in option.choices):
        raise _NotPlainError
    values[option.name] = _convert(option, text)


def _convert(option: Option, text: str) -> str | int:
    if option.kind != "duration":
        return text
    from mfa_session.model.times import parse_duration  # noqa: PLC0415  # as above

    try:
        return parse_duration(text)
    except ValueError:
        raise _NotPlainError from None


def make_options(kind: type[Options], call: Call, environ: Mapping[str, str]) -> Options:
    """Return the options of a command as its own record.

    A field called `session` gets the session's options, those of the environment included;
    `rest` the words after the options; every other field what was given under its name.
    Raises UsageError for a variable that cannot be read.
    """
    found: dict[str, Any] = {}
    for field in kind._fields:
        if field == "session":
            found[field] = session_options(call.values, environ)
        elif field == "rest":
            found[field] = call.rest
        elif call.values.get(field) is not None:
            found[field] = _as_spelled(call.values[field])
    return kind(**found)


def session_options(values: Mapping[str, Any], environ: Mapping[str, str]) -> SessionOptions:
    """Return the session options, from the values given or else the environment."""
    said = {field: _find_value(field, values, environ) for field in SessionOptions._fields}
    said["min_ttl_from_variable"] = values.get("min_ttl") is None
    return SessionOptions(**{name: value for name, value in said.items() if value is not None})


def _find_value(field: str, values: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    value = values.get(field)
    if field == "profile" and isinstance(value, (list, tuple)):
        value = value[0]
    if value is not None:
        return _as_spelled(value)
    variable = _VARIABLES.get(field, "")
    text = environ.get(variable, "")
    if not text:
        return None
    if field not in _DURATIONS:
        return read_name(text)
    from mfa_session.model.times import read_duration  # noqa: PLC0415  # seldom set

    return read_duration(text, variable)


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
