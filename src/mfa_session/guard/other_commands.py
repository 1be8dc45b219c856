"""Commands of other programs, listed word by word: `terraform destroy`."""

from __future__ import annotations

from mfa_session.guard.aws_words import base_name
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HARMLESS = ("--help", "-help", "--dry-run", "--dryrun", "--dry-run=client", "--dry-run=server")


class Listed(Record):
    """A listed command: the program, its further words in their order, and options it has."""

    text: str
    program: str
    words: tuple[str, ...]
    options: tuple[str, ...]

    def matches(self, command: Sequence[str]) -> bool:
        """Say whether a command line is this command, and no request for help or a dry run.

        Options in between are passed over. The word after one may be its value, or not: nobody
        can know. It is taken for whichever makes the command match.
        """
        if not command or base_name(command[0]).lower() != self.program:
            return False
        options = _options(command[1:])
        return (
            self._leads_to_end(command[1:])
            and all(option in options for option in self.options)
            and not any(harmless in options for harmless in HARMLESS)
        )

    def _leads_to_end(self, words: Iterable[str]) -> bool:
        """Follow the words, from each place in the listed ones where they may have led."""
        places = {0}
        after_option = literal = False
        for word in words:
            if len(self.words) in places or not places:
                break
            if word[:1] == "-" and word != "-" and not literal:
                literal = word == "--"
                after_option = not literal and "=" not in word
                continue
            stay = places if after_option else set()
            places = stay | {place + 1 for place in places if self.words[place] == word}
            after_option = False
        return len(self.words) in places


def list_command(text: str) -> Listed:
    """Read a command as it stands in config.toml; an empty one matches nothing."""
    words = text.split()
    program = base_name(words[0]).lower() if words else ""
    return Listed(
        text=text,
        program=program,
        words=tuple(word for word in words[1:] if word[:1] != "-"),
        options=tuple(word for word in words[1:] if word[:1] == "-"),
    )


def _options(words: Sequence[str]) -> set[str]:
    """Return the options among words, those after `--` left out."""
    options = set()
    for word in words:
        if word == "--":
            break
        if word[:1] == "-":
            options.add(word)
    return options
