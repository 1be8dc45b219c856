"""Elements and resources that do not belong in the kind of policy where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from mfa_session.policy.coverage import names_of
from mfa_session.policy.intrinsics import is_unfilled, with_variables_as
from mfa_session.policy.rules.resource_kinds import parts_of
from mfa_session.policy.rules.resources import in_partition_of
from mfa_session.policy.rules.rule import (
    ERROR,
    REJECTED,
    WARNING,
    Flaw,
    Flaws,
    Rule,
    Subject,
    and_more,
    first_of,
)
from mfa_session.policy.rules.whole_policy import WholePolicy, per_policy
from mfa_session.policy.statement import (
    Statement,
    has_principal,
    is_about_devices,
    is_about_roles,
    is_for_everybody,
    is_of_trust,
)

MISPLACED = Rule(
    "misplaced-element",
    ERROR,
    "A `Principal` in a policy of a user, group or role, a `Resource` in a trust policy, or "
    "`NotAction`, an Allow or a named principal in a resource control policy: IAM rejects the "
    "policy. A warning for a resource policy of a service that has none (`codecommit:…`), or a "
    "resource control policy on actions to which none applies.",
)
NO_ARN = Rule(
    "resource-no-arn",
    ERROR,
    "A `Resource` that is neither an ARN nor `*` (`…:123456789012/queue`), or of no kind that IAM "
    "has (`users/…`): IAM rejects the policy. A warning for a bucket's "
    "policy with named principals that is about another bucket as well.",
)

_PRINCIPALS, _RESOURCES = ("Principal", "NotPrincipal"), ("Resource", "NotResource")
# The kinds of policies whose statements have no principal.
WITHOUT_PRINCIPAL = {
    "identity": "a policy of a user, group or role",
    "boundary": "a permissions boundary",
    "scp": "a service control policy",
}
_bucket = re.compile("arn:[^:]*:s3:::([a-z0-9.-]+)(?:/.*)?").fullmatch
_of_all_buckets = re.compile(r"\*|arn:[^:]*:s3:::\*(/\*)?").fullmatch
_is_to_be_arn = re.compile("arn:|https?://|alias/").match  # or a queue's address, a key's name
_slash_behind_account = re.compile("(arn:[^:]*:[^:]*:[^:]*:[0-9]{12})/(.+)").fullmatch
_COLONS = 5  # of an ARN
# IAM refuses a resource of its own that is of no kind (`user/…`, `mfa/…`).
_of_no_kind = re.compile(
    "arn:[^:]*:iam::[^:]*:(?:(?!root$)[a-z-]+$|(?:groups|policies|roles|users)/)"
).match
# Services whose actions are in no resource control policy (AWS Organizations user guide, October
# 2026); AWS adds others.
_NOT_IN_RCPS = {"account", "cloudformation", "cloudtrail", "config", "ec2", "ecs", "eks",
                "elasticloadbalancing", "guardduty", "iam", "lambda", "organizations", "rds",
                "redshift", "route53", "securityhub", "sns", "ssm"}  # fmt: skip
_INSTEAD = {
    "NotAction": "list the actions to deny in Action",
    "NotPrincipal": 'write "Principal": "*", and exempt whom it names by aws:PrincipalArn',
}
_OF_REGISTRIES = {"ecr:batchimportupstreamimage", "ecr:createrepository", "ecr:replicateimage"}
_TYPES_OF_REPOSITORIES = {"AWS::ECR::Repository", "aws_ecr_repository_policy"}
_WITHOUT_POLICIES = ("cloudformation:", "codecommit:", "rds:", "route53:")


def check_places(subject: Subject) -> Flaws:
    """Find elements that do not belong in this kind of policy."""
    for names, what in _elements_of_others(subject):
        for name in names:
            if name in subject.statement.elements:
                yield Flaw(
                    MISPLACED,
                    subject.place_of(name),
                    f"{name} does not belong in {what}",
                    REJECTED,
                    _INSTEAD[name] if subject.document.kind == "rcp" else f"remove {name}",
                )


def _elements_of_others(subject: Subject) -> Iterator[tuple[Iterable[str], str]]:
    """Yield elements that this kind of policy never has, and what the kind is called."""
    statement, kind = subject.statement, subject.document.kind
    if subject.document.is_of_endpoint:
        return
    if kind in WITHOUT_PRINCIPAL and not (kind == "scp" and _may_be_an_rcp(subject.whole)):
        yield _PRINCIPALS, WITHOUT_PRINCIPAL[kind]
    if kind == "rcp":
        yield _INSTEAD, "a resource control policy"
    if kind == "resource" and is_about_devices(statement):
        yield _PRINCIPALS, "one with iam: actions"
    if kind == "resource" and _is_of_a_repository(subject):
        yield _RESOURCES, "a repository's policy"
    if kind in {"trust", "resource"} and _is_of_trust(subject):
        yield _RESOURCES, "a role's trust policy"


def _is_of_trust(subject: Subject) -> bool:
    statement, told = subject.statement, subject.document.told_kind
    # An RCP's or a VPC endpoint's may be for everybody.
    open_to_all = told is None and is_for_everybody(statement) and not _is_of_a_role(subject.whole)
    surely = told == "trust" or has_principal(statement)
    return bool(statement.actions) and is_about_roles(statement) and surely and not open_to_all


def _is_of_a_repository(subject: Subject) -> bool:
    """Say whether a statement is on a repository, and not of a registry's or endpoint's policy."""
    statement, told = subject.statement, subject.document.resource_type
    if told or _may_be_an_rcp(subject.whole):
        return told in _TYPES_OF_REPOSITORIES
    where = statement.resources or statement.not_resources or ()
    of_registry = not _OF_REGISTRIES.isdisjoint(names_of(statement))
    one = any(not each.endswith("*") for each in where)
    return one and not of_registry and is_about(statement, "ecr:")


@per_policy
def _is_of_a_role(whole: WholePolicy) -> bool:
    return any(map(is_of_trust, whole.statements))


def check_services(subject: Subject) -> Flaws:
    """Find policies of resources for services that have none, once for a policy."""
    statement, of_endpoint = subject.statement, subject.document.is_of_endpoint
    if not of_endpoint and statement is _first_without_policies(subject.whole):
        yield Flaw(
            MISPLACED,
            subject.place_of("Principal"),
            f"there are no resource policies for {(statement.actions or '*')[0]}",
            "AWS has no place for the policy, and it has no effect",
            "write it without Principal, as a policy of users, groups or roles",
            severity=WARNING,
        )


def check_rcp(subject: Subject) -> Flaws:
    """Find what no resource control policy has, and actions to which none applies."""
    statement = subject.statement
    if subject.document.kind != "rcp":
        return
    # AWS's own RCPFullAWSAccess is the only one that allows.
    if statement.allows and not (statement.actions == ("*",) and not statement.conditions):
        yield Flaw(
            MISPLACED,
            subject.place_of("Effect"),
            "a resource control policy only denies: Allow does not belong in it",
            REJECTED,
            "delete the statement: what is not denied stays allowed; or deny what is to be denied",
        )
    if statement.principals and not is_for_everybody(statement):
        yield Flaw(
            MISPLACED,
            subject.place_of("Principal"),
            "a named principal does not belong in a resource control policy",
            REJECTED,
            'write "Principal": "*", and name whom it is for by aws:PrincipalArn or '
            "aws:PrincipalAccount in Condition",
        )
    if others := list(filter(_is_not_in_rcps, statement.actions or ())):
        yield Flaw(
            MISPLACED,
            subject.place_of_action(others[0]),
            f"resource control policies do not apply to {first_of(others)}",
            "the statement has no effect on them",
            "write these actions in a service control policy, without Principal",
            severity=WARNING,
        )


@per_policy
def _first_without_policies(whole: WholePolicy) -> Statement | None:
    """Return the first statement of somebody on services that have no policies of resources.

    One of everybody may be in the policy of a VPC endpoint, which every service has.
    """
    for each in whole.statements:
        of_somebody = has_principal(each) and not is_for_everybody(each)
        if of_somebody and is_about(each, *_WITHOUT_POLICIES):
            return each
    return None


def check_resources(subject: Subject) -> Flaws:
    """Find resources that are no ARNs; of resource policies, only those of S3 need ARNs."""
    items, rejected = list(subject.items_of("Resource", "NotResource")), REJECTED
    if subject.document.kind not in WITHOUT_PRINCIPAL and not is_about_s3(subject.statement):
        items = [item for item in items if _is_to_be_arn(str(item.value))]
        none = subject.effect_of_none(exempting=subject.statement.resources is None)
        rejected = f"the statement {none}, or the service rejects the policy"
    wrong = [item for item in items if _is_no_arn(str(item.value))]
    bucket = _bucket_of(subject.whole) if subject.document.is_of_resource else None
    other = [item for item in items if bucket is not None and not _is_of(bucket, str(item.value))]
    if wrong:
        with_slash = _slash_behind_account(str(wrong[0].value))
        yield Flaw(
            NO_ARN,
            subject.place_at(wrong[0]),
            f"{wrong[0].value!r} is neither an ARN nor *{and_more(wrong)}"
            if not _of_no_kind(str(wrong[0].value))
            else f"IAM has no resource {wrong[0].value}{and_more(wrong)}",
            rejected,
            f"write {with_slash[1]}:{with_slash[2]}"
            if with_slash
            else "write the ARN of the resource (arn:aws:iam::ACCOUNT:user/NAME), or *",
        )
    elif other:
        yield Flaw(
            NO_ARN,
            subject.place_at(other[0]),
            f"{other[0].value} is not {bucket or 'one bucket'}, and a bucket's policy is about its "
            "own",
            REJECTED.replace("IAM", "S3"),
            in_partition_of(
                subject.whole,
                f"write arn:aws:s3:::{bucket or 'BUCKET'}, or that with /* for the objects",
            ),
            severity=WARNING,
        )


def is_about_s3(statement: Statement) -> bool:
    """Say whether all actions of a statement are S3's."""
    return is_about(statement, "s3:")


