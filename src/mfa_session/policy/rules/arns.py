"""ARNs of another partition than the rest of the policy, or with a slip of the pen."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from mfa_session.policy.conditions import OPPOSITES
from mfa_session.policy.coverage import actions_of, names_of
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.rules.callers import WITH_PATH, names_root, without_path
from mfa_session.policy.rules.keys import keys_outside_of_braces
from mfa_session.policy.rules.placeholders import (
    in_place_of_an_account,
    placeholder_in,
    texts_in,
)
from mfa_session.policy.rules.resource_kinds import (
    fault_of_sign,
    has_needless_region,
    parts_of,
    resource_of,
)
from mfa_session.policy.rules.resources import check_resources as check_kinds_of_resources
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Rule, Subject, and_more
from mfa_session.policy.rules.values import COMMERCIAL, is_no_account, looks_like_no_region
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import Statement

OTHER_PARTITION = Rule(
    "other-partition",
    WARNING,
    "An ARN is of another partition (`arn:aws-us-gov:…`) than the policy's others, or than its own "
    "region: an account is in one partition, and the ARN matches nothing. Or `SAML:aud` is another "
    "partition's sign-in than the provider's.",
)
DEAD_ARN = Rule(
    "arn-matches-nothing",
    WARNING,
    "An ARN has an account without 12 digits (`arn:aws:iam::12345:…`) or its alias, a brace "
    "without its other half (`user/*}`), another ARN within, a backslash before a variable, a "
    "blank, alternatives (`role/{A,B}`) or another ARN behind a comma, no region in a region's "
    "place (`eu-west-1a`), a region where there is none (IAM, Route 53, CloudFront, buckets), an "
    "account where there is none (images and snapshots of EC2, APIs), a slash for a colon or the "
    "reverse (`db/NAME`, `table:NAME`), another name of the actions' service (`efs`, `ssm` "
    "for instances), or, in a policy or file about MFA, a role of AWS's own without its path "
    "(`role/AWSServiceRole*`): it matches nothing. Or it differs only by path or case from the ARN "
    "of a user or role in the account dump, template, plan or state. Or a principal is the id of a "
    "user or role that is gone.",
)
_arn_of_a_partition = re.compile(
    r"arn:(aws(?:-[a-z]+)*):([a-z0-9*-]+):([a-z0-9*-]*):[^:]*:(?:([\w-]+)[/:])?.*"
).fullmatch
_of_another_partition = re.compile("arn:(?!aws:)|:(?:cn|eusc|us-gov)-").search
_is_commercial = re.compile(f"{COMMERCIAL}[a-z]+-[0-9]").fullmatch
_slip_of_partition = re.compile(
    "arn:((?!aws-us-gov:)aws-(?:us-?)?gov[a-z0-9-]*|aws-china[a-z]*|aws-cn-[a-z0-9-]+):"
).match
_OTHERS = {"Condition", "NotPrincipal"}  # elements that may name what is elsewhere
_TWO = 2
_COPIED = {("aws", "s3")}  # what people copy from examples, besides IAM's ARNs
_PARTITIONS = {"cn": "aws-cn", "eusc": "aws-eusc", "us-gov": "aws-us-gov"}
_is_arn = re.compile("arn:[^:]*:[^:]*:[^:]*:[^:]*:").match
# ARNs whose region is empty, and in Route 53 the account, too (Service Authorization Reference).
_in_a_region = re.compile(
    "arn:[^:]*:(cloudfront:[a-z]|route53:(?![*]?:[*]?:)[a-z0-9-]*:[0-9]*:)"
).match
_in_an_account = re.compile(
    "arn:[^:]*:(ec2:[^:]*:([0-9]{12}|[$]?x):(image|snapshot)/"
    "|apigateway:[^:]*:([0-9]{12}|[$]?x):/(rest)?apis/)"
).match
_EMPTY = {"cloudfront": "region", "route53": "region and the account"}
_is_account = re.compile(r"[0-9]{12}|[*]?").fullmatch
_SIGN_INS = {
    "aws": "signin.aws.amazon.com",
    "aws-cn": "signin.amazonaws.cn",
    "aws-us-gov": "signin.amazonaws-us-gov.com",
}
_is_id = re.compile("A(IDA|ROA)[A-Z0-9]{12,}").fullmatch
_at_braces = re.compile("([{}])").split
_has_any_text = re.compile("s3|iot").match  # a service in whose names a brace may stand
_is_of_an_alias = re.compile("arn:[^:]*:iam::(?!x+:|cloudfront:)[a-z][a-z0-9-]+:(mfa|user)/").match
_is_of_a_word = re.compile(
    "arn:[^:]*:iam::(?!aws:|cloudfront:|x+:)[A-Za-z][A-Za-z0-9-]+:(mfa|role|user)/"
).match
_of_an_instance = re.compile("arn:[^:]*:ssm:[^:]*:[^:]*:instance/").match
_is_several = re.compile(r"arn:[^,;\s]+[,;\s]\s*arn:[a-z-]+:").match
_has_alternatives = re.compile(
    r"arn:[^:]*:iam:.*(?:(?<![${])\{[\w*/.+=@-]+(?:, *[\w*/.+=@-]+)+\}(?!\})"
    r"|\([^()|]+(?:\|[^()|]+)+\)|\[\w-\w[^\]]*\])"
).match
_BLANK = r"[\s\u200b\ufeff]"
_with_blank = re.compile(
    rf"arn:[^:]*:(?:iam|sts):[^:]*:(?!cloudfront:)[^:]*:.*{_BLANK}|.*{_BLANK}\Z", re.DOTALL
).match
_of_no_bucket = re.compile(
    r"arn:[^:]*:s3:::(?:s3:|/|[a-z0-9.-]+\.s3[a-z0-9.-]*\.amazonaws\.com(?:/|$))"
).match
_in_an_arn = re.compile("arn:[^:]+:s3:::(arn:|\\$\\{[^{}]*[.]Arn\\})").match


def _has_blank(text: str) -> bool:
    """Say whether a blank stands where none may be, and not in `${…}` or in `!Ref x`."""
    return not (is_unfilled(text) or "!" in text) and bool(_with_blank(_filled_in(text)))


_has_odd_sign = re.compile(r"[\s\u200b\ufeff,;(\[{]").search
_FAULTS = (
    (_is_several, "is several ARNs in one text", "write a list, with a text for each ARN"),
    (_has_alternatives, "has alternatives, which IAM reads as they are", "write an ARN for each"),
    (_has_blank, "has a blank or a line feed", "remove it"),
)
_slip = re.compile(r"[{}\\]").search
_slip_before_a_variable = re.compile(r"\\(?=\$)").search


def check_partition(subject: Subject) -> Flaws:
    """Find ARNs that exist in no account of the policy's partition."""
    if not _names_other_partitions(subject.whole):
        return
    alone = subject.document.kind in {"resource", "trust"}
    partitions, here = _partitions_of(subject.whole, alone), _partition_around(subject.statement)
    for element, found in _arns_in(subject.statement):
        regional = _partition_of_region(found[3])
        if regional not in {None, found[1]}:
            right, others = regional, f"{found[3]} is a region"
        elif partitions and found[1] == partitions[1]:
            right, others = partitions[0], "the other ARNs here are"
        elif here and element == "Condition":
            right, others = here, "the other ARNs of the statement are"
        else:
            continue
        also = " and a region of it" if regional == found[1] else ""
        yield Flaw(
            OTHER_PARTITION,
            subject.place_of(element),
            f"{found[0]} is of the partition {found[1]}, and {others} of {right}",
            "the ARN matches nothing in an account of that partition",
            f"write arn:{right}:{also}, or the ARN of each partition in which the policy is used",
        )
        return


