"""`policy lint`: its output, its exit codes, and bad input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

WRONG = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "NoStop", "Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*",
      "Condition": {
\t\t\t"Bool": {"aws:MultiFactorAuthPresent": "false"}
      }
    }
  ]
}
"""
RIGHT = WRONG.replace('"Bool"', '"BoolIfExists"')
TEXT = """\
policy.json:7:13: NoStop: error: this Deny matches only where aws:MultiFactorAuthPresent \
is false; in requests with a long-term access key it is absent [deny-misses-long-term-keys]
  7 | "Bool": {"aws:MultiFactorAuthPresent": "false"}
    |          ^
  who: long-term access keys are not stopped, in the AWS CLI or in any SDK
  cure: write the condition like this:
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}

"""
FINDING = {
    "file": "policy.json",
    "policy": None,
    "line": 7,
    "column": 13,
    "rule": "deny-misses-long-term-keys",
    "severity": "error",
    "statement": "NoStop",
    "message": "this Deny matches only where aws:MultiFactorAuthPresent is false; in requests with "
    "a long-term access key it is absent",
    "who": "long-term access keys are not stopped, in the AWS CLI or in any SDK",
    "cure": "write the condition like this",
    "fix": {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
}
NOTHING = {
    "version": 1,
    "findings": [],
    "errors": [],
    "policies": 1,
    "passed_over": 0,
    "known": 0,
}


class Write(Protocol):
    """Write a file in the home, where commands run."""

    def __call__(self, name: str, content: str | bytes) -> None: ...


@pytest.fixture
def write(home: Path) -> Write:
    """Return a function that writes a file where commands run."""

    def write(name: str, content: str | bytes) -> None:
        (home / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def test_a_mistake_is_shown_with_its_line_and_cure(run: Run, write: Write) -> None:
    write("policy.json", WRONG)
    assert run("policy", "lint", "policy.json") == (1, TEXT, "1 error in the policy\n")


def test_a_mistake_is_an_object_in_json(run: Run, write: Write) -> None:
    write("policy.json", WRONG)
    outcome = run("policy", "lint", "policy.json", "--json")
    assert (outcome.exit_code, outcome.stderr) == (1, "")
    assert json.loads(outcome.stdout) == {**NOTHING, "findings": [FINDING]}


def test_a_correct_policy_is_exit_0(run: Run, write: Write) -> None:
    write("policy.json", RIGHT)
    assert run("policy", "lint", "policy.json") == (0, "", "no mistake about MFA in the policy\n")
    outcome = run("policy", "lint", "--json", "policy.json")
    assert (outcome.exit_code, json.loads(outcome.stdout)) == (
        0,
        NOTHING,
    )


def test_a_policy_is_read_from_stdin(run: Run) -> None:
    outcome = run("policy", "lint", "-", input=WRONG)
    assert outcome == (1, TEXT.replace("policy.json", "<stdin>"), "1 error in the policy\n")


def test_a_policy_without_mfa_is_reported_as_one(run: Run, write: Write) -> None:
    write("open.json", '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    assert run("policy", "lint", "open.json") == (
        0,
        "",
        "open.json: no condition about MFA\nno mistake about MFA in the policy\n",
    )


def test_unreadable_files_do_not_stop_the_others(run: Run, write: Write) -> None:
    write("policy.json", WRONG)
    write("right.json", RIGHT)
    write("broken.json", "{")
    files = ("broken.json", "policy.json", "right.json", "policy.json")
    outcome = run("policy", "lint", *files)
    assert (outcome.exit_code, outcome.stdout) == (1, TEXT)
    assert "error: broken.json:1:2: a key in double quotes was expected" in outcome.stderr
    assert outcome.stderr.endswith("1 error in 2 policies\n")
    outcome = run("policy", "lint", "--json", *files)
    answer = json.loads(outcome.stdout)
    assert (outcome.exit_code, answer["findings"]) == (1, [FINDING])
    assert [(each["file"], each["code"]) for each in answer["errors"]] == [
        ("broken.json", "bad-policy-json")
    ]
    assert run("policy", "lint", "broken.json", "right.json").exit_code == 3


def test_a_policy_with_an_unreadable_statement_is_not_called_right(run: Run, write: Write) -> None:
    allow = '{"Effect": "Allow", "Action": "*", "Resource": "*"}'
    write("half.json", f'{{"Statement": [{allow}, {{"Action": "*"}}]}}')
    outcome = run("policy", "lint", "half.json")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "a statement has no Effect" in outcome.stderr
    assert "MFA" not in outcome.stderr


def test_the_option_role_declares_a_roles_policy(run: Run, write: Write) -> None:
    write("role.json", RIGHT)
    outcome = run("policy", "lint", "--role", "role.json", "--json")
    found = [each["rule"] for each in json.loads(outcome.stdout)["findings"]]
    assert (outcome.exit_code, found) == (1, ["mfa-in-role-policy"])


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("", "bad-policy-json", "p.json:1:1: the text is empty"),
        ("not json", "bad-policy-json", "p.json:1:1: a value was expected"),
        (b"\xff", "bad-policy-json", "p.json:1:1"),
        (b"\xef\xbb\xbf{}", "not-a-policy", "p.json:1:1: not a policy: it has no Statement"),
        ('{"a": 1,\n"a": 2}', "bad-policy-json", 'p.json:2:1: the key "a" is there twice'),
        ("[" * 100_000, "bad-policy-json", "p.json:1:129: nested more than 128 deep"),
        ("[]", "not-a-policy", "p.json:1:1: no policy in this list"),
        ("{}", "not-a-policy", "p.json:1:1: not a policy: it has no Statement"),
        ('{"Statement": "x"}', "not-a-policy", "p.json:1:15: a statement is a text"),
        (None, "unreadable-file", "p.json cannot be read: no such file"),
    ],
    ids=[
        "empty",
        "not JSON",
        "Latin-1",
        "byte order mark",
        "key twice",
        "nested too deeply",
        "empty list",
        "empty object",
        "text for a statement",
        "missing file",
    ],
)
def test_an_unreadable_policy_is_exit_3(
    run: Run, write: Write, content: str | bytes | None, code: str, said: str
) -> None:
    if content is not None:
        write("p.json", content)
    outcome = run("policy", "lint", "p.json")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    first, hint = outcome.stderr.splitlines()
    assert first.startswith(f"mfa-session: error: {said}")
    assert hint.startswith("hint: ")
    outcome = run("policy", "lint", "p.json", "--json")
    error = json.loads(outcome.stdout)["error"]
    assert (outcome.exit_code, error["code"], outcome.stderr) == (3, code, "")


