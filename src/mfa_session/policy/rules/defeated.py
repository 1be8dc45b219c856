"""Allows with MFA that another Allow without MFA defeats: one Allow is enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from mfa_session.policy.conditions import is_met, is_met_without_key
from mfa_session.policy.coverage import Cover, concerns, is_of_all_users, names_of
from mfa_session.policy.credentials import RequestContext
from mfa_session.policy.fixes import right_condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import KINDS_WITHOUT_MFA, means_mfa
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.condition_keys import sets_no_tags
from mfa_session.policy.rules.exemptions import (
    DEACTIVATION,
    DELETION,
    DENIES_NOTHING,
    FIRST_STEPS,
    is_denied_but_for_setup,
    is_left_open,
    is_own_care,
)
from mfa_session.policy.rules.narrowing import is_circumstance
from mfa_session.policy.rules.networks import has_wrong_networks
from mfa_session.policy.rules.promised_exemptions import check_sid_of_places as check_places
from mfa_session.policy.rules.promised_scope import names_versions
from mfa_session.policy.rules.promises import breaks_promise
from mfa_session.policy.rules.removal import check_own_removal
from mfa_session.policy.rules.resource_kinds import ENROLMENT, parts_of
from mfa_session.policy.rules.resources import check_resources as check_kinds_of_resources
from mfa_session.policy.rules.roles import leaves_roles_out
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.rules.setup_cures import but_for_setup
from mfa_session.policy.rules.slips import of_one_misspelt, share_a_resource
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Condition, Statement, has_principal

DEFEATED = Rule(
    "allowed-without-mfa-too",
    ERROR,
    "Another statement allows the same without MFA, perhaps under a condition that all users meet "
    "(`aws:PrincipalType` is `User`), and no Deny stops it: everybody gets through. A warning "
    "where the `Sid` demands MFA and another allows the same in some networks or on some of the "
    "resources, and for one whose `Sid` demands something else (`RequireVpn`): it is another way "
    "in. Or a Deny of `s3:DeleteObject` leaves out `s3:DeleteObjectVersion`, and the policy allows "
    "that by name (likewise `s3:GetObjectVersion`, `ssm:GetParameters`, and `iam:PutUserPolicy` "
    "for `iam:AttachUserPolicy`), or it also denies `s3:PutBucketVersioning` without MFA, or is of "
    "deletion by its `Sid` or on its own (a note); or one of some principals leaves out another of "
    "an Allow's (a warning). Or an Allow without MFA is of everything but MFA's setup "
    "(`NotAction`). Or, in an account dump, other policies of some users allow the same (a "
    "warning).",
)

_FEW = 8  # resources
_ACCOUNT = 5  # the place of an ARN's account among its parts
_words = re.compile("[a-z]{3,}").findall
# By action, others that do the same, and what they do.
_WAYS = {
    "s3:deleteobject": {"s3:DeleteObjectVersion": "delete the versions for good"},
    "s3:getobject": {"s3:GetObjectVersion": "read each version, the newest too"},
    **{
        f"iam:attach{each}policy": {
            f"iam:Put{each.title()}Policy": f"write the {each} a policy in its place"
        }
        for each in ("group", "role", "user")
    },
    "ssm:getparameter": dict.fromkeys(
        ("ssm:GetParameters", "ssm:GetParametersByPath"), "read the parameters"
    ),
}
_is_sent = re.compile("sts:(rolesessionname|sourceidentity)|aws:(requesttag/|tagkeys)").match
_says_all_but = re.compile("all|any|but|every|except|other").search
demands_mfa = re.compile(
    "(?!.*(outside|unless|except|mfaor|ormfa|orfrom))"
    ".*(mfa.*(requir|mandat|must)|(requir|must|needs?|enforc|only).*mfa)",
    re.IGNORECASE,
).match
# A Sid that demands something else than MFA, such as ExternalIdRequired.
_demands = re.compile(
    "(?!.*(mfa|2fa|factor)|bot|ci[-_A-Z]|machine|partner|pipeline|robot|service|tool|vendor)"
    ".*(requir|must|need|enforc|mandat)|(allow|trust)?only",
    re.IGNORECASE,
).match


def check_defeat(subject: Subject) -> Flaws:
    """Find Allows with MFA that another Allow without MFA defeats, on all resources or on one."""
    # Roles have no MFA: that is `roles`'s.
    judged = subject.requires_mfa and not leaves_roles_out(subject)
    parts = _by_resource(subject.statement) if judged else ()
    defeat = next(filter(None, (_defeat_of(subject, part) for part in parts)), None)
    if defeat is None or _is_told_of(replace(subject, statement=defeat.opener), defeat.names):
        return
    other, names = subject.label_of(defeat.opener), defeat.names
    denial = replace(subject, statement=replace(subject.statement, effect="Deny"))
    fix = but_for_setup(denial, {"Effect": "Deny", **right_condition(denial.statement)})
    shown = first_of([*map(subject.as_written, names)])
    of_roles = subject.on_role or subject.document.kind in {"scp", "rcp"}
    cure = "deny these actions without MFA" + (", which is to exempt roles" if of_roles else "")
    yield Flaw(
        DEFEATED,
        subject.mfa_conditions[0].position,
        f"{other} allows {shown}{defeat.where} without MFA, and one Allow is enough",
        f"everybody to whom {other} applies gets through without MFA",
        subject.cure if subject.on_role else cure + ", but not those that set it up" * (not fix),
        {} if defeat.in_part or of_roles else fix,
    )


def check_inverted_allow(subject: Subject) -> Flaws:
    """Find Allows of all but the setup of MFA, where the setup alone was meant."""
    statement, spared = subject.statement, subject.statement.not_actions
    if not (statement.allows and spared and subject.gives_users):
        return
    if means_mfa(statement) or not subject.whole.concern_mfa:
        return
    is_setup = all(map(is_own_care, spared)) and concerns(statement, DEACTIVATION)
    on_purpose = concerns(statement, ENROLMENT[1]) or _says_all_but(statement.sid_letters)
    if is_setup and not (on_purpose or subject.whole.denies_without_mfa(statement)):
        yield Flaw(
            DEFEATED,
            subject.place_of_action(),
            "this Allow is of everything but the setup of MFA, and asks for no MFA",
            "everybody gets through without MFA, and nobody can set it up by this statement",
            "write Action instead of NotAction",
        )


def check_circumstances(subject: Subject) -> Flaws:
    """Find Allows whose Sid demands MFA, and what another gives without it in some networks."""
    statement = subject.statement
    if not (subject.requires_mfa and demands_mfa(statement.sid or "")):
        return
    found = next(_partial_openers(subject), None)
    if found is None or any(check_defeat(subject)):
        return
    other, name = found
    if not any(check_alternatives(replace(subject, statement=other))):
        where = "meets the conditions" if other.conditions else "uses the resources"
        who = f"whoever {where} of that statement gets through without MFA"
        if has_principal(other):
            who = "whoever may do so by a policy of their own account gets through without MFA"
        yield Flaw(
            DEFEATED,
            subject.mfa_conditions[0].position,
            f"the Sid is {statement.sid}, but {subject.label_of(other)} allows "
            f"{subject.as_written(name)} without MFA",
            who,
            "deny these actions without MFA, or change the Sid",
            severity=NOTE if has_principal(other) and "only" in statement.sid_letters else WARNING,
        )


def _partial_openers(subject: Subject) -> Iterator[tuple[Statement, str]]:
    """Yield Allows without MFA, in some networks or on some resources, and an action of each."""
    statement, whole = subject.statement, subject.whole
    elsewhere, originals = _under_circumstances(whole)
    closed = {*elsewhere.uncovered(statement), *FIRST_STEPS}
    for name in whole.denials("long_term").uncovered(statement):
        if name not in closed:
            yield originals[next(elsewhere.about(statement, name))], name
    for each in whole.allows.first_touching(statement):
        own = any("${" in resource for resource in each.resources or ()) or (
            has_principal(each) and not _is_of_their_accounts(each, statement)
        )
        for name in () if each.conditions or own else names_of(statement):
            given = "*" not in name and concerns(each, name) and not is_left_open(name)
            if given and whole.denials("long_term").uncovered(replace(each, actions=(name,))):
                yield each, name


def _is_of_their_accounts(other: Statement, statement: Statement) -> bool:
    """Say whether an Allow is for the whole accounts of all users that another one names."""
    users = statement.aws_principals
    named = {each.removesuffix(":root").split(":")[-1] for each in other.aws_principals}
    return bool(users) and all(":user/" in each and parts_of(each)[4] in named for each in users)


@per_policy
def _under_circumstances(whole: WholePolicy) -> tuple[Cover, dict[Statement, Statement]]:
    """Return the Allows for some networks, times and the like as if for all, and the originals."""
    originals = {
        replace(each, conditions=()): each
        for each in whole.allowing
        if each.conditions and all(map(_keeps_few_out, each.conditions))
    }
    return Cover(originals), originals


def _keeps_few_out(condition: Condition) -> bool:
    """Say whether a condition is on a circumstance, a region, all users or an id, no secret."""
    of_users = condition.is_about("aws:PrincipalArn") and all(
        map(is_of_all_users, condition.values)
    )
    told = of_users or condition.key.lower() in {"aws:requestedregion", "sts:externalid"}
    return is_circumstance(condition) or (told and is_met_without_key(condition) is False)


def check_other_ways(subject: Subject) -> Flaws:
    """Find Denies of an action that leave another one, which does the same, to an Allow of it."""
    statement, whole = subject.statement, subject.whole
    for action in names_of(statement) if subject.refuses_without_mfa else ():
        for way, does in _WAYS.get(action, {}).items():
            others = whole.lenient_allows.about(replace(statement, actions=(way,)), way.lower())
            # Other services' ways are hardly meant by a pattern that begins as other actions do.
            start = "" if way.startswith("ssm:") else action
            allow = next((each for each in others if _names(each, way, start)), None)
            told = concerns(statement, way) or names_versions(statement)  # by `promised_scope`
            denied = whole.denials("long_term").are_about(allow or statement, way)
            severity = WARNING
            if allow:
                why = f"{subject.label_of(allow)} allows {way} without MFA"
            elif way == "s3:DeleteObjectVersion" and _protects_versioning(whole):
                why = "the bucket keeps versions"
            elif way == "s3:DeleteObjectVersion" and _is_of_deletion(subject):
                why, severity = "the bucket may keep versions", NOTE
            else:
                continue
            if not (told or denied):
                yield Flaw(
                    DEFEATED,
                    subject.place_of_action(action),
                    f"{why}, and this Deny is only of {subject.as_written(action)}",
                    f"whoever has the long-term key can {does}",
                    f"deny {way} as well",
                    severity=severity,
                )
                return


def _is_of_deletion(subject: Subject) -> bool:
    """Say whether a Deny that limits other policies is of deletions, by its Sid or on its own."""
    whole, statement = subject.whole, subject.statement
    limits = subject.document.kind not in {"identity", "boundary"} or not whole.allowing
    alone = len(whole.statements) == 1 and names_of(statement) == ("s3:deleteobject",)
    of_bucket = all(each.endswith("/*") for each in statement.resources or ())
    return limits and ((alone and of_bucket) or "delet" in statement.sid_letters)


def _names(allow: Statement, action: str, start: str) -> bool:
    """Say whether an Allow has an action by its name, or by a pattern that begins so."""
    plain = action.lower()
    return any(
        name == plain or ("*" in name and name.startswith(start) and includes(name, plain))
        for name in names_of(allow)
    )


@per_policy
def _protects_versioning(whole: WholePolicy) -> bool:
    """Say whether a Deny keeps those without MFA from suspending a bucket's versioning."""
    return any("s3:putbucketversioning" in names_of(each) for each in whole.denies_for_mfa)


