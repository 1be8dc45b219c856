"""`policy check`: its table, its JSON, and bad input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mfa_session.policy.credentials import Request, role_session
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.matching import acting_as
from mfa_session.policy.reading import read_document

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

STOP_WITH_MFA = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Sid": "StopOnlyWithMFA",
     "Effect": "Deny",
     "Action": "ec2:StopInstances",
     "Resource": "*",
     "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
  ]
}
"""
TABLE = """ec2:StopInstances on any resource

CREDENTIALS          OUTCOME            BECAUSE
long-term key        explicitly denied  Deny StopOnlyWithMFA (<stdin>:5)
MFA session          allowed            Allow Statement[0] (<stdin>:4)
session without MFA  explicitly denied  Deny StopOnlyWithMFA (<stdin>:5)
role session         explicitly denied  Deny StopOnlyWithMFA (<stdin>:5)
"""
AGE = {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}
IP = {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}


def write_policy(home: Path, condition: object) -> str:
    path = home / "policy.json"
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {**allow, "Effect": "Deny", "Condition": condition}
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]}))
    return str(path)


def outcomes(stdout: str) -> dict[str, str]:
    found = json.loads(stdout)["decisions"]
    return {decision["credentials"]: decision["outcome"] for decision in found}


def test_the_table_shows_each_kind_of_credentials(run: Run) -> None:
    outcome = run("policy", "check", "-", "--action", "ec2:stop-instances", input=STOP_WITH_MFA)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, TABLE, "")


def test_json_names_statement_and_condition(home: Path, run: Run) -> None:
    path = write_policy(home, AGE)
    outcome = run("policy", "check", path, "--action", "s3:GetObject", "--json")
    answer = json.loads(outcome.stdout)
    session = next(
        decision for decision in answer["decisions"] if decision["credentials"] == "mfa-session"
    )
    assert (outcome.exit_code, answer["version"], answer["resource"]) == (0, 1, "*")
    assert session == {
        "credentials": "mfa-session",
        "outcome": "unknown",
        "because": f"Deny Statement[1] ({path}) depends on NumericGreaterThanIfExists "
        "aws:MultiFactorAuthAge 3600",
        "statements": [
            {"file": path, "policy": None, "line": 1, "sid": None, "index": 1, "effect": "Deny"}
        ],
        "conditions": [
            {
                "file": path,
                "line": 1,
                "operator": "NumericGreaterThanIfExists",
                "key": "aws:MultiFactorAuthAge",
                "values": ["3600"],
            }
        ],
    }
    assert "--mfa-age" in outcome.stderr


def test_mfa_age_shows_a_new_and_an_old_session(home: Path, run: Run) -> None:
    path = write_policy(home, AGE)
    argv = ("policy", "check", path, "--action", "s3:GetObject", "--json", "--mfa-age")
    assert outcomes(run(*argv, "1h").stdout) == {
        "long-term": "explicitly-denied",
        "mfa-session": "allowed",
        "mfa-session-old": "explicitly-denied",
        "session-without-mfa": "explicitly-denied",
        "role-session": "explicitly-denied",
    }
    assert outcomes(run(*argv, "59m").stdout)["mfa-session-old"] == "allowed"
    assert outcomes(run(*argv, "0").stdout)["mfa-session-old"] == "allowed"
    assert run(*argv, "35h59m").exit_code == 0
    for impossible in ("36h", "40h"):
        refused = run(*argv, impossible)
        assert (refused.exit_code, "no MFA session is that old" in refused.stdout) == (2, True)


@pytest.mark.parametrize("moment", ["99999999999999", "1e5", "-5", "0"])
def test_a_time_far_off_ends_in_an_answer(moment: str, home: Path, run: Run) -> None:
    path = write_policy(home, {"NumericEquals": {"aws:EpochTime": moment}})
    argv = ("policy", "check", path, "--action", "s3:GetObject", "--json")
    found = outcomes(run(*argv, "--context", f"aws:EpochTime={moment}").stdout)
    assert set(found.values()) == {"explicitly-denied"}


