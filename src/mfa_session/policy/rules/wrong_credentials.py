"""Sound MFA conditions that match the wrong credentials, or that another Allow defeats."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mfa_session.policy.conditions import is_met
from mfa_session.policy.coverage import actions_of, names_of
from mfa_session.policy.credentials import DIRECT_CALL
from mfa_session.policy.fixes import right_condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import (
    BOOLEANS,
    KINDS_WITHOUT_MFA,
    Reach,
    is_age,
    is_present,
    reach,
    widest_reach,
)
from mfa_session.policy.rules.exemptions import FIRST_STEPS, lists_own_care
from mfa_session.policy.rules.left_open import is_open_on_purpose
from mfa_session.policy.rules.roles import keeps_devices, leaves_roles_out, spares_roles
from mfa_session.policy.rules.rule import ERROR, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.setup_cures import (
    apart,
    asking_for_mfa,
    but_for_setup,
    right_for_others,
    sets_up,
)
from mfa_session.policy.statement import Condition, is_for_services


@dataclass(frozen=True)
class Mistake(Rule):
    """A rule, and what is said of a condition that matches the wrong credentials."""

    message: str
    who: str


MISSES_KEYS = Mistake(
    "deny-misses-long-term-keys",
    ERROR,
    "`Bool` … `false` does not match where the condition key is absent: long-term access "
    "keys are not stopped.",
    "this Deny matches only where aws:MultiFactorAuthPresent is false; in requests with a "
    "long-term access key it is absent",
    "long-term access keys are not stopped, in the AWS CLI or in any SDK",
)
MISSES_SESSIONS = Mistake(
    "deny-misses-sessions-without-mfa",
    ERROR,
    "`Null` … `true` matches only where the condition key is absent: sessions without MFA "
    "are not stopped.",
    "this Deny matches only where aws:MultiFactorAuthPresent is absent; in a session without "
    "MFA it is false",
    "sessions without MFA are not stopped, and GetSessionToken gives one without a code",
)
AGE_MISSES_NO_MFA = Mistake(
    "deny-age-misses-no-mfa",
    ERROR,
    "Without `IfExists` there is no age to compare: nobody without MFA is stopped.",
    "this Deny matches only old MFA; requests without MFA have no aws:MultiFactorAuthAge",
    "nobody without MFA is stopped; only those whose MFA is too old are",
)
APPLIES_WITH_MFA = Mistake(
    "deny-applies-with-mfa",
    ERROR,
    "Inverted: everybody with MFA is locked out. A warning if a Deny of everything but MFA's setup "
    "has no condition and stops what the same policy allows. Or a Deny is for every call over TLS.",
    "this Deny matches requests with MFA",
    "everybody with MFA is locked out",
)
DENY_AGE_INVERTED = Mistake(
    "deny-age-inverted",
    ERROR,
    "Inverted: a recent code is locked out, an old one is not.",
    "this Deny matches MFA that is younger than the limit, not older",
    "everybody who has just entered a code is locked out; old MFA is not stopped",
)
IF_EXISTS = Mistake(
    "allow-bool-if-exists",
    ERROR,
    "`IfExists` matches where the condition key is absent: long-term access keys get "
    'through. The console\'s "MFA required" box writes this.',
    "IfExists makes this Allow match where aws:MultiFactorAuthPresent is absent, as it is with "
    "long-term keys",
    "long-term access keys get through without MFA",
)
ANY_SESSION = Mistake(
    "allow-any-session",
    ERROR,
    "`Null` … `false` matches whatever value the condition key has: every session gets through.",
    "this Allow matches where aws:MultiFactorAuthPresent is present, whatever its value",
    "every session gets through; without MFA the value is false",
)
AGE_IF_EXISTS = Mistake(
    "allow-age-if-exists",
    ERROR,
    "`IfExists` matches where the age is absent: everybody without MFA gets through.",
    "IfExists makes this Allow match where aws:MultiFactorAuthAge is absent, as it is without MFA",
    "everybody without MFA gets through; only those whose MFA is too old are stopped",
)
FOR_ALL_VALUES = Mistake(
    "allow-for-all-values",
    ERROR,
    "`ForAllValues` matches where the condition key is absent: long-term access keys get through.",
    "ForAllValues also matches where the condition key is absent, as it is with long-term keys",
    "long-term access keys get through without MFA",
)
WITHOUT_MFA = Mistake(
    "allow-without-mfa",
    ERROR,
    "Inverted: everybody without MFA gets through, and nobody with it. Only actions that "
    "set up MFA may be allowed this way.",
    "this Allow matches only requests without MFA",
    "everybody without MFA gets through, and everybody with MFA is locked out",
)
ALLOW_AGE_INVERTED = Mistake(
    "allow-age-inverted",
    ERROR,
    "Inverted: a recent code is locked out.",
    "this Allow matches only MFA that is older than the limit",
    "everybody who has just entered a code is locked out until it is old",
)
BOTH = Mistake(
    "bool-true-and-false",
    ERROR,
    "The values of a condition are alternatives: true or false matches everybody.",
    "the values of a condition are alternatives: true or false matches any value",
    "everybody is treated alike, with MFA or without",
)
NEVER = Mistake(
    "conditions-never-match",
    ERROR,
    "No request meets all conditions of the statement, or none to which a service control policy "
    "applies, or whom it names in Principal: it has no effect. A warning if only calls without TLS "
    "do.",
    "no request meets all conditions of this statement",
    "nobody is let in or kept out: the statement has no effect",
)

# Whom a condition keeps from setting up MFA, in an Allow of that alone.
_WHO_SETS_UP = {
    **dict.fromkeys(
        (IF_EXISTS.id, FOR_ALL_VALUES.id),
        "new users cannot set up MFA in the console, where the value is false",
    ),
    ANY_SESSION.id: "new users cannot set up MFA with long-term keys, which have no value",
    AGE_IF_EXISTS.id: "everybody may set up MFA, but for those whose MFA is too old",
}
# Where a Sid tells that the Effect is the mistake, and not the condition.
_EFFECT_MEANT = {
    APPLIES_WITH_MFA.id: ("Allow", re.compile("allow.*mfa", re.IGNORECASE).match),
    WITHOUT_MFA.id: (
        "Deny",
        re.compile(
            "(?=.*(?:without|unless|no))(?=.*(?:mfa|factor))(deny|block|forbid|prevent|disallow|refuse)",
            re.IGNORECASE,
        ).match,
    ),
}


def check_reach(subject: Subject) -> Flaws:
    """Find MFA conditions that match the wrong credentials, unless other statements correct it."""
    mistake = _mistake_of(subject)
    if mistake is not None:
        backed = _is_backed_here(subject)
        cure, fix = _cure_of(subject, mistake)
        of_setup = subject.statement.allows and lists_own_care(subject.statement)
        who = (of_setup and sets_up(subject.statement) and _WHO_SETS_UP.get(mistake.id)) or ""
        yield Flaw(
            rule=mistake,
            position=_culprit(subject, mistake).position,
            message=mistake.message + (_of_one_alone(subject) if mistake is NEVER else ""),
            who=who
            or mistake.who
            + ("; this policy does not allow them this, but another may" if backed else ""),
            cure=cure,
            fix=fix,
            severity=WARNING if backed or who else None,
        )


def _cure_of(subject: Subject, mistake: Mistake) -> tuple[str, Mapping[str, Any]]:
    """Return the cure in words, and the fix."""
    statement, right = subject.statement, right_for_others(subject)
    if subject.on_role:
        return subject.cure, {}
    limits = subject.document.kind == "scp" or subject.document.is_of_endpoint
    if statement.allows and limits:  # it would stop all roles
        cure = "remove this condition, and require MFA in users' policies and roles' trust policies"
        return cure, {}
    effect, tells = _EFFECT_MEANT.get(mistake.id, ("", None))
    if tells and tells(statement.sid or ""):
        meant = replace(subject, statement=replace(statement, effect=effect))
        fix = but_for_setup(meant, right_condition(meant.statement))
        return f"the Sid says it: write the Effect {effect}", fix and {"Effect": effect, **fix}
    if told := apart(statement) or _sparing_roles(subject, right) or _over_tls(subject, right):
        return told, {}
    spares = right if subject.refuses_without_mfa else but_for_setup(subject, right)
    if not spares and not lists_own_care(statement):
        listed = "and list the actions to deny by name, without those that set up MFA"
        return f"write {json.dumps(right)[1:-1]}, {listed}", {}
    return asking_for_mfa(subject, spares or right)


def _over_tls(subject: Subject, right: Mapping[str, Any]) -> str:
    """Say how an Allow for no call over TLS is to be; empty for others."""
    inverted = any(
        each.is_about("aws:SecureTransport") and is_met(each, DIRECT_CALL) is False
        for each in subject.other_conditions
    )
    cure = f"write {json.dumps(right)[1:-1]}, with aws:SecureTransport true"
    return cure if inverted and subject.statement.allows else ""


def _sparing_roles(subject: Subject, right: Mapping[str, Any]) -> str:
    """Say how an organisation's Deny, which stops all role sessions, is to be; empty for others."""
    found, others = subject.reach, subject.other_conditions
    stops = found is not None and found.without_mfa and not keeps_devices(subject.statement)
    if not (stops and subject.document.is_of_organisation) or any(map(spares_roles, others)):
        return ""
    roles = '"ArnNotLike": {"aws:PrincipalArn": "arn:*:iam::*:role/*"}'
    return f"write {json.dumps(right)[1:-1]}, and exempt roles by {roles}"


