"""Users, access keys and what policies hang on, as IAM tells of them."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class User(Record):
    """The IAM user whose keys are used."""

    arn: str
    partition: str
    account: str
    name: str

    def serial_of(self, device: str) -> str:
        """Return the serial that a virtual device of this name has."""
        return f"arn:{self.partition}:iam::{self.account}:mfa/{device}"


class AccessKey(Record):
    """A long-term key as IAM lists it."""

    id: str
    is_active: bool
    created_at: datetime


class Holder(Record):
    """What policies hang on: a `user`, `group` or `role`, by name."""

    kind: str
    name: str