def test_context_and_absent_set_condition_keys(home: Path, run: Run) -> None:
    argv = ("policy", "check", write_policy(home, IP), "--action", "s3:GetObject", "--json")
    unsure = run(*argv)
    inside = run(*argv, "--context", "aws:sourceip=192.0.2.7")
    outside = run(*argv, "--context", "aws:SourceIp=10.0.0.1")
    absent = run(*argv, "--absent", "aws:SourceIp")
    found = [
        set(outcomes(outcome.stdout).values()) for outcome in (unsure, inside, outside, absent)
    ]
    assert found == [{"unknown"}, {"allowed"}, {"explicitly-denied"}, {"explicitly-denied"}]
    assert "--context aws:SourceIp=" in unsure.stderr


def test_sessions_older_than_a_past_day_no_longer_exist(home: Path, run: Run) -> None:
    path = write_policy(home, {"DateLessThan": {"aws:TokenIssueTime": "2024-01-01T00:00:00Z"}})
    argv = ("policy", "check", path, "--action", "s3:GetObject", "--json")
    assert set(outcomes(run(*argv).stdout).values()) == {"allowed"}
    for then in ("aws:CurrentTime=2024-01-01T06:00:00Z", "aws:EpochTime=1704088800"):
        assert set(outcomes(run(*argv, "--context", then).stdout).values()) == {
            "allowed",  # a long-term key has no such time
            "unknown",
        }


AL = "arn:aws:iam::111122223333:user/al"
# What no request has: the caller, the resource or the other options say otherwise.
CONTRADICTIONS = (
    ("--principal", AL, "--context", "aws:username=bob"),
    ("--principal", AL, "--context", f"aws:PrincipalArn={AL}x"),
    ("--principal", AL, "--context", "aws:PrincipalAccount=444455556666"),
    ("--context", f"aws:PrincipalArn={AL}", "--context", "aws:PrincipalAccount=444455556666"),
    ("--context", "aws:PrincipalType=Account"),
    ("--context", "aws:username=al", "--context", "aws:username=bob"),
    ("--context", "aws:userid=111122223333"),
    ("--context", "aws:TokenIssueTime=2001-01-01T00:00:00Z"),
    ("--absent", "aws:PrincipalArn"),
    ("--absent", "aws:MultiFactorAuthAge"),
    ("--context", "aws:SourceVpc=vpc-1", "--absent", "AWS:SourceVpc"),
    ("--context", "aws:SourceIp=999.2.3.4"),
    ("--context", "aws:SourceIp=10.0.0.0/8"),
    ("--context", "aws:CurrentTime=soon"),
    ("--context", "aws:EpochTime=2031-05-01"),
    ("--context", "aws:SecureTransport=1"),
)
NO_RESOURCES = (
    ("ec2:StopInstances", "i-123"),
    ("ec2:StopInstances", "arn:aws:s3:::bk"),
    ("s3:GetObject", "arn:aws:s3:::bk"),
    ("iam:ListUsers", AL),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/x"),
)


@pytest.mark.parametrize(
    ("argv", "exit_code", "code"),
    [
        *((("-", "--action", "s3:GetObject", *more), 2, "bad-context") for more in CONTRADICTIONS),
        *((("-", "--action", action, "--resource", arn), 2, "bad-resource")
          for action, arn in NO_RESOURCES),
        (("-",), 2, "no-action"),
        (("--action", "s3:GetObject"), 2, "no-policy"),
        (("-", "--action", "GetObject"), 2, "bad-action"),
        (("-", "--action", "s3:GetObject", "--context", "aws:SourceIp"), 2, "bad-context"),
        (("-", "--action", "s3:GetObject", "--context",
          "aws:multifactorauthpresent=true"), 2, "bad-context"),
        (("-", "--action", "s3:GetObject", "--principal", "carol"), 2, "bad-principal"),
        (("absent.json", "--action", "s3:GetObject"), 3, "unreadable-file"),
        ((".", "--action", "s3:GetObject"), 3, "not-a-policy"),
    ],
)  # fmt: skip
def test_bad_usage_is_refused(argv: tuple[str, ...], exit_code: int, code: str, run: Run) -> None:
    outcome = run("policy", "check", *argv, "--json", input=STOP_WITH_MFA)
    assert (outcome.exit_code, json.loads(outcome.stdout)["error"]["code"]) == (exit_code, code)


