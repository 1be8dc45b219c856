"""Groups, roles and their sessions, which the demo does not have; and look-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mfa_session.sandbox.errors import no_such
from mfa_session.sandbox.identities import Directory, PolicyHolder, Session, new_id
from mfa_session.sandbox.operations import find_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.sandbox.identities import Document, User
    from mfa_session.sandbox.operations import Asked


@dataclass(eq=False)
class Group(PolicyHolder):
    """A group of users."""

    unique_id: str = field(default_factory=lambda: new_id("AGPA"))


@dataclass(eq=False)
class Role(PolicyHolder):
    """A role, with its trust policy and the maximum duration."""

    unique_id: str = field(default_factory=lambda: new_id("AROA"))
    trust: Document = field(default_factory=dict, repr=False)
    max_session_seconds: int = 3600


@dataclass(frozen=True)
class RoleSession(Session):
    """A session of AssumeRole; `chained`: assumed from a session."""

    holder: Role
    role_session_name: str = ""
    session_policy: Document | None = None
    chained: bool = False

    @property
    def arn(self) -> str:
        """The ARN with the session's name."""
        role = self.holder
        place = f"arn:{role.partition}:sts::{role.account}:assumed-role"
        return f"{place}/{role.name}/{self.role_session_name}"

    @property
    def unique_id(self) -> str:
        """The role's id with the session's name."""
        return f"{self.holder.unique_id}:{self.role_session_name}"


class FullDirectory(Directory):
    """All that the accounts hold."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.roles: dict[str, Role] = {}
        self.groups: dict[tuple[str, str], Group] = {}


def find_group(directory: FullDirectory, asked: Asked) -> Group:
    """Return the group of `GroupName`."""
    name = asked.operation.text("GroupName") or ""
    group = directory.groups.get((asked.caller.account, name))
    if group is None:
        raise no_such("group", name)
    return group


def find_role(directory: FullDirectory, asked: Asked) -> Role:
    """Return the role of `RoleName`."""
    name = asked.operation.text("RoleName") or ""
    for role in directory.roles.values():
        if (role.account, role.name) == (asked.caller.account, name):
            return role
    raise no_such("role", name)


def find_holder(directory: FullDirectory, asked: Asked, kind: str) -> PolicyHolder:
    """Return the named user, group or role; `kind` is `User`, `Group` or `Role`."""
    if kind == "Group":
        return find_group(directory, asked)
    if kind == "Role":
        return find_role(directory, asked)
    return find_user(directory, asked)


def users_of(directory: FullDirectory, account: str) -> Iterator[User]:
    """Yield an account's users, without the root."""
    users = list(directory.users.values())
    return (each for each in users if each.account == account and not each.is_root)
