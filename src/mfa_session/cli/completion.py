"""What a shell asks when TAB is pressed: `mfa-session __complete SHELL WORD…`.

The words are those of the line after the program's name, without quotes; the last is the one
at the cursor, up to it. PowerShell, which drops empty words, puts a letter before that one; bash
gives the line up to the cursor instead, as it is. The answer's first line is what is offered:

- `words`: the lines that follow, each a whole word, a tab and its meaning; for bash only what
  continues the word, with quotes;
- `files`: names of files, after the text that follows in the line (`--option=`);
- `command N`: whatever the command that begins at the Nth of the words completes; for bash, the
  one that begins after N characters.

The scripts know nothing else of the program, so that they last when it changes. Neither the
network nor the keyring is asked, and nothing is an error: half-typed lines are the rule, and what
cannot be read offers nothing.
"""

from __future__ import annotations

from mfa_session.cli.spec.commands import (
    CHAPTERS,
    COMMON,
    Option,
    all_commands,
    commands_of,
    find_command,
    find_group,
)
from mfa_session.files.names import (
    device_serials,
    profile_names,
    role_arns,
    role_profiles,
    session_names,
)
from mfa_session.files.settings_cache import read_settings_file
from mfa_session.files.state import StateDir
from mfa_session.model.errors import MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.text import PLAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from mfa_session.cli.spec.commands import Argument, Command


Offers = tuple[tuple[str, str], ...]
"""Words to choose from, each with what it means (or nothing)."""

_HELP = Option(flags=("--help", "-h"), kind="flag", help="Show a help message.")
_VERSION = Option(flags=("--version", "-V"), kind="flag", help="Print the version.")
_VALUELESS = frozenset({"flag", "count"})
_REPEATABLE = frozenset({"many", "count"})
# These shells filter the offers by their own rules, such as ignoring case.
_MATCH_THEMSELVES = frozenset({"zsh", "fish"})
_LAST_CONTROL, _DELETE = "\x1f", "\x7f"


