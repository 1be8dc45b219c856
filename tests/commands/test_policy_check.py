"""`policy check`: its table, its JSON, and bad input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

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
    nonsense = run(*argv, "--context", "aws:CurrentTime=soon")
    assert set(outcomes(nonsense.stdout).values()) == {"allowed"}


@pytest.mark.parametrize(
    ("argv", "exit_code", "code"),
    [
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
