"""The commands of docs/policies.md print what the page shows."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from house.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
_FILE = re.compile(r"`([a-z0-9-]+\.json)`[^\n]*:\n\n```json\n(.*?)```\n", re.DOTALL)
_SNIPPET = re.compile(r"```yaml\n(.*?)```\n", re.DOTALL)
RULE = "deny-misses-long-term-keys"
WRONG = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "ec2:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        },
    }
)
RIGHT = WRONG.replace('"Bool"', '"BoolIfExists"')
_BLOCK = re.compile(r"```console\n(.*?)```\n", re.DOTALL)


class Example(NamedTuple):
    """A command of the page, and its output there."""

    command: str
    output: str


def examples() -> list[Example]:
    """Return the commands of the sections on template and check."""
    section = PAGE[PAGE.index("## policy template") :]
    found = []
    for block in _BLOCK.findall(section):
        for part in block.removeprefix("$ ").split("\n$ "):
            command, _, output = part.rstrip("\n").partition("\n")
            found.append(Example(command, output + "\n" if output else ""))
    return found


@pytest.fixture
def files(home: Path) -> Path:
    """Write the page's policies as files."""
    for name, text in _FILE.findall(PAGE):
        (home / name).write_text(text)
    return home


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.command[12:60])
def test_a_command_prints_what_the_page_shows(example: Example, files: Path, run: Run) -> None:
    words = shlex.split(example.command)
    argv, target = (words[1:-2], words[-1]) if ">" in words else (words[1:], None)
    outcome = run(*argv)
    assert (words[0], outcome.exit_code) == ("mfa-session", 0), outcome
    if target:
        (files / target).write_text(outcome.stdout)
        assert run("policy", "lint", target).exit_code == 0
    else:
        assert outcome.stderr + outcome.stdout == example.output


def commands_in_ci() -> list[str]:
    """Return the page's commands for CI: GitHub, GitLab, pre-commit, and the one in the text."""
    github, gitlab, hooks = map(yaml.safe_load, _SNIPPET.findall(PAGE))
    (hook,) = hooks["repos"][0]["hooks"]
    lines = [
        *(step.get("run", "") for step in github["jobs"]["policies"]["steps"]),
        *gitlab["policies"]["script"],
        " ".join([hook["entry"], *hook["args"]]),
        *re.findall(r"`(mfa-session policy lint policies/ --format github)`", PAGE),
    ]
    return [line for line in lines if line.startswith("mfa-session")]


def test_the_page_shows_four_commands_for_ci() -> None:
    assert len(commands_in_ci()) == 4


@pytest.mark.parametrize("command", commands_in_ci())
@pytest.mark.parametrize(("policy", "exit_code"), [(RIGHT, 0), (WRONG, 1)])
def test_a_snippet_fails_for_a_wrong_policy_only(
    command: str, policy: str, exit_code: int, home: Path, run: Run
) -> None:
    (home / "policies").mkdir()
    (home / "policies" / "p.json").write_text(policy)
    outcome = run(*shlex.split(command.partition(" > ")[0])[1:])
    found = f'"ruleId": "{RULE}"' if "sarif" in command else RULE
    assert (outcome.exit_code, found in outcome.stdout) == (exit_code, exit_code == 1), outcome


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        (
            "terraform show -json plan",
            {
                "format_version": "1.2",
                "planned_values": {
                    "root_module": {
                        "resources": [
                            {"address": "aws_iam_policy.p", "values": {"policy": WRONG}},
                        ]
                    }
                },
            },
        ),
        (
            "aws iam get-account-authorization-details",
            {
                "UserDetailList": [
                    {
                        "UserName": "carol",
                        "UserPolicyList": [
                            {"PolicyName": "own", "PolicyDocument": json.loads(WRONG)},
                        ],
                    }
                ]
            },
        ),
    ],
)
def test_the_output_of_other_programs_is_linted_as_the_page_says(
    command: str, printed: dict[str, object], run: Run
) -> None:
    (line,) = re.findall(rf"^\$ {re.escape(command)} \| mfa-session (.*)$", PAGE, re.MULTILINE)
    outcome = run(*shlex.split(line), input=json.dumps(printed))
    assert (outcome.exit_code, RULE in outcome.stdout) == (1, True), outcome


def test_a_baseline_is_made_and_used_as_the_page_says(home: Path, run: Run) -> None:
    (home / "policies").mkdir()
    (home / "policies" / "p.json").write_text(WRONG)
    lines = re.findall(r"^\$ mfa-session (policy lint .*--baseline.*)$", PAGE, re.MULTILINE)
    assert [run(*shlex.split(line)).exit_code for line in lines] == [0, 0]
    (home / "policies" / "new.json").write_text(WRONG)
    assert run(*shlex.split(lines[1])).exit_code == 1


def test_every_command_of_the_page_is_found() -> None:
    commands = [example.command.split()[2] for example in examples()]
    assert commands == ["template", *(["check"] * 6)]
    assert {name for name, _ in _FILE.findall(PAGE)} == {
        "trust.json", "richard.json", "books.json", "ec2-admins.json", "recent.json", "bucket.json"
    }  # fmt: skip
