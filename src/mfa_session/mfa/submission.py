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

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.ports import CodeSource, Edges, Issued


def send_code(
    edges: Edges, serial: str, source: CodeSource, call: Callable[[str], Issued]
) -> Issued:
    """Call with a device's codes until AWS accepts one or the source's attempts are used up."""
    problem: str | None = None
    for left in range(source.attempts - 1, -1, -1):
        try:
            issued = _send_one(edges, serial, source, problem, call)
        except CodeRejectedError as error:
            if not left:
                raise
            seconds = seconds_left_in_step(edges.clock.now())
            problem = f"{error.message}; a code works once, the next one comes in {seconds} s"
            continue
        if issued is not None:
            return issued
        problem = MALFORMED
    raise bad_code()


def _send_one(
    edges: Edges,
    serial: str,
    source: CodeSource,
    problem: str | None,
    call: Callable[[str], Issued],
) -> Issued | None:
    """Send the source's next code; None if it is malformed.

    A generated code waits for an unused window; a typed one is sent at once.
    """
    text = None
    if not source.generated:
        text = source.next_code(serial, problem)  # may take minutes, so outside the turn
    with edges.turns.alone(f"device {serial}", f"MFA device {serial}"):
        if text is None:
            wait_for_unused(edges, serial)
            text = source.next_code(serial, problem)
        code = normalize_code(text)
        if code is None:
            return None
        edges.steps.note(serial, step_at(edges.clock.now()))
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
