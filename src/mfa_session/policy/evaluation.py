"""Evaluate policies as IAM does, when some condition keys are unknown.

If an unknown value decides, the outcome is unknown (IAM user guide, policy evaluation logic). The
tests' sandbox has another evaluator on purpose: this one is tested against that second opinion.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from mfa_session.model.arns import (
    account_of,
)
from mfa_session.model.record import Record
from mfa_session.policy.answers import cases
from mfa_session.policy.credentials import (
    Credentials,
    Request,
    RequestContext,
    Truth,
    all_of,
    any_of,
    negate,
)
from mfa_session.policy.document import LIMITS, Document
from mfa_session.policy.matching import Match, match_statement
from mfa_session.policy.patterns import WILDCARDS, Query, may_meet
from mfa_session.policy.statement import TRUST_ACTIONS

ALLOWED = "allowed"
EXPLICITLY_DENIED = "explicitly-denied"
IMPLICITLY_DENIED = "implicitly-denied"
UNKNOWN = "unknown"


class Decision(Record):
    """The outcome of a request, and what decides it."""

    outcome: str
    deciding: tuple[Match, ...] = ()  # the statements that allow, deny or are unknown
    by_case: bool = False  # each of these decides another case, and nothing allows in the others
    limit: str = ""  # a reason that no statement gives
    # If too little allows: Allows whose conditions are not met, those that allow on one side only,
    # and the boundaries and SCPs that do not allow.
    nearly: tuple[Match, ...] = ()
    half: tuple[Match, ...] = ()
    limiting: tuple[Document, ...] = ()
    # What may change it: unread policies, and whether caller and resource share an account.
    unread: bool = False
    accounts: bool = False


def evaluate(
    documents: Iterable[Document],
    request: Request,
    credentials: Credentials,
    *,
    boundary: Document | None = None,
    unread: bool = False,
    boundary_unread: bool = False,
) -> Decision:
    """Decide a request by policies of every kind, and by `boundary`.

    An SCP that only denies is combined with FullAWSAccess, as organisations do.

    Resource policies without the caller's decide alone. `unread`: the caller may have further
    policies; `boundary_unread`: there may be a boundary.
    """
    if request.action.lower().startswith("sts:assumerolewith"):
        why = "the call takes a SAML assertion or a token, and no such credentials"
        return Decision(outcome=IMPLICITLY_DENIED, limit=why)
    asked = Query(request.action, fold=True)
    limits = {each: each.concerns(asked) for each in _LIMITS if each.callers in credentials.kind}
    for limit, whole in limits.items():
        if whole:
            return Decision(outcome=limit.outcome, limit=limit.why)
    account = credentials.principal.account
    if account and request.action.lower().startswith("kms:"):
        known = RequestContext({"kms:CallerAccount": (account,)})
        credentials = credentials.replace(facts=known.over(credentials.facts))
    if boundary is not None:
        documents = [*documents, replace(boundary, told_kind="boundary")]
    # A resource's policy does not decide about an action without a resource.
    documents = [each for each in documents if each.kind != "resource" or request.resource]
    matched = [
        (each, [match_statement(each, one, request, credentials) for one in each.statements])
        for each in documents
    ]
    decision = _Case(request, credentials, matched, unread, boundary_unread).decide_all()
    others = [
        limit.why
        for limit, part in limits.items()
        if part is None and (limit.outcome == ALLOWED) != (decision.outcome == ALLOWED)
    ]
    if others and decision.outcome != UNKNOWN:
        why = f"{'; '.join(others)}; otherwise {decision.outcome.replace('-', ' ')}"
        why = f"it depends on which action it is: {why}"
        return decision.replace(outcome=UNKNOWN, limit=why)
    return decision


class _Case(NamedTuple):
    request: Request
    caller: Credentials
    matched: list[tuple[Document, list[Match]]]
    unread: bool
    boundary_unread: bool

    def _of(self, *kinds: str) -> list[list[Match]]:
        """Return the matches of each policy of these kinds."""
        return [matches for document, matches in self.matched if document.kind in kinds]

    def decide_all(self) -> Decision:
        """Decide; where something is unknown, in every case."""
        decision = self.decide()
        asked = {question for match in self._all() for question, _ in match.questions()}
        supposed = cases(asked) if decision.outcome == UNKNOWN else None
        if supposed is None:
            return decision
        found = []
        for answers in supposed:
            matched = [
                (each, [match.supposing(answers) for match in matches])
                for each, matches in self.matched
            ]
            found.append(self._replace(matched=matched).decide())
        outcomes = {each.outcome for each in found}
        in_any_case = len(outcomes) == 1 or outcomes == {EXPLICITLY_DENIED, IMPLICITLY_DENIED}
        if not in_any_case or UNKNOWN in outcomes:
            return decision
        named = {match.statement for each in found for match in each.deciding}
        deciding = tuple(match for match in self._all() if match.statement in named)
        implicit = next((each for each in found if each.outcome == IMPLICITLY_DENIED), found[0])
        return implicit.replace(deciding=deciding, by_case=True)

    def decide(self) -> Decision:
        denies = [match for match in self._all() if not match.statement.allows]
        for deny in denies:
            if deny.truth:
                return Decision(outcome=EXPLICITLY_DENIED, deciding=(deny,))
        granted, accounts = self._allowed()
        granting = [each for each in self._of("scp", "rcp") if any(_allows(each))]
        allowed = all_of([granted, *map(_any_allows, granting)])
        doubts = [deny for deny in denies if deny.truth is None]
        allows = list(_allows(self._all()))
        if allowed is False:
            return Decision(
                outcome=IMPLICITLY_DENIED,
                nearly=tuple(each for each in allows if each.truth is False and each.conditions),
                half=tuple(_first_allows([self._own(), self._of_resource()])),
                limiting=tuple(
                    document
                    for document, matches in self.matched
                    if document.kind in LIMITS
                    and (document.kind == "boundary" or any(_allows(matches)))
                    and _any_allows(matches) is False
                ),
            )
        unread = self.unread or self.boundary_unread
        if allowed and not doubts and not unread:
            sides = [self._own(), self._of_resource(), *self._limits()]
            return Decision(outcome=ALLOWED, deciding=tuple(_first_allows(sides)))
        if not allowed:
            doubts += (each for each in allows if each.truth is None)
        return Decision(outcome=UNKNOWN, deciding=tuple(doubts), unread=unread, accounts=accounts)

    def _allowed(self) -> tuple[Truth, bool]:
        """Return whether it is allowed but for denies, and whether the accounts decide it."""
        resource = self._of_resource()
        identity = any_of([_any_allows(self._own()), None if self.unread else False])
        bounded = all_of([identity, self._within_boundary()])
        if not any(concerns(document, self.request) for document, _ in self.matched):
            return bounded, False
        if not self._of("identity") and not self.unread:
            return any_of(map(self._granted, _allows(resource))), False
        across = all_of([bounded, _any_allows(resource)])
        within = self._within_account(bounded, resource)
        same = are_of_one_account(self.request, self.caller)
        if same is None and within is not across:
            return None, True
        return (within if same else across), False

    def _within_account(self, bounded: Truth, resource: Iterable[Match]) -> Truth:
        by_name = (all_of([self._granted(each), each.by_name]) for each in _allows(resource))
        either = any_of([bounded, *by_name])
        both = all_of([_any_allows(resource), either])
        action = self.request.action.lower()
        service = action.partition(":")[0]
        if service in {"*", "sts"} and WILDCARDS.search(action) and both is not either:
            return None  # a trust policy decides AssumeRole alone
        return both if service in {"sts", "kms"} else either

    def _granted(self, match: Match) -> Truth:
        """Return whether a resource grants.

        A boundary limits it for roles, but not their named sessions (IAM user guide, boundaries).
        """
        named = match.statement.aws_principals
        sessions = (arn for arn in self.caller.principal.arns or () if ":assumed-role/" in arn)
        if self.caller.is_user or any(arn in named for arn in sessions):
            return match.truth
        return all_of([match.truth, self._within_boundary()])

    def _within_boundary(self) -> Truth:
        return None if self.boundary_unread else all_of(map(_any_allows, self._of("boundary")))

    def _own(self) -> list[Match]:
        return [*itertools.chain(*self._of("identity"))]

    def _of_resource(self) -> list[Match]:
        return [*itertools.chain(*self._of("trust", "resource"))]

    def _limits(self) -> list[list[Match]]:
        return [*self._of("boundary"), *self._of("scp", "rcp")]

    def _all(self) -> Iterable[Match]:
        return itertools.chain(self._own(), self._of_resource(), *self._limits())


def _first_allows(sides: Iterable[Iterable[Match]]) -> Iterable[Match]:
    for side in sides:
        yield from [match for match in _allows(side) if match.truth][:1]


def _allows(matches: Iterable[Match]) -> Iterable[Match]:
    return (match for match in matches if match.statement.allows)


def _any_allows(matches: Iterable[Match]) -> Truth:
    return any_of(match.truth for match in _allows(matches))


def concerns(document: Document, request: Request) -> bool:
    """Say whether a resource's policy concerns the request's service; a trust policy, assuming."""
    if document.kind == "trust":
        assuming = Query(request.action, fold=True)
        return any(assuming.covered_by(action) is not False for action in TRUST_ACTIONS)
    asked = _service(request.action)
    named = (action for each in document.statements for action in each.actions or ("*",))
    has_resource = document.kind == "resource" and request.resource != ""
    return has_resource and any(may_meet(_service(each), asked) for each in named)


def _service(action: str) -> str:
    return action.partition(":")[0].lower()


def are_of_one_account(request: Request, caller: Credentials) -> Truth:
    """Say whether the resource is of the caller's account."""
    account = request.facts.one("aws:ResourceAccount") or account_of(request.resource) or ""
    known = account.isdecimal() and caller.principal.account
    return known == account if known else None


