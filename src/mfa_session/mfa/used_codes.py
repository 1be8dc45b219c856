"""Windows of a device whose codes were sent: AWS takes each code once."""

from __future__ import annotations

from datetime import datetime, timezone

from mfa_session.model.totp import STEP_SECONDS, step_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.ports import Edges


def wait_for_unused(edges: Edges | DeviceEdges, serial: str, count: int = 1) -> None:
    """Wait until none of the last `count` windows' codes was sent, this window's included.

    A step noted while the clock was ahead keeps nobody from the steps before it.
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