def check_names_of_partitions(subject: Subject) -> Flaws:
    """Find the first ARN of a partition whose name is misspelt."""
    for element, texts in texts_in(subject.statement):
        for text, found in ((text, _slip_of_partition(text)) for text in texts):
            if found:
                right = "aws-cn" if found[1].startswith("aws-c") else "aws-us-gov"
                yield Flaw(
                    OTHER_PARTITION,
                    subject.place_of(element),
                    f"{text} is of no partition: AWS has no {found[1]}",
                    "AWS refuses the policy, or the ARN matches nothing",
                    f"write arn:{right}:",
                )
                return


def check_audiences(subject: Subject) -> Flaws:
    """Find SAML's audiences that are the sign-in of another partition than the provider's."""
    of_audience = [each for each in subject.other_conditions if each.is_about("SAML:aud")]
    judged = bool(of_audience) and subject.statement.allows
    right = _SIGN_INS.get(_partition_around(subject.statement) or "") if judged else None
    for condition in of_audience if right else ():
        hosts = [
            next((host for host in _SIGN_INS.values() if host in audience), right)
            for audience in condition.values
        ]
        exempt = condition.operator in OPPOSITES
        if hosts and right not in hosts and not exempt:
            yield Flaw(
                OTHER_PARTITION,
                condition.position,
                f"{condition.values[0]} is another partition's sign-in than the provider's",
                "the provider's users are locked out",
                f"write https://{right}/saml",
            )


