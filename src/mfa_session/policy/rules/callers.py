"""Values that no request has under keys that say who calls, such as aws:PrincipalArn."""

from __future__ import annotations

import itertools
import re

from mfa_session.policy.document import Condition, names_role
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.patterns import includes
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject
from mfa_session.policy.rules.values import (
    ACCOUNT,
    ORGANISATION,
    WRONG_VALUE,
    Kind,
    ids_of_another_kind,
    is_of_another_kind,
    patterns_as_text,
    who_never_meets,
)

_of_no_principal = re.compile(
    "arn:[^:]*:(sts:[^:]*:[^:]*:assumed-role|iam:[^:]*:[^:]*:(group|instance-profile|mfa|policy))/.*"
).fullmatch
# The kinds of aws:PrincipalType (IAM user guide, principal key values).
_PRINCIPAL_TYPES = ("Account", "User", "FederatedUser", "AssumedRole", "Anonymous")


def _no_principal_type(text: str) -> bool:
    known = is_unfilled(text) or "$" in text
    seen = (*_PRINCIPAL_TYPES, "Service", "AWSService")  # these two by people, with services
    return not (known or any(includes(text, each) for each in seen))


_of_root = re.compile("arn:[^:]*:iam::[^:]*:root").fullmatch
_of_user_root = re.compile("arn:[^:]*:iam::[^:]*:user/root").fullmatch
without_path = re.compile(
    "arn:[^:]*:iam::[^:]*:role/AWS(ReservedSSO_|ServiceRole(For|[*])).*"
).fullmatch
WITH_PATH = "write role/aws-reserved/sso.amazonaws.com/*NAME, or role/aws-service-role/*NAME"
_with_path = re.compile("aws-(reserved|service-role)/").search
_KINDS: dict[str, Kind] = {
    "aws:userid": (
        re.compile(
            r"(?![A0-9*?$<{\[]).+|A(?![A-Z0-9]{3})[\w.@+=-]+|AROA[A-Z0-9]{8,}|AIDA[A-Z0-9]*:.*"
        ).fullmatch,
        "a unique id, such as AIDA… for a user, or AROA…:NAME for the session of a role",
    ),
    "aws:username": (re.compile("[^$*?<{]*[:/].*").fullmatch, "a name without path or ARN"),
    **dict.fromkeys(("aws:principalaccount", "kms:calleraccount"), ACCOUNT),
    "aws:principalorgid": ORGANISATION,
    "aws:principaltype": (_no_principal_type, f"one of {', '.join(_PRINCIPAL_TYPES)}"),
}


def check_principals(subject: Subject) -> Flaws:
    """Find ARNs that no principal has: of role sessions, and of AWS's own roles without a path."""
    told = subject.document.kind in {"resource", "scp", "rcp"}  # which the root user may meet
    for condition in subject.other_conditions:
        if not condition.is_about("aws:PrincipalArn"):
            continue
        arns = condition.values
        of_root = subject.document.kind == "trust" and "Not" not in condition.operator
        of_aws = list(filter(without_path, arns))
        of_none = list(filter(_of_no_principal, arns))
        if of_aws and not any(map(_with_path, arns)):
            why = f"no principal has the ARN {of_aws[0]}; roles that AWS creates have a path"
            cure = WITH_PATH
        elif of_root and arns and all(map(_of_root, arns)):
            why = f"{arns[0]} is the root user, and AWS lets no root user assume a role"
            cure = "name the account in Principal, and remove the condition"
        elif told and arns and all(map(_of_user_root, arns)):
            why = f"{arns[0]} is an IAM user called root, not the root user"
            cure = f"write {arns[0].replace('user/', '')}"
        elif of_none and (of_none == [*arns] or _exempts_else(condition)):
            why = (
                f"no principal has the ARN {of_none[0]}; for a role session, {condition.key} is "
                "the role's ARN"
            )
            cure = "write the ARN of the role or user, such as arn:aws:iam::*:role/NAME"
        else:
            continue
        who = _effect_of_none(subject, condition, of_none)
        yield Flaw(WRONG_VALUE, condition.position, why, who, cure)


def _exempts_else(condition: Condition) -> bool:
    """Say whether it exempts others, and no role, besides what is no principal's ARN."""
    others = itertools.filterfalse(_of_no_principal, condition.values)
    return "Not" in condition.operator and not any(map(names_role, others))


def _effect_of_none(subject: Subject, condition: Condition, arns: list[str]) -> str:
    if arns and len(arns) < len(condition.values):
        return "it matches nobody"
    exempts = "Not" in condition.operator
    return "nobody is exempt" if exempts else who_never_meets(subject, condition)


def check_ids_of_callers(subject: Subject) -> Flaws:
    """Find names and ids of another kind than the key's."""
    return ids_of_another_kind(subject, _KINDS)


def has_wrong_values(condition: Condition) -> bool:
    """Say whether a value has the form of no value of the key."""
    if condition.is_about("aws:PrincipalArn"):
        wrong = any(_of_no_principal(arn) or without_path(arn) for arn in condition.values)
    else:
        wrong = is_of_another_kind(condition, _KINDS) or is_of_another_kind(condition)
    return wrong or bool(patterns_as_text(condition))
