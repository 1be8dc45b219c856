"""MFA devices as IAM tells of them, and the note of what is about to be done to one."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.model.secret import Secret

    Pair = tuple[str, str]

_USABLE = {"virtual", "hardware"}


class Device(Record):
    """An MFA device that is enabled for the user; `enabled_at` is aware UTC."""

    serial: str
    kind: str
    enabled_at: datetime

    @property
    def usable(self) -> bool:
        """Whether AWS's API takes its codes."""
        return self.kind in _USABLE

    @property
    def why_not(self) -> str:
        """Why it is not usable, in words; empty if it is."""
        return "" if self.usable else "AWS's API accepts no passkeys or security keys"


class NewDevice(Record):
    """A virtual device just created: nobody's yet, and its seed is told this once."""

    serial: str
    seed: Secret


class Intent(Record):
    """What an enrolment is about to do, written before it is done; nothing secret.

    `was_absent`: no unassigned device had this serial before. `created`: AWS has answered that it
    made it for us. With either, an unassigned device of this serial is ours. `removing`: it is the
    user's own device that is being removed. `left`: a person or AWS did not let it be deleted, and
    nobody is asked again unless the device is named.
    """

    serial: str
    user_arn: str
    began_at: datetime
    was_absent: bool = False
    created: bool = False
    removing: bool = False
    left: bool = False

    @property
    def name(self) -> str:
        """The device's name."""
        return self.serial.rsplit("/", 1)[-1]

    @property
    def what(self) -> str:
        """What was begun, in words."""
        return "a removal" if self.removing else "an enrolment"

    @property
    def is_ours(self) -> bool:
        """Whether an unassigned device of this serial can only be this enrolment's."""
        return self.was_absent or self.created
