"""A command line spelled once more, with the words that it lacked: what a hint says to run."""

from __future__ import annotations

import re

from mfa_session.cli.spec.table import find_command
from mfa_session.model.errors import MfaSessionError
from mfa_session.model.text import join, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.cli.arguments import Given
    from mfa_session.cli.spec.command import Command, Option

_NAMES_SESSION = {"profile": "--profile", "source_profile": "--source-profile"}
_SAYS_WHICH = ("--profile", "--all")
_NOT_AGAIN = {"token_code", "json"}
"""A code is good for one use; and who reads a hint types the command."""
_COMMAND_OF_OURS = re.compile(r"(?<=`)mfa-session (?P<words>[a-z][^`]*)")


def spell_again(command: Command, given: Given, add: Sequence[str]) -> str:
    """Return the command line that was given, with `add`, quoted for a shell.

    A command that does not take these options cannot be mended by them: a login with them can.
    """
    added = [word for word in add if word.startswith("--")]
    if not _takes(command, added):
        return _spell(_login(), given.replace(rest=()), add)
    return _spell(command, given, add)


def with_session(hint: str, given: Given) -> str:
    """Return a hint whose commands name the session that was asked for, where they name none."""
    said = _session_words(given)
    return _COMMAND_OF_OURS.sub(lambda found: _name_session(found, said), hint)


def _session_words(given: Given) -> list[tuple[str, str]]:
    words = []
    for name, flag in _NAMES_SESSION.items():
        value = given.values.get(name)
        if isinstance(value, (list, tuple)):
            value = value[0] if len(value) == 1 else None
        if value:
            words.append((flag, f"{flag} {quote(value)}"))
    return words


def _name_session(found: re.Match[str], said: Sequence[tuple[str, str]]) -> str:
    words = found["words"].split()
    command = find_command(*words[:2]) or find_command(*words[:1])
    if command is None or any(flag in words for flag in _SAYS_WHICH):
        return found[0]
    added = [text for flag, text in said if _takes(command, [flag])]
    count = len(command.words)
    return " ".join(["mfa-session", *words[:count], *added, *words[count:]])


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
    return join(words)


def _spell_option(option: Option, value: object) -> Iterator[str]:
    """Yield the words of an option that was given; durations in seconds."""
    values = value if isinstance(value, (list, tuple)) else [value]
    for each in values:
        if option.kind in {"flag", "count"}:
            yield from [option.flags[0]] * int(bool(each))
        elif each is not None:
            yield from (option.flags[0], str(each))
