"""The plain command line, read without click: most calls are plain, and run before every `aws`.

Only what is beyond doubt is read here. Anything else (help, an error, a rare spelling) is
left to click, which is built from the same table and reads plain lines alike.
"""

from __future__ import annotations

from mfa_session.cli.arguments import Given
from mfa_session.cli.spec.options import COMMON
from mfa_session.cli.spec.table import find_command, find_group
from mfa_session.model.durations import parse_duration
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from mfa_session.cli.spec.command import Argument, Command, Option


class Call(Record):
    """A command and what was given to it."""

    command: Command
    given: Given


def read_plainly(argv: Sequence[str]) -> Call | None:
    """Return the call that `argv` (without the program's name) makes, or None to ask click."""
    named = 2 if argv and find_group(argv[0]) else 1
    command = find_command(*argv[:named])
    if command is None:
        return None
    try:
        values, rest = _read(command, list(argv[named:]))
    except _NotPlainError:
        return None
    return Call(command=command, given=Given(values=values, rest=tuple(rest)))


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
    """Put one option's value among `values`, taking the next word if it needs one."""
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
    try:
        return parse_duration(text)
    except ValueError:
        raise _NotPlainError from None
