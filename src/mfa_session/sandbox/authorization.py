"""May this be done? An evaluator of IAM policies, after the policy evaluation logic's reference.

Pure: documents and a request in, a decision out. Explicit deny beats allow; no allow is a deny.
It shares nothing with the evaluator of `policy/`, on purpose: it is the second opinion that the
other is tested against.
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
    """Who asks, as resource policies name them: the ARNs that are theirs, and the account."""

    account: str
    arns: tuple[str, ...]
    partition: str = "aws"


@dataclass(frozen=True)
class Request:
    """One question: an action (`ec2:StopInstances`) on a resource ARN (or `*`), with context."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)
    principal: Principal | None = None


@dataclass(frozen=True)
class Verdict:
    """What a set of policies says: any allow, any deny, and whether the allow names the caller.

    `names_caller` is false where a resource policy trusts the caller's whole account.
    """

    allowed: bool = False
    denied: bool = False
    names_caller: bool = False

    @property
    def grants(self) -> bool:
        """Allowed, and denied by nothing."""
        return self.allowed and not self.denied


def judge(documents: Iterable[Document], request: Request) -> Verdict:
    """Go through all statements that match the request."""
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
    """Judge identity policies together with what can only narrow them."""
    verdict = judge(identity, request)
    for narrowing in (boundary, session_policy):
        if narrowing is not None:
            other = judge([narrowing], request)
            verdict = Verdict(verdict.allowed and other.allowed, verdict.denied or other.denied)
    return verdict


def statement_matches(statement: Mapping[str, Any], request: Request, version: str = "") -> bool:
    """Say whether a statement speaks of this request: who, what, on what, and under what."""
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
    """Say how a statement's Principal fits: not, as the account, or by name (`*` too)."""
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
