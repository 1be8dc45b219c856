"""Work that may hang, given up after a time."""

from __future__ import annotations

import errno
import os
import threading
from typing import Generic, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")
Done_co = TypeVar("Done_co", covariant=True)


class TooSlowError(TimeoutError):
    """The work was not done in time; it is left behind in its thread, which keeps nothing alive."""


class Running(Generic[Done_co]):
    """Work that goes on in a thread of its own, as a call that hangs cannot be ended."""

    def __init__(self, work: Callable[[], Done_co]) -> None:
        """Start it. OSError where the system has no more threads."""
        self._work = work
        self._answers: list[Done_co] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None

    def result(self, limit_seconds: float) -> Done_co:
        """Return what it returns, or raise what it raises; TooSlowError if it is not done then."""
        self._thread.join(max(0.0, limit_seconds))
        if self._errors:
            raise self._errors[0]
        if not self._answers:
            raise TooSlowError
        return self._answers[0]

    def _run(self) -> None:
        try:
            self._answers.append(self._work())
        except BaseException as error:  # noqa: BLE001  # raised again by who waits
            self._errors.append(error)


def run_limited(work: Callable[[], Answer], limit_seconds: float) -> Answer:
    """Return what `work` returns, or raise what it raises; TooSlowError if it is not done in time.

    It runs in a thread of its own, as a call that hangs in C or in a socket cannot be ended.
    """
    return Running(work).result(limit_seconds)
