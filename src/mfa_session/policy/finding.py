"""What lint says: rules, and where in a policy they found something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mfa_session.policy.rules.subject import Subject

if TYPE_CHECKING:
    from mfa_session.policy.policy_text import Position

ERROR = "error"
WARNING = "warning"
NOTE = "note"
REJECTED = (
    "nobody is checked by it: IAM rejects the policy, and the previous version stays in force"
)


@dataclass(frozen=True)
class Rule:
    """A mistake by name: an error lets people through or locks them out, a warning may.

    A note is about what is probably not meant. `text` is what docs/policies.md says of it.
    """

    id: str
    severity: str
    text: str


@dataclass(frozen=True)
class Flaw:
    """What breaks a rule: where, what is wrong, who gets through or is locked out, the cure.

    `fix` holds the elements that the statement should have instead; it is empty where the cure is
    a person's to choose, or where no elements alone mend it. `severity` is the rule's, unless the
    flaw has one of its own.
    """

    rule: Rule
    position: Position
    message: str
    who: str
    cure: str
    fix: Mapping[str, Any] = field(default_factory=dict)
    severity: str | None = None


Check = Callable[[Subject], Iterator[Flaw]]
"""Looks at one statement, and yields where it breaks the rules that the check knows."""


@dataclass(frozen=True)
class Finding:
    """A flaw, and the statement that has it; lines and columns count from 1."""

    rule: str
    severity: str
    statement: str
    line: int
    column: int
    message: str
    who: str
    cure: str
    fix: Mapping[str, Any]
