"""YAML becomes the same nodes as JSON, with positions; exploding or deep texts are refused."""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.fixes import plain
from mfa_session.policy.intrinsics import THIS_ACCOUNT, Asked
from mfa_session.policy.nodes import listed, parse_yaml
from mfa_session.policy.policy_text import PolicyText
from mfa_session.policy.reading import read_policies

TEMPLATE = """\
# A role, and what it may do.
Parameters:
  Bucket: {Type: String}
Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}
            Action: sts:AssumeRole
            Condition: {Bool: {aws:MultiFactorAuthPresent: true}}
  Books:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Sid: Read
            Effect: Allow
            Action: [s3:GetObject]
            Resource:
              - !Sub arn:aws:s3:::${Bucket}/${!aws:username}/*
              - !GetAtt Other.Arn
              - Fn::Join: ["", [!Ref Bucket, "/*"]]
              - !If [Prod, !Ref "AWS::NoValue", "*"]
"""


def parsed(text: str) -> list[Any]:
    return [plain(node) for node in parse_yaml(PolicyText("p.yaml", text))]


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_yaml(PolicyText("p.yaml", text))
    assert (caught.value.code, bool(caught.value.hint)) == ("bad-policy-yaml", True)
    return caught.value.message


def test_cloudformations_tags_are_expanded() -> None:
    found = read_policies("t.yaml", TEMPLATE, asked=Asked())
    assert found.errors == ()
    trust, books = found.documents
    assert [(each.name, each.kind) for each in found.documents] == [
        ("Deploy trust", "trust"),
        ("Books", "identity"),
    ]
    assert trust.version == "2012-10-17"
    assert trust.statements[0].principals == {"AWS": (f"arn:aws:iam::{THIS_ACCOUNT}:root",)}
    condition = trust.statements[0].conditions[0]
    assert (condition.values, condition.position) == (("true",), (14, 32))
    read = books.statements[0]
    assert (read.sid, read.position) == ("Read", (21, 13))
    assert read.resources == (
        "arn:aws:s3:::${Bucket}/${aws:username}/*", "${Other.Arn}", "${Bucket}/*", "*",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: [yes, No, ~, 2012-10-17, 1.5, '1', 08, on]",
         [{"a": [True, False, None, "2012-10-17", 1.5, "1", "08", True]}]),
        ("on: x\n1: y\n", [{"on": "x", "1": "y"}]),
        ("base: &b {x: 1, y: 2}\nc: {<<: *b, y: 3}\n",
         [{"base": {"x": 1, "y": 2}, "c": {"x": 1, "y": 3}}]),
        ("a: !Ref X\nb: !GetAtt X.Arn\nc: !!str 5\n",
         [{"a": {"Ref": "X"}, "b": {"Fn::GetAtt": "X.Arn"}, "c": "5"}]),
        ("# nothing\n", []),
    ],
)  # fmt: skip
def test_plain_scalars_become_values(text: str, values: list[Any]) -> None:
    assert parsed(text) == values


@pytest.mark.parametrize("mark", ["|", ">", "|-", "'", '"'])
def test_a_policy_in_a_string_has_its_position(mark: str) -> None:
    policy = '{"Statement": [{"Effect": "Deny",', '  "Action": "*", "Resource": "*"}]}'
    block = f"{mark}\n    {policy[0]}\n    {policy[1]}\n"
    one_line = mark + ("".join(policy).replace('"', r"\"") if mark == '"' else "".join(policy))
    text = "a: 1\npolicy: " + (block if mark[0] in "|>" else one_line + mark + "\n")
    (document,) = read_policies("p.yaml", text).documents
    action = document.statements[0].elements["Action"]
    line, column = document.source.position(action.offset)
    assert text.split("\n")[line - 1][column - 1 :].lstrip("\\").startswith('"*')


POLICY = {
    "Statement": [
        {"Sid": "It's ü", "Effect": "Deny", "Action": "a:1", "Resource": ["a  b", "*"]},
        {"Sid": "Tab\t\\", "Effect": "Deny", "Action": ["a:2", "a:3"], "Resource": "*"},
    ]
}


