"""Values that no request has under keys that say who calls, such as aws:PrincipalArn."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from itertools import filterfalse

from mfa_session.policy.conditions import is_met
from mfa_session.policy.credentials import PRINCIPAL_ARN, RequestContext
from mfa_session.policy.intrinsics import is_unfilled, with_variables_as
from mfa_session.policy.patterns import Patterns, includes, may_meet
from mfa_session.policy.rules.rule import WARNING, Flaw, Flaws, Subject
from mfa_session.policy.rules.values import (
    ACCOUNT,
    ORGANISATION,
    ORGANISATION_PATH,
    TO_REPLACE,
    WRONG_VALUE,
    Kind,
    ids_of_another_kind,
    is_of_another_kind,
    patterns_as_text,
    who_never_meets,
)
from mfa_session.policy.statement import Condition

# What follows the account in a principal's ARN, by service (IAM reference, aws:PrincipalArn).
_FORMS = (("iam", "root"), ("iam", "user/?*"), ("iam", "role/?*"), ("sts", "federated-user/?*"))
_PARTS = 6  # of an ARN
_FOR_ROOT = {"rcp", "resource", "scp"}  # kinds of policies that the root user meets
_OF_TEXT = ("Arn", "String")  # operators
_OF_SSO = f"role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_?*_{16 * '?'}"
_of_sso = re.compile("AWSReservedSSO_|/aws-reserved/").search
# How an ARN may begin before a wildcard that stands for some of its colons, too.
_begins_an_arn = re.compile(
    "(?:a(?:rn?)?|arn:[^:]*(?::(?:i(?:am?)?|s(?:ts?)?)?)?|arn:[^:]*:(?:iam|sts):(?::[^:/]*)?)?"
).fullmatch
_of_another_kind = re.compile(
    ":(assumed-role|group|groups|instance-profile|mfa|policy|roles|users)/"
).search
_of_people = re.compile("(group|user)s?/").search
_of_arns = re.compile(r"\s|.arn:").search  # with a blank, or several in one text: `arns`'s
# Bare names that a person or a tool is to replace.
_stands_for_an_arn = re.compile(f"arn|{TO_REPLACE}", re.IGNORECASE).search
# The kinds of aws:PrincipalType (IAM user guide, principal key values).
_PRINCIPAL_TYPES = ("Account", "User", "FederatedUser", "AssumedRole", "Anonymous")


def _no_principal_type(text: str) -> bool:
    known = is_unfilled(text) or "$" in text
    seen = (*_PRINCIPAL_TYPES, "Service", "AWSService")  # these two by people, with services
    return not (known or any(includes(text, each) for each in seen))


names_root = re.compile("arn:[^:]*:iam::[^:]*:root").fullmatch
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
    "aws:username": (
        re.compile(
            "[^$*?<{]*[:/].*|AWS(ReservedSSO_|ServiceRoleFor|ControlTowerExecution).*"
            "|OrganizationAccountAccessRole"
        ).fullmatch,
        "the name of a user, without path or ARN",
    ),
    **dict.fromkeys(("aws:principalaccount", "kms:calleraccount"), ACCOUNT),
    "aws:principalorgid": ORGANISATION,
    "aws:principalorgpaths": ORGANISATION_PATH,
    "aws:principaltype": (_no_principal_type, f"one of {', '.join(_PRINCIPAL_TYPES)}"),
}
CALLER_KEYS = {PRINCIPAL_ARN.lower(), "aws:principaltype", "aws:userid", "aws:username"}


def meet_all(conditions: Iterable[Condition], who: RequestContext) -> bool:
    """Say whether callers of a kind may meet all of these conditions."""
    return not any(is_met(each, who) is False for each in conditions if not _is_open(each))


def _is_open(condition: Condition) -> bool:
    return condition.is_unfilled or any(map(is_unfilled, condition.values))


def check_principals(subject: Subject) -> Flaws:
    """Find ARNs that no principal has, and the root user's where it never calls."""
    for condition in subject.other_conditions:
        compared = condition.is_about(PRINCIPAL_ARN) and condition.operator.startswith(_OF_TEXT)
        dead = _dead_in(subject, condition) if compared else []
        of_root = compared and bool(condition.values) and all(map(names_root, condition.values))
        found = _why_not_root(subject, condition) if of_root else None
        as_account = of_root and not found and _says_account(subject)
        if as_account:
            why = f"{condition.values[0]} is the root user alone, not the account"
            found = why, "compare aws:PrincipalAccount"
        elif dead:
            found = _why_dead(condition.key, dead[0])
        if found:
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                found[0],
                _effect_of_none(subject, condition, dead),
                found[1],
                severity=WARNING if as_account else None,
            )


def _why_not_root(subject: Subject, condition: Condition) -> tuple[str, str] | None:
    """Say why the root user, whom a condition demands, never meets it, and what to write."""
    what, document = f"{condition.values[0]} is the root user", subject.document
    if "Not" in condition.operator:
        return None
    if document.kind == "trust":
        why = f"{what}, and AWS lets no root user assume a role"
        return why, "name the account in Principal, and remove the condition"
    if document.told_kind in {"boundary", "identity"}:
        why = f"{what} alone, to whom no policy of users, groups or roles applies"
        return why, (
            "if the whole account is meant, remove the condition; for the root user, write a "
            "service control policy"
        )
    return None


