"""For all policies: a Deny wins, and an outcome holds when unknown keys become known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy import credentials
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document
from policy.cases import CAROL, ROLE, SESSION, Case, Dice, has_mfa

if TYPE_CHECKING:
    from mfa_session.policy.credentials import Credentials
    from mfa_session.policy.evaluation import Decision


def known(kind: Credentials) -> Credentials:
    """Return a caller whose keys are all known: carol, or a session of the role."""
    if kind.is_user:
        return acting_as(kind, CAROL)
    caller = acting_as(kind, ROLE)
    return caller.replace(principal=caller.principal.replace(arns=(ROLE, SESSION)))


KINDS = tuple(map(known, credentials.all_kinds("ec2:StopInstances", 3600)))
CASES_PER_SEED = 50
SEEDS = range(4)
DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def decide(case: Case, caller: Credentials, *added: dict[str, Any]) -> Decision:
    given = case.policy["Statement"]
    statements = [*(given if isinstance(given, list) else [given]), *added]
    document = read_document("p.json", json.dumps({**case.policy, "Statement": statements}))
    request = Request(action=case.action, resource=case.resource, facts=RequestContext(case.facts))
    return evaluate([document], request, caller)


def cases(seed: int) -> list[tuple[Dice, Case, Credentials]]:
    """Make random cases, without those that AWS refuses whatever the policies say."""
    dice = Dice(seed)
    made = [(dice, dice.case(), kind) for _ in range(CASES_PER_SEED) for kind in KINDS]
    return [
        (dice, case, kind)
        for dice, case, kind in made
        if not (kind.kind == "session-without-mfa" and case.action.startswith("iam:"))
    ]


def with_gaps(dice: Dice, case: Case) -> Case:
    """Make some keys of the request unknown, and perhaps the resource."""
    kept = {key: value for key, value in case.facts.items() if dice.random() < 0.5}
    resource = dice.choice((case.resource, "*", case.resource[:-3] + "*"))
    action = dice.choice((case.action, case.action, case.action[:-2] + "*", "*"))
    return case._replace(facts=kept, resource=resource, action=action)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_explicit_deny_always_wins(seed: int) -> None:
    for _, case, kind in cases(seed):
        named = "Principal" in json.dumps(case.policy)
        deny = {**DENY_ALL, **({"Principal": "*"} if named else {})}
        assert decide(case, kind, deny).outcome == "explicitly-denied", case


@pytest.mark.parametrize("seed", SEEDS)
def test_adding_a_deny_never_allows(seed: int) -> None:
    for dice, case, kind in cases(seed):
        named = "Principal" in json.dumps(case.policy)
        before = decide(case, kind).outcome
        after = decide(case, kind, dice.statement(named=named, effect="Deny")).outcome
        assert after in {before, "explicitly-denied"}, (case, kind.kind)
        unsure = with_gaps(dice, case)
        added = dice.statement(named=named, effect="Deny")
        if decide(unsure, kind).outcome != "allowed":
            assert decide(unsure, kind, added).outcome != "allowed", (unsure, kind.kind)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_knowledge_never_contradicts_an_outcome(seed: int) -> None:
    sure = 0
    for dice, case, kind in cases(seed):
        unsure = decide(with_gaps(dice, case), kind).outcome
        if unsure != "unknown":
            sure += 1
            found = decide(case, kind).outcome
            wanted = (
                {"implicitly-denied", "explicitly-denied"} if "implicit" in unsure else {unsure}
            )
            assert found in wanted, (case, kind.kind, unsure)
    assert sure > CASES_PER_SEED


@pytest.mark.parametrize("seed", SEEDS)
def test_bool_if_exists_false_denies_exactly_who_has_no_mfa(seed: int) -> None:
    without = {"BoolIfExists": {credentials.MFA_PRESENT: "false"}}
    for _, case, kind in cases(seed):
        if "Principal" in json.dumps(case.policy):
            continue
        before = decide(case, kind).outcome
        after = decide(case, kind, {**DENY_ALL, "Condition": without}).outcome
        assert after == (before if has_mfa(kind) else "explicitly-denied"), (case, kind.kind)
    denied = [kind.kind for kind in KINDS if not has_mfa(kind)]
    assert denied == ["long-term", "session-without-mfa", "role-session"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_decision_names_the_deciding_statements(seed: int) -> None:
    effects = {"allowed": {"Allow"}, "explicitly-denied": {"Deny"}, "implicitly-denied": set()}
    for _, case, kind in cases(seed):
        found = decide(case, kind)
        assert {match.statement.effect for match in found.deciding} == effects[found.outcome], case
