"""What is protected: the built-in list, and `[guard]` of config.toml.

A pattern (`ec2:Stop*`) stands for operations of AWS's services, by any of their names; `commands`
lists commands of other programs word by word (`terraform destroy`).
"""

from __future__ import annotations

from mfa_session.guard import builtin
from mfa_session.guard.aws_words import base_name
from mfa_session.guard.services import prefix_of
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any


HARMLESS = ("--help", "-help", "--dry-run", "--dryrun", "--dry-run=client", "--dry-run=server")


class Ruling(Record):
    """What a rule says, and which rule it is, in words for people; None where none applies."""

    protected: bool
    rule: str | None
    action: str | None = None
    """The IAM action that decided, without its prefix."""


UNTOUCHED = Ruling(protected=False, rule=None)


class Rules(Record):
    """Everything that decides whether a command is protected."""

    protect: tuple[Pattern, ...]
    allow: tuple[Pattern, ...]
    builtin: tuple[Pattern, ...]
    builtin_pass: tuple[Pattern, ...]
    commands: tuple[Listed, ...]

    @classmethod
    def of(cls, guard: Mapping[str, Any]) -> Rules:
        """Read the keys `protect`, `allow`, `builtin` and `commands` of the table [guard]."""
        with_builtin = guard.get("builtin", True)
        return cls(
            protect=_read(guard.get("protect", ())),
            allow=_read(guard.get("allow", ())),
            builtin=_read(builtin.PROTECT) if with_builtin else (),
            builtin_pass=_read(builtin.PASS) if with_builtin else (),
            commands=tuple(list_command(text) for text in guard.get("commands", ())),
        )

    def are_any(self) -> bool:
        """Say whether any operation of AWS may be protected."""
        return bool(self.protect or self.builtin)

    def rule_operation(self, service: str, operation: str, actions: Sequence[str]) -> Ruling:
        """Decide about an operation, by the CLI's names, that stands for these IAM actions.

        What is allowed under its own name is allowed. Else each action has to be, or not to be
        protected in the first place.
        """
        services = (service, prefix_of(service))
        own = folded(operation)
        allowed = first_match(self.allow, services, own)
        if allowed is not None:
            return _ruling(False, "allow", allowed, actions[0])
        last = UNTOUCHED
        for action in actions:
            ruling = self._rule_action(services, own, action)
            if ruling.protected:
                return ruling
            last = ruling if ruling.rule else last
        return last

    def rule_command(self, words: Sequence[str]) -> Ruling:
        """Decide about a command of whatever program by `commands`."""
        for listed in self.commands:
            if listed.matches(words):
                return Ruling(protected=True, rule=f'commands "{listed.text}"')
        return UNTOUCHED

    def _rule_action(self, services: Sequence[str], own: str, action: str) -> Ruling:
        name = folded(action)
        allowed = first_match(self.allow, services, name)
        if allowed is not None:
            return _ruling(False, "allow", allowed, action)
        protecting = first_match(self.protect, services, own)
        protecting = protecting or first_match(self.protect, services, name)
        if protecting is not None:
            return _ruling(True, "protect", protecting, action)
        if first_match(self.builtin_pass, services, name) is None:
            caught = first_match(self.builtin, services, name)
            if caught is not None:
                return _ruling(True, "built-in", caught, action)
        return UNTOUCHED


def _read(texts: Sequence[str]) -> tuple[Pattern, ...]:
    return tuple(Pattern(text) for text in texts)


def _ruling(protected: bool, source: str, pattern: Pattern, action: str) -> Ruling:
    """Name the rule as its writer would look for it."""
    quoted = pattern.text if source == "built-in" else f'"{pattern.text}"'
    return Ruling(protected=protected, rule=f"{source} {quoted}", action=action)


class Pattern:
    """A pattern as it was written, and what it is compared by; in lower case, without `-`.

    `*` alone stands for everything, a text without `:` for nothing. No record, since there are
    dozens to make before each command.
    """

    __slots__ = ("_start", "operation", "service", "text")

    def __init__(self, text: str) -> None:
        """Read `service:operation`."""
        service, colon, operation = text.partition(":")
        if not colon:
            service, operation = ("*", "*") if text.strip() == "*" else ("", "")
        self.text = text
        self.service = service.strip().lower()
        self.operation = folded(operation.strip())
        self._start = self.operation.partition("*")[0].partition("?")[0]

    def matches(self, services: Iterable[str], operation: str) -> bool:
        """Say whether it stands for an operation (folded) of a service with these names."""
        if not operation.startswith(self._start):  # nearly always, and quickly said
            return False
        return glob(self.operation, operation) and self.is_of(services)

    def is_of(self, services: Iterable[str]) -> bool:
        """Say whether it is about a service with these names."""
        return any(glob(self.service, service) for service in services)


def first_match(
    patterns: Sequence[Pattern], services: Sequence[str], operation: str
) -> Pattern | None:
    """Return the first pattern that stands for an operation (folded) of a service."""
    for pattern in patterns:
        if pattern.matches(services, operation):
            return pattern
    return None


def folded(operation: str) -> str:
    """Return what `StopInstances` and `stop-instances` have in common."""
    return operation.replace("-", "").lower()


def glob(pattern: str, text: str) -> bool:
    """Compare with `*` and `?` as IAM does."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    head, *rest = pattern.split("*")
    if not rest:
        return len(head) == len(text) and _fits(head, text, 0)
    tail = rest.pop()
    end = len(text) - len(tail)
    return (
        len(head) <= end
        and _fits(head, text, 0)
        and _fits(tail, text, end)
        and _holds_in_order(rest, text, len(head), end)
    )


def _holds_in_order(pieces: list[str], text: str, start: int, end: int) -> bool:
    """Say whether the pieces stand one after the other between two places of the text."""
    for piece in pieces:
        while start + len(piece) <= end and not _fits(piece, text, start):
            start += 1
        start += len(piece)
        if start > end:
            return False
    return True


def _fits(piece: str, text: str, at: int) -> bool:
    """Say whether a piece, in which `?` is any character, stands at a place of the text."""
    if "?" not in piece:
        return text.startswith(piece, at)
    part = text[at : at + len(piece)]
    return len(part) == len(piece) and all(
        wanted in ("?", found) for wanted, found in zip(piece, part, strict=True)
    )


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
