"""What is protected: the built-in list, and `[guard]` of config.toml."""

from __future__ import annotations

from mfa_session.guard import builtin
from mfa_session.guard.other_commands import Listed, list_command
from mfa_session.guard.patterns import Pattern, even, first_match
from mfa_session.guard.services import prefix_of
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


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
        own = even(operation)
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
        name = even(action)
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
