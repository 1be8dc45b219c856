"""`policy template` prints only the policy on stdout; its errors name the right option."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import processes
from fakes import trap_keyring
from mfa_session.sandbox.clock import STEP_SECONDS
from places import AwsFiles, long_term

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox

WITHOUT_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
EXAMPLES = (
    ("require-mfa",),
    ("allow-with-mfa", "--action", "s3:DeleteBucket", "--max-age", "15m"),
    ("deny-without-mfa", "--self-service", "--first-sign-in", "--account", "123456789012"),
    ("max-age", "--max-age", "15m", "--resource", "arn:aws:ec2:*:*:instance/*"),
    ("trust", "--account", "444455556666", "--external-id", "library-42"),
    ("bucket", "--bucket", "books", "--account", "444455556666", "--partition", "aws-cn"),
)
HOMES = ("--account", "444455556666", "--account", "777788889999")
BOOKS = ("bucket", "--bucket", "books", "--account", "444455556666")


def test_stdout_is_the_policy_and_nothing_else(run: Run) -> None:
    outcome = run("policy", "template", "require-mfa", "--action", "ec2:Stop*", "--resource", "*")
    assert (outcome.exit_code, json.loads(outcome.stdout)) == (
        0,
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "DenyWithoutMFA",
                    "Effect": "Deny",
                    "Action": ["ec2:Stop*"],
                    "Resource": ["*"],
                    "Condition": WITHOUT_MFA,
                }
            ],
        },
    )
    assert "denies ec2:Stop* without MFA" in outcome.stderr


@pytest.mark.parametrize("argv", EXAMPLES, ids=lambda argv: argv[0])
def test_each_template_lints_clean(argv: tuple[str, ...], run: Run) -> None:
    made = run("policy", "template", *argv)
    assert made.exit_code == 0, made
    linted = run("policy", "lint", "-", "--json", input=made.stdout)
    assert linted.exit_code == 0, linted


def test_without_a_name_the_templates_are_listed(run: Run) -> None:
    outcome = run("policy", "template")
    listed = [line.split()[0] for line in outcome.stdout.splitlines() if line[0] != " "]
    assert (outcome.exit_code, listed) == (0, [argv[0] for argv in EXAMPLES])


def test_each_exempt_action_has_a_reason(run: Run) -> None:
    outcome = run("policy", "template", "deny-without-mfa")
    (statement,) = json.loads(outcome.stdout)["Statement"]
    unexplained = [
        action for action in statement["NotAction"] if f"{action}: " not in outcome.stderr
    ]
    assert (unexplained, "iam:DeactivateMFADevice" in statement["NotAction"]) == ([], False)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("require-mfas",), "did you mean 'require-mfa'?"),
        (("nothing",), "name one of require-mfa"),
        (("--action", "s3:*"), "name one of require-mfa"),
        (("require-mfa", "--bucket", "books"), "it takes --action, --resource"),
        (("trust",), "policy template trust --account ACCOUNT"),
        (("bucket", "--bucket", "books"), "--account ACCOUNT"),
        (("require-mfa", "--action", "StopInstances"), "such as ec2:StopInstances"),
        (("require-mfa", "--action", "s3 sync"), "its actions: s3:ListBucket"),
        (("require-mfa", "--action", "sts:GetCallerIdentity"), "change --action: leave it out"),
        (("require-mfa", "--action", "sts:Get*"), "policies do not decide sts:Get* alone"),
        (("require-mfa", "--action", "iam:*"), "new users are locked out"),
        (
            ("max-age", "--resource", "arn:aws:s3:::b/*"),
            "change --resource: deny ec2:StopInstances",
        ),
        (("require-mfa", "--resource", "books"), "write it as arn:"),
        (("require-mfa", "--resource", "arn:aws-gov:s3:::books/*"), "aws-us-gov"),
        (("trust", "--account", "44445555666"), "twelve digits"),
        (("trust", "--account", "444455556666", "--external-id", "é"), "2 to 1224"),
        (("bucket", "--bucket", "Books", "--account", "444455556666"), "3 to 63"),
        (("bucket", "--bucket", "bo..oks", "--account", "444455556666"), "single dots"),
        ((*BOOKS, "--action", "ec2:StopInstances"), "such as s3:GetObject"),
        ((*BOOKS, "--action", "lambda:CreateFunction"), "is about no bucket"),
        ((*BOOKS, "--action", "s3:list-buckets"), "allow s3:ListAllMyBuckets on *"),
        (("deny-without-mfa", "--partition", "gov"), "aws-us-gov"),
        (("trust", "--account", "444455556666", "--partition", "aws-gov"), "aws-us-gov"),
        (("deny-without-mfa", "--partition", "aws-cn"), "--partition aws-cn --self-service"),
        (("max-age", "--max-age", "0"), "2m to"),
        (("max-age", "--max-age", "10s"), "2m to"),
        (("max-age", "--max-age", "37h"), "to 36h"),
        (("max-age", "--max-age", "soon"), "is not a duration"),
    ],
)
def test_bad_options_are_refused(argv: tuple[str, ...], said: str, run: Run) -> None:
    outcome = run("policy", "template", *argv)
    assert (outcome.exit_code, outcome.stdout, said in outcome.stderr) == (2, "", True), outcome


@pytest.mark.parametrize(
    ("action", "made"),
    [
        ("ec2:stop-instances", "ec2:StopInstances"),
        ("rds delete-db-instance", "rds:DeleteDBInstance"),
        ("s3:HeadObject", "s3:GetObject"),
        ("IAM:deletelogin-profile", "iam:DeleteLoginProfile"),
        ("elbv2:*", "elasticloadbalancing:*"),
        # Actions of IAM that the AWS CLI's spelling of others resembles.
        ("opensearch:ViewLoginPage", "opensearch:ViewLoginPage"),
        ("rds-db:connect", "rds-db:connect"),
        (
            "vpc-lattice:AssociateViaAWSService-EventsAndStates",
            "vpc-lattice:AssociateViaAWSService-EventsAndStates",
        ),
    ],
)
def test_actions_are_read_as_check_reads_them(action: str, made: str, run: Run) -> None:
    outcome = run("policy", "template", "require-mfa", "--action", action, "--action", made)
    assert json.loads(outcome.stdout)["Statement"][0]["Action"] == [made]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("require-mfa",), "put-group-policy --group-name GROUP --policy-name NAME --policy-doc"),
        (
            ("max-age", "--resource", "arn:aws:ec2:*:*:instance/*"),
            " on arn:aws:ec2:*:*:instance/* w",
        ),
        (("trust", *HOMES), "of account 444455556666 and 777788889999 may assume"),
        (("trust", *HOMES), "update-assume-role-policy --role-name ROLE --policy-document file:"),
        (BOOKS, "users of account 444455556666 may use s3:GetObject and s3:PutObject and"),
        (BOOKS, "put-bucket-policy --bucket books --policy file://FILE"),
    ],
)
def test_remarks_say_what_the_policy_does(argv: tuple[str, ...], said: str, run: Run) -> None:
    outcome = run("policy", "template", *argv)
    assert (outcome.exit_code, said in outcome.stderr) == (0, True), outcome


def test_users_of_several_accounts_manage_their_devices(run: Run) -> None:
    made = run("policy", "template", "deny-without-mfa", "--self-service", *HOMES)
    own = json.loads(made.stdout)["Statement"][2]
    assert own["Resource"] == [
        "arn:aws:iam::444455556666:mfa/${aws:username}",
        "arn:aws:iam::777788889999:mfa/${aws:username}",
    ]


def test_a_new_user_enrols_under_deny_without_mfa(
    aws: FullSandbox, files: AwsFiles, home: Path, run: Run
) -> None:
    made = run("policy", "template", "deny-without-mfa", "--self-service")
    carol = aws.create_user("carol", policies=[json.loads(made.stdout)])
    files.write(long_term(carol))
    elapsed = aws.clock.epoch_seconds() % STEP_SECONDS
    aws.clock.advance((STEP_SECONDS - 6 - elapsed) % STEP_SECONDS)  # the next window is near
    keyring = {
        "PYTHON_KEYRING_BACKEND": trap_keyring.NAME,
        "PYTHONPATH": str(processes.ROOT / "tests" / "fakes"),
        "TRAP_KEYRING": str(home / "keyring.json"),
    }
    enrolled = run("device", "enroll", "--no-input", env=keyring)
    assert enrolled.exit_code == 0, enrolled
    assert (files.section("mfa") or {})["mfa_session_mfa_serial"].endswith(":mfa/carol")
    removed = run("device", "remove", "--yes", "--no-input", env=keyring)
    assert (removed.exit_code, carol.devices) == (0, []), removed  # the session has MFA
