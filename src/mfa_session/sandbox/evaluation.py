"""The decision of the demo's policies, and the condition keys of a request.

The tests' sandbox evaluates all of IAM's policy language: `tests/full_sandbox/evaluation.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from mfa_session.sandbox.clock import iso
from mfa_session.sandbox.identities import Caller, Document


@dataclass(frozen=True)
class Request:
    """An action (`ec2:StopInstances`) on a resource ARN or `*`, with the request's context."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The decision of some policies: any allow, and any deny."""

    allowed: bool = False
    denied: bool = False

    @property
    def grants(self) -> bool:
        """Whether it is allowed and not denied."""
        return self.allowed and not self.denied


def judge(documents: Iterable[Document], request: Request) -> Verdict:
    """Combine the statements that match the request.

    It knows what the demo's policies have: lists of actions with `*`, every resource, BoolIfExists.
    """
    statements = [statement for document in documents for statement in document["Statement"]]
    effects = {each["Effect"] for each in statements if _matches(each, request)}
    return Verdict("Allow" in effects, "Deny" in effects)


def _matches(statement: Mapping[str, Any], request: Request) -> bool:
    action, context = request.action.lower(), request.context
    conditions = statement.get("Condition", {}).get("BoolIfExists", {})
    return any(fnmatchcase(action, pattern.lower()) for pattern in statement["Action"]) and all(
        str(context[key]).lower() == wanted for key, wanted in conditions.items() if key in context
    )


MFA_PRESENT = "aws:MultiFactorAuthPresent"
MFA_AGE = "aws:MultiFactorAuthAge"


def request_context(
    caller: Caller, now: datetime, region: str, source_ip: str, user_agent: str
) -> dict[str, Any]:
    """Return the global condition keys of a request, without the absent ones."""
    user, session = caller.user, caller.session
    kind = "User" if user else "AssumedRole"
    context: dict[str, Any] = {
        "aws:CurrentTime": iso(now),
        "aws:EpochTime": int(now.timestamp()),
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalArn": caller.holder.arn,
        "aws:PrincipalType": "Account" if caller.is_root else kind,
        "aws:RequestedRegion": region,
        "aws:SecureTransport": True,  # as at AWS; the sandbox speaks plain HTTP
        "aws:SourceIp": source_ip,
        "aws:UserAgent": user_agent,
        "aws:userid": caller.unique_id,
    }
    if user is not None and not user.is_root:
        context["aws:username"] = user.name
    if session is not None:
        context |= {MFA_PRESENT: session.mfa, "aws:TokenIssueTime": iso(session.issued_at)}
        if session.mfa:
            context[MFA_AGE] = int((now - session.issued_at).total_seconds())
    return context
