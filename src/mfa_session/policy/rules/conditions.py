"""Conditions that do not say what they seem to: of the wrong kind, too many, or without effect."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mfa_session.policy.conditions import NEGATED, OPPOSITES, is_met, is_met_without_key
from mfa_session.policy.credentials import DIRECT_CALL
from mfa_session.policy.document import Condition
from mfa_session.policy.fixes import right_condition
from mfa_session.policy.mfa import (
    KINDS_WITHOUT_MFA,
    is_boolean,
    is_number,
    is_present,
    is_sound,
)
from mfa_session.policy.rules.promised_exemptions import YES
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.setup_cures import but_for_setup
from mfa_session.policy.rules.values import has_wrong_networks, who_never_meets

WRONG_OPERATOR = Rule(
    "wrong-operator",
    WARNING,
    "`StringEquals` or similar on a boolean or a number, for which AWS documents no result, or on "
    "a network, which it compares as text; or `ForAllValues:` on a key of one value, or of an "
    "identity provider, in an Allow, which matches without the key.",
)
NOT_A_BOOLEAN = Rule(
    "not-a-boolean",
    ERROR,
    "The value is neither true nor false: it matches nothing.",
)
NOT_A_NUMBER = Rule(
    "age-not-a-number",
    ERROR,
    "The age limit is not a number of seconds (`1h`): it matches nothing.",
)
NARROWED = Rule(
    "deny-narrowed",
    WARNING,
    "Another condition (network, time, TLS; regions or tags of resources, if the `Sid` says "
    "everything) must match, too: where it does not, nobody without MFA is stopped. Or a tag "
    "exempts that is not the user's (`aws:RequestTag/break-glass`), or whoever has no tag is "
    "exempt. Or, in a policy about MFA, a Deny demands several things (S3's encryption and its "
    "key, two tags, a tag and its value), and stops only what fails all.",
)

# By operator and key. S3's encryption by the customer's own key is another one than these.
_DEMANDS = (
    re.compile(r"\S+ s3:x-amz-server-side-encryption(-aws-kms-key-id)?").fullmatch,
    re.compile("Null aws:requesttag/.").match,
    re.compile("Null aws:principaltag/.").match,
)
_demanded = re.compile(
    "aws:((principal|request|resource)tag/.|source(account|arn|ip|orgid)$|principalorgid$|username$)"
    "|sts:externalid$|saml:|.*:(amr|aud|sub)$"
).match
IN_SECONDS = "write the limit in seconds (an hour is 3600)"
# A Sid that tells where MFA is asked for, or where it is not.
_PLACES = "building|corp|endpoint|internal|network|office|trusted|vpc|vpn"
_but_in_places = re.compile(
    "outside|ausserhalb|buiten|fuera|off(campus|net|prem|site)|(?<!f)or(with)?mfa|mfaor(?!g)"
    "|((unless|except)[a-z]{0,12}|(?<!f)or(at|by|from|in|on|our|the|through|via)*"
    f"|no[nt]?(at|by|from|in|on|our|the|via)*)({_PLACES})"
).search
_in_others = re.compile("untrusted|remote|home|internet(?!gateway)|external").search
_outside_of = re.compile("outside(?:the)?(ap|ca|eu|us)(?!e)").search
_but_by_services = re.compile(
    "direct|byhand|(except|unless|but)[a-z]{0,12}(service$|services$|cloudformation|called|viaaws)"
).search
# A Sid that asks for MFA and for something else as well: RequireMFAAndRegion, DenyNoMFAOrOutside.
_is_joined = re.compile(
    "(?i:mfa(less)?and)|(And|(?<![A-Za-z])and)\\W?(?i:(no|without)?mfa)"
    "|(?i:always|(no(n|t)?|without)mfaor(if|from)*(foreign|not?|off|other|out|un|wrong)"
    "|or(if)?(without|no)mfa)"
).search
# One that says what the Deny stops: DenyNoMfaAndNotInOffice.
_says_both = re.compile(
    "(non?|not|without)mfaand(if|from|is)*(no|off|out|un|without)|(no[nt]?|off|out|un)[a-z]{2,20}and(non?|not|without)mfa"
).search
DENIES_EVERYTHING = "(?:deny|block|forbid|stop)(?:every|any|all)(?:thing|actions?|access)?"
_everything = re.compile(
    f"{DENIES_EVERYTHING}(?:if|no|unless|without)"
    "|(?!.*(?:but|except|other|outside)).*(?:(?:all|any|every)region|everywhere|worldwide)"
).match
_of_exempting_tag = re.compile(
    "aws:(request|resource|principal)tag/(.*(?:break.?glass|bypass|emergency|exempt|mfa|override).*)",
    re.IGNORECASE,
).match
_of_demands = re.compile("enforced|mandatory|needed|required", re.IGNORECASE).search
_of_exemptions = re.compile("break|bypass|emergency|exempt|override", re.IGNORECASE).search
_of_the_exempt = re.compile("bypass|exempt|override", re.IGNORECASE).search
NOW = {"aws:currenttime", "aws:epochtime"}
_ADDRESSES = {"aws:sourceip", "aws:vpcsourceip"}
_OF_PLACES = {*_ADDRESSES, "aws:sourcevpc", "aws:sourcevpce"}
# Keys about where, when and how a request is made. Each may be a requirement of its own, which
# it is not when it only says in which cases MFA is asked for.
_CIRCUMSTANCES = {
    *NOW,
    *_OF_PLACES,
    "aws:securetransport",
    "aws:tokenissuetime",
    "aws:useragent",
}


def check_exempting_tags(subject: Subject) -> Flaws:
    """Find Denies that exempt by a tag that is not the caller's, or by the absence of one."""
    if subject.on_role or not subject.refuses_without_mfa:
        return
    for condition in subject.other_conditions:
        tag, key = _of_exempting_tag(condition.key), condition.key
        whose, name = (tag[1].lower(), tag[2]) if tag else ("", "")
        exempts = condition.operator in OPPOSITES
        cure = f"compare aws:PrincipalTag/{name}, the tag of the user, which others set"
        if whose == "request" and exempts:
            what = f"{key} is a tag that the caller sends with the request"
            who = "whoever sends it needs no MFA, where the action takes tags"
        elif whose == "resource" and exempts and "user" in subject.statement.sid_letters:
            what = f"{key} is a tag of the resource, not of the user"
            who = "no user is exempt, and nobody needs MFA for resources with the tag"
        elif whose == "principal" and (told := _of_a_tag_of_users(subject, condition, name)):
            what, who, cure = told
        else:
            continue
        yield Flaw(NARROWED, condition.position, what, who, cure)


