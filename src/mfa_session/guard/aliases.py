"""The AWS CLI's own aliases (`~/.aws/cli/alias`), and their text split as a shell splits it."""

from __future__ import annotations

from mfa_session.model.ini_sections import ini_sections
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Aliases(Record):
    """The aliases of each command: () for [toplevel], ("ec2",) for [command ec2].

    A value that starts with `!` is for a shell; another one is words of an AWS command line.
    """

    sections: Mapping[tuple[str, ...], Mapping[str, str]]

    def of(self, command: tuple[str, ...]) -> Mapping[str, str]:
        """Return the aliases that stand for something below this command."""
        return self.sections.get(command, {})

    def without(self, command: tuple[str, ...], name: str) -> Aliases:
        """Return these aliases but one."""
        others = {key: value for key, value in self.of(command).items() if key != name}
        return Aliases(sections={**self.sections, command: others})


NO_ALIASES = Aliases(sections={})


def parse_aliases(text: str) -> Aliases:
    """Read the text of an alias file, which configparser reads in the CLI.

    The CLI refuses to run at all when it cannot read its alias file: there are no aliases then.
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
    """Split as Python's shlex does; None where a quote is never closed.

    As in the CLI, line ends at either end of a word are dropped: a backslash before one is no
    continuation there, and leaves it to the next word.
    """
    words = _pieces(text, BLANKS, "")
    return None if words is None else [word.strip("\r\n") for word in words if word is not None]


def split_commands(text: str, arguments: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the commands that a shell could run for `text`, called with these arguments.

    No shell is rebuilt here: the text is read with its quotes, and once more as if they were
    blanks, so that what `sh -c "…"` or `"$(…)"` holds is found too. More may be found than runs.
    """
    text = _without_braces(text.replace("\\\n", ""))
    found: list[tuple[str, ...]] = []
    for reading in (text, text.replace('"', " ").replace("'", " ")):
        commands = list(_commands(reading, arguments))
        if commands:
            commands[-1] += tuple(arguments)
        found += [command for command in commands if command not in found]
    return found


def _without_braces(text: str) -> str:
    """Write `${1}` as `$1`, and the like."""
    for name in "@*123456789":
        text = text.replace(f"${{{name}}}", f"${name}")
    return text


def _commands(text: str, arguments: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, with `$@` and `$1`, `$2`, … filled in."""
    words: list[str] = []
    for piece in [*(_pieces(text, BLANKS + REDIRECTIONS, COMMAND_ENDS) or []), None]:
        if piece is not None:
            words += _fill(piece, arguments)
        elif words:
            yield tuple(words)
            words = []


def _fill(word: str, arguments: Sequence[str]) -> Sequence[str]:
    """Return what a word becomes in a shell function that was called with the arguments."""
    if "$" not in word:
        return (word,)
    if word in ("$@", "$*"):
        return arguments
    for number, argument in enumerate(arguments[:9], start=1):
        word = word.replace(f"${number}", argument)
    return (word,)


def _pieces(text: str, blanks: str, ends: str) -> list[str | None] | None:
    """Split into words, with None for each end of a command; None if a quote stays open."""
    splitter = _Splitter(text, blanks, ends)
    for character in splitter.characters:
        splitter.step(character)
    splitter.end_word()
    return None if splitter.quote else splitter.pieces


class _Splitter:
    """How far a text has been split."""

    def __init__(self, text: str, blanks: str, ends: str) -> None:
        self.characters = iter(text)
        self.pieces: list[str | None] = []
        self.quote = ""
        self._blanks = blanks
        self._ends = ends
        self._word: str | None = None

    def step(self, character: str) -> None:
        """Take one character, and the one it escapes."""
        if self.quote:
            self._step_in_quotes(character)
        elif character in self._ends:
            self.end_word()
            self.pieces.append(None)
        elif character in self._blanks:
            self.end_word()
        elif character in QUOTES:
            self.quote = character
            self._add("")
        else:
            self._add(next(self.characters, "") if character == "\\" else character)

    def _step_in_quotes(self, character: str) -> None:
        if character == self.quote:
            self.quote = ""
        elif character == "\\" and self.quote == '"':
            escaped = next(self.characters, "")
            self._add(escaped if escaped in '"\\' else "\\" + escaped)
        else:
            self._add(character)

    def end_word(self) -> None:
        """End the word, if one was begun."""
        if self._word is not None:
            self.pieces.append(self._word)
        self._word = None

    def _add(self, text: str) -> None:
        self._word = (self._word or "") + text
