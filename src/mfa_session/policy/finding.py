"""Lint's rules, and what they find in a policy."""

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
REJECTED = "the policy has no effect: IAM rejects it, and the previous version stays in force"


@dataclass(frozen=True)
class Rule:
    """A rule: its errors let people through or lock them out, its warnings may do so.

    A note reports what is probably not meant. `text` is the rule's text in docs/policies.md.
    """

    id: str
    severity: str
    text: str


@dataclass(frozen=True)
class Flaw:
    """A breach of a rule: where, what is wrong, who gets through or is locked out, the cure.

    `fix` has the elements to replace in the statement; it is empty if a person must choose, or if
    replacing elements is not enough. `severity` overrides the rule's.
    """

    rule: Rule
    position: Position
    message: str
    who: str
    cure: str
    fix: Mapping[str, Any] = field(default_factory=dict)
    severity: str | None = None


Check = Callable[[Subject], Iterator[Flaw]]
"""Checks one statement, and yields its breaches of the check's rules."""


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
