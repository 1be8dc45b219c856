"""SIGINT, SIGTERM and SIGHUP: deferred while work may not be cut in two, or raised."""

from __future__ import annotations

import signal
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

# Windows has not all of them.
ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)

LONGEST_NAP_SECONDS = 0.5


class Interruptions:
    """The signals that end a process, taken for a block of the main thread, and given back.

    `deferred`: they are noted until `strike` or `let_through`. Otherwise the first is raised at
    once, and only the first: a closed window sends several, and what one has begun (putting the
    terminal back, undoing) may not be cut short by the next. `even_ignored` takes those as well
    that the process was started with ignored, as a shell starts `command &` in a script.
    """

    def __init__(self, *, deferred: bool, even_ignored: bool = True) -> None:
        """Take nothing yet."""
        self._deferred = deferred
        self._even_ignored = even_ignored
        self._has_raised = False
        self._arrived: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruptions:
        """Install the handler; in another thread than the main one, nothing."""
        import threading  # noqa: PLC0415  # 4 ms, and who only looks whether to ask needs none

        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                if self._even_ignored or signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        """Put the handlers back as they were."""
        self.give_back()

    def give_back(self) -> None:
        """Put the handlers back as they were; a second time does nothing."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def strike(self) -> None:
        """Raise what is deferred, Ctrl-C first: KeyboardInterrupt or SystemExit(128+n), if any."""
        if signal.SIGINT in self._arrived:
            self._raise(signal.SIGINT)
        if self._arrived:
            self._raise(self._arrived[0])

    def let_through(self) -> None:
        """Defer no longer: raise what has come, and what comes."""
        self._deferred = False
        self.strike()

    def resend(self) -> None:
        """Send the first deferred signal again, to the handlers that were there before."""
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
    """Defer the signals until the block is done: what a code has paid for is written."""
    with Interruptions(deferred=True) as interruptions:
        try:
            yield
        finally:
            interruptions.give_back()
            interruptions.resend()


def put_off() -> Interruptions:
    """Defer the signals for a block, which says where they may strike; the rest is forgotten."""
    return Interruptions(deferred=True)


def wait_for_signal() -> int:
    """Wait until a signal comes that ends a process, and return its number.

    One that the process was started with ignored does not count.
    """
    import threading  # noqa: PLC0415  # see above

    arrived: list[int] = []
    came = threading.Event()

    def take(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)
        came.set()

    heeded = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, take) for number in heeded}
    try:
        while not came.wait(LONGEST_NAP_SECONDS):  # Windows tells Ctrl-C between two naps only
            pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return arrived[0]
