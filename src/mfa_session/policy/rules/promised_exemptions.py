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
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject

YES = {"1", "on", "true", "yes"}
EXEMPTION = Rule(
    "sid-promises-exemption",
    WARNING,
    "The `Sid` exempts something (`AllowWithoutMFA`), but a Deny of the policy stops it without "
    "MFA, and no Allow overrides a Deny; or the Deny is only for those whom its `Sid` excepts; or "
    "an Allow excepts what another one allows.",
)
_of_machines = re.compile("^ci|automat|(^|ro)bots?$|machine|pipeline|service|svc|technical").search
_MACHINES = {"automation", "bot", "bots", "ci", "machine", "machines", "pipeline", "pipelines",
    "robot", "robots", "service", "services", "svc"}  # fmt: skip
_OF_ACCOUNTS = {"aws:principalaccount", "aws:principalorgpaths"}
_of_accounts = re.compile("account|sandbox|ou$").search
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
