"""Values that no request has, under keys that say neither who calls nor whether with MFA."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from mfa_session.model.arns import GLOBAL_SERVICES, home_region, region_partition
from mfa_session.policy.conditions import is_met, is_readable, moment
from mfa_session.policy.coverage import concerns, names_of
from mfa_session.policy.credentials import DIRECT_CALL, RequestContext
from mfa_session.policy.intrinsics import is_unfilled, with_variables_as
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.statement import Condition

WRONG_VALUE = Rule(
    "wrong-value",
    ERROR,
    "The value is not the date, number, boolean, network, ARN, id or name that it should be, has "
    "wildcards under `StringEquals`, or the list of values is empty, or two limits leave nothing "
    "between them: it matches nothing. Or an account is another one of the policy with two digits "
    "swapped (a warning). Or `aws:PrincipalArn` is the root user's, who is not the account. A "
    "warning for actions of IAM and other global services in a region that their requests never "
    "count as. `aws:SourceIp` is never a private address, and never outside of `0.0.0.0/0`.",
)

_SAMPLES = {
    "Bool": ("boolean", "true"),
    "Null": ("boolean", "true"),
    "Date": ("date", "2031-05-01T12:00:00Z"),
    "Numeric": ("number", "10"),
    "IpAddress": ("network", "192.0.2.0/24"),
}
DATES = {"aws:currenttime", "aws:tokenissuetime"}
_MILLISECONDS = 13  # digits
_MOMENTS = {*DATES, "aws:epochtime"}
# What people write where a value is to follow.
TO_REPLACE = "your|here|replace|placeholder|change|insert|todo|xxx"
_to_be_replaced = re.compile(f"{TO_REPLACE}|addr|_ip").search
_is_a_stand_in = re.compile(r"[a-z][\w.-]*(?:addr|here|_ip|-ip)\w*(?:/\d+)?", re.ASCII).fullmatch
# IAM does no arithmetic.
_sum = re.compile(r"\$\{aws:\w+\s*[-+*]\s*\w[^}]*\}", re.IGNORECASE).search
_LIKE = ("StringLike", "StringNotLike")
_EXACT = {"StringEquals", "StringNotEquals", *_LIKE}  # the case of letters counts
_equals = re.compile("String(Not)?Equals(IgnoreCase)?").fullmatch
_limit = re.compile("(Date|Numeric)(Greater|Less)Than(?:Equals)?").fullmatch
_wildcard = re.compile("[*?]").search
# Keys whose values have neither * nor ?; `lambda:Principal` and `s3:if-none-match` may be `*`.
# Those with a dot are an identity provider's.
_has_no_wildcards = re.compile(
    r"(aws:(?!useragent|referer)|s3:(?!if-|x-amz-object-if)|(ec2|iam|kms|rds|secretsmanager|ssm|sts):"
    r"|token[.]actions[.]).*|[\w-]+[.][\w./-]+:(aud|sub)"
).fullmatch
_NO_ACCOUNT = "(?![0-9]{12}$)[0-9][0-9 -]*"
is_no_account = re.compile(_NO_ACCOUNT).fullmatch
_no_account = re.compile(f"{_NO_ACCOUNT}|arn:.*").fullmatch
_no_organisation = re.compile("(ou-|r-|arn:|[0-9]).*").fullmatch
_WAYS = "(?:central|(?:north|south)(?:east|west)?|east|west)"
_REGIONS = f"[a-z]{{2,4}}(?:-[a-z]+)?-{_WAYS}-[0-9]+|(?:aws-)?global"
_is_region = re.compile(_REGIONS).fullmatch
_begins_as_region = re.compile(
    f"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-(?!.*[0-9]-)[a-z0-9-]+|{_WAYS}-?[0-9][a-z]?)",
    re.IGNORECASE,
).fullmatch


def looks_like_no_region(text: str) -> bool:
    """Say whether a text is like a region, and none: an availability zone, or misspelt."""
    return bool(_begins_as_region(text)) and not _is_region(text)


def _other_than(form: str) -> Callable[[str], bool]:
    """Return what says that a text, without wildcards and variables, is not of a form."""
    is_right = re.compile(form, re.ASCII).fullmatch

    def is_other(text: str) -> bool:
        is_open = _wildcard(text) or "$" in text or is_unfilled(text) or _is_word_to_replace(text)
        return not (is_right(text) or is_open)

    return is_other


_is_word_to_replace = re.compile(f"[A-Z][A-Z0-9_]+|.*(?i:{TO_REPLACE}).*").fullmatch
# Each value ends in a slash (IAM reference, aws:PrincipalOrgPaths).
_no_path = re.compile(r"(ou-|r-|arn:|[0-9]).*|o-[^*?$<{\[/]+(/[^*?$<{\[]*[^*?$<{\[/])?").fullmatch
# What no value of a key is like, and what the values are.
Kind = tuple[Callable[[str], object], str]
ACCOUNT: Kind = (_no_account, "an account of 12 digits")
ORGANISATION: Kind = (_no_organisation, "an organisation such as o-…")
ORGANISATION_PATH: Kind = (_no_path, "a path such as o-…/r-…/ou-…/")
_POLICY = "an ARN such as arn:aws:iam::ACCOUNT:policy/NAME"
# Keys, the form that their values have, and what they are.
_RIGHT = (
    ("aws:sourcevpc", "vpc-.*", "a VPC such as vpc-…"),
    ("aws:sourcevpce", "vpce-.*", "a VPC endpoint such as vpce-…"),
    ("aws:sourcearn", "arn:.*", "an ARN such as arn:aws:s3:::BUCKET"),
    ("ec2:subnet", "arn:.*", "an ARN such as arn:aws:ec2:REGION:ACCOUNT:subnet/ID"),
    ("ec2:vpc", "arn:.*", "an ARN such as arn:aws:ec2:REGION:ACCOUNT:vpc/ID"),
    ("iam:permissionsboundary iam:policyarn", "arn:.*", _POLICY),
    (
        "aws:calledvia aws:calledviafirst aws:calledvialast iam:awsservicename iam:passedtoservice",
        r"[a-z0-9-]+\.(.+\.)?(amazonaws\.(com(\.cn)?|eu)|aws\.internal|.*\.gov|.*[*?].*)",
        "a service such as ec2.amazonaws.com",
    ),
    ("sts:rolesessionname", r"[\w+=,.@-]{2,64}", "2 to 64 letters, digits and signs of =,.@-_+"),
    (
        "sts:externalid",
        r"[\w+=,.@:/-]{1,1224}",
        "1 to 1224 letters, digits and signs of =,.@:/-_+",
    ),
    ("aws:requestedregion ec2:region", _REGIONS, "a region such as eu-west-1"),
)
# Keys, a form that their values never have, and what they are.
_WRONG = (
    (
        "s3:x-amz-server-side-encryption",
        "(?!(?:AES256|aws:kms)$)(?i:aes-?256|(?:aws[:_-]?)?kms|sse-?(?:s3|kms))",
        "AES256, aws:kms or aws:kms:dsse",
    ),
    ("ec2:metadatahttptokens", "(?!(required|optional)$)[a-z]+", "required or optional"),
    (
        "kms:viaservice",
        r"[a-z0-9-]+\.amazonaws\.com",
        "a service with its region, such as s3.eu-west-1.amazonaws.com",
    ),
    (
        "token.actions.githubusercontent.com:sub",
        r"repo:[^:*?$]*|(?!repo:)[\w.-]+/[\w.*-]+(:.*)?",
        "a repository with more behind it, such as repo:OWNER/NAME:ref:refs/heads/main",
    ),
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("aws:resourceorgpaths", "aws:sourceorgpaths"), ORGANISATION_PATH),
    **dict.fromkeys(("aws:sourceaccount", "aws:resourceaccount", "s3:resourceaccount"), ACCOUNT),
    **dict.fromkeys(("aws:resourceorgid", "aws:sourceorgid"), ORGANISATION),
    **{key: (_other_than(form), what) for keys, form, what in _RIGHT for key in keys.split()},
    **{key: (re.compile(form).fullmatch, what) for key, form, what in _WRONG},
}
_REGION = "aws:RequestedRegion"
_ASKED = ("iam:pass", "iam:createservicelinked")  # by other services
COMMERCIAL = "(af|ap|ca|eu|il|me|mx|sa|us)-(?!iso|gov)"  # how regions of the partition aws begin
_is_commercial = re.compile(COMMERCIAL).match


def check_other_values(subject: Subject) -> Flaws:
    """Find values under other keys that are no date, number or network, or are none at all."""
    told = set[str]()
    for condition in subject.other_conditions:
        if condition.known and not condition.values:
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.written} compares {condition.key} to an empty list",
                effect_of_wrong(subject, condition, ()),
                f"name the values, or remove {condition.key}",
            )
        if _is_moment_as_number(condition):
            continue
        key = condition.key.lower()
        kind = next((each for each in _SAMPLES if each in condition.operator), "")
        wrong = [value for value in condition.values if kind and not is_readable(condition, value)]
        # Those in capitals, or in brackets, are `arns`'s.
        stand_in = kind == "IpAddress" and bool(wrong) and _is_a_stand_in(wrong[0])
        if wrong and key not in told and (stand_in or not any(map(_is_open, wrong))):
            told.add(key)  # a range of a key has one finding
            what, sample = _SAMPLES[kind]
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.written} compares {condition.key} to {wrong[0]!r}, which is no {what}",
                who_never_meets(subject, condition),
                f"write a {what}, such as {sample}",
                severity=NOTE if stand_in else None,
            )


def check_moments(subject: Subject) -> Flaws:
    """Find ages in seconds under keys that are moments, such as aws:TokenIssueTime."""
    for condition in subject.other_conditions:
        ages = [each for each in condition.values if re.fullmatch("[0-9]{1,8}|[0-9]{13}", each)]
        if _is_moment_as_number(condition):
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.written} compares {condition.key}, which is a moment, to a number",
                who_never_meets(subject, condition),
                "use a Date operator; to limit the age of MFA, compare aws:MultiFactorAuthAge",
            )
        elif condition.key.lower() in _MOMENTS and ages and condition.operator != "Null":
            early = len(ages[0]) < _MILLISECONDS
            always = ("Greater" if early else "Less") in condition.operator
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.key} is a moment, not an age: {ages[0]} is a time of the 1970s"
                if early
                else f"{condition.key} counts seconds, and {ages[0]} is in milliseconds",
                "the condition is always met"
                if always or condition.negates
                else who_never_meets(subject, condition),
                "write a date; to limit the age of MFA, compare aws:MultiFactorAuthAge"
                if early
                else f"write {ages[0][:-3]}",
            )


def check_ids(subject: Subject) -> Flaws:
    """Find names and ids of another kind than the key's."""
    return ids_of_another_kind(subject, _KINDS)


