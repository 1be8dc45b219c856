"""Handlers for SIGINT, SIGTERM and SIGHUP, which defer or raise them."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType
    from typing import Any


def numbers_of(*names: str) -> tuple[int, ...]:
    """Return the signals of these names; Windows lacks some of them."""
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


ENDING = numbers_of("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

LONGEST_NAP_SECONDS = 0.5
_NAP_SECONDS = 0.05


class Interruptions:
    """Handles the signals that end a process, during a block of the main thread.

    With `deferred`, they wait for `raise_deferred` or `let_through`. Otherwise only the first is
    raised: a closed window sends several, and the next must not stop the clean-up after the first.
    `even_ignored` includes signals ignored at the start, as a script's shell starts `command &`.
    """

    def __init__(self, *, deferred: bool, even_ignored: bool = True) -> None:
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
        """See Signals."""
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


class SignalPipe:
    """A pipe that becomes readable when a signal with a handler arrives.

    Python's handlers run between two instructions. So a signal that arrives just before a blocking
    call, or in another thread, does not end the call: wait here first (`signal.set_wakeup_fd`).
    """

    def __init__(self, *unhandled: int) -> None:
        """Take the signals that are to arrive, too, though they have no handler."""
        self._unhandled = unhandled

    def __enter__(self) -> SignalPipe:
        """Open the pipe; outside the main thread, which takes no signals, nothing writes to it."""
        self._handlers = {number: signal.signal(number, _ignore) for number in self._unhandled}
        self._arrivals, self._written = os.pipe()
        if sys.platform != "win32":  # which has it since Python 3.12
            os.set_blocking(self._written, False)
        self._before = -1
        with suppress(ValueError):
            self._before = signal.set_wakeup_fd(self._written, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the pipe."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        with suppress(ValueError):
            signal.set_wakeup_fd(self._before)
        os.close(self._arrivals)
        os.close(self._written)

    def wait(self, *readable: int) -> list[int]:
        """Wait for input at one of these, or for a signal; return which of them have input."""
        import select  # noqa: PLC0415  # only a wait needs it

        try:
            ready, _, _ = select.select([*readable, self._arrivals], [], [])
        except ValueError:  # a descriptor of 1024 or more
            import time  # noqa: PLC0415

            time.sleep(_NAP_SECONDS)
            return list(readable)
        if self._arrivals in ready:
            os.read(self._arrivals, 1024)
        return [descriptor for descriptor in readable if descriptor in ready]


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing: a signal reaches the pipe only if it has a handler."""


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


def wait_for_signal(begin: Callable[[], None]) -> int:
    """Call `begin`, then wait for a signal that ends a process, and return its number.

    One that comes meanwhile counts; signals ignored at the start do not.
    """
    import threading  # noqa: PLC0415  # see above

    arrived: list[int] = []
    came = threading.Event()

    def take(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)
        came.set()

    with handled(ENDING, take):
        begin()
        while not came.wait(LONGEST_NAP_SECONDS):  # Windows delivers Ctrl-C only between waits
            pass
    return arrived[0]


@contextmanager
def handled(
    numbers: Iterable[int], handler: Callable[[int, FrameType | None], None]
) -> Iterator[None]:
    """Handle these signals during a block, except those ignored at its start."""
    before = {}
    try:
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
