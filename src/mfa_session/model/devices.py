"""What is known of MFA devices, and noted of those that are being enrolled."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class Intent(Record):
    """What an enrolment is about to do, written before it is done; nothing secret.

    `was_absent`: no unassigned device had this serial before. `created`: AWS has answered that it
    made it for us. With either, an unassigned device of this serial is ours. `removing`: it is the
    user's own device that is being removed.
    """

    serial: str
    user_arn: str
    began_at: datetime
    was_absent: bool = False
    created: bool = False
    removing: bool = False

    @property
    def what(self) -> str:
        """What was begun, in words."""
        return "a removal" if self.removing else "an enrolment"

    @property
    def is_ours(self) -> bool:
        """Whether an unassigned device of this serial can only be this enrolment's."""
        return self.was_absent or self.created
