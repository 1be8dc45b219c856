"""What is going on, told while it lasts."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from mfa_session.model.text import printable
from mfa_session.system.timeouts import Running, TooSlowError

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

QUIET_SECONDS = 0.4
"""What is done by then is not worth a word."""


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