def ids_of_another_kind(subject: Subject, kinds: Mapping[str, Kind]) -> Flaws:
    """Yield the values of another kind than those of their key, which is one of these."""
    for condition in subject.other_conditions:
        is_other, what = kinds.get(condition.key.lower(), (None, ""))
        exact = condition.operator in _EXACT or condition.operator.startswith("Arn")
        compared = condition.values if is_other and exact else ()
        wrong = list(filter(is_other, compared))
        alone = len(wrong) == len(compared)
        in_part = subject.mfa_conditions or (
            subject.whole.concern_mfa and condition.is_about(_REGION)
        )
        if wrong and (alone or in_part):
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.key} is {what}, never {wrong[0]!r}",
                effect_of_wrong(subject, condition, wrong),
                f"write {what}",
                severity=None if alone else NOTE,
            )


def check_patterns(subject: Subject) -> Flaws:
    """Find patterns that are compared as text, which no value of their key equals."""
    for condition in subject.other_conditions:
        wrong = patterns_as_text(condition)
        if wrong:
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.written} compares {condition.key} to {wrong[0]!r} as text",
                effect_of_wrong(subject, condition, wrong),
                f"for wildcards use {_LIKE['Not' in condition.operator]}",
            )


def patterns_as_text(condition: Condition) -> list[str]:
    """Return the values with wildcards that a condition compares as text."""
    if not (_equals(condition.operator) and _has_no_wildcards(condition.key.lower())):
        return []
    return [value for value in condition.values if _wildcard(with_variables_as("", value))]