def _mistake_of(subject: Subject) -> Mistake | None:
    found = subject.reach
    if subject.on_role and not (found and found.nobody):
        return None  # no MFA comes through to a role: that is another rule
    if found is None:
        return _of_what_can_be_told(subject)
    if any(map(_is_of_both, subject.mfa_conditions)):
        mistake: Mistake | None = BOTH
    elif found.nobody:
        mistake = None if _denies_below_zero(subject) else NEVER
    elif subject.statement.allows:
        elsewhere = is_for_services(subject.statement) or leaves_roles_out(subject)
        mistake = None if elsewhere else _of_allow(subject, found)
    else:
        mistake = _of_deny(found)
    return None if mistake is None or _is_mended(subject, found) else mistake


def _of_what_can_be_told(subject: Subject) -> Mistake | None:
    """Return the mistake of a Deny that misses somebody whatever its unsound conditions match."""
    widest = widest_reach(subject.statement)
    if subject.statement.allows or widest is None or widest.nobody or widest.fresh:
        return None
    return None if _is_mended(subject, widest) else _of_deny(widest)


def _of_one_alone(subject: Subject) -> str:
    """Say what one of a Deny's conditions does alone, if that is a mistake, too."""
    for condition in subject.mfa_conditions if not subject.statement.allows else ():
        found = reach(replace(subject.statement, conditions=(condition,)))
        mistake = _of_deny(found) if found else None
        if mistake and found and (found.fresh or is_present(condition)):
            return f"; with {condition.written} {condition.key} alone, {mistake.who}"
    return ""