def _of_a_tag_of_users(
    subject: Subject, condition: Condition, name: str
) -> tuple[str, str, str] | None:
    """Say what is wrong with a tag that exempts users, for whom, and the cure."""
    said, exempts = set(map(str.lower, condition.values)), condition.operator in OPPOSITES
    yes, no = bool(said) and said <= YES, bool(said) and said <= {"false", "no"}
    users = f"users whose {condition.key} is {'/'.join(condition.values)}"
    by_sid = re.search("except|unless", subject.statement.sid_letters)  # `promised_exemptions`
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


def check_values(subject: Subject) -> Flaws:
    """Find operators and values of another kind than the key's."""
    for condition in subject.mfa_conditions:
        if condition.known and not is_sound(condition):
            rule, what, who, cure = _unsound(subject, condition)
            fix = right_condition(subject.statement)
            yield Flaw(rule, condition.position, what, who, cure, fix)


def check_qualifiers(subject: Subject) -> Flaws:
    """Find Allows with ForAllValues on keys that are to be there, which nothing else demands."""
    others = subject.other_conditions if subject.statement.allows else ()
    for condition in others:
        plain = condition.operator not in OPPOSITES and not condition.if_exists
        loose = plain and condition.qualifier == "ForAllValues" and bool(condition.values)
        key = condition.key.lower()
        beside = {each.key.lower() for each in others if each is not condition}
        alone = loose and _demanded(key) and beside.isdisjoint({key, "aws:tagkeys"})
        if alone and not _is_denied_elsewhere(subject, condition):
            yield Flaw(
                WRONG_OPERATOR,
                condition.position,
                f"{condition.written} is also met without {condition.key}",
                f"whoever has no {condition.key} gets through",
                f"write {condition.operator}, or {condition.operator}IfExists if that is meant",
                severity=NOTE if key.endswith((":aud", ":sub")) else None,  # each token has these
            )


def check_networks(subject: Subject) -> Flaws:
    """Find networks that are compared as text, which no address equals."""
    for condition in subject.other_conditions:
        network = next((value for value in condition.values if "/" in value), None)
        if network and condition.key.lower() in _ADDRESSES and "String" in condition.operator:
            negated = "Not" in condition.operator
            who, done = "everybody" if negated else "nobody", "is stopped"
            yield Flaw(
                WRONG_OPERATOR,
                condition.position,
                f"{condition.written} compares {condition.key} to {network!r} as text",
                f"{who} from there {'gets through' if subject.statement.allows else done}",
                f"use {'Not' if negated else ''}IpAddress",
                severity=ERROR,
            )


