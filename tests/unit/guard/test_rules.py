"""`allow` overrides `protect`, both override the built-in list; patterns match every name."""

from __future__ import annotations

import fnmatch
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.guard.aliases import NO_ALIASES
from mfa_session.guard.rules import Rules, Verdict, glob, judge


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
def test_a_pattern_matches_each_name_of_an_operation(pattern: str, line: str) -> None:
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
def test_a_pattern_does_not_match_other_operations(pattern: str, line: str) -> None:
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
def test_allow_overrides_protect_and_protect_overrides_the_built_in_list(
    line: str, guard: dict[str, Any], expected: tuple[bool, str | None]
) -> None:
    assert rule_of(line, **guard) == expected


def test_the_verdict_names_the_deciding_action() -> None:
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


def is_listed(listed: str, line: str) -> bool:
    verdict = judge(shlex.split(line), Rules.of({"commands": [listed]}), NO_ALIASES)
    assert verdict.rule == (f'commands "{listed}"' if verdict.protected else None)
    return verdict.protected


@pytest.mark.parametrize(
    ("listed", "line"),
    [
        ("terraform destroy", "terraform destroy"),
        ("terraform destroy", "terraform destroy -auto-approve"),
        ("terraform destroy", "terraform -chdir=x destroy"),
        ("terraform destroy", "terraform -chdir x destroy"),
        ("terraform destroy", "/usr/local/bin/terraform destroy"),
        ("terraform destroy", r"'C:\tools\terraform.exe' destroy"),
        ("terraform destroy", "Terraform.EXE destroy"),
        ("terraform destroy", "terraform -- destroy"),
        ("/opt/bin/terraform destroy", "terraform destroy"),
        ("kubectl delete", "kubectl -n prod delete pod x"),
        ("kubectl delete", "kubectl --namespace=prod delete pod x"),
        ("kubectl delete", "kubectl --context a -n b delete pod x"),
        ("kubectl delete", "kubectl -v delete pod x"),
        ("kubectl delete namespace", "kubectl delete -n x namespace prod"),
        ("kubectl delete", "kubectl delete pod x --dry-run=none"),
        ("terraform destroy", "terraform destroy -- --help"),
        ("git push --force", "git push origin main --force"),
        ("git push --force", "git -C x push --force"),
        ("dropdb", "dropdb prod"),
        ("a b c", "a -o b b c"),
    ],
)
def test_a_listed_command_is_protected(listed: str, line: str) -> None:
    assert is_listed(listed, line)


@pytest.mark.parametrize(
    ("listed", "line"),
    [
        ("terraform destroy", "terraform plan"),
        ("terraform destroy", "terraform plan -destroy"),
        ("terraform destroy", "terraform plan destroy"),
        ("terraform destroy", "terraform workspace select destroy"),
        ("terraform destroy", "terraform"),
        ("terraform destroy", "terraform destroyer"),
        ("terraform destroy", "myterraform destroy"),
        ("terraform destroy", "destroy terraform"),
        ("terraform destroy", "echo terraform destroy"),
        ("terraform destroy", "terraform destroy -help"),
        ("terraform destroy", "terraform -chdir=destroy plan"),
        ("terraform destroy", "terraform Destroy"),
        ("kubectl delete", "kubectl -n prod get pods delete"),
        ("kubectl delete", "kubectl exec pod -- delete"),
        ("kubectl delete", "kubectl delete pod x --dry-run=client"),
        ("kubectl delete", "kubectl delete --help"),
        ("git push --force", "git push origin main"),
        ("git push --force", "git push -- --force"),
        ("", "ls"),
        ("", ""),
        ("terraform destroy", "''"),
    ],
)
def test_a_command_that_is_not_listed_is_not_protected(listed: str, line: str) -> None:
    assert not is_listed(listed, line)


def test_an_empty_command_line_is_not_protected() -> None:
    verdict = judge([], Rules.of({"commands": ["terraform destroy"]}), NO_ALIASES)
    assert verdict == Verdict(protected=False, rule=None, reason="the command is not listed")


@pytest.mark.parametrize(
    "line",
    ["aws", "/usr/local/bin/aws", "./aws", "aws.exe", r"'C:\Program Files\Amazon\AWSCLIV2\aws.EXE'",
     "aws2", "AWS", "aws.cmd", "python3 -m awscli", "/usr/bin/python3.12 -m awscli"],
)  # fmt: skip
def test_the_aws_cli_is_recognised_by_its_name(line: str) -> None:
    words = [*shlex.split(line), "ec2", "stop-instances"]
    assert judge(words, Rules.of({}), NO_ALIASES).rule == "built-in *:Stop*"


@pytest.mark.parametrize(
    "line", ["awslocal", "aws-vault", "sudo aws", "python3 aws", "python3 -m aws", "saws", "echo"]
)
def test_another_program_is_not_the_aws_cli(line: str) -> None:
    words = [*shlex.split(line), "ec2", "stop-instances"]
    verdict = judge(words, Rules.of({}), NO_ALIASES)
    assert (verdict.protected, verdict.call) == (False, None)