def check_arns(subject: Subject) -> Flaws:
    """Find the first ARN that matches nothing, of resources and of conditions' values."""
    why_no_resource = functools.partial(_why_no_resource, subject)
    why_dead = functools.partial(_why_dead, in_yaml=subject.is_in_yaml)
    sources = (each for each in subject.statement.conditions if each.is_about("aws:SourceArn"))
    told = [
        (item, exempting, found)
        for items, why in (
            (subject.resources, why_no_resource),
            (chain.from_iterable(map(subject.values_of, sources)), _why_no_resource_s),
            (subject.texts, why_dead),
        )
        for item, exempting in items
        if (found := why(str(item.value)))
    ]
    where = list(subject.items_of("Resource"))
    if _is_of_users(subject) and all(names_root(str(each.value)) for each in where):
        root = "is the root user, and stands for nothing else", "write *, or the ARNs of resources"
        told += [(each, False, root) for each in where]
    for item, exempting, (why, cure) in told[:1]:
        yield Flaw(
            DEAD_ARN,
            subject.place_at(item),
            f"{item.value} {why}{and_more(told)}",
            f"the ARN matches nothing: it {subject.effect_of_none(exempting=exempting)}",
            cure,
        )


def _why_no_resource(subject: Subject, text: str) -> tuple[str, str] | None:
    """Say why an ARN is no resource, though it may be a value, and what to write."""
    if subject.is_beside_mfa and without_path(text):
        return "has no path; roles that AWS creates have one", WITH_PATH
    if why := _why_no_resource_s(text):
        return why
    if _of_an_instance(text):
        ec2 = in_partition_of(subject.whole, "arn:aws:ec2:REGION:ACCOUNT:instance/ID")
        return "is no instance: instances are EC2's", f"write {ec2}, or managed-instance/ instead"
    sign = fault_of_sign(text)
    if sign and not any(check_kinds_of_resources(subject)):
        return sign
    if service := _service_meant(subject, parts_of(text)[2]):
        wrong = parts_of(text)[2]
        return f"has {wrong}, and ARNs call the service {service}", f"write {service} instead"
    return None


@functools.lru_cache(maxsize=20_000)  # the statements of a file have the same
def _why_no_resource_s(text: str) -> tuple[str, str] | None:
    if _in_an_arn(text):
        return "has an ARN in the ARN", "write the inner ARN alone"
    filled = _filled_in(text) if has_needless_region(text) else ""
    if _is_arn(filled) and has_needless_region(filled):  # of a caller, `callers` tells
        whose, part = ("buckets", "region and account") if ":s3:" in filled else ("IAM", "region")
        return f"has a {part}, and ARNs of {whose} have none", f"leave the {part} empty"
    return None


def _service_meant(subject: Subject, service: str) -> str:
    """Return the service of all actions of a statement, if an ARN has another name for it.

    Where the actions' kind of resource is known, `resources` tells.
    """
    names, meant = subject.whole.names, _service_of(subject.statement)
    if names is None or not meant or service in {meant, ""}:
        return ""
    unlisted = names.look_up(f"{service}:*")
    if not (unlisted and unlisted.sure and unlisted.meant == f"{meant}:*"):
        return ""
    named = any(map(resource_of, names_of(subject.statement)))
    return "" if subject.whole.concern_mfa and named else meant


@functools.lru_cache(maxsize=1_000)
def _service_of(statement: Statement) -> str:
    """Return the service of all actions of a statement; empty for several."""
    services = {each.partition(":")[0] for each in names_of(statement)}
    return services.pop() if len(services) == 1 else ""


def _is_of_users(subject: Subject) -> bool:
    """Say whether the root user never meets a statement; `resources` tells where it is no role."""
    takes = any(name.startswith("sts:") for name in names_of(subject.statement))
    return subject.document.kind == "identity" and not takes


def check_ids_of_principals(subject: Subject) -> Flaws:
    """Find ids as principals: AWS writes them in place of users and roles that were deleted."""
    gone = [each for each in subject.principals() if _is_id(str(each.value))]
    for item in gone[:1]:
        yield Flaw(
            DEAD_ARN,
            subject.place_at(item),
            f"{item.value} is the id of a user or role that is gone{and_more(gone)}",
            "it matches nobody, and IAM rejects the policy if it is written again",
            "remove it, or name who is meant by the ARN",
        )


def _arns_in(statement: Statement) -> Iterator[tuple[str, re.Match[str]]]:
    for element, texts in texts_in(statement):
        yield from ((element, found) for found in map(_arn_of_a_partition, texts) if found)


def _partition_around(statement: Statement) -> str | None:
    arns = list(_arns_in(statement))
    named = {found[1] for element, found in arns if element in {"Principal", "Resource"}}
    compared = {found[1] for element, found in arns if element == "Condition"}
    return named.pop() if len(named) == 1 and not named & compared else None