def _of_deny(found: Reach) -> Mistake | None:
    if found.fresh:
        return APPLIES_WITH_MFA if found.with_mfa[-1] else DENY_AGE_INVERTED
    if found.needs_mfa:
        return AGE_MISSES_NO_MFA
    if not found.long_term:
        return MISSES_KEYS
    return None if found.without_mfa else MISSES_SESSIONS


def _of_allow(subject: Subject, found: Reach) -> Mistake | None:
    if any(found.with_mfa) and not found.fresh:
        of_one_second = any(each.operator == "NumericEquals" for each in subject.mfa_conditions)
        return None if of_one_second else ALLOW_AGE_INVERTED  # `ages` tells
    if found.needs_mfa:
        return None
    if not found.fresh:
        return None if _is_first_step(subject) else WITHOUT_MFA
    if not found.long_term:
        return ANY_SESSION
    if any(each.qualifier == "ForAllValues" for each in subject.mfa_conditions):
        return FOR_ALL_VALUES
    return AGE_IF_EXISTS if _ages_only(subject) else IF_EXISTS


def _is_mended(subject: Subject, found: Reach) -> bool:
    whole, statement = subject.whole, subject.statement
    if statement.allows and found.fresh:
        wrongly = [kind for kind in KINDS_WITHOUT_MFA if found.includes(kind)]
        return bool(wrongly) and all(_gains_nothing(subject, kind) for kind in wrongly)
    if statement.allows or found.fresh or found.nobody:
        return False
    missed = found.missed()
    left = {kind: set(whole.denials(kind).uncovered_parts(statement)) for kind in missed}
    if all(map(FIRST_STEPS.issuperset, left.values())):
        return not lists_own_care(statement)  # which were to be exempt
    if not _ages_only(subject):
        return False
    named = names_of(statement)
    by_exempting = all(
        left[kind].isdisjoint(named) or whole.denials_but_for_some(kind).covers(statement)
        for kind in missed
    )
    # A limit of age misses those without MFA on purpose, where no Allow is for them; only a trust
    # policy's own Allows let anybody take the role.
    trusts = subject.document.kind == "trust"
    trusted = trusts and not any(whole.is_open(statement, kind) for kind in missed)
    on_purpose = by_exempting or all(is_open_on_purpose(subject, kind) for kind in missed)
    return on_purpose or trusted or _is_backed_here(subject)


