"""Permissions boundaries that allow nothing worth having."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.coverage import actions_of, may_overlap
from mfa_session.policy.finding import ERROR, Check, Flaw, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.rules.subject import Subject

NOTHING = Rule(
    "boundary-allows-nothing",
    ERROR,
    "A permissions boundary allows nothing, or nothing but what its Deny exempts: nothing else is "
    "allowed, with MFA either.",
)
RULES = (NOTHING,)


def check_boundary(subject: Subject) -> Iterator[Flaw]:
    """Find Denies about MFA in a boundary that allows nothing of what they deny."""
    denial, whole = subject.statement, subject.whole
    if subject.document.kind != "boundary" or denial not in whole.denies_for_mfa[:1]:
        return
    allows = [each for each in whole.statements if each.allows]
    if not allows or (
        actions_of(denial).all_but and not any(may_overlap(each, denial) for each in allows)
    ):
        yield Flaw(
            NOTHING,
            subject.place_of_action(),
            "this boundary allows nothing that the Deny is about",
            "nothing else is allowed to whoever has this boundary, with MFA either",
            'allow what they may do at most: {"Effect": "Allow", "Action": "*", "Resource": "*"}',
        )


CHECKS: tuple[Check, ...] = (check_boundary,)
