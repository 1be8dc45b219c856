"""`policy check` of CloudFormation's templates: what account and partition they fill in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Run

CAROL = "arn:aws:iam::111122223333:user/carol"
IN_CHINA = CAROL.replace("aws", "aws-cn")
OWN = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
TAKE = {"Effect": "Allow", "Action": "sts:AssumeRole"}
MANAGED, ROLE = "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"
KEYS = {MANAGED: "PolicyDocument", ROLE: "AssumeRolePolicyDocument"}
ASSUMED_ACCOUNT = (
    "the template is taken to be of account 111122223333, the caller's; for another: "
    "--context AWS::AccountId=ACCOUNT"
)


def template(kind: str, statement: dict[str, Any]) -> str:
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    named = {"RoleName": "x"} if kind == ROLE else {}
    mine = {"Type": kind, "Properties": {**named, KEYS[kind]: policy}}
    return json.dumps({"Resources": {"Mine": mine}})


def sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


STOP = template(
    MANAGED,
    {
        "Effect": "Allow",
        "Action": "ec2:StopInstances",
        "Resource": sub("arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:instance/*"),
        "Condition": WITH_MFA,
    },
)
ROOT = {**TAKE, "Principal": {"AWS": sub(f"{OWN}:root")}, "Condition": WITH_MFA}
TRUST = template(ROLE, ROOT)
PARTNER = {"AWS": [sub(f"{OWN}:role/Deploy"), "arn:aws:iam::111122223333:role/Deploy"]}
SHARED = template(ROLE, {**TAKE, "Principal": PARTNER})
OTHERS = template(ROLE, {**TAKE, "Principal": {"AWS": [sub(f"{OWN}:user/carol"), "444455556666"]}})
INSTANCE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"
ALLOWED, NO = "allowed", "implicitly-denied"


LOGS = template(
    MANAGED,
    {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": sub("arn:aws:s3:::logs-${AWS::AccountId}/*"),
    },
)


def test_a_name_with_an_account_that_nothing_tells_is_not_known(run: Run) -> None:
    asked = ("policy", "check", "-", "--action", "s3:GetObject", "--json")
    logs = ("--resource", "arn:aws:s3:::logs-111122223333/x")
    told = ((), ("--context", "AWS::AccountId=111122223333"), ("--principal", CAROL))
    found = [run(*asked, *logs, *more, input=LOGS) for more in told]
    outcomes = [json.loads(each.stdout)["decisions"][0]["outcome"] for each in found]
    assert outcomes == ["unknown", ALLOWED, ALLOWED]
    # CloudFormation always fills it in: it cannot be absent.
    assert found[0].stderr == "to know more, specify it: --context AWS::AccountId=…\n"


@pytest.mark.parametrize(
    ("text", "args", "outcome", "told"),
    [
        (STOP, (), ALLOWED, ""),
        (STOP, ("--principal", CAROL), ALLOWED, ""),
        (STOP, ("--principal", "444455556666"), ALLOWED, ""),
        (STOP, ("--principal", CAROL, "--resource", INSTANCE), ALLOWED, ""),
        (STOP, ("--resource", INSTANCE), ALLOWED, ""),
        (STOP, ("--resource", INSTANCE, "--context", "AWS::AccountId=444455556666"), NO, ""),
        (STOP, ("--resource", INSTANCE, "--principal", "444455556666"), NO, ""),
        (TRUST, ("--principal", CAROL), ALLOWED, ASSUMED_ACCOUNT),
        (TRUST, (), ALLOWED, "the caller is arn:aws:iam::${AWS::AccountId}:root"),
        (TRUST, ("--principal", CAROL, "--resource", "arn:aws:iam::444455556666:role/x"), NO, ""),
        (TRUST, ("--principal", CAROL, "--context", "AWS::AccountId=444455556666"), NO, ""),
        (
            TRUST,
            ("--principal", "arn:aws-cn:iam::111122223333:user/carol"),
            ALLOWED,
            ASSUMED_ACCOUNT,
        ),
        # A number beside the template's own account is of another account.
        (OTHERS, ("--principal", CAROL), ALLOWED, ASSUMED_ACCOUNT),
        (OTHERS, ("--principal", "arn:aws:iam::444455556666:user/carol"), ALLOWED, ""),
        (SHARED, ("--principal", CAROL), NO, ""),
    ],
)
def test_the_callers_or_the_resources_account_is_filled_in(
    run: Run, text: str, args: tuple[str, ...], outcome: str, told: str
) -> None:
    action = "ec2:StopInstances" if text == STOP else "sts:AssumeRole"
    found = run("policy", "check", "-", "--action", action, *args, "--json", input=text)
    decided = {each["credentials"]: each for each in json.loads(found.stdout)["decisions"]}
    assert decided["mfa-session"]["outcome"] == outcome
    assert told in found.stderr
    assert ("is taken to be" in found.stderr) is (told == ASSUMED_ACCOUNT)