def _gains_nothing(subject: Subject, kind: str) -> bool:
    """Say whether Denies leave credentials of a kind nothing of an Allow that matters.

    What sets up MFA, or what another Allow gives to everybody, does not.
    """
    statement, whole = subject.statement, subject.whole
    left = whole.denials(kind).uncovered_parts(statement)
    return left != list(names_of(statement)) and all(
        name in FIRST_STEPS or whole.lenient_allows.are_about(statement, name, but=statement)
        for name in left
    )


def _denies_below_zero(subject: Subject) -> bool:
    """Say whether it denies impossible ages, as a precaution."""
    return not subject.statement.allows and all(
        is_age(each)
        and each.operator.startswith("NumericLess")
        and all(not is_unfilled(value) and float(value) <= 0 for value in each.values)
        for each in subject.mfa_conditions
    )


def _is_backed_here(subject: Subject) -> bool:
    """Say whether nothing that a Deny is about is allowed here to those whom it misses.

    Another policy of the same user may still allow it to them.
    """
    statement, whole = subject.statement, subject.whole
    missed = [] if statement.allows or subject.reach is None else subject.reach.missed()
    return bool(missed) and all(
        whole.denials(kind).covers(statement) or whole.allows_only_others(statement, kind)
        for kind in missed
    )


def _ages_only(subject: Subject) -> bool:
    return not any(map(is_present, subject.mfa_conditions))


def _is_of_both(condition: Condition) -> bool:
    return set(map(str.lower, condition.values)) == BOOLEANS


def _is_first_step(subject: Subject) -> bool:
    """Say whether an Allow for those without MFA is fair: they need it, or all others have it."""
    actions = actions_of(subject.statement)
    needed = not actions.all_but and FIRST_STEPS.issuperset(actions.names)
    return needed or subject.whole.fresh_allows.covers(subject.statement)


def _culprit(subject: Subject, mistake: Mistake) -> Condition:
    for condition in subject.mfa_conditions:
        if mistake is BOTH and _is_of_both(condition):
            return condition
        if mistake in {IF_EXISTS, AGE_IF_EXISTS} and condition.if_exists:
            return condition
    return subject.mfa_conditions[0]
