"""Condition keys that exist, but that requests for an action, or of a role, do not bring."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mfa_session.policy.conditions import OPPOSITES, is_met, is_met_without_key
from mfa_session.policy.coverage import Cover, concerns, may_be_of, names_of
from mfa_session.policy.credentials import A_SESSION
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import mfa_conditions
from mfa_session.policy.rules.condition_keys import actions_having, meant_instead, sets_no_tags
from mfa_session.policy.rules.keys import NO_SUCH_KEY, met_always_or_never, misspelt
from mfa_session.policy.rules.resource_kinds import has_no_resource, parts_of
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, first_of
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Condition, Statement, is_for_services

NO_USER = Rule(
    "username-in-role-policy",
    WARNING,
    "A role's own policy uses `aws:username`, in a condition or as a variable, or a user's "
    "`aws:userid` (`AIDA…`): role sessions have neither, and nothing matches.",
)
_MOST = 10  # resources to look at
_of_launches = re.compile("ec2:run.*").fullmatch
_LAUNCH = "ec2:runinstances"
_OF_LAUNCHED = {"ec2:instancetype", "ec2:metadatahttptokens", "ec2:tenancy"}
# What a caller sends with sts:AssumeRole, and the action that it takes.
_SENT_BY = {
    "aws:requesttag": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "sts:sourceidentity": "sts:SetSourceIdentity",
}
# What a service says of its source, and the key by which the caller is known.
_INSTEAD_OF_SOURCE = {
    "aws:sourceaccount": "aws:PrincipalAccount",
    "aws:sourcearn": "aws:PrincipalArn",
    "aws:sourceorgid": "aws:PrincipalOrgID",
    "aws:sourceorgpaths": "aws:PrincipalOrgPaths",
}
_tag_of_request = re.compile(r"(?<!\$)\$\{\s*(aws:requesttag/[^{},]+)\}", re.IGNORECASE).search
_of_request = re.compile("aws:RequestTag/", re.IGNORECASE).match
_of_resource = re.compile("[a-z0-9-]+:ResourceTag/", re.IGNORECASE).match
_of_group = re.compile("iam:[a-z]*group(policy|policies)?").fullmatch  # groups have no tags
_lists = re.compile(r"(autoscaling|ec2|elasticloadbalancing):describe\*").fullmatch  # nearly all
_user_name = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE).search
_user_id = re.compile("AIDA").match
# What only requests of an account's principals have, and what is AWS's own instead.
_OF_ACCOUNTS = {"aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths",
                "aws:userid", "aws:username"}  # fmt: skip
_INSTEAD = {
    "aws:principalaccount": ", or compare aws:SourceAccount",
    "aws:principalorgid": ", or compare aws:SourceOrgID",
    "aws:principalorgpaths": ", or compare aws:SourceOrgPaths",
}
_BRINGING = {"AWS": "users and roles", "Federated": "federated users", "Service": "AWS services"}
_WITHOUT_EXTERNAL_ID = re.compile(r"(ec2|ecs-tasks|lambda)[.]amazonaws[.]com([.]cn)?").fullmatch
_is_of_openid = re.compile(r"[\w-]+[.][\w./-]+:(aud|sub)").fullmatch
_is_user = re.compile("arn:[^:]*:iam::[^:]*:user/.*").fullmatch


def check_keys_of_actions(subject: Subject) -> Flaws:
    """Find keys of a service that an action of the statement does not have.

    Where some have it, the others are told if an Allow never gives them, or a Deny always takes
    them; and those of another service in any case.
    """
    statement, lacking = subject.statement, dict[tuple[str, ...], list[str]]()
    told, names = set[tuple[str, ...]](), subject.whole.names
    # Those that AWS does not list have a finding of their own.
    actions = [each for each in statement.actions or ("*",) if not (names and names.look_up(each))]
    # Where one condition is never met, the others do not count.
    for condition in sorted(
        statement.conditions, key=lambda each: is_met_without_key(each) or False
    ):
        having, example = actions_having(condition.key)
        of_absence = condition.operator == "Null" and is_met_without_key(condition)
        # In AWS's guides, CloudWatch Logs has kms:Describe* by its encryption context, too.
        by_guide = condition.key.lower().startswith("kms:") and is_for_services(statement)
        lenient = condition.if_exists or of_absence or by_guide or not condition.known
        judged = example or (subject.is_beside_mfa and not misspelt(condition))
        if lenient or not (having and judged) or meant_instead(condition.key) is not None:
            continue
        if having not in lacking:  # once for all of a service's keys
            lacking[having] = [each for each in actions if not may_be_of(each, having)]
            if example == "s3:ListBucket" and not lacking[having] and _is_on_objects(statement):
                lacking[having] = ["s3:GetObject"]  # of the pattern
        met, alone = is_met_without_key(condition), lacking[having] == actions
        others = [each for each in lacking[having] if not _is_elsewhere(subject, condition, each)]
        matters = alone or not example or met is not statement.allows
        matters = matters or _leaves_without_mfa(subject, others)
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
                else f"write {first_of(others)} in a separate statement, without {condition.key}",
            )


def _is_on_objects(statement: Statement) -> bool:
    """Say whether a Deny of a pattern names objects in S3, beside their bucket or alone."""
    wide = not {"*", "s3:*"}.isdisjoint(names_of(statement))
    denies = wide and not statement.allows
    return denies and any("/" in parts_of(each)[5] for each in statement.resources or ())


def _leaves_without_mfa(subject: Subject, actions: Sequence[str]) -> bool:
    """Say whether these actions of a Deny for those without MFA are in no other one."""
    if not (actions and subject.mfa_conditions and subject.refuses_without_mfa):
        return False
    these = replace(subject.statement, actions=tuple(actions), conditions=())
    where = these.resources or ()
    # Of S3, a bucket is listed, and the actions are about its objects.
    objects = [each for each in where if "/" in parts_of(each)[5]]
    parts = [replace(these, resources=(each,)) for each in (objects or where)[:_MOST]]
    denials = subject.whole.denials("long_term")
    return any(map(denials.uncovered, parts or [these]))


def check_keys_of_principals(subject: Subject) -> Flaws:
    """Find keys that the requests of an Allow's principals never have."""
    statement = subject.statement
    kinds, told = statement.principals or {} if statement.allows else {}, set[str]()
    for condition in subject.other_conditions if kinds else ():
        if is_met_without_key(condition) is not False:
            continue
        key = condition.key.lower()
        lacking = [kind for kind in kinds if _never_has(subject, kind, key)]
        other = _provider_without(kinds.get("Federated", ()), key)
        if not (other or lacking) or other in told:
            continue
        who = " and ".join(_BRINGING[kind] for kind in lacking)
        if other:
            told.add(other)
            who = f"users of {other}"
            cure = "compare the key of the provider that Principal names"
        elif len(lacking) == len(kinds):
            cure = f"remove {condition.key}{_INSTEAD.get(key, '')}"
        else:
            cure = f"write a statement for {who}, without {condition.key}"
        yield Flaw(
            NO_SUCH_KEY,
            condition.position,
            f"requests of {who} have no {condition.key}",
            f"{met_always_or_never(condition)}: {'they' if other else who} are locked out",
            cure,
        )


