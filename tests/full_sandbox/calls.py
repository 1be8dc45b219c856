"""The calls to the sandbox, and the faults that a test plants."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Call:
    """One request, its caller and its outcome.

    `service` is the signing name (`sts`), `operation` AWS's (`GetSessionToken`), and `status` the
    HTTP status, or 0 for a connection closed without an answer. Parameters are as sent, with the
    TokenCode.
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
    """The calls so far, in the order of their answers, for use in several threads.

    `era` counts the calls of `clear`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self.era = 0

    def append(self, call: Call, era: int) -> None:
        """Note a call, unless it began before the last `clear`."""
        with self._lock:
            if era == self.era:
                self._calls.append(call)

    def clear(self) -> None:
        """Forget all calls, and those that are being answered."""
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
        """Show operations and outcomes, for failing tests."""
        lines = [f"{c.service}:{c.operation} {c.status} {c.error_code or 'ok'}" for c in self]
        return "Calls(" + ", ".join(lines) + ")"


@dataclass(eq=False)
class Fault:
    """A fault of one operation or all (`*`), to happen `times` times or (None) always."""

    kind: Literal["error", "answer", "drop", "drop-after", "slow"]
    operation: str
    times: int | None
    status: int = 0
    code: str = ""
    message: str = ""
    body: bytes = b""
    content_type: str = ""
    seconds: float = 0.0


@dataclass(eq=False)
class Faults:
    """The planted faults."""

    _waiting: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Plant a fault."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting.clear()

    def take(self, operation: str) -> list[Fault]:
        """Return the faults of this call: all slow ones, and the first of the others."""
        struck: list[Fault] = []
        with self._lock:
            for fault in list(self._waiting):
                taken = any(other.kind != "slow" for other in struck)
                if fault.operation in (operation, "*") and (fault.kind == "slow" or not taken):
                    struck.append(fault)
                    self._count_down(fault)
        return struck

    def _count_down(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
