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
        (("require-mfa", "--action", "StopInstances"), "write it as ec2:StopInstances"),
        (("require-mfa", "--resource", "books"), "write it as arn:"),
        (("trust", "--account", "44445555666"), "twelve digits"),
        (("trust", "--account", "444455556666", "--external-id", "é"), "2 to 1224"),
        (("bucket", "--bucket", "Books", "--account", "444455556666"), "3 to 63"),
        (("deny-without-mfa", "--partition", "gov"), "aws-us-gov"),
        (("max-age", "--max-age", "0"), "from 1s to 36h"),
        (("max-age", "--max-age", "37h"), "from 1s to 36h"),
        (("max-age", "--max-age", "soon"), "is not a duration"),
    ],
)
def test_bad_options_are_refused(argv: tuple[str, ...], said: str, run: Run) -> None:
    outcome = run("policy", "template", *argv)
    assert (outcome.exit_code, outcome.stdout, said in outcome.stderr) == (2, "", True), outcome


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
