"""Conditions that do not say what they seem to: misspelt, of the wrong kind, or too many."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from mfa_session.model.text import nearest_of
from mfa_session.policy.conditions import OPERATORS, is_met, is_readable
from mfa_session.policy.credentials import (
    LONGEST_SESSION_SECONDS,
    MFA_AGE,
    MFA_PRESENT,
    role_session,
)
from mfa_session.policy.finding import ERROR, NOTE, REJECTED, WARNING, Check, Flaw, Rule
from mfa_session.policy.fixes import (
    SHORTEST_USEFUL_SECONDS,
    age_seconds,
    right_condition,
    with_operator,
)
from mfa_session.policy.global_keys import meant_instead
from mfa_session.policy.intrinsics import without_template_values
from mfa_session.policy.mfa import is_age, is_boolean, is_number, is_present, is_sound
from mfa_session.policy.request import RequestContext
from mfa_session.policy.rules.subject import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition
    from mfa_session.policy.rules.subject import Subject

UNKNOWN_OPERATOR = Rule(
    "unknown-operator",
    ERROR,
    "IAM has no such operator and rejects the policy; the previous version stays in force.",
)
UNKNOWN_KEY = Rule(
    "unknown-mfa-key",
    ERROR,
    "A key that resembles one of the two, such as `aws:MFAPresent`: no request carries it.",
)
NO_SUCH_KEY = Rule(
    "unknown-condition-key",
    WARNING,
    "AWS has no such `aws:` key, in a condition or as a variable, or the name of the tag is "
    "missing: no request carries it.",
)
NO_USER = Rule(
    "username-in-role-policy",
    WARNING,
    "A role's own policy needs `aws:username`, in a condition or as a variable: sessions of roles "
    "have none, so nothing matches.",
)
WRONG_OPERATOR = Rule(
    "wrong-operator",
    WARNING,
    "`StringEquals` or similar on a boolean or a number: AWS does not document the result.",
)
NOT_A_BOOLEAN = Rule(
    "not-a-boolean",
    ERROR,
    "Compared with something other than true or false: no value matches.",
)
NOT_A_NUMBER = Rule(
    "age-not-a-number",
    ERROR,
    "Compared with something other than seconds, such as `1h`: no age matches.",
)
WRONG_VALUE = Rule(
    "wrong-value",
    ERROR,
    "A date, number or network is compared with something that is none: no value matches.",
)
AGE_TOO_SHORT = Rule(
    "age-too-short",
    NOTE,
    "Under two minutes. The age is in seconds; minutes or hours may be intended.",
)
AGE_TOO_LONG = Rule(
    "age-beyond-any-session",
    NOTE,
    "Over 36 hours. No session lasts that long, so the limit is never reached.",
)
NARROWED = Rule(
    "deny-narrowed",
    WARNING,
    "Another condition (network, time, TLS) must match as well: where it does not, nobody "
    "without MFA is stopped.",
)
RULES = (
    UNKNOWN_OPERATOR,
    UNKNOWN_KEY,
    NO_SUCH_KEY,
    NO_USER,
    WRONG_OPERATOR,
    NOT_A_BOOLEAN,
    NOT_A_NUMBER,
    WRONG_VALUE,
    AGE_TOO_SHORT,
    AGE_TOO_LONG,
    NARROWED,
)

_variables = re.compile(r"([$&]|\$\$)\{\s*(aws:[^{},]+?)\s*\}", re.IGNORECASE).findall
_user_name = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE).search
_OF_SERVERLESS = {"aws:accountid", "aws:region"}
ALIKE = 0.8  # of the letters, for a key to be one of the two misspelt
PREFIXES = {"aws", "sts", "iam"}  # those that a key about MFA is given by mistake
_SAMPLES = {
    "Date": ("no date", "2031-05-01T12:00:00Z"),
    "Numeric": ("no number", "10"),
    "IpAddress": ("no network", "192.0.2.0/24"),
}
# Keys about where, when and how a request is made. Each may be a requirement of its own, which
# it is not when it only says in which cases MFA is asked for.
CIRCUMSTANCES = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:securetransport",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:vpcsourceip",
}


def check_operators(subject: Subject) -> Iterator[Flaw]:
    """Find operators that IAM does not have."""
    for condition in subject.statement.conditions:
        if not condition.known:
            near = _nearest_operator(condition)
            meant = f"; {near} was probably meant" if near else ""
            yield Flaw(
                UNKNOWN_OPERATOR,
                condition.position,
                f"IAM has no condition operator {condition.written}{meant}",
                REJECTED,
                "use an operator that exists",
                _with_known_operator(subject, condition, near),
            )


def check_keys(subject: Subject) -> Iterator[Flaw]:
    """Find keys that are meant to be about MFA, but are none."""
    for condition in subject.statement.conditions:
        meant = _misspelt(condition)
        if meant:
            yield Flaw(
                UNKNOWN_KEY,
                condition.position,
                f"{condition.key} is not a condition key; {meant} was meant",
                f"no request carries that key: {_never_there(subject, condition)}",
                "use the key that exists",
                right_condition(
                    subject.statement,
                    instead_of=[condition],
                    age_limit=_age_of(condition) if meant == MFA_AGE else None,
                ),
            )


def check_global_keys(subject: Subject) -> Iterator[Flaw]:
    """Find keys with AWS's prefix that AWS does not have."""
    for condition in subject.statement.conditions:
        near = None if _misspelt(condition) else meant_instead(condition.key)
        if near is not None:
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"AWS has no condition key {condition.key}" + _nearest(near),
                f"no request carries that key: {_never_there(subject, condition)}",
                "use a key that exists",
            )


