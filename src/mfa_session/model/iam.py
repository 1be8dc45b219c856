"""Users, access keys, MFA devices and policies, as IAM tells of them."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.arns import GIVE_CODES
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from mfa_session.model.session import Secret

    Pair = tuple[str, str]


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


class Policies(Protocol):
    """The policies of a user or role in IAM; a refusal is a RefusedError `not-authorized`."""

    def user_arn(self) -> str:
        """Return the ARN of the user who asks."""

    def boundary_arn(self, holder: Holder) -> str | None:
        """Return the ARN of the permissions boundary of a user or role (GetUser, GetRole)."""

    def groups(self, user: str) -> list[str]:
        """Return the names of the user's groups (ListGroupsForUser)."""

    def inline_names(self, holder: Holder) -> list[str]:
        """Return the names of inline policies (ListUserPolicies, …GroupPolicies, …RolePolicies)."""

    def inline(self, holder: Holder, name: str) -> dict[str, Any]:
        """Return an inline policy (GetUserPolicy, GetGroupPolicy, GetRolePolicy)."""

    def attached_arns(self, holder: Holder) -> list[str]:
        """Return the ARNs of attached policies (ListAttachedUserPolicies and its like)."""

    def managed(self, arn: str) -> dict[str, Any]:
        """Return the default version of a managed policy (GetPolicy, GetPolicyVersion)."""


class Device(Record):
    """An MFA device that is enabled for the user; `enabled_at` is aware UTC."""

    serial: str
    kind: str
    enabled_at: datetime

    @property
    def usable(self) -> bool:
        """Whether AWS's API takes its codes."""
        return self.kind in GIVE_CODES

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
