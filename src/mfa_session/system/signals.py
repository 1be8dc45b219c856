"""Handlers for SIGINT, SIGTERM and SIGHUP, which defer or raise them."""

from __future__ import annotations

import signal
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

# Windows lacks some of them.
ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)

LONGEST_NAP_SECONDS = 0.5


class Interruptions:
    """Handles the signals that end a process, during a block of the main thread.

    With `deferred`, they wait for `raise_deferred` or `let_through`. Otherwise only the first is
    raised: a closed window sends several, and the next must not stop the clean-up after the first.
    `even_ignored` includes signals ignored at the start, as a script's shell starts `command &`.
    """

    def __init__(self, *, deferred: bool, even_ignored: bool = True) -> None:
        """Install nothing yet."""
        self._deferred = deferred
        self._even_ignored = even_ignored
        self._has_raised = False
        self._arrived: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruptions:
        """Install the handler; do nothing outside the main thread."""
        import threading  # noqa: PLC0415  # 4 ms, which a warm command saves

        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                if self._even_ignored or signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._take)
        return self

    def restore(self, *_: object) -> None:
        """Restore the previous handlers; a second call does nothing."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    __exit__ = restore

    def raise_deferred(self) -> None:
        """Raise a deferred signal, Ctrl-C first, as KeyboardInterrupt or SystemExit(128+n)."""
        if signal.SIGINT in self._arrived:
            self._raise(signal.SIGINT)
        if self._arrived:
            self._raise(self._arrived[0])

    def let_through(self) -> None:
        """Raise the deferred signal, and later ones at once."""
        self._deferred = False
        self.raise_deferred()

    def resend(self) -> None:
        """Send the first deferred signal again, to the restored handlers."""
        if self._arrived:
            signal.raise_signal(self._arrived[0])

    def _take(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._deferred:
            self._arrived.append(number)
        elif not self._has_raised:
            self._raise(number)

    def _raise(self, number: int) -> None:
        self._has_raised = True
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Defer the signals until the block is done, so that a session is stored."""
    with Interruptions(deferred=True) as signals:
        try:
            yield
        finally:
            signals.restore()
            signals.resend()


def defer_signals() -> Interruptions:
    """Defer the signals for a block, which raises them where it can; discard them at its end."""
    return Interruptions(deferred=True)


def wait_for_signal() -> int:
    """Wait for a signal that ends a process, and return its number.

    Signals ignored at the start do not count.
    """
    import threading  # noqa: PLC0415  # see above

    arrived: list[int] = []
    came = threading.Event()

    def take(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)
        came.set()

    awaited = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, take) for number in awaited}
    try:
        while not came.wait(LONGEST_NAP_SECONDS):  # Windows delivers Ctrl-C only between waits
            pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return arrived[0]
