"""Who lives in the sandbox: users, roles, groups, policies and devices, made without signing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mfa_session.sandbox import devices
from mfa_session.sandbox.clock import Clock
from mfa_session.sandbox.codes import CodeChecker, new_seed
from mfa_session.sandbox.directory import Directory
from mfa_session.sandbox.identities import Device, Group, Role, User, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.sandbox.identities import DeviceKind, Document, PolicyHolder

ACCOUNT = "123456789012"
ALLOW_ALL: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


class Population:
    """Makes identities and keeps them; they act by the clock."""

    def __init__(self) -> None:
        """Start with nobody, in step with the machine's clock."""
        self.clock = Clock()
        self.directory = Directory()

    def create_user(
        self,
        name: str,
        *,
        account: str = ACCOUNT,
        policies: Iterable[Document] = (),
        partition: str = "aws",
        path: str = "/",
        boundary: Document | None = None,
    ) -> User:
        """Make a user with one active long-term key and these inline policies."""
        user = User(name, account, partition, path, _named(policies))
        self._set_boundary(user, boundary)
        return self._add_user(user)

    def create_root(self, account: str = ACCOUNT, partition: str = "aws") -> User:
        """Make the root of an account, with a key."""
        return self._add_user(User("root", account, partition, is_root=True))

    def _add_user(self, user: User) -> User:
        user.created_at = self.clock.now()
        user.add_key()
        with self.directory.lock:
            self.directory.users[user.account, user.arn if user.is_root else user.name] = user
        return user

    def _set_boundary(self, holder: PolicyHolder, boundary: Document | None) -> None:
        if boundary is not None:
            holder.boundary_arn = self.create_policy(
                f"{holder.name}-boundary",
                boundary,
                account=holder.account,
                partition=holder.partition,
            )

    def create_group(
        self,
        name: str,
        members: Iterable[User],
        *,
        account: str = ACCOUNT,
        policies: Iterable[Document] = (),
        partition: str = "aws",
    ) -> Group:
        """Make a group with these members."""
        group = Group(name, account, partition, "/", _named(policies))
        with self.directory.lock:
            self.directory.groups[account, name] = group
            for member in members:
                member.groups.append(group)
        return group

    def create_policy(
        self, name: str, document: Document, *, account: str = ACCOUNT, partition: str = "aws"
    ) -> str:
        """Make a managed policy and return its ARN."""
        arn = f"arn:{partition}:iam::{account}:policy/{name}"
        self.directory.policies[arn] = document
        return arn

    def attach_policy(self, holder: PolicyHolder, arn: str) -> None:
        """Attach a managed policy to a user, group or role."""
        holder.attached_policies.append(arn)

    def create_role(  # noqa: PLR0913 - a role has this many sides
        self,
        name: str,
        *,
        trust: Document,
        account: str = ACCOUNT,
        policies: Iterable[Document] = (),
        max_session_seconds: int = 3600,
        partition: str = "aws",
        path: str = "/",
        boundary: Document | None = None,
    ) -> Role:
        """Make a role with its trust policy and these inline policies."""
        role = Role(
            name,
            account,
            partition,
            path,
            _named(policies),
            trust=trust,
            max_session_seconds=max_session_seconds,
        )
        self._set_boundary(role, boundary)
        with self.directory.lock:
            self.directory.roles[role.arn] = role
        return role

    def create_device(
        self, user: User, *, name: str | None = None, kind: DeviceKind = "virtual", path: str = "/"
    ) -> Device:
        """Give a user an enabled MFA device: virtual, hardware (bare serial) or passkey."""
        place = f"arn:{user.partition}:iam::{user.account}"
        if kind == "virtual":
            device = devices.new_virtual_device(
                self.clock, user.partition, user.account, name or f"{user.name}-phone", path
            )
        elif kind == "hardware":
            serial = name or new_id("GAHT")[:12]
            device = Device(serial, kind, self.clock, CodeChecker(new_seed()))
        else:
            serial = f"{place}:u2f/user/{user.name}/{name or 'key'}-{new_id('')}"
            device = Device(serial, kind, self.clock, None)
        with self.directory.lock:
            self.directory.devices[device.serial] = device
            devices.attach(device, user, self.clock)
        return device

    def set_alias(self, account: str, alias: str) -> None:
        """Give an account an alias."""
        self.directory.aliases[account] = alias

    def expire(self, access_key_id: str) -> None:
        """Let one session have expired a second ago, without moving the clock."""
        with self.directory.lock:
            session = self.directory.sessions[access_key_id]
            moment = self.clock.now() - timedelta(seconds=1)
            self.directory.sessions[access_key_id] = replace(session, expires_at=moment)


def _named(policies: Iterable[Document]) -> dict[str, Document]:
    return {f"policy-{number}": document for number, document in enumerate(policies, 1)}
