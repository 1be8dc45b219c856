"""Which rule decides: allow over protect over the built-in list; names of either kind."""

from __future__ import annotations

import fnmatch
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.guard.aliases import NO_ALIASES
from mfa_session.guard.decision import judge
from mfa_session.guard.patterns import glob
from mfa_session.guard.rules import Rules


def rule_of(line: str, **guard: Any) -> tuple[bool, str | None]:
    verdict = judge(shlex.split(line), Rules.of(guard), NO_ALIASES)
    return verdict.protected, verdict.rule


def is_protected_by(pattern: str, line: str) -> bool:
    protected, rule = rule_of(line, builtin=False, protect=[pattern])
    assert rule == (f'protect "{pattern}"' if protected else None)
    return protected


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("ec2:StopInstances", "aws ec2 stop-instances"),
        ("ec2:stop-instances", "aws ec2 stop-instances"),
        ("EC2:STOPINSTANCES", "aws ec2 stop-instances"),
        (" ec2 : StopInstances ", "aws ec2 stop-instances"),
        ("ec2:*", "aws ec2 describe-instances"),
        ("ec2:*-instances", "aws ec2 run-instances"),
        ("*:Stop*", "aws ec2 stop-instances"),
        ("*", "aws ec2 describe-instances"),
        ("*:*", "aws ec2 describe-instances"),
        ("ec?:StopInstance?", "aws ec2 stop-instances"),
        ("rds:DeleteDBInstance", "aws rds delete-db-instance"),
        ("rds:DeleteDBCluster", "aws docdb delete-db-cluster"),
        ("docdb:DeleteDBCluster", "aws docdb delete-db-cluster"),
        ("states:DeleteStateMachine", "aws stepfunctions delete-state-machine"),
        ("stepfunctions:DeleteStateMachine", "aws stepfunctions delete-state-machine"),
        ("elasticloadbalancing:DeleteListener", "aws elbv2 delete-listener"),
        ("elasticfilesystem:Delete*", "aws efs delete-file-system"),
        ("elasticmapreduce:TerminateJobFlows", "aws emr terminate-clusters"),
        ("emr:terminate-clusters", "aws emr terminate-clusters"),
        ("config:DeleteConfigRule", "aws configservice delete-config-rule"),
        ("codedeploy:DeleteApplication", "aws deploy delete-application"),
        ("ses:DeleteEmailIdentity", "aws sesv2 delete-email-identity"),
        ("es:DeleteDomain", "aws opensearch delete-domain"),
        ("iam:DeactivateMFADevice", "aws iam deactivate-mfa-device"),
        ("s3:DeleteObject", "aws s3 rm s3://b/k"),
        ("s3:DeleteObject", "aws s3 mv s3://b/k s3://c/k"),
        ("s3:DeleteObject", "aws s3 sync . s3://b --delete"),
        ("s3:DeleteObject", "aws s3 rb s3://b --force"),
        ("s3:DeleteObject", "aws s3api delete-object --bucket b --key k"),
        ("s3:DeleteObject", "aws s3api delete-objects --bucket b"),
        ("s3:DeleteObjects", "aws s3api delete-objects --bucket b"),
        ("s3api:DeleteObject", "aws s3api delete-object --bucket b --key k"),
        ("s3:DeleteBucket", "aws s3 rb s3://b"),
        ("s3:rb", "aws s3 rb s3://b"),
        ("s3:rm", "aws s3 rm s3://b/k"),
        ("s3:PutObject", "aws s3 cp a s3://b/k"),
        ("s3:*", "aws s3 ls"),
        ("s3:*", "aws s3control list-jobs"),
        ("cloudformation:ExecuteChangeSet", "aws cloudformation deploy"),
        ("cloudformation:CreateChangeSet", "aws cloudformation deploy --no-execute-changeset"),
        ("cloudformation:deploy", "aws cloudformation deploy"),
        ("sso:login", "aws sso login"),
    ],
)  # fmt: skip
def test_a_pattern_stands_for(pattern: str, line: str) -> None:
    assert is_protected_by(pattern, line)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("ec2:StopInstances", "aws ec2 start-instances"),
        ("ec2:StopInstance", "aws ec2 stop-instances"),
        ("ec2:Stop", "aws ec2 stop-instances"),
        ("StopInstances", "aws ec2 stop-instances"),
        ("stop-instances", "aws ec2 stop-instances"),
        ("ec2", "aws ec2 stop-instances"),
        ("", "aws ec2 stop-instances"),
        (":", "aws ec2 stop-instances"),
        (":*", "aws ec2 stop-instances"),
        ("ec2:", "aws ec2 stop-instances"),
        ("ec:*", "aws ec2 stop-instances"),
        ("aws:ec2:*", "aws ec2 stop-instances"),
        ("ec[2]:*", "aws ec2 stop-instances"),
        ("*.*", "aws ec2 stop-instances"),
        ("s3:DeleteObject", "aws s3 sync . s3://b"),
        ("s3:DeleteObject", "aws s3 cp a s3://b"),
        ("s3:DeleteBucket", "aws s3 rm s3://b --recursive"),
        ("s3:rb", "aws s3api delete-bucket --bucket b"),
        ("s3api:DeleteObject", "aws s3 rm s3://b/k"),
        ("cloudformation:ExecuteChangeSet", "aws cloudformation deploy --no-execute-changeset"),
        ("stepfunctions:DeleteStateMachine", "aws ecs delete-service"),
    ],
)  # fmt: skip
def test_a_pattern_does_not_stand_for(pattern: str, line: str) -> None:
    assert not is_protected_by(pattern, line)


