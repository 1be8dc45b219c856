"""Condition keys that exist, but that requests for an action, or of a role, do not bring."""

from __future__ import annotations

import re

from mfa_session.policy.conditions import OPPOSITES, is_met, is_met_without_key
from mfa_session.policy.coverage import Cover, concerns, may_be_of, names_of
from mfa_session.policy.credentials import A_SESSION
from mfa_session.policy.document import Condition, Statement
from mfa_session.policy.rules.condition_keys import actions_having, meant_instead, sets_no_tags
from mfa_session.policy.rules.keys import NO_SUCH_KEY, met_always_or_never, misspelt
from mfa_session.policy.rules.resource_kinds import has_no_resource
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy

NO_USER = Rule(
    "username-in-role-policy",
    WARNING,
    "A role's own policy uses `aws:username`, in a condition or as a variable, or a user's "
    "`aws:userid` (`AIDA…`): role sessions have neither, and nothing matches.",
)
_of_launches = re.compile("ec2:run.*").fullmatch
_OF_LAUNCHED = {"ec2:instancetype", "ec2:metadatahttptokens", "ec2:tenancy"}
# What a caller sends with sts:AssumeRole, and the action that it takes.
_SENT_BY = {
    "aws:requesttag": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "sts:sourceidentity": "sts:SetSourceIdentity",
}
_tag_of_request = re.compile(r"(?<!\$)\$\{\s*(aws:requesttag/[^{},]+)\}", re.IGNORECASE).search
_of_resource = re.compile("(aws|ec2|iam):ResourceTag/", re.IGNORECASE).match
_lists = re.compile(r"(autoscaling|ec2|elasticloadbalancing):describe\*").fullmatch  # nearly all
_user_name = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE).search
_user_id = re.compile("AIDA").match


def check_keys_of_actions(subject: Subject) -> Flaws:
    """Find keys of a service that an action of the statement does not have.

    Where some have it, the others are told if an Allow never gives them, or a Deny always takes
    them; and those of another service in any case.
    """
    statement, lacking = subject.statement, dict[tuple[str, ...], list[str]]()
    told, names = set[tuple[str, ...]](), subject.whole.names
    # Those that AWS does not list have a finding of their own.
    actions = [each for each in statement.actions or ("*",) if not (names and names.look_up(each))]
    for condition in statement.conditions:
        having, example = actions_having(condition.key)
        lenient = condition.if_exists or condition.operator == "Null" or not condition.known
        judged = example or (subject.whole.concern_mfa and not misspelt(condition))
        if lenient or not (having and judged) or meant_instead(condition.key) is not None:
            continue
        if having not in lacking:  # once for all of a service's keys
            lacking[having] = [each for each in actions if not may_be_of(each, having)]
        others, met = lacking[having], is_met_without_key(condition)
        alone = len(others) == len(actions)
        matters = alone or not example or met is not statement.allows
        if others and matters and having not in told:
            told.add(having)
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"{first_of(others)} {'have' if others[1:] else 'has'} no condition key "
                f"{condition.key}" + (f"; {example} has it" if example else ""),
                met_always_or_never(condition)
                + ("" if met else f": nobody is {_done(statement)} this"),
                f"use a key that the action has, or remove {condition.key}"
                if alone
                else f"write {first_of(others)} in a separate statement",
            )


def check_launches(subject: Subject) -> Flaws:
    """Find Denies of launches by what only instances have, on all that a launch is about."""
    statement, others = subject.statement, subject.other_conditions
    everywhere = {"*", in_partition_of(subject.whole, "arn:aws:ec2:*:*:*")}
    if statement.allows or everywhere.isdisjoint(statement.resources or ()):
        return
    if not (subject.whole.concern_mfa and any(map(_of_launches, names_of(statement)))):
        return
    found = [each for each in others if _is_of_instances(each.key.lower())]
    if found and all(map(is_met_without_key, others)):
        yield Flaw(
            NO_SUCH_KEY,
            found[0].position,
            f"ec2:RunInstances is also about images and subnets, without {found[0].key}",
            "the condition is always met, whatever is launched",
            in_partition_of(subject.whole, 'write "Resource": "arn:aws:ec2:*:*:instance/*"'),
        )


def _is_of_instances(key: str) -> bool:
    return key in _OF_LAUNCHED or key.startswith("aws:requesttag/")


