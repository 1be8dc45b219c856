"""Lint knows what a template's references to its own resources give: ARNs and names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy.fixes import plain
from mfa_session.policy.intrinsics import THIS_ACCOUNT, Asked
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_policies
from policy.kinds import STATED

if TYPE_CHECKING:
    from mfa_session.policy.document import Document

WITH = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WITHOUT = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
TYPES = {
    "Admin": "AWS::IAM::Role",
    "Carol": "AWS::IAM::User",
    "Ops": "AWS::IAM::Group",
    "Books": "AWS::S3::Bucket",
    "Jobs": "AWS::SQS::Queue",
    "Alarms": "AWS::SNS::Topic",
}
WRONG, DEAD = "device-action-on-wrong-resource", "arn-matches-nothing"
OWN = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
OBJECTS, BUCKET = "s3:PutObjectAcl", "s3:DeleteBucket"


def found_in(kind: str, statement: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rules and messages of a policy in a template with resources of TYPES."""
    key = "AssumeRolePolicyDocument" if kind == "AWS::IAM::Role" else "PolicyDocument"
    policy = {"Version": "2012-10-17", "Statement": statement}
    resources = {name: {"Type": each} for name, each in TYPES.items()}
    mine = {"Mine": {"Type": kind, "Properties": {key: policy}}}
    (document,) = read_policies(
        "p.json", json.dumps({"Resources": {**resources, **mine}})
    ).documents
    return [(each.rule, each.message) for each in lint(document)]


def of_bucket(action: str, resource: Any) -> list[str]:
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
    found = found_in("AWS::S3::BucketPolicy", {**statement, "Condition": WITHOUT})
    return [rule for rule, _ in found]


@pytest.mark.parametrize(
    ("resource", "rules"),
    [({"Ref": "Jobs"}, ["malformed-policy"]), ({"Fn::GetAtt": ["Jobs", "Arn"]}, []), ("*", [])],
)
def test_a_queue_s_reference_is_its_url(resource: Any, rules: list[str]) -> None:
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:PurgeQueue", "Resource": resource}
    found = found_in("AWS::SQS::QueuePolicy", {**denied, "Condition": WITHOUT})
    assert [rule for rule, _ in found] == rules


def of_user(resource: Any, action: str = "sts:AssumeRole") -> list[str]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": WITH}
    return [message for _, message in found_in("AWS::IAM::ManagedPolicy", statement)]


def of_trust(principal: Any) -> list[str]:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return [message for _, message in found_in("AWS::IAM::Role", {**statement, "Condition": WITH})]


@pytest.mark.parametrize(
    ("action", "resource", "rules"),
    [
        (OBJECTS, {"Fn::GetAtt": ["Books", "Arn"]}, [WRONG]),
        (OBJECTS, {"Fn::GetAtt": "Books.Arn"}, [WRONG]),
        (OBJECTS, {"Fn::Sub": "arn:aws:s3:::${Books}"}, [WRONG]),
        (OBJECTS, {"Fn::Sub": "arn:${AWS::Partition}:s3:::logs-${AWS::AccountId}"}, [WRONG]),
        (OBJECTS, {"Fn::Sub": ["arn:aws:s3:::${B}", {"B": {"Ref": "Books"}}]}, [WRONG]),
        (BUCKET, {"Fn::Sub": "${Books.Arn}/*"}, [WRONG]),
        (BUCKET, {"Fn::Join": ["", [{"Fn::GetAtt": "Books.Arn"}, "/*"]]}, [WRONG]),
        (OBJECTS, {"Fn::Sub": "arn:aws:s3:::${Books.Arn}/*"}, [DEAD]),
        (OBJECTS, {"Fn::Sub": "${Books.Arn}/*"}, []),
        (OBJECTS, {"Fn::Join": ["/", [{"Fn::GetAtt": ["Books", "Arn"]}, "*"]]}, []),
        (OBJECTS, {"Fn::Sub": "arn:aws:s3:::${Books}/*"}, []),
        (OBJECTS, {"Fn::Sub": "arn:aws:s3:::${Path}"}, []),
        (OBJECTS, {"Fn::Sub": ["${B}/*", {"B": {"Fn::GetAtt": "Books.Arn"}}]}, []),
        (OBJECTS, {"Fn::Sub": ["${Books}/*", {"Books": {"Fn::GetAtt": "Books.Arn"}}]}, []),
        (BUCKET, {"Fn::GetAtt": ["Books", "Arn"]}, []),
        (BUCKET, {"Fn::Sub": "arn:aws:s3:::${Books}"}, []),
        ("s3:PutObject", [{"Fn::GetAtt": "Books.Arn"}, {"Fn::Sub": "${Books.Arn}/*"}], []),
    ],
)
def test_a_templates_bucket_and_its_objects_are_told_apart(
    action: str, resource: Any, rules: list[str]
) -> None:
    assert of_bucket(action, resource) == rules


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ({"Ref": "Admin"}, "Admin"),
        ([{"Ref": "Admin"}, {"Fn::GetAtt": "Admin.Arn"}], "Admin"),
        ({"Fn::Sub": "${Admin}"}, "Admin"),
        ({"Fn::Sub": "${Books}/*"}, "Books"),
        ({"Ref": "Jobs"}, "Jobs"),
    ],
)
def test_a_name_is_no_arn(resource: Any, name: str) -> None:
    expected = f"Ref gives the name, id or URL of {name}, not its ARN"
    assert of_user(resource, "*") == [expected]