def _says_account(subject: Subject) -> bool:
    """Say whether the Sid is about an account, and not about its root user."""
    sid = subject.statement.sid_letters
    return "account" in sid and "root" not in sid and "owner" not in sid


@functools.lru_cache(maxsize=1_000)
def is_nobodys(arn: str) -> bool:
    """Say whether no principal has an ARN; one with a part to be filled in may be somebody's."""
    if _of_arns(arn):
        return False
    if _of_another_kind(arn) or without_path(arn):
        return True
    text = with_variables_as("*", arn).replace("role/aws:", "role/")  # EC2's, for encrypted volumes
    parts = text.split(":")
    if not text or is_unfilled(text):
        return False
    if len(parts) < _PARTS:
        start = re.split("[*?]", text, maxsplit=1)[0]
        if start != text:
            return not _begins_an_arn(start)
        stand_in = _stands_for_an_arn(text) or (text.isupper() and "_" in text)
        return ":" in text or not stand_in
    _, _, service, region, account, what = parts if len(parts) == _PARTS else [*parts[:5], ""]
    forms = [("iam", _OF_SSO)] if _of_sso(what) else _FORMS
    return (
        not account
        or bool(region.strip("*"))
        or what.endswith("/")
        or not any(may_meet(service, one) and may_meet(what, form) for one, form in forms)
    )


def _is_beside_its_role(arn: str, others: Iterable[str]) -> bool:
    """Say whether an ARN is of sessions, and another one is of their role."""
    role = arn.partition(":assumed-role/")[2].partition("/")[0]
    found = [each.partition(":role/")[2] for each in others]
    named = (each.rpartition("/")[2] for each in found if not each.startswith("aws-reserved/"))
    of_people = role.startswith("AWSReservedSSO")
    return bool(role) and (of_people or any(includes(each, role) for each in named if each))


def _dead_in(subject: Subject, condition: Condition) -> list[str]:
    """Return the ARNs that no principal has, but for those that another value takes in.

    The sessions of a role may stand beside the role; `roles` judges those that are asked for MFA.
    """
    dead = list(filter(is_nobodys, condition.values))
    if subject.document.kind in _FOR_ROOT and not any(map(names_root, condition.values)):
        dead += filter(_of_user_root, condition.values)
    live = set(condition.values).difference(dead) if dead else set()
    if live and "Not" not in condition.operator:
        dead = [each for each in dead if ":assumed-role/" not in each]
    dead = [each for each in dead if not _is_beside_its_role(each, live)]
    if any(map(_with_path, live)):
        dead = list(filterfalse(without_path, dead))
    return list(filterfalse(Patterns(live).cover, dead))


def _why_dead(key: str, arn: str) -> tuple[str, str]:
    """Say why no principal has an ARN, and what to write."""
    none = f"no principal has the ARN {arn}"
    example = f"arn:aws:iam::ACCOUNT:{'user' if 'user' in arn else 'role'}/NAME"
    cure = f"write the ARN of the role or user, such as {example}"
    if _of_user_root(arn):
        why = f"{arn} is an IAM user called root, not the root user"
        return why, f"write {arn.replace('user/', '')}"
    if without_path(arn):
        return f"{none}; roles that AWS creates have a path", WITH_PATH
    if _of_sso(arn):
        return f"{none}; the name of a role of IAM Identity Center has an id at its end", (
            "write role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_NAME_*"
        )
    if ":group/" in arn:
        return f"{none}: a group is no principal", "name its users, or compare a tag of theirs"
    if ":assumed-role/" in arn:
        return f"{none}; for a role session, {key} is the role's ARN", cure
    return none if arn.startswith("arn:") else f"{key} is a whole ARN, never {arn!r}", cure


def _effect_of_none(subject: Subject, condition: Condition, dead: list[str]) -> str:
    exempts = "Not" in condition.operator
    if dead and len(dead) < len(condition.values):
        return f"it {subject.effect_of_none(exempting=exempts)}"
    return "nobody is exempt" if exempts else who_never_meets(subject, condition)


def check_ids_of_callers(subject: Subject) -> Flaws:
    """Find names and ids of another kind than the key's."""
    return ids_of_another_kind(subject, _KINDS)


def has_wrong_values(condition: Condition) -> bool:
    """Say whether a value has the form of no value of the key, and may be meant for a role."""
    if condition.is_about(PRINCIPAL_ARN):
        dead = list(filter(is_nobodys, condition.values))
        alone = bool(dead) and len(dead) == len(condition.values)
        wrong = alone or not all(map(_of_people, dead))
    else:
        wrong = is_of_another_kind(condition, _KINDS) or is_of_another_kind(condition)
    return wrong or bool(patterns_as_text(condition))
