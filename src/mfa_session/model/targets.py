"""What a protected command will hit."""

from __future__ import annotations

from mfa_session.model.record import Record
from mfa_session.model.text import printable

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
