"""A stretch of work that Ctrl-C may not cut in two."""

from __future__ import annotations

import signal
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put SIGINT and SIGTERM off until the block is done: what a code has paid for is written."""
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])


class PutOff:
    """Signals that have come while they were put off."""

    def __init__(self) -> None:
        """None has come."""
        self._numbers: list[int] = []

    def note(self, number: int, frame: FrameType | None) -> None:
        """Be the handler."""
        del frame
        self._numbers.append(number)

    def strike(self) -> None:
        """Let one that has come do its work: KeyboardInterrupt, or the exit a shell knows."""
        if signal.SIGINT in self._numbers:
            raise KeyboardInterrupt
        if self._numbers:
            raise SystemExit(128 + self._numbers[0])


@contextmanager
def put_off() -> Iterator[PutOff]:
    """Put SIGINT, SIGTERM and SIGHUP off for the block, which says where they may strike.

    At its end they are as before; one that has come and did not strike is forgotten.
    """
    came = PutOff()
    names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has not all
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, came.note) for number in numbers}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
