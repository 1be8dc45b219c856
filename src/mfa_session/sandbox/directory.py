"""The sandbox's identities of all accounts, and look-ups by a call's parameters."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from mfa_session.sandbox import errors
from mfa_session.sandbox.identities import (
    AccessKey,
    Caller,
    Device,
    Document,
    Group,
    Role,
    Session,
    User,
)

if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.sandbox.operations import Asked


class KeyState(NamedTuple):
    """A change of a key through IAM: created, Active, Inactive or deleted."""

    access_key_id: str
    state: str
    at: datetime


class Directory:
    """All accounts' users, roles, devices and sessions; hold `lock` to change them atomically."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.users: dict[tuple[str, str], User] = {}
        self.roles: dict[str, Role] = {}
        self.groups: dict[tuple[str, str], Group] = {}
        self.policies: dict[str, Document] = {}
        self.devices: dict[str, Device] = {}
        self.sessions: dict[str, Session] = {}
        self.aliases: dict[str, str] = {}
        self.key_log: list[KeyState] = []
        self.key_spread_seconds = 0.0

    def clear(self) -> None:
        """Remove everything."""
        with self.lock:
            for first in (self.users, self.roles, self.groups, self.policies):
                first.clear()
            for second in (self.devices, self.sessions, self.aliases):
                second.clear()
            self.key_log.clear()
            self.key_spread_seconds = 0.0

    def add_session(self, session: Session) -> Session:
        """Add a session, whose keys then sign."""
        with self.lock:
            self.sessions[session.access_key_id] = session
        return session

    def find_key(self, access_key_id: str) -> tuple[User, AccessKey] | None:
        """Return the user and the long-term key of an id, active or not."""
        with self.lock:
            for user in self.users.values():
                for key in user.keys:
                    if key.access_key_id == access_key_id:
                        return user, key
        return None

    def find_caller(self, access_key_id: str) -> tuple[Caller, str] | None:
        """Return the caller with this key id and its secret; None if unknown or inactive."""
        with self.lock:
            session = self.sessions.get(access_key_id)
            if session:
                caller = Caller(access_key_id, session.user, session)
                return caller, session.secret_access_key
            found = self.find_key(access_key_id)
            if found is None or access_key_id in found[0].inactive_keys:
                return None
            return Caller(access_key_id, found[0]), found[1].secret_access_key

    def account_of_key(self, access_key_id: str) -> str | None:
        """Return the account of a key, active or not."""
        found = self.find_caller(access_key_id)
        if found:
            return found[0].account
        key = self.find_key(access_key_id)
        return key[0].account if key else None

    def policies_of(self, holder: User | Role | Group) -> list[Document]:
        """Return the identity policies: inline ones, attached ones and the groups'."""
        documents = list(holder.inline_policies.values())
        documents += [self.policies[arn] for arn in holder.attached_policies]
        if isinstance(holder, User):
            for group in holder.groups:
                documents += self.policies_of(group)
        return documents

    def boundary_of(self, holder: User | Role) -> Document | None:
        """Return the permissions boundary, or None."""
        return self.policies[holder.boundary_arn] if holder.boundary_arn else None


def find_user(directory: Directory, asked: Asked) -> User:
    """Return the user of `UserName`; without it the caller, which must be a user."""
    name = asked.operation.text("UserName")
    if name is None:
        if asked.caller.user is None:
            raise errors.name_a_user()
        return asked.caller.user
    user = directory.users.get((asked.caller.account, name))
    if user is None:
        raise errors.no_such("user", name)
    return user


def list_mfa_devices(directory: Directory, asked: Asked) -> dict[str, Any]:
    """List a user's devices of every kind, which only the serial shows."""
    user = find_user(directory, asked)
    devices = [
        {"UserName": user.name, "SerialNumber": d.serial, "EnableDate": d.enabled_at}
        for d in user.devices
    ]
    return {"IsTruncated": False, "MFADevices": devices}
