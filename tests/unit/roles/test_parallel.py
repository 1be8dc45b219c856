"""Parallel calls keep their limit and their results, also after an interruption."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from mfa_session.model.errors import NoMfaError
from mfa_session.roles import parallel
from mfa_session.roles.parallel import ParallelCalls

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

JOBS = 4


class NoSignals:
    """No signals."""

    def raise_deferred(self) -> None:
        """Do nothing."""


class Interrupted:
    """Ctrl-C once `is_time` returns True."""

    def __init__(self, is_time: Callable[[], bool]) -> None:
        """Take the condition."""
        self._is_time = is_time

    def raise_deferred(self) -> None:
        """Raise KeyboardInterrupt if it is time."""
        if self._is_time():
            raise KeyboardInterrupt


def test_the_limit_of_calls_at_once_is_kept_and_each_result_is_reported() -> None:
    meeting = threading.Barrier(JOBS, timeout=20)
    told: list[tuple[int, int]] = []

    def work(number: int) -> int:
        meeting.wait()  # passes only JOBS calls together
        if number % 2:
            raise NoMfaError("x", "odd")
        return -number

    both = ParallelCalls(work, range(3 * JOBS), JOBS)
    both.run(NoSignals(), lambda done, failed: told.append((done, failed)))
    had = {item: answer for item, answer in both.ended if not isinstance(answer, Exception)}
    assert had == {number: -number for number in range(0, 3 * JOBS, 2)}
    assert [done for done, _ in told] == list(range(1, 3 * JOBS + 1))
    assert told[-1] == (3 * JOBS, 3 * JOBS // 2)
    assert both.interruption is None


def test_an_interruption_keeps_running_calls_and_starts_no_more() -> None:
    begun: list[int] = []
    opened = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        if number >= JOBS:
            opened.wait(20)
        return number

    def is_time() -> bool:
        if len(begun) == 2 * JOBS:
            opened.set()
        return opened.is_set()

    both = ParallelCalls(work, range(100), JOBS)
    both.run(Interrupted(is_time), lambda _done, _failed: None)
    assert isinstance(both.interruption, KeyboardInterrupt)
    assert sorted(item for item, _ in both.ended) == sorted(begun)
    assert len(begun) < 100


def test_an_interruption_does_not_wait_for_a_call_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parallel, "GRACE_SECONDS", 0.1)
    hangs, opened = threading.Event(), threading.Event()

    def work(number: int) -> int:
        if number:
            hangs.set()
            opened.wait(20)
        return number

    both = ParallelCalls(work, range(2), 2)
    begin = time.monotonic()
    both.run(Interrupted(hangs.is_set), lambda _done, _failed: None)
    opened.set()
    assert [item for item, _ in both.ended] in ([0], [])
    assert time.monotonic() - begin < 10


def test_no_calls_give_no_results() -> None:
    both: ParallelCalls[int, int] = ParallelCalls(abs, [], JOBS)
    both.run(NoSignals(), lambda _done, _failed: None)
    assert both.ended == []
