"""A fix helps and does no harm: for all rules, for the corpus and for random policies.

Each policy is evaluated before and after its fix. The fix allows nothing more without MFA,
except to set MFA up; it denies a fresh MFA session nothing more; the finding is gone; and
nobody is newly kept from setting up MFA.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers

from mfa_session.policy import credentials
from mfa_session.policy.credentials import Request, RequestContext
from mfa_session.policy.evaluation import ALLOWED, EXPLICITLY_DENIED, IMPLICITLY_DENIED, evaluate
from mfa_session.policy.lint import lint
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document
from mfa_session.policy.rules.exemptions import SPARED
from policy.cases import Dice
from policy.kinds import STATED
from policy.statements import (
    ACCOUNT,
    EC2_SERVICE,
    FALSE,
    NO_SERVICE,
    SAML,
    TAKE,
    Stated,
    older,
    trust,
)
from policy.test_corpus import WRONG, apply_fix, name_of, policy_in
from policy.test_lint_properties import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mfa_session.policy.document import Document

ALLOW_ALL = read_document(
    "all.json",
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
)
CAROL = "arn:aws:iam::123456789012:user/carol"
OTHER = "arn:aws:iam::111122223333:user/carol"
ROLE = "arn:aws:sts::123456789012:assumed-role/Deploy/carol"
FRESH = credentials.mfa_session(0)
NEARLY_FRESH = credentials.mfa_session(60)
KEPT_OUT = {EXPLICITLY_DENIED, IMPLICITLY_DENIED}
WITHOUT_MFA = (
    credentials.long_term(),
    credentials.session_without_mfa(),
    credentials.role_session(),
)
PLACES = {
    "ec2:StopInstances": "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
    "ec2:StartInstances": "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
    "s3:GetObject": "arn:aws:s3:::books/novel",
    "kms:Decrypt": "arn:aws:kms:eu-west-1:123456789012:key/1",
    "iam:DeactivateMFADevice": CAROL,
    "iam:DeleteVirtualMFADevice": "arn:aws:iam::123456789012:mfa/carol",
    "iam:CreateUser": "arn:aws:iam::123456789012:user/dave",
    "sts:AssumeRole": "arn:aws:iam::123456789012:role/Deploy",
}
LOCKED_OUT = {"discovery-denied", "enrolment-denied"}
SERVICE_KEY = "aws:PrincipalIsAWSService"
MANY_SEEDS = 1_000_000
FEWER = settings(max_examples=settings().max_examples // 3)  # each decides 300 requests
MOMENT = RequestContext({"aws:CurrentTime": ("2031-05-01T12:00:00Z",)})
Outcomes = dict[tuple[str, str, str, bool], str]


def filled(document: Document) -> Document:
    """Return a policy with an age limit of an hour for one that a template is to fill in."""
    text = document.source.text.replace("${var.age}", "3600")
    return dataclasses.replace(read_document("p.json", text), told_kind=document.told_kind)


def read(policy: dict[str, Any], kind: str | None = None) -> Document:
    return dataclasses.replace(read_document("p.json", json.dumps(policy)), told_kind=kind)


def outcomes(document: Document) -> Outcomes:
    """Decide for all callers and actions, alone and beside a policy that allows everything."""
    found: Outcomes = {}
    for caller in (*WITHOUT_MFA, FRESH, NEARLY_FRESH):
        for who in (CAROL, OTHER) if caller.is_user else (ROLE,):
            acting = acting_as(caller, who)
            for action, place in PLACES.items():
                request = Request(action=action, resource=place, facts=MOMENT)
                for beside in (False, True):
                    documents = [document, ALLOW_ALL] if beside else [document]
                    decision = evaluate(documents, request, acting)
                    key = (caller.label, who, action, beside)
                    found[key] = decision.outcome
    return found


def harmful_changes(before: Outcomes, after: Outcomes) -> Iterator[str]:
    """Yield each request that a fix wrongly allows or denies."""
    for key, outcome in before.items():
        caller, _, action, _ = key
        fresh = caller in {FRESH.label, NEARLY_FRESH.label}
        if fresh and outcome == ALLOWED and after[key] != ALLOWED:
            yield f"{caller} is stopped: {key}"
        kept_out = outcome in KEPT_OUT and after[key] in KEPT_OUT
        if not fresh and outcome in KEPT_OUT and not kept_out and action not in SPARED:
            yield f"{caller} gets in: {key}"


def check(policy: dict[str, Any], kind: str | None = None, *, on_role: bool = False) -> None:
    """Apply each fix that a policy's findings propose, and check these three properties."""
    statements = policy["Statement"]
    policy = {**policy, "Statement": statements if isinstance(statements, list) else [statements]}
    document = read(policy, kind)
    findings = lint(document, on_role=on_role)
    before = outcomes(filled(document)) if any(each.fix for each in findings) else {}
    for finding in findings:
        if not finding.fix:
            assert finding.cure
            continue
        fixed = json.loads(json.dumps(policy))
        labels = [each.label for each in document.statements]
        apply_fix(fixed["Statement"][labels.index(finding.statement)], finding)
        after = read(fixed, kind)
        assert list(harmful_changes(before, outcomes(filled(after)))) == [], finding
        left = {(each.rule, each.statement) for each in lint(after, on_role=on_role)}
        assert (finding.rule, finding.statement) not in left
        known = {(each.rule, each.statement) for each in findings}
        behind = finding.rule == "unknown-mfa-key"  # what the wrong key hid
        assert behind or {rule for rule, _ in left - known}.isdisjoint(LOCKED_OUT), finding


