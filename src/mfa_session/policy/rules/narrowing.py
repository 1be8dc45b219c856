"""Denies for requests without MFA that another condition narrows more than is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mfa_session.policy.conditions import (
    NEGATED,
    Comparison,
    is_met,
    is_met_without_key,
    plain_question,
)
from mfa_session.policy.coverage import MOST_MET, Cover, names_of
from mfa_session.policy.credentials import DIRECT_CALL, PRINCIPAL_ARN
from mfa_session.policy.fixes import plain, right_condition, with_operator
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, mfa_conditions, reach
from mfa_session.policy.programs import is_of_a_program
from mfa_session.policy.rules.callers import CALLER_KEYS
from mfa_session.policy.rules.exemptions import is_of_outsiders
from mfa_session.policy.rules.names_in_sids import denies_everything, names_one_of
from mfa_session.policy.rules.networks import has_wrong_networks
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.setup_cures import but_for_setup
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import (
    Condition,
    Statement,
    has_principal,
    is_for_everybody,
    letters_in,
)

NARROWED = Rule(
    "deny-narrowed",
    WARNING,
    "Another condition (network, time, TLS; regions or tags of resources, if the `Sid` says "
    "everything) must match, too: where it does not, nobody without MFA is stopped. Or a tag "
    "exempts that is not the user's (`aws:RequestTag/break-glass`), or the wrong users "
    "(`MfaRequired` is true), or whoever has no tag is exempt. Or, in a policy about MFA, a Deny "
    "demands several things (S3's encryption and its key, two tags, a tag and its value), and "
    "stops only what fails all.",
)

# By operator and key. S3's encryption by the customer's own key is another one than these.
_DEMANDS = (
    re.compile(r"\S+ s3:x-amz-server-side-encryption(-aws-kms-key-id)?").fullmatch,
    re.compile("Null aws:requesttag/.").match,
    re.compile("Null aws:principaltag/.").match,
)
# A Sid that tells where MFA is asked for, or where it is not.
PLACES = (
    "allow(?:ed)?list|bastion|building|campus|corp|endpoint|hq|internal|jump|known|network|office"
    "|trusted|vpc|vpn"
)
_but_in_places = re.compile(
    "outside|ausserhalb|buiten|fuera|off(campus|net|prem|site)|(?<!f)or(with)?mfa|mfaor(?!g)"
    "|((unless|except)[a-z]{0,12}|(?<!f)or(at|by|from|in|on|our|the|through|via){0,4}"
    f"|no[nt]?(at|by|from|in|on|our|the|via){{0,4}})({PLACES}|region)|except(from|via)"
).search
_in_others = re.compile(
    "untrusted|remote|home|internet(?!gateway)|external(?!id)|unfamiliar|unknown|abroad|travel"
    f"|(?<!gate)away|public(ip|network)|offhq|non(?!mfa)[a-z]{{0,12}}({PLACES}|(eu|uk|us)?regions?)"
).search
_is_skipped = re.compile(
    f"outof(?:the|our)?(?:{PLACES})"
    f"|(?:{PLACES})[a-z]{{0,12}}(?:bypass|exempt|optional|skip)"
    f"|(?:bypass|optional|skip|no[nt]?(?:mfa)?(?:needed|required))[a-z]{{0,12}}(?:{PLACES})"
).search
_outside_of = re.compile("outside(?:the)?(ap|ca|eu|us)(?!e)").search
_but_by_services = re.compile(
    "direct|byhand|(except|unless|but)[a-z]{0,12}(service$|services$|cloudformation|called|viaaws)"
).search
# A Sid that asks for MFA and for something else as well: RequireMFAAndRegion, DenyNoMFAOrOutside.
_is_joined = re.compile(
    "(?i:mfa(less)?and)|(And|(?<![A-Za-z])and)\\W?(?i:(no|with|without)?mfa)"
    "|(?i:always|(no(n|t)?|without)mfaor(if|from)*(foreign|not?|off|other|out|un|wrong)"
    "|or(if)?(without|no)mfa)"
).search
# One that says what the Deny stops: DenyNoMfaAndNotInOffice.
_says_both = re.compile(
    "(non?|not|without)mfaand(if|from|is)*(no|off|out|un|without)|(no[nt]?|off|out|un)[a-z]{2,20}and(non?|not|without)mfa"
).search
_everywhere = re.compile(
    "(?!.*(?:but|except|other|outside)).*(?:(?:all|any|every)region|everywhere|worldwide)"
).match
_of_exempting_tag = re.compile(
    "(?:aws|iam):(request|resource|principal)tag/(.*(?:break.?glass|bypass|emergency|exempt|mfa|override).*)",
    re.IGNORECASE,
).match
_of_a_caller = re.compile("aws:(principal)tag/(.+)", re.IGNORECASE).fullmatch
_of_demands = re.compile("enforced|mandatory|needed|required", re.IGNORECASE).search
_of_exemptions = re.compile("break|bypass|emergency|exempt|override", re.IGNORECASE).search
_of_the_exempt = re.compile("bypass|exempt|override", re.IGNORECASE).search
YES = {"1", "on", "true", "yes"}
NOW = {"aws:currenttime", "aws:epochtime"}
OF_OUTSIDERS = {"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"}
ADDRESSES = {"aws:sourceip", "aws:vpcsourceip"}
OF_PLACES = {*ADDRESSES, "aws:sourcevpc", "aws:sourcevpce"}
# Keys about where, when and how a request is made. Each may be a requirement of its own, which
# it is not when it only says in which cases MFA is asked for.
_CIRCUMSTANCES = {
    *NOW,
    *OF_PLACES,
    "aws:referer",
    "aws:securetransport",
    "aws:tokenissuetime",
    "aws:useragent",
}
_of_exempt_users = re.compile("exemptuser|(?:deny|block)users?(?:if|no|unless|without)").search
_says_either = re.compile("(?<=[a-z])Or(?=[A-Z])|Either|AtLeast|AnyOf").search
_of_a_principal = re.compile(r"arn:[^:]*:iam::[^:]*:(root|(user|role)/.*)").fullmatch


def check_exempting_tags(subject: Subject) -> Flaws:
    """Find Denies that exempt by a tag that is not the caller's, or by the absence of one."""
    if subject.on_role or not subject.refuses_without_mfa:
        return
    for condition in subject.other_conditions:
        tag, key = _of_exempting_tag(condition.key) or _of_a_program(condition.key), condition.key
        fix: Mapping[str, Any] = {}
        whose, name = (tag[1].lower(), tag[2]) if tag else ("", "")
        exempts = condition.negates
        cure = f"compare aws:PrincipalTag/{name}, the tag of the user, which others set"
        if whose == "request" and exempts:
            what = f"{key} is a tag that the caller sends with the request"
            who = "whoever sends it needs no MFA, where the action takes tags"
        elif whose == "resource" and exempts and _is_taken_for_the_users(subject, condition):
            what = f"{key} is a tag of the resource, not of the user"
            who = "no user is exempt, and nobody needs MFA for resources with the tag"
        elif whose == "principal" and (told := _of_a_tag_of_users(subject, condition, name)):
            what, who, cure = told
        elif _misses_the_absent(condition):
            what = f"{condition.written} does not match where {key} is absent"
            who = "whoever has no such tag needs no MFA"
            cure = "write the condition like this"
            fix = with_operator(subject.statement, condition, condition.operator)
        else:
            continue
        yield Flaw(NARROWED, condition.position, what, who, cure, fix)


