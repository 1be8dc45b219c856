"""The condition keys of a request: what AWS knows of the caller, the session and the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_session.sandbox.authorization import Principal
from mfa_session.sandbox.clock import iso

if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.sandbox.identities import Caller

MFA_PRESENT = "aws:MultiFactorAuthPresent"
MFA_AGE = "aws:MultiFactorAuthAge"


def request_context(
    caller: Caller, now: datetime, region: str, source_ip: str, user_agent: str
) -> dict[str, Any]:
    """Return the global condition keys of a request, those that are absent left out."""
    holder = caller.holder
    context: dict[str, Any] = {
        "aws:CurrentTime": iso(now),
        "aws:EpochTime": int(now.timestamp()),
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalArn": holder.arn,
        "aws:PrincipalType": _principal_type(caller),
        "aws:RequestedRegion": region,
        "aws:SecureTransport": True,  # the sandbox speaks plain HTTP; AWS would not
        "aws:SourceIp": source_ip,
        "aws:UserAgent": user_agent,
        "aws:userid": caller.unique_id,
    }
    if caller.user is not None and not caller.is_root:
        context["aws:username"] = caller.user.name
    return {**context, **session_context(caller, now)}


def session_context(caller: Caller, now: datetime) -> dict[str, Any]:
    """Return the keys that only temporary credentials have, MFA's among them."""
    session = caller.session
    if session is None:
        return {}
    context: dict[str, Any] = {
        MFA_PRESENT: session.mfa,
        "aws:TokenIssueTime": iso(session.issued_at),
    }
    if session.mfa and session.authenticated_at:
        context[MFA_AGE] = int((now - session.authenticated_at).total_seconds())
    return context


def principal_of(caller: Caller) -> Principal:
    """Return the names by which a trust policy may know the caller."""
    arns = (caller.arn, caller.holder.arn)
    return Principal(caller.account, arns, caller.holder.partition)


def _principal_type(caller: Caller) -> str:
    if caller.is_root:
        return "Account"
    return "AssumedRole" if caller.is_role_session else "User"