@pytest.mark.parametrize(
    "resource",
    [
        {"Fn::GetAtt": ["Admin", "Arn"]},
        {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${Admin}"},
        {"Ref": "Alarms"},
        {"Ref": "RoleArn"},
        {"Fn::Sub": ["${Admin}", {"Admin": {"Fn::GetAtt": "Admin.Arn"}}]},
    ],
)
def test_an_arn_and_what_may_be_one_are_right(resource: Any) -> None:
    assert of_user(resource, "*") == []


def test_a_principal_is_no_name_and_no_group() -> None:
    assert of_trust({"Ref": "Carol"}) == ["Ref gives the name, id or URL of Carol, not its ARN"]
    assert of_trust([{"Fn::GetAtt": "Ops.Arn"}]) == [
        f"{OWN}:group/${{Ops}} cannot be a principal of the type AWS"
    ]
    assert of_trust({"Fn::GetAtt": "Carol.Arn"}) == of_trust({"Ref": "UserArn"}) == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("arn:aws:iam:${AWS::AccountId}:root",
         "arn:aws:iam:${AWS::AccountId}:root cannot be a principal of the type AWS"),
        (f"{OWN}:user/*",
         f"{OWN}:user/* cannot be a principal of the type AWS"),
        ("arn:aws:iam::{AWS::AccountId}:root",
         "{AWS::AccountId} stays as it is: it is no variable"),
        ("arn:aws:iam::$AWS::AccountId:root", "$AWS::AccountId stays as it is: it is no variable"),
        ("arn:aws:iam::${AWS::AccountID}:root", "CloudFormation has no AWS::AccountID"),
        ("${AWS::AccountId}", None),
        (f"{OWN}:root", None),
        ("arn:aws:iam::${ AWS::AccountId }:root", None),
        ("arn:aws:iam::${AWS::AccountId}:user/${Carol}", None),
        ("arn:aws:iam::${Account}:root", None),
    ],
)  # fmt: skip
def test_the_account_of_a_principal_is_filled_in(written: str, said: str | None) -> None:
    assert of_trust({"Fn::Sub": written}) == ([said] if said else [])


def test_a_pseudo_parameter_that_does_not_exist_is_told_of_ref_and_sub() -> None:
    said = ["CloudFormation has no AWS::Account"]
    assert of_user({"Fn::Sub": "arn:aws:iam::${AWS::Account}:role/x"}) == said
    account = ["arn:aws:iam::", {"Ref": "AWS::Account"}, ":role/x"]
    assert of_user({"Fn::Join": ["", account]}) == said
    account[1] = {"Ref": "AWS::AccountId"}
    assert of_user({"Fn::Join": ["", account]}) == []