def check_request_tags(subject: Subject) -> Flaws:
    """Find conditions on the tags of a request, beside MFA, for actions that mostly set none."""
    statement = subject.statement
    actions = [action.lower() for action in statement.actions or ()]
    untagged = list(filter(sets_no_tags, actions))
    most = "*" in actions and bool(subject.mfa_conditions or not statement.allows)
    compared = {each.key.lower() for each in subject.other_conditions}
    judged = subject.whole.concern_mfa and (untagged or most)
    for condition in subject.other_conditions if judged else ():
        met = is_met_without_key(condition)
        others_right = len(untagged) < len(actions) and met is statement.allows
        demanded = condition.operator != "Null" or (most and met)
        key = condition.key.lower()
        is_tag = key.startswith("aws:requesttag/")
        beside = key.replace("request", "resource", 1) in compared
        if is_tag and demanded and not beside and (most or not others_right):
            example = "most actions" if most else subject.as_written(untagged[0])
            if most:
                cure = "name the actions that take tags"
            elif len(untagged) < len(actions):
                names = first_of([*map(subject.as_written, untagged)])
                cure = f"write {names} in a separate statement"
            else:
                cure = f"compare {_tag_instead(untagged[0])}"
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"requests for {example} have no {condition.key}",
                met_always_or_never(condition),
                cure,
            )


def _tag_instead(action: str) -> str:
    if not action.startswith("s3:"):
        return "aws:ResourceTag, the resource's own"
    puts = action in {"s3:putobject", "s3:putobjecttagging"}
    return "s3:RequestObjectTag" if puts else "s3:ExistingObjectTag, the object's own"


def check_sent_keys(subject: Subject) -> Flaws:
    """Find keys of Allows to take a role that come only with an action which none allows."""
    takes = subject.requires_mfa and concerns(subject.statement, "sts:AssumeRole")
    if not takes or subject.document.kind not in {"trust", "identity"}:
        return
    for condition in subject.other_conditions:
        sent = [found[1] for text in condition.values if (found := _tag_of_request(text))]
        all_sent = bool(sent) and len(sent) == len(condition.values)
        key = sent[0] if all_sent else condition.key
        needed = _SENT_BY.get(key.lower().partition("/")[0])
        if needed and not (is_met_without_key(condition) or subject.whole.allows_anyhow(needed)):
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"a request has {key} only where {needed} is allowed, too",
                "everybody is locked out",
                f"allow {needed} as well",
            )


def check_resource_tags(subject: Subject) -> Flaws:
    """Find conditions on the tags of a resource for actions that have none."""
    statement, whole = subject.statement, subject.whole
    tags = (each for each in subject.other_conditions if _of_resource(each.key))
    condition = next((each for each in tags if is_met_without_key(each) is False), None)
    if condition is None or not whole.concern_mfa:
        return
    without = [
        each
        for each in statement.actions or ()
        if (has_no_resource(each.lower()) or _lists(each.lower()))
        and not _regardless_of_tags(whole)[statement.effect].are_about(statement, each)
    ]
    if without:
        names, has = first_of(without), "have" if without[1:] else "has"
        mostly = "mostly " * any(_lists(each.lower()) for each in without)
        yield Flaw(
            NO_SUCH_KEY,
            condition.position,
            f"{names} {mostly}{has} no resource, so no {condition.key}",
            f"{met_always_or_never(condition)}: nobody is {_done(statement)} this by it",
            f"remove {condition.key}"
            if len(without) == len(statement.actions or ())
            else f"write {names} in a separate statement, without {condition.key}",
        )


@per_policy
def _regardless_of_tags(whole: WholePolicy) -> dict[str, Cover]:
    return {
        effect: Cover(
            each
            for each in whole.statements
            if each.effect == effect and not any(_of_resource(c.key) for c in each.conditions)
        )
        for effect in ("Allow", "Deny")
    }


def check_username(subject: Subject) -> Flaws:
    """Find user names and users' ids in a role's policy."""
    if not subject.on_role:
        return
    others = subject.other_conditions
    none = "nobody is allowed anything" if subject.statement.allows else "nobody is stopped"
    spared = f"it {subject.effect_of_none(exempting=True)}"
    needing = [
        *(
            (each.offset, spared if exempting else none)
            for each, exempting in subject.resources()
            if _user_name(str(each.value))
        ),
        *((each.node.key_offset, none) for each in others if _needs_user_name(each)),
    ]
    found = [(offset, "no aws:username", who) for offset, who in needing[:1]]
    for each in others:
        if each.is_about("aws:userid") and each.values and all(map(_user_id, each.values)):
            exempt = each.operator in OPPOSITES
            lacking = f"no aws:userid {each.values[0]}"
            found.append((each.node.key_offset, lacking, spared if exempt else none))
    for offset, lacking, who in found:
        yield Flaw(
            NO_USER,
            subject.document.source.position(offset),
            f"this is a role's policy, and role sessions have {lacking}",
            who,
            "compare the role's aws:userid, AROA…:*, or a tag of the role, or move the statement "
            "to a user's policy",
        )


def _done(statement: Statement) -> str:
    return "allowed" if statement.allows else "stopped from"


def _needs_user_name(condition: Condition) -> bool:
    if condition.is_about("aws:username"):
        return is_met(condition, A_SESSION) is False
    lenient = condition.if_exists or condition.qualifier or "Not" in condition.operator
    return not lenient and bool(condition.values) and all(map(_user_name, condition.values))