def check_variables(subject: Subject) -> Iterator[Flaw]:
    """Find variables that IAM cannot fill in."""
    for item in subject.texts():
        for sign, key in _variables(str(item.value)):
            near = meant_instead(key)
            if sign == "$" and (near is None or _is_of_serverless(subject, key)):
                continue
            yield Flaw(
                NO_SUCH_KEY,
                subject.document.source.position(item.offset),
                f"AWS has no condition key {key}" + _nearest(near)
                if sign == "$"
                else f"{sign}{{{key}}} is Terraform's spelling, which IAM does not know",
                "what it stands in matches nothing: "
                + ("nobody is allowed by it" if subject.statement.allows else "nobody is stopped"),
                f"write ${{{near or key}}}",
            )


def check_username(subject: Subject) -> Iterator[Flaw]:
    """Find what a role's policy says of the name of a user."""
    needing = [
        *(each.offset for each in subject.items_of("Resource") if _user_name(str(each.value))),
        *(each.node.key_offset for each in subject.other_conditions if _needs_user_name(each)),
    ]
    if subject.on_role and needing:
        yield Flaw(
            NO_USER,
            subject.document.source.position(needing[0]),
            "this is a role's policy, and the sessions of a role have no aws:username",
            "nobody is allowed anything by it" if subject.statement.allows else "nobody is stopped",
            "use aws:userid or a tag of the role, or move the statement to a policy of users",
        )


def check_values(subject: Subject) -> Iterator[Flaw]:
    """Find operators and values of another kind than the key's."""
    for condition in subject.mfa_conditions:
        if condition.known and not is_sound(condition) and not _is_filled_in(condition):
            yield _unsound(subject, condition)


def check_other_values(subject: Subject) -> Iterator[Flaw]:
    """Find dates, numbers and networks that are none, under other keys than those about MFA."""
    for condition in subject.other_conditions:
        kind = next((each for each in _SAMPLES if each in condition.operator), "")
        wrong = [value for value in condition.values if kind and not is_readable(condition, value)]
        if wrong and not any(mark in value for value in wrong for mark in ("${", "<", "{{", "[")):
            what, sample = _SAMPLES[kind]
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.written} {condition.key} is compared to {wrong[0]!r}, which is {what}",
                _never_matching(subject, condition),
                f"write it as {sample}",
            )


