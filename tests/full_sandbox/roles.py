"""AssumeRole, and the account of a key, which the demo does not play."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from full_sandbox import errors
from mfa_session.sandbox.errors import invalid_value
from mfa_session.sandbox.evaluation import (
    MFA_AGE,
    MFA_PRESENT,
    Request,
    allows,
    judge,
    principal_of,
)
from mfa_session.sandbox.identities import Caller, Role, Session
from mfa_session.sandbox.sts import (
    HOUR_SECONDS,
    Sts,
    check_mfa_shapes,
    check_shape,
    credentials_of,
    member,
    read_duration,
)

if TYPE_CHECKING:
    from full_sandbox.directory import FullDirectory
    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.operations import Asked, Operation

_ROLE_MAXIMUM_SECONDS = 12 * HOUR_SECONDS
_ROLE_ARN = r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uFFFF]+"


class FullSts(Sts):
    """STS with roles."""

    _directory: FullDirectory

    def __init__(self, directory: FullDirectory, clock: Clock) -> None:
        """Add the operations."""
        super().__init__(directory, clock)
        self._operations["AssumeRole"] = self.assume_role
        self._operations["GetAccessKeyInfo"] = self.get_access_key_info

    def get_access_key_info(self, asked: Asked) -> dict[str, Any]:
        """Return a key's account."""
        key_id = asked.operation.text("AccessKeyId") or ""
        account = self._directory.account_of_key(key_id)
        if account is None:
            raise invalid_value(key_id, "accessKeyId", "Member must be an access key")
        return {"Account": account}

    def assume_role(self, asked: Asked) -> dict[str, Any]:
        """Return a role session, if the caller's policies and the trust policy allow it."""
        operation, caller = asked.operation, asked.caller
        _check_role_shapes(operation)
        seconds = read_duration(operation, HOUR_SECONDS, _ROLE_MAXIMUM_SECONDS)
        check_mfa_shapes(operation)
        if caller.is_root:
            raise errors.root_may_not_assume()
        mfa = self._check_code(asked)
        role = self._allowed_role(asked, mfa)
        if caller.session and seconds > HOUR_SECONDS:
            raise errors.above_chaining_maximum()
        if seconds > role.max_session_seconds:
            raise errors.above_role_maximum()
        session = self._role_session(asked, role, seconds)
        arn = Caller(session.access_key_id, None, session).arn
        user_id = f"{role.role_id}:{session.role_session_name}"
        return {
            "Credentials": credentials_of(self._directory.add_session(session)),
            "AssumedRoleUser": {"AssumedRoleId": user_id, "Arn": arn},
        }

    def _role_session(self, asked: Asked, role: Role, seconds: int) -> Session:
        """Return the session, which never has MFA."""
        policy = asked.operation.text("Policy")
        return Session(
            user=None,
            role=role,
            role_session_name=asked.operation.text("RoleSessionName") or "",
            mfa=False,
            authenticated_at=None,
            issued_at=asked.now,
            expires_at=asked.now + timedelta(seconds=seconds),
            session_policy=json.loads(policy) if policy else None,
            chained=asked.caller.session is not None,
        )

    def _allowed_role(self, asked: Asked, mfa: bool) -> Role:
        """Return the role if the caller may assume it; all refusals look alike."""
        arn = asked.operation.text("RoleArn") or ""
        role = self._directory.roles.get(arn)
        if role is None or not self._both_sides_allow(asked, role, mfa):
            raise errors.role_refused(asked.caller.arn, arn)
        return role

    def _both_sides_allow(self, asked: Asked, role: Role, mfa: bool) -> bool:
        """Evaluate the trust policy and the caller's policies.

        In the same account, a trust policy that names the caller is enough; one that names the
        account needs the caller's policies too. A role of another account always needs both.
        """
        caller = asked.caller
        request = Request(
            "sts:AssumeRole", role.arn, _assume_context(asked, mfa), principal_of(caller)
        )
        trust = judge([role.trust], request)
        own = allows(
            request,
            self._directory.policies_of(caller.holder),
            boundary=self._directory.boundary_of(caller.holder),
            session_policy=caller.session.session_policy if caller.session else None,
        )
        if not trust.grants or own.denied:
            return False
        return own.allowed or (trust.names_caller and role.account == caller.account)


def _check_role_shapes(operation: Operation) -> None:
    check_shape(
        operation, "RoleArn", 20, 2048, r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uFFFF]+"
    )
    check_shape(operation, "RoleSessionName", 2, 64, r"[\w+=,.@-]*")
    check_shape(operation, "ExternalId", 2, 1224, r"[\w+=,.@:\/-]*")
    for name in ("RoleArn", "RoleSessionName"):
        if operation.text(name) is None:
            raise invalid_value("null", member(name), "Member must not be null")


def _assume_context(asked: Asked, mfa: bool) -> dict[str, Any]:
    """Return the condition keys of an AssumeRole request, with those of a code sent with it."""
    context = dict(asked.context)
    if mfa:
        context |= {MFA_PRESENT: True, MFA_AGE: 0}
    named = {"sts:ExternalId": "ExternalId", "sts:RoleSessionName": "RoleSessionName"}
    for key, parameter in named.items():
        value = asked.operation.text(parameter)
        if value is not None:
            context[key] = value
    return context
