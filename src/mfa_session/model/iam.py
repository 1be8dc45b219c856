"""Users, access keys and what policies hang on, as IAM tells of them."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any


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
