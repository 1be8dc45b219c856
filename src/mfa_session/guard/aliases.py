"""Reads the AWS CLI's aliases (`~/.aws/cli/alias`), and splits their text as a shell does."""

from __future__ import annotations

from mfa_session.model.profiles import ini_sections
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Aliases(Record):
    """The aliases of each command: () for [toplevel], ("ec2",) for [command ec2].

    A value that starts with `!` is a shell command; any other is words of an AWS command line.
    """

    sections: Mapping[tuple[str, ...], Mapping[str, str]]

    def of(self, command: tuple[str, ...]) -> Mapping[str, str]:
        """Return the aliases of a command."""
        return self.sections.get(command, {})

    def without(self, command: tuple[str, ...], name: str) -> Aliases:
        """Return these aliases without the alias `name` of a command."""
        others = {key: value for key, value in self.of(command).items() if key != name}
        return Aliases(sections={**self.sections, command: others})


NO_ALIASES = Aliases(sections={})


def parse_aliases(text: str) -> Aliases:
    """Parse an alias file as the CLI does, with configparser's rules.

    A broken file gives no aliases: the CLI refuses to run with it.
    """
    sections: dict[tuple[str, ...], Mapping[str, str]] = {}
    for name, values in ini_sections(text).items():
        words = name.split()
        command = tuple(words[1:]) if words[:1] == ["command"] else ()
        if command or words == ["toplevel"]:
            aliases = {alias: value.strip() for alias, value in values.items()}
            sections[command] = {**sections.get(command, {}), **aliases}
    return Aliases(sections=sections)


BLANKS = " \t\r\n"
REDIRECTIONS = "<>"
COMMAND_ENDS = ";|&(){}`\n"
QUOTES = "'\""


def split_words(text: str) -> list[str] | None:
    """Split as Python's shlex does; None if a quote is not closed.

    As in the CLI, a backslash does not continue a line, and words lose the line ends around them.
    """
    words = _split(text, BLANKS, "")
    return None if words is None else [word.strip("\r\n") for word in words if word is not None]


def split_commands(text: str, arguments: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the commands that a shell may run for `text` with these arguments.

    The text is read twice, with its quotes and with blanks instead, so that commands inside
    `sh -c "…"` and `"$(…)"` are found too. Not every command found really runs.
    """
    text = _remove_braces(text.replace("\\\n", ""))
    found: list[tuple[str, ...]] = []
    for reading in (text, text.replace('"', " ").replace("'", " ")):
        commands = list(_find_commands(reading, arguments))
        if commands:
            commands[-1] += tuple(arguments)
        found += [command for command in commands if command not in found]
    return found


def _remove_braces(text: str) -> str:
    for name in "@*123456789":
        text = text.replace(f"${{{name}}}", f"${name}")
    return text


def _find_commands(text: str, arguments: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, with `$@` and `$1`, `$2`, … filled in."""
    words: list[str] = []
    for piece in [*(_split(text, BLANKS + REDIRECTIONS, COMMAND_ENDS) or []), None]:
        if piece is not None:
            words += _fill(piece, arguments)
        elif words:
            yield tuple(words)
            words = []


def _fill(word: str, arguments: Sequence[str]) -> Sequence[str]:
    if "$" not in word:
        return (word,)
    if word in ("$@", "$*"):
        return arguments
    for number, argument in enumerate(arguments[:9], start=1):
        word = word.replace(f"${number}", argument)
    return (word,)


def _split(text: str, blanks: str, ends: str) -> list[str | None] | None:
    """Split into words, with None for each end of a command; None if a quote is not closed."""
    pieces: list[str | None] = []
    word: str | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        if character == quote:
            quote = ""
        elif quote == '"' and character == "\\":
            escaped = next(characters, "")
            word = (word or "") + (escaped if escaped in '"\\' else "\\" + escaped)
        elif quote:
            word = (word or "") + character
        elif character in blanks or character in ends:
            pieces += [] if word is None else [word]
            pieces += [None] if character in ends else []
            word = None
        elif character in QUOTES:
            quote, word = character, word or ""
        else:
            word = (word or "") + (next(characters, "") if character == "\\" else character)
    pieces += [] if word is None else [word]
    return None if quote else pieces
