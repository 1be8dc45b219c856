"""Where on a command line the cursor stands: what may come there, by the command table.

Half-typed lines are the rule here, and wrong ones no error: what is not known is passed over.
"""

from __future__ import annotations

from mfa_session.cli.spec.command import Option
from mfa_session.cli.spec.options import COMMON
from mfa_session.cli.spec.table import CHAPTERS, all_commands, find_command, find_group
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.cli.spec.command import Argument, Command

Offers = tuple[tuple[str, str], ...]
"""Words to choose from, each with what it means (or nothing)."""

_HELP = Option(flags=("--help", "-h"), kind="flag", help="Show a help message.")
_VERSION = Option(flags=("--version", "-V"), kind="flag", help="Print the version.")
_VALUELESS = frozenset({"flag", "count"})
_REPEATABLE = frozenset({"many", "count"})
# What a metavar or an argument's name says by itself.
_USUAL = {"file": "file", "files": "file", "path": "file"}


class Cursor(Record):
    """What may stand at the cursor.

    `offers` are words; `suggests` is a kind of value to offer as well (profile, session, serial,
    role, template or file), each after `prefix` (`--profile=`). `command_at` is the place among the
    words given where a command of its own begins, in which the cursor stands.
    """

    offers: Offers = ()
    suggests: str = ""
    prefix: str = ""
    command_at: int | None = None


def find_cursor(before: list[str], current: str) -> Cursor:
    """Return what may come as `current` (typed in part) after the words `before` it."""
    if not before:
        offers = (*_first_words(), ("help", "Print the help of a command."))
        return Cursor(offers=_options((_HELP, _VERSION)) if current[:1] == "-" else offers)
    if before[0] == "help":
        return Cursor(offers=_words_to_explain(before[1:]))
    group = find_group(before[0])
    if group is not None and len(before) == 1:
        offers = _options((_HELP,)) if current[:1] == "-" else _words_of(group.name)
        return Cursor(offers=offers)
    named = 2 if group else 1
    command = find_command(*before[:named])
    if command is None:
        return Cursor()
    return _Line(command, named).read(before[named:], current)


def _words_to_explain(before: list[str]) -> Offers:
    """Return the words that may follow `help` and these."""
    if not before:
        return _first_words()
    return _words_of(before[0]) if len(before) == 1 and find_group(before[0]) else ()


class _Line:
    """One command's line, read up to the cursor."""

    def __init__(self, command: Command, start: int) -> None:
        self._command = command
        self._place = start
        self._known = _by_flag((*command.options, *COMMON, _HELP))
        self._used: set[str] = set()
        self._arguments = list(command.arguments)

    def read(self, words: list[str], current: str) -> Cursor:
        """Read the words before the cursor, and say what may stand there."""
        pending: Option | None = None
        for word in words:
            self._place += 1
            if pending is not None:
                pending = None
            elif self._command.takes_command and (word == "--" or word[:1] != "-"):
                return Cursor(command_at=self._place if word == "--" else self._place - 1)
            else:
                pending = self._pass(word)
        if pending is not None:
            return _value(pending)
        return self._at_cursor(current)

    def _pass(self, word: str) -> Option | None:
        """Pass over one word; return the option whose value comes next."""
        if word[:1] != "-" or word == "-":
            if self._arguments and not self._arguments[0].many:
                del self._arguments[0]
            return None
        flag, attached, _ = word.partition("=")
        option = self._known.get(flag)
        if option is None:
            return None
        self._used.add(option.name)
        return None if attached or option.kind in _VALUELESS else option

    def _at_cursor(self, current: str) -> Cursor:
        flag, attached, _ = current.partition("=")
        if current[:2] == "--" and attached:
            option = self._known.get(flag)
            takes_value = option is not None and option.kind not in _VALUELESS
            return _value(option, flag + "=") if option and takes_value else Cursor()
        if current[:1] == "-":
            return Cursor(offers=self._options_left())
        if self._command.takes_command:
            return Cursor(command_at=self._place)
        if self._arguments:
            return _value(self._arguments[0])
        return Cursor(offers=() if current else self._options_left())

    def _options_left(self) -> Offers:
        """Return the options that may still be given."""
        unused = [
            option
            for option in dict.fromkeys(self._known.values())
            if option.kind in _REPEATABLE or option.name not in self._used
        ]
        dashes: Offers = (("--", "What follows is the command."),)
        return _options(tuple(unused)) + (dashes if self._command.takes_command else ())


def _value(wanted: Option | Argument, prefix: str = "") -> Cursor:
    """Return what may be the value of an option, or an argument."""
    offers = tuple((prefix + choice, "") for choice in wanted.choices)
    named = (getattr(wanted, "metavar", "") or wanted.name).strip("[]").lower()
    suggests = wanted.suggests or _USUAL.get(named, "") or _USUAL.get(wanted.name, "")
    return Cursor(offers=offers, suggests="" if offers else suggests, prefix=prefix)


def _by_flag(options: tuple[Option, ...]) -> Mapping[str, Option]:
    return {flag: option for option in options for flag in option.flags}


def _options(options: tuple[Option, ...]) -> Offers:
    """Return the long flags, each option's first one, with the first sentence of its help."""
    return tuple(
        (option.flags[0], option.help.partition(" [env")[0].partition(". ")[0].rstrip("."))
        for option in options
    )


def _first_words() -> Offers:
    """Return the commands and groups, in the order of the help."""
    summaries = {command.name: command.summary for command in all_commands()}
    words = [word for chapter in CHAPTERS.values() for word in chapter]
    for word in words:
        group = find_group(word)
        if group is not None:
            summaries[word] = group.summary
    return tuple((word, summaries.get(word, "").rstrip(".")) for word in words)


def _words_of(group: str) -> Offers:
    below = [command for command in all_commands() if command.words[:-1] == (group,)]
    return tuple((command.words[-1], command.summary.rstrip(".")) for command in below)