def _provider_without(providers: Sequence[str], key: str) -> str | None:
    """Return a provider if a key is of another kind of provider, or of another issuer, than all."""
    issuer = key.rpartition(":")[0] if _is_of_openid(key) else ""
    if not (providers and (issuer or key.startswith("saml:"))) or any(map(is_unfilled, providers)):
        return None
    issuers = [
        each.lower().rpartition("oidc-provider/")[2].removeprefix("https://") for each in providers
    ]
    of_saml = [":saml-provider/" in each for each in providers]
    if not issuer:
        return None if any(of_saml) else providers[0]
    alike = (one.startswith(issuer) or issuer.startswith(one) for one in issuers)
    return None if any(alike) else providers[0]


def _never_has(subject: Subject, kind: str, key: str) -> bool:
    names = (subject.statement.principals or {})[kind]
    if kind == "Service":
        without_id = key == "sts:externalid" and all(map(_WITHOUT_EXTERNAL_ID, names))
        return without_id or key in _OF_ACCOUNTS
    if kind == "Federated":
        return key in {"aws:username", "sts:externalid"} and subject.document.kind == "trust"
    if kind != "AWS" or subject.document.kind != "trust":
        return False
    # The session of a role that somebody took by OpenID Connect may have its keys.
    users = subject.requires_mfa or all(map(_is_user, names))
    return key in {"saml:aud", "saml:iss"} or (users and _is_of_openid(key) is not None)


