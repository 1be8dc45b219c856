"""May this be done? IAM's evaluation of policies, where some of what it depends on is not known.

Pure: documents, a request and a caller in, a decision out. An explicit deny beats every allow; what
nothing allows is denied; what depends on the unknown is unknown, and never allowed. After the IAM
user guide's page on policy evaluation logic. The sandbox has another evaluator on purpose: it is
the second opinion that this one is tested against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.model.record import Record
from mfa_session.policy.document import LIMITS, TRUST_ACTIONS
from mfa_session.policy.matching import Match, look_at
from mfa_session.policy.patterns import Query, covers, wild
from mfa_session.policy.request import RequestContext, Truth, all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_session.policy.credentials import Credentials
    from mfa_session.policy.document import Document
    from mfa_session.policy.request import Request

ALLOWED = "allowed"
EXPLICITLY_DENIED = "explicitly-denied"
IMPLICITLY_DENIED = "implicitly-denied"
UNKNOWN = "unknown"

_ARN_ACCOUNT, _ARN_PARTS = 4, 6
# Where the resource's own policy has to allow, too, within one account.
_SELF_GUARDED = {"sts", "kms"}


class Decision(Record):
    """What comes of a request: an outcome, and what decides it.

    `deciding` are the statements that allow, the one that denies, or those that cannot be judged.
    Where not enough allows, `nearly` are those that would, were their conditions met, and `half`
    those that do, where the other side would have to as well; `limiting` are the boundaries and
    SCPs that do not allow it. `limit` is AWS's own rule, where no policy decides; `unread` says
    that policies nobody could read may say otherwise, `accounts` that it matters whether caller and
    resource share an account.
    """

    outcome: str
    deciding: tuple[Match, ...] = ()
    nearly: tuple[Match, ...] = ()
    half: tuple[Match, ...] = ()
    limiting: tuple[Document, ...] = ()
    limit: str = ""
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
    """Decide a request by identity, trust and resource policies, and by what limits them.

    Documents of the kinds `boundary` and `scp` limit and never grant, as does `boundary`. An SCP
    that only denies stands beside FullAWSAccess, as organisations have it.

    With resource policies alone, theirs is the decision; together with the caller's own, both have
    to allow across accounts, and within one account either, but for roles and KMS keys. `unread`:
    there are policies of the caller that are not among the documents, or may be; `boundary_unread`:
    there may be a boundary.
    """
    limit = _limit_of_aws(request, credentials)
    if limit is not None:
        return limit
    caller = _as_its_service_sees(request, credentials)
    case = _Case(request, caller, boundary_unread=boundary_unread)
    case.add(documents, boundary)
    return case.decide(unread=unread)


class _Case:
    """What statements say of one request, by where the statements stand."""

    def __init__(
        self, request: Request, caller: Credentials, *, boundary_unread: bool = False
    ) -> None:
        self._boundary_unread = boundary_unread
        self._request = request
        self._caller = caller
        self._identity: list[Match] = []
        self._resource: list[Match] = []
        self._boundaries: list[list[Match]] = []
        self._scps: list[list[Match]] = []
        self._limits: list[tuple[Document, list[Match]]] = []
        self._has_identity = self._has_resource = False

    def add(self, documents: Iterable[Document], boundary: Document | None) -> None:
        """Look at every statement."""
        for document in documents:
            if document.kind in LIMITS:
                limits = self._scps if document.kind == "scp" else self._boundaries
                self._add_limit(document, limits)
            elif document.kind == "identity":
                self._has_identity = True
                self._identity += self._look_through(document)
            else:
                self._has_resource = self._has_resource or _concerns(document, self._request)
                self._resource += self._look_through(document)
        if boundary is not None:
            self._add_limit(boundary, self._boundaries)

    def _add_limit(self, document: Document, limits: list[list[Match]]) -> None:
        matches = self._look_through(document)
        limits.append(matches)
        self._limits.append((document, matches))

    def decide(self, *, unread: bool) -> Decision:
        """Weigh the denies, then what allows."""
        denies = [match for match in self._all() if not match.statement.allows]
        for deny in denies:
            if deny.truth is True:
                return Decision(outcome=EXPLICITLY_DENIED, deciding=(deny,))
        granted, accounts = self._allowed(unread=unread)
        allowed = all_of([granted, self._within_scps()])
        doubts = tuple(deny for deny in denies if deny.truth is None)
        if allowed is False:
            return Decision(
                outcome=IMPLICITLY_DENIED,
                nearly=tuple(self._nearly()),
                half=tuple(_first_allows([self._identity, self._resource])),
                limiting=tuple(self._limiting()),
            )
        unread = unread or self._boundary_unread
        if allowed is True and not doubts and not unread:
            return Decision(outcome=ALLOWED, deciding=tuple(_first_allows(self._sides())))
        doubts = doubts if allowed else doubts + tuple(self._open_allows())
        return Decision(outcome=UNKNOWN, deciding=doubts, unread=unread, accounts=accounts)

    def _allowed(self, *, unread: bool) -> tuple[Truth, bool]:
        """Return whether it is allowed, denies apart; and whether two accounts decide it."""
        identity = any_of([_any_allows(self._identity), None if unread else False])
        bounded = all_of([identity, self._within_boundary()])
        if not self._has_resource:
            return bounded, False
        resource = _any_allows(self._resource)
        if not self._has_identity and not unread:
            return resource, False
        across = all_of([bounded, resource])
        within = self._within_account(bounded, resource)
        same = self._same_account()
        if same is None and within is not across:
            return None, True
        return (within if same else across), False

    def _within_account(self, bounded: Truth, resource: Truth) -> Truth:
        """Join both sides where caller and resource are of one account."""
        by_name = any_of(
            all_of([match.truth, match.by_name])
            for match in self._resource
            if match.statement.allows
        )
        if not self._caller.is_user:  # a boundary limits what is given to a role, too
            by_name = all_of([by_name, self._within_boundary()])
        either = any_of([bounded, by_name])
        guarded = self._request.action.partition(":")[0].lower() in _SELF_GUARDED
        return all_of([resource, either]) if guarded else either

    def _within_boundary(self) -> Truth:
        if self._boundary_unread:
            return None
        return all_of(map(_any_allows, self._boundaries))

    def _within_scps(self) -> Truth:
        granting = [each for each in self._scps if any(f.statement.allows for f in each)]
        return all_of(map(_any_allows, granting))

    def _same_account(self) -> Truth:
        parts = self._request.resource.split(":")
        of_resource = self._request.facts.one("aws:ResourceAccount") or (
            parts[_ARN_ACCOUNT] if len(parts) >= _ARN_PARTS else ""
        )
        of_caller = self._caller.principal.account
        if of_caller is None or not of_resource.isdecimal():
            return None
        return of_caller == of_resource

    def _look_through(self, document: Document) -> list[Match]:
        return [
            look_at(document, each, self._request, self._caller) for each in document.statements
        ]

    def _all(self) -> list[Match]:
        return [match for side in self._sides() for match in side]

    def _sides(self) -> tuple[Sequence[Match], ...]:
        return self._identity, self._resource, *self._boundaries, *self._scps

    def _limiting(self) -> Iterable[Document]:
        """Return the boundaries, and the SCPs that allow anything, which do not allow it."""
        for document, matches in self._limits:
            allows = [match.truth for match in matches if match.statement.allows]
            if any_of(allows) is False and (allows or document.kind != "scp"):
                yield document

    def _open_allows(self) -> Iterable[Match]:
        """Return the allows that cannot be judged."""
        return (f for f in self._all() if f.statement.allows and f.truth is None)

    def _nearly(self) -> Iterable[Match]:
        """Return the allows that only their conditions keep from counting."""
        found = (f for f in self._all() if f.statement.allows and f.truth is False)
        return (f for f in found if f.speaks_of_it is not False)


def _first_allows(sides: Iterable[Iterable[Match]]) -> Iterable[Match]:
    """Return from each side the first statement that allows."""
    for side in sides:
        yield from [f for f in side if f.statement.allows and f.truth is True][:1]


def _any_allows(matches: Iterable[Match]) -> Truth:
    return any_of(match.truth for match in matches if match.statement.allows)


def _concerns(document: Document, request: Request) -> bool:
    """Say whether a resource's policy has a word on the service that is asked.

    A trust policy is about taking the role, not about STS's other calls.
    """
    if document.kind == "trust":
        taking = Query(request.action, fold=True)
        return any(taking.covered_by(action) is not False for action in TRUST_ACTIONS)
    asked = _service(request.action)
    named = (action for each in document.statements for action in each.actions or ("*",))
    return any(covers(_service(action), asked) is not False for action in named)


def _service(action: str) -> tuple[str, ...]:
    return wild(action.partition(":")[0].lower())


def _as_its_service_sees(request: Request, caller: Credentials) -> Credentials:
    """Return the caller with what a service itself says of every caller: KMS says its account."""
    account = caller.principal.account
    if account is None or not request.action.lower().startswith("kms:"):
        return caller
    known = RequestContext({"kms:CallerAccount": (account,)})
    return caller.replace(facts=known.over(caller.facts))


def _limit_of_aws(request: Request, caller: Credentials) -> Decision | None:
    """Return what AWS has decided itself, whatever policies say (STS and IAM references)."""
    service, _, name = request.action.lower().partition(":")
    session_without_mfa = caller.kind == "session-without-mfa"
    if request.action.lower() == "sts:getcalleridentity":
        return Decision(outcome=ALLOWED, limit="no policy can deny it")
    if request.action.lower() == "sts:getsessiontoken":
        if caller.kind == "long-term":
            return Decision(outcome=ALLOWED, limit="it needs no permission, and no Deny stops it")
        return Decision(outcome=IMPLICITLY_DENIED, limit="AWS accepts it only from long-term keys")
    if service == "iam" and session_without_mfa:
        return Decision(
            outcome=IMPLICITLY_DENIED, limit="AWS accepts no IAM call from a session without MFA"
        )
    if service == "sts" and caller.kind in _OF_GET_SESSION_TOKEN and name not in _WITH_ASSUME_ROLE:
        return Decision(
            outcome=IMPLICITLY_DENIED,
            limit="AWS accepts only AssumeRole and GetCallerIdentity of STS from such a session",
        )
    return None


_OF_GET_SESSION_TOKEN = {"mfa-session", "mfa-session-old", "session-without-mfa"}
# AssumeRole, and what AWS asks permission for within it.
_WITH_ASSUME_ROLE = {"assumerole", "setcontext", "setsourceidentity", "tagsession"}
