"""Codes on their way to AWS: asked for or made, each window of a device used once."""

from __future__ import annotations

from mfa_session.mfa.codes import bad_code
from mfa_session.mfa.used_codes import wait_for_unused
from mfa_session.model.errors import CodeRejectedError
from mfa_session.model.totp import (
    MALFORMED,
    normalize_code,
    seconds_left_in_step,
    step_at,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from mfa_session.model.ports import CodeSource, Edges, Issued


class Codes:
    """One device's codes, for one need."""

    def __init__(self, edges: Edges, serial: str) -> None:
        """Take the edges and the device."""
        self._edges = edges
        self._serial = serial

    def send(self, source: CodeSource, call: Callable[[str], Issued]) -> Issued:
        """Call with codes until AWS takes one or the source's attempts are over."""
        problem: str | None = None
        for left in range(source.attempts - 1, -1, -1):
            try:
                issued = self._send_one(source, problem, call)
            except CodeRejectedError as error:
                if not left:
                    raise
                seconds = seconds_left_in_step(self._edges.clock.now())
                problem = f"{error.message}; a code works once, the next one comes in {seconds} s"
                continue
            if issued is not None:
                return issued
            problem = MALFORMED
        raise bad_code()

    def _send_one(
        self, source: CodeSource, problem: str | None, call: Callable[[str], Issued]
    ) -> Issued | None:
        """Send the source's next code; None if it was none. A typed one is sent as it is."""
        if source.generated:
            with self._turn():
                wait_for_unused(self._edges, self._serial)
                return self._spend(source.next_code(self._serial, problem), call)
        typed = source.next_code(self._serial, problem)  # which may take minutes: no turn is held
        with self._turn():
            return self._spend(typed, call)

    def _turn(self) -> AbstractContextManager[None]:
        return self._edges.turns.alone(f"device {self._serial}", f"MFA device {self._serial}")

    def _spend(self, text: str, call: Callable[[str], Issued]) -> Issued | None:
        code = normalize_code(text)
        if code is None:
            return None
        self._edges.steps.note(self._serial, step_at(self._edges.clock.now()))
        return call(code)
