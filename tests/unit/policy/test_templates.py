"""Whatever `policy template` prints, lint finds no mistake in it, and it needs MFA."""

from __future__ import annotations

import itertools
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from full_sandbox import resource_policies
from mfa_session.aws.action_list import read_list
from mfa_session.guard.services import IAM_PREFIXES
from mfa_session.model.errors import UsageError
from mfa_session.policy.aws_names import AwsNames
from mfa_session.policy.commands.template import Options, run
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document
from mfa_session.sandbox import evaluation
from mfa_session.sandbox.sandbox import ALLOW_ALL
from policy.cases import CAROL
from policy.test_evaluation_second_opinion import CONTEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.session.context import Context

LIST = read_list()
NAMES = AwsNames(LIST.services, LIST.actions_of, lambda _: (), IAM_PREFIXES)
EVERY = 150
ALL = [f"{service}:{name}" for service in LIST.services for name in LIST.actions_of(service)]
ACTIONS = sorted({
    *(each for each in ALL if each.startswith("sts:") or "MFA" in each),
    *ALL[::EVERY],
    *(f"{each.partition(':')[0]}:*" for each in ALL[::EVERY]),
    *("*", "iam:*", "sts:*", "s3:*", "iam:List*", "iam:*MFA*", "iam:Create*", "sts:Get*"),
})  # fmt: skip
RESOURCES = (
    "*", "arn:aws:s3:::books", "arn:aws:s3:::books/*", "arn:aws:ec2:*:*:instance/*",
    "arn:aws:iam::123456789012:role/x", "arn:aws:iam::*:user/${aws:username}",
    "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/t", "arn:aws-cn:kms:*:*:key/*",
    "arn:aws:ec2:eu-west-1:ACCOUNT:instance/*", "arn:aws:s3:::${var.bucket}/*", "arn:*:sts::*:?",
)  # fmt: skip
ON_ONE = (
    "ec2:StopInstances", "s3:*", "s3:GetObject", "iam:PassRole", "kms:Decrypt", "sts:AssumeRole",
    "dynamodb:DeleteTable", "iam:ChangePassword", "s3:ListAllMyBuckets", "*",
)  # fmt: skip
KINDS = {"trust": "trust", "bucket": "resource"}
# Those that users need before they have MFA, and those whose answer no policy changes.
OF_ENROLMENT = {
    "*", "iam:*", "iam:*MFA*", "iam:Create*", "iam:List*", "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice", "iam:ListMFADevices",
}  # fmt: skip
UNDENIABLE = {"sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetFederationToken"}


def printed(name: str, **options: Any) -> str | None:
    """Return the policy; None if it is refused, with a hint."""
    notes: list[str] = []
    ctx = SimpleNamespace(
        make=SimpleNamespace(aws_names=lambda: NAMES), console=SimpleNamespace(say=notes.append)
    )
    try:
        (text,) = run(Options(name=name, **options), cast("Context", ctx)).lines
    except UsageError as error:
        refusal = (error.code, bool(error.hint), notes)
    else:
        return text
    assert refusal == ("template-faulty", True, []), options
    return None


def findings(name: str, text: str) -> list[str]:
    """Return what lint finds, without being told the kind of policy."""
    document = read_document(f"{name}.json", text)
    assert document.kind == KINDS.get(name, "identity")
    return [finding.rule for finding in lint(document, names=NAMES)]


def allowed(policies: Iterable[Any], action: str, kind: str) -> bool:
    """Return the answer of the sandbox's own evaluator."""
    request = evaluation.Request(action, "*", CONTEXTS[kind])
    principal = resource_policies.Principal("123456789012", (CAROL,))
    verdict = resource_policies.allows(request, list(policies), principal)
    return verdict.allowed and not verdict.denied


@pytest.mark.parametrize("name", ["require-mfa", "allow-with-mfa", "max-age"])
def test_no_action_makes_a_template_that_lint_finds_fault_with(name: str) -> None:
    beside = [] if name == "allow-with-mfa" else [ALLOW_ALL]
    refused = set()
    for action in ACTIONS:
        text = printed(name, action=(action,))
        if text is None:
            refused.add(action)
            continue
        assert (findings(name, text), action) == ([], action)
        if "*" not in action:
            policies = [*beside, json.loads(text)]
            needs_mfa = {kind: allowed(policies, action, kind) for kind in CONTEXTS}
            assert [kind for kind, may in needs_mfa.items() if may] in (
                ["mfa-session"],
                ["mfa-session", "mfa-session-old"],
            ), action
    others = {each for each in refused if not each.startswith("sts:")}
    steps = {"iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:*MFA*"}
    assert others == (steps if name == "allow-with-mfa" else OF_ENROLMENT)
    assert refused >= UNDENIABLE
    assert "sts:AssumeRole" not in refused


def test_no_resource_makes_a_template_that_lint_finds_fault_with() -> None:
    outcomes = {}
    for name, action, resource in itertools.product(
        ("require-mfa", "allow-with-mfa", "max-age"), ON_ONE, RESOURCES
    ):
        text = printed(name, action=(action,), resource=(resource,))
        outcomes[name, action, resource] = text
        assert (findings(name, text) if text else [], action, resource) == ([], action, resource)
    assert sum(map(bool, outcomes.values())) > len(outcomes) / 3
    assert outcomes["require-mfa", "ec2:StopInstances", "arn:aws:ec2:*:*:instance/*"]
    assert not outcomes["require-mfa", "ec2:StopInstances", "arn:aws:s3:::books/*"]
    assert not outcomes["allow-with-mfa", "s3:GetObject", "arn:aws:s3:::books"]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-b"])
def test_no_other_option_makes_a_template_that_lint_finds_fault_with(partition: str) -> None:
    where = {"partition": partition}
    homes: list[tuple[str, ...]] = [("123456789012",), ("000000000000", "444455556666")]
    asked: list[tuple[str, dict[str, Any]]] = [
        *(
            ("deny-without-mfa", {**where, "self_service": True, "first_sign_in": first, **home})
            for first in (True, False)
            for home in ({}, *({"account": each} for each in homes))
        ),
        *(
            ("trust", {**where, "account": home, "external_id": external_id, "max_age": age})
            for home in homes
            for external_id in (None, "x1", "a" * 1224, "+=,.@:/-_")
            for age in (None, 120, 3600, 129_600)
        ),
        *(
            ("bucket", {**where, "account": home, "bucket": bucket, "action": action})
            for home in homes
            for bucket in ("books", "1.a-b.c", "my-bucket" + "x" * 54)
            for action in ((), ("*",), ("s3:*",), ("s3:Get*",), ("s3:PutBucketPolicy",))
        ),
        *(("max-age", {"max_age": age}) for age in (120, 7200, 129_600)),
        ("allow-with-mfa", {"max_age": 120}),
        ("deny-without-mfa", {"first_sign_in": True}),
    ]  # fmt: skip
    for name, options in asked:
        text = printed(name, **options)
        assert text, options
        assert (findings(name, text), options) == ([], options)