class _Limit(NamedTuple):
    """AWS's decision about actions, which no policy changes (STS and IAM references)."""

    callers: str  # a part of the names of their kinds
    actions: str
    why: str
    outcome: str = IMPLICITLY_DENIED
    besides: tuple[str, ...] = ()

    def concerns(self, asked: Query) -> Truth:
        """Say whether it decides what is asked; None for a part."""
        spared = map(asked.covered_by, self.besides)
        return all_of((asked.covered_by(self.actions), *map(negate, spared)))


_LIMITS = (
    _Limit("", "sts:getcalleridentity", "no policy can deny sts:GetCallerIdentity", ALLOWED),
    _Limit(
        "long-term",
        "sts:getsessiontoken",
        "sts:GetSessionToken needs no permission, and no Deny stops it",
        ALLOWED,
    ),
    _Limit(
        "mfa",
        "sts:*",
        "AWS accepts only AssumeRole and GetCallerIdentity of STS from such a session",
        # The last four are no calls: AssumeRole and other services ask for them.
        besides=("sts:assumerole", "sts:getcalleridentity", "sts:getservicebearertoken",
                 "sts:setcontext", "sts:setsourceidentity", "sts:tagsession"),
    ),
    _Limit(
        "without-mfa",
        "iam:*",
        "AWS accepts no IAM call from a session without MFA",
        besides=("iam:passrole",),  # no call: other services ask for it
    ),
    *(
        _Limit("role", f"sts:{name}".lower(), f"AWS accepts sts:{name} only from long-term keys")
        for name in ("GetFederationToken", "GetSessionToken")
    ),
)  # fmt: skip