def is_about(statement: Statement, *services: str) -> bool:
    """Say whether all actions of a statement are of some services: `s3:`."""
    return all(action.lower().startswith(services) for action in statement.actions or ("",))


@per_policy
def _bucket_of(whole: WholePolicy) -> str | None:
    """Return the bucket that most of a bucket's policy is about; empty if it names none.

    Return None if it may be another's: in the policy of a VPC endpoint, all are for everybody.
    """
    named = [each for each in whole.statements if not is_for_everybody(each)]
    if not named or not all(map(is_about_s3, whole.statements)):
        return None
    found = Counter(
        found[1]
        for each in whole.statements
        for found in map(_bucket, each.resources or each.not_resources or ())
        if found
    )
    return found.most_common(1)[0][0] if found else ""


def _is_of(bucket: str, resource: str) -> bool:
    found = _bucket(resource)
    return found[1] == bucket if found else not _of_all_buckets(resource)


@per_policy
def _may_be_an_rcp(whole: WholePolicy) -> bool:
    """Say whether it may be a resource control policy, or a VPC endpoint's: both only limit.

    All of it is for everybody, and about what services do that keep resources.
    """
    return all(
        each.not_actions is None
        and not any(map(_is_not_in_rcps, each.actions or ()))
        and is_for_everybody(each)
        for each in whole.statements
    )


def _is_not_in_rcps(action: str) -> bool:
    return action.lower().partition(":")[0] in _NOT_IN_RCPS


def _is_no_arn(text: str) -> bool:
    if not text.startswith("arn:") or _of_no_kind(text):
        return not (text.startswith("*") or is_unfilled(text))
    filled = with_variables_as("x", text)
    account = parts_of(filled)[4]
    in_account = "/" in account.partition("*")[0] and not is_unfilled(account)
    is_short = filled.count(":") < _COLONS and not ("*" in text or is_unfilled(text))
    return in_account or is_short
