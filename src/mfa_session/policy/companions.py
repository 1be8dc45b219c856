"""The other policies of the people who have a policy, as a dump, template, plan or state tells."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import NamedTuple

from mfa_session.policy.aws_policies import ALLOWED, name_of
from mfa_session.policy.credentials import Request, long_term
from mfa_session.policy.document import Document, Roster
from mfa_session.policy.evaluation import EXPLICITLY_DENIED, IMPLICITLY_DENIED, evaluate
from mfa_session.policy.intrinsics import THIS_ACCOUNT
from mfa_session.policy.matching import acting_as
from mfa_session.policy.mfa import mfa_conditions
from mfa_session.policy.reading import read_document
from mfa_session.policy.rules.escalation import GAINS
from mfa_session.policy.rules.exemptions import DEACTIVATION
from mfa_session.policy.rules.resource_kinds import ENROLMENT, OF_USER
from mfa_session.policy.rules.whole_policy import WholePolicy

_HERE = f"arn:aws:iam::{THIS_ACCOUNT}:"


class Companions(NamedTuple):
    """All policies that the people of one have in common, itself among them.

    Only itself if its people are not known; none if they have a boundary or unknown policies, which
    may deny. Of groups whose users the file tells, other groups of all these count as they deny.
    `stopped` are the actions that get round MFA, and that the boundaries of all of them
    keep from long-term keys.
    """

    documents: tuple[Document, ...]
    stopped: frozenset[str] = frozenset()


def companions(documents: Sequence[Document]) -> Iterator[Companions]:
    """Yield the companions of each policy."""
    people = _People(documents)
    holders = [people.holders(each) for each in documents]
    by_holder = defaultdict[Hashable, list[int]](list)
    for at, found in enumerate(holders):
        for holder in found:
            by_holder[holder].append(at)

    def in_common(found: set[Hashable]) -> set[int]:
        among = min((by_holder[each] for each in found), key=len)
        return {each for each in among if found <= holders[each]}

    for document, found in zip(documents, holders, strict=True):
        if not found:
            yield Companions((document, *_denies_beside(document)))
        elif people.are_limited(found):
            yield Companions((), people.stopped(found))
        else:
            here, users = in_common(found), found - people.told_groups
            of_users = sorted(in_common(users) - here) if users and users < found else ()
            denies = (documents[each].only("Deny") for each in of_users)
            shared = *(documents[each] for each in sorted(here)), *people.known_elsewhere(found)
            yield Companions((*shared, *(each for each in denies if each.statements)))


def _denies_beside(document: Document) -> Iterator[Document]:
    """Yield what the organisation's other policies deny whomever one of them limits."""
    if document.kind == "scp" and document.roster and document.owners:
        for each in document.roster.by_owner.get(document.owners[0], ()):
            beside = each.kind == "scp" and each is not document and each.is_settled
            if beside and each.owners == document.owners:
                denies = each.only("Deny")
                if denies.statements:
                    yield denies


def asking_companions(document: Document, joint: Sequence[Document]) -> Sequence[Document]:
    """Return the policies of those who may get round MFA, or not set it up, by one without it.

    By it they may remove their own device, or change policies; or a Deny of it stops the setup.
    They are the policies that its people have in common. Or all of a template, plan or state, if
    users set up MFA only by this one: whom others ask for MFA has it by this one. None if it is
    about nothing of that, no policy asks for MFA, or what is elsewhere may deny it.
    """
    alone = WholePolicy(document.statements)
    gets_round = any(map(alone.allows_without_mfa, (DEACTIVATION, *GAINS)))
    # Of a dump, `dump_users` tells whom it stops.
    stops_setup = not document.account and any(map(alone.denies_anyhow, ENROLMENT))
    if alone.concern_mfa or not (gets_round or stops_setup):
        return ()
    if any(map(_concerns_mfa, joint)):
        return joint
    theirs = _policies_of_users(document.roster) if document.roster else ()
    return theirs if _allows_setup(document) and any(map(_concerns_mfa, theirs)) else ()


@functools.lru_cache(maxsize=8)
def _policies_of_users(roster: Roster) -> Sequence[Document]:
    """Return them if they are known, none has a boundary, and only one allows setting up MFA."""
    of_users = [each for each in roster.documents if each.holder != "role"]
    theirs = [each for each in of_users if each.kind == "identity"]
    owners = {owner for each in theirs for owner in each.owners}
    known = (
        not roster.bounded_elsewhere
        and all(each.kind != "boundary" and each.is_certain for each in of_users)
        and all(name_of(arn) for each in owners for arn in roster.elsewhere.get(each, ()))
    )
    return theirs if known and sum(map(_allows_setup, theirs)) == 1 else ()