def check_limits(subject: Subject) -> Flaws:
    """Find limits of a moment or number that leave nothing between them."""
    ends: dict[tuple[str, str], Decimal] = {}
    for condition in subject.other_conditions:
        found, (text, *others) = _limit(condition.operator), condition.values or ("",)
        if not found or others or condition.if_exists or not is_readable(condition, text):
            continue
        key = condition.key.lower()
        ends[key, found[2]] = moment(text) if found[1] == "Date" else Decimal(text)
        low, high = ends.get((key, "Greater")), ends.get((key, "Less"))
        if low is not None and high is not None and low > high:
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.key} is never above the one limit and below the other",
                who_never_meets(subject, condition),
                "write two statements, one for each limit, or exchange the limits",
            )


def check_regions_of_global_services(subject: Subject) -> Flaws:
    """Find statements on services whose requests all count as one region's, in other regions."""
    names, allows = names_of(subject.statement), subject.statement.allows
    counted = [
        each for each in names if each.startswith(GLOBAL_SERVICES) and not each.startswith(_ASKED)
    ]
    alone = all(each.startswith(GLOBAL_SERVICES) for each in names)
    # A Deny of other regions is on purpose where it names other services as well.
    judged = bool(counted) and subject.whole.concern_mfa and (allows or alone)
    for condition in subject.other_conditions if judged else ():
        calls = calls_in(condition, counted[0].partition(":")[0])
        never = bool(calls) and all(is_met(condition, call) is False for call in calls.values())
        narrowed = subject.refuses_without_mfa and condition.negates  # `conditions`
        others = (each for each in subject.whole.allowing if each is not subject.statement)
        elsewhere = allows and any(concerns(each, counted[0]) for each in others)
        if never and not (narrowed or elsewhere):
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"requests for {subject.as_written(counted[0])} count as {min(calls)}: "
                f"{condition.written} {condition.key} is never met",
                f"nobody is {'allowed this' if allows else 'stopped'}",
                f"remove {condition.key}"
                if alone
                else f"allow it in a statement without {condition.key}",
                severity=WARNING,
            )


