"""Whom an IAM call is about: the one named in it, or the one who signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.sandbox import iam_errors

if TYPE_CHECKING:
    from mfa_session.sandbox.directory import Directory
    from mfa_session.sandbox.identities import Group, PolicyHolder, Role, User
    from mfa_session.sandbox.sts import Asked


def find_user(directory: Directory, asked: Asked) -> User:
    """Return the user of `UserName`, or the caller, who then must be a user."""
    name = asked.operation.text("UserName")
    if name is None:
        if asked.caller.user is None:
            raise iam_errors.name_a_user()
        return asked.caller.user
    user = directory.users.get((asked.caller.account, name))
    if user is None:
        raise iam_errors.no_such("user", name)
    return user


def find_group(directory: Directory, asked: Asked) -> Group:
    """Return the group of `GroupName`."""
    name = asked.operation.text("GroupName") or ""
    group = directory.groups.get((asked.caller.account, name))
    if group is None:
        raise iam_errors.no_such("group", name)
    return group


def find_role(directory: Directory, asked: Asked) -> Role:
    """Return the role of `RoleName`."""
    name = asked.operation.text("RoleName") or ""
    for role in directory.roles.values():
        if (role.account, role.name) == (asked.caller.account, name):
            return role
    raise iam_errors.no_such("role", name)


def find_holder(directory: Directory, asked: Asked, kind: str) -> PolicyHolder:
    """Return the user, group or role that is asked for; `kind` is `User`, `Group` or `Role`."""
    if kind == "Group":
        return find_group(directory, asked)
    if kind == "Role":
        return find_role(directory, asked)
    return find_user(directory, asked)