def check_keys_of_one_service(subject: Subject) -> Flaws:
    """Find Denies of everything, or of all but some, by what only one service's requests have."""
    statement = subject.statement
    of_callers = subject.document.kind not in {"resource", "rcp", "trust"}
    everywhere = "*" in (statement.resources or "*")
    everything = "*" in names_of(statement) and everywhere and not statement.allows
    if not (everything and of_callers and subject.whole.concern_mfa):
        return
    of_services = [
        each
        for each in subject.other_conditions
        if actions_having(each.key)[0] and meant_instead(each.key) is None
    ]
    for condition in of_services if all(map(_is_met_by_others, of_services)) else ():
        yield Flaw(
            NO_SUCH_KEY,
            condition.position,
            f"only requests for {condition.key.partition(':')[0]} have {condition.key}",
            "in all others the condition is always met: it exempts nobody",
            "name the service's actions in Action"
            + "; for all services compare aws:RequestedRegion" * (condition.key[-7:] == ":Region"),
        )


def _is_met_by_others(condition: Condition) -> bool:
    present = condition.operator == "Null" or condition.if_exists or not condition.known
    return bool(is_met_without_key(condition)) and not present


def check_launches(subject: Subject) -> Flaws:
    """Find launches by what only instances have, allowed or denied on all that one is about."""
    statement, others = subject.statement, subject.other_conditions
    if not (others and subject.is_beside_mfa and any(map(_of_launches, names_of(statement)))):
        return
    everywhere = {"*", in_partition_of(subject.whole, "arn:aws:ec2:*:*:*")}
    if everywhere.isdisjoint(statement.resources or ()):
        return
    found = [each for each in others if each.key.lower() in _OF_LAUNCHED]
    if statement.allows:
        never = [each for each in found if is_met_without_key(each) is False]
        alone = not any(concerns(e, _LAUNCH) for e in subject.whole.allowing if e is not statement)
        for condition in never[:1] if alone and _LAUNCH in names_of(statement) else ():
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"ec2:RunInstances is also about images and subnets, without {condition.key}",
                "the condition is never met for these: nobody can launch an instance",
                in_partition_of(
                    subject.whole,
                    "allow it with this condition on arn:aws:ec2:*:*:instance/*, and on the rest "
                    "in another statement, without",
                ),
            )
        return
    found = [each for each in others if each in found or _of_request(each.key)]
    if found and all(map(is_met_without_key, others)):
        yield Flaw(
            NO_SUCH_KEY,
            found[0].position,
            f"ec2:RunInstances is also about images and subnets, without {found[0].key}",
            "the condition is always met, whatever is launched",
            in_partition_of(subject.whole, 'write "Resource": "arn:aws:ec2:*:*:instance/*"'),
        )


def check_request_tags(subject: Subject) -> Flaws:
    """Find conditions on the tags of a request, beside MFA, for actions that mostly set none."""
    statement, tags = subject.statement, [e for e in subject.other_conditions if _of_request(e.key)]
    if not (tags and subject.is_beside_mfa):
        return
    actions = [action.lower() for action in statement.actions or ()]
    all_untagged = list(filter(sets_no_tags, actions))
    most = "*" in actions and bool(subject.mfa_conditions or not statement.allows)
    compared = {each.key.lower() for each in subject.other_conditions}
    for condition in tags if all_untagged or most else ():
        met = is_met_without_key(condition)
        untagged = [each for each in all_untagged if not _is_elsewhere(subject, condition, each)]
        others_right = len(untagged) < len(actions) and met is statement.allows
        demanded = condition.operator != "Null" or (most and met)
        beside = condition.key.lower().replace("request", "resource", 1) in compared
        if demanded and not beside and (most or (untagged and not others_right)):
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