def check_tagged(subject: Subject) -> Flaws:
    """Find Allows with MFA on resources with a tag, where another Allow is of them as well."""
    others = subject.other_conditions if subject.requires_mfa else []
    tag = _tag_of(others[0]) if len(others) == 1 and others[0].operator == "StringEquals" else ""
    if not tag:
        return
    plain = replace(subject.statement, conditions=())
    for each in subject.whole.allows.first_touching(plain):
        given = Cover([replace(each, conditions=())] if each.conditions else [])
        for name in names_of(plain):
            if (
                given.are_about(plain, name)
                and all(_is_met_on(other, others[0], tag, name) for other in each.conditions)
                and not is_left_open(name)
                and not subject.whole.denials("long_term").are_about(subject.statement, name)
            ):
                yield Flaw(
                    DEFEATED,
                    subject.mfa_conditions[0].position,
                    f"{subject.label_of(each)} allows {subject.as_written(name)} without MFA where "
                    f"{others[0].key} is {others[0].values[0]}, too, and one Allow is enough",
                    f"everybody to whom {subject.label_of(each)} applies gets through without MFA",
                    f"let {subject.label_of(each)} apply only where {others[0].key} is another",
                )
                return


def _tag_of(condition: Condition) -> str:
    """Return the name of a resource's tag, for all services alike."""
    service, _, tag = condition.key.lower().partition(":resourcetag/")
    return tag if service.isalnum() else ""


