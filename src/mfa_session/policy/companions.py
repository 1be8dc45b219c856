"""Which policies everybody has who has another one, as a dump, a template or a plan tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from mfa_session.policy.document import Document


def companions(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Yield, for each policy, the others that all have who have it; none if it is not told."""
    holders = _holders(documents)
    by_holder = defaultdict[Hashable, list[int]](list)
    for at, found in enumerate(holders):
        for holder in found:
            by_holder[holder].append(at)
    for at, found in enumerate(holders):
        among = min((by_holder[each] for each in found), key=len, default=[])
        yield [documents[each] for each in among if each != at and found <= holders[each]]


def _holders(documents: Sequence[Document]) -> list[set[Hashable]]:
    """Return, for each policy of users, groups and roles, which of them surely have it."""
    dumped = defaultdict[int, set[Hashable]](set)
    for account in {id(each.account): each.account for each in documents}.values():
        for owner in account.owners if account else ():
            for each in owner.documents:
                dumped[id(each)].add(id(owner))
    return [
        {*dumped[id(each)], *_told(each)} if each.kind == "identity" and each.is_certain else set()
        for each in documents
    ]


def _told(document: Document) -> Iterator[Hashable]:
    """Yield the owners of a template's or plan's policy that have a name."""
    if document.roster and not document.is_optional:
        for owner in document.owners:
            kind, _, name = owner.rpartition(":")[2].partition("/")
            if kind in {"group", "role", "user"} and name:
                yield id(document.roster), owner