def _of_a_program(key: str) -> re.Match[str] | None:
    """Return what tells a tag that programs have (`aws:PrincipalTag/ServiceUser`)."""
    tag = _of_a_caller(key)
    name = tag[2] if tag else ""
    of_people = name.lower().endswith(("agent", "service"))  # CustomerService
    return tag if is_of_a_program(name) and not of_people else None


def _misses_the_absent(condition: Condition) -> bool:
    """Say whether it exempts by a tag with ForAnyValue, and with it whoever has no tag."""
    exempts = condition.negates and condition.qualifier == "ForAnyValue"
    return exempts and condition.is_of_tag and not condition.if_exists


def _is_taken_for_the_users(subject: Subject, condition: Condition) -> bool:
    """Say whether a tag of a resource is to exempt users: `iam:` is the user that is acted upon."""
    of_users = condition.key.lower().startswith("iam:") and "*" in names_of(subject.statement)
    return of_users or _of_exempt_users(subject.statement.sid_letters) is not None


def _of_a_tag_of_users(
    subject: Subject, condition: Condition, name: str
) -> tuple[str, str, str] | None:
    """Say what is wrong with a tag that exempts users, for whom, and the cure."""
    said, exempts = set(map(str.lower, condition.values)), condition.negates
    yes, no = bool(said) and said <= YES, bool(said) and said <= {"false", "no"}
    users = f"users whose {condition.key} is {'/'.join(condition.values)}"
    by_sid = re.search("except|unless", subject.statement.sid_letters)  # `promised_exemptions`
    if condition.operator == "Null":
        of_exempt = _of_the_exempt(name) or _of_a_program(condition.key)
        who, cure = "whoever has no such tag needs no MFA", "write true: those with it are exempt"
        only = f"this Deny is only for users who have {condition.key}"
        return (only, who, cure) if no and of_exempt else None
    if no and not exempts and not is_met_without_key(condition):
        cure = "write StringNotEquals, and the value by which one is exempt"
        return f"this Deny is only for {users}", "whoever has no such tag needs no MFA", cure
    if yes and exempts and _of_demands(name):
        who = "those of whom MFA is required need none"
        cure = "write StringEquals, or compare it to false to ask everybody else as well"
        return f"this Deny exempts {users}", who, cure
    if no and exempts and _of_exemptions(name):
        who = "whoever is to be exempt is locked out"
        cure = "compare it to the value by which one is exempt"
        return f"this Deny exempts only {users}", who, cure
    if yes and not exempts and _of_the_exempt(name) and subject.denies_all_actions and not by_sid:
        who = "whoever is exempt is locked out, and nobody else is asked for MFA"
        return f"this Deny is only for {users}", who, "write StringNotEquals"
    return None