def _is_met_on(condition: Condition, tagged: Condition, tag: str, action: str) -> bool:
    """Say whether a request for an action on a resource with a tag surely meets a condition."""
    if _tag_of(condition) == tag:
        return is_met(condition, RequestContext({condition.key: tagged.values[:1]})) is True
    of_request = condition.key.lower().startswith("aws:requesttag/")
    unsent = action.endswith(":*") or sets_no_tags(action) is not None
    return of_request and unsent and is_met_without_key(condition) is True


def check_alternatives(subject: Subject) -> Flaws:
    """Find Allows whose Sid demands what they are only another way in by, beside one with MFA."""
    statement, whole = subject.statement, subject.whole
    asks = not statement.allows or bool(subject.mfa_conditions)
    if asks or not (statement.conditions and _demands(statement.sid or "")):
        return
    if not all(is_circumstance(e) or e.is_about("sts:ExternalId") for e in statement.conditions):
        return
    if has_principal(statement) and whole.fresh_allows.covers(replace(statement, conditions=())):
        keys = " and ".join(each.key for each in statement.conditions)
        yield Flaw(
            DEFEATED,
            statement.conditions[0].position,
            f"the Sid is {statement.sid}, but this Allow is another way in beside the one with "
            "MFA, and one Allow is enough",
            f"whoever meets the condition on {keys} gets through without MFA, and whoever has MFA "
            "without meeting it",
            "write both conditions in one statement",
            severity=WARNING,
        )


