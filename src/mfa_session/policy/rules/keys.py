"""Condition keys that do not exist or that no request brings, in conditions and as variables."""

from __future__ import annotations

import difflib
import functools
import re
from typing import TYPE_CHECKING, Any

from mfa_session.policy.conditions import OPPOSITES, is_met, is_met_without_key
from mfa_session.policy.coverage import Cover, concerns, may_be_of, names_of
from mfa_session.policy.credentials import A_SESSION, MFA_AGE, MFA_PRESENT
from mfa_session.policy.fixes import HOUR_SECONDS, age_seconds, right_condition
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.mfa import is_age, is_present
from mfa_session.policy.rules.condition_keys import (
    KEYS,
    actions_having,
    is_in_form,
    meant_instead,
    sets_no_tags,
)
from mfa_session.policy.rules.resource_kinds import has_no_resource
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Rule, Subject, first_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition, Statement
    from mfa_session.policy.rules.whole_policy import WholePolicy

UNKNOWN_KEY = Rule(
    "unknown-mfa-key",
    ERROR,
    "A key that resembles one of the two MFA keys, such as `aws:MFAPresent`: no request has it.",
)
NO_SUCH_KEY = Rule(
    "unknown-condition-key",
    WARNING,
    "AWS has no such key, in a condition or as a variable: no request has it. This is known of "
    "`aws:`, `iam:`, `sts:` and `saml:`; in a policy about MFA also of `dynamodb:`, `ec2:`, "
    "`lambda:`, `rds:`, `s3:` and `secretsmanager:`. Or the name of the tag is missing, an action "
    "lacks the key (`s3:GetObject` has no `s3:prefix`), or no statement allows what brings it "
    "(`sts:TagSession`). "
    "Beside a condition on MFA, a key of no AWS service (`okta:…`) or without a prefix is reported "
    "as well.",
)
NO_USER = Rule(
    "username-in-role-policy",
    WARNING,
    "A role's own policy uses `aws:username`, in a condition or as a variable, or a user's "
    "`aws:userid` (`AIDA…`): role sessions have neither, and nothing matches.",
)
_plain_form = re.compile(r"([a-z][a-z0-9-]*:)?[\w-]+(?:/.+)?", re.IGNORECASE | re.ASCII).fullmatch
_ANYWHERE = {"aws", "iam", "saml", "sts"}  # whose keys are judged without a condition on MFA
_of_launches = re.compile("ec2:run.*").fullmatch
_OF_LAUNCHED = {"ec2:instancetype", "ec2:metadatahttptokens", "ec2:tenancy"}
# What a caller sends with sts:AssumeRole, and the action that it takes.
_SENT_BY = {
    "aws:requesttag": "sts:TagSession",
    "aws:tagkeys": "sts:TagSession",
    "sts:sourceidentity": "sts:SetSourceIdentity",
}
_EXISTING = "use one of AWS's condition keys"
_ALIKE = 0.8  # of the letters, for a key to be one of the two misspelt
_variable = re.compile(r"(?<!\$)\$\{([^{},]+)[^{}]*\}")
_of_a_user = re.compile(r"aws:(?:username|userid|principaltag/[\w-]+)", re.IGNORECASE).findall
_tag_of_request = re.compile(r"(?<!\$)\$\{\s*(aws:requesttag/[^{},]+)\}", re.IGNORECASE).search
_of_resource = re.compile("(aws|ec2|iam):ResourceTag/", re.IGNORECASE).match
_lists = re.compile(r"(autoscaling|ec2|elasticloadbalancing):describe\*").fullmatch  # nearly all
_of_terraform = re.compile(r"\$\$\{|\$\{(?:data|each|local|module|var|aws_\w+)\.").search
_user_name = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE).search
_user_id = re.compile("AIDA").match
_filled_in = re.compile(r"(?<!\$)\$\{(?![\w-]+:[^:])").search
_TEMPLATES = (".tftpl", ".tpl", ".tmpl")
# What the Serverless Framework fills in, whose files are YAML.
_OF_SERVERLESS = {"aws:accountid", "aws:region"}