@pytest.mark.parametrize(
    ("line", "guard", "expected"),
    [
        ("aws ec2 stop-instances", {"protect": ["ec2:Stop*"], "allow": ["ec2:StopInstances"]},
         (False, 'allow "ec2:StopInstances"')),
        ("aws ec2 stop-instances", {"allow": ["ec2:stop-instances"]},
         (False, 'allow "ec2:stop-instances"')),
        ("aws ec2 terminate-instances", {"allow": ["ec2:stop-instances"]},
         (True, "built-in *:Terminate*")),
        ("aws ec2 delete-tags", {"protect": ["*:Delete*"]}, (True, 'protect "*:Delete*"')),
        ("aws ec2 delete-tags", {"protect": ["*:Delete*"], "allow": ["ec2:DeleteTags"]},
         (False, 'allow "ec2:DeleteTags"')),
        ("aws ec2 delete-volume", {"protect": ["*:Delete*"], "allow": ["ec2:DeleteTags"]},
         (True, 'protect "*:Delete*"')),
        ("aws ec2 stop-instances", {"builtin": False}, (False, None)),
        ("aws s3 rm s3://b/k", {"allow": ["s3:rm"]}, (False, 'allow "s3:rm"')),
        ("aws s3 rm s3://b/k", {"allow": ["s3:DeleteObject"]}, (False, 'allow "s3:DeleteObject"')),
        ("aws s3 mv s3://b/k k", {"allow": ["s3:PutObject"]}, (True, "built-in *:Delete*")),
        ("aws s3 sync . s3://b --delete", {"allow": ["s3:PutObject"]},
         (True, "built-in *:Delete*")),
        ("aws s3 sync . s3://b --delete", {"allow": ["s3:DeleteObject"]},
         (False, 'allow "s3:DeleteObject"')),
        ("aws s3 rb s3://b --force", {"allow": ["s3:DeleteBucket"]}, (True, "built-in *:Delete*")),
        ("aws s3api delete-objects --bucket b", {"allow": ["s3:DeleteObject"]},
         (False, 'allow "s3:DeleteObject"')),
        ("aws cloudformation deploy", {"allow": ["cloudformation:deploy"]},
         (False, 'allow "cloudformation:deploy"')),
        ("aws cloudformation deploy", {"protect": ["cloudformation:*"]},
         (True, 'protect "cloudformation:*"')),
        ("aws sso logout", {"commands": ["aws sso logout"]}, (True, 'commands "aws sso logout"')),
        ("aws sqs delete-message", {"protect": ["sqs:Delete*"]}, (True, 'protect "sqs:Delete*"')),
    ],
)  # fmt: skip
def test_allow_is_over_protect_over_the_built_in(
    line: str, guard: dict[str, Any], expected: tuple[bool, str | None]
) -> None:
    assert rule_of(line, **guard) == expected


def test_the_action_that_decided_is_named() -> None:
    verdict = judge(["aws", "s3", "rm", "s3://b/k"], Rules.of({}), NO_ALIASES)
    assert (verdict.action, verdict.reason) == (
        "s3:DeleteObject",
        "it is protected: built-in *:Delete*",
    )
    verdict = judge(["aws", "stepfunctions", "list-executions"], Rules.of({}), NO_ALIASES)
    assert (verdict.action, verdict.reason) == ("states:ListExecutions", "no rule names it")


@given(pattern=st.text("ab*?", max_size=8), text=st.text("ab", max_size=8))
def test_wildcards_are_those_of_fnmatch(pattern: str, text: str) -> None:
    assert glob(pattern, text) == fnmatch.fnmatchcase(text, pattern)