def check_narrowing(subject: Subject) -> Flaws:
    """Find Denies for requests without MFA that another condition narrows."""
    if subject.on_role or is_of_outsiders(subject) or not subject.refuses_without_mfa:
        return
    statement, sid = subject.statement, subject.statement.sid_letters
    joined = bool(_is_joined(statement.sid or "")) and not _says_both(sid)
    of_all = denies_everything(sid) or _everywhere(sid)
    limits = {each.operator[:8] for each in subject.other_conditions if _is_of_now(each)}
    in_period = {"DateGrea", "DateLess"} <= limits  # a freeze, or a busy week
    narrowing = [
        each
        for each in subject.other_conditions
        if (_is_narrow(each) and not (in_period and _is_of_now(each)))
        or is_met(each, DIRECT_CALL) is False
        or (joined and _may_be_demanded(each, sid) and is_met(each, DIRECT_CALL) is not True)
        or (of_all and _is_of_some(each) and not names_one_of(each.values, sid))
    ]
    turned = [] if joined else list(_turned(subject))
    if turned or (says_where(statement) and not joined):
        narrowing = [each for each, _ in turned]
    if not narrowing or all(_is_closed_elsewhere(subject, each) for each in narrowing):
        return
    outright = subject.whole.outright_denials
    if not all(outright(kind).covers(statement) for kind in KINDS_WITHOUT_MFA):
        others = " and ".join(f"{each.written} {each.key}" for each in narrowing)
        match = "match" if narrowing[1:] else "matches"
        as_said = f"as the Sid says, write {' and '.join(right for _, right in turned)}"
        cure, fix = (as_said, {}) if turned else _without(subject, narrowing)
        yield Flaw(
            NARROWED,
            narrowing[0].position,
            f"this Deny stops requests without MFA only where {others} {match}, too",
            "all other requests without MFA get through",
            cure,
            fix,
        )


