"""What all the policies of each user of an account come to together."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from mfa_session.policy.accounts import roles_in, users_in
from mfa_session.policy.coverage import concerns
from mfa_session.policy.credentials import Request, long_term
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, IMPLICITLY_DENIED, evaluate
from mfa_session.policy.matching import acting_as
from mfa_session.policy.mfa import means_mfa, reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfa_session.policy.accounts import AccountUser
    from mfa_session.policy.document import Document, Statement
    from mfa_session.policy.json_text import Members

_ENABLE, _TAKE = "iam:EnableMFADevice", "sts:AssumeRole"
_is_user = re.compile(r"arn:[a-z-]+:iam::\d{12}:user/.+", re.ASCII).fullmatch
_is_of_aws = re.compile("arn:[^:]*:iam::aws:policy/.*").fullmatch  # which asks nobody for MFA
# All but two let nobody enable a device, or take any role.
_is_of_no_mfa = re.compile(
    "arn:[^:]*:iam::aws:policy/(?!(AdministratorAccess|IAMFullAccess)$).*"
).fullmatch
_MOST = 2_000  # pairs of a user and a role to look at


class AllUsers:
    """The users of an account, judged by all their policies."""

    def __init__(self, members: Members, documents: Iterable[Document]) -> None:
        """Take the answer of get-account-authorization-details, and its policies."""
        self._members = members
        self._documents = {each.name: each for each in documents}

    @cached_property
    def unasked(self) -> tuple[str, ...]:
        """Those with policies of which none asks for MFA."""
        return tuple(
            user.name
            for user, own in self._known
            if (own or user.unseen)
            and all(map(_is_of_aws, user.unseen))
            and not any(map(_asks, [*own, *self._boundary_of(user)]))
        )

    @cached_property
    def first_asking(self) -> str:
        """The name of the first policy of users that asks for MFA."""
        of_users = (each for each in self._documents.values() if each.holder != "role")
        return next((each.name for each in of_users if _asks(each)), "")

    @cached_property
    def stuck(self) -> Mapping[str, list[str]]:
        """Who cannot enable a device, and why, by the name of the policy that asks them for MFA.

        They are users who may do it but for their path or boundary.
        """
        found = defaultdict[str, list[str]](list)
        refused = {IMPLICITLY_DENIED, EXPLICITLY_DENIED}
        for user, own, asking in self._asked:
            plain = user.arn.replace(f":user{user.path}", ":user/")
            bound = next(self._boundary_of(user), None)
            if _outcome(user, own, _ENABLE, plain) != ALLOWED:
                continue
            if _outcome(user, own, _ENABLE, user.arn) in refused:
                found[asking].append(f"{user.name} (path {user.path})")
            elif bound and _outcome(user, own, _ENABLE, user.arn, bound) in refused:
                found[asking].append(f"{user.name} (boundary {user.boundary})")
        return found

    @cached_property
    def takers(self) -> Mapping[str, list[str]]:
        """Who takes a role without MFA, by the name of the role's trust policy."""
        found = defaultdict[str, list[str]](list)
        able = [
            (user, own)
            for user, own, _ in self._asked
            if any(each.allows and concerns(each, _TAKE) for one in own for each in one.statements)
            and not any(map(_refuses_roles, _denials(own)))
        ]
        trusts = [
            (self._documents[name], arn)
            for name, arn in roles_in(self._members).items()
            if name in self._documents
        ]
        for (user, own), (trust, arn) in itertools.islice(itertools.product(able, trusts), _MOST):
            bound = next(self._boundary_of(user), None)
            if _outcome(user, [*own, trust], _TAKE, arn, bound) == ALLOWED:
                found[trust.name].append(user.name)
        return found

    @cached_property
    def _asked(self) -> list[tuple[AccountUser, list[Document], str]]:
        """The users whom a Deny of everything asks, their policies, and the first that does."""
        return [
            (user, own, asking.name)
            for user, own in self._known
            if _is_user(user.arn) and all(map(_is_of_no_mfa, user.unseen))
            for asking in itertools.islice((one for one in own if any(_denials([one]))), 1)
        ]

    @cached_property
    def _known(self) -> list[tuple[AccountUser, list[Document]]]:
        """The users, with those of their policies that are here."""
        here = self._documents.keys()
        users = (each for each in users_in(self._members) if here >= {*each.policies})
        return [(user, [self._documents[name] for name in user.policies]) for user in users]

    def _boundary_of(self, user: AccountUser) -> Iterator[Document]:
        if user.boundary in self._documents:
            yield self._documents[user.boundary]


def _asks(document: Document) -> bool:
    return any(map(means_mfa, document.statements))


def _denials(documents: Iterable[Document]) -> Iterator[Statement]:
    """Yield the Denies of everything, or of all but some, to long-term keys."""
    for statement in itertools.chain.from_iterable(each.statements for each in documents):
        matched = None if statement.allows else reach(statement)
        everything = statement.not_actions is not None or "*" in (statement.actions or ())
        if everything and matched and matched.long_term and not matched.fresh:
            yield statement


def _refuses_roles(denial: Statement) -> bool:
    return concerns(denial, _TAKE)


def _outcome(
    user: AccountUser,
    documents: Iterable[Document],
    action: str,
    resource: str,
    boundary: Document | None = None,
) -> str:
    caller, request = acting_as(long_term(), user.arn), Request(action=action, resource=resource)
    return evaluate(documents, request, caller, boundary=boundary).outcome
