"""Policies are read in every form that IAM accepts; all others are refused with their position."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.lint import lint
from mfa_session.policy.policy_text import Position
from mfa_session.policy.reading import read_document, read_policies

if TYPE_CHECKING:
    from mfa_session.policy.document import Document
    from mfa_session.policy.statement import Condition

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Stop", "Effect": "Deny", "Action": "ec2:StopInstances", "Resource": ["*"],
     "Condition": {
       "BoolIfExists": {"aws:MultiFactorAuthPresent": false},
       "ForAnyValue:StringLike": {"aws:TagKeys": ["a*", "b*"]}}},
    {"Effect": "Allow", "NotAction": ["iam:*"], "NotResource": "*"}
  ]
}"""


def read(policy: Any) -> Document:
    return read_document("p.json", policy if isinstance(policy, str) else json.dumps(policy))


def refusal(policy: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(policy)
    assert (caught.value.code, bool(caught.value.hint)) == ("not-a-policy", True)
    return caught.value.message


def statement(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **elements}


def conditions(block: dict[str, Any]) -> tuple[Condition, ...]:
    return read({"Statement": statement(Condition=block)}).statements[0].conditions


def test_every_element_of_a_policy_is_read() -> None:
    document = read(POLICY)
    stop, rest = document.statements
    assert (document.version, document.kind, document.source.label) == (
        "2012-10-17",
        "identity",
        "p.json",
    )
    assert (stop.label, stop.effect, stop.actions, stop.not_actions, stop.resources) == (
        "Stop",
        "Deny",
        ("ec2:StopInstances",),
        None,
        ("*",),
    )
    assert (rest.label, rest.allows, rest.actions, rest.not_actions, rest.not_resources) == (
        "Statement[1]",
        True,
        None,
        ("iam:*",),
        ("*",),
    )
    assert (stop.position, rest.position) == (Position(4, 5), Position(8, 5))
    parts = [(c.operator, c.qualifier, c.if_exists, c.values, c.position) for c in stop.conditions]
    assert parts == [
        ("Bool", None, True, ("false",), Position(6, 25)),
        ("StringLike", "ForAnyValue", False, ("a*", "b*"), Position(7, 35)),
    ]  # fmt: skip


def test_a_byte_order_mark_is_ignored() -> None:
    text = '{"Statement": {"Effect": "Allow", "Action": "*"}}'
    document = read_document("p.json", b"\xef\xbb\xbf" + text.encode())
    assert document.statements[0].position == read_document("p.json", text).statements[0].position


def test_statements_without_a_policy_get_the_current_version() -> None:
    bare = {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    assert lint(read_document("p.json", json.dumps(bare))) == ()
    (finding,) = lint(read_document("p.json", json.dumps({"Statement": bare})))
    assert finding.rule == "old-version"


def test_a_single_statement_and_names_in_any_case_are_read() -> None:
    document = read({"statement": {"effect": "deny", "action": "a:b", "resource": "*"}})
    assert [(s.effect, s.actions, s.resources) for s in document.statements] == [
        ("Deny", ("a:b",), ("*",))
    ]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Bool", ("Bool", None, False, True)),
        ("boolifexists", ("Bool", None, True, True)),
        ("ForAllValues:StringEqualsIfExists", ("StringEquals", "ForAllValues", True, True)),
        ("foranyvalue:NUMERICLESSTHAN", ("NumericLessThan", "ForAnyValue", False, True)),
        ("Null", ("Null", None, False, True)),
        ("NullIfExists", ("NullIfExists", None, False, False)),
        ("Boolean", ("Boolean", None, False, False)),
        ("ForEachValue:Bool", ("ForEachValue:Bool", None, False, False)),
    ],
)
def test_operators_are_split_into_their_parts(written: str, parts: tuple[object, ...]) -> None:
    (read,) = conditions({written: {"aws:x": "1"}})
    assert (read.operator, read.qualifier, read.if_exists, read.known) == parts
    assert read.written == written


