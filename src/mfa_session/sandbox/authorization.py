"""May this be done? An evaluator of IAM policies, after the policy evaluation logic's reference.

Pure: documents and a request in, a decision out. Explicit deny beats allow; no allow is a deny.
On purpose not the evaluator of `policy/`, with which it shares nothing: it is the second opinion
that that one is tested against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mfa_session.sandbox.conditions import as_list, conditions_match, context_values
from mfa_session.sandbox.patterns import Variables, pattern

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
