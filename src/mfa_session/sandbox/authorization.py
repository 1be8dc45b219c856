"""Evaluate IAM policies, after the reference of the policy evaluation logic.

Pure: it takes documents and a request, and returns a decision. An explicit deny overrides an allow;
without an allow the request is denied. It shares nothing with the evaluator of `policy/`, on
purpose: that one is tested against this second opinion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mfa_session.sandbox.clock import iso
from mfa_session.sandbox.conditions import (
    Variables,
    as_list,
    conditions_match,
    context_values,
    pattern,
)

if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.sandbox.identities import Caller


Document = Mapping[str, Any]
_WITH_VARIABLES = "2012-10-17"


@dataclass(frozen=True)
class Principal:
    """The caller as resource policies name it: its ARNs and its account."""

    account: str
    arns: tuple[str, ...]
    partition: str = "aws"


@dataclass(frozen=True)
class Request:
    """An action (`ec2:StopInstances`) on a resource ARN or `*`, with the request's context."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)
    principal: Principal | None = None


@dataclass(frozen=True)
class Verdict:
    """The decision of some policies: any allow, any deny, and whether an allow names the caller.

    `names_caller` is false if a resource policy trusts the caller's whole account.
    """

    allowed: bool = False
    denied: bool = False
    names_caller: bool = False

    @property
    def grants(self) -> bool:
        """Whether it is allowed and not denied."""
        return self.allowed and not self.denied


def judge(documents: Iterable[Document], request: Request) -> Verdict:
    """Combine all statements that match the request."""
    allowed = denied = names_caller = False
    for document in documents:
        for statement in as_list(document.get("Statement", [])):
            if not statement_matches(statement, request, str(document.get("Version", ""))):
                continue
            if statement.get("Effect") == "Deny":
                denied = True
            else:
                allowed = True
                names_caller = names_caller or _principal_match(statement, request) == _NAMED
    return Verdict(allowed, denied, names_caller)


def allows(
    request: Request,
    identity: Sequence[Document],
    *,
    boundary: Document | None = None,
    session_policy: Document | None = None,
) -> Verdict:
    """Combine identity policies with a permissions boundary and a session policy."""
    verdict = judge(identity, request)
    for limit in (boundary, session_policy):
        if limit is not None:
            other = judge([limit], request)
            verdict = Verdict(verdict.allowed and other.allowed, verdict.denied or other.denied)
    return verdict


def statement_matches(statement: Mapping[str, Any], request: Request, version: str = "") -> bool:
    """Say whether a statement matches the request's principal, action, resource and context."""
    context = context_values(request.context)
    variables = Variables(context, enabled=version == _WITH_VARIABLES)
    return (
        _principal_match(statement, request) != _NO
        and _actions_match(statement, request.action)
        and _resources_match(statement, request.resource, variables)
        and conditions_match(statement.get("Condition", {}), variables)
    )


def _actions_match(statement: Mapping[str, Any], action: str) -> bool:
    literal = Variables({}, enabled=False)
    if "NotAction" in statement:
        return not _any_like(as_list(statement["NotAction"]), action, literal, fold=True)
    return _any_like(as_list(statement.get("Action", [])), action, literal, fold=True)


def _resources_match(statement: Mapping[str, Any], resource: str, variables: Variables) -> bool:
    if "NotResource" in statement:
        return not _any_like(as_list(statement["NotResource"]), resource, variables)
    if "Resource" not in statement:  # a trust policy's: the role itself
        return True
    return _any_like(as_list(statement["Resource"]), resource, variables)


def _any_like(
    patterns: Iterable[str], text: str, variables: Variables, *, fold: bool = False
) -> bool:
    compiled = (pattern(p, variables, fold=fold) for p in patterns)
    return any(c is not None and c.fullmatch(text) for c in compiled)


_NO, _ACCOUNT, _NAMED = "no", "account", "named"


def _principal_match(statement: Mapping[str, Any], request: Request) -> str:
    """Say how a statement's Principal matches: not, by account, or by name (or `*`)."""
    if "NotPrincipal" in statement:
        listed = _match_listed(statement["NotPrincipal"], request.principal)
        return _NAMED if listed == _NO else _NO
    if "Principal" not in statement:
        return _NAMED
    return _match_listed(statement["Principal"], request.principal)


def _match_listed(listed: Any, principal: Principal | None) -> str:
    if listed == "*":
        return _NAMED
    names = as_list(listed.get("AWS", [])) if isinstance(listed, Mapping) else []
    if "*" in names:
        return _NAMED
    if principal is None:
        return _NO
    if any(name in principal.arns for name in names):
        return _NAMED
    root = f"arn:{principal.partition}:iam::{principal.account}:root"
    return _ACCOUNT if {root, principal.account} & set(names) else _NO


MFA_PRESENT = "aws:MultiFactorAuthPresent"
MFA_AGE = "aws:MultiFactorAuthAge"


def request_context(
    caller: Caller, now: datetime, region: str, source_ip: str, user_agent: str
) -> dict[str, Any]:
    """Return the global condition keys of a request, without the absent ones."""
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
    """Return the condition keys of temporary credentials only, such as MFA's."""
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
    """Return the names of the caller in a trust policy."""
    arns = (caller.arn, caller.holder.arn)
    return Principal(caller.account, arns, caller.holder.partition)


def _principal_type(caller: Caller) -> str:
    if caller.is_root:
        return "Account"
    return "AssumedRole" if caller.is_role_session else "User"