def _may_be_demanded(condition: Condition, sid: str) -> bool:
    """Say whether a Sid that joins MFA and something else may demand this, and not whom it is of.

    A tag of the caller may be demanded by its name, and an organisation or account from outsiders.
    """
    key = condition.key.lower()
    if key in OF_OUTSIDERS:
        return condition.negates
    of_caller = key.startswith(("aws:principal", "aws:userid", "aws:username"))
    named = letters_in(key.partition("/")[2])
    return condition.operator not in NEGATED and (not of_caller or bool(named and named in sid))


def _turned(subject: Subject) -> Iterator[tuple[Condition, str]]:
    """Yield conditions that hold where MFA is not to be asked for by the Sid, and their cures."""
    sid = subject.statement.sid_letters
    by_services, in_places, outside = _but_by_services(sid), _but_in_places(sid), _outside_of(sid)
    for each in subject.other_conditions:
        key, negated = each.key.lower(), NEGATED.get(each.operator)
        area = f"{outside[1]}-" if outside and key == "aws:requestedregion" else ""
        if by_services and is_met(each, DIRECT_CALL) is False:
            if key == "aws:viaawsservice":
                yield each, f'"{each.written}": {{"{each.key}": "false"}}'
            elif key == "aws:calledvia" and "String" in each.operator:
                yield each, f"ForAllValues:{negated or each.operator} {each.key}"
        elif negated and (
            (in_places and key in OF_PLACES)
            or (area and all(value.startswith(area) for value in each.values))
        ):
            yield each, f"{negated} {each.key}"


def _without(subject: Subject, narrowing: list[Condition]) -> tuple[str, Mapping[str, Any]]:
    """Return the cure of a Deny that conditions narrow, and the elements that it should have."""
    statement, first = subject.statement, narrowing[0]
    if first.is_about("aws:SourceArn") and all(map(_of_a_principal, first.values)):
        meant = (first.written, PRINCIPAL_ARN, plain(first.node))
        cure = f"compare {PRINCIPAL_ARN}: aws:SourceArn is only in requests of services"
        return cure, right_condition(statement, instead_of=[first], besides=[meant])
    cure = "keep only the condition on MFA; what else is to be stopped takes a Deny of its own"
    left = tuple(e for e in subject.other_conditions if e not in narrowing)
    kept = {each.key.lower() for each in left}
    limits = subject.document.is_of_organisation
    # A Deny for long-term keys alone spares roles.
    of_keys = has_principal(statement) and any(
        each.is_about("aws:TokenIssueTime") for each in narrowing
    )
    of_keys = of_keys or any(each.key.lower() in OF_OUTSIDERS for each in narrowing)
    denied = replace(statement, conditions=left)
    by_name = subject.whole.allowed_by_name(denied, "role") if is_for_everybody(statement) else ()
    if (limits or of_keys or any(by_name)) and kept.isdisjoint(CALLER_KEYS):
        return f"{cure}. This one is to exempt roles: their sessions carry no MFA", {}
    right = right_condition(statement, instead_of=narrowing)
    fix: Mapping[str, Any] = but_for_setup(subject, right)
    if fix != right:
        cure += ". This one is to exempt the setup of MFA"
    return cure, fix