def is_of_another_kind(condition: Condition, kinds: Mapping[str, Kind] = _KINDS) -> bool:
    """Say whether a value has the form of no value of the key, which is one of these."""
    is_other, _ = kinds.get(condition.key.lower(), (None, ""))
    return is_other is not None and any(map(is_other, condition.values))


def _is_moment_as_number(condition: Condition) -> bool:
    return condition.operator.startswith("Numeric") and condition.key.lower() in DATES


def _is_open(text: str) -> bool:
    filled_in = "${" in text and not _sum(text)
    return filled_in or is_unfilled(text) or _to_be_replaced(text.lower()) is not None


def effect_of_wrong(subject: Subject, condition: Condition, wrong: Collection[str]) -> str:
    """Say who gets in, or is kept out, if these of the values match nothing."""
    if len(wrong) < len(condition.values):
        return "it matches nobody"
    always = condition.negates
    return "the condition is always met" if always else who_never_meets(subject, condition)


def who_never_meets(subject: Subject, condition: Condition) -> str:
    """Say who gets in, or is kept out, if no value can match."""
    missing = condition.if_exists or condition.qualifier == "ForAllValues"
    without = f"only requests without {condition.key}"
    if subject.statement.allows:
        return f"{without} get through" if missing else "everybody is locked out"
    return f"{without} are stopped" if missing else "nobody is stopped"


def calls_in(condition: Condition, service: str = "iam") -> dict[str, RequestContext]:
    """Return calls of a global service in a condition's regions, by the region they count as."""
    named = map(str.lower, condition.values if condition.is_about(_REGION) else ())
    homes = dict.fromkeys(_home_of(region, service) for region in named)
    known = homes if "" not in homes else ()
    return {home: RequestContext({_REGION: (home,)}).over(DIRECT_CALL) for home in known}


def _home_of(region: str, service: str) -> str:
    """Return the region as which calls in a region count; empty for isolated and unknown ones."""
    partition = region_partition(region)
    known = partition in {"aws-cn", "aws-us-gov"} or _is_commercial(region)
    return home_region(partition, service) if known else ""