@pytest.mark.parametrize(
    ("value", "values"),
    [
        (True, ("true",)),
        ("True", ("True",)),
        (3600, ("3600",)),
        (["a", False, 1.5], ("a", "false", "1.5")),
        ([], ()),
    ],
)
def test_values_become_texts(value: Any, values: tuple[str, ...]) -> None:
    assert conditions({"Bool": {"aws:x": value}})[0].values == values


@pytest.mark.parametrize(
    ("principal", "principals"),
    [
        ("*", {"*": ("*",)}),
        ({"AWS": "*"}, {"AWS": ("*",)}),
        (
            {"AWS": ["1", "2"], "Service": "ec2.amazonaws.com"},
            {"AWS": ("1", "2"), "Service": ("ec2.amazonaws.com",)},
        ),
    ],
)
def test_principals_are_read_by_kind(principal: Any, principals: Any) -> None:
    (read_statement,) = read({"Statement": statement(Principal=principal)}).statements
    assert read_statement.principals == principals


@pytest.mark.parametrize(
    ("elements", "kind"),
    [
        ({"Action": "sts:AssumeRole", "Principal": "*"}, "trust"),
        ({"Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"], "Principal": "*"}, "trust"),
        ({"Action": "sts:AssumeRole", "Principal": "*", "Resource": "*"}, "resource"),
        ({"Action": "s3:*", "Resource": "*", "Principal": "*"}, "resource"),
        ({"Action": "s3:*", "Resource": "*", "NotPrincipal": {"AWS": "1"}}, "resource"),
        ({"Action": "sts:AssumeRole", "Resource": "*"}, "identity"),
    ],
)
def test_statements_decide_the_kind_of_a_policy(elements: dict[str, Any], kind: str) -> None:
    assert read({"Statement": {"Effect": "Allow", **elements}}).kind == kind