def check_other_resources(subject: Subject) -> Flaws:
    """Find Denies on other resources than the policy allows."""
    statement, whole = subject.statement, subject.whole
    where = statement.resources if statement.actions and not statement.allows else None
    asks = subject.document.kind == "identity" and subject.refuses_without_mfa
    if not (where and asks) or "*" in where or any(map(is_unfilled, where)):
        return
    # The same text is found fast.
    some = whole.allowed_resources & set(where) or any(
        share_a_resource(each, statement, parts=_ACCOUNT)
        for each in whole.allows.touching(statement)
    )
    if some:
        yield from of_one_misspelt(subject)
        return
    allow = next(whole.allows.touching(replace(statement, resources=("*",))), None)
    elsewhere = allow.resources if allow else None
    if not (allow and elsewhere) or any(check_kinds_of_resources(subject)):
        return
    named = set(_words(" ".join(where))) - set(_words(" ".join(elsewhere)))
    if any(word in statement.sid_letters for word in named):
        return  # it guards what other policies allow
    if parts_of(elsewhere[0])[:3] == parts_of(where[0])[:3]:  # of one service
        yield Flaw(
            DENIES_NOTHING,
            subject.place_of("Resource"),
            f"this Deny is on {where[0]}, and {subject.label_of(allow)} allows the same on "
            f"{elsewhere[0]}",
            "nobody is stopped from what this policy allows",
            "deny it on the resources that are allowed",
            severity=WARNING,
        )


def _is_told_of(opener: Subject, names: list[str]) -> bool:
    """Say whether the other Allow has a finding of its own, of which its defeat is the effect."""
    removes = set(names) <= {DEACTIVATION.lower(), DELETION.lower()}
    return (
        any(map(has_wrong_networks, opener.statement.conditions))
        or any(check_places(opener))
        or breaks_promise(opener)
        or (removes and any(check_own_removal(opener)))
    )


class _Defeat(NamedTuple):
    names: list[str]
    where: str
    opener: Statement
    in_part: bool


def _by_resource(statement: Statement) -> Iterator[Statement]:
    where = statement.resources or ()
    yield statement
    if 1 < len(where) <= _FEW:
        yield from (replace(statement, resources=(each,)) for each in where)


def _is_stopped_otherwise(whole: WholePolicy, part: Statement, kind: str, name: str) -> bool:
    """Say whether Denies stop a kind from an action but for exempt callers, or for MFA's setup."""
    one = replace(part, actions=(name,)) if part.actions else part
    but_for_setup = "*" in name and part.actions and is_denied_but_for_setup(whole, one, kind)
    return bool(but_for_setup) or whole.denials_but_for_some(kind).covers(one)


def _defeat_of(subject: Subject, part: Statement) -> _Defeat | None:
    whole, names = subject.whole, names_of(part)
    opened = {
        name: kind
        for kind in KINDS_WITHOUT_MFA
        for name in whole.opened(part, kind)
        if not _is_stopped_otherwise(whole, part, kind, name)
    }
    defeated = [name for name in names if name in opened]
    partly = len(defeated) < len(names)
    reads_data = all(map(is_left_open, names)) and not all(
        name.startswith("iam:") for name in defeated
    )
    on_purpose = all(map(is_left_open, defeated)) and not reads_data
    if not defeated or (partly and on_purpose):
        return None
    where = "" if part is subject.statement else f" on {', '.join(part.resources or ())}"
    opener = whole.opener(part, opened[defeated[0]], defeated[0])
    in_part = (
        partly
        or bool(where)
        or whole.has_allows_for_no_mfa
        or part.not_actions is not None
        or not whole.lenient_allows.covers(part)
        or any(_is_sent(each.key.lower()) for each in opener.conditions)
    )
    return _Defeat(defeated, where, opener, in_part)