def check_keys_of_services(subject: Subject) -> Flaws:
    """Find exemptions from MFA by what only an AWS service's own request says of its source."""
    of_callers = subject.document.kind in {"identity", "boundary", "scp"}
    denies = of_callers and subject.refuses_without_mfa
    for condition in subject.other_conditions if denies else ():
        meant = _INSTEAD_OF_SOURCE.get(condition.key.lower())
        if meant and condition.operator in OPPOSITES:
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"{condition.key} is only in a service's request, on behalf of a resource",
                f"{met_always_or_never(condition)}: nobody is exempt",
                f"compare {meant}",
            )


def check_resource_tags(subject: Subject) -> Flaws:
    """Find conditions on the tags of a resource for actions that have none."""
    statement = subject.statement
    tags = (each for each in subject.other_conditions if _of_resource(each.key))
    condition = next((each for each in tags if is_met_without_key(each) is False), None)
    if condition is None or not subject.is_beside_mfa:
        return
    without = [
        each
        for each in statement.actions or ()
        if (has_no_resource(each.lower()) or _lists(each.lower()) or _of_group(each.lower()))
        and not _is_elsewhere(subject, condition, each)
    ]
    if without:
        names, has = first_of(without), "have" if without[1:] else "has"
        mostly = "mostly " * any(_lists(each.lower()) for each in without)
        yield Flaw(
            NO_SUCH_KEY,
            condition.position,
            f"{names} {mostly}{has} no resource with tags, so no {condition.key}",
            f"{met_always_or_never(condition)}: nobody is {_done(statement)} this by it",
            f"remove {condition.key}"
            if len(without) == len(statement.actions or ())
            else f"write {names} in a separate statement, without {condition.key}",
        )


def _is_elsewhere(subject: Subject, condition: Condition, action: str) -> bool:
    """Say whether another statement, without a key that is never met, is about an action."""
    statement, whole, under_mfa = subject.statement, subject.whole, bool(subject.mfa_conditions)
    cover = _without(whole, statement.effect, _name_of(condition), under_mfa=under_mfa)
    return not is_met_without_key(condition) and cover.are_about(statement, action)


@per_policy
def _without(whole: WholePolicy, effect: str, name: str, *, under_mfa: bool) -> Cover:
    """Return the statements without a key; Allows under any conditions but those on MFA."""
    return Cover(
        replace(each, conditions=()) if each.allows else each
        for each in whole.statements
        if each.effect == effect
        and name not in map(_name_of, each.conditions)
        and (under_mfa or not mfa_conditions(each))
    )


def _name_of(condition: Condition) -> str:
    return condition.key.lower().partition(":")[2].partition("/")[0]


def check_username(subject: Subject) -> Flaws:
    """Find user names and users' ids in a role's policy."""
    if not subject.on_role:
        return
    others, effect = subject.other_conditions, subject.effect_of_none
    none = "nobody is allowed anything" if subject.statement.allows else "nobody is stopped"
    spared = f"it {effect(exempting=True)}"
    texts = [str(each.value) for each, _ in subject.resources]
    found = [
        *(
            (
                subject.place_at(item),
                "username",
                f"it {effect(exempting=exempting)}",
            )
            for text, (item, exempting) in zip(texts, subject.resources, strict=True)
            if _user_name(text)
            and not (exempting and ":iam:" in text)
            # The same by the id is for role sessions.
            and text.replace("aws:username", "aws:userid") not in texts
        ),
        *((each.position, "username", none) for each in others if _needs_user_name(each)),
    ][:1]
    for each in others:
        exempts = each.operator in OPPOSITES
        if each.is_about("aws:username") and exempts and each.values:
            found.append((each.position, "username", spared))
        if each.is_about("aws:userid") and each.values and all(map(_user_id, each.values)):
            found.append((each.position, f"userid {each.values[0]}", spared if exempts else none))
    for position, lacking, who in found:
        yield Flaw(
            NO_USER,
            position,
            f"this is a role's policy, and role sessions have no aws:{lacking}",
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
