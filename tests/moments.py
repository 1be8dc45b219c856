"""Wait until a fact is true, or until a call reaches the sandbox."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from full_sandbox import FullSandbox
    from mfa_session.sandbox.server import Answer, Handle
    from mfa_session.sandbox.signatures import HttpRequest

LIMIT_SECONDS = 40.0
PAUSE_SECONDS = 0.01


def until(fact: Callable[[], bool], what: str, limit_seconds: float = LIMIT_SECONDS) -> None:
    """Return as soon as `fact` is true; fail with `what` if it is not true in time."""
    end = time.monotonic() + limit_seconds
    while not fact():
        assert time.monotonic() < end, f"not within {limit_seconds} s: {what}"
        time.sleep(PAUSE_SECONDS)


class Held:
    """Delays the sandbox's answers to one operation, for a `with` block.

    Inside the block, a test acts after AWS was asked and before it answers.
    """

    def __init__(self, sandbox: FullSandbox, operation: str) -> None:
        """Take the operation by AWS's name (`GetSessionToken`)."""
        assert sandbox._server is not None
        self._server = sandbox._server
        self._mark = f"Action={operation}&".encode()
        self._before: Handle = self._server.handle_request_of
        self._arrived = threading.Semaphore(0)
        self._open = threading.Event()

    def __enter__(self) -> Held:
        """Begin to delay."""
        self._server.handle_request_of = self._handle
        return self

    def __exit__(self, *_: object) -> None:
        """Let all calls be answered."""
        self._server.handle_request_of = self._before
        self.release()

    def wait_for_call(self) -> None:
        """Wait for one more call."""
        assert self._arrived.acquire(timeout=LIMIT_SECONDS), "no call arrived"

    def release(self) -> None:
        """Let the calls be answered."""
        self._open.set()

    def _handle(self, request: HttpRequest) -> Answer:
        if self._mark in request.body + b"&":
            self._arrived.release()
            self._open.wait(LIMIT_SECONDS)
        return self._before(request)