def test_a_principal_that_iam_refuses_is_named_and_matches_nobody(run: Run) -> None:
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust = [{**allow, "Principal": {"AWS": "arn:aws:iam::1234567890123:root"}}]
    text = json.dumps({"Version": "2012-10-17", "Statement": trust})
    outcome = run("policy", "check", "-", "--action", "sts:AssumeRole", "--json", input=text)
    assert set(outcomes(outcome.stdout).values()) == {"implicitly-denied"}
    warning = "IAM rejects the principal arn:aws:iam::1234567890123:root: it matches nobody"
    assert warning in outcome.stderr


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("aws:MultifactorPresent", "aws:MultiFactorAuthPresent"),
        ("iam:MultiFactorAuthPresent", "aws:MultiFactorAuthPresent"),
        ("aws:MFAAge", "aws:MultiFactorAuthAge"),
        ("aws:SourcIp", "aws:SourceIp"),
        ("aws:PrincipalTags/team", "aws:PrincipalTag/…"),
        ("s3:SourceIp", "aws:SourceIp"),
    ],
)
def test_a_misspelt_key_is_named_and_absent(wrong: str, meant: str, home: Path, run: Run) -> None:
    path = write_policy(home, {"StringNotEquals": {wrong: "x"}})
    check = ("policy", "check", path, "--action", "s3:GetObject", "--json")
    outcome = run(*check)
    assert set(outcomes(outcome.stdout).values()) == {"explicitly-denied"}
    assert f"no request has the key {wrong}; {meant} was probably meant" in outcome.stderr
    given = run(*check, "--context", f"{wrong}=x")
    assert (given.exit_code, json.loads(given.stdout)["error"]["code"]) == (2, "bad-context")


@pytest.mark.parametrize("key", ["aws:NewestKey", "okta:amr", "aws:PrincipalTag/team"])
def test_a_key_that_is_not_known_leaves_the_outcome_unknown(key: str, home: Path, run: Run) -> None:
    path = write_policy(home, {"StringNotEquals": {key: "x"}})
    outcome = run("policy", "check", path, "--action", "s3:GetObject", "--json")
    assert set(outcomes(outcome.stdout).values()) == {"unknown"}
    assert f"--context {key}=" in outcome.stderr


def test_a_policys_text_cannot_control_the_terminal(run: Run) -> None:
    long = "x" * 1000
    condition = {"StringEquals": {"aws:x\u001b[2J": [long, "b", "c", "d"]}}
    deny = {"Sid": "\u001b[31mred\n", "Effect": "Deny", "Action": "*", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    text = json.dumps({"Statement": [allow, {**deny, "Condition": condition}]})
    outcome = run("policy", "check", "-", "--action", "s3:GetObject", input=text)
    shown = outcome.stdout + outcome.stderr
    assert (outcome.exit_code, "\u001b" in shown, len(shown.splitlines())) == (0, False, 8)
    assert f"{'x' * 79}… | b | c | …" in shown


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "bad-policy-json"), ("{", "bad-policy-json"), ("\ufeff{}", "not-a-policy"),
     ("[]", "not-a-policy"), ("{}", "not-a-policy"), ("[" * 5000, "bad-policy-json")],
)  # fmt: skip
def test_a_file_that_is_not_a_policy_is_refused(text: str, code: str, run: Run) -> None:
    outcome = run("policy", "check", "-", "--action", "s3:GetObject", "--json", input=text)
    assert (outcome.exit_code, json.loads(outcome.stdout)["error"]["code"]) == (3, code), outcome
    assert "<stdin>:1:" in json.loads(outcome.stdout)["error"]["message"]