@given(
    st.sampled_from(["'", '"', "|", ">"]),
    st.sampled_from([None, 0, 1, 4]),
    st.sampled_from(["\n", "\n\n", "\n\n\n"]),
    st.integers(0, 120),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_policy_in_a_string_of_any_layout_has_its_positions(
    style: str, indent: int | None, between: str, width: int, ascii_only: bool, end: str
) -> None:
    policy = json.dumps(POLICY, indent=indent, ensure_ascii=ascii_only).replace("\n", between)
    text = yaml.dump(
        {"a": 1, "policy": policy, "z": 2},
        default_style=style,
        width=width,
        allow_unicode=not ascii_only,
        line_break=end,
    )
    assume(yaml.safe_load(text)["policy"] == policy)  # PyYAML folds some wrongly
    assert places_of_actions(text) == ["a:1", "a:2", "a:3"]


@pytest.mark.parametrize(
    "written",
    [
        "'\n\n  A  \n\n\n  B'",
        '"\n\n  A \\\n\n\n   \\ B"',
        '"A  \\\r\n  \\x20\\U00000020 B"',
        "!Sub |2  # a comment\n    A\n\n\n      B\n",
        ">-\n  A\n\n\n  B\n",
        "!Sub ['A\n\n  B', {C: 1}]",
    ],
)
def test_a_policy_in_a_folded_string_has_its_positions(written: str) -> None:
    halves = '{"Statement": [{"Effect": "Deny", "Action": "a:1",', '"Resource": "*"}]}'
    if written[0] == '"':
        halves = halves[0].replace('"', '\\"'), halves[1].replace('"', '\\"')
    text = "policy: " + written.replace("A", halves[0], 1).replace("B", halves[1], 1)
    assert places_of_actions(text) == ["a:1"]
    assert places_of_actions(text, "Resource") == ["*"]


def places_of_actions(text: str, element: str = "Action") -> list[str]:
    """Return what stands in the text at the place of each value, of its length."""
    (document,) = read_policies("p.yaml", text).documents
    lines, found = text.split("\n"), []
    for statement in document.statements:
        for node in listed(statement.elements[element]):
            line, column = document.source.position(node.offset)
            rest = re.sub(r"\\\r?\n *", "", "\n".join(lines[line - 1 :])[column - 1 :])
            written = rest.lstrip("\\").removeprefix('"')
            found.append(written[: len(str(node.value))])
    return found


def test_many_policies_in_block_scalars_take_no_more_time_each() -> None:
    """A million characters behind each of the marks must not be copied."""
    policy = '    {"Statement": {"Effect": "Deny", "Action": "*"}}\n'
    text = "".join(f"p{n}: |\n{policy}" for n in range(4000)) + f"z: {'z' * 10_000_000}\n"
    started = time.process_time()
    documents = read_policies("p.yaml", text).documents
    assert {each.statements[0].position.column for each in documents} == {19}
    assert time.process_time() - started < 8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1\nb: 2\n", "p.yaml:2:"),
        ("a: 1\n  b: 2\n", "p.yaml:2:4: mapping values are not allowed"),
        ("a: 1\nb: 2\na: 3\n", "p.yaml:3:1: the key 'a' is there twice"),
        ("a: *x\n", "p.yaml:1:4: *x names no complete value above"),
        ("a: &x [*x]\n", "p.yaml:1:8: *x names no complete value above"),
        ("? [1]\n: 2\n", "p.yaml:1:3: a key is a list or a mapping"),
        ("a: \x07\n", "p.yaml:1:4: "),
        ("[" * 100_000, "p.yaml:1:129: nested over 128 deep"),
        ("- " * 100_000 + "a", "p.yaml:1:257: nested over 128 deep"),
    ],
)
def test_an_error_has_its_position(text: str, said: str) -> None:
    assert refusal(text).startswith(said)


def test_exploding_aliases_are_refused_with_their_position() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert refusal("\n".join(lines)).startswith("p.yaml:7:")


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ConfigurationError) as caught:
        read_policies("p.yaml", TEMPLATE)
    assert (caught.value.code, caught.value.hint) == (
        "no-yaml",
        "python -m pip install 'mfa-session[yaml]'",
    )
    assert read_policies("p.json", '{"Statement": []}').documents
