"""Action names are read in every form that people paste."""

from __future__ import annotations

import pytest

from mfa_session.model.errors import UsageError
from mfa_session.policy.action_names import read_action


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("*", "*"),
        ("ec2:StopInstances", "ec2:StopInstances"),
        ("EC2:StopInstances", "ec2:StopInstances"),
        ("ec2:stop-instances", "ec2:StopInstances"),
        ("ec2 stop-instances", "ec2:StopInstances"),
        (" ec2  stop-instances ", "ec2:StopInstances"),
        ("ec2:*", "ec2:*"),
        ("ec2:Describe*", "ec2:Describe*"),
        ("ec2:stop-?nstances", "ec2:Stop?nstances"),
        ("s3api:delete-bucket", "s3:DeleteBucket"),
        ("s3api list-objects-v2", "s3:ListBucket"),
        ("s3:HeadObject", "s3:GetObject"),
        ("s3 rm", "s3:DeleteObject"),
        ("elbv2 delete-load-balancer", "elasticloadbalancing:DeleteLoadBalancer"),
        ("lambda:invoke", "lambda:InvokeFunction"),
    ],
)
def test_each_spelling_of_an_action_is_read(written: str, action: str) -> None:
    assert read_action(written) == action


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("StopInstances", "ec2:StopInstances"),
        ("", "ec2:StopInstances"),
        ("ec2:", "ec2:StopInstances"),
        ("ec2:Stop Instances", "ec2:StopInstances"),
        ("s3 sync", "s3:ListBucket, s3:GetObject"),
        ("s3:cp", "s3:GetObject and s3:PutObject"),
    ],
)
def test_other_texts_are_refused_as_actions(written: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_action(written)
    assert (caught.value.code, hint in caught.value.hint) == ("bad-action", True)