INSTANCE = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"
SNAPSHOT = "arn:aws:ec2:eu-west-1:111122223333:snapshot/snap-1"
DEV = "arn:aws:iam::111122223333:role/dev"
SESSION = "arn:aws:sts::111122223333:assumed-role/dev/sess"
GOV = "arn:aws-us-gov:iam::111122223333:user/al"
CHINA = "arn:aws-cn:iam::111122223333:user/ada"
YES, NO, OPEN = "allowed", "implicitly-denied", "unknown"


@pytest.mark.parametrize(
    ("condition", "argv", "of_key", "of_session", "of_role"),
    [
        # What the kind of credentials decides
        ({"aws:username": "bob"}, "--context aws:username=bob", YES, YES, NO),
        ({"aws:username": "al"}, f"--context aws:PrincipalArn={AL}", YES, YES, NO),
        ({"aws:PrincipalArn": DEV}, f"--context aws:PrincipalArn={DEV}", NO, NO, YES),
        ({"aws:PrincipalType": "User"}, "--context aws:PrincipalType=User", YES, YES, NO),
        ({"aws:userid": "AIDAX"}, "--context aws:userid=AIDAX", YES, YES, NO),
        ({"aws:userid": "AROAX:x"}, "--context aws:userid=AROAX:x", NO, NO, YES),
        ({"aws:PrincipalAccount": "111122223333"}, f"--principal {AL}", YES, YES, YES),
        ({"aws:TokenIssueTime": "true"}, "--absent aws:TokenIssueTime", YES, NO, NO),
        ({"aws:FederatedProvider": "x"}, "--context aws:FederatedProvider=x", NO, NO, YES),
        ({"saml:sub": "x"}, "--context SAML:sub=x", NO, NO, YES),
        ({"a.example.com/id:sub": "x"}, "", NO, NO, OPEN),
        ({"ec2:SourceInstanceARN": INSTANCE}, "", NO, NO, OPEN),
        # What the assumptions about the call leave open
        ({"aws:ViaAWSService": "true"}, "--context aws:ViaAWSService=true", YES, YES, YES),
        ({"kms:ViaService": "x"}, "", NO, NO, NO),
        ({"kms:ViaService": "x"}, "--context kms:ViaService=x", YES, YES, YES),
        # What the resource decides
        ({"aws:ResourceAccount": "111122223333"}, f"--resource {INSTANCE}", YES, YES, YES),
        ({"aws:RequestedRegion": "eu-west-1"}, f"--resource {INSTANCE}", YES, YES, YES),
        ({"ec2:Region": "eu-west-2"}, f"--resource {INSTANCE}", NO, NO, NO),
        ({"aws:RequestedRegion": "eu-west-1"}, "", OPEN, OPEN, OPEN),
        ({"ec2:Region": "eu-west-1"}, "", OPEN, OPEN, OPEN),
        ({"aws:RequestedRegion": "us-west-1"},
         f"--resource {INSTANCE.replace('eu-west-1', 'eu-*')}", NO, NO, NO),
        ({"aws:RequestedRegion": "eu-west-1"},
         f"--action ec2:CopySnapshot --resource {SNAPSHOT}", OPEN, OPEN, OPEN),
        ({"aws:RequestedRegion": "us-east-1"}, "--action iam:CreateUser", YES, YES, YES),
        ({"aws:RequestedRegion": "eu-west-1"}, "--action iam:CreateUser", NO, NO, NO),
        ({"aws:RequestedRegion": "eu-west-1"}, "--action iam:PassRole", OPEN, OPEN, OPEN),
        ({"aws:RequestedRegion": "eu-west-1"}, "--action iam:P*", OPEN, OPEN, OPEN),
        ({"aws:RequestedRegion": "eu-west-1"}, "--action iam:List*", NO, NO, NO),
        ({"aws:RequestedRegion": "us-gov-west-1"}, "--action iam:CreateUser", OPEN, OPEN, OPEN),
        ({"aws:RequestedRegion": "us-gov-west-1"},
         f"--action iam:CreateUser --principal {GOV}", YES, YES, YES),
        ({"aws:RequestedRegion": "cn-north-1"},
         f"--action iam:CreateUser --principal {CHINA}", YES, YES, YES),
        ({"aws:RequestedRegion": "cn-northwest-1"},
         f"--action route53:ListHostedZones --principal {CHINA}", YES, YES, YES),
        ({"aws:RequestedRegion": "cn-north-1"},
         f"--action route53:ListHostedZones --principal {CHINA}", NO, NO, NO),
        ({"aws:RequestedRegion": "eu-isoe-west-1"}, "--action iam:CreateUser", OPEN, OPEN, OPEN),
    ],
)  # fmt: skip
def test_a_key_is_given_only_to_requests_that_may_have_it(
    condition: dict[str, str], argv: str, of_key: str, of_session: str, of_role: str, run: Run
) -> None:
    operator = "Null" if "aws:TokenIssueTime" in condition else "StringEquals"
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: condition}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    asked = ("--action", "ec2:StopInstances", *argv.split())
    found = outcomes(run("policy", "check", "-", *asked, "--json", input=text).stdout)
    expected = {"long-term": of_key, "mfa-session": of_session, "role-session": of_role}
    assert {kind: found.get(kind, each) for kind, each in expected.items()} == expected