@per_policy
def _names_other_partitions(whole: WholePolicy) -> bool:
    """Say whether a text names another partition than `aws`, or a region of one; fast."""
    texts = (texts for each in whole.statements for _, texts in texts_in(each))
    return any(map(_of_another_partition, chain.from_iterable(texts)))


def _partition_of_region(region: str) -> str | None:
    if _is_commercial(region):
        return "aws"
    return _PARTITIONS.get(region.rpartition("-")[0].rpartition("-")[0])


@per_policy
def _partitions_of(whole: WholePolicy, alone: bool) -> tuple[str, str] | None:  # kept by value
    """Return the policy's partition, and another one that some ARNs have by mistake.

    None if there is only one, or if the policy is meant for several: a statement has like ARNs of
    both, or both have the same actions. Services other than IAM have the right one, since people
    copy IAM's ARNs, and S3's of `aws`, from examples; else it is the more common one, or the one
    that is not `aws`.
    `alone`: it is the policy of one resource, which is in one partition.
    """
    count: Counter[str] = Counter()
    services = set[tuple[str, str]]()
    meant: dict[object, set[str]] = {}
    for statement in whole.statements:
        arns = [found for where, found in _arns_in(statement) if not (alone and where in _OTHERS)]
        own = {found[1] for found in arns}
        count.update([found[1] for found in arns] if alone else own)
        services |= {(found[1], found[2]) for found in arns if found[2] not in {"*", "iam"}}
        if len(own) == 1:
            meant.setdefault((statement.effect, actions_of(statement)), set()).update(own)
        for found in arns:
            key = statement, found[2], found[2] != "s3" and found[4]
            meant.setdefault(key, set()).add(found[1])
    if len(count) != _TWO or not (alone or all(len(each) == 1 for each in meant.values())):
        return None
    elsewhere = {partition for partition, _ in services} if services - _COPIED else set()
    (right, most), (other, least) = sorted(
        count.items(), key=lambda each: (elsewhere != {each[0]}, -each[1], each[0] == "aws")
    )
    if elsewhere == {right}:
        return right, other
    return (right, other) if most > least or other == "aws" else None


@functools.lru_cache(maxsize=20_000)
def _why_dead(text: str, *, in_yaml: bool) -> tuple[str, str] | None:
    """Say why no request has an ARN, and what to write; None if one may have it.

    The Serverless Framework's files, in YAML, have a backslash before what it leaves alone.
    """
    filled = _filled_in(text)
    if not _is_arn(filled):
        return None
    why = _why_no_arn(text, filled)
    if why:
        return why
    slip = _slip_before_a_variable if _has_any_text(parts_of(filled)[2]) else _slip
    found = None if keys_outside_of_braces(text) else slip(filled)  # which `keys` tells
    if found is None or (found[0] == "\\" and in_yaml):
        return None
    if found[0] == "\\":
        return "has a stray backslash", "remove the backslash"
    other = "{" if found[0] == "}" else "}"
    return f"has a {found[0]} without a {other}", f"remove the {found[0]}, or add the {other}"


def _why_no_arn(text: str, filled: str) -> tuple[str, str] | None:
    """Say what is wrong with the parts of an ARN, and what to write."""
    _, _, service, region, account, _ = parts_of(filled)
    for is_dead, why, cure in _FAULTS if _has_odd_sign(text) else ():
        if is_dead(text) and not placeholder_in(text):
            return why, cure
    if service == "s3" and _of_no_bucket(text):
        return "has no bucket's name after :::", "write the bucket's name there"
    if not _is_account(account) and _has_no_account(text, filled, account):
        return f"has the account {account}, and accounts have 12 digits", "write all its 12 digits"
    if looks_like_no_region(region):
        return f"has {region} in the place of the region", "write a region such as eu-west-1, or *"
    if _in_a_region(filled) or _in_an_account(filled):
        why = f"has a part that ARNs of {service} leave empty"
        return why, f"leave the {_EMPTY.get(service, 'account')} empty"
    return None


def _has_no_account(text: str, filled: str, account: str) -> bool:
    if is_no_account(account) or _is_of_an_alias(filled):
        return True
    stands_in = is_unfilled(text) or in_place_of_an_account(account)
    return not stands_in and bool(_is_of_a_word(text))


def _filled_in(text: str) -> str:
    """Return a text with an x for each pair of braces and what is in it."""
    if "{" not in text and "}" not in text:
        return text
    levels: list[list[str]] = [[]]
    for part in _at_braces(text):
        if part == "{":
            levels.append([])
        elif part == "}" and len(levels) > 1:
            levels.pop()
            levels[-1].append("x")
        else:
            levels[-1].append(part)
    return "{".join(map("".join, levels))
