"""What goes wrong on purpose: AWS errors, portals' pages, slowness, closed connections."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Literal


@dataclass(eq=False)
class Fault:
    """One thing to go wrong, `times` times (None: always), for one operation or `*`."""

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
    """The faults that wait for their operation."""

    _waiting: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Let it wait."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._waiting.clear()

    def take(self, operation: str) -> list[Fault]:
        """Return what strikes this call: all slowness, and the first of the others."""
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