def test_a_sessions_arn_tells_the_end_of_its_id(run: Run) -> None:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    for name, expected in (("*:sess", YES), ("*:other", NO)):
        rule = {**allow, "Condition": {"StringLike": {"aws:userid": name}}}
        text = json.dumps({"Version": "2012-10-17", "Statement": rule})
        argv = ("--action", "ec2:StopInstances", "--principal", SESSION, "--json")
        assert outcomes(run("policy", "check", "-", *argv, input=text).stdout)["role-session"] == (
            expected
        )


def test_a_session_of_single_sign_on_is_of_a_role_with_a_path() -> None:
    path = "role/aws-reserved/sso.amazonaws.com"
    session = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/bob"
    caller = acting_as(role_session(), session)
    found = {
        arn: evaluate(
            [read_document("p.json", json.dumps(rule))], Request(action="s3:GetObject"), caller
        ).outcome
        for arn in (
            f"arn:aws:iam::*:{path}/*AWSReservedSSO_Dev_*",
            f"arn:aws:iam::*:{path}/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef",
            f"arn:aws:iam::*:{path}/*AWSReservedSSO_Ops_*",
            "arn:aws:iam::*:role/AWSReservedSSO_Dev_*",
        )
        for rule in (
            {
                "Statement": {
                    "Effect": "Allow",
                    "Action": "*",
                    "Resource": "*",
                    "Condition": {"ArnLike": {"aws:PrincipalArn": arn}},
                }
            },
        )
    }
    assert list(found.values()) == [YES, OPEN, OPEN, NO]
    named = {"AWS": f"arn:aws:iam::111122223333:{path}/AWSReservedSSO_Dev_0123456789abcdef"}
    rule = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": named}
    document = read_document("p.json", json.dumps({"Statement": rule}))
    assert evaluate([document], Request(action="s3:GetObject"), caller).outcome == OPEN


def test_an_action_without_a_resource_needs_the_star(run: Run) -> None:
    argv = ("policy", "check", "-", "--action", "ec2:DescribeInstances", "--json")
    for where, expected in (
        ({"Resource": INSTANCE}, NO),
        ({"Resource": ["*", INSTANCE]}, YES),
        ({"NotResource": INSTANCE}, YES),
    ):
        rule = {"Effect": "Allow", "Action": "*", **where}
        text = json.dumps({"Version": "2012-10-17", "Statement": rule})
        for more in ((), ("--resource", "*")):
            outcome = run(*argv, *more, input=text)
            assert set(outcomes(outcome.stdout).values()) == {expected}
            assert json.loads(outcome.stdout)["resource"] == "*"


