"""Send codes to AWS, which accepts the code of each 30 s window once."""

from __future__ import annotations

from datetime import datetime, timezone

from mfa_session.mfa.sources import bad_code
from mfa_session.model.errors import CodeRejectedError
from mfa_session.model.totp import (
    MALFORMED,
    STEP_SECONDS,
    normalize_code,
    seconds_left_in_step,
    step_at,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.ports import CodeSource, Edges, Issued


class Codes:
    """Sends one device's codes."""

    def __init__(self, edges: Edges, serial: str) -> None:
        """Take the edges and the device."""
        self._edges = edges
        self._serial = serial

    def send(self, source: CodeSource, call: Callable[[str], Issued]) -> Issued:
        """Call with codes until AWS accepts one or the source's attempts are used up."""
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
        """Send the source's next code; None if it is malformed.

        A generated code waits for an unused window; a typed one is sent at once.
        """
        if source.generated:
            with self._turn():
                wait_for_unused(self._edges, self._serial)
                return self._spend(source.next_code(self._serial, problem), call)
        typed = source.next_code(self._serial, problem)  # may take minutes, so outside the turn
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


def wait_for_unused(edges: Edges | DeviceEdges, serial: str, count: int = 1) -> None:
    """Wait until the codes of the last `count` windows, the current one included, are unused.

    A step noted while the clock was ahead does not block earlier steps.
    """
    used = edges.steps.used(serial)
    step = opens = step_at(edges.clock.now())
    while any(each in used for each in range(opens - count + 1, opens + 1)):
        opens += 1
    if opens == step:
        return
    opens_at = datetime.fromtimestamp(opens * STEP_SECONDS, timezone.utc)
    what = "the next code" if count == 1 else f"{count} unused codes"
    edges.wait_until(opens_at, f"{what} of {serial}")
