"""Sids that promise an exemption from MFA which nobody has."""

from __future__ import annotations

import re

from mfa_session.policy.conditions import NEGATED, OPPOSITES
from mfa_session.policy.coverage import names_of
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, means_mfa
from mfa_session.policy.rules.exemptions import SETUP, is_denied_but_for_setup
from mfa_session.policy.rules.names_in_sids import MFA, stands_in_a_name
from mfa_session.policy.rules.narrowing import OF_PLACES, PLACES, YES
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.statement import Condition

EXEMPTION = Rule(
    "sid-promises-exemption",
    WARNING,
    "The `Sid` exempts something from MFA (`AllowWithoutMFA`), but a Deny of the policy stops it "
    "without MFA, and no Allow overrides a Deny; or the Deny is only for those whom its `Sid` "
    "excepts; or an Allow is for everywhere but the place that its `Sid` exempts, or demands that "
    "place and MFA where its `Sid` says or (`FromOfficeOrWithMfa`).",
)
_without_there = re.compile(
    f"(?!.*(?:outside|un|no[nt])).*(?:(?:{PLACES})(?:access|ip)?without{MFA}"
    f"|without{MFA}(?:at|from|in|inside|on|our|the|within)*(?:{PLACES}))"
).match
_there_or_with_mfa = re.compile(
    f"(?:{PLACES})(?:ip)?or(?:by|has|using|with)*{MFA}"
    f"|{MFA}or(?:at|by|from|in|on|our|the|via)*(?:{PLACES})"
).search
_exemption = re.compile(
    f"(?<!accounts)(?<!logins)(?<!people)(?<!users)(?:without|before){MFA}$"
    f"|(?:bypass|(?:excepted|exceptions?|excluded?|exempt|exempted|exemptions?)from)(?:of)?{MFA}(?=$|for)"
    f"|{MFA}(?:bypass|exclusions?|exempt|exempted|exemptions?)(?=$|for)|no{MFA}(?:needed|required)$"
).search
_exception = re.compile(
    "(?:except|excluding|unless|(?:all|body|one|users)but)(?:for|the)*([a-z]{2,}?)"
    f"(?:(?:if|no|unless|when|without)+{MFA})?$"
).search


def check_exemption(subject: Subject) -> Flaws:
    """Find Allows whose Sid exempts them from what a Deny stops without MFA."""
    statement, sid = subject.statement, subject.statement.sid_letters
    if not statement.allows or subject.on_role or means_mfa(statement):
        return
    if not _exemption(sid) or stands_in_a_name(statement, "mfa", "2fa"):
        return
    left = {
        name
        for kind in KINDS_WITHOUT_MFA
        for name in subject.whole.denials(kind).uncovered(statement)
    }
    spared = SETUP | left
    denied = [name for name in names_of(statement) if not (name in spared or is_unfilled(name))]
    nearly_all = "*" in left and _is_denied_but_for_setup(subject)
    if denied or nearly_all:
        stopped = (
            f"{subject.as_written(denied[0])} without MFA"
            if denied
            else "everything but the setup of MFA"
        )
        yield Flaw(
            EXEMPTION,
            subject.place_of_action(denied[0] if denied else "*"),
            f"the Sid is {statement.sid}, but a Deny of this policy stops {stopped}",
            "nobody is exempt: no Allow overrides a Deny",
            "exempt the actions or resources from the Deny",
        )


def _is_denied_but_for_setup(subject: Subject) -> bool:
    return all(
        is_denied_but_for_setup(subject.whole, subject.statement, kind)
        for kind in KINDS_WITHOUT_MFA
    )


def check_sid_of_places(subject: Subject) -> Flaws:
    """Find Allows for all but the place that their Sid exempts, or only there and with MFA."""
    statement, sid = subject.statement, subject.statement.sid_letters
    if not statement.allows or subject.on_role:
        return
    exempts = not means_mfa(statement) and bool(_without_there(sid))
    either = subject.requires_mfa and bool(_there_or_with_mfa(sid))
    for each in subject.other_conditions if exempts or either else ():
        of_place = each.key.lower() in OF_PLACES
        if of_place and exempts and each.negates:
            yield Flaw(
                EXEMPTION,
                each.position,
                f"the Sid is {statement.sid}, but {each.written} {each.key} is met elsewhere",
                "whoever is elsewhere gets through without MFA",
                f"write {OPPOSITES[each.operator]}",
            )
        elif of_place and either and not subject.whole.lenient_allows.covers(statement):
            yield Flaw(
                EXEMPTION,
                each.position,
                f"the Sid is {statement.sid}, but all conditions of a statement must be met",
                f"whoever has only MFA, or only meets {each.written} {each.key}, is locked out",
                "write an Allow for each of the two",
            )


def check_exception(subject: Subject) -> Flaws:
    """Find Denies that are only for those whom their Sid excepts, and says nothing else of."""
    found = _exception(subject.statement.sid_letters)
    if not (found and subject.refuses_without_mfa):
        return
    for condition in subject.other_conditions:
        negated = NEGATED.get(condition.operator)
        if negated and _are_all_named(condition, found[1]):
            yield Flaw(
                EXEMPTION,
                condition.position,
                f"the Sid is {subject.statement.sid}, but this Deny is only for those whom "
                f"{condition.written} {condition.key} names",
                "they are locked out, and nobody else is asked for MFA",
                f"write {'ForAllValues:' if condition.qualifier else ''}{negated} to exempt them",
            )


def _are_all_named(condition: Condition, sid: str) -> bool:
    """Say whether a part of a Sid names whatever a condition compares, and nothing else.

    Of a tag of the caller's that is true, this is the tag's name.
    """
    key, tag = condition.key.lower().partition("/")[::2]
    of_tag = key == "aws:principaltag" and YES.issuperset(map(str.lower, condition.values))
    names = [tag] if of_tag else [each.rpartition("/")[2].lower() for each in condition.values]
    words = [{word.removesuffix("s") for word in re.findall("[a-z]{2,}", each)} for each in names]
    known = sorted(set().union(*words), key=len, reverse=True)
    rest = re.sub("|".join([*map(re.escape, known), "users?|roles?"]), "", sid)
    return rest in {"", "s"} and all(any(word in sid for word in each) for each in words)