def _allows_setup(document: Document) -> bool:
    return WholePolicy(document.statements).allows_without_mfa(ENROLMENT[1])


def _concerns_mfa(document: Document) -> bool:
    return any(map(mfa_conditions, document.statements))


class _People:
    """Who has which policies, which of AWS's own, and what else limits them."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._dumped = defaultdict[int, set[Hashable]](set)
        self._elsewhere = dict[Hashable, Collection[str]]()
        self.told_groups = set[Hashable]()  # whose users the file names
        self._bounded = set[Hashable]()
        self._bounds = dict[Hashable, tuple[Document, str]]()  # and the ARN of who has it
        self._stopped = dict[int, frozenset[str]]()
        for account in {id(each.account): each.account for each in documents}.values():
            for owner in account.holders if account else ():
                self._elsewhere[id(owner)] = owner.unread
                self._bounded |= {id(owner)} if owner.boundary or owner.boundary_unread else set()
                if owner.boundary and owner.arn:
                    self._bounds[id(owner)] = owner.boundary, owner.arn
                for each in owner.documents:
                    self._dumped[id(each)].add(id(owner))
        for roster in {id(each.roster): each.roster for each in documents if each.roster}.values():
            self._bounded |= {(id(roster), owner) for owner in roster.bounded_elsewhere}
            self.told_groups |= {
                (id(roster), group)
                for group, members in roster.members.items()
                if members and not any(each.endswith("/") for each in members)
            }
        for each in documents:
            if each.roster and each.kind == "boundary":
                self._note_boundary(each, id(each.roster))

    def _note_boundary(self, boundary: Document, roster: int) -> None:
        for owner in boundary.owners:
            self._bounded.add((roster, owner))
            is_known = owner.startswith("arn:") and "*" not in owner
            arn = owner if is_known else f"{_HERE}{owner.rpartition(':')[2]}"
            if boundary.is_settled:
                self._bounds[roster, owner] = boundary, arn

    def holders(self, document: Document) -> set[Hashable]:
        """Return the users, groups and roles that surely have a policy of theirs."""
        if document.kind != "identity" or not document.is_certain:
            return set()
        return {*self._dumped[id(document)], *self._told(document)}

    def _told(self, document: Document) -> Iterator[Hashable]:
        """Yield the owners of a template's or plan's policy that have a name."""
        roster = document.roster
        for owner in document.owners if roster and not document.is_optional else ():
            kind, _, name = owner.rpartition(":")[2].partition("/")
            if roster and kind in {"group", "role", "user"} and name:
                self._elsewhere[id(roster), owner] = roster.elsewhere.get(owner, ())
                yield id(roster), owner

    def are_limited(self, holders: Collection[Hashable]) -> bool:
        """Say whether one of them has a boundary, or a policy that is not known."""
        return not self._bounded.isdisjoint(holders) or any(
            not name_of(arn) for each in holders for arn in self._elsewhere[each]
        )

    def stopped(self, holders: Collection[Hashable]) -> frozenset[str]:
        """Return what gets round MFA, and what all of their boundaries keep from long-term keys."""
        if not self._bounds.keys() >= set(holders):
            return frozenset()
        bounds = {id(bound): (bound, arn) for bound, arn in map(self._bounds.__getitem__, holders)}
        for key in bounds.keys() - self._stopped.keys():
            self._stopped[key] = _stopped_by(*bounds[key])
        return frozenset.intersection(*map(self._stopped.__getitem__, bounds))

    def known_elsewhere(self, holders: Collection[Hashable]) -> list[Document]:
        """Return what the policies of AWS's own allow that all of them have, if it is known."""
        names = set.intersection(*({*map(name_of, self._elsewhere[each])} for each in holders))
        return list(map(_policy_of_aws, sorted(names & ALLOWED.keys())))


def _stopped_by(boundary: Document, arn: str) -> frozenset[str]:
    """Return what gets round MFA, and what a boundary keeps from a user with a long-term key."""
    whatever, caller = [_policy_of_aws("AdministratorAccess")], acting_as(long_term(), arn)
    start, _, user = arn.rpartition(":")
    kinds = {DEACTIVATION: OF_USER, **{action: kind for action, (kind, _) in GAINS.items()}}
    return frozenset(
        action
        for action, kind in kinds.items()
        for what in [user if kind == OF_USER else kind.replace("?*", "any")]
        for asked in [Request(action=action, resource=f"{start}:{what}")]
        if evaluate(whatever, asked, caller, boundary=boundary).outcome
        in {EXPLICITLY_DENIED, IMPLICITLY_DENIED}
    )


@functools.lru_cache
def _policy_of_aws(name: str) -> Document:
    statement = {"Effect": "Allow", "Resource": "*", **ALLOWED[name]}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    return read_document(f"AWS's {name}", text)