def check_keys(subject: Subject) -> Iterator[Flaw]:
    """Find misspelt MFA keys."""
    for condition in subject.statement.conditions:
        meant = misspelt(condition)
        if meant:
            yield Flaw(
                UNKNOWN_KEY,
                condition.position,
                f"AWS has no condition key {condition.key!r}; {meant} was probably meant",
                f"no request has that key: {_never_there(subject, condition)}",
                "write the condition like this",
                with_right_key(subject, condition, meant),
            )


def check_global_keys(subject: Subject) -> Iterator[Flaw]:
    """Find keys of all services, S3 or SAML that AWS does not have, and misspelt ones of IAM."""
    for condition in subject.statement.conditions:
        prefix = condition.key.lower().rpartition(":")[0]
        concerned = subject.document.kind == "resource" or subject.whole.concern_mfa
        is_bare = condition.known and ":" not in condition.key
        about = subject.mfa_conditions or ((prefix in KEYS or is_bare) and concerned)
        if misspelt(condition) or not (about or prefix in _ANYWHERE):
            continue
        near = meant_instead(condition.key)
        near = _meant_by_other(subject, condition.key) if near is None else near
        if near is not None:
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"AWS has no condition key {condition.key}" + _and_nearest(near),
                f"no request has that key: {_met_always_or_never(condition)}",
                _EXISTING,
                severity=None if near or prefix == "aws" else NOTE,
            )


def check_keys_of_actions(subject: Subject) -> Iterator[Flaw]:
    """Find keys of a service that an action of the statement does not have.

    Where some have it, the others are told if an Allow never gives them, or a Deny always takes
    them; and those of another service in any case.
    """
    statement, lacking = subject.statement, dict[tuple[str, ...], list[str]]()
    told, names = set[tuple[str, ...]](), subject.names
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
                _met_always_or_never(condition)
                + ("" if met else f": nobody is {_done(statement)} this"),
                f"use a key that the action has, or remove {condition.key}"
                if alone
                else f"write {first_of(others)} in a separate statement",
            )


def check_launches(subject: Subject) -> Iterator[Flaw]:
    """Find Denies of launches by what only instances have, on all that a launch is about."""
    statement, where = subject.statement, subject.statement.resources or ()
    everywhere = {"*", in_partition_of(subject.whole, "arn:aws:ec2:*:*:*")}
    denies = not statement.allows and any(map(_of_launches, names_of(statement)))
    denies = denies and subject.whole.concern_mfa and not everywhere.isdisjoint(where)
    denies = denies and all(map(is_met_without_key, subject.other_conditions))
    for condition in subject.other_conditions if denies else ():
        key = condition.key.lower()
        of_instances = key in _OF_LAUNCHED or key.startswith("aws:requesttag/")
        if of_instances:
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"ec2:RunInstances is also about images and subnets, without {condition.key}",
                "the condition is always met, whatever is launched",
                in_partition_of(subject.whole, 'write "Resource": "arn:aws:ec2:*:*:instance/*"'),
            )
            return


def check_request_tags(subject: Subject) -> Iterator[Flaw]:
    """Find conditions on the tags of a request, beside MFA, for actions that mostly set none."""
    statement, concerned = subject.statement, subject.whole.concern_mfa
    actions = [action.lower() for action in statement.actions or ()]
    untagged = list(filter(sets_no_tags, actions)) if concerned else []
    demands = concerned and not statement.allows
    most = "*" in actions and bool(subject.mfa_conditions or demands)
    compared = {each.key.lower() for each in subject.other_conditions}
    for condition in subject.other_conditions if untagged or most else ():
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
                _met_always_or_never(condition),
                cure,
            )


def _tag_instead(action: str) -> str:
    if not action.startswith("s3:"):
        return "aws:ResourceTag, the resource's own"
    puts = action in {"s3:putobject", "s3:putobjecttagging"}
    return "s3:RequestObjectTag" if puts else "s3:ExistingObjectTag, the object's own"


def check_sent_keys(subject: Subject) -> Iterator[Flaw]:
    """Find keys of Allows to take a role that come only with an action which none allows."""
    takes = subject.document.kind in {"trust", "identity"} and subject.requires_mfa
    takes = takes and concerns(subject.statement, "sts:AssumeRole")
    for condition in subject.other_conditions if takes else ():
        sent = [found[1] for text in condition.values if (found := _tag_of_request(text))]
        all_sent = bool(sent) and len(sent) == len(condition.values)
        key = sent[0] if all_sent else condition.key
        needed = _sent_by(key)
        if needed and not (is_met_without_key(condition) or subject.whole.allows_anyhow(needed)):
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"a request has {key} only where {needed} is allowed, too",
                "everybody is locked out",
                f"allow {needed} as well",
            )


