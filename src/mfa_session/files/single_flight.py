"""Turns: one process acts for an identity or device; the others wait and share the result."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress

from mfa_session.files.locks import Lock, LockTimeout
from mfa_session.model.errors import ConfigurationError, Interrupted, MfaSessionError, NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.files.state import StateDir
    from mfa_session.model.ports import Console

UNATTENDED_WAIT_SECONDS = 45
DEVICE_WAIT_SECONDS = 600
_UNASKED = {"code-needed", "code-spent", "refused-meanwhile", "turn-timeout"}
"""Errors of a process that did not ask the person, so that another may still succeed."""


class Turns:
    """Locks in the state directory, with a note how the last turn on a terminal ended."""

    def __init__(
        self,
        state: StateDir,
        talk: Console,
        terminal: str | None,
        patience_seconds: float = UNATTENDED_WAIT_SECONDS,
    ) -> None:
        """Take the state directory and the terminal's identity, None without a terminal.

        Without one, all waits together last at most `patience_seconds`.
        """
        self._state = state
        self._talk = talk
        self._terminal = terminal
        self._patience_seconds = patience_seconds
        self._waited_seconds = 0.0

    @contextmanager
    def take(self, key: str, what: str) -> Iterator[None]:
        """Hold the turn for `key`.

        Without a terminal the wait ends in time (NoMfaError). If the process before asked on this
        terminal and was refused or interrupted, this raises its error: nobody asks again.
        """
        lock = self._state.lock_path("turn", key)
        note = f"refused-{os.path.basename(lock)}"
        asked_at, began = time.time(), time.monotonic()
        waited: list[bool] = []

        def on_wait() -> None:
            waited.append(True)
            self._talk.say(f"waiting for another login for {what} …")

        left = max(0.0, self._patience_seconds - self._waited_seconds)
        try:
            with Lock(lock, timeout_seconds=None if self._terminal else left, on_wait=on_wait):
                if waited:
                    self._waited_seconds += time.monotonic() - began
                    self._raise_refusal(note, asked_at, what)
                try:
                    yield
                except (MfaSessionError, KeyboardInterrupt) as error:
                    self._leave_note(note, error)
                    raise
        except LockTimeout:
            raise NoMfaError(
                "turn-timeout",
                f"another login for {what} has been waiting for an answer for "
                f"{self._patience_seconds:.0f} s",
                "answer it or end it (Ctrl-C), then run this again",
            ) from None

    @contextmanager
    def alone(self, key: str, what: str, by: str = "login") -> Iterator[None]:
        """Hold the turn for `key`, a device or a terminal's prompt; share no result.

        The wait is longer, as the holder may wait for a code's next window. `by` is the command
        that may hold it.
        """
        lock = self._state.lock_path("turn", key)

        def on_wait() -> None:
            waits = f"waiting for {what}, which another {by} uses"
            self._talk.detail(waits)
            self._talk.progress(f"{waits} …")

        timeout = None if self._terminal else DEVICE_WAIT_SECONDS
        try:
            with Lock(lock, timeout_seconds=timeout, on_wait=on_wait):
                self._talk.progress("")
                yield
        except LockTimeout:
            raise NoMfaError(
                "turn-timeout", f"{what} is in use by another {by}", "try again in a minute"
            ) from None

    def _leave_note(self, note: str, error: MfaSessionError | KeyboardInterrupt) -> None:
        """Note for those that wait on this terminal how the turn ended, if the person was asked."""
        code = error.code if isinstance(error, MfaSessionError) else "interrupted"
        if self._terminal and code not in _UNASKED:
            with suppress(ConfigurationError):  # the caller raises the first error
                self._state.write(note, f"{time.time()} {self._terminal} {code}".encode())

    def _raise_refusal(self, note: str, since: float, what: str) -> None:
        """Raise the error of the turn before, if it ended on this terminal after `since`."""
        moment, terminal, code = ((self._state.read(note) or b"").decode() + "   ").split(" ")[:3]
        if not moment or float(moment) < since or terminal != self._terminal:
            return
        if code == "interrupted":
            raise Interrupted("interrupted", f"the login for {what} was interrupted")
        raise NoMfaError(
            "refused-meanwhile",
            f"another login for {what} on this terminal ended without a session ({code})",
            "run this again to try with a new code",
        )