@pytest.mark.parametrize("path", WRONG, ids=name_of)
def test_no_fix_of_the_corpus_harms(path: Path) -> None:
    check(policy_in(json.loads(path.read_text())))


@pytest.mark.parametrize("path", WRONG, ids=name_of)
def test_no_fix_of_a_role_s_policy_harms(path: Path) -> None:
    check(policy_in(json.loads(path.read_text())), on_role=True)


@pytest.mark.parametrize("stated", STATED, ids=lambda stated: stated.name)
def test_no_fix_of_a_stated_policy_harms(stated: Stated) -> None:
    check({"Version": "2012-10-17", "Statement": stated.statements}, stated.kind)


@FEWER
@given(POLICIES)
def test_no_fix_of_conditions_about_mfa_harms(policy: dict[str, Any]) -> None:
    check(policy)


@FEWER
@given(integers(0, MANY_SEEDS))
def test_no_fix_of_a_random_policy_harms(seed: int) -> None:
    check(Dice(seed).policy())


@pytest.mark.parametrize(
    ("beside", "action", "block", "added"),
    [
        (EC2_SERVICE, TAKE, FALSE, NO_SERVICE),
        (EC2_SERVICE, TAKE, older(3600, "NumericGreaterThan"), NO_SERVICE),
        (SAML, f"{TAKE}WithSAML", FALSE, {"Action": TAKE}),
        (ACCOUNT, TAKE, FALSE, {}),
    ],
)
def test_a_fixed_deny_spares_services_and_federated_users_whom_an_allow_names(
    beside: Any, action: str, block: Any, added: dict[str, Any]
) -> None:
    allows = [{**trust(beside), "Action": action}, trust(ACCOUNT)]
    denial = {**trust("*", block, "Deny"), "Action": "sts:*"}
    policy = {"Version": "2012-10-17", "Statement": [*allows, denial]}
    (fix,) = (each.fix for each in lint(read(policy)) if each.statement == "Statement[2]")
    spared = [key for block in fix["Condition"].values() for key in block if key == SERVICE_KEY]
    assert spared == [key for block in added.values() for key in block if key == SERVICE_KEY]
    assert fix.get("Action") == added.get("Action")