def _sent_by(key: str) -> str | None:
    return _SENT_BY.get(key.lower().partition("/")[0])


def check_resource_tags(subject: Subject) -> Iterator[Flaw]:
    """Find conditions on the tags of a resource for actions that have none."""
    statement, whole = subject.statement, subject.whole
    without = [
        each
        for each in statement.actions or ()
        if (has_no_resource(each.lower()) or _lists(each.lower()))
        and not _regardless_of_tags(whole)[statement.effect].are_about(statement, each)
    ]
    for condition in subject.other_conditions if without and whole.concern_mfa else ():
        tag = _of_resource(condition.key)
        if tag and is_met_without_key(condition) is False:
            names, has = first_of(without), "have" if without[1:] else "has"
            mostly = "mostly " * any(_lists(each.lower()) for each in without)
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"{names} {mostly}{has} no resource, so no {condition.key}",
                f"{_met_always_or_never(condition)}: nobody is {_done(statement)} this by it",
                f"remove {condition.key}"
                if len(without) == len(statement.actions or ())
                else f"write {names} in a separate statement, without {condition.key}",
            )
            return


@functools.lru_cache(maxsize=32)
def _regardless_of_tags(whole: WholePolicy) -> dict[str, Cover]:
    return {
        effect: Cover(
            each
            for each in whole.statements
            if each.effect == effect and not any(_of_resource(c.key) for c in each.conditions)
        )
        for effect in ("Allow", "Deny")
    }


def check_variables(subject: Subject) -> Iterator[Flaw]:
    """Find variables that IAM cannot fill in, and keys that should be variables."""
    wrong = [
        ((item, exempting), f"write ${{{key}}}", f"{key} is plain text to IAM outside of ${{…}}")
        for item, exempting in subject.texts()
        if str(item.value).startswith("arn:") or "{aws:" in str(item.value)
        if not _of_terraform(str(item.value))  # which has `&{aws:username}` and `$${aws:username}`
        for key in keys_outside_of_braces(str(item.value))
    ]
    for text in subject.texts():
        for key in map(str.strip, _variable.findall(str(text[0].value))):
            near = meant_instead(key)
            dotted = key.lower().replace("aws.", "aws:", 1)
            if key.startswith("!aws:"):
                message = f"only CloudFormation's Fn::Sub makes ${{{key[1:]}}} of ${{{key}}}"
                wrong.append((text, f"write ${{{key[1:]}}}", message))
            elif dotted != key.lower() and meant_instead(dotted) is None and is_in_form(dotted):
                wrong.append((text, f"write ${{{dotted}}}", f"{key} is no variable of IAM"))
            elif near is not None and not (subject.is_in_yaml and key.lower() in _OF_SERVERLESS):
                message = f"AWS has no condition key {key}{_and_nearest(near)}"
                wrong.append((text, _EXISTING, message))
    first = {message: (text, cure) for text, cure, message in reversed(wrong)}
    for message, ((item, exempting), cure) in reversed(first.items()):
        yield Flaw(
            NO_SUCH_KEY,
            subject.place_at(item),
            message,
            f"the value matches nothing: it {subject.effect_of_none(exempting=exempting)}",
            cure,
        )


def check_escapes(subject: Subject) -> Iterator[Flaw]:
    """Find the first `$${aws:username}` in a policy with nothing else that a template fills in."""
    source = subject.document.source
    escaped = next((each for each, _ in subject.texts() if "$${aws:" in str(each.value)), None)
    if escaped is None or "$${aws:" in source.text[: escaped.offset]:
        return
    if not (_filled_in(source.text) or source.label.endswith(_TEMPLATES)):
        yield Flaw(
            NO_SUCH_KEY,
            source.position(escaped.offset),
            "to IAM, $${aws:…} is a $ before the value; only Terraform's templatefile makes it "
            "${aws:…}",
            "unless it does, the value matches nothing",
            "write ${aws:…} where IAM is to read this text",
            severity=NOTE,
        )


