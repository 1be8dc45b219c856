"""IAM's operations on users, keys, roles and the account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from full_sandbox import errors
from full_sandbox.holders import find_role, users_of
from full_sandbox.policies import boundary_field, document_text
from mfa_session.sandbox.identities import User
from mfa_session.sandbox.operations import find_user

if TYPE_CHECKING:
    from datetime import datetime

    from full_sandbox.gate import ObservedGate
    from full_sandbox.holders import FullDirectory, Role
    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.operations import Asked, Play


KEYS_PER_USER = 2


class KeyState(NamedTuple):
    """A change of a key through IAM: created, Active, Inactive or deleted."""

    access_key_id: str
    state: str
    at: datetime


class Entries(dict[str, int]):
    """A map as IAM's answers have it: an `<entry>` for each key."""

    def items(self) -> list[tuple[str, dict[str, Any]]]:  # type: ignore[override]  # for to_xml
        """Return the entries."""
        return [("entry", {"key": key, "value": value}) for key, value in super().items()]


class Users:
    """The operations on users, keys and the account."""

    def __init__(self, directory: FullDirectory, clock: Clock, gate: ObservedGate) -> None:
        """Take the directory, the clock, and the gate, which knows when keys sign."""
        self.aliases: dict[str, str] = {}
        self.key_log: list[KeyState] = []
        self.key_spread_seconds = 0.0
        self._directory = directory
        self._clock = clock
        self._gate = gate

    def reset(self) -> None:
        """Forget the aliases and the changes of keys, and let new keys spread at once."""
        self.aliases.clear()
        self.key_log.clear()
        self.key_spread_seconds = 0.0

    def operations(self) -> dict[str, Play]:
        """Return the operations by AWS's names."""
        return {
            "CreateUser": self.create_user,
            "DeleteUser": self.delete_user,
            "GetUser": self.get_user,
            "ListUsers": self.list_users,
            "GetRole": self.get_role,
            "ListRoles": self.list_roles,
            "CreateAccessKey": self.create_key,
            "UpdateAccessKey": self.update_key,
            "DeleteAccessKey": self.delete_key,
            "ListAccessKeys": self.list_keys,
            "GetAccessKeyLastUsed": self.get_last_used,
            "ListAccountAliases": self.list_aliases,
            "GetAccountSummary": self.get_summary,
        }

    def create_user(self, asked: Asked) -> dict[str, Any]:
        """Create a user without keys or policies."""
        holder = asked.caller.holder
        name = asked.operation.text("UserName") or ""
        if (holder.account, name) in self._directory.users:
            raise errors.exists("User", name)
        path = asked.operation.text("Path") or "/"
        user = User(name, holder.account, holder.partition, path, created_at=self._clock.now())
        self._directory.users[user.account, name] = user
        return {"User": _user_fields(user)}

    def delete_user(self, asked: Asked) -> None:
        """Delete a user without keys, devices and policies."""
        user = find_user(self._directory, asked)
        if user.keys or user.devices or user.inline_policies or user.attached_policies:
            raise errors.still_in_use("Cannot delete entity, must delete its resources first.")
        del self._directory.users[user.account, user.name]

    def get_user(self, asked: Asked) -> dict[str, Any]:
        """Describe a user, or the caller."""
        return {"User": _user_fields(find_user(self._directory, asked))}

    def list_users(self, asked: Asked) -> dict[str, Any]:
        """List the account's users."""
        users = [_user_fields(user) for user in users_of(self._directory, asked.caller.account)]
        return {"IsTruncated": False, "Users": users}

    def get_role(self, asked: Asked) -> dict[str, Any]:
        """Describe a role."""
        return {"Role": self._role_fields(find_role(self._directory, asked))}

    def list_roles(self, asked: Asked) -> dict[str, Any]:
        """List the account's roles."""
        account = asked.caller.account
        roles = [r for r in self._directory.roles.values() if r.account == account]
        return {"IsTruncated": False, "Roles": [self._role_fields(role) for role in roles]}

    def create_key(self, asked: Asked) -> dict[str, Any]:
        """Create a user's key, which signs once it has spread, and return its secret, once."""
        user, now = find_user(self._directory, asked), self._clock.now()
        if len(user.keys) >= KEYS_PER_USER:
            raise errors.quota_reached("AccessKeysPerUser", KEYS_PER_USER)
        key = user.add_key(now)
        spread = timedelta(seconds=self.key_spread_seconds)
        self._gate.known_from[key.access_key_id] = now + spread
        self._log(key.access_key_id, "created")
        made = {"UserName": user.name, "AccessKeyId": key.access_key_id, "Status": "Active"}
        return {"AccessKey": made | {"SecretAccessKey": key.secret_access_key}}

    def update_key(self, asked: Asked) -> None:
        """Make a key active or inactive."""
        user, key_id = self._key(asked)
        self._log(key_id, asked.operation.text("Status") or "")
        if asked.operation.text("Status") == "Inactive":
            user.inactive_keys.add(key_id)
        else:
            user.inactive_keys.discard(key_id)

    def delete_key(self, asked: Asked) -> None:
        """Delete a key."""
        user, key_id = self._key(asked)
        self._log(key_id, "deleted")
        user.keys = [key for key in user.keys if key.access_key_id != key_id]

    def get_last_used(self, asked: Asked) -> dict[str, Any]:
        """Say when a key of the account last signed; `N/A` if never."""
        key_id = asked.operation.text("AccessKeyId") or ""
        found = self._directory.find_key(key_id)
        if found is None or found[0].account != asked.caller.account:
            raise errors.no_such_key(key_id)
        user, used = found[0], {"ServiceName": "N/A", "Region": "N/A"}
        if key_id in self._gate.used_at:
            moment = {"LastUsedDate": self._gate.used_at[key_id]}
            return {"UserName": user.name, "AccessKeyLastUsed": used | moment}
        return {"UserName": user.name, "AccessKeyLastUsed": used}

    def _log(self, key_id: str, state: str) -> None:
        self.key_log.append(KeyState(key_id, state, self._clock.now()))

    def list_keys(self, asked: Asked) -> dict[str, Any]:
        """List a user's keys, without secrets."""
        user = find_user(self._directory, asked)
        keys = [
            {
                "UserName": user.name,
                "AccessKeyId": key.access_key_id,
                "Status": "Inactive" if key.access_key_id in user.inactive_keys else "Active",
                "CreateDate": key.created_at or user.created_at,
            }
            for key in user.keys
        ]
        return {"IsTruncated": False, "AccessKeyMetadata": keys}

    def list_aliases(self, asked: Asked) -> dict[str, Any]:
        """List the account's alias, if any."""
        alias = self.aliases.get(asked.caller.account)
        return {"IsTruncated": False, "AccountAliases": [alias] if alias else []}

    def get_summary(self, asked: Asked) -> dict[str, Any]:
        """Count the entities that the sandbox knows."""
        account = asked.caller.account
        root = next((u for u in self._directory.users.values() if _is_root_of(u, account)), None)
        users = list(users_of(self._directory, account))
        counts = {
            "Users": len(users),
            "Roles": sum(r.account == account for r in self._directory.roles.values()),
            "MFADevicesInUse": sum(len(user.devices) for user in users),
            "AccountMFAEnabled": int(bool(root and root.devices)),
            "AccountAccessKeysPresent": int(bool(root and root.keys)),
        }
        return {"SummaryMap": Entries(counts)}

    def _key(self, asked: Asked) -> tuple[User, str]:
        user = find_user(self._directory, asked)
        key_id = asked.operation.text("AccessKeyId") or ""
        if key_id not in [key.access_key_id for key in user.keys]:
            raise errors.no_such_key(key_id)
        return user, key_id

    def _role_fields(self, role: Role) -> dict[str, Any]:
        return {
            "Path": role.path,
            "RoleName": role.name,
            "RoleId": role.unique_id,
            "Arn": role.arn,
            "CreateDate": self._clock.now(),
            "AssumeRolePolicyDocument": document_text(role.trust),
            "MaxSessionDuration": role.max_session_seconds,
            "PermissionsBoundary": boundary_field(role),
        }


def _is_root_of(user: User, account: str) -> bool:
    return user.is_root and user.account == account


def _user_fields(user: User) -> dict[str, Any]:
    return {
        "Path": None if user.is_root else user.path,
        "UserName": None if user.is_root else user.name,
        "UserId": user.unique_id,
        "Arn": user.arn,
        "CreateDate": user.created_at,
        "PermissionsBoundary": boundary_field(user),
    }
