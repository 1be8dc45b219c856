"""Denies on a resource that is a slip of the pen away from one that is allowed."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from mfa_session.policy.aws_names import NameList
from mfa_session.policy.coverage import MOST_MET
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.rules.exemptions import DENIES_NOTHING
from mfa_session.policy.rules.resource_kinds import parts_of
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Subject
from mfa_session.policy.statement import Statement

_MANY = 1_000  # pairs of resources
_digits = re.compile("[0-9]").findall


def of_one_misspelt(subject: Subject) -> Flaws:
    """Yield the first resource of a Deny that is not allowed, where one a slip away is, freely."""
    statement, whole = subject.statement, subject.whole
    unnamed = [each for each in statement.resources or () if each not in whole.allowed_resources]
    if not unnamed:
        return
    on_any = replace(statement, resources=("*",))
    allows = list(whole.allows.first_touching(on_any))
    allowed = {text for each in allows for text in each.resources or ("*",)}
    lone = [each for each in unnamed if not _is_allowed(each, statement, allows)]
    if not lone or len(allows) == MOST_MET:
        return
    # A wildcard is a sign like others here.
    as_names = {each.replace("*", "+"): each for each in allowed}
    names = NameList(as_names)
    for text in lone:
        near = as_names.get(names.slip(text.replace("*", "+")) or "", text)
        stopped = whole.denials("long_term").covers(replace(statement, resources=(near,)))
        if _is_a_slip(text, near) and not stopped:
            yield Flaw(
                DENIES_NOTHING,
                subject.place_of("Resource"),
                f"of this Deny's resources, this policy does not allow {text}, but {near}",
                f"nobody without MFA is stopped from what is allowed on {near}",
                f"write {near}",
                severity=WARNING,
            )
            return


def _is_allowed(text: str, statement: Statement, allows: list[Statement]) -> bool:
    alone = replace(statement, resources=(text,))
    return any(share_a_resource(each, alone) for each in allows)


def _is_a_slip(one: str, other: str) -> bool:
    """Say whether ARNs a slip apart hardly name two things: neither by digits nor by a letter."""
    parts = [
        pair for pair in zip(parts_of(one), parts_of(other), strict=True) if pair[0] != pair[1]
    ]
    alike = len(one) != len(other) or sorted(one.lower()) == sorted(other.lower())
    named = [[_digits(text) for text in pair] for pair in parts if not pair[0].isdigit()]
    return alike and len(parts) == 1 and all(first == second for first, second in named)


def share_a_resource(one: Statement, other: Statement, *, parts: int = 6) -> bool:
    """Say whether the first parts of two statements' ARNs may be the same; True of very many."""
    some, others = one.resources or ("*",), other.resources or ("*",)
    return len(some) * len(others) > _MANY or any(
        all(map(may_meet, parts_of(first)[:parts], parts_of(second)))
        for first, second in itertools.product(some, others)
    )
