"""Sids that promise an exemption from MFA which nobody has."""

from __future__ import annotations

import re
from dataclasses import replace

from mfa_session.policy.conditions import OPPOSITES
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, means_mfa
from mfa_session.policy.rules.exemptions import SETUP
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject

EXEMPTION = Rule(
    "sid-promises-exemption",
    WARNING,
    "The `Sid` exempts something (`AllowWithoutMFA`), but a Deny of the policy stops it without "
    "MFA, and no Allow overrides a Deny; or the Deny is only for those whom its `Sid` excepts; or "
    "an Allow excepts what another one allows.",
)
_exemption = re.compile(
    "exceptions?(?:for|from|to)|exclu|exempt|whitelist|(bypass|overrid).*(mfa|deny)|(without|before|non?)mfa|(first|initial)(sign|log)"
).search
_NEGATED = {plain: negated for negated, plain in OPPOSITES.items()}
_exception = re.compile(
    "(?:except|exempt|exclud|unless|(?:all|body|one|users)but)(?:ing|for|the)*([a-z]{2,})"
).search


def check_exemption(subject: Subject) -> Flaws:
    """Find Allows whose Sid exempts them from what a Deny stops without MFA."""
    statement, sid = subject.statement, subject.statement.sid_letters
    if not (_exemption(sid) and statement.allows) or subject.on_role or means_mfa(statement):
        return
    left = {
        name
        for kind in KINDS_WITHOUT_MFA
        for name in subject.whole.denials(kind).uncovered(statement)
    }
    spared = SETUP | left
    denied = [name for name in names_of(statement) if not (name in spared or is_unfilled(name))]
    if denied:
        yield Flaw(
            EXEMPTION,
            subject.place_of_action(denied[0]),
            f"the Sid is {statement.sid}, but a Deny of this policy stops "
            f"{subject.as_written(denied[0])} without MFA",
            "nobody is exempt: no Allow overrides a Deny",
            "exempt the actions or resources from the Deny",
        )


def check_excepted(subject: Subject) -> Flaws:
    """Find Allows of all but some actions, by their Sid, where another statement allows these."""
    statement, excepted = subject.statement, subject.statement.not_actions
    excepts = statement.allows and "except" in statement.sid_letters and not means_mfa(statement)
    if not (excepts and excepted):
        return
    given = subject.whole.allowed_of(replace(statement, actions=excepted, not_actions=None))
    allowed = [
        name
        for name in excepted
        if name.lower() in given
        and not any(concerns(each, name) for each in subject.whole.plain_denials)
    ]
    if allowed:
        yield Flaw(
            EXEMPTION,
            subject.place_of_action(),
            f"the Sid is {statement.sid}, but another statement allows {allowed[0]}",
            "nothing is excepted: an Allow takes nothing away",
            "deny these actions as well",
        )


def check_exception(subject: Subject) -> Flaws:
    """Find Denies that are only for those whom their Sid excepts."""
    found = _exception(subject.statement.sid_letters)
    excepted = re.split("mfa|unless|without|when", found[1])[0] if found else ""
    if not (excepted and subject.refuses_without_mfa):
        return
    for condition in subject.other_conditions:
        negated = _NEGATED.get(condition.operator)
        if negated and all(_is_named(each, excepted) for each in condition.values or "*"):
            yield Flaw(
                EXEMPTION,
                condition.position,
                f"the Sid is {subject.statement.sid}, but this Deny is only for those whom "
                f"{condition.written} {condition.key} names",
                "they are locked out, and nobody else is asked for MFA",
                f"write {negated} to exempt them",
            )


def _is_named(name: str, sid: str) -> bool:
    words = re.findall("[a-z]{2,}", name.rpartition("/")[2].lower())
    return any(sid.startswith(each) or (each[2:] and each in sid) for each in words)
