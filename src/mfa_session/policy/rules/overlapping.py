"""Denies that undo what others exempt, and statements of which another does everything."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Sequence

from mfa_session.policy.conditions import NEGATED, Comparison, comparison, network
from mfa_session.policy.coverage import MOST_MET, actions_of, contains
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import is_age, mfa_conditions, reach
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.exemptions import lacks_condition
from mfa_session.policy.rules.narrowing import OF_PLACES, says_where
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.selections import takes_in
from mfa_session.policy.statement import Condition, Statement, is_about_devices, names_role

EXEMPTS_NOBODY = Rule(
    "exemption-without-effect",
    WARNING,
    "Of two like Denies each exempts somebody else, or one of them nobody: each stops whom the "
    "other exempts. Or `NotPrincipal` names a user, but not the account: neither is exempt. Or an "
    "Allow is for programs by their names (`svc-mailer`), and a Deny stops all of it without MFA.",
)
SUPERFLUOUS = Rule(
    "superfluous-statement",
    NOTE,
    "Another statement of the policy about MFA is the same, or denies everything that this Deny "
    "does. A warning if it denies all that this one allows with MFA.",
)

_user_and_account = re.compile("arn:[^:]*:iam::[0-9]{12}:user/.*").fullmatch
# A user that is surely a program, and no team such as service-desk.
_is_a_program = re.compile(
    "(?:.*[-_./])?(?:bot|cd|ci|daemon|mailer|robot|svc)(?:[-_./].*)?", re.IGNORECASE
).fullmatch
_NAMING = {"aws:principalarn", "aws:userid", "aws:username"}
# Keys by which two Denies without MFA leave nothing.
_ALONE = {"aws:requestedregion", "iam:permissionsboundary"}
_SCOPE = ("resources", "not_resources", "principals", "not_principals")


def check_superfluous(subject: Subject) -> Flaws:
    """Find statements about MFA of which another does everything."""
    if not subject.mfa_conditions or subject.on_role:
        return
    containing = subject.whole.containing(subject.statement)
    doing = next((each for each in containing if _does_all(each, subject)), None)
    if doing is not None:
        yield Flaw(
            SUPERFLUOUS,
            subject.statement.position,
            f"{subject.label_of(doing)} does everything that this statement does",
            "nobody: the statement has no effect of its own",
            "delete it, or write what else it is to do",
        )
    elif (
        subject.requires_mfa
        and (denying := subject.whole.denying_always(subject.statement))
        and "mfa" not in denying.sid_letters  # which was to have a condition: `sids`
        and not lacks_condition(denying)
    ):
        yield Flaw(
            SUPERFLUOUS,
            subject.statement.position,
            f"{subject.label_of(denying)} denies all that this statement allows, with MFA too",
            "everybody is locked out: no Allow overrides a Deny",
            "add a condition on MFA to the Deny, or delete this statement",
            severity=WARNING,
        )


def check_exempt_users(subject: Subject) -> Flaws:
    """Find NotPrincipals that name a user, but not the account, without which AWS denies both.

    (IAM reference, NotPrincipal with Deny.)
    """
    arns = (subject.statement.not_principals or {}).get("AWS", ())
    misplaced = subject.document.kind not in {"resource", "trust"}
    if misplaced or not subject.refuses_without_mfa:
        return
    named = set(arns)
    for user in filter(_user_and_account, arns):
        whole_account = {user.split(":")[4], f"{user.partition('user/')[0]}root"}
        if named.isdisjoint(whole_account):
            yield Flaw(
                EXEMPTS_NOBODY,
                subject.place_of("NotPrincipal"),
                f"NotPrincipal names {user}, but not its account",
                "AWS denies the account, and the user with it",
                f'write "Principal": "*", and exempt the user by "ArnNotEquals": '
                f'{{"aws:PrincipalArn": "{user}"}}',
            )
            return


def check_programs(subject: Subject) -> Flaws:
    """Find Allows for programs by their names, all of which a Deny stops without MFA."""
    statement, whole = subject.statement, subject.whole
    by_name = (each for each in subject.other_conditions if _names_programs(each))
    named = next(by_name, None) if statement.allows and not subject.mfa_conditions else None
    if named and subject.limits_users and whole.denies_without_mfa(statement):
        yield Flaw(
            EXEMPTS_NOBODY,
            named.position,
            f"{named.values[0]} is a program by its name, and a Deny of this policy stops all of "
            "this without MFA",
            "the program is locked out of what this Allow gives it, unless it has an MFA device",
            f"exempt it from the Deny by {NEGATED[named.operator]} {named.key}",
        )


def _names_programs(condition: Condition) -> bool:
    """Say whether only users that are programs, by their names, meet a condition."""
    names: Sequence[str] = ()
    if condition.operator in NEGATED and condition.qualifier is None:
        if condition.is_about("aws:username"):
            names = condition.values
        elif condition.is_about("aws:PrincipalArn"):
            names = [each.partition(":user/")[2] for each in condition.values]
    return bool(names) and all(map(_is_a_program, names))


def check_exempted_twice(subject: Subject) -> Flaws:
    """Find exemptions from a Deny of which another Deny knows nothing: it stops whom they exempt.

    Either each of two like Denies exempts somebody else, or the other exempts nobody.
    """
    if subject.on_role or not (subject.refuses_without_mfa or _is_judged_without_mfa(subject)):
        return
    for condition in subject.other_conditions:
        wider = _wider(subject, condition)
        other = wider or _like(subject, condition)
        if not other:
            continue
        exempt, named = condition.values[0], subject.label_of(other)
        who, cure = "neither is exempt", f"with all of them under {condition.written}"
        if condition.is_of_tag:
            exempt, cure = f"{condition.key} {exempt}", "with all of these conditions"
        cure = f"write one Deny, {cure}"
        if wider:
            who, cure = (
                "whom it exempts is stopped all the same",
                f"exempt these actions from {named}",
            )
            if takes_in(actions_of(subject.statement), actions_of(wider)):
                cure = f"delete {named}, or exempt {exempt} from it as well"
        elif not _are_of_same_actions(other, subject.statement):
            who = "whom it exempts is stopped all the same"
            cure = f"exempt {exempt} from {named} as well"
        yield Flaw(
            EXEMPTS_NOBODY,
            condition.position,
            f"{exempt} is exempt from this Deny, and not from {named}, which denies the same",
            who,
            cure,
        )


def _is_judged_without_mfa(subject: Subject) -> bool:
    """Say whether it is a Deny that says nothing of MFA, in a policy about MFA or its devices."""
    statement = subject.statement
    about = subject.whole.concern_mfa or is_about_devices(statement)
    return about and not (statement.allows or subject.mfa_conditions)


def _wider(subject: Subject, condition: Condition) -> Statement | None:
    """Return a Deny that does all that one does whose condition exempts, and does not exempt."""
    statement, of_place = subject.statement, _is_of_place(condition)
    exempts = _exempts(condition) and _is_of_callers_or_places(condition)
    if not exempts or (all(map(names_role, condition.values)) and subject.document.kind != "scp"):
        return None
    if of_place and not says_where(statement):
        return None  # then it is only narrowed in vain
    if not subject.mfa_conditions:
        return subject.whole.denying_always(statement) if is_about_devices(statement) else None
    own = _comparisons(statement)[1]
    for other in subject.whole.containing(statement):
        others = _comparisons(other)[1]
        if others < own and comparison(condition) not in others and _matches_more(other, statement):
            return other
    return None


def _like(subject: Subject, condition: Condition) -> Statement | None:
    """Return one of the next few Denies that differs only in whom it exempts."""
    own = subject.statement
    told = _is_of_callers_or_places(condition)
    told = told if subject.mfa_conditions else condition.key.lower() in _ALONE
    if not (told and _exempts(condition)):
        return None
    denials, places = _denials(subject.whole)
    kept = {comparison(each) for each in own.conditions if each is not condition}
    at = places[own]
    for other in (*denials[at + 1 :][:MOST_MET], *denials[max(0, at - MOST_MET) : at]):
        rest = [each for each in other.conditions if comparison(each) not in kept]
        same = all(getattr(other, name) == getattr(own, name) for name in _SCOPE)
        # Of two that deny the same actions, the first is told.
        by_key = len(rest) == 1 and rest[0].is_about(condition.key)
        wider = by_key and takes_in(actions_of(other), actions_of(own))
        also = places[other] > at if _are_of_same_actions(other, own) else wider
        alike = len(other.conditions) == len(own.conditions) and len(rest) == 1
        if alike and same and also and _exempts_others(rest[0], condition):
            return other
    return None


def _are_of_same_actions(one: Statement, other: Statement) -> bool:
    return one.actions == other.actions and one.not_actions == other.not_actions


def _is_of_callers_or_places(condition: Condition) -> bool:
    by_name = condition.is_of_tag or condition.key.lower() in _NAMING
    return by_name or _is_of_place(condition)


def _is_of_place(condition: Condition) -> bool:
    return condition.key.lower() in OF_PLACES


def _exempts(condition: Condition) -> bool:
    plain = condition.negates and condition.qualifier is None
    return plain and bool(condition.values) and not any(map(is_unfilled, condition.values))


def _exempts_others(one: Condition, other: Condition) -> bool:
    """Say whether two conditions exempt callers of whom none is exempt by both."""
    if not _exempts(one):
        return False
    if not one.is_about(other.key):
        return one.is_of_tag and other.is_of_tag  # whoever has both tags is rare
    return not any(_may_share(a, b) for a in one.values for b in other.values)


def _may_share(one: str, other: str) -> bool:
    some, others = network(one), network(other)
    if some is None or others is None:
        return includes(one, other) or includes(other, one)
    return some.version != others.version or some.overlaps(others)


@per_policy
def _denials(whole: WholePolicy) -> tuple[list[Statement], dict[Statement, int]]:
    denials = [each for each in whole.statements if not each.allows]
    return denials, {each: place for place, each in enumerate(denials)}


def _does_all(other: Statement, subject: Subject) -> bool:
    """Say whether another statement does everything; of two equal ones, the first does."""
    statement = subject.statement
    alike = other is not statement and _comparisons(other)[1] == _comparisons(statement)[1]
    if not (alike and _matches_more(other, statement)):
        return False
    back = contains(statement, other) and _matches_more(statement, other)
    return other.index < statement.index if back else not statement.allows


@functools.lru_cache(maxsize=10_000)
def _comparisons(statement: Statement) -> tuple[set[Comparison], set[Comparison]]:
    about_mfa = set(map(comparison, mfa_conditions(statement)))
    return about_mfa, set(map(comparison, statement.conditions)) - about_mfa


def _matches_more(one: Statement, other: Statement) -> bool:
    """Say whether one statement's conditions on MFA match wherever another's do."""
    if _comparisons(one)[0] == _comparisons(other)[0]:
        return True
    if any(map(is_age, mfa_conditions(one) + mfa_conditions(other))):
        return False
    wider, narrower = reach(one), reach(other)
    if wider is None or narrower is None or one.allows:
        return False
    return all(map(operator.ge, wider[:2], narrower[:2])) and wider.fresh >= narrower.fresh
