"""Work that takes long: shown while it lasts, given up after a time."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from mfa_session.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable


QUIET_SECONDS = 0.4
"""What is done by then is not worth a word."""
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


class Doing:
    """Shows a text for the time of a `with` block."""

    def __init__(self, show: Callable[[str], None], text: str) -> None:
        """Take how to show it; show nothing yet."""
        self._show = show
        self._text = text

    def __enter__(self) -> None:
        """Show it."""
        self._show(self._text)

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._show("")


class Told:
    """Work with a limit, as `run_limited`, that says what it waits for where that takes long."""

    def __init__(self, show: Callable[[str], None], text: str) -> None:
        """Take how to show what it waits for."""
        self._show = show
        self._text = text

    def __call__(self, work: Callable[[], Answer], limit_seconds: float) -> Answer:
        """Return what `work` returns, or raise what it raises; TooSlowError if it takes longer."""
        running = Running(work)
        quiet_seconds = min(QUIET_SECONDS, limit_seconds)
        with suppress(TooSlowError):
            return running.result(quiet_seconds)
        with Doing(self._show, self._text):
            return running.result(limit_seconds - quiet_seconds)


def cut(text: str, columns: int) -> str:
    """Return a text that fits a line of so many columns, without what a terminal would act on."""
    shown = printable(text)
    return shown if len(shown) < columns else shown[: columns - 2] + "…"


def without_numbers(text: str) -> str:
    """Return what stays the same in a text that counts."""
    return "".join(letter for letter in text if not letter.isdigit())
