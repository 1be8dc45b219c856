"""Tells options, their values and plain words apart, as the AWS CLI's parser does.

The CLI first takes its global options out of the command line, wherever they are; service,
operation and the operation's options remain. The rules are those of Python's `argparse`.
"""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# The options of version 1 and version 2 together. A version fails on an option that it does not
# have, so the union does no harm.
WITH_VALUE = (
    "--endpoint-url",
    "--output",
    "--query",
    "--profile",
    "--region",
    "--color",
    "--ca-bundle",
    "--cli-read-timeout",
    "--cli-connect-timeout",
    "--cli-binary-format",
    "--cli-error-format",
)
SWITCHES = (
    "--debug",
    "--no-verify-ssl",
    "--no-paginate",
    "--version",
    "--no-sign-request",
    "--v2-debug",
    "--no-cli-pager",
    "--cli-auto-prompt",
    "--no-cli-auto-prompt",
)
GLOBAL_OPTIONS = WITH_VALUE + SWITCHES


class OptionWords(Record):
    """A global option with its value; its words are those from `start` to before `stop`."""

    name: str
    value: str
    start: int
    stop: int


class Scanned(Record):
    """A command line taken apart: the first plain word, the global options, and the rest.

    `lacks_value`: a global option has no value, so the CLI refuses the command line.
    """

    word: str | None
    rest: tuple[str, ...]
    given: tuple[OptionWords, ...]
    lacks_value: bool


def scan(words: Sequence[str], known: tuple[str, ...] = GLOBAL_OPTIONS) -> Scanned:
    """Find the first word that is neither an option nor the value of a `known` option.

    After `--`, all words are plain. A `--` just before that word is dropped, as in argparse.
    """
    scanner = _Scanner(words, known)
    while scanner.index < len(words):
        scanner.step()
    return Scanned(
        word=scanner.found,
        rest=tuple(scanner.rest),
        given=tuple(scanner.given),
        lacks_value=scanner.lacks_value,
    )


class _Scanner:
    """Reads a command line word by word."""

    def __init__(self, words: Sequence[str], known: tuple[str, ...]) -> None:
        self.words = words
        self.known = known
        self.index = 0
        self.found: str | None = None
        self.rest: list[str] = []
        self.given: list[OptionWords] = []
        self.lacks_value = False
        self._literal = False
        self._found_at = -1

    def step(self) -> None:
        """Read the next word, and its value if it is an option with one."""
        word = self.words[self.index]
        if word[:1] != "-" or self._literal or is_plain(word, self.known):
            self._take_plain(word)
        elif word == "--":
            self._take_dashes()
        else:
            self._take_option(word)
        self.index += 1

    def _take_plain(self, word: str) -> None:
        if self.found is None:
            self.found, self._found_at = word, self.index
        else:
            self.rest.append(word)

    def _take_dashes(self) -> None:
        self._literal = True
        if self.found is not None and self._found_at != self.index - 1:
            self.rest.append("--")

    def _take_option(self, word: str) -> None:
        name = match_option(word, self.known)
        if name is None:
            self.rest.append(word)
        elif name in WITH_VALUE:
            self._take_value(name, word)

    def _take_value(self, name: str, word: str) -> None:
        """Read `--name=value` or `--name value`."""
        start = self.index
        _, equals, value = word.partition("=")
        if not equals:
            following = self.words[start + 1 : start + 2]
            if not following or not is_plain(following[0], self.known):
                self.lacks_value = True
                return
            self.index += 1
            value = following[0]
        self.given.append(OptionWords(name=name, value=value, start=start, stop=self.index + 1))


def is_plain(word: str, known: tuple[str, ...] = ()) -> bool:
    """Say whether argparse reads a word as no option: `-`, `-5` and `--a b` are plain."""
    if word[:1] != "-" or len(word) == 1:
        return True
    if match_option(word, known) is not None:
        return False
    return " " in word or _is_number(word[1:])


def match_option(word: str, known: tuple[str, ...]) -> str | None:
    """Return the option that a word names, in full or by an unambiguous prefix."""
    name = word.partition("=")[0]
    if name in known:
        return name
    if name[:2] != "--":
        return None
    fitting = [option for option in known if option.startswith(name)]
    return fitting[0] if len(fitting) == 1 else None


def _is_number(text: str) -> bool:
    """Say whether a text is digits, with at most one decimal point before the last."""
    whole, point, part = text.partition(".")
    return part.isdigit() and (not whole or whole.isdigit()) if point else whole.isdigit()
