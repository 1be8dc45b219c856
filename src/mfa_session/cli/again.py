"""A command line spelled once more, with the words that it lacked: what a hint says to run."""

from __future__ import annotations

import shlex

from mfa_session.cli.spec.table import find_command
from mfa_session.model.errors import MfaSessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.cli.arguments import Given
    from mfa_session.cli.spec.command import Command, Option

_NOT_AGAIN = {"token_code", "json"}
"""A code is good for one use; and who reads a hint types the command."""


def spell_again(command: Command, given: Given, add: Sequence[str]) -> str:
    """Return the command line that was given, with `add`, quoted for a shell.

    A command that does not take these options cannot be mended by them: a login with them can.
    """
    added = [word for word in add if word.startswith("--")]
    if not _takes(command, added):
        return _spell(_login(), given.replace(rest=()), add)
    return _spell(command, given, add)


def _login() -> Command:
    command = find_command("login")
    if command is None:
        raise MfaSessionError("unexpected", "the table of commands has no login")
    return command


def _takes(command: Command, flags: Sequence[str]) -> bool:
    known = {flag for option in command.options for flag in option.flags}
    return known.issuperset(flags)


def _spell(command: Command, given: Given, add: Sequence[str]) -> str:
    words = ["mfa-session", *command.words]
    for argument in command.arguments:
        value = given.values.get(argument.name)
        words += [value] if isinstance(value, str) else value or ()
    for option in command.options:
        if option.name not in _NOT_AGAIN and not set(option.flags).intersection(add):
            words += _spell_option(option, given.values.get(option.name))
    words += add
    words += ["--", *given.rest] if given.rest else []
    return shlex.join(words)


def _spell_option(option: Option, value: object) -> Iterator[str]:
    """Yield the words of an option that was given; durations in seconds."""
    values = value if isinstance(value, (list, tuple)) else [value]
    for each in values:
        if option.kind in {"flag", "count"}:
            yield from [option.flags[0]] * int(bool(each))
        elif each is not None:
            yield from (option.flags[0], str(each))