def rules_with(parameter: dict[str, Any], when: Any, **resource: Any) -> list[tuple[str, str]]:
    """Return the rules and messages of a trust policy that a parameter switches."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"},
                 "Action": "sts:AssumeRole", "Condition": when}  # fmt: skip
    trust = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    template = {
        "Parameters": {"Asked": parameter},
        "Resources": {"Admin": {"Type": "AWS::IAM::Role", "Properties": trust, **resource}},
    }
    (document,) = read_policies("p.json", json.dumps(template)).documents
    return [(each.rule, each.message) for each in lint(document)]


ASKED = {"Bool": {"aws:MultiFactorAuthPresent": {"Ref": "Asked"}}}
OFF = {"Type": "String", "Default": "false", "AllowedValues": ["true", "false"]}


def test_a_parameter_of_a_condition_on_mfa_has_its_default() -> None:
    said = "this Allow matches only requests without MFA (the default of Asked)"
    assert rules_with(OFF, ASKED) == [("allow-without-mfa", said)]
    assert rules_with({**OFF, "Default": False}, ASKED) == [("allow-without-mfa", said)]
    of_sub = {"Bool": {"AWS:MultiFactorAuthPresent": {"Fn::Sub": "${Asked}"}}}
    assert rules_with(OFF, of_sub) == [("allow-without-mfa", said)]
    either = {"Bool": {"aws:MultiFactorAuthPresent": ["true", {"Ref": "Asked"}]}}
    assert [rule for rule, _ in rules_with(OFF, either)] == ["bool-true-and-false"]
    younger = {"NumericLessThan": {"aws:MultiFactorAuthAge": {"Ref": "Asked"}}}
    assert [
        [rule for rule, _ in rules_with({"Type": "Number", "Default": age}, younger)]
        for age in (3600, 5, "1h")
    ] == [[], ["age-too-short"], ["age-not-a-number"]]


@pytest.mark.parametrize(
    "parameter",
    [
        {**OFF, "Default": "true"},
        {**OFF, "Default": ""},
        {"Type": "String", "AllowedValues": ["true", "false"]},
        {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/iam/mfa-asked"},
        {"Type": "CommaDelimitedList", "Default": "false,true"},
    ],
)
def test_a_parameter_that_asks_for_mfa_or_has_no_default_is_right(
    parameter: dict[str, Any],
) -> None:
    assert rules_with(parameter, ASKED) == []


def test_a_default_does_not_count_where_a_condition_of_the_template_decides() -> None:
    none = {"Ref": "AWS::NoValue"}
    assert rules_with(OFF, {"Fn::If": ["IsAsked", ASKED, none]}) == []
    assert rules_with(OFF, ASKED, Condition="IsAsked") == []
    other = {"Bool": {"aws:SecureTransport": {"Ref": "Asked"}}}
    assert "Asked" not in str(rules_with(OFF, other))


WRITES_FALSE = "where the template writes false, this Allow matches only requests without MFA"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": ["900", "28800"]}}, []),
        ({"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}},
         [("allow-without-mfa", WRITES_FALSE)]),
    ],
)  # fmt: skip
def test_what_a_condition_of_the_template_decides_is_one_value(
    condition: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    ((operator, compared),) = condition.items()
    ((key, values),) = compared.items()
    assert rules_with(OFF, {operator: {key: {"Fn::If": ["IsProd", *values]}}}) == found


def test_the_default_is_left_out_where_whoever_creates_the_stack_decides() -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "*", "Condition": ASKED}}
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    template = json.dumps({"Parameters": {"Asked": OFF}, "Resources": {"P": policy}})
    values = [
        read_policies("p.json", template, asked=each).documents[0].conditions[0].values
        for each in (None, Asked())
    ]
    assert values == [("false",), ("${Asked}",)]


def of_role(action: str, resource: Any, **condition: Any) -> list[tuple[str, str]]:
    """Return what lint finds of a bucket's Deny beside the policy of a role of the template."""
    own = {"Effect": "Allow", "Action": action, "Resource": resource, **condition}
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": WITHOUT,
              "Resource": {"Fn::Sub": "${Books.Arn}/tax/*"}}  # fmt: skip
    inline = {"PolicyName": "Fill", "PolicyDocument": {"Version": "2012-10-17", "Statement": own}}
    template = {
        "Resources": {
            "Books": {"Type": "AWS::S3::Bucket"},
            "Mine": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": denied},
                },
            },
            "Job": {"Type": "AWS::Serverless::Function", "Properties": {"Policies": [inline]}},
        }
    }
    documents = read_policies("p.json", json.dumps(template)).documents
    return [(each.rule, each.severity) for each in lint(documents[0])]


@pytest.mark.parametrize(
    ("action", "resource", "told"),
    [
        ("s3:PutObject", "${Books.Arn}/tax/*", True),
        ("s3:Put*", "${Books.Arn}/tax/in/*", True),
        ("s3:*", "arn:aws:s3:::${Books}/tax/a.csv", True),
        ("s3:PutObject", "${Books.Arn}/*", False),  # the rest is left to it
        ("s3:PutObject", "${Books.Arn}/logs/*", False),
        ("sqs:SendMessage", "${Books.Arn}/tax/*", False),
        ("*", "*", False),
    ],
)
def test_a_role_of_the_template_is_stopped_by_a_deny_for_everybody(
    action: str, resource: str, *, told: bool
) -> None:
    expected = [("role-session-has-no-mfa", "warning")] if told else []
    assert of_role(action, {"Fn::Sub": resource}) == expected


def test_a_statement_to_add_needs_no_function() -> None:
    mine = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/${!aws:username}"}
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iam:DeactivateMFADevice", "Resource": mine},
            {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": WITH},
        ],
    }
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    text = json.dumps({"Resources": {"P": policy}})
    (finding,) = lint(read_policies("p.json", text).documents[0])
    assert '"Resource": "arn:aws:iam::*:user/${aws:username}"' in finding.cure


def read_in_template(statements: Any, kind: str | None, asked: Asked | None) -> list[Document]:
    """Read a policy, or a trust policy, in a template."""
    trusting = kind == "trust"
    key = "AssumeRolePolicyDocument" if trusting else "PolicyDocument"
    policy = {"Version": "2012-10-17", "Statement": statements}
    mine = {
        "Type": f"AWS::IAM::{'Role' if trusting else 'ManagedPolicy'}",
        "Properties": {key: policy},
    }
    text = json.dumps({"Resources": {"Mine": mine}})
    return [*read_policies("p.json", text, asked=asked).documents]