def check_username(subject: Subject) -> Iterator[Flaw]:
    """Find user names and users' ids in a role's policy."""
    others, none = subject.other_conditions, "nobody is stopped"
    none = "nobody is allowed anything" if subject.statement.allows else none
    needing = [
        *(each.offset for each in subject.items_of("Resource") if _user_name(str(each.value))),
        *(each.node.key_offset for each in others if _needs_user_name(each)),
    ]
    found = [(each, "no aws:username", none) for each in needing[:1]]
    for each in others:
        if each.is_about("aws:userid") and each.values and all(map(_user_id, each.values)):
            exempt = each.operator in OPPOSITES
            who = f"it {subject.effect_of_none(exempting=True)}" if exempt else none
            found.append((each.node.key_offset, f"no aws:userid {each.values[0]}", who))
    for offset, lacking, who in found if subject.on_role else ():
        yield Flaw(
            NO_USER,
            subject.document.source.position(offset),
            f"this is a role's policy, and role sessions have {lacking}",
            who,
            "compare the role's aws:userid, AROA…:*, or a tag of the role, or move the statement "
            "to a user's policy",
        )


def misspelt(condition: Condition) -> str | None:
    """Return the MFA key that another key is meant to be."""
    key = condition.key.lower().partition("/")[0]  # what follows is the name of a tag
    prefix, _, name = (part.strip(": ") for part in key.rpartition(":"))
    of_a_provider = prefix == "saml" or "." in condition.key.partition(":")[0]
    if of_a_provider or is_unfilled(key) or is_present(condition) or is_age(condition):
        return None
    age_name = MFA_AGE.partition(":")[2].lower()
    names = (MFA_PRESENT.partition(":")[2].lower(), age_name)
    near, of_age = difflib.get_close_matches(name, names, n=1, cutoff=_ALIKE), name.endswith("age")
    if near:
        of_age = near[0] == age_name and (condition.operator != "Bool" or of_age)
    elif not ("mfa" in name or "multifactor" in name):
        return None
    return MFA_AGE if of_age else MFA_PRESENT


def with_right_key(subject: Subject, wrong: Condition, meant: str | None) -> dict[str, Any]:
    """Return the Condition with the MFA key that is meant, and the age that is compared."""
    ages = filter(None, map(age_seconds, wrong.values))
    age = next(ages, HOUR_SECONDS) if meant == MFA_AGE else None
    return right_condition(
        subject.statement, instead_of=[wrong], age_limit=str(age) if age else None
    )


def _meant_by_other(subject: Subject, key: str) -> str | None:
    """Return the same as `meant_instead` for a key without a prefix, or of no AWS service."""
    found = None if is_unfilled(key) else _plain_form(key)
    if found is None or subject.names is None:
        return None
    if found[1] is None:
        name = KEYS["aws"].get(key.lower())
        return f"aws:{name}" if name else ""
    if found[1].lower().removesuffix(":") in KEYS:
        return None
    return "" if subject.names.look_up(f"{found[1]}*") else None


def _done(statement: Statement) -> str:
    return "allowed" if statement.allows else "stopped from"


def _met_always_or_never(condition: Condition) -> str:
    return f"the condition is {'always' if is_met_without_key(condition) else 'never'} met"


def _never_there(subject: Subject, condition: Condition) -> str:
    matches = is_met_without_key(condition)
    if subject.statement.allows:
        return "everybody gets through, without MFA too" if matches else "everybody is locked out"
    return "everybody is locked out, with MFA too" if matches else "nobody is stopped"


def _and_nearest(key: str) -> str:
    return f"; the nearest is {key}" if key else ""


def keys_outside_of_braces(text: str) -> list[str]:
    """Return the keys in a text that are to be variables and are not."""
    return _of_a_user(_variable.sub("", text))


def _needs_user_name(condition: Condition) -> bool:
    if condition.is_about("aws:username"):
        return is_met(condition, A_SESSION) is False
    lenient = condition.if_exists or condition.qualifier or "Not" in condition.operator
    return not lenient and bool(condition.values) and all(map(_user_name, condition.values))
