"""The demo's small evaluator decides about its own policies as the full one does."""

from __future__ import annotations

import itertools

import pytest

from full_sandbox import evaluation as full
from mfa_session.sandbox.evaluation import MFA_PRESENT, Request, judge
from mfa_session.sandbox.sandbox import ALLOW_ALL, POLICY

ACTIONS = (
    "ec2:StopInstances",
    "ec2:stopinstances",
    "ec2:TerminateInstances",
    "ec2:DescribeInstances",
    "iam:ListMFADevices",
    "iam:ListUsers",
    "sts:GetSessionToken",
    "s3:ListBuckets",
)
CONTEXTS: tuple[dict[str, bool], ...] = ({}, {MFA_PRESENT: False}, {MFA_PRESENT: True})


@pytest.mark.parametrize("documents", [[], [POLICY], [ALLOW_ALL], [ALLOW_ALL, POLICY]])
def test_it_agrees_with_the_full_evaluator(documents: list[full.Document]) -> None:
    for action, context in itertools.product(ACTIONS, CONTEXTS):
        request = Request(action, "arn:aws:ec2:eu-west-1:123456789012:instance/i-1", context)
        assert judge(documents, request) == full.judge(documents, request)


def test_mfa_decides_whether_an_instance_may_be_stopped() -> None:
    grants = [judge([POLICY], Request("ec2:StopInstances", "*", each)).grants for each in CONTEXTS]
    assert grants == [False, False, True]
