"""Statements that do not do what their Sid says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.policy.coverage import actions_of, concerns
from mfa_session.policy.finding import WARNING, Check, Flaw, Rule
from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.rules.exemptions import DEACTIVATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Statement
    from mfa_session.policy.rules.subject import Subject

PROMISE = Rule(
    "sid-promises-mfa",
    WARNING,
    "The `Sid` demands MFA (`AllowWithMFA`), but no condition and no Deny of the policy asks for "
    "it.",
)
RULES = (PROMISE,)

_MFA = "(?:mfa|2fa|twofactor|multifactor)(?:auth(?:entication|enticated)?)?"
_demand = re.compile(
    rf"(?:(?<!out)with|requir(?:e|es|ed|ing)|enforc(?:e|es|ed|ing)|needs?|if|when|using|behind)"
    rf"(?:an?|valid|active|fresh|recent|hardware|virtual)*{_MFA}(?!device|setup|enrol|manage|token)"
    rf"|{_MFA}(?:is|was)?(?:required|present|enforced|verified|mandatory|needed|only)"
).search
_absence = re.compile(rf"(?:without|unless|except|before|no|non|not)(?:using|valid)?{_MFA}").search


def check_promise(subject: Subject) -> Iterator[Flaw]:
    """Find statements that ask for no MFA although their Sid says so."""
    statement = subject.statement
    sid = re.sub(r"[^a-z0-9]", "", (statement.sid or "").lower())
    if means_mfa(statement) or subject.on_role or not (_demand(sid) or _absence(sid)):
        return
    if statement.allows:
        if _absence(sid) or _needs_no_mfa(statement) or subject.whole.denies_for_mfa:
            return
        asking = "neither a condition nor a Deny of this policy asks"
        who = "everybody to whom it applies gets through without MFA"
        condition = '"Bool": {"aws:MultiFactorAuthPresent": "true"}'
    elif statement.conditions:
        return
    else:
        asking, who = "no condition asks", "everybody is locked out, with MFA too"
        condition = '"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}'
    yield Flaw(
        PROMISE,
        subject.document.source.position(statement.elements["Sid"].offset),
        f"the Sid is {statement.sid}, but {asking} for MFA",
        who,
        f"add {condition} to its Condition, or change the Sid",
    )


CHECKS: tuple[Check, ...] = (check_promise,)


def _needs_no_mfa(statement: Statement) -> bool:
    """Say whether it is about owning a device, or for services and federated users."""
    principals = (statement.principals or {}).keys()
    elsewhere = bool(principals) and not principals & {"AWS", "*"}
    about_devices = any("mfa" in name for name in actions_of(statement).names)
    return elsewhere or (about_devices and not concerns(statement, DEACTIVATION))