OF_BOB = {"Resource": "arn:aws:s3:::bk/${aws:username}/*"}
OBJECT = "--resource arn:aws:s3:::bk/bob/x"
DENY = {"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": [DEV]}}
CALLER = "to know more, specify the caller: --principal ARN"


@pytest.mark.parametrize(
    ("rule", "argv", "reason", "hint"),
    [
        ({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "1"}}}, "",
         "Bool aws:MultiFactorAuthPresent 1, whose value is not of the operator's type", ""),
        ({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "${Asked}"}}}, "",
         "Bool aws:MultiFactorAuthPresent ${Asked}, which is still to be filled in", ""),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "*"}}}, "",
         "ArnLike aws:PrincipalArn *, whose value is not of the operator's type", ""),
        ({"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}}, f"--principal {DEV}",
         "ArnLike aws:PrincipalArn arn:aws:iam::*, whose value is not of the operator's type", ""),
        ({"Condition": {"Equals": {"aws:PrincipalArn": "*"}}}, "",
         "Equals aws:PrincipalArn *, whose operator IAM does not have", ""),
        (OF_BOB, OBJECT, "the value of aws:username", CALLER),
        ({"Condition": {"StringEquals": {"aws:PrincipalArn": DEV}}}, "",
         f"StringEquals aws:PrincipalArn {DEV}", CALLER),
        ({"Condition": {"StringEquals": {"x:y": "${aws:username}"}}}, "--context x:y=a",
         "StringEquals x:y ${aws:username}", CALLER),
        ({"Resource": "arn:aws:s3:::${aws:userid}/*"}, f"{OBJECT} --context aws:userid=AROAX:x",
         "the value of aws:userid", ""),
        ({"Resource": "arn:aws:s3:::bk/*"}, "", "which resource it is",
         "to know more, specify the resource: --resource ARN"),
        ({"Condition": {"Null": {"aws:TokenIssueTime": "x"}}}, "",
         "Null aws:TokenIssueTime x, whose value is not of the operator's type", ""),
        ({"Principal": "*"}, f"--principal {SESSION}",
         "how AWS reads a NotPrincipal of only some of the caller's account, ARN and session", ""),
    ],
)  # fmt: skip
def test_a_hint_names_what_would_tell_more(
    rule: dict[str, object], argv: str, reason: str, hint: str, run: Run
) -> None:
    rules = [{"Effect": "Allow", "Action": "*", "Resource": "*", **rule}]
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [*rules, DENY] if "Principal" in rule else rules}
    )
    asked = ("policy", "check", "-", "--action", "s3:GetObject", *argv.split(), "--json")
    outcome = run(*asked, input=text)
    reasons = [each["because"] for each in json.loads(outcome.stdout)["decisions"]]
    assert [each for each in reasons if each.endswith(f" depends on {reason}")], reasons
    assert outcome.stderr.strip() == hint


ALLOW_ALL: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
KEYLESS = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
ALICE = "arn:aws:iam::111122223333:user/alice"


def denying(**rest: object) -> dict[str, object]:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", **rest}


def of_long_term(run: Run, argv: str, *statements: dict[str, object]) -> str:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    outcome = run("policy", "check", "-", *argv.split(), "--json", input=text)
    return outcomes(outcome.stdout)["long-term"]