def answer(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the answer to a shell's question: its name, and the words."""
    shell, *words = argv
    if shell == "bash":
        return _answer_to_bash("".join(words[:1]), environ)
    *before, current = words or [""]
    if shell == "powershell":
        current = current[1:]
    cursor = find_cursor(before, current)
    if cursor.command_at is not None:
        return f"command {cursor.command_at + 1}\n"
    if cursor.suggests == "file":
        return f"files {cursor.prefix}\n"
    offers = _offers(cursor, environ)
    if shell not in _MATCH_THEMSELVES:
        offers = [offer for offer in offers if offer[0].startswith(current)]
    return "words\n" + "".join(f"{word}\t{meaning}\n" for word, meaning in offers)


def _answer_to_bash(text: str, environ: Mapping[str, str]) -> str:
    line = split_line(text)
    _, *before, current = line.words if len(line.words) > 1 else ("", "")
    if _is_redirection(current) or (before and _is_redirection(before[-1])):
        return "files\n"
    cursor = find_cursor(before, current)
    if cursor.command_at is not None:
        return f"command {line.starts[cursor.command_at + 1]}\n"
    if cursor.suggests == "file":
        return "files\n"
    words = [word for word, _ in _offers(cursor, environ) if word.startswith(current)]
    return "words\n" + "".join(line.continue_word(word[len(current) :]) + "\n" for word in words)


def _is_redirection(word: str) -> bool:
    return word.lstrip("0123456789&")[:1] in {"<", ">"}


def _offers(cursor: Cursor, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    return [*cursor.offers, *((value, "") for value in _suggested(cursor, environ))]


def _suggested(cursor: Cursor, environ: Mapping[str, str]) -> list[str]:
    """Return the known values of a kind, sorted, without those that would break a line."""
    if not cursor.suggests:
        return []
    if cursor.suggests == "template":
        return _templates(cursor.prefix)
    sessions = _sessions(environ)
    if cursor.suggests == "session":
        return [name for name in _names_to_use(environ, sessions) if _is_printable(name)]
    if cursor.suggests == "profile":
        known = profile_names(environ) | sessions.keys()
    elif cursor.suggests == "serial":
        known = device_serials(environ) | _named_by(sessions, "mfa_serial") | _noted(environ)
    else:
        known = role_arns(environ) | _named_by(sessions, "role_arn")
    return [cursor.prefix + value for value in sorted(known) if _is_printable(value)]


def _names_to_use(environ: Mapping[str, str], sessions: Iterable[str]) -> list[str]:
    from mfa_session.files.names import by_recent_use  # noqa: PLC0415  # for one command only

    known = {*sessions, *session_names(environ), *role_profiles(environ)}
    try:
        return by_recent_use(StateDir.of(environ), known)
    except OSError:
        return sorted(known)


def _templates(prefix: str) -> list[str]:
    from mfa_session.policy.templates import TEMPLATES  # noqa: PLC0415  # rarely asked

    return [prefix + template.name for template in TEMPLATES]


def _sessions(environ: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
    try:
        return read_settings_file(environ, StateDir.of(environ)).sessions
    except MfaSessionError:
        return {}


def _named_by(sessions: Mapping[str, Mapping[str, Any]], key: str) -> set[str]:
    return {str(table[key]) for table in sessions.values() if key in table}


def _noted(environ: Mapping[str, str]) -> set[str]:
    """Return the devices that a secret is noted for; the keyring itself is not asked."""
    from mfa_session.system.secret_index import SecretIndex  # noqa: PLC0415  # for devices only

    try:
        return set(SecretIndex(StateDir.of(environ)).stored())
    except (MfaSessionError, OSError):
        return set()


def _is_printable(value: str) -> bool:
    return value != "" and not any(char <= _LAST_CONTROL or char == _DELETE for char in value)


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
    if not before:
        return _first_words()
    return _words_of(before[0]) if len(before) == 1 and find_group(before[0]) else ()


class _Line:
    def __init__(self, command: Command, start: int) -> None:
        self._command = command
        self._place = start
        options = (*command.options, *COMMON, _HELP)
        self._known = {flag: option for option in options for flag in option.flags}
        self._used: set[str] = set()
        self._arguments = list(command.arguments)

    def read(self, words: list[str], current: str) -> Cursor:
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
        unused = [
            option
            for option in dict.fromkeys(self._known.values())
            if option.kind in _REPEATABLE or option.name not in self._used
        ]
        dashes: Offers = (("--", "What follows is the command."),)
        return _options(tuple(unused)) + (dashes if self._command.takes_command else ())


def _value(wanted: Option | Argument, prefix: str = "") -> Cursor:
    offers = tuple((prefix + choice, "") for choice in wanted.choices)
    return Cursor(offers=offers, suggests=wanted.suggests, prefix=prefix)


def _options(options: tuple[Option, ...]) -> Offers:
    return tuple(
        (option.flags[0], option.help.partition(" [env")[0].partition(". ")[0].rstrip("."))
        for option in options
    )


def _first_words() -> Offers:
    summaries = {command.name: command.summary for command in all_commands()}
    words = [word for chapter in CHAPTERS.values() for word in chapter]
    for word in words:
        group = find_group(word)
        if group is not None:
            summaries[word] = group.summary
    return tuple((word, summaries.get(word, "").rstrip(".")) for word in words)


def _words_of(group: str) -> Offers:
    return tuple((each.words[-1], each.summary.rstrip(".")) for each in commands_of(group))


_BLANKS = " \t\n"
_QUOTES = "\"'"
_ESCAPED_BETWEEN_QUOTES = '"\\$`'
_LAST_ASCII = "\x7f"
"""No character beyond it needs quotes."""


class BashLine(Record):
    """The words without quotes, the position of each in the line, and the open quote.

    The last word ends at the end of the line; it is empty after a blank.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    quote: str

    def continue_word(self, rest: str) -> str:
        """Return `rest` quoted so that it continues the last word."""
        if self.quote == "'":
            return rest.replace("'", "'\\''")
        if self.quote:
            return "".join(
                "\\" + char if char in _ESCAPED_BETWEEN_QUOTES else char for char in rest
            )
        return "".join(
            char if char in PLAIN or char > _LAST_ASCII else "\\" + char for char in rest
        )


def split_line(line: str) -> BashLine:
    """Split an unfinished line into words as bash does, without expansions."""
    words: list[str] = []
    starts: list[int] = []
    word: str | None = None
    quote = ""
    characters = iter(enumerate(line))
    for at, character in characters:
        if character in _BLANKS and not quote:
            words += [] if word is None else [word]
            word = None
            continue
        if word is None:
            word = ""
            starts.append(at)
        if character == "\\" and quote != "'":
            _, escaped = next(characters, (at, ""))
            is_kept = quote and escaped not in _ESCAPED_BETWEEN_QUOTES
            word += "\\" + escaped if is_kept else escaped
        elif character == quote:
            quote = ""
        elif character in _QUOTES and not quote:
            quote = character
        else:
            word += character
    if word is None:
        starts.append(len(line))
    return BashLine(words=(*words, word or ""), starts=tuple(starts), quote=quote)
