"""Sids that promise an exemption from MFA which nobody has."""

from __future__ import annotations

import re
from dataclasses import replace

from mfa_session.policy.conditions import NEGATED, OPPOSITES
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.document import Condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, means_mfa
from mfa_session.policy.rules.exemptions import SETUP
from mfa_session.policy.rules.narrowing import OF_PLACES, PLACES, YES
from mfa_session.policy.rules.promised_scope import SERVICES
from mfa_session.policy.rules.promises import MFA
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject

EXEMPTION = Rule(
    "sid-promises-exemption",
    WARNING,
    "The `Sid` exempts something (`AllowWithoutMFA`), but a Deny of the policy stops it without "
    "MFA, and no Allow overrides a Deny; or the Deny is only for those whom its `Sid` excepts, or "
    "stops the service that it excepts; or an Allow excepts what another one allows; or it is for "
    "everywhere but the place that its `Sid` exempts, or demands that place and MFA where its "
    "`Sid` says or (`FromOfficeOrWithMfa`).",
)
_of_machines = re.compile(
    "^ci|automat|(^|ro)bots?$|machine|pipeline|services?(?=$|account|role|user)|svc|technical"
).search
_MACHINES = {"automation", "bot", "bots", "ci", "machine", "machines", "pipeline", "pipelines",
    "robot", "robots", "service", "services", "svc"}  # fmt: skip
_OF_ACCOUNTS = {"aws:principalaccount", "aws:principalorgpaths"}
_of_accounts = re.compile("account|sandbox|ou$").search
_excepted_service = re.compile(
    f"(?:all|any|every(?:thing)?)(?:access|actions?)?(?:but|except)(?:for)?({'|'.join(sorted(SERVICES))})"
    "(?:access|list|read|readonly|readaccess)?(?=if|no|unless|with|$)"
).search
_without_there = re.compile(
    f"(?!.*(?:outside|un|no[nt])).*(?:(?:{PLACES})(?:access|ip)?without{MFA}"
    f"|without{MFA}(?:at|from|in|inside|on|our|the|within)*(?:{PLACES}))"
).match
_there_or_with_mfa = re.compile(
    f"(?:{PLACES})(?:ip)?or(?:by|has|using|with)*{MFA}"
    f"|{MFA}or(?:at|by|from|in|on|our|the|via)*(?:{PLACES})"
).search
_user_id = re.compile("AIDA[A-Z0-9]+").fullmatch
_exemption = re.compile(
    "exceptions?(?:for|from|to)|exclu|exempt|whitelist|(bypass|overrid).*(mfa|deny)|(without|before|non?)mfa|(first|initial)(sign|log)"
).search
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


def check_excepted_service(subject: Subject) -> Flaws:
    """Find Denies of all but some actions that stop the service which their Sid excepts."""
    statement, exempt = subject.statement, subject.statement.not_actions
    found = _excepted_service(statement.sid_letters) if subject.refuses_without_mfa else None
    if not (found and exempt) or subject.other_conditions or subject.on_role:
        return
    start, allowed = f"{found[1]}:", subject.whole.allowed_names
    given = next((name for name in allowed if name.startswith((start, "*"))), None)
    if given and not any(name.lower().startswith((start, "*", "$")) for name in exempt):
        yield Flaw(
            EXEMPTION,
            subject.place_of_action(),
            f"the Sid is {statement.sid}, but NotAction holds nothing of {found[1]}",
            f"whoever has no MFA is stopped from {found[1]}, too",
            f"add the actions of {found[1]} to NotAction, or change the Sid",
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
        if of_place and exempts and each.operator in OPPOSITES:
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
    """Find Denies that are only for those whom their Sid excepts."""
    found = _exception(subject.statement.sid_letters)
    excepted = re.split("mfa|unless|without|when", found[1])[0] if found else ""
    if not (excepted and subject.refuses_without_mfa):
        return
    for condition in subject.other_conditions:
        negated = NEGATED.get(condition.operator)
        if negated and (
            all(_is_named(each, excepted) for each in condition.values or "*")
            or _says_yes(condition, excepted)
            or _is_only_of_one(subject, condition, excepted)
        ):
            yield Flaw(
                EXEMPTION,
                condition.position,
                f"the Sid is {subject.statement.sid}, but this Deny is only for those whom "
                f"{condition.written} {condition.key} names",
                "they are locked out, and nobody else is asked for MFA",
                f"write {'ForAllValues:' if condition.qualifier else ''}{negated} to exempt them",
            )


def _is_named(name: str, sid: str) -> bool:
    words = re.findall("[a-z]{2,}", name.rpartition("/")[2].lower())
    if _of_machines(sid) and not _MACHINES.isdisjoint(re.findall("[a-z]+", name.lower())):
        return True
    return any(sid.startswith(each) or (each[2:] and each in sid) for each in words)


def _says_yes(condition: Condition, sid: str) -> bool:
    """Say whether it is a tag of the caller's that the Sid names, compared to true."""
    key, name = condition.key.lower().partition("/")[::2]
    named = key == "aws:principaltag" and re.sub("[^a-z0-9]", "", name) in sid
    return named and bool(condition.values) and YES.issuperset(map(str.lower, condition.values))


def _is_only_of_one(subject: Subject, condition: Condition, sid: str) -> bool:
    """Say whether one user's id or one account is all that tells whom the Sid may except."""
    key, others = condition.key.lower(), subject.other_conditions
    of_user = key == "aws:userid" and all(map(_user_id, condition.values))
    of_account = key in _OF_ACCOUNTS and _of_accounts(sid) is not None
    excepting = any(each.operator in OPPOSITES for each in others)
    return len(condition.values) == 1 and (of_user or of_account) and not excepting