@pytest.mark.parametrize(
    ("action", "statements", "expected"),
    [
        # Without --resource, only those count that the action can have.
        ("ec2:CreateTags", [ALLOW_ALL, denying(Resource="arn:aws:s3:::b/*")], "allowed"),
        ("ec2:RunInstances", [ALLOW_ALL, denying(Resource="arn:aws:license-manager:*")], "unknown"),
        ("ec2:StopInstances",
         [{**ALLOW_ALL, "Resource": "arn:aws:ec2:*:*:instance/*"}], "allowed"),
        ("ec2:StopInstances",
         [{**ALLOW_ALL, "Resource": "arn:aws:ec2:eu-west-1:*:instance/*"}], "unknown"),
        ("iam:CreateUser",
         [ALLOW_ALL, denying(Resource="arn:aws:s3:::b/*")], "allowed"),
        ("s3:GetObject", [{**ALLOW_ALL, "Resource": "arn:aws:s3:::b/*"}], "unknown"),
        # What is denied in every case, explicitly or not.
        ("s3:GetObject", [{**ALLOW_ALL, "Resource": "arn:aws:s3:::b/*"},
                          denying(Resource="arn:aws:s3:::b/*", Condition=KEYLESS)],
         "implicitly-denied"),
        # Keys that no request for the action has.
        ("s3:GetObject", [ALLOW_ALL, denying(Condition={"StringNotEquals": {
            "s3:x-amz-server-side-encryption": "aws:kms"}})], "explicitly-denied"),
        ("ec2:DescribeInstances", [{**ALLOW_ALL, "Condition": {"StringEquals": {
            "aws:ResourceTag/env": "dev"}}}], "implicitly-denied"),
        ("s3:GetObject", [{**ALLOW_ALL, "Resource": "arn:aws:s3:::b/${iam:username}/*"}],
         "implicitly-denied"),
    ],
)  # fmt: skip
def test_what_no_request_for_the_action_has_is_not_unknown(
    action: str, statements: list[dict[str, object]], expected: str, run: Run
) -> None:
    assert of_long_term(run, f"--action {action}", *statements) == expected


PERIMETER = denying(Condition={
    "NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"},
    "StringNotEquals": {"aws:SourceVpce": "vpce-1"},
})  # fmt: skip
TAGGED = {**ALLOW_ALL, "Condition": {"StringEquals": {"ec2:ResourceTag/env": "dev"}}}


@pytest.mark.parametrize(
    ("rule", "argv", "expected"),
    [
        (PERIMETER, "", "unknown"),
        (PERIMETER, "--context aws:SourceIp=198.51.100.5", "explicitly-denied"),
        (PERIMETER, "--context aws:SourceIp=192.0.2.5", "allowed"),
        (PERIMETER, "--context aws:SourceVpce=vpce-1", "allowed"),
        (PERIMETER, "--context aws:SourceVpce=vpce-2", "explicitly-denied"),
        (TAGGED, "", "unknown"),
        (TAGGED, "--context aws:ResourceTag/env=dev", "allowed"),
    ],
)
def test_given_keys_tell_of_others(
    rule: dict[str, object], argv: str, expected: str, run: Run
) -> None:
    statements = (rule,) if rule is TAGGED else (ALLOW_ALL, rule)
    assert of_long_term(run, f"--action ec2:StopInstances {argv}", *statements) == expected


@pytest.mark.parametrize(
    ("extra", "fault", "expected"),
    [
        ({"Conditions": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, "Conditions", "unknown"),
        ({"Sid": "with blanks"}, "the Sid 'with blanks'", "allowed"),
    ],
)
def test_a_policy_that_iam_rejects_is_named(
    extra: dict[str, object], fault: str, expected: str, run: Run
) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW_ALL, **extra}]})
    argv = ("policy", "check", "-", "--action", "ec2:StopInstances", "--json")
    outcome = run(*argv, input=text)
    assert set(outcomes(outcome.stdout).values()) == {expected}
    assert f"IAM rejects <stdin>: {fault}" in outcome.stderr


def test_a_keys_policy_does_not_decide_an_action_without_a_resource(home: Path, run: Run) -> None:
    admin = {"AWS": "arn:aws:iam::111122223333:role/admin"}
    for name, rule in (("own", ALLOW_ALL), ("key", {**ALLOW_ALL, "Principal": admin})):
        text = json.dumps({"Version": "2012-10-17", "Statement": [rule]})
        (home / f"{name}.json").write_text(text)
    files = (str(home / "own.json"), str(home / "key.json"))
    check = ("policy", "check", *files, "--principal", ALICE, "--json", "--action")
    found = [
        outcomes(run(*check, action).stdout)["long-term"]
        for action in ("kms:CreateKey", "kms:Decrypt")
    ]
    assert found == ["allowed", "implicitly-denied"]