@pytest.mark.parametrize(
    "wrap",
    [
        lambda policy: {"PolicyVersion": {"VersionId": "v1", "Document": policy}},
        lambda policy: {"UserName": "carol", "PolicyDocument": policy},
        lambda policy: {"Role": {"RoleName": "r", "AssumeRolePolicyDocument": policy}},
        lambda policy: {"Policy": json.dumps(policy)},
    ],
)
def test_a_policy_is_found_in_the_output_of_aws(wrap: Any) -> None:
    document = read(wrap({"Version": "2012-10-17", "Statement": [statement(Sid="X")]}))
    assert [each.sid for each in document.statements] == ["X"]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ([], "1:1: no policy in this list"),
        ("null", "1:1: the policy is null, not an object"),
        ({}, "1:1: not a policy: it has no Statement"),
        ({"UserDetailList": [], "Policies": []}, "1:1: no policy in this account dump"),
        ({"RoleDetailList": [{"RoleName": "x"}]}, "1:1: no policy in this account dump"),
        ({"Effect": "Allow"}, "1:1: not a policy: it has no Statement"),
        ({"Statement": "x"}, "1:15: a statement is a text, not an object"),
        ({"Statement": ["x"]}, "1:16: a statement is a text, not an object"),
        ({"Statement": {}}, "1:15: a statement has no Effect"),
        ({"Statement": {"Effect": "No"}}, "1:26: Effect is neither Allow nor Deny"),
        ({"Statement": {"Effect": 1}}, "1:26: Effect is a number, not a text"),
        ({"Version": 2012, "Statement": []}, "1:13: Version is a number, not a text"),
        ({"Statement": {"Effect": "Deny", "Action": {}}}, "1:44: Action is an object, not a text"),
        ({"Statement": {"Effect": "Deny", "Action": [1]}}, "1:45: Action is a number, not a text"),
        (
            {"Statement": {"Effect": "Deny", "Action": "a", "NotAction": "b"}},
            "1:49: one statement has both Action and NotAction",
        ),
        (
            {"Statement": {"Effect": "Deny", "effect": "Deny"}},
            "1:34: Effect is there twice",
        ),
        (
            {"Statement": {"Effect": "Deny", "Principal": "me"}},
            "1:47: Principal is a text other than *",
        ),
        (
            {"Statement": {"Effect": "Deny", "Condition": []}},
            "1:47: Condition is a list, not an object",
        ),
        (
            {"Statement": {"Effect": "Deny", "Condition": {"Bool": "true"}}},
            "1:56: Bool is a text, not an object",
        ),
        (
            {"Statement": {"Effect": "Deny", "Condition": {"Bool": {"k": None}}}},
            "1:62: a value of k is null, not a text, number, true or false",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_a_malformed_policy_is_refused_with_its_position(policy: Any, said: str) -> None:
    assert refusal(policy) == f"p.json:{said}"


@pytest.mark.parametrize("named", ["*", "s3:*", ["s3:*", "*"]])
def test_of_two_elements_that_exclude_each_other_the_narrower_is_read(named: Any) -> None:
    policy = {"Statement": [statement(), statement(Action=named, NotAction="iam:*")]}
    read_all = read_policies("p.json", json.dumps(policy).encode())
    ((document,), (error,)) = (read_all.documents, read_all.errors)
    assert "both Action and NotAction" in str(error)
    wide = named != "s3:*"
    found = document.statements[1]
    left = (None, ("iam:*",)) if wide else (("s3:*",), None)
    assert (found.actions, found.not_actions) == left


@pytest.mark.parametrize("outer", ["0", "StringEquals"])
def test_conditions_one_level_too_deep_are_told_and_judged(outer: str) -> None:
    nested = statement(Condition={outer: {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})
    read_all = read_policies("p.json", json.dumps({"Statement": nested}).encode())
    ((document,), (error,)) = (read_all.documents, read_all.errors)
    assert f"{outer} holds an operator, not a condition key" in str(error)
    (condition,) = document.statements[0].conditions
    assert (condition.operator, condition.key) == ("Bool", "aws:MultiFactorAuthPresent")


ANY_ROOT = {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
TOOLS = {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/AWSControlTowerExecution"]}}
OWN_TOOLS = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/stacksets-exec-*"}}


@pytest.mark.parametrize(
    ("statements", "kind"),
    [
        ([statement(Effect="Deny", Condition=ANY_ROOT)], "scp"),
        ([statement(Effect="Deny", Condition=ANY_ROOT), statement()], "scp"),
        ([statement(Effect="Deny", Condition=ANY_ROOT), statement(Action="s3:*")], "identity"),
        ([statement(Condition=ANY_ROOT)], "identity"),
        ([statement(Sid="BoundaryAllowedServices", Action=["s3:*", "ec2:*"])], "boundary"),
        ([statement(Sid="BoundaryOfUsers", Action="iam:PutUserPermissionsBoundary")], "identity"),
        ([statement(Sid="BoundaryStays", Effect="Deny", Action="iam:*")], "identity"),
        ([statement(Sid=f"BoundaryNo{each}", Effect="Deny") for each in "ab"], "boundary"),
        ([statement(Sid=each, Effect="Deny") for each in ("BoundaryStays", "Ec2")], "identity"),
        (
            [statement(Sid=f"Boundary{each}", Effect="Deny", Action="iam:*") for each in "ab"],
            "identity",
        ),
        ([statement(Effect="Deny", Condition=TOOLS)], "scp"),
        ([statement(Effect="Deny", Condition=OWN_TOOLS)], "identity"),
        ([statement(Effect="Deny", Condition=TOOLS), statement(Action="s3:*")], "identity"),
    ],
)
def test_denies_of_an_organisation_or_sids_tell_the_kind(
    statements: list[dict[str, Any]], kind: str
) -> None:
    assert read({"Statement": statements}).kind == kind


@pytest.mark.parametrize(
    ("policy_id", "kind"),
    [("permissions-boundary-for-people", "boundary"), ("scp-mfa", "scp"), ("books", "identity")],
)
def test_an_id_tells_the_kind(policy_id: str, kind: str) -> None:
    assert read({"Id": policy_id, "Statement": statement()}).kind == kind