def test_control_characters_in_a_policy_are_not_printed(run: Run, write: Write) -> None:
    write("p.json", WRONG.replace("NoStop", r"\u001b[2J\u009b2J").replace("false", "f\u202e\x9b"))
    outcome = run("policy", "lint", "p.json")
    assert outcome.exit_code == 1
    assert all(each.isprintable() for each in outcome.stdout.replace("\n", ""))


def test_a_long_line_is_quoted_in_part(run: Run, write: Write) -> None:
    other = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    wrong = json.loads(WRONG)["Statement"][0]
    write("p.json", json.dumps({"Statement": [*[other] * 500, wrong, *[other] * 500]}))
    lines = run("policy", "lint", "p.json").stdout.splitlines()
    assert lines[1].index('"aws:MultiFactorAuthPresent"') == lines[2].index("^")
    assert max(map(len, lines[1:3])) < 120


def test_a_policy_of_five_megabytes_is_linted_in_time(run: Run, write: Write) -> None:
    """Two seconds on a quiet machine; a quadratic lint takes more than ten."""
    actions = [f"svc{n % 40}:DoSomething{n}" for n in range(130)]
    statements = [
        {
            "Effect": "Allow" if number % 2 else "Deny",
            "Action": [f"{action}Of{number % 7}" for action in actions],
            "Resource": [f"arn:aws:s3:::bucket-{number}-{n}/*" for n in range(25)],
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
        }
        for number in range(1000)
    ]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)
    assert len(text) > 5_000_000
    write("p.json", text)
    outcome = run("policy", "lint", "p.json", limit_seconds=10)
    assert (outcome.exit_code, outcome.stderr) == (
        1,
        "1000 errors, 500 warnings, 500 notes in the policy\n",
    )