def test_the_root_user_is_no_caller_and_the_hint_gives_the_account(run: Run) -> None:
    root = "arn:aws:iam::111122223333:root"
    argv = ("policy", "check", "-", "--action", "s3:GetObject", "--principal", root)
    outcome = run(*argv, input=STOP_WITH_MFA)
    assert outcome.exit_code == 2
    assert f"{root} is the root user" in outcome.stderr
    assert "--principal 111122223333`" in outcome.stderr
    followed = run(*argv[:-1], "111122223333", input=STOP_WITH_MFA)
    assert followed.exit_code == 0


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("role/contractors/*", "unknown"),
        ("role/dev", "unknown"),
        ("role/*", "explicitly-denied"),
        ("role/ops", "allowed"),
    ],
)
def test_the_path_of_a_sessions_role_is_not_known(pattern: str, expected: str, run: Run) -> None:
    arn = f"arn:aws:iam::111122223333:{pattern}"
    deny = denying(Condition={"ArnLike": {"aws:PrincipalArn": arn}})
    text = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW_ALL, deny]})
    argv = ("policy", "check", "-", "--action", "ec2:StopInstances", "--principal", SESSION)
    outcome = run(*argv, "--json", input=text)
    assert outcomes(outcome.stdout)["role-session"] == expected
    hinted = "a session's ARN lacks the path of its role" in outcome.stderr
    assert hinted is (expected == "unknown")


def test_a_session_without_mfa_may_pass_a_role(run: Run) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW_ALL]})
    found = [
        outcomes(run("policy", "check", "-", "--action", action, "--json", input=text).stdout)
        for action in ("iam:PassRole", "iam:CreateUser")
    ]
    assert [each["session-without-mfa"] for each in found] == ["allowed", "implicitly-denied"]


def test_a_template_without_a_policy_is_told_as_such(run: Run) -> None:
    user = {"Type": "AWS::IAM::User", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:p"]}}
    argv = ("policy", "check", "-", "--action", "s3:GetObject")
    outcome = run(*argv, input=json.dumps({"Resources": {"U": user}}))
    assert outcome.exit_code == 3
    assert "no policy in this template, plan or state" in outcome.stderr


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("role/dev", "allowed"),
        ("role/contractors/dev", "explicitly-denied"),
        ("role/ops", "implicitly-denied"),
    ],
)
def test_a_role_that_a_policy_names_has_that_path(named: str, expected: str, run: Run) -> None:
    on = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::books/*"}
    allow = {**on, "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::111122223333:{named}"}}
    there = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/contractors/*"}}
    deny = {**on, "Effect": "Deny", "Principal": "*", "Condition": there}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})
    asked = ("--action", "s3:GetObject", "--resource", "arn:aws:s3:::books/x")
    outcome = run("policy", "check", "-", *asked, "--principal", SESSION, "--json", input=text)
    assert outcomes(outcome.stdout)["role-session"] == expected


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("iam:CreateUser", "arn:aws:iam::111122223333:user/*", ["allowed", "implicitly-denied"]),
        ("ec2:StopInstances", "arn:aws:ec2:*:111122223333:instance/*", ["allowed", "unknown"]),
        ("ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", ["unknown"] * 2),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/*", ["unknown"] * 2),
        ("kms:Decrypt", "arn:aws:kms:*:111122223333:key/*", ["unknown"] * 2),
    ],
)  # fmt: skip
def test_any_resource_is_of_the_callers_account_where_the_action_reaches_no_other(
    action: str, resource: str, expected: list[str], run: Run
) -> None:
    allow = {"Effect": "Allow", "Action": action, "Resource": resource}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    argv = ("policy", "check", "-", "--action", action, "--json", "--principal")
    found = [run(*argv, each, input=text).stdout for each in (ALICE, "444455556666")]
    assert [outcomes(each)["mfa-session"] for each in found] == expected
