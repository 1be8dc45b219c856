"""What a protected command will hit."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.record import Record
from mfa_session.model.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INSTANCE = "instance"


class Target(Record):
    """One thing that is named: its kind and id, and what AWS says of it where it was asked."""

    kind: str
    id: str
    name: str | None = None
    state: str | None = None

    def line(self) -> str:
        """Return it as a person is shown it."""
        parts = (self.kind, self.id, self.name, self.state)
        return printable("  ".join(part for part in parts if part))


class Lookups(Protocol):
    """What AWS says of an account and of things in it; each raises our errors only."""

    def account_id(self) -> str | None:
        """Return the caller's account."""

    def alias(self) -> str | None:
        """Return the account's alias; None where there is none, or it may not be known."""

    def describe(self, targets: Iterable[Target]) -> Mapping[Target, Target]:
        """Return each target that is known, with its name and state."""
