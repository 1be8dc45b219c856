"""Look-ups of users, groups and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.sandbox.errors import no_such
from mfa_session.sandbox.operations import find_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.sandbox.identities import Directory, Group, PolicyHolder, Role, User
    from mfa_session.sandbox.operations import Asked


def find_group(directory: Directory, asked: Asked) -> Group:
    """Return the group of `GroupName`."""
    name = asked.operation.text("GroupName") or ""
    group = directory.groups.get((asked.caller.account, name))
    if group is None:
        raise no_such("group", name)
    return group


def find_role(directory: Directory, asked: Asked) -> Role:
    """Return the role of `RoleName`."""
    name = asked.operation.text("RoleName") or ""
    for role in directory.roles.values():
        if (role.account, role.name) == (asked.caller.account, name):
            return role
    raise no_such("role", name)


def find_holder(directory: Directory, asked: Asked, kind: str) -> PolicyHolder:
    """Return the named user, group or role; `kind` is `User`, `Group` or `Role`."""
    if kind == "Group":
        return find_group(directory, asked)
    if kind == "Role":
        return find_role(directory, asked)
    return find_user(directory, asked)


def users_of(directory: Directory, account: str) -> Iterator[User]:
    """Yield an account's users, without the root."""
    users = list(directory.users.values())
    return (each for each in users if each.account == account and not each.is_root)