def in_template(statements: Any, kind: str | None) -> list[tuple[str, str, str]]:
    """Return the findings of a policy in a template."""
    documents = read_in_template(statements, kind, None)
    return [(each.statement, each.rule, each.severity) for one in documents for each in lint(one)]


def texts_in_template(statements: Any, kind: str | None, asked: Asked) -> list[Any]:
    """Return the elements of a policy in a template, as they are read."""
    documents = read_in_template(statements, kind, asked)
    return [
        {name: plain(node) for name, node in each.elements.items()}
        for one in documents
        for each in one.statements
    ]


def alone(statements: str) -> list[tuple[str, str, str]]:
    """Return the findings of a policy that is no template of CloudFormation's."""
    (document,) = read_policies("p.json", f'{{"Statement": {statements}}}').documents
    return [(each.statement, each.rule, each.severity) for each in lint(document)]


def with_functions(value: Any) -> Any:
    """Return statements with Fn::Sub for the account 210987654321 and the partition aws."""
    if isinstance(value, dict):
        return {name: with_functions(each) for name, each in value.items()}
    if isinstance(value, list):
        return list(map(with_functions, value))
    if not isinstance(value, str) or "::210987654321:" not in value:
        return value
    text = value.replace("${", "${!").replace("210987654321", "${AWS::AccountId}")
    return {"Fn::Sub": text.replace("arn:aws:", "arn:${AWS::Partition}:")}


# What is about functions, partitions or other accounts has tests of its own.
special = re.compile(
    r"\$\{(?!aws:username)|(?<!arn:)aws-|partition|escape|(?<![0-9])(?!210987654321)[0-9]{12}"
).search
IN_ACCOUNT = {
    stated.name: (text, stated.kind)
    for account in ("::*:", "::123456789012:")
    for stated in STATED
    if account in json.dumps(stated.statements) and stated.kind in {None, "identity", "trust"}
    for text in [json.dumps(stated.statements).replace(account, "::210987654321:")]
    if not special(f"{stated.name} {text}")
}


@pytest.mark.parametrize(("statements", "kind"), IN_ACCOUNT.values(), ids=IN_ACCOUNT)
def test_the_account_that_a_template_fills_in_is_judged_as_one_that_is_written(
    statements: str, kind: str | None
) -> None:
    written = json.loads(statements)
    assert in_template(with_functions(written), kind) == in_template(written, kind)
    by_tool = statements.replace("210987654321", "${account_id}")
    assert alone(by_tool) == alone(statements)


@pytest.mark.parametrize(("statements", "kind"), IN_ACCOUNT.values(), ids=IN_ACCOUNT)
def test_the_account_that_is_asked_about_is_filled_in(statements: str, kind: str | None) -> None:
    written = json.loads(statements)
    asked = Asked(callers_account="210987654321", partition="aws")
    assert texts_in_template(with_functions(written), kind, asked) == texts_in_template(
        written, kind, asked
    )


@pytest.mark.parametrize(
    "account", ["${var.account_id}", "{{ account }}", '{{ of["prod"] }}', "${AWS::AccountId}"]
)
def test_a_finding_names_the_account_as_the_template_does(account: str) -> None:
    mine = f"arn:aws:iam::{account}:user/${{aws:username}}"
    allowed = {"Effect": "Allow", "Action": "iam:DeactivateMFADevice", "Resource": mine}
    where = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:user/*"}}
    denied = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    false = {**where, "Bool": {"aws:MultiFactorAuthPresent": "false"}}
    text = json.dumps({"Statement": [allowed, {**denied, "Condition": false}]})
    found = lint(read_policies("p.json", text).documents[0])
    assert any(where.items() <= each.fix.get("Condition", {}).items() for each in found)
    assert THIS_ACCOUNT not in repr(found)


def test_texts_of_a_pseudo_parameter_alone_change_no_other_text() -> None:
    where = {"StringEquals": {"aws:PrincipalTag/partition": {"Ref": "AWS::Partition"}}}
    sid = {"Fn::Sub": "Own${AWS::AccountId}"}
    denied = {"Sid": sid, "Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}
    condition = {**where, "Bool": {"aws:MultiFactorAuthPresent": "false"}}
    policy = {"Statement": [{**denied, "Condition": condition}]}
    mine = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    documents = read_policies("p.json", json.dumps({"Resources": {"Mine": mine}})).documents
    found = lint(documents[0])
    assert {each.statement for each in found} == {"Own${AWS::AccountId}"}
    assert "${AWS::Partition}:" not in repr(found)
    assert any(each.fix for each in found)
