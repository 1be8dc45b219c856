"""Lint finds the mistakes of the corpus's wrong policies, and nothing in its right ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy.lint import RULES, lint
from mfa_session.policy.mfa import mfa_conditions
from mfa_session.policy.reading import read_document
from policy.kinds import STATED

if TYPE_CHECKING:
    from mfa_session.policy.rules.rule import Finding

CORPUS = Path(__file__).parent / "corpus"
RIGHT = sorted((CORPUS / "right").glob("*.json"))
WRONG = sorted((CORPUS / "wrong").glob("*.json"))
EXPECTED: dict[str, list[list[str]]] = json.loads((CORPUS / "expected.json").read_text())


def name_of(path: Path) -> str:
    return path.stem


def findings_in(path: Path) -> tuple[Finding, ...]:
    return lint(read_document(path.name, path.read_bytes()))


@pytest.mark.parametrize("path", RIGHT, ids=name_of)
def test_a_correct_policy_has_no_finding(path: Path) -> None:
    assert findings_in(path) == ()


@pytest.mark.parametrize("path", WRONG, ids=name_of)
def test_a_wrong_policy_has_its_findings(path: Path) -> None:
    found = [[each.rule, each.statement] for each in findings_in(path)]
    assert sorted(found) == sorted(EXPECTED[path.stem])


@pytest.mark.parametrize("path", RIGHT, ids=name_of)
def test_on_a_role_only_identity_policies_about_mfa_or_user_names_are_findings(
    path: Path,
) -> None:
    document = read_document(path.name, path.read_bytes())
    asks = document.kind == "identity" and any(map(mfa_conditions, document.statements))
    names = "${aws:username}" in path.read_text(encoding="utf-8")
    found = {each.rule for each in lint(document, on_role=True)}
    assert found == {
        *(["mfa-in-role-policy"] if asks else []),
        *(["username-in-role-policy"] if names else []),
    }


def test_every_wrong_policy_has_expected_findings() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in WRONG)


def test_the_corpus_is_large_and_breaks_every_rule() -> None:
    expected = {rule for findings in EXPECTED.values() for rule, _ in findings}
    assert len(RIGHT) + len(WRONG) >= 80
    stated = {rule for each in STATED for rule, _ in each.findings}
    # Those of `test_accounts`, `test_policy_names`, `test_users` and `test_users_of_templates`.
    of_accounts = {
        "exemption-misses-user",
        "name-promises-mfa",
        "newer-version-unused",
        "programs-asked",
        "role-lets-nobody-in",
        "role-without-mfa",
        "users-cannot-enrol",
        "users-not-asked",
    }
    assert expected | stated | of_accounts == {rule.id for rule in RULES}


OPPOSITES = {"Action": "NotAction", "NotAction": "Action"}


def policy_in(printed: dict[str, Any]) -> dict[str, Any]:
    """Return the policy itself, from the answer of an `aws` command or from a plain file."""
    within = printed.get("Policy") or printed.get("PolicyDocument") or printed
    policy: dict[str, Any] = json.loads(within) if isinstance(within, str) else within
    return policy


def apply_fix(statement: dict[str, Any], finding: Finding) -> None:
    """Apply a fix to a statement."""
    for name, value in finding.fix.items():
        statement.pop(OPPOSITES.get(name, ""), None)
        statement[name] = value
    if finding.rule == "unknown-element":
        statement.pop(re.split(r"\W", finding.message)[0])
    if not statement.get("Condition", True):
        del statement["Condition"]


@pytest.mark.parametrize("path", WRONG, ids=name_of)
def test_a_proposed_fix_removes_the_finding(path: Path) -> None:
    before = findings_in(path)
    for finding in before:
        if not finding.fix:
            continue
        printed = json.loads(path.read_text())
        policy = policy_in(printed)
        labels = [
            each.get("Sid") or f"Statement[{n}]" for n, each in enumerate(policy["Statement"])
        ]
        apply_fix(policy["Statement"][labels.index(finding.statement)], finding)
        if "Policy" in printed:
            printed["Policy"] = json.dumps(policy)
        after = lint(read_document("fixed", json.dumps(printed)))
        left = {(each.rule, each.statement) for each in after}
        assert (finding.rule, finding.statement) not in left
        idle = {(rule, statement) for rule, statement in left if rule == "superfluous-statement"}
        assert left - idle <= {(each.rule, each.statement) for each in before}


def test_most_findings_have_a_fix() -> None:
    without = {each.rule for path in WRONG for each in findings_in(path) if not each.fix}
    assert without <= {
        "mfa-on-get-session-token",
        "old-version",
        "role-session-has-no-mfa",
        "unknown-operator",  # where none is near
        "unknown-element",
        "allowed-without-mfa-too",  # where only some of the actions are
        "anyone-with-mfa",
        "discovery-denied",  # where a pattern takes them in
        "enrolment-denied",
        "enrolment-needs-mfa",
        "federation-has-no-mfa",
        "mfa-in-role-policy",
        "own-removal-without-mfa",
        "username-in-role-policy",
        "service-has-no-mfa",  # where others are named beside it
    }
