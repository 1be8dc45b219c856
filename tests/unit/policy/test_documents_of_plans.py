"""Lint reads the statements of policy documents that Terraform reads only during the apply.

The shape is that of a plan of Terraform 1.9 with the AWS provider 5.100.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.lint import lint_all
from mfa_session.policy.reading import read_policies

MFA = "aws:MultiFactorAuthPresent"
SET = {"override_json": None, "override_policy_documents": None, "policy_id": None,
       "source_json": None, "source_policy_documents": None, "version": None}  # fmt: skip
ALONE = {name: None for name in SET if "json" not in name}


def statement(effect: str | None, test: str, value: Any, **more: Any) -> dict[str, Any]:
    condition = {"test": test, "variable": MFA, "values": [value]}
    return {"actions": ["s3:*"], "condition": [condition], "effect": effect, "not_actions": None,
            "not_principals": [], "not_resources": None, "principals": [], "resources": ["*"],
            "sid": None, **more}  # fmt: skip


def plan(
    *statements: dict[str, Any],
    kind: str = "aws_iam_policy",
    key: str = "policy",
    around: dict[str, Any] = SET,
    referring: bool = True,
) -> dict[str, Any]:
    """Return a plan of a resource whose policy is known only after the apply."""
    data = "data.aws_iam_policy_document.d"
    resources = [
        {"address": f"{kind}.p", "mode": "managed", "type": kind, "name": "p",
         "values": {"name": "p"}},
        {"address": data, "mode": "data", "type": "aws_iam_policy_document", "name": "d",
         "values": {**around, "statement": list(statements)}},
    ]  # fmt: skip
    expressions = {key: {"references": [f"{data}.json", data]}} if referring else {}
    written = {"address": f"{kind}.p", "mode": "managed", "type": kind, "name": "p",
               "expressions": expressions}  # fmt: skip
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
        "configuration": {"root_module": {"resources": [written]}},
    }


def found_in(text: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the policy and rule of each finding."""
    documents = read_policies("p.json", json.dumps(text)).documents
    return [(one.name, each.rule) for one, each in lint_all(documents)]


MISSES = statement("Deny", "Bool", "false")
BUCKET = {"resources": ["arn:aws:s3:::x/*", None]}


@pytest.mark.parametrize(
    ("statements", "rules"),
    [
        ([MISSES], ["deny-misses-long-term-keys"]),
        ([{**MISSES, **BUCKET}], ["deny-misses-long-term-keys"]),
        ([statement(None, "BoolIfExists", "true")], ["allow-bool-if-exists"]),
        ([statement("Deny", "BoolIfExists", "false")], []),
        ([statement("Deny", "BoolIfExists", "false", **BUCKET)], []),
        ([statement("Deny", "BoolIfExists", None, **BUCKET)], []),
        ([statement(None, "Bool", "true", resources=["arn:aws:s3:::x/&{aws:username}/*"])], []),
    ],
)
def test_a_policy_that_is_known_only_after_the_apply_is_judged_by_its_statements(
    statements: list[dict[str, Any]], rules: list[str]
) -> None:
    for around in (SET, ALONE):
        found = found_in(plan(*statements, around=around))
        assert found == [("aws_iam_policy.p", each) for each in rules]


def test_a_list_that_is_not_known_at_all_may_be_anything() -> None:
    unknown = {**MISSES}
    del unknown["resources"]
    assert [rule for _, rule in found_in(plan(unknown))] == ["deny-misses-long-term-keys"]


@pytest.mark.parametrize(
    "others",
    [
        {**SET, "source_policy_documents": [None]},
        {**SET, "override_policy_documents": ["{}"]},
        {name: None for name in SET if name != "source_json"},
        {name: None for name in SET if name != "source_policy_documents"},
        {**SET, "json": "{}"},
    ],
)
def test_a_document_of_which_other_documents_are_a_part_is_not_judged(
    others: dict[str, Any],
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        found_in(plan(MISSES, around=others))
    assert "known only after the apply" in refused.value.hint


def test_a_document_is_judged_as_the_policy_that_it_is_for() -> None:
    principals = [{"type": "AWS", "identifiers": ["123456789012", None]}]
    trusting = statement("Allow", "BoolIfExists", "true", actions=["sts:AssumeRole"],
                         resources=None, principals=principals)  # fmt: skip
    found = found_in(plan(trusting, kind="aws_iam_role", key="assume_role_policy"))
    assert found == [("aws_iam_role.p trust", "allow-bool-if-exists")]
    in_role = found_in(plan(statement("Allow", "Bool", "true"), kind="aws_iam_role_policy"))
    assert in_role == [("aws_iam_role_policy.p", "mfa-in-role-policy")]
    alone = found_in(plan(MISSES, referring=False))
    assert alone == [("data.aws_iam_policy_document.d", "deny-misses-long-term-keys")]
