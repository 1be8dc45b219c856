"""Many calls in parallel, in threads that Ctrl-C does not wait for; each error told once."""

from __future__ import annotations

import queue
import threading
import time
from typing import Generic, TypeVar

from mfa_session.model.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_session.model.errors import MfaSessionError
    from mfa_session.model.feature_ports import Signals
    from mfa_session.model.ports import Console


JOBS = 16
MOST_JOBS = 64
LOOK_SECONDS = 0.05
GRACE_SECONDS = 2.0
"""How long what AWS has been asked for already is waited for after Ctrl-C."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def read_jobs(text: str | None) -> int:
    """Return how many calls `--jobs` allows at once. UsageError `bad-jobs` for no such number."""
    if text is None:
        return JOBS
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_JOBS:
        return int(text)
    raise UsageError(
        "bad-jobs", f"--jobs: {text!r} is not a number from 1 to {MOST_JOBS}", f"try --jobs {JOBS}"
    )


class ParallelCalls(Generic[Item, Answer]):
    """Does one kind of work on many items, so many at once.

    `ended` has what came of each item: its answer or its error. What was not begun, or not
    answered, when an interruption came is not among them; `interruption` is what came.
    """

    def __init__(self, work: Callable[[Item], Answer], items: Sequence[Item], jobs: int) -> None:
        """Take the work; nothing is begun yet."""
        self.ended: list[tuple[Item, Answer | Exception]] = []
        self.interruption: BaseException | None = None
        self._work = work
        self._waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
        for item in items:
            self._waiting.put(item)
        self._answers: queue.SimpleQueue[tuple[Item, Answer | Exception]] = queue.SimpleQueue()
        self._left = len(items)
        self._threads = [
            threading.Thread(target=self._run, daemon=True) for _ in range(min(jobs, len(items)))
        ]

    def run(self, signals: Signals, tell: Callable[[int, int], None]) -> None:
        """Do it all, unless a signal strikes; `tell` gets how many are done and how many failed."""
        for thread in self._threads:
            thread.start()
        failed = 0
        try:
            while self._left:
                signals.raise_deferred()
                if self._take(LOOK_SECONDS):
                    failed += isinstance(self.ended[-1][1], Exception)
                    tell(len(self.ended), failed)
        except (KeyboardInterrupt, SystemExit) as interruption:
            self.interruption = interruption
            self._wind_up()

    def _run(self) -> None:
        while self.interruption is None:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return
            self._answers.put((item, self._try(item)))

    def _try(self, item: Item) -> Answer | Exception:
        try:
            return self._work(item)
        except Exception as error:  # noqa: BLE001  # told by who asked for the work
            return error

    def _take(self, limit_seconds: float) -> bool:
        """Take one more answer; False if none comes in time."""
        try:
            self.ended.append(self._answers.get(timeout=limit_seconds))
        except queue.Empty:
            return False
        self._left -= 1
        return True

    def _wind_up(self) -> None:
        """Take what is on its way: AWS may have given it already."""
        end = time.monotonic() + GRACE_SECONDS
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < end:
            self._take(LOOK_SECONDS)
        while self._take(0):
            pass


MOST_NAMED = 5


def without_base(base: str, error: MfaSessionError) -> MfaSessionError:
    """Return the error of a role whose base session failed."""
    return type(error)(error.code, f"there is no session {base!r}: {error.message}", error.hint)


def tell_errors(failed: Mapping[str, MfaSessionError], console: Console) -> None:
    """Tell each error once, with the names of all whom it befell."""
    befallen: dict[tuple[str, str], list[str]] = {}
    for name, error in failed.items():
        befallen.setdefault((error.message, error.hint), []).append(name)
    for (message, hint), names in befallen.items():
        console.error(f"{some(names)}: {message}", hint)


def some(names: Sequence[str]) -> str:
    """Return the names, but of a long list only its beginning."""
    left = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {left} more" if left > 0 else "")
