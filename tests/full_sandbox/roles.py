"""AssumeRole of existing roles, which the demo does not have."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from full_sandbox.holders import RoleSession
from full_sandbox.resource_policies import allowed_to, judge, principal_of
from mfa_session.sandbox import errors
from mfa_session.sandbox.evaluation import MFA_AGE, MFA_PRESENT, Request
from mfa_session.sandbox.identities import Caller
from mfa_session.sandbox.sts import HOUR_SECONDS, Sts, credentials_of, role_refused

if TYPE_CHECKING:
    from full_sandbox.holders import FullDirectory, Role
    from mfa_session.sandbox.operations import Asked


class StsWithRoles(Sts):
    """The demo's STS, with roles."""

    _directory: FullDirectory

    def _assume_role(self, asked: Asked) -> dict[str, Any]:
        """Return a role session, if the caller's policies and the trust policy allow it."""
        operation, caller = asked.operation, asked.caller
        seconds, mfa = self._check_role_request(asked)
        if caller.is_root:
            raise errors.access_denied("Roles may not be assumed by root accounts.")
        role = self._allowed_role(asked, mfa)
        if caller.session and seconds > HOUR_SECONDS:
            raise errors.invalid(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                "by role chaining."
            )
        if seconds > role.max_session_seconds:
            raise errors.invalid(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            )
        policy = operation.text("Policy")
        session = RoleSession(  # which never has MFA
            asked.now,
            asked.now + timedelta(seconds=seconds),
            role,
            role_session_name=operation.text("RoleSessionName") or "",
            session_policy=json.loads(policy) if policy else None,
            chained=caller.session is not None,
        )
        assumed = Caller(role, session)
        return {
            "Credentials": credentials_of(self._directory.add_session(session)),
            "AssumedRoleUser": {"AssumedRoleId": assumed.unique_id, "Arn": assumed.arn},
        }

    def _allowed_role(self, asked: Asked, mfa: bool) -> Role:
        """Return the role if the caller may assume it; all refusals look alike."""
        role = self._directory.roles.get(asked.operation.text("RoleArn") or "")
        if role is None or not self._both_sides_allow(asked, role, mfa):
            raise role_refused(asked)
        return role

    def _both_sides_allow(self, asked: Asked, role: Role, mfa: bool) -> bool:
        """Evaluate the trust policy and the caller's policies.

        In the same account, a trust policy that names the caller is enough; one that names the
        account needs the caller's policies too. A role of another account always needs both.
        """
        caller = asked.caller
        request = Request("sts:AssumeRole", role.arn, _assume_context(asked, mfa))
        trust = judge([role.trust], request, principal_of(caller))
        own = allowed_to(caller, request, self._directory)
        if not trust.grants or own.denied:
            return False
        return own.allowed or (trust.names_caller and role.account == caller.account)


def _assume_context(asked: Asked, mfa: bool) -> dict[str, Any]:
    """Return the condition keys of an AssumeRole request, with those of a code sent with it."""
    context = dict(asked.context)
    if mfa:
        context |= {MFA_PRESENT: True, MFA_AGE: 0}
    for name in ("ExternalId", "RoleSessionName"):
        value = asked.operation.text(name)
        if value is not None:
            context[f"sts:{name}"] = value
    return context