def check_age(subject: Subject) -> Iterator[Flaw]:
    """Find limits of age that are in other units, or can never be reached."""
    for condition in () if subject.on_role else subject.mfa_conditions:
        if _is_limit(subject, condition) and is_sound(condition):
            seconds = float(condition.values[0])
            if seconds < SHORTEST_USEFUL_SECONDS:
                yield _too_short(subject, condition, seconds)
            elif seconds > LONGEST_SESSION_SECONDS:
                yield Flaw(
                    AGE_TOO_LONG,
                    condition.position,
                    f"the age is in seconds, and no session lasts {condition.values[0]} seconds: "
                    f"the longest lasts {LONGEST_SESSION_SECONDS}",
                    "MFA of any age gets through: the limit is never reached",
                    "give the age in seconds; an hour is 3600",
                    right_condition(subject.statement, age_limit="3600"),
                )


def check_narrowing(subject: Subject) -> Iterator[Flaw]:
    """Find Denies for those without MFA that ask for something else as well."""
    narrowing = [each for each in subject.other_conditions if each.key.lower() in CIRCUMSTANCES]
    asks = subject.refuses_without_mfa and not subject.on_role
    if narrowing and asks and not _is_denied_anyway(subject):
        others = " and ".join(f"{each.written} {each.key}" for each in narrowing)
        match = "match" if narrowing[1:] else "matches"
        yield Flaw(
            NARROWED,
            narrowing[0].position,
            "the conditions of one statement must all match: this Deny is only for requests "
            f"without MFA for which {others} {match} as well",
            f"requests without MFA are not stopped where {others} does not match",
            "split it: one Deny for each condition, and this one for MFA alone",
            right_condition(subject.statement, instead_of=narrowing),
        )


CHECKS: tuple[Check, ...] = (
    check_operators,
    check_keys,
    check_global_keys,
    check_variables,
    check_username,
    check_values,
    check_other_values,
    check_age,
    check_narrowing,
)


def _is_limit(subject: Subject, condition: Condition) -> bool:
    """Say whether it stops an MFA that is too old: for a lower bound, no number is too small."""
    upper = "NumericLess" if subject.statement.allows else "NumericGreater"
    return is_age(condition) and condition.operator.startswith((upper, "NumericEquals"))


def _nearest_operator(condition: Condition) -> str | None:
    if condition.written.lower() == "nullifexists":
        return "Null"
    known = (*OPERATORS, *(f"{name}IfExists" for name in OPERATORS))
    near = nearest_of(condition.written, known, most=1)
    return near[0] if near else None


def _with_known_operator(
    subject: Subject, condition: Condition, near: str | None
) -> dict[str, Any]:
    if condition in subject.mfa_conditions:
        return right_condition(subject.statement)
    meant = _misspelt(condition)
    if meant:
        age_limit = _age_of(condition) if meant == MFA_AGE else None
        return right_condition(subject.statement, instead_of=[condition], age_limit=age_limit)
    return with_operator(subject.statement, condition, near) if near else {}


def _misspelt(condition: Condition) -> str | None:
    """Return the key of the two about MFA that another one is meant to be."""
    key = condition.key.lower().partition("/")[0]  # what follows is the name of a tag
    prefix, colon, name = (part.strip(": ") for part in key.rpartition(":"))
    of_a_provider = colon and prefix not in PREFIXES
    if of_a_provider or is_present(condition) or is_age(condition):
        return None
    age_name = MFA_AGE.partition(":")[2].lower()
    names = (MFA_PRESENT.partition(":")[2].lower(), age_name)
    near = difflib.get_close_matches(name, names, n=1, cutoff=ALIKE)
    if near:
        return MFA_AGE if near[0] == age_name else MFA_PRESENT
    if "mfa" in name or "multifactor" in name:
        return MFA_AGE if name.endswith("age") else MFA_PRESENT
    return None


