"""Two independent evaluators, policy's and the sandbox's, agree on thousands of cases."""

from __future__ import annotations

import functools
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from full_sandbox import resource_policies
from mfa_session.policy import credentials
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document
from mfa_session.sandbox import evaluation
from policy.cases import CAROL, ROLE, SESSION, Case, Dice

if TYPE_CHECKING:
    from mfa_session.policy.document import Document

CASES_PER_SEED = 200
KINDS = {each.kind: each for each in credentials.all_kinds("ec2:StopInstances", 3600)}
# The sandbox's own keys, written by hand.
_USER = {
    "aws:username": "carol",
    "aws:PrincipalArn": CAROL,
    "aws:SecureTransport": True,
    "aws:PrincipalAccount": "123456789012",
}
_ROLE = {**_USER, "aws:PrincipalArn": ROLE}
del _ROLE["aws:username"]
CONTEXTS: dict[str, dict[str, Any]] = {
    "long-term": _USER,
    "mfa-session": {
        **_USER,
        "aws:MultiFactorAuthPresent": True,
        "aws:MultiFactorAuthAge": 0,
    },
    "mfa-session-old": {
        **_USER,
        "aws:MultiFactorAuthPresent": True,
        "aws:MultiFactorAuthAge": 3601,
    },
    "session-without-mfa": {**_USER, "aws:MultiFactorAuthPresent": False},
    "role-session": {**_ROLE, "aws:MultiFactorAuthPresent": False},
}


@functools.lru_cache(maxsize=8)
def read(text: str) -> Document:
    return read_document("p.json", text)


def first_opinion(case: Case, kind: str, boundary: dict[str, Any] | None = None) -> str:
    document = read(json.dumps(case.policy))
    limits = read(json.dumps(boundary)) if boundary else None
    caller = acting_as(KINDS[kind], ROLE if kind == "role-session" else CAROL)
    if kind == "role-session":  # a session of that role, whose name is known
        caller = caller.replace(
            principal=caller.principal.replace(arns=(ROLE, SESSION)),
        )
    request = Request(action=case.action, resource=case.resource, facts=RequestContext(case.facts))
    return evaluate([document], request, caller, boundary=limits).outcome


def second_opinion(case: Case, kind: str, boundary: dict[str, Any] | None = None) -> str:
    context = CONTEXTS[kind] | {k: list(v) for k, v in case.facts.items() if v is not None}
    arns = (SESSION, ROLE) if kind == "role-session" else (CAROL,)
    principal = resource_policies.Principal("123456789012", arns)
    asked = evaluation.Request(case.action, case.resource, context)
    verdict = resource_policies.allows(asked, [case.policy], principal, boundary=boundary)
    if verdict.denied:
        return "explicitly-denied"
    return "allowed" if verdict.allowed else "implicitly-denied"


def beyond_policies(case: Case, kind: str) -> bool:
    """Say whether AWS refuses, whatever the policies say; the sandbox checks that elsewhere."""
    return case.action.startswith("iam:") and kind == "session-without-mfa"


@pytest.mark.parametrize("seed", range(10))
def test_both_evaluators_decide_alike(seed: int) -> None:
    dice, outcomes = Dice(seed), Counter[str]()
    for _ in range(CASES_PER_SEED):
        case = dice.case()
        for kind in KINDS:
            if beyond_policies(case, kind):
                continue
            outcome = first_opinion(case, kind)
            assert (outcome, case, kind) == (second_opinion(case, kind), case, kind)
            outcomes[outcome] += 1
    # Each decision must be frequent, or agreement would say little.
    assert min(outcomes.values()) > sum(outcomes.values()) / 10, outcomes
    assert set(outcomes) == {"allowed", "explicitly-denied", "implicitly-denied"}


@pytest.mark.parametrize("seed", range(2))
def test_both_evaluators_apply_a_boundary_alike(seed: int) -> None:
    dice, outcomes = Dice(100 + seed), Counter[str]()
    for _ in range(CASES_PER_SEED):
        case = dice.case()._replace(policy=dice.policy(named=False))
        boundary = dice.policy(named=False)
        for kind in KINDS:
            if beyond_policies(case, kind):
                continue
            outcome = first_opinion(case, kind, boundary)
            assert (outcome, case, kind) == (second_opinion(case, kind, boundary), case, kind)
            outcomes[outcome] += 1
    assert set(outcomes) == {"allowed", "explicitly-denied", "implicitly-denied"}
