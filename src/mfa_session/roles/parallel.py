"""Make many calls in parallel, in threads that Ctrl-C does not wait for."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from mfa_session.model.errors import Interrupted, MfaSessionError, UsageError
from mfa_session.model.feature_ports import Signals
from mfa_session.model.ports import Console

JOBS = 16
MOST_JOBS = 64
POLL_SECONDS = 0.05
GRACE_SECONDS = 2.0
"""How long running calls may take after Ctrl-C."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def read_jobs(text: str | None) -> int:
    """Return the number of parallel calls that `--jobs` allows; UsageError `bad-jobs`."""
    if text is None:
        return JOBS
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_JOBS:
        return int(text)
    raise UsageError(
        "bad-jobs", f"--jobs: {text!r} is not a number from 1 to {MOST_JOBS}", f"try --jobs {JOBS}"
    )


class ParallelCalls(Generic[Item, Answer]):
    """Calls `work` for many items, up to `jobs` at once.

    `ended` has each item with its answer or error, except the items that were not begun or not
    answered when the `interruption` came.
    """

    def __init__(self, work: Callable[[Item], Answer], items: Sequence[Item], jobs: int) -> None:
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
        """Call for all items until a signal comes; `tell` gets the counts of ended and failed."""
        for thread in self._threads:
            thread.start()
        failed = 0
        try:
            while self._left:
                signals.raise_deferred()
                if self._take(POLL_SECONDS):
                    failed += isinstance(self.ended[-1][1], Exception)
                    tell(len(self.ended), failed)
        except (KeyboardInterrupt, SystemExit) as interruption:
            self.interruption = interruption
            self._wind_up()

    def raise_rest(self, interrupted: Interrupted) -> None:
        """Raise the interruption (Ctrl-C as `interrupted`), or the first error that is a bug."""
        if isinstance(self.interruption, KeyboardInterrupt):
            raise interrupted
        for error in (self.interruption, *(answer for _, answer in self.ended)):
            if isinstance(error, BaseException) and not isinstance(error, MfaSessionError):
                raise error

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
        except Exception as error:  # noqa: BLE001  # `ended` has it
            return error

    def _take(self, limit_seconds: float) -> bool:
        try:
            self.ended.append(self._answers.get(timeout=limit_seconds))
        except queue.Empty:
            return False
        self._left -= 1
        return True

    def _wind_up(self) -> None:
        """Take the answers of running calls, which AWS may have granted already."""
        end = time.monotonic() + GRACE_SECONDS
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < end:
            self._take(POLL_SECONDS)
        while self._take(0):
            pass


def sort_ended(
    ended: Iterable[tuple[str, Answer | Exception]], failed: dict[str, MfaSessionError]
) -> list[tuple[str, Answer]]:
    """Return the answers by name, and note our errors in `failed`; `raise_rest` raises others."""
    answers = []
    for name, answer in ended:
        if isinstance(answer, MfaSessionError):
            failed[name] = answer
        elif not isinstance(answer, Exception):
            answers.append((name, answer))
    return answers


MOST_NAMED = 5


@contextmanager
def noting(errors: dict[str, MfaSessionError], *names: str) -> Iterator[None]:
    """Note an error of the block under these names; let an interruption pass."""
    try:
        yield
    except Interrupted:
        raise
    except MfaSessionError as error:
        errors.update(dict.fromkeys(names, error))


def base_failed(base: str, error: MfaSessionError) -> MfaSessionError:
    """Return the error of a role whose base session failed."""
    if repr(base) in error.message:
        return error
    return type(error)(error.code, f"there is no session {base!r}: {error.message}", error.hint)


def report_errors(failed: Mapping[str, MfaSessionError], console: Console) -> None:
    """Report each error once, with the names that it concerns, of many the first few."""
    names_of: dict[tuple[str, str], list[str]] = {}
    for name, error in failed.items():
        names_of.setdefault((error.message, error.hint), []).append(name)
    for (message, hint), names in names_of.items():
        more = f" and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else ""
        console.error(f"{', '.join(names[:MOST_NAMED])}{more}: {message}", hint)