def _needs_user_name(condition: Condition) -> bool:
    """Say whether no session of a role meets a condition, for want of a user's name."""
    if condition.is_about("aws:username"):
        return is_met(condition, role_session().facts) is False
    lenient = condition.if_exists or condition.qualifier or "Not" in condition.operator
    return not lenient and bool(condition.values) and all(map(_user_name, condition.values))


def _is_of_serverless(subject: Subject, key: str) -> bool:
    """Say whether the Serverless Framework fills a variable in: its files are YAML."""
    in_yaml = subject.document.source.label.endswith((".yml", ".yaml"))
    return in_yaml and key.lower() in _OF_SERVERLESS


def _nearest(key: str | None) -> str:
    return f"; the nearest is {key}" if key else ""


def _age_of(condition: Condition) -> str:
    return str(next(filter(None, map(age_seconds, condition.values)), 3600))


def _never_there(subject: Subject, condition: Condition) -> str:
    """Say what a condition on a key comes to that no request brings."""
    matches = is_met(condition, RequestContext({condition.key: None}))
    if subject.statement.allows:
        return "everybody gets through, without MFA too" if matches else "everybody is locked out"
    return "everybody is locked out, with MFA too" if matches else "nobody is stopped"


def _is_filled_in(condition: Condition) -> bool:
    """Say whether a template fills a value in, so that what it will be is not known."""
    fitting = condition.operator.startswith(("Bool", "Null", "Numeric"))
    return fitting and any(without_template_values(each) != each for each in condition.values)


def _unsound(subject: Subject, condition: Condition) -> Flaw:
    fitting = {"Bool", "Null"} if is_present(condition) else {"Null"}
    numeric = is_age(condition) and condition.operator.startswith("Numeric")
    if condition.operator not in fitting and not numeric:
        return _wrong_operator(subject, condition)
    fits = is_number if numeric else is_boolean
    wrong = [value for value in condition.values if not fits(value)]
    shown = repr(wrong[0]) if wrong else "nothing"
    if numeric:
        return Flaw(
            NOT_A_NUMBER,
            condition.position,
            f"the age is compared to {shown}; it is a whole number of seconds",
            _never_matching(subject, condition),
            "give the age in seconds; an hour is 3600",
            right_condition(subject.statement),
        )
    return Flaw(
        NOT_A_BOOLEAN,
        condition.position,
        f"{condition.written} {condition.key} is compared to {shown}; it is true or false",
        _never_matching(subject, condition),
        "compare it to true or false",
        right_condition(subject.statement),
    )


def _never_matching(subject: Subject, condition: Condition) -> str:
    """Say who is let in or kept out by a condition that no value can match."""
    missing = condition.if_exists or condition.qualifier == "ForAllValues"
    if subject.statement.allows:
        return "only those without the key get through" if missing else "everybody is locked out"
    return "only those without the key are stopped" if missing else "nobody is stopped"


def _wrong_operator(subject: Subject, condition: Condition) -> Flaw:
    kind = "a boolean" if is_present(condition) else "a number"
    fitting = "Bool" if is_present(condition) else "Numeric…"
    return Flaw(
        WRONG_OPERATOR,
        condition.position,
        f"{condition.key} is {kind}, and AWS does not document what {condition.written} does with "
        f"it; the operator for it is {fitting}",
        "nobody can tell: AWS does not document whether it matches",
        "use the operator for this key",
        right_condition(subject.statement),
    )


def _too_short(subject: Subject, condition: Condition, seconds: float) -> Flaw:
    in_minutes = int(seconds) * 60
    meant = in_minutes if in_minutes >= SHORTEST_USEFUL_SECONDS else 3600
    return Flaw(
        AGE_TOO_SHORT,
        condition.position,
        f"the age is in seconds: {condition.values[0]} seconds pass before much can be done",
        "everybody is locked out soon after each code",
        "if minutes were meant, convert them to seconds",
        right_condition(subject.statement, age_limit=str(meant)),
    )


def _is_denied_anyway(subject: Subject) -> bool:
    """Say whether another Deny stops those without MFA whatever else there is."""
    return all(subject.whole.denies_outright(subject.statement, kind) for kind in KINDS)