def check_narrowing(subject: Subject) -> Flaws:
    """Find Denies for requests without MFA that another condition narrows."""
    if subject.on_role or not subject.refuses_without_mfa:
        return
    statement, sid = subject.statement, subject.statement.sid_letters
    joined = bool(_is_joined(statement.sid or "")) and not _says_both(sid)
    limits = {each.operator[:8] for each in subject.other_conditions if _is_of_now(each)}
    in_period = {"DateGrea", "DateLess"} <= limits  # a freeze, or a busy week
    narrowing = [
        each
        for each in subject.other_conditions
        if (_is_narrow(each) and not (in_period and _is_of_now(each)))
        or is_met(each, DIRECT_CALL) is False
        or (joined and _may_be_demanded(each, sid))
        or (_is_of_some(each) and _everything(sid))
    ]
    turned = [] if joined else list(_turned(subject))
    if turned or (says_where(subject) and not joined):
        narrowing = [each for each, _ in turned]
    outright = subject.whole.outright_denials
    if narrowing and not all(outright(kind).covers(statement) for kind in KINDS_WITHOUT_MFA):
        others = " and ".join(f"{each.written} {each.key}" for each in narrowing)
        match = "match" if narrowing[1:] else "matches"
        yield Flaw(
            NARROWED,
            narrowing[0].position,
            f"this Deny stops requests without MFA only where {others} {match}, too",
            "all other requests without MFA get through",
            f"as the Sid says, write {' and '.join(right for _, right in turned)}"
            if turned
            else "write a Deny for each of the conditions, and this one for MFA alone",
            {}
            if turned
            else but_for_setup(subject, right_condition(statement, instead_of=narrowing)),
        )


def _may_be_demanded(condition: Condition, sid: str) -> bool:
    """Say whether a Sid that joins MFA and something else may demand this, and not whom it is of.

    A tag of the caller may be demanded by its name.
    """
    key = condition.key.lower()
    of_caller = key.startswith(("aws:principal", "aws:userid", "aws:username"))
    named = re.sub("[^a-z0-9]", "", key.partition("/")[2])
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
            (in_places and key in _OF_PLACES)
            or (area and all(value.startswith(area) for value in each.values))
        ):
            yield each, f"{negated} {each.key}"


def check_demands(subject: Subject) -> Flaws:
    """Find Denies of requests that fail several demands, which let pass what fails only one.

    Demands are on S3's encryption and its key, or on tags, or are a key's presence and its value.
    Those of a Deny for MFA exempt callers.
    """
    if subject.statement.allows or subject.mfa_conditions or not subject.whole.concern_mfa:
        return
    failing = list(filter(is_met_without_key, subject.other_conditions))
    absent = next((each for each in failing if each.operator == "Null"), None)
    groups = [
        [each for each in failing if is_demand(f"{each.operator} {each.key.lower()}")]
        for is_demand in _DEMANDS
    ]
    # Another Deny may stop what has the key.
    if absent and not _is_denied_elsewhere(subject, absent):
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


def _is_denied_elsewhere(subject: Subject, condition: Condition) -> bool:
    """Say whether another Deny goes by the same key."""
    return any(
        each.is_about(condition.key)
        for one in subject.whole.statements
        if not (one.allows or one is subject.statement)
        for each in one.conditions
    )


def _unsound(subject: Subject, condition: Condition) -> tuple[Rule, str, str, str]:
    present, written = is_present(condition), condition.written
    numeric = not present and condition.operator.startswith("Numeric")
    fits = is_number if numeric else is_boolean
    shown = next((repr(value) for value in condition.values if not fits(value)), "nothing")
    who, cure = who_never_meets(subject, condition), "write the condition like this"
    if numeric:
        what = f"the age limit is {shown}, not a number of seconds"
        return NOT_A_NUMBER, what, who, IN_SECONDS
    if condition.operator == "Null" or (present and condition.operator == "Bool"):
        what = f"{written} compares {condition.key} to {shown}, not to true or false"
        return NOT_A_BOOLEAN, what, who, cure
    kind, fitting = ("a boolean", "Bool") if present else ("a number", "Numeric…")
    what = f"{condition.key} is {kind}: its operator is {fitting}, not {written}"
    return WRONG_OPERATOR, what, "unknown: AWS does not document whom it matches", cure


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
        return condition.operator in OPPOSITES
    if key in NOW and "GreaterThan" in condition.operator:
        return False  # it says since when the Deny is in force
    return is_circumstance(condition) and not has_wrong_networks(condition)


def is_circumstance(condition: Condition) -> bool:
    """Say whether a condition is about where, when and how a request is made."""
    return condition.key.lower() in _CIRCUMSTANCES


def says_where(subject: Subject) -> bool:
    """Say whether the Sid tells that MFA is asked for in some places only."""
    sid = subject.statement.sid_letters
    return (_but_in_places(sid) or _in_others(sid) or _says_both(sid)) is not None
