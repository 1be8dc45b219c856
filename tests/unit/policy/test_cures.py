"""Lint's messages and cures are true of the statement, and following a cure helps."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from mfa_session.policy.lint import lint, lint_together
from mfa_session.policy.reading import read_document
from policy.statements import (
    ALL,
    BUCKET,
    CARE,
    EC2_SERVICE,
    ENABLE,
    ENROL,
    IF_TRUE,
    ME,
    OFF,
    PUBLIC,
    READ,
    ROLE,
    SSE,
    STOP,
    WITH,
    WITHOUT,
    allow,
    deny,
    deny_but,
    on,
    trust,
)
from policy.test_kinds import NAMES, read

CAROL = {"AWS": "arn:aws:iam::123456789012:user/carol"}
KEYS = "iam:RegisterSecurityKey"
CHINA = "arn:aws-cn:s3:::books"
WHERE = "arn:aws:execute-api:eu-west-1:123456789012:api/prod/"
CLOUDFRONT = "arn:aws:cloudfront:us-east-1:123456789012:distribution/E1"
ROUTE53 = "arn:aws:route53:eu-west-1:123456789012:hostedzone/Z1"
LAUNCH = on("StringNotEquals", "ec2:InstanceType", "t3.micro")
NO_SUCH_TAG = on("StringEquals", "aws:RequestTag/x", "y")
LIKE_DENIES = [deny("ec2:*", {**WITHOUT, **on("StringNotEquals", "aws:username", name)})
               for name in ("a", "b")]  # fmt: skip
ELSEWHERE = [deny("s3:DeleteBucket", WITHOUT, Resource="arn:aws:s3:::books"),
             allow("s3:DeleteBucket", Resource="arn:aws:s3:::films")]  # fmt: skip


class Said(NamedTuple):
    """A policy, the statement and rule of a finding, and one of its texts, in part or whole."""

    statements: list[dict[str, Any]]
    at: int
    rule: str
    text: str
    kind: str | None = None


SAID = [
    Said([allow("s3:*", {**WITH, **on("StringEquals", "aws:PrincipleArn", "x")})], 0,
         "unknown-condition-key", "no request has that key: the condition is never met"),
    Said([deny("s3:*", {**WITHOUT, **on("StringNotEquals", "aws:PrincipleArn", "x")})], 0,
         "unknown-condition-key", "no request has that key: the condition is always met"),
    Said([ALL, allow(CARE), deny(["iam:Create*", "iam:Enable*"]), deny_but(CARE, WITHOUT)], 2,
         "enrolment-denied", ": list the actions to deny by name"),
    Said([deny("s3:*", WITHOUT, NotResource="arn:aws:iam::*:user/*}")], 0, "arn-matches-nothing",
         "the ARN matches nothing: it exempts nobody"),
    Said([allow("cloudfront:*", WITH, Resource=CLOUDFRONT)], 0, "arn-matches-nothing",
         "leave the region empty"),
    Said([allow("route53:*", WITH, Resource=ROUTE53)], 0, "arn-matches-nothing",
         "leave the region and the account empty"),
    Said(LIKE_DENIES, 0, "exemption-without-effect", "neither is exempt"),
    Said([deny("iam:*", WITHOUT, Principal="*")], 0, "misplaced-element",
         "resource control policies do not apply to iam:*", "rcp"),
    Said([deny(["s3:*", OFF], WITHOUT, Principal="*")], 0, "misplaced-element",
         f"resource control policies do not apply to {OFF}", "rcp"),
    Said([deny_but(CARE, WITHOUT, Principal="*")], 0, "misplaced-element",
         "list the actions to deny in Action",
         "rcp"),
    Said([deny("s3:*", WITHOUT, NotPrincipal=CAROL)], 0, "misplaced-element",
         'write "Principal": "*"', "rcp"),
    Said([deny("s3:*", WITHOUT, Principal=CAROL)], 0, "misplaced-element", "remove Principal",
         "identity"),
    Said([deny(STOP, {**WITHOUT, **NO_SUCH_TAG})], 0, "unknown-condition-key",
         "compare aws:ResourceTag, the resource's own"),
    Said([deny(["s3:PutObject", "ec2:CreateVolume"], {**WITHOUT, **on("StringNotEquals",
          "aws:RequestTag/x", "y")})], 0, "unknown-condition-key",
         "write s3:PutObject in a separate statement"),
    Said([deny("s3:PutObject", {**WITHOUT, **on("StringNotEquals", "aws:RequestTag/x", "y")})], 0,
         "unknown-condition-key", "compare s3:RequestObjectTag"),
    Said([deny("s3:GetObject", {**WITHOUT, **on("StringNotEquals", "aws:RequestTag/x", "y")})], 0,
         "unknown-condition-key", "compare s3:ExistingObjectTag, the object's own"),
    Said([allow(["s3:PutObject", "s3:GetObject"], {**WITH, **on("StringEquals", SSE, "aws:kms")})],
         0, "unknown-condition-key", "s3:GetObject has no condition key "
         "s3:x-amz-server-side-encryption; s3:PutObject has it"),
    Said([allow(["s3:PutObject", "s3:GetObject"], {**WITH, **on("StringEquals", SSE, "aws:kms")})],
         0, "unknown-condition-key", "the condition is never met: nobody is allowed this"),
    Said([deny(["ec2:CreateVolume", "rds:CreateDBInstance"], {**WITHOUT, **on("Bool",
          "ec2:Encrypted", "false")})], 0, "unknown-condition-key",
         "the condition is never met: nobody is stopped from this"),
    Said([deny("*", {**WITHOUT, **on("StringEquals", "ec2:InstanceTypes", "x")})], 0,
         "unknown-condition-key", "AWS has no condition key ec2:InstanceTypes; the nearest is "
         "ec2:InstanceType"),
    Said([allow(["s3:PutObject", "s3:GetObject"], {**WITH, **on("StringEquals", SSE, "aws:kms")})],
         0, "unknown-condition-key", "write s3:GetObject in a separate statement"),
    Said([deny("*", {**WITHOUT, **NO_SUCH_TAG})], 0, "unknown-condition-key",
         "name the actions that take tags"),
    Said([allow("s3:ListBucket", {**WITH, **on("StringEquals", "s3:x-amz-acl", "private")})], 0,
         "unknown-condition-key", "use a key that the action has, or remove s3:x-amz-acl"),
    Said([allow("iam:*", WITH), deny("iam:*", on("StringEquals", "aws:RequestedRegion",
          "eu-west-1"))], 1, "wrong-value", "remove aws:RequestedRegion"),
    Said([{**deny_but([*CARE, "s3:*"], WITHOUT), "Sid": "DenyAllExceptMfaSetup"}], 0,
         "sid-promises-mfa", "remove it from NotAction, or change the Sid"),
    Said([{**deny_but(CARE, {**WITHOUT, **on("IpAddress", "aws:SourceIp", "192.0.2.0/24")}), "Sid":
          "DenyNoMfaOutsideOffice"}], 0, "deny-narrowed",
         "as the Sid says, write NotIpAddress aws:SourceIp"),
    Said([{**deny_but(CARE, {**WITHOUT, **on("Bool", "aws:ViaAWSService", "true")}), "Sid":
          "DenyNoMfaExceptViaService"}], 0, "deny-narrowed",
         'as the Sid says, write "Bool": {"aws:ViaAWSService": "false"}'),
    Said([allow("execute-api:*"), deny("execute-api:Invoke", WITHOUT,
          Resource=f"{WHERE}users/*")], 1, "device-action-on-wrong-resource",
         f"write {WHERE}*/users/*"),
    Said([allow("s3:*"), deny("s3:*", WITHOUT, Resource=CHINA), allow("s3:GetObject",
          Resource=f"{CHINA}/*")], 1, "device-action-on-wrong-resource",
         f"name {CHINA}/* as well"),
    Said([allow("ec2:*", Resource="arn:aws-cn:ec2:*:*:*"), deny("ec2:RunInstances", LAUNCH,
          Resource="arn:aws-cn:ec2:*:*:*"), deny(STOP, WITHOUT)], 1, "unknown-condition-key",
         'write "Resource": "arn:aws-cn:ec2:*:*:instance/*"'),
    Said([allow("s3:Get*", WITH, Principal=CAROL, Resource=f"{CHINA}/*"), deny("s3:Put*", WITHOUT,
          Principal="*", Resource=f"{CHINA}/*"), allow("s3:List*", WITH, Principal=CAROL,
          Resource="arn:aws-cn:s3:::films")], 2, "resource-no-arn",
         f"write {CHINA}, or that with /* for the objects"),
    Said([allow(["cloudwatch:ListMetrics", "ec2:DescribeInstances"]), deny(
          ["cloudwatch:ListMetrics", "ec2:DescribeInstances"], WITHOUT,
          NotResource="arn:aws:ec2:*:*:instance/x")], 1, "device-action-on-wrong-resource",
         "NotResource does not exempt what is about the whole account: cloudwatch:ListMetrics, "
         "ec2:DescribeInstances"),
    Said([allow("iam:*", Resource=ME), allow("s3:*", WITH)], 0, "escalation-without-mfa",
         "whoever has the long-term key can attach AdministratorAccess to its user"),
    Said([allow("iam:*"), deny("iam:DeleteVirtualMFADevice", WITHOUT)], 1,
         "own-removal-without-mfa", "this Deny lists iam:DeleteVirtualMFADevice, but not"),
    Said([allow("iam:DeactivateMFADevice", Resource=ME), allow("s3:*", WITH)], 0,
         "own-removal-without-mfa", "remove iam:DeactivateMFADevice from this statement"),
    *[Said([allow(given, Resource=ME), allow("s3:*", WITH)], 0, "own-removal-without-mfa",
           'add a statement: {"Effect": "Deny", "Action": "iam:DeactivateMFADevice", "Resource": '
           '"arn:aws:iam::*:user/${aws:username}"')
      for given in ("iam:*M*", "iam:*MFA*", ["iam:DeactivateMFADevice", "iam:*MFADevice"])],
    Said([allow("kms:Decrypt", WITH, Resource="arn:aws:kms:*:*:alias/x")], 0,
         "device-action-on-wrong-resource", "allow kms:Decrypt on arn:aws:kms:*:*:key/ID"),
    Said([allow(["iam:EnableMFADevice", "iam:ResyncMFADevice"], Resource="arn:aws:iam::*:mfa/x")],
         0, "device-action-on-wrong-resource", "iam:EnableMFADevice, iam:ResyncMFADevice are "
         "allowed only on resources to which they do not apply"),
    Said([allow(OFF, WITH, Resource="arn:aws:iam::*:mfa/*")], 0,
         "device-action-on-wrong-resource",
         f"allow {OFF} on {ME}; for a help desk, write * instead of ${{aws:username}}"),
    Said([allow(OFF, WITH, Resource="arn:aws:iam::*:mfa/*")], 0,
         "device-action-on-wrong-resource", "the statement allows nobody this"),
    Said([allow(["s3:DeleteObject", "s3:DeleteBucket"], Sid="DeleteWithMfa"),
          deny("s3:DeleteObject", WITHOUT)], 0, "sid-promises-mfa",
         "nobody needs MFA for s3:DeleteBucket"),
    Said([ALL, allow("iam:*", WITH)], 1, "allowed-without-mfa-too",
         "deny these actions without MFA, but not those that set it up"),
    Said([ALL, deny("iam:*", WITH)], 1, "deny-applies-with-mfa",
         'write "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, and list '
         "the actions to deny by name, without those that set up MFA"),
    Said([ALL, deny("iam:*", WITH, Sid="AllowIamWithMfa")], 1, "deny-applies-with-mfa",
         "the Sid says it: write the Effect Allow"),
    Said([allow("s3:*"), allow("s3:Delete*", WITHOUT, Sid="BlockDeleteWithoutMFA")], 1,
         "allow-without-mfa", "the Sid says it: write the Effect Deny"),
    Said([allow("s3:*"), allow("s3:Delete*", WITHOUT, Sid="DeleteWithoutMFA")], 1,
         "allow-without-mfa", "write the condition like this"),
    Said([deny("kms:Decrypt", {**WITHOUT, **on("StringNotEquals", "kms:ViaService",
          "s3.amazonaws.com")})], 0, "wrong-value",
         "a service with its region, such as s3.eu-west-1.amazonaws.com"),
    Said([allow(STOP, on("NumericLessThan", "aws:MultiFactorAuthAge", "900")), allow("ec2:*",
          WITH)], 0, "age-never-counts", "limit the age in Statement[1], too, or deny older MFA"),
    Said([allow("sts:AssumeRole", Resource="arn:aws:iam::123456789012:role/x"), deny("ec2:*",
          WITHOUT, Resource="arn:aws-cn:ec2:cn-north-1:123456789012:instance/*"), allow("s3:*",
          Resource="arn:aws:s3:::x"), allow("s3:*", Resource="arn:aws:s3:::y/*")], 1,
         "other-partition", "write arn:aws: and a region of it"),
    Said([trust(ROLE, WITH), trust(ROLE)], 0, "role-session-has-no-mfa",
         "nobody gets through by this statement; another one lets the role in without MFA"),
    Said([allow(READ, Principal=ROLE, Resource=BUCKET), deny("s3:*", {**WITHOUT, **on("Null",
          "aws:TokenIssueTime", "true")}, **PUBLIC)], 1, "deny-narrowed",
         "This one is to exempt roles: their sessions carry no MFA"),
    Said([allow(READ, Principal=ROLE, Resource=BUCKET, Sid="GetWithMfa")], 0, "sid-promises-mfa",
         "require MFA in the role's trust policy, since its sessions carry none"),
    Said([allow("s3:PutObject", Principal={"AWS": "123456789012", **EC2_SERVICE}, Resource=BUCKET,
          Sid="PutWithMfa")], 0, "sid-promises-mfa",
         "in a statement without ec2.amazonaws.com, which carries no MFA"),
    Said([allow("sts:GetFederationToken", Sid="FederateWithMfa")], 0, "sid-promises-mfa",
         "let people assume a role with MFA instead: only long-term keys may call this"),
    Said([allow("*", Sid="AllowIfMfa")], 0, "sid-promises-mfa",
         "ask for MFA in users' policies, since it would lock out role sessions here", "scp"),
    Said([deny("*", {**WITHOUT, **on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root")})],
         0, "enrolment-denied", "the root user is locked out: it would need MFA to set up MFA",
         "scp"),
    Said([deny("iam:*", WITHOUT, Resource=ME)], 0, "enrolment-denied",
         "iam:EnableMFADevice and iam:ListMFADevices are denied without MFA"),
    Said([allow("iam:*MFA*", IF_TRUE), allow("s3:*", WITH)], 0, "allow-bool-if-exists",
         'in another statement, without this condition: {"Effect": "Allow", "Action": '
         '["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices"], '
         '"Resource": "*"}; and write here "Condition": {"Bool": '),
    Said([allow(ENROL, IF_TRUE)], 0, "allow-bool-if-exists",
         "new users cannot set up MFA in the console, where the value is false"),
    Said([allow(ENROL, IF_TRUE)], 0, "allow-bool-if-exists", "remove this condition"),
    Said([allow(ENROL, on("StringEquals", "iam:MFADeviceType", "virtual"))], 0, "unknown-mfa-key",
         "remove this condition"),
    Said([allow("iam:ChangePassword", IF_TRUE)], 0, "allow-bool-if-exists", 'to ask for MFA, write '
         '"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}'),
    Said([deny(ENROL, on("Bool", "aws:MultiFactorAuthPresent", "false"))], 0,
         "deny-misses-long-term-keys", "write NotAction instead of Action, and "
         '"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}'),
    Said([allow("*", IF_TRUE)], 0, "allow-bool-if-exists",
         "require MFA in users' policies and roles' trust policies", "scp"),
    Said([{"Effect": "Allow", "NotAction": STOP, "Resource": "*"}, allow(STOP, WITH)], 0,
         "escalation-without-mfa", "add iam:* to NotAction, and allow it with MFA, and the setup "
         "of MFA without"),
    Said([ALL, deny_but(CARE, WITHOUT), deny("iam:DeleteRolePermissionsBoundary")], 2,
         "boundary-half-kept", "deny iam:DeleteUserPermissionsBoundary and "
         "iam:PutUserPermissionsBoundary as well", "boundary"),
    # A cure of a help desk's statement would open others' devices.
    Said([allow(ENROL, WITH)], 0, "enrolment-needs-mfa", '"Resource": '
         '["arn:aws:iam::*:mfa/${aws:username}", "arn:aws:iam::*:user/${aws:username}"]'),
]  # fmt: skip


@pytest.mark.parametrize("said", SAID, ids=[each.text for each in SAID])
def test_a_finding_says_what_is_true_and_what_helps(said: Said) -> None:
    label = said.statements[said.at].get("Sid", f"Statement[{said.at}]")
    findings = lint(read(said.statements, said.kind), names=NAMES)
    mine = [each for each in findings if (each.rule, each.statement) == (said.rule, label)]
    assert any(said.text in text for each in mine for text in (each.message, each.who, each.cure))


def test_a_deny_without_a_condition_is_not_to_get_a_notaction() -> None:
    denial = deny(["iam:Create*", "iam:Enable*"])
    findings = lint(read([ALL, allow(CARE), denial, deny_but(CARE, WITHOUT)]), names=NAMES)
    (cure,) = [each.cure for each in findings if each.statement == "Statement[2]"]
    assert "NotAction" not in cure


@pytest.mark.parametrize(
    ("statements", "rule", "text"),
    [
        (LIKE_DENIES, "exemption-without-effect", "and not from Statement[0] (p.json:4), "),
        (ELSEWHERE, "deny-denies-nothing", "and Statement[0] (p.json:4) allows the same on "),
    ],
)
def test_a_statement_of_another_policy_is_named_with_its_place(
    statements: list[dict[str, Any]], rule: str, text: str
) -> None:
    told = lint_together([read([each]) for each in statements], names=NAMES)
    (message,) = [each.message for _, each in told if each.rule == rule]
    assert text in message


FOLLOWED = [
    ([allow("s3:PutObject", {**WITH, **on("StringEquals", SSE, "x")}), allow("s3:GetObject", WITH)],
     "keys that an action lacks"),
    ([deny(STOP, {**WITHOUT, **on("StringEquals", "aws:ResourceTag/x", "y")})], "tags"),
    ([deny("s3:PutObject", {**WITHOUT, **on("StringNotEquals", "s3:RequestObjectTag/x", "y")})],
     "tags of an object"),
    ([allow("cloudfront:*", WITH, Resource=CLOUDFRONT.replace("us-east-1", ""))], "regions"),
    ([allow("kms:Decrypt", WITH, Resource="arn:aws:kms:*:*:key/0123-abc")], "kinds of resources"),
    ([deny("ec2:RunInstances", LAUNCH, Resource="arn:aws:ec2:*:*:instance/*"), deny(STOP, WITHOUT)],
     "launches"),
    ([allow("ec2:*"), deny("s3:PutObject", on("StringNotEquals", SSE, "x")), deny("s3:PutObject",
      on("StringNotEquals", f"{SSE}-aws-kms-key-id", "x")), deny(STOP, WITHOUT)], "demands"),
    ([deny("ec2:*", {**WITHOUT, **on("StringNotEquals", "aws:username", ["a", "b"])})],
     "exemptions"),
    ([allow("execute-api:*"), deny("execute-api:Invoke", WITHOUT, Resource=f"{WHERE}*/users/*")],
     "routes"),
    ([allow(ENROL), allow("iam:*MFA*", WITH), allow("s3:*", WITH)], "setup in a statement apart"),
    ([allow(ENROL), allow("s3:*", WITH)], "setup without a condition"),
    ([allow(ENABLE, on("StringEquals", KEYS, "Create"), Resource=ME), allow(ENABLE, {"StringEquals":
      {KEYS: "Activate", "iam:FIDO-certification": "L2"}}, Resource=ME), allow("s3:*", WITH),
      allow("iam:ListMFADevices")], "security keys"),
]  # fmt: skip


@pytest.mark.parametrize(("mended", "what"), FOLLOWED, ids=[what for _, what in FOLLOWED])
def test_nothing_is_found_after_following_a_cure(mended: list[dict[str, Any]], what: str) -> None:
    assert what
    assert lint(read(mended), names=NAMES) == ()


@pytest.mark.parametrize("kind", ["identity", "trust", "resource"])
def test_what_is_behind_a_misspelt_key_names_its_own_policys_statements(kind: str) -> None:
    principal = {} if kind == "identity" else {"Principal": {"AWS": "123456789012"}}
    misspelt = on("Bool", "aws:MultiFactorAuthPresents", "true")
    statements = [
        {**allow("ec2:*", misspelt), **principal, "Sid": "WithMfa"},
        {**allow("ec2:*"), **principal, "Sid": "Plain"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    messages = [each.message for each in lint(read_document("p.json", document, kind=kind))]
    assert any(each.startswith("Plain allows ec2:* without MFA") for each in messages)
