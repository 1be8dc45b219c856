"""Conditions of a statement that no request meets together, each of which some request meets."""

from __future__ import annotations

import re
from dataclasses import replace

from mfa_session.model.arns import account_of
from mfa_session.policy.conditions import is_met_without_key
from mfa_session.policy.credentials import (
    A_FEDERATED_USER,
    A_SESSION,
    A_USER,
    DIRECT_CALL,
    PRINCIPAL_ARN,
    ROOT,
    RequestContext,
)
from mfa_session.policy.intrinsics import is_unfilled
from mfa_session.policy.rules.callers import CALLER_KEYS, meet_all
from mfa_session.policy.rules.networks import has_wrong_networks
from mfa_session.policy.rules.rule import Flaw, Flaws, Subject
from mfa_session.policy.rules.wrong_credentials import NEVER
from mfa_session.policy.statement import Condition

_TWO, _MANY = 2, 100  # conditions, values
# Kinds of callers, and of calls, with the keys that tell them apart.
_KINDS = (
    (CALLER_KEYS, (A_USER, A_SESSION, ROOT, A_FEDERATED_USER)),
    (
        {"aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:viaawsservice"},
        (DIRECT_CALL, RequestContext({"aws:ViaAWSService": ("true",)})),
    ),
)
_WITHIN_A_VPC = ("aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpceaccount",
                 "aws:vpceorgid", "aws:vpcsourceip")  # fmt: skip
_LIKENED = {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}
_account = re.compile("(?<=:iam)::[0-9*]+:")
_of_one_caller = re.compile(r"arn:[^:*?]*:iam::[0-9]{12}:(role|user)/[^*?{}<>$]+").fullmatch
_has_one_value = re.compile(r"aws:(?!tagkeys|calledvia$|\w+orgpaths|\w+nameslist).*").fullmatch


def check_contradictions(subject: Subject) -> Flaws:
    """Find conditions that no caller or no call meets together, or no value of a key."""
    several = len(subject.other_conditions) >= _TWO
    judged = several and (_of_no_caller(subject) or _of_no_value(subject))
    if judged:
        written = [f"{each.written} {each.key}" for each in judged]
        negated = next((name for name in written if "Not" in name), None)
        both = "both " if len(judged) == _TWO else ""
        yield Flaw(
            NEVER,
            judged[0].position,
            f"no request meets {both}{' and '.join(written)}",
            f"nobody is {'let in' if subject.statement.allows else 'stopped'}",
            f"name fewer in {negated}" if negated else "write a statement for each of them",
        )


def check_named_callers(subject: Subject) -> Flaws:
    """Find Allows that name users and roles, none of whom meets a condition on their ARN."""
    statement = subject.statement
    named = statement.aws_principals if statement.allows else ()
    alone = (statement.principals or {}).keys() == {"AWS"}
    if not (alone and named and all(map(_of_one_caller, named))):
        return
    for condition in subject.other_conditions:
        if condition.is_about(PRINCIPAL_ARN) and not any(
            meet_all([_in_account_of(each, condition)], RequestContext({PRINCIPAL_ARN: (each,)}))
            for each in named
        ):
            yield Flaw(
                NEVER,
                condition.position,
                f"{condition.written} {condition.key} does not match "
                + (f"{named[0]}, the" if len(named) == 1 else "any")
                + " principal of this statement",
                "nobody is let in by this statement",
                "name in Principal whom the condition means, or remove the condition",
            )


def _in_account_of(arn: str, condition: Condition) -> Condition:
    """Return a condition on ARNs with the account of one, which `named` compares."""
    account = f"::{account_of(arn)}:"
    return replace(condition, values=tuple(_account.sub(account, v) for v in condition.values))


def _of_no_caller(subject: Subject) -> list[Condition]:
    known = subject.document.kind in {"identity", "boundary", "scp"}
    for keys, kinds in _KINDS if known else ():
        judged = [each for each in subject.other_conditions if each.key.lower() in keys]
        alone = all(any(meet_all([each], kind) for kind in kinds) for each in judged)
        if alone and not any(meet_all(judged, kind) for kind in kinds):
            return judged
    return []


def _of_no_value(subject: Subject) -> list[Condition]:
    by_key: dict[str, list[Condition]] = {}
    for each in subject.other_conditions:
        by_key.setdefault(each.key.lower(), []).append(each)
    for key, alike in by_key.items():
        for condition in alike if alike[1:] and _has_one_value(key) else ():
            others = [each for each in alike if each is not condition]
            if _demands(condition) and not any(
                is_unfilled(value)
                or "$" in value
                or meet_all(others, RequestContext({}, {key: value}))
                for value in condition.values
            ):
                return [condition, *others]
    return []


def _demands(condition: Condition) -> bool:
    """Say whether it is met by one of its values only."""
    likened = condition.operator in _LIKENED and 0 < len(condition.values) < _MANY
    return likened and not (condition.if_exists or condition.qualifier)


def check_networks(subject: Subject) -> Flaws:
    """Find a public address and a VPC that one request is to come from."""
    demanded = {
        each.key.lower(): each
        for each in subject.other_conditions
        if is_met_without_key(each) is False
    }
    within = next(filter(demanded.get, _WITHIN_A_VPC), None)
    public = demanded.get("aws:sourceip") if subject.whole.concern_mfa else None
    if within and public and not has_wrong_networks(public):
        yield Flaw(
            NEVER,
            demanded[within].position,
            f"no request has both aws:SourceIp and {demanded[within].key}: through a VPC endpoint "
            "there is no public address",
            f"nobody is {'let in' if subject.statement.allows else 'stopped'}",
            "write two statements, one for each of them",
        )
