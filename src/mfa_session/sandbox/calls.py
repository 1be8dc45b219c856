"""The list of what the sandbox was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Call:
    """One request: what was asked, by whom, and how it was answered.

    `service` is the signing name (`sts`), `operation` AWS's (`GetSessionToken`), `status` the
    HTTP status, 0 when the connection was closed unanswered. Parameters are kept as sent, the
    TokenCode too.
    """

    service: str
    operation: str
    region: str
    access_key_id: str | None
    caller_arn: str | None
    parameters: Mapping[str, Any] = field(repr=False)
    status: int
    error_code: str | None
    at: datetime


class Calls(Sequence[Call]):
    """The calls so far, in the order they were answered; safe to read while others write.

    `era` tells the time before a `clear` from that after it.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self.era = 0

    def append(self, call: Call, era: int) -> None:
        """Note one call; one that was begun in an era that is over is of nobody's interest."""
        with self._lock:
            if era == self.era:
                self._calls.append(call)

    def clear(self) -> None:
        """Forget them all, and those that are still being answered."""
        with self._lock:
            self._calls.clear()
            self.era += 1

    def of(self, operation: str) -> list[Call]:
        """Return the calls of one operation (`GetSessionToken`)."""
        return [call for call in self if call.operation == operation]

    def _snapshot(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        """Return one call, or several."""
        return self._snapshot()[index]

    def __iter__(self) -> Iterator[Call]:
        """Go through the calls noted until now."""
        return iter(self._snapshot())

    def __len__(self) -> int:
        """Count them."""
        return len(self._snapshot())

    def __repr__(self) -> str:
        """Show operations and outcomes, one a line: a failing test prints this."""
        lines = [f"{c.service}:{c.operation} {c.status} {c.error_code or 'ok'}" for c in self]
        return "Calls(" + ", ".join(lines) + ")"
