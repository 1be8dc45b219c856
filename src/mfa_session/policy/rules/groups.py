"""Groups of a template, plan or state whom no policy asks for MFA, though it asks others."""

from __future__ import annotations

import re
from collections.abc import Collection

from mfa_session.policy.coverage import names_of
from mfa_session.policy.document import Document, Roster, is_of_a_program
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.rules.accounts import UNASKED
from mfa_session.policy.rules.exemptions import is_left_open
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject, first_of

_MOST = 5  # groups to name
_is_of_aws = re.compile(r"arn:[^:]*:iam::aws:policy/(?:[\w-]+/)*([\w-]+)").fullmatch
_only_reads = re.compile(".*(ReadOnly|ViewOnly)(Access)?").fullmatch
_OF_GROUP = "group/"


def check_groups(subject: Subject) -> Flaws:
    """Find groups with access whom no policy asks for MFA, once, at the first Deny that asks."""
    document, roster = subject.document, subject.document.roster
    asks = subject.denies_all_actions and any(map(_is_group, document.owners))
    if not roster or not asks or document is not _first_asking(roster):
        return
    groups = set(filter(_is_group, (*roster.by_owner, *roster.elsewhere)))
    asked = {owner for each in filter(_asks, roster.documents) for owner in each.owners}
    unasked = [each for each in sorted(groups) if _is_unasked(roster, each, asked)]
    if unasked:
        yield Flaw(
            UNASKED,
            subject.statement.position,
            "no policy asks these groups for MFA: "
            + first_of([each.removeprefix(_OF_GROUP) for each in unasked], _MOST),
            "whoever has the long-term key of a member gets through without MFA",
            "give this policy to the groups of people among them as well",
        )


def _is_group(owner: str) -> bool:
    return owner.startswith(_OF_GROUP) and owner != _OF_GROUP


def _asks(document: Document) -> bool:
    return document.kind == "identity" and any(map(means_mfa, document.statements))


def _first_asking(roster: Roster) -> Document | None:
    return next((each for each in roster.documents if _asks(each)), None)


def _is_unasked(roster: Roster, group: str, asked: Collection[str]) -> bool:
    """Say whether no policy asks people of a group for MFA who may do more than read.

    What is not known may ask.
    """
    own = roster.by_owner.get(group, [])
    others = [*map(_is_of_aws, roster.elsewhere.get(group, ()))]
    if None in others or not all(each.is_certain and not each.is_optional for each in own):
        return False
    users = {owner for each in own for owner in each.owners if ":user/" in f":{owner}"}
    changes = any(
        not is_left_open(name)
        for one in own
        for each in one.statements
        if each.allows
        for name in names_of(each)
    )
    changes = changes or any(found and not _only_reads(found[1]) for found in others)
    in_other_group = bool(users) and users.issubset(asked)
    return changes and not (
        group in asked or in_other_group or is_of_a_program(group.removeprefix(_OF_GROUP))
    )
