"""Boundaries that one may take off again, or that leave nothing of what policies give."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from mfa_session.policy.coverage import concerns, is_about_everything, names_of
from mfa_session.policy.document import Document
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import means_mfa, reach
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.rules.exemptions import BOUNDARY_NOTHING, is_own_care
from mfa_session.policy.rules.resource_kinds import OF_USER, fits
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.rules.trusts import TAKE, principals_in
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement

HALF_KEPT = Rule(
    "boundary-half-kept",
    WARNING,
    "In a boundary that asks for MFA, a Deny names what removes or replaces the boundary of roles, "
    "and not the same action for users, which the policy allows. Or in a policy, for all roles, "
    "where users have a boundary, as its statements or the file tell. Or roles or users are made "
    "only with a boundary, and the policy allows taking it off.",
)
_FEW = 5
_TAKEN_OFF = {
    "iam:CreateRole": "iam:DeleteRolePermissionsBoundary",
    "iam:CreateUser": "iam:DeleteUserPermissionsBoundary",
}
_PUT = "iam:PutUserPermissionsBoundary"
# What changes the boundary of roles, and the same for users.
_OF_USERS = {
    "iam:DeleteRolePermissionsBoundary": "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary": _PUT,
}


def check_half_kept(subject: Subject) -> Flaws:
    """Find Denies that keep the boundaries of roles, and not those of users, who are asked for MFA.

    A boundary of people need not keep those of roles. Who may replace one may as well remove it.
    """
    statement, whole = subject.statement, subject.whole
    named = [each for each in _OF_USERS if each.lower() in names_of(statement)]
    if statement.allows or not (named and whole.concern_mfa) or means_mfa(statement):
        return
    limits = subject.document.kind == "boundary" or _keeps_those_of_users(subject)
    left = [each for each in _OF_USERS.values() if limits and _is_left(whole, each)]
    first = next((each for each in named if _OF_USERS[each] in left), None)
    if first and not subject.on_role:
        yield Flaw(
            HALF_KEPT,
            subject.place_of_action(first),
            f"{first} is denied, but not {_OF_USERS[first]}, which the policy allows",
            "whoever has this policy can take the boundary, with its MFA, off users",
            f"deny {' and '.join(left)} as well",
        )


def check_removable(subject: Subject) -> Flaws:
    """Find Allows of taking off a boundary with which alone roles or users are made."""
    whole, statement = subject.whole, subject.statement
    gives = statement.allows and not statement.conditions
    judged = gives and subject.is_beside_mfa and not _keeps_some(whole)
    for made, action in _TAKEN_OFF.items() if judged else ():
        taken_off = concerns(statement, action) and _is_demanded_on(whole, made, statement)
        if taken_off and not _is_kept_elsewhere(subject.document, action):
            yield Flaw(
                HALF_KEPT,
                subject.place_of_action(action),
                f"{made} is allowed only with a boundary, and {action} is allowed, too",
                "whoever has this policy can take the boundary off what they have made",
                f"deny {action}",
            )
            return


def _is_kept_elsewhere(document: Document, action: str) -> bool:
    """Say whether another policy of the file denies an action by name, or a boundary lacks it."""
    file = document.account or document.roster
    others = [each for each in (file.documents if file else ()) if each is not document]
    return any(_keeps_some(WholePolicy(each.statements)) for each in others) or any(
        each.kind == "boundary"
        and not any(one.allows and concerns(one, action) for one in each.statements)
        for each in others
    )


@per_policy
def _keeps_some(whole: WholePolicy) -> bool:
    """Say whether a Deny keeps boundaries of roles or users; one of all but some asks for MFA."""
    denies = (
        each
        for each in whole.statements
        if not (each.allows or (means_mfa(each) and (each.not_actions or "*" in names_of(each))))
    )
    return any(concerns(each, action) for each in denies for action in _TAKEN_OFF.values())


def _keeps_those_of_users(subject: Subject) -> bool:
    """Say whether a policy's Deny is for all roles, where users have a boundary.

    Administrators without one may keep that of pipelines.
    """
    statement, document = subject.statement, subject.document
    if document.kind != "identity" or statement.conditions or not is_about_everything(statement):
        return False
    account, roster = document.account, document.roster
    bounded = roster.bounded_elsewhere if roster else frozenset[str]()
    bounds = (each for each in (roster.documents if roster else ()) if each.kind == "boundary")
    holders = {*bounded, *(owner for each in bounds for owner in each.owners)}
    return (
        any(":user/" in each.arn and each.boundary for each in (account.owners if account else ()))
        or any(each.startswith("user/") or ":user/" in each for each in holders)
        or _is_demanded_of_users(subject.whole)
    )


@per_policy
def _is_demanded_of_users(whole: WholePolicy) -> bool:
    """Say whether users are made, or bounded, only with a certain boundary."""
    return _is_demanded(whole, "iam:CreateUser") or _is_demanded(whole, _PUT)


def _is_demanded_on(whole: WholePolicy, action: str, given: Statement) -> bool:
    """Say whether a boundary is asked for where another statement gives something."""
    where = [text for each in _demanding(whole, action) for text in each.resources or ("*",)]
    pairs = itertools.product(where, given.resources or ("*",))
    return any(itertools.starmap(may_meet, pairs))


def _is_demanded(whole: WholePolicy, action: str) -> bool:
    """Say whether a statement about an action asks for a certain boundary."""
    return bool(_demanding(whole, action))


@per_policy
def _demanding(whole: WholePolicy, action: str) -> list[Statement]:
    return [
        each
        for each in whole.statements
        if concerns(each, action)
        and any(condition.is_about("iam:PermissionsBoundary") for condition in each.conditions)
    ]


@per_policy
def _is_left(whole: WholePolicy, action: str) -> bool:
    """Say whether an Allow gives an action on users, and no Deny but those of MFA is about it."""
    denies = (each for each in whole.statements if not (each.allows or means_mfa(each)))
    return not any(concerns(each, action) for each in denies) and any(
        any(fits(text, OF_USER) for text in each.resources or ("*",))
        for each in whole.allowing
        if concerns(each, action)
    )


def check_what_is_left(subject: Subject) -> Flaws:
    """Find boundaries that allow nothing of what the policies of a user or role allow."""
    document = subject.document
    if document.kind != "boundary" or not subject.is_first:
        return
    limit = _given_by([document])
    if not limit and _is_had(document) and subject.is_beside_mfa and not subject.whole.concern_mfa:
        yield Flaw(  # one about MFA has another check
            BOUNDARY_NOTHING,
            subject.statement.position,
            "this boundary has no Allow",
            "whoever has it may do nothing: a boundary gives nothing, it only limits",
            "allow in the boundary whatever its users and roles may do at most",
        )
    for name, policies in _bounded_by(document) if limit else ():
        of_role = _is_role(name) and not subject.on_role  # of which `roles` tells
        if _leaves_nothing(policies, _given_by([document], without_mfa=of_role)):
            only = of_role and not _leaves_nothing(policies, limit)
            yield Flaw(
                BOUNDARY_NOTHING,
                subject.statement.position,
                "without MFA, which role sessions lack, " * only
                + f"this boundary allows nothing of what the policies of {name} allow",
                f"{name} may do nothing: a boundary gives nothing, it only limits",
                "allow in the boundary whatever its users and roles may do at most",
            )
            return


def _is_had(boundary: Document) -> bool:
    """Say whether the file tells of somebody who has a boundary; a name alone may mislead."""
    owners = boundary.account.owners if boundary.account else ()
    by_dump = any(each.boundary is boundary for each in owners)
    return by_dump or (boundary.roster is not None and any(map(_of_a_person, boundary.owners)))


def check_dead_allows(subject: Subject) -> Flaws:
    """Find Allows with MFA, or of roles, of which all boundaries of those who have them allow none.

    A few actions that are named: what allows more is for others as well.
    """
    statement, named = subject.statement, subject.statement.actions or ()
    few = 0 < len(named) <= _FEW and not any(map(_may_be_more, named))
    asks = subject.requires_mfa or TAKE in names_of(statement)
    if not (few and asks and statement.allows and subject.gives_users and subject.is_beside_mfa):
        return
    if not subject.document.is_settled or all(is_own_care(e) for e in names_of(statement)):
        return
    file = subject.document.account or subject.document.roster
    if any(":user/" in each for each in principals_in(file)):
        return  # a boundary does not limit what a resource's policy gives a user by name
    bounds = list(_bounds_of(subject.document))
    if bounds and all(bound and _allows_none(bound, named) for bound, _ in bounds):
        if any(bound and _leaves_nothing(own, _given_by([bound])) for bound, own in bounds):
            return  # which is told at the boundary
        bound = bounds[0][0]
        yield Flaw(
            BOUNDARY_NOTHING,
            statement.position,
            f"{bound.name if bound else ''}, the boundary of whoever has this policy, allows "
            f"nothing that this Allow does: {first_of(named)}",
            "nobody may do it, not even with MFA: a boundary gives nothing, it only limits",
            "allow it in the boundary as well, or delete this statement",
            severity=WARNING,
        )


def _bounds_of(document: Document) -> Iterator[tuple[Document | None, Sequence[Document]]]:
    """Yield the boundary of each user and role with a policy, if it is known, and their policies.

    Whoever else may be in a group of a file has none.
    """
    for each in document.account.owners if document.account else ():
        if any(document is one for one in each.documents):
            yield each.boundary, each.documents
    roster = document.roster
    for owner in document.owners if roster else ():
        what, _, name = owner.rpartition(":")[2].partition("/")
        if roster and not (what == "group" and roster.members.get(owner)):
            own = roster.by_owner[owner]
            bounds = [each for each in own if each.kind == "boundary" and each.is_settled]
            known = what in {"role", "user"} and name and owner not in roster.bounded_elsewhere
            yield bounds[0] if known and bounds else None, [e for e in own if e.kind == "identity"]


def _may_be_more(action: str) -> bool:
    return "*" in action or "?" in action or is_unfilled(action)


def _allows_none(boundary: Document, actions: Iterable[str]) -> bool:
    allowing = [each for each in boundary.statements if each.allows]
    known = boundary.is_settled and not any(map(is_unfilled, _given_by([boundary])))
    return known and not any(concerns(each, one) for each in allowing for one in actions)


def _leaves_nothing(policies: Iterable[Document], limit: Sequence[str]) -> bool:
    """Say whether policies give something, and a boundary of these actions leaves none of it."""
    given = _given_by(policies)
    met = itertools.starmap(may_meet, itertools.product(given, limit))
    return bool(given) and not any(met)


def _bounded_by(document: Document) -> Iterator[tuple[str, Sequence[Document]]]:
    """Yield the users and roles with a boundary whose policies are all known, with these."""
    for each in document.account.owners if document.account else ():
        if each.boundary is document and not each.unread:
            yield each.arn, each.documents
    # What users have by groups, a template may leave open.
    roster = document.roster
    if not (roster and document.is_settled):
        return
    # A policy of roles without a name may be any role's.
    named = {*roster.by_owner, *roster.elsewhere}
    for role in filter(_is_role, document.owners) if "role/" not in named else ():
        own = [each for each in roster.by_owner[role] if each.kind == "identity"]
        if all(each.is_settled for each in own) and not roster.elsewhere.get(role):
            yield role, own


def _of_a_person(owner: str) -> bool:
    return owner.rpartition(":")[2].startswith(("role/", "user/"))


def _is_role(owner: str) -> bool:
    return owner.rpartition(":")[2].startswith("role/")


def _given_by(policies: Iterable[Document], *, without_mfa: bool = False) -> list[str]:
    """Return the actions that Allows name, with `*` for those that a NotAction leaves."""
    allowing = (each for one in policies for each in one.statements if each.allows)
    if without_mfa:
        allowing = (each for each in allowing if not ((found := reach(each)) and found.needs_mfa))
    return [name.lower() for each in allowing for name in each.actions or ("*",)]
