"""Allows that come to nothing because of another statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.coverage import names_of
from mfa_session.policy.finding import ERROR, Check, Flaw, Rule
from mfa_session.policy.fixes import right_deny
from mfa_session.policy.rules.exemptions import DELETION, FIRST_STEPS
from mfa_session.policy.rules.subject import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.rules.subject import Subject

DEFEATED = Rule(
    "allowed-without-mfa-too",
    ERROR,
    "Another statement allows the same without MFA, and no Deny takes it away: everybody "
    "gets through.",
)
RULES = (DEFEATED,)

_READING = ("get", "list", "describe", "batchget", "lookup", "search", "view")


def check_defeat(subject: Subject) -> Iterator[Flaw]:
    """Find Allows with MFA for what another Allow gives without, and no Deny takes away."""
    if not subject.requires_mfa:
        return
    statement, whole = subject.statement, subject.whole
    names = names_of(statement)
    opened = {name for kind in KINDS for name in whole.opened(statement, kind)}
    defeated = [name for name in names if name in opened]
    partly = len(defeated) < len(names)
    if not defeated or (partly and all(map(_is_left_open, defeated))):
        return
    by_hand = (
        partly
        or whole.has_allows_for_no_mfa
        or statement.not_actions is not None
        or not whole.lenient_allows.covers(statement)
    )
    shown = ", ".join(defeated[:3]) + (" …" if defeated[3:] else "")
    yield Flaw(
        DEFEATED,
        subject.mfa_conditions[0].position,
        f"another statement allows {shown} without MFA, and one Allow is enough",
        "everybody the other statement is for gets through without MFA",
        "deny it without MFA",
        {} if by_hand else right_deny(statement),
    )


CHECKS: tuple[Check, ...] = (check_defeat,)


def _is_left_open(action: str) -> bool:
    """Say whether an action is given without MFA on purpose, where others need it."""
    reads = action.partition(":")[2].startswith(_READING)
    return reads or action in FIRST_STEPS or action == DELETION.lower()
