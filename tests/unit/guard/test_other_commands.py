"""Commands of other programs, by their words."""

from __future__ import annotations

import shlex

import pytest

from mfa_session.guard.aliases import NO_ALIASES
from mfa_session.guard.decision import Verdict, judge
from mfa_session.guard.rules import Rules


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
        ("git push --force", "git push origin main --force"),
        ("git push --force", "git -C x push --force"),
        ("dropdb", "dropdb prod"),
        ("a b c", "a -o b b c"),
    ],
)
def test_a_listed_command_is_found(listed: str, line: str) -> None:
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
def test_another_command_is_not(listed: str, line: str) -> None:
    assert not is_listed(listed, line)


def test_nothing_at_all_is_unprotected() -> None:
    verdict = judge([], Rules.of({"commands": ["terraform destroy"]}), NO_ALIASES)
    assert verdict == Verdict(protected=False, rule=None, reason="the command is not listed")


@pytest.mark.parametrize(
    "line",
    ["aws", "/usr/local/bin/aws", "./aws", "aws.exe", r"'C:\Program Files\Amazon\AWSCLIV2\aws.EXE'",
     "aws2", "AWS", "aws.cmd", "python3 -m awscli", "/usr/bin/python3.12 -m awscli"],
)  # fmt: skip
def test_the_aws_cli_is_known_by_its_name(line: str) -> None:
    words = [*shlex.split(line), "ec2", "stop-instances"]
    assert judge(words, Rules.of({}), NO_ALIASES).rule == "built-in *:Stop*"


@pytest.mark.parametrize(
    "line", ["awslocal", "aws-vault", "sudo aws", "python3 aws", "python3 -m aws", "saws", "echo"]
)
def test_another_program_is_not_the_aws_cli(line: str) -> None:
    words = [*shlex.split(line), "ec2", "stop-instances"]
    verdict = judge(words, Rules.of({}), NO_ALIASES)
    assert (verdict.protected, verdict.call) == (False, None)
