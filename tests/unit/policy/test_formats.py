"""Policies are found in every format that administrators keep, with name and line."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.policy.intrinsics import THIS_ACCOUNT, Asked
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document, read_policies

STATEMENT = {"Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TRUSTING = {"Version": "2012-10-17", "Statement": [TRUST]}
TEXT = json.dumps(POLICY)

Found = tuple[str, str, str | None]


def policies_in(text: Any, label: str = "p.json") -> list[Found]:
    """Read a text and return the name, kind and holder of each of its policies."""
    found = read_policies(label, text if isinstance(text, str) else json.dumps(text))
    assert found.errors == ()
    assert all(document.statements for document in found.documents)
    return [(each.name, each.kind, each.holder) for each in found.documents]


def resource(address: str, kind: str, values: dict[str, Any], mode: str = "managed") -> Any:
    return {"address": address, "mode": mode, "type": kind, "values": values}


ACCOUNT = {
    "UserDetailList": [
        {"UserName": "carol", "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": POLICY}],
         "AttachedManagedPolicies": [{"PolicyArn": "arn:both"}]}
    ],
    "GroupDetailList": [
        {"GroupName": "team", "GroupPolicyList": [{"PolicyName": "t", "PolicyDocument": POLICY}]}
    ],
    "RoleDetailList": [
        {"RoleName": "deploy", "AssumeRolePolicyDocument": TRUSTING,
         "RolePolicyList": [{"PolicyName": "do", "PolicyDocument": POLICY}],
         "AttachedManagedPolicies": [{"PolicyArn": "arn:roles"}, {"PolicyArn": "arn:both"}]}
    ],
    "Policies": [
        {"PolicyName": "both", "Arn": "arn:both", "DefaultVersionId": "v2", "PolicyVersionList": [
            {"VersionId": "v2", "IsDefaultVersion": True, "Document": POLICY},
            {"VersionId": "v1", "IsDefaultVersion": False, "Document": TRUSTING}]},
        {"PolicyName": "roles", "Arn": "arn:roles",
         "PolicyVersionList": [{"VersionId": "v1", "Document": POLICY}]},
        {"PolicyName": "edge", "Arn": "arn:edge", "AttachmentCount": 0,
         "PermissionsBoundaryUsageCount": 2,
         "PolicyVersionList": [{"VersionId": "v1", "Document": POLICY}]},
    ],
}  # fmt: skip
STACK = {
    "Resources": {
        "Deploy": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": TRUSTING,
            "Policies": [{"PolicyName": "do", "PolicyDocument": POLICY}]}},
        "Work": {"Type": "AWS::Serverless::Function",
                 "Properties": {"Policies": ["AmazonS3ReadOnlyAccess", POLICY]}},
        "Books": {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {
            "Statement": {**STATEMENT, "Principal": "*"}}}},
        "Fence": {"Type": "AWS::Organizations::Policy",
                  "Properties": {"Type": "SERVICE_CONTROL_POLICY", "Content": POLICY}},
        "Set": {"Type": "AWS::SSO::PermissionSet", "Properties": {"InlinePolicy": POLICY}},
        "Acl": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Rules": [
            {"Statement": {"ManagedRuleGroupStatement": {"Name": "x"}}}]}},
    }
}  # fmt: skip
PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                resource("aws_iam_policy.y", "aws_iam_policy", {"policy": TEXT}),
                resource(
                    "aws_iam_role.r",
                    "aws_iam_role",
                    {
                        "assume_role_policy": json.dumps(TRUSTING),
                        "inline_policy": [{"name": "i", "policy": TEXT}],
                    },
                ),
                resource("aws_organizations_policy.o", "aws_organizations_policy",
                         {"content": TEXT}),
                resource("set.s", "aws_ssoadmin_permission_set_inline_policy",
                         {"inline_policy": TEXT}),
            ],
            "child_modules": [
                {
                    "resources": [
                        resource(
                            'module.m.aws_iam_user_policy.u["a"]',
                            "aws_iam_user_policy",
                            {"policy": TEXT},
                        )
                    ]
                }
            ],
        }
    },
    "resource_changes": [{"change": {"before": {"policy": TEXT}, "after": {"policy": TEXT}}}],
    "prior_state": {
        "values": {
            "root_module": {
                "resources": [
                    resource(
                        "data.aws_iam_policy_document.d",
                        "aws_iam_policy_document",
                        {
                            "json": TEXT,
                            "minified_json": TEXT,
                            "statement": [{"effect": "Allow", "actions": ["*"]}],
                        },
                        mode="data",
                    ),
                    resource(
                        "data.aws_iam_policy_document.unused",
                        "aws_iam_policy_document",
                        {"json": json.dumps(POLICY, indent=2)},
                        mode="data",
                    ),
                ]
            }
        }
    },
}  # fmt: skip
STATE_FILE = {
    "terraform_version": "1.9.0",
    "lineage": "x",
    "resources": [
        {
            "module": "module.m",
            "mode": "managed",
            "type": "aws_iam_role_policy",
            "name": "p",
            "instances": [{"attributes": {"policy": TEXT}}],
        },
        {
            "mode": "managed",
            "type": "aws_iam_policy",
            "name": "p",
            "instances": [{"index_key": key, "attributes": {"policy": TEXT}} for key in ('a"', 0)],
        },
        {
            "mode": "data",
            "type": "aws_iam_policy_document",
            "name": "d",
            "instances": [{"attributes": {"json": json.dumps(POLICY, indent=2)}}],
        },
    ],
}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (POLICY, [("", "identity", None)]),
        (STATEMENT, [("", "identity", None)]),
        ([STATEMENT, STATEMENT], [("", "identity", None)]),
        ([POLICY, TRUSTING], [("/0", "identity", None), ("/1", "trust", None)]),
        (TEXT + "\n" + TEXT, [("/0", "identity", None), ("/1", "identity", None)]),
        ({"PolicyVersion": {"VersionId": "v1", "Document": POLICY}}, [("", "identity", None)]),
        (
            {"RoleName": "r", "PolicyName": "p", "PolicyDocument": POLICY},
            [("role/r policy/p", "identity", "role")],
        ),
        (
            {"UserName": "u", "PolicyName": "p", "PolicyDocument": POLICY},
            [("user/u policy/p", "identity", "user")],
        ),
        (
            {"Role": {"RoleName": "r", "AssumeRolePolicyDocument": TRUSTING}},
            [("role/r trust", "trust", "role")],
        ),
        (
            {"Roles": [{"RoleName": x, "AssumeRolePolicyDocument": TRUSTING} for x in "ab"]},
            [("role/a trust", "trust", "role"), ("role/b trust", "trust", "role")],
        ),
        ({"Policy": json.dumps({"Statement": {**STATEMENT, "Principal": "*"}})},
         [("", "resource", None)]),
        ({"Attributes": {"Policy": TEXT}}, [("", "identity", None)]),
        ({"ARN": "arn", "Name": "s", "ResourcePolicy": TEXT}, [("", "identity", None)]),
        (
            {"Policy": {"PolicySummary": {"Name": "f", "Type": "SERVICE_CONTROL_POLICY"},
                        "Content": TEXT}},
            [("policy/f", "scp", None)],
        ),
        (quote(TEXT), [("", "identity", None)]),
        ({"policyDocument": quote(TEXT)}, [("", "identity", None)]),
        ({"InlinePolicy": TEXT}, [("", "identity", "role")]),
        ({"a": {"b/c": [1, {"d": POLICY}]}, "e": [TEXT]},
         [("/a/b~1c/1/d", "identity", None), ("/e/0", "identity", None)]),
        (
            ACCOUNT,
            [
                ("user/carol policy/own", "identity", "user"),
                ("group/team policy/t", "identity", "group"),
                ("policy/both", "identity", "role and others"),
                ("policy/roles", "identity", "role"),
                ("policy/edge", "boundary", None),
                ("role/deploy trust", "trust", "role"),
                ("role/deploy policy/do", "identity", "role"),
            ],
        ),
        (
            STACK,
            [
                ("Deploy trust", "trust", "role"),
                ("Deploy policy/do", "identity", "role"),
                ("Work", "identity", "role"),
                ("Books", "resource", None),
                ("Fence", "scp", None),
                ("Set", "identity", "role"),
            ],
        ),
        (
            PLAN,
            [
                ("aws_iam_policy.y", "identity", None),
                ("aws_iam_role.r trust", "trust", "role"),
                ("aws_iam_role.r inline_policy.0.policy", "identity", "role"),
                ("aws_organizations_policy.o", "scp", None),
                ("set.s inline_policy", "identity", "role"),
                ('module.m.aws_iam_user_policy.u["a"]', "identity", "user"),
                ("data.aws_iam_policy_document.unused", "identity", None),
            ],
        ),
        (
            STATE_FILE,
            [
                ("module.m.aws_iam_role_policy.p", "identity", "role"),
                ('aws_iam_policy.p["a\\""]', "identity", None),
                ("aws_iam_policy.p[0]", "identity", None),
                ("data.aws_iam_policy_document.d", "identity", None),
            ],
        ),
    ],
    ids=[
        "bare", "statement", "statements", "array", "lines", "get-policy-version",
        "get-role-policy", "get-user-policy", "get-role", "list-roles", "get-bucket-policy",
        "get-queue-attributes", "get-resource-policy", "describe-policy", "url-encoded",
        "url-encoded-text", "permission-set", "anywhere", "account", "stack", "plan", "state-file",
    ],
)  # fmt: skip
def test_policies_are_found_with_name_kind_and_holder(shape: Any, expected: list[Found]) -> None:
    assert sorted(policies_in(shape)) == sorted(expected)


@pytest.mark.parametrize(
    ("actions", "rules"),
    [({"Action": "s3:*"}, []), ({"NotAction": "s3:GetObject"}, ["misplaced-element"])],
)
def test_a_resource_control_policy_lists_its_actions(actions: Any, rules: list[str]) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        **actions,
        "Resource": "*",
        "Condition": {
            "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"},
            "StringEquals": {"aws:PrincipalType": "User"},
        },
    }
    properties = {"Type": "RESOURCE_CONTROL_POLICY", "Content": {"Statement": statement}}
    stack = {"Resources": {"Rcp": {"Type": "AWS::Organizations::Policy", "Properties": properties}}}
    (document,) = read_policies("stack.json", json.dumps(stack)).documents
    assert document.kind == "rcp"
    assert [each.rule for each in lint(document)] == rules


def test_a_service_control_policy_by_name_takes_no_principal() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "iam:Delete*", "Resource": "*"}
    (document,) = read_policies("mfa-scp.json", json.dumps({"Statement": denial})).documents
    assert document.kind == "scp"
    assert [each.rule for each in lint(document)] == ["misplaced-element"]
    bucket = {**denial, "Action": "s3:*", "Resource": "arn:aws:s3:::scp-texts/*"}
    (document,) = read_policies("scp-bucket.json", json.dumps({"Statement": bucket})).documents
    assert document.kind == "resource"


def test_a_policy_may_say_that_it_is_an_rcp() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    text = json.dumps({"Statement": denial})
    assert [each.kind for each in read_policies("rcp-mfa.json", text).documents] == ["rcp"]
    assert [each.kind for each in read_policies("s3-mfa.json", text).documents] == ["resource"]
    several = text.replace('"s3:*"', '["s3:*", "kms:*"]')
    assert [each.kind for each in read_policies("p.json", several).documents] == ["rcp"]
    taking = text.replace("s3:*", "sts:AssumeRole")
    assert [each.kind for each in read_policies("p.json", taking).documents] == ["rcp"]
    letting = several.replace("Deny", "Allow")
    assert [each.kind for each in read_policies("p.json", letting).documents] == ["resource"]
    of_one = text.replace('"Resource": "*"', '"Resource": "arn:aws:s3:::books/*"')
    assert [each.kind for each in read_policies("rcp.json", of_one).documents] == ["resource"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("scp.json", "scp"),
        ("DenyRootSCP.json", "scp"),
        ("service-control-policy.json", "scp"),
        ("permissions-boundary.json", "boundary"),
        ("DeveloperBoundary.json", "boundary"),
        ("boundary-managers.json", "identity"),
        ("AWSControlTowerServiceRolePolicy.json", "identity"),
        ("escape.json", "identity"),
    ],
)
def test_a_file_name_may_say_boundary_or_scp(label: str, kind: str) -> None:
    assert policies_in(POLICY, label) == [("", kind, None)]
    assert read_policies(label, TEXT, kind="resource").documents[0].kind == "resource"


def test_a_policy_in_a_string_has_the_strings_position() -> None:
    inner = json.dumps({"Statement": [{"Sid": "é\t😀", **STATEMENT}]}, indent=1)
    text = '{\n "a": 1,\n "Policy": ' + json.dumps(inner) + "\n}"
    (document,) = read_policies("p.json", text).documents
    line, column = document.statements[0].position
    assert (line, text.split("\n")[line - 1][column - 1]) == (3, "{")
    action = document.statements[0].elements["Action"]
    line, column = document.source.position(action.offset)
    assert text.split("\n")[line - 1][column - 1 :].startswith(r"\"ec2:StopInstances")


def test_an_encoded_policy_has_its_texts_position() -> None:
    text = '{"doc":\n "' + quote(json.dumps({"Statement": [{"Sid": "é", **STATEMENT}]})) + '"}'
    (document,) = read_policies("p.json", text).documents
    line, column = document.source.position(document.statements[0].elements["Action"].offset)
    assert line == 2
    assert text.split("\n")[1][column - 1 :].startswith("%22ec2%3AStopInstances")


def test_one_bad_policy_hides_no_other() -> None:
    bad = {"Statement": [{"Effect": "Maybe", "Action": "*"}]}
    found = read_policies("p.json", json.dumps([bad, POLICY, {"Policy": '{"Statement": ['}]))
    assert [each.name for each in found.documents] == ["/1"]
    assert sorted(error.code for error in found.errors) == ["bad-policy-json", "not-a-policy"]


def test_a_bad_statement_hides_no_other() -> None:
    policy = {"Statement": [STATEMENT, {"Action": "*"}, {**STATEMENT, "Resource": {}}]}
    found = read_policies("p.json", json.dumps({"Statement": [*policy["Statement"], STATEMENT]}))
    assert [each.index for each in found.documents[0].statements] == [0, 3]
    assert [error.code for error in found.errors] == ["not-a-policy", "not-a-policy"]
    with pytest.raises(ConfigurationError):  # what decides of a request needs all of them
        read_document("p.json", json.dumps(policy))


def test_a_statement_with_an_element_and_its_opposite_is_judged_by_the_first() -> None:
    policy = {"Statement": [{**STATEMENT, "NotAction": "s3:*"}]}
    found = read_policies("p.json", json.dumps(policy))
    assert [error.code for error in found.errors] == ["not-a-policy"]
    (statement,) = found.documents[0].statements
    assert (statement.actions, statement.not_actions) == ((STATEMENT["Action"],), None)
    with pytest.raises(ConfigurationError):
        read_document("p.json", json.dumps(policy))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"Ref": "Bucket"}, "${Bucket}"),
        ({"Fn::Sub": "arn:aws:s3:::${Bucket}/${!aws:username}"},
         "arn:aws:s3:::${Bucket}/${aws:username}"),
        ({"Fn::Sub": ["${ A }/${B}", {"A": "b", "B": {"Ref": "C"}}]}, "b/${C}"),
        ({"Fn::Sub": ["${A}/${!A}", {"A": {"Fn::GetAtt": "B.Arn"}}]}, "${B.Arn}/${A}"),
        ({"Fn::GetAtt": ["Books", "Arn"]}, "${Books.Arn}"),
        ({"Fn::GetAtt": "Books.Arn"}, "${Books.Arn}"),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::b"]]},
         "arn:aws:s3:::b"),
        ({"Fn::Join": ["", {"Fn::Split": [",", "x"]}]}, "${Fn::Join}"),
        ({"Fn::ImportValue": "x"}, "${Fn::ImportValue}"),
    ],
)  # fmt: skip
def test_functions_of_templates_become_unknown_values(written: Any, read: str) -> None:
    stack = {"Statement": [{**STATEMENT, "Resource": written}]}
    (document,) = read_policies("p.json", json.dumps(stack), asked=Asked()).documents
    assert document.statements[0].resources == (read,)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ({"Fn::GetAtt": ["Admin", "Arn"]}, "role/${Admin}"),
        ({"Fn::GetAtt": "Admin.Arn"}, "role/${Admin}"),
        ({"Fn::Sub": "${Admin.Arn}"}, "role/${Admin}"),
        ({"Fn::GetAtt": ["Carol", "Arn"]}, "user/${Carol}"),
    ],
)
def test_the_arn_of_a_templates_own_role_or_user_is_known(written: Any, what: str) -> None:
    trust = {"Statement": {**TRUST, "Principal": {"AWS": [written, {"Fn::GetAtt": "Books.Arn"}]}}}
    stack = {
        "Resources": {
            "Deploy": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": trust},
            },
            "Admin": {"Type": "AWS::IAM::Role", "Properties": {}},
            "Carol": {"Type": "AWS::IAM::User"},
            "Books": {"Type": "AWS::S3::Bucket"},
        }
    }
    (statement,) = read_document("p.json", json.dumps(stack)).statements
    arn = f"arn:aws:iam::{THIS_ACCOUNT}:{what}"
    bucket = "arn:aws:s3:::${Books.BucketName}"
    assert statement.principals == {"AWS": (arn, bucket)}


@pytest.mark.parametrize(
    ("properties", "holders_of_it", "holder"),
    [
        ({}, [], None),
        ({"Roles": ["r"]}, [], "role"),
        ({"Roles": ["r"], "Users": []}, [], "role"),
        ({"Groups": ["g"], "Users": ["u"]}, ["Group"], None),
        ({"Groups": ["g"], "Roles": {"Ref": "Names"}}, [], "role and others"),
        ({"Roles": ["r"]}, ["User"], "role and others"),
        ({"Groups": ["g"]}, ["Role"], "role and others"),
        ({}, ["Role", "Role"], "role"),
        ({}, ["Role", "Group"], "role and others"),
    ],
)
def test_a_template_says_who_has_its_policies(
    properties: dict[str, Any], holders_of_it: list[str], holder: str | None
) -> None:
    resources = {
        f"Holder{number}": {
            "Type": f"AWS::IAM::{kind}",
            "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/X", {"Ref": "It"}]},
        }
        for number, kind in enumerate(holders_of_it)
    }
    held = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {**properties, "PolicyDocument": POLICY},
    }
    assert policies_in({"Resources": {**resources, "It": held}}) == [("It", "identity", holder)]


@pytest.mark.parametrize(
    ("holders", "told"),
    [
        ([], ("identity", None)),
        ([("aws_iam_role_policy_attachment", {"role": "r", "policy_arn": "arn:p"})],
         ("identity", "role")),
        ([("aws_iam_policy_attachment", {"roles": ["r"], "users": [], "policy_arn": "arn:p"})],
         ("identity", "role")),
        ([("aws_iam_policy_attachment", {"roles": ["r"], "users": ["u"], "policy_arn": "arn:p"})],
         ("identity", "role and others")),
        ([("aws_iam_role", {"name": "r", "managed_policy_arns": ["arn:q", "arn:p"]})],
         ("identity", "role")),
        ([("aws_iam_role_policy_attachments_exclusive",
           {"role_name": "r", "policy_arns": ["arn:p"]})], ("identity", "role")),
        ([("aws_iam_group_policy_attachment", {"group": "g", "policy_arn": "arn:p"})],
         ("identity", None)),
        ([("aws_iam_user", {"name": "u", "permissions_boundary": "arn:p"})], ("boundary", None)),
        ([("aws_iam_role", {"name": "r", "permissions_boundary": "arn:p"})], ("boundary", "role")),
        ([("aws_iam_role", {"name": "r", "permissions_boundary": "arn:p"}),
          ("aws_iam_user_policy_attachment", {"user": "u", "policy_arn": "arn:p"})],
         ("identity", None)),
    ],
)  # fmt: skip
def test_terraform_says_who_has_its_policies(holders: Any, told: Any) -> None:
    held = resource("aws_iam_policy.p", "aws_iam_policy", {"arn": "arn:p", "policy": TEXT})
    others = [resource(f"{kind}.{n}", kind, values) for n, (kind, values) in enumerate(holders)]
    state = {"format_version": "1.0", "values": {"root_module": {"resources": [held, *others]}}}
    assert policies_in(state) == [("aws_iam_policy.p", *told)]


@pytest.mark.parametrize(("name", "of", "rules"), [
    ("Admin", "AWS::IAM::Role", ["role-session-has-no-mfa"]),
    ("Admin", "AWS::IAM::User", []),
    ("AdminRole", "AWS::IAM::User", []),
])  # fmt: skip
def test_a_templates_own_role_never_has_mfa(name: str, of: str, rules: list[str]) -> None:
    when = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    trust = {**TRUST, "Principal": {"AWS": {"Fn::GetAtt": [name, "Arn"]}}, "Condition": when}
    deploy = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
    resources = {
        name: {"Type": of, "Properties": {}},
        "Deploy": {"Type": "AWS::IAM::Role", "Properties": deploy},
    }
    document = read_document("p.json", json.dumps({"Resources": resources}))
    assert [each.rule for each in lint(document)] == rules


def test_both_branches_of_an_if_are_kept_and_no_value_is_dropped() -> None:
    no_value = {"Ref": "AWS::NoValue"}
    other = {"Effect": "Allow", "Action": {"Fn::If": ["C", "a:b", "c:d"]}, "Resource": "*",
             "Condition": {"Fn::If": ["C", {"Bool": {"k": "true"}}, no_value]}}  # fmt: skip
    policy = {"Statement": [STATEMENT, {"Fn::If": ["C", other, no_value]}, no_value]}
    (document,) = read_policies("p.json", json.dumps(policy)).documents
    first, second = document.statements
    assert (first.effect, second.actions) == ("Deny", ("a:b", "c:d"))
    assert [condition.key for condition in second.conditions] == ["k"]


def test_a_text_without_a_policy_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_policies("p.json", json.dumps({"Rules": [{"Statement": {"Name": "x"}}]}))
    assert caught.value.code == "not-a-policy"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            {"Version": "2012-10-17", "Statements": [STATEMENT]},
            "1:27: a policy has no Statements",
        ),
        (
            {"Statement": {**STATEMENT, "Condition": [{"Bool": {"aws:x": "true"}}]}},
            "1:95: Condition is a list, not an object",
        ),
    ],
)
def test_what_a_malformed_policy_means_is_judged_all_the_same(
    policy: dict[str, object], said: str
) -> None:
    found = read_policies("p.json", json.dumps(policy))
    assert [error.message for error in found.errors] == [f"p.json:{said}"]
    assert [each.statements[0].allows for each in found.documents] == [False]


def test_a_variable_that_cloudformation_refers_to_is_told_of_a_policy_in_a_text() -> None:
    written = json.dumps({"Statement": {**STATEMENT, "Resource": "x/${aws:username}"}})
    stack = {"Resources": {"Set": {"Type": "AWS::SSO::PermissionSet", "Properties": {}}}}
    stack["Resources"]["Set"]["Properties"] = {"InlinePolicy": {"Fn::Sub": written}}
    found = read_policies("p.json", json.dumps(stack))
    assert [each.message.partition(": ")[2] for each in found.errors] == [
        "Fn::Sub takes ${aws:username} for a reference in the template"
    ]
    assert found.errors[0].hint == "write ${!aws:username}"
    assert [each.statements[0].resources for each in found.documents] == [("x/${aws:username}",)]
    of_terraform = read_policies("p.json", json.dumps(stack).replace("${aws", "$${aws"))
    assert [each.hint for each in of_terraform.errors] == ["write ${!aws:username}"]
    escaped = json.dumps(stack).replace("${aws", "${!aws")
    assert read_policies("p.json", escaped).errors == ()


def test_a_pseudo_parameter_outside_of_sub_is_told() -> None:
    root, user = "arn:aws:iam::${AWS::AccountId}:root", "arn:aws:iam::${AWS::AccountId}:user/*"

    def told_of(principal: Any, resource: Any, *, around: bool = True) -> list[str]:
        policy = {"Statement": {**STATEMENT, "Principal": {"AWS": principal}, "Resource": resource}}
        topic = {"Type": "AWS::SNS::TopicPolicy", "Properties": {"PolicyDocument": policy}}
        text = json.dumps({"Resources": {"Topic": topic}} if around else policy)
        (found,) = read_policies("p.json", text).documents
        rules = [(each.rule, each.message) for each in lint(found)]
        return [message for rule, message in rules if rule == "malformed-policy"]

    literal = "${AWS::AccountId} stays as it is: only Fn::Sub fills it in"
    assert told_of(root, "*") == [literal]
    assert told_of("123456789012", [user]) == [literal]
    assert told_of([root], user) == [f"{literal} (and 1 more)"]
    assert told_of({"Fn::Sub": root}, {"Fn::Sub": [user, {}]}) == []
    assert told_of({"Fn::Join": ["", [{"Fn::Sub": root}]]}, {"Ref": "Topic"}) == []
    assert told_of(root, user, around=False) == []


@pytest.mark.parametrize("is_plan", [True, False])
def test_an_escape_of_terraform_is_final_in_a_plan(is_plan: bool) -> None:
    own = "arn:aws:iam::123456789012:user/$${aws:username}"
    text = json.dumps({"Statement": {**STATEMENT, "Action": "iam:GetUser", "Resource": own}})
    resource = {"address": "aws_iam_policy.x", "mode": "managed", "type": "aws_iam_policy",
                "name": "x", "values": {"policy": text}}  # fmt: skip
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [resource]}}}
    (found,) = read_policies("p.json", json.dumps(plan) if is_plan else text).documents
    told = [each for each in lint(found) if each.rule == "unknown-condition-key"]
    assert [(each.severity, each.who) for each in told] == [
        ("warning", "the value matches nothing")
        if is_plan
        else ("note", "unless it does, the value matches nothing")
    ]
