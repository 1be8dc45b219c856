"""Policies that the demo does not have: of trust, boundaries, role sessions and buckets.

Like `full_sandbox.evaluation`, this shares nothing with the evaluator of `policy/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from full_sandbox.evaluation import as_list, matching
from full_sandbox.holders import RoleSession
from mfa_session.sandbox.evaluation import Request, Verdict

if TYPE_CHECKING:
    from mfa_session.sandbox.identities import Caller, Directory, Document


@dataclass(frozen=True)
class Principal:
    """The caller as resource policies name it: its ARNs and its account."""

    account: str
    arns: tuple[str, ...]
    partition: str = "aws"


@dataclass(frozen=True)
class Judgement(Verdict):
    """A verdict, and whether an allow names the caller.

    `names_caller` is false if a resource policy trusts the caller's whole account.
    """

    names_caller: bool = False


def judge(
    documents: Iterable[Document], request: Request, principal: Principal | None = None
) -> Judgement:
    """Combine all statements that match the request and name the principal."""
    allowed = denied = names_caller = False
    for statement in matching(documents, request):
        match = _principal_match(statement, principal)
        if match == _NO:
            continue
        if statement.get("Effect") == "Deny":
            denied = True
        else:
            allowed = True
            names_caller = names_caller or match == _NAMED
    return Judgement(allowed, denied, names_caller)


def allows(
    request: Request,
    identity: Sequence[Document],
    principal: Principal | None = None,
    *,
    boundary: Document | None = None,
    session_policy: Document | None = None,
) -> Verdict:
    """Combine identity policies with a permissions boundary and a session policy."""
    verdict: Verdict = judge(identity, request, principal)
    for limit in (boundary, session_policy):
        if limit is not None:
            other = judge([limit], request, principal)
            verdict = Verdict(verdict.allowed and other.allowed, verdict.denied or other.denied)
    return verdict


def allowed_to(caller: Caller, request: Request, directory: Directory) -> Verdict:
    """Judge a request by all the caller's own policies."""
    holder, session = caller.holder, caller.session
    return allows(
        request,
        directory.policies_of(holder),
        boundary=directory.policies[holder.boundary_arn] if holder.boundary_arn else None,
        session_policy=session.session_policy if isinstance(session, RoleSession) else None,
    )


def with_bucket(own: Verdict, request: Request, caller: Caller) -> Verdict:
    """Combine with the bucket's policy: in one account either allows, across accounts both."""
    found = _bucket_policy(request.resource.rpartition(":::")[2].partition("/")[0])
    if found is None:
        return own
    owner, policy = found
    bucket = judge([policy] if policy else [], request, principal_of(caller))
    if owner == caller.account:
        allowed = own.allowed or (bucket.allowed and bucket.names_caller)
    else:
        allowed = own.allowed and bucket.allowed
    return Verdict(allowed, own.denied or bucket.denied)


def _bucket_policy(name: str) -> tuple[str, dict[str, Any] | None] | None:
    """Return a bucket's account and its policy; None without the bucket.

    From then on, moto does not evaluate bucket policies: it ignores conditions.
    """
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket, s3_backends

    permitted = PermissionResult.PERMITTED
    FakeBucket.get_permission = lambda *_: permitted  # type: ignore[method-assign]  # no setting
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[name]
    policy = s3_backends[account][partition].get_bucket(name).policy
    return account, json.loads(policy) if policy else None


_NO, _ACCOUNT, _NAMED = "no", "account", "named"


def _principal_match(statement: Mapping[str, Any], principal: Principal | None) -> str:
    """Say whether a statement names the caller: not, its account, or itself (also by `*`).

    A statement of an identity policy has no Principal, and is about the caller.
    """
    if "NotPrincipal" in statement:
        listed = _match_listed(statement["NotPrincipal"], principal)
        return _NAMED if listed == _NO else _NO
    if "Principal" not in statement:
        return _NAMED
    return _match_listed(statement["Principal"], principal)


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


def principal_of(caller: Caller) -> Principal:
    """Return the caller as trust policies and other resource policies name it."""
    arns = (caller.arn, caller.holder.arn)
    return Principal(caller.account, arns, caller.holder.partition)
