"""Work that may hang, given up after a time."""

from __future__ import annotations

import threading
from typing import TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


class TooSlowError(Exception):
    """The work was not done in time; it is left behind in its thread, which keeps nothing alive."""


def run_limited(work: Callable[[], Answer], limit_seconds: float) -> Answer:
    """Return what `work` returns, or raise what it raises; TooSlowError if it is not done in time.

    It runs in a thread of its own, as a call that hangs in C or in a socket cannot be ended.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001  # raised again by who waits
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(limit_seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise TooSlowError
    return answers[0]
