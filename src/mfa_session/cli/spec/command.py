"""What a command line is made of: commands, their options and arguments, and groups of them."""

from __future__ import annotations

from mfa_session.model.record import Record


class Option(Record):
    """One option; `kind` is text, many (repeatable), duration (seconds), choice, flag or count.

    `suggests` is what completion offers for its value: profile, session, serial, role,
    template or file.
    """

    flags: tuple[str, ...]
    help: str
    kind: str = "text"
    metavar: str = ""
    choices: tuple[str, ...] = ()
    suggests: str = ""

    @property
    def name(self) -> str:
        """The key of its value: the first long flag, without dashes."""
        return self.flags[0].lstrip("-").replace("-", "_")


class Argument(Record):
    """A word, or `many`, after a command and without a flag; `name` is the key of the value.

    `suggests` is what completion offers, as for an option.
    """

    name: str
    choices: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    suggests: str = ""

    @property
    def metavar(self) -> str:
        """How the usage line shows it."""
        shown = "|".join(self.choices) or self.name.upper()
        shown += "…" if self.many else ""
        return shown if self.required else f"[{shown}]"


class Command(Record):
    """One command: `examples` open its help; `takes_command` says that CMD ARG… may follow.

    `against_words` is said, instead of repeating them, where words are given that it does not take.
    A `name` of two words is a command of a group. `run` names the function that runs it, as
    `module:function` below `mfa_session`.
    """

    name: str
    run: str
    summary: str
    examples: tuple[str, ...]
    description: str
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    takes_command: bool = False
    against_words: str = ""

    @property
    def example_lines(self) -> str:
        """The lines that open its help."""
        return "Example: " + "\n         ".join(self.examples)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that name it on a command line."""
        return tuple(self.name.split())


class Group(Record):
    """A word that several commands begin with."""

    name: str
    summary: str
    example: str
