"""Long work: show a text while it lasts, and give it up after a time limit."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from mfa_session.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_session.model.ports import Limited


QUIET_SECONDS = 0.4
"""Work that ends sooner shows nothing."""
Answer = TypeVar("Answer")
Done_co = TypeVar("Done_co", covariant=True)


class TooSlowError(TimeoutError):
    """The work exceeded its limit; it goes on in a daemon thread."""


class Running(Generic[Done_co]):
    """Work in a separate thread, since a call that hangs cannot be ended."""

    def __init__(self, work: Callable[[], Done_co]) -> None:
        """Start the work; OSError if the system has no more threads."""
        self._work = work
        self._answers: list[Done_co] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None

    def result(self, limit_seconds: float) -> Done_co:
        """Return or raise the work's outcome; TooSlowError after the limit."""
        self._thread.join(max(0.0, limit_seconds))
        if self._errors:
            raise self._errors[0]
        if not self._answers:
            raise TooSlowError
        return self._answers[0]

    def _run(self) -> None:
        try:
            self._answers.append(self._work())
        except BaseException as error:  # noqa: BLE001  # `result` raises it again
            self._errors.append(error)


def run_limited(work: Callable[[], Answer], limit_seconds: float) -> Answer:
    """Return or raise the outcome of `work`, run in a thread; TooSlowError after the limit."""
    return Running(work).result(limit_seconds)


@contextmanager
def doing(show: Callable[[str], None], text: str) -> Iterator[None]:
    """Show a text during a `with` block."""
    show(text)
    try:
        yield
    finally:
        show("")


def limited(show: Callable[[str], None], text: str) -> Limited:
    """Return a `run_limited` that shows a text if the work takes long."""

    def run(work: Callable[[], Answer], limit_seconds: float) -> Answer:
        running = Running(work)
        quiet_seconds = min(QUIET_SECONDS, limit_seconds)
        with suppress(TooSlowError):
            return running.result(quiet_seconds)
        with doing(show, text):
            return running.result(limit_seconds - quiet_seconds)

    return run


def cut(text: str, columns: int) -> str:
    """Return a printable text cut to one line of `columns`."""
    shown = printable(text)
    return shown if len(shown) < columns else shown[: columns - 2] + "…"


def without_numbers(text: str) -> str:
    """Return a text without digits, to compare texts that only count."""
    return "".join(letter for letter in text if not letter.isdigit())
