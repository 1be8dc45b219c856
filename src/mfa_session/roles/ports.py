"""What having many role sessions touches."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from mfa_session.model.ports import Edges


class Signals(Protocol):
    """Signals that have been put off."""

    def strike(self) -> None:
        """Raise the first that has come: KeyboardInterrupt, or SystemExit."""


class RolesEdges(Record):
    """Everything that many role sessions touch.

    `session` makes its calls to AWS from many threads. `progress` shows a line in the place of the
    one before. `most_locks` is how many locks may be held at a time.
    """

    session: Edges
    put_off: Callable[[], AbstractContextManager[Signals]]
    pause: Callable[[float], None]
    progress: Callable[[str], None]
    most_locks: int