def _is_closed_elsewhere(subject: Subject, condition: Condition) -> bool:
    """Say whether those without MFA who do not meet a condition are stopped or allowed nothing."""
    asked, met = plain_question(condition)
    cover = _stopped_where(subject.whole).get((asked, not met))
    if cover and cover.covers(replace(subject.statement, conditions=())):
        return True
    first = list(subject.whole.allows.first_touching(subject.statement))
    return 0 < len(first) < MOST_MET and all(
        any(plain_question(each) == (asked, met) for each in allow.conditions) for allow in first
    )


@per_policy
def _stopped_where(whole: WholePolicy) -> dict[tuple[Comparison, bool], Cover]:
    """Return the Denies that stop those without MFA where one other condition is met, by that."""
    found: dict[tuple[Comparison, bool], list[Statement]] = {}
    for each in whole.statements:
        about_mfa, reached = mfa_conditions(each), reach(each)
        others = [condition for condition in each.conditions if condition not in about_mfa]
        stops = reached.long_term and reached.without_mfa if reached else not about_mfa
        if len(others) == 1 and stops and not each.allows and others[0].known:
            found.setdefault(plain_question(others[0]), []).append(replace(each, conditions=()))
    return {question: Cover(denials) for question, denials in found.items()}


def check_demands(subject: Subject) -> Flaws:
    """Find Denies of requests that fail several demands, which let pass what fails only one.

    Demands are on S3's encryption and its key, or on tags, or are a key's presence and its value.
    Those of a Deny for MFA exempt callers.
    """
    statement = subject.statement
    if statement.allows or subject.mfa_conditions or not subject.whole.concern_mfa:
        return
    if _says_either(statement.sid or ""):
        return
    failing = list(filter(is_met_without_key, subject.other_conditions))
    absent = next((each for each in failing if each.operator == "Null"), None)
    groups = [
        [each for each in failing if is_demand(f"{each.operator} {each.key.lower()}")]
        for is_demand in _DEMANDS
    ]
    # Another Deny may stop what has the key.
    if absent and not goes_by_elsewhere(subject, absent):
        groups.append([each for each in failing if each.is_about(absent.key)])
    for demands in groups:
        if len({(each.key.lower(), each.operator) for each in demands}) > 1:
            yield Flaw(
                NARROWED,
                demands[0].position,
                "this Deny stops only requests that meet all of its conditions: "
                + ", ".join(f"{each.written} {each.key}" for each in demands),
                "whoever meets only one of them gets through",
                "write a Deny for each of them",
            )
            return


def goes_by_elsewhere(subject: Subject, condition: Condition) -> bool:
    """Say whether another Deny goes by the same key."""
    return any(
        each.is_about(condition.key)
        for one in subject.whole.statements
        if not (one.allows or one is subject.statement)
        for each in one.conditions
    )


def _is_of_now(condition: Condition) -> bool:
    return condition.is_about("aws:CurrentTime")


def _is_of_some(condition: Condition) -> bool:
    """Say whether a condition is about regions, or is met only by resources with a tag."""
    tagged = ":resourcetag/" in condition.key.lower() and not is_met_without_key(condition)
    return tagged or condition.is_about("aws:RequestedRegion")


def _is_narrow(condition: Condition) -> bool:
    key = condition.key.lower()
    if not condition.values:
        return False
    if key == "aws:requestedregion":  # a Deny in some regions is meant to be one
        return condition.negates
    if key in NOW and "GreaterThan" in condition.operator:
        return False  # it says since when the Deny is in force
    return is_circumstance(condition) and not has_wrong_networks(condition)


def is_circumstance(condition: Condition) -> bool:
    """Say whether a condition is about where, when and how a request is made."""
    return condition.key.lower() in _CIRCUMSTANCES


def says_where(statement: Statement) -> bool:
    """Say whether the Sid tells that MFA is asked for in some places only."""
    sid = statement.sid_letters
    return any(says(sid) for says in (_but_in_places, _in_others, _is_skipped, _says_both))
