"""Condition keys that exist, but that requests for an action, or of a role, do not bring."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    EC2_SERVICE,
    ME,
    NO_KEY,
    OFF,
    PRESENT,
    PROVIDER,
    PUBLIC,
    READ,
    ROLE,
    SAML,
    SSE,
    STOP,
    TAKE,
    USERS,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    on,
    trust,
)

# fmt: off
CONTEXT = "EncryptionContext:team"
PREFIX = on("StringLike", "s3:prefix", "home/*")
LOCATION = ["s3:ListBucket", "s3:GetBucketLocation"]
TERMINATE = ["ec2:RunInstances", "ec2:TerminateInstances"]
STOPS = ["ec2:StopInstances", "rds:StopDBInstance"]
OF_TEAM = on("StringEquals", "ec2:ResourceTag/team", "x")
KINDS = [
    # Keys of S3 that the statement's actions do not have.
    Stated("prefix-of-an-object", [deny(["s3:DeleteObject", "s3:GetObject"], {**WITHOUT,
            **on("StringNotLike", "s3:prefix", "temp/*")}, **PUBLIC)], found(NO_KEY), {}),
    Stated("prefix-of-a-list", [allow("s3:List*", on("StringLike", "s3:prefix", "temp/*")),
            deny([READ, "s3:ListBucket"], on("StringLike", "s3:prefix", "temp/*")),
            allow("${var.action}", on("StringLike", "s3:delimiter", "/")),
            allow(READ, on("StringLikeIfExists", "s3:prefix", "temp/*")),
            allow(READ, on("Null", "s3:prefix", "true"))], [], {}),
    Stated("acl-of-a-read", [allow(READ, on("StringEquals", "s3:x-amz-acl", "private"))],
           found(NO_KEY), {}),
    # Limits, wrong resources, and conditions that leave enrolment alone.
    Stated("all-with-a-tag", [deny("*", {**WITHOUT, **on("StringEquals", "aws:RequestTag/stage",
            "live")})], found(NO_KEY), {}),
    Stated("own-removal-denied-to-direct-calls", [allow(OFF, Resource=ME), deny_but(CARE,
            {"BoolIfExists": {PRESENT: "false", "aws:ViaAWSService": "false"}})], [], {}),
    # What names who calls, and what does not.
    *[Stated(f"exempt-by-the-source-{at}", [deny_but(CARE, {**WITHOUT, **USERS, **on(operator, key,
            value)})], found(NO_KEY) if wrong else [], {}, "scp")
      for at, (wrong, operator, key, value) in enumerate((
            (True, "StringNotEquals", "aws:SourceAccount", "111122223333"),
            (True, "ArnNotLike", "aws:SourceArn", "arn:aws:iam::*:user/breakglass"),
            (True, "StringNotEqualsIfExists", "aws:SourceOrgID", "o-1234567890"),
            (False, "StringNotEquals", "aws:PrincipalAccount", "111122223333"),
            (False, "Null", "aws:SourceArn", "true")))],
    # One mistake is told once.
    Stated("tags-of-objects-to-delete", [allow("s3:*"), deny("s3:DeleteObject", {**WITHOUT, **on(
            "StringEquals", "s3:ExistingObjectTag/hold", "yes")})], found(NO_KEY, at=1), {}),
    *[Stated(f"tags-of-objects-to-read-{at}", [allow("s3:*"), deny(["s3:DeleteObject", READ],
            {**WITHOUT, **on("StringEquals", "s3:ExistingObjectTag/hold", "yes")}), *more],
            found(NO_KEY, at=1) * (not more), {})
      for at, more in enumerate(([], [deny("s3:Delete*", WITHOUT)]))],
    Stated("key-of-another-service", [allow(READ, {**WITH, **on("StringEquals",
            "ec2:ResourceTag/Project", "x")})], found(NO_KEY), {}),
    Stated("key-of-iam-in-trust", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x")})], found(NO_KEY),
           {}, "trust"),
    Stated("tag-of-the-role-in-trust", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "iam:ResourceTag/team", "x")})], [], {}, "trust"),
    Stated("instances-of-a-key-of-ec2", [allow(READ, {**WITH, **on("ArnEquals",
            "ec2:SourceInstanceARN", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1")})], [], {}),
    Stated("tags-of-a-request-to-stop", [allow([STOP, "ec2:TerminateInstances"], {**WITH, **on(
            "StringEquals", "aws:RequestTag/team", "x")})], found(NO_KEY), {STOP: ""}),
    Stated("tags-of-a-request-to-run", [allow("ec2:RunInstances", {**WITH, **on("StringEquals",
            "aws:RequestTag/team", "x")}), allow("rds:DeleteDBInstance", {**WITH, **on(
            "StringEquals", "aws:ResourceTag/team", "x")}), deny(["ec2:RunInstances", STOP],
            {**WITHOUT, **on("StringEquals", "aws:RequestTag/team", "x")})], [], {}),
    Stated("tags-of-a-request-to-run-and-stop", [allow(["ec2:RunInstances", STOP], {**WITH, **on(
            "StringEquals", "aws:RequestTag/team", "x")})], found(NO_KEY), {}),
    # Keys of a trust policy that only come with actions of their own.
    *[Stated(f"trust-with-{key}-alone", [trust(ACCOUNT, {**WITH, **on("StringLike", key, "x*")})],
             found(NO_KEY), {}) for key in ("sts:SourceIdentity", "aws:RequestTag/team")],
    # Account-wide actions on a user, regions of IAM, tags of all requests, first sign-in.
    Stated("all-requests-without-a-tag-denied", [ALL, deny("*", on("Null",
            "aws:RequestTag/Justification", "true")), deny_but(CARE, WITHOUT)], found(NO_KEY, at=1),
           {}),
    Stated("requests-without-a-tag-denied", [ALL, deny(["ec2:CreateSnapshot", "ec2:CreateVolume"],
            on("Null", "aws:RequestTag/Owner", "true")), deny("*", on("Null", "aws:RequestTag/x",
            "false")), deny_but(CARE, WITHOUT)], [], {}),
    Stated("keys-of-other-services-elsewhere", [allow(STOP, WITH), deny("rds:CreateDBInstance",
            on("Bool", "ec2:Encrypted", "false"))], found(NO_KEY, at=1), {}),
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    Stated("objects-without-tags-of-requests", [deny("s3:PutObject", on("StringNotEquals",
            "aws:RequestTag/team", "x"), Resource=BUCKET), deny_but(CARE, WITHOUT)], found(NO_KEY),
           {}),
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    *[Stated(f"key-that-the-action-lacks-{number}", [allow(action, {**WITH, **when})],
            found(NO_KEY) if told else [], {})
      for number, (action, when, told) in enumerate((
            ("iam:AddUserToGroup", on("StringEquals", "iam:ResourceTag/team", "x"), True),
            ("iam:CreateAccessKey", on("StringEquals", "iam:ResourceTag/team", "x"), False),
            ("iam:CreateAccessKey", on("StringEquals", "aws:RequestTag/team", "x"), True),
            ("iam:CreateUser", on("StringEquals", "aws:RequestTag/team", "x"), False),
            ("secretsmanager:ListSecrets", on("StringEquals", "secretsmanager:ResourceTag/team",
             "x"), True),
            ("dynamodb:DeleteTable", {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "x"},
             **on("Null", "dynamodb:LeadingKeys", "false")}, True),
            (["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchWriteItem"],
             {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "x"}}, False)))],
    *[Stated(f"key-of-one-service-{at}", [statement, deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")})], found(NO_KEY) if told else [], {},
            "scp")
      for at, (statement, told) in enumerate((
            (deny_but(["iam:*", "sts:*"], on("StringNotEquals", "ec2:Region", "eu-west-1")), True),
            (deny_but(["iam:*", "sts:*"], on("StringNotEqualsIfExists", "ec2:Region",
             "eu-west-1")), False),
            (deny_but(["iam:*", "sts:*"], on("StringNotEquals", "ec2:RoleDelivery", "2.0")), False),
            (deny("*", on("StringNotEquals", "iam:PrincipalTag/x", "y")), True),
            (deny("*", on("StringNotEquals", "ec2:InstanceType", "t3.micro"),
             Resource="arn:aws:ec2:*:*:instance/*"), False),
            (deny("ec2:*", on("StringNotEquals", "ec2:Region", "eu-west-1")), False)))],
    # Conditions beside MFA that do something else.
    *[Stated(f"launch-on-all-resources-{operator}", [ALL, deny("ec2:RunInstances", on(operator,
            "ec2:InstanceType", ["t3.micro"])), deny_but(CARE, WITHOUT)], found(NO_KEY, at=1), {})
      for operator in ("StringNotEquals", "StringNotLike")],
    *[Stated(f"launch-allowed-{at}", [allow("ec2:RunInstances", {**WITH, **on(operator,
            "ec2:InstanceType", ["t3.micro"])}, **where), *more], found(NO_KEY) * wrong, {})
      for at, (operator, where, more, wrong) in enumerate((
          ("StringEquals", {}, [], True), ("StringLike", {}, [allow("ec2:Describe*")], True),
          ("StringEqualsIfExists", {}, [], False),
          ("StringNotEquals", {}, [], False),
          ("StringEquals", {"Resource": "arn:aws:ec2:*:*:instance/*"}, [], False),
          ("StringEquals", {}, [allow("ec2:RunInstances", WITH, Resource="arn:aws:ec2:*::image/*")],
           False)))],
    Stated("launch-on-instances", [ALL, deny("ec2:RunInstances", on("StringNotEquals",
            "ec2:InstanceType", "t3.micro"), Resource="arn:aws:ec2:*:*:instance/*"), deny(
            "ec2:RunInstances", on("StringEquals", "ec2:InstanceType", "x1.large")), deny(
            STOP, on("StringNotEquals", "ec2:InstanceType", "t3.micro")), deny_but(CARE, WITHOUT)],
           [], {}),
    Stated("key-of-another-action-of-iam", [allow("iam:CreatePolicy", {**WITH, **on("StringEquals",
            "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x")}), deny("iam:Delete*",
            {**WITHOUT, **on("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")})],
           found(NO_KEY) + found(NO_KEY, at=1), {}),
    # The duration is a key of bearer tokens alone.
    *[Stated(f"duration-of-{action}", [allow(f"sts:{action}", on("NumericLessThan",
            "sts:DurationSeconds", "3600"))], found(*rules), {})
      for action, rules in (
            ("GetSessionToken", [NO_KEY]), ("GetFederationToken", [NO_KEY]),
            ("GetWebIdentityToken", []))],
    Stated("duration-of-a-role", [trust(ACCOUNT, {**WITH, **on("NumericLessThan",
            "sts:DurationSeconds", "3600")})], found(NO_KEY), {}),
    # What is about no key, in a key's policy.
    Stated("source-identity-that-one-may-not-set", [allow("sts:AssumeRole", {**WITH, **on(
            "StringEquals", "sts:SourceIdentity", "carol")}, Resource=ROLE["AWS"])], found(NO_KEY),
           {}),
    Stated("source-identity-that-one-may-set", [allow(["sts:AssumeRole", "sts:SetSourceIdentity"], {
            **WITH, **on("StringEquals", "sts:SourceIdentity", "carol")}, Resource=ROLE["AWS"]),
            allow("s3:*", {**WITH, **on("StringEquals", "aws:RequestTag/x", "y")})], [], {}),
    # Keys that some of the actions lack, and keys that a service does not have.
    *[Stated(f"key-that-some-lack-{at}", [make(actions, on(operator, key, value)), deny_but(CARE,
             WITHOUT)], found(NO_KEY) if told else [], {})
      for at, (make, actions, operator, key, value, told) in enumerate((
          (allow, ["s3:ListBucket", "s3:GetBucketLocation"], "StringLike", "s3:prefix", "x", True),
          (allow, ["s3:PutObject", READ], "StringEquals", SSE, "aws:kms", True),
          (allow, ["s3:PutObject", "s3:PutObjectAcl"], "StringEquals", f"{SSE}-aws-kms-key-id",
           "x", True),
          (deny, ["s3:PutObject", "s3:CreateBucket"], "StringNotEquals", SSE, "aws:kms", True),
          (allow, ["iam:CreateServiceLinkedRole", "iam:TagRole"], "StringLike",
           "iam:AWSServiceName", "ecs.amazonaws.com", True),
          (allow, ["iam:AttachUserPolicy", "iam:PutUserPolicy"], "ArnLike", "iam:PolicyARN",
           "arn:aws:iam::*:policy/x", True),
          (allow, ["iam:CreatePolicy", "iam:CreateUser"], "StringEquals",
           "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x", True),
          (deny, ["ec2:CreateVolume", "rds:CreateDBInstance"], "Bool", "ec2:Encrypted", "false",
           True),
          (deny, ["rds:CreateDBInstance", "dynamodb:CreateTable"], "Bool", "rds:StorageEncrypted",
           "false", True),
          (deny, ["s3:PutObject", "ec2:CreateVolume"], "StringNotEquals", "aws:RequestTag/x", "y",
           True),
          (deny, ["s3:PutObject", READ], "StringEquals", SSE, "AES256", False),
          (allow, ["s3:PutObject", READ], "StringEqualsIfExists", SSE, "aws:kms", False),
          (allow, ["s3:PutObject", "s3:Put*Acl", "s3:CreateBucket"], "StringEquals",
           "s3:x-amz-acl", "private", False),
          (deny, ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutUserPolicy",
                  "iam:UpdateAssumeRolePolicy"], "StringNotEquals", "iam:PermissionsBoundary",
           "arn:aws:iam::123456789012:policy/x", False),
          (allow, ["iam:CreateServiceLinkedRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"],
           "StringLike", "iam:AWSServiceName", "ecs.amazonaws.com", False),
          (allow, ["ec2:RunInstances", "autoscaling:*"], "StringEqualsIfExists",
           "ec2:InstanceType", "x", False),
          (allow, "s3:ListBucket", "ArnEquals", "lambda:SourceFunctionArn",
           "arn:aws:lambda:eu-west-1:123456789012:function:x", False)))],
    Stated("two-keys-that-one-action-lacks", [allow(["s3:PutObject", READ], {**WITH,
            "StringEquals": {SSE: "aws:kms", f"{SSE}-aws-kms-key-id": "x"}})], found(NO_KEY), {}),
    # Sids about hours of the day; launches by a tag of the request.
    *[Stated(f"launches-by-a-tag-of-the-request-{at}", [ALL, deny(action, on(operator,
             "aws:RequestTag/team", value), Resource=where), deny_but(CARE, WITHOUT)],
             found(NO_KEY, at=1) if told else [], {})
      for at, (action, operator, value, where, told) in enumerate((
          ("ec2:RunInstances", "Null", "true", "*", True),
          (["ec2:RunInstances", "ec2:CreateVolume"], "StringNotEquals", "x", "*", True),
          ("ec2:RunInstances", "Null", "true", "arn:aws:ec2:*:*:instance/*", False),
          ("ec2:RunInstances", "StringEquals", "x", "*", False),
          ("ec2:CreateVolume", "Null", "true", "*", False)))],
    # Demands of a Deny that are joined; a public address and a VPC.
    Stated("launches-by-two-tags-of-the-request", [ALL, deny("ec2:RunInstances", on(
            "StringNotEquals", "aws:RequestTag/a", "x") | on("StringNotLike", "aws:RequestTag/b",
            "y")), deny_but(CARE, WITHOUT)], found(NO_KEY, at=1), {}),
    # Near misses of the kinds above, and their siblings.
    *[Stated(f"launches-by-what-instances-have-{at}", [ALL, deny(action, when), deny_but(CARE,
             WITHOUT)], found(NO_KEY, at=1) if told else [], {})
      for at, (action, when, told) in enumerate((
          ("ec2:Run*", on("StringNotEquals", "ec2:InstanceType", "t3.micro"), True),
          ("ec2:RunInstances", on("StringNotEqualsIfExists", "ec2:InstanceType", "t3"), True),
          ("ec2:RunInstances", {**on("StringNotEquals", "ec2:InstanceType", "t3.micro"), **on(
              "Null", "ec2:InstanceType", "false")}, False)))],
    # Tags of what has no resource, or that a variable compares; an action of another provider.
    *[Stated(f"tag-of-no-resource-{at}", statements, found(NO_KEY) if told else [], {})
      for at, (told, statements) in enumerate((
          (True, [deny(["ecs:DeleteCluster", "ecs:DeregisterTaskDefinition"], {**WITHOUT, **on(
              "StringEquals", "aws:ResourceTag/stage", "prod")})]),
          (True, [allow(["ec2:DescribeInstances", STOP], {**WITH, **on("StringEquals",
              "ec2:ResourceTag/stage", "prod")})]),
          (False, [allow(["ec2:DescribeInstances", STOP], {**WITH, **on("StringEquals",
              "ec2:ResourceTag/stage", "prod")}), allow("ec2:Describe*", WITH)]),
          (False, [allow("ec2:DescribeInstances", {**WITH, **on("StringNotEquals",
              "ec2:ResourceTag/stage", "prod")})]),
          (False, [allow("ec2:DescribeInstances", on("StringEquals", "aws:ResourceTag/x",
              "y"))])))],
    *[Stated(f"tag-of-the-session-as-a-variable-{at}", [trust(ACCOUNT, {**WITH, **on(
             "StringEquals", "aws:PrincipalTag/ticket", value)}), *more],
             found(NO_KEY) if told else [], {})
      for at, (told, value, more) in enumerate((
          (True, "${aws:RequestTag/ticket}", []), (False, "${aws:PrincipalTag/ticket}", []),
          (False, "${aws:RequestTag/ticket}", [{**trust(ACCOUNT), "Action": "sts:TagSession"}])))],
    # A Deny of all but the setup without its condition; words where an account should be.
    *[Stated(f"tag-of-all-that-lists-{at}", [allow("ec2:Describe*", on("StringEquals", key, "x")),
             deny_but(CARE, WITHOUT)], found(NO_KEY) if told else [], {})
      for at, (told, key) in enumerate(((True, "aws:ResourceTag/x"), (False, "aws:PrincipalTag/x"),
                                        (False, "aws:SourceIdentity")))],
    # Keys that the requests of a kind of principal never have.
    *[Stated(f"key-of-no-{at}", [{**trust(who, block), "Action": action}], found(NO_KEY) * wrong,
            {}, "trust")
      for at, (who, action, block, wrong) in enumerate((
          (EC2_SERVICE, TAKE, on("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"), True),
          (EC2_SERVICE, TAKE, on("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"), False),
          (EC2_SERVICE, TAKE, on("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
              False),
          (EC2_SERVICE, TAKE, on("StringEquals", "sts:ExternalId", "acme-7"), True),
          ({"Service": "cognito-idp.amazonaws.com"}, TAKE, on("StringEquals", "sts:ExternalId",
              "acme-7"), False),
          (SAML, f"{TAKE}WithSAML", on("StringEquals", "aws:username", "ann"), True),
          (ACCOUNT, TAKE, on("StringEquals", "SAML:aud", "https://signin.aws.amazon.com/saml"),
              True),
          ({**ACCOUNT, **SAML}, [TAKE, f"{TAKE}WithSAML"], on("StringEquals", "SAML:aud",
              "https://signin.aws.amazon.com/saml"), True),
          (SAML, f"{TAKE}WithSAML", on("StringEquals", "SAML:aud",
              "https://signin.aws.amazon.com/saml"), False),
          (ACCOUNT, TAKE, {**WITH, **on("StringEquals", "gitlab.com:sub", "x")}, True),
          (ROLE, TAKE, on("StringEquals", "cognito-identity.amazonaws.com:sub", "x"), False)))],
    # Of a Deny without MFA, the actions that lack its key.
    *[Stated(f"deny-by-a-prefix-{at}", [allow("s3:*"), deny(action, {**WITHOUT, **on("StringLike",
            "s3:prefix", "hr/*")}, Resource=["arn:aws:s3:::books", "arn:aws:s3:::books/hr/*"]),
            *more], found(NO_KEY, at=1) * wrong, {})
      for at, (action, more, wrong) in enumerate((
          (["s3:ListBucket", READ], [], True), ("s3:*", [], True),
          (["s3:ListBucket", READ], [deny(READ, WITHOUT, Resource="arn:aws:s3:::books/it/*")],
              True),
          (["s3:ListBucket", READ], [deny(READ, WITHOUT, Resource="arn:aws:s3:::books/hr/*")],
              False),
          ("s3:List*", [], False)))],
    # Keys of KMS that some of the actions lack.
    *[Stated(f"key-of-kms-{at}", [{**allow(actions, on("StringEquals", f"kms:{key}", "x")),
            "Principal": who}, *more, trust(ACCOUNT)], found(NO_KEY) * wrong, {}, "resource")
      for at, (actions, key, who, more, wrong) in enumerate((
          (["kms:Decrypt", "kms:DescribeKey"], CONTEXT, ROLE, [], True),
          (["kms:Decrypt", "kms:ReEncrypt*", "kms:CreateGrant"], CONTEXT, ROLE, [], False),
          (["kms:GenerateDataKey*", "kms:RetireGrant"], "EncryptionContextKeys", ROLE, [], False),
          ("kms:*", CONTEXT, ROLE, [], False),
          (["kms:Decrypt", "kms:Describe*"], f"{CONTEXT}:arn", EC2_SERVICE, [], False),
          (["kms:Decrypt", "kms:DescribeKey"], CONTEXT, ROLE, [allow("kms:DescribeKey",
           Principal=ROLE)], False),
          (["kms:Decrypt", "kms:DescribeKey"], "ViaService", ROLE, [], False),
          (["kms:CreateGrant", "kms:Decrypt"], "GrantIsForAWSResource", ROLE, [], True),
          (["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], "GrantIsForAWSResource", ROLE,
           [], False)))],
    # Keys of another provider than the principal, and accounts of another.
    *[Stated(f"key-of-another-provider-{at}", [{**trust({"Federated": who}, on("StringEquals", key,
            "x")), "Action": f"{TAKE}With{how}"}], found(NO_KEY) * wrong, {}, "trust")
      for at, (who, how, key, wrong) in enumerate((
          (f"{PROVIDER}oidc.eks.eu-west-1.amazonaws.com/id/A1", "WebIdentity",
              "oidc.eks.eu-west-1.amazonaws.com/id/B2:sub", True),
          (f"{PROVIDER}oidc.eks.eu-west-1.amazonaws.com/id/A1", "WebIdentity",
              "oidc.eks.eu-west-1.amazonaws.com/id/A1:sub", False),
          (f"{PROVIDER}gitlab.com", "WebIdentity", "SAML:aud", True),
          (f"{PROVIDER}gitlab.com/acme", "WebIdentity", "gitlab.com/acme:sub", False),
          ([f"{PROVIDER}gitlab.com", f"{PROVIDER}bitbucket.org"], "WebIdentity", "gitlab.com:sub",
              False),
          ("cognito-identity.amazonaws.com", "WebIdentity", "cognito-identity.amazonaws.com:aud",
              False),
          (f"{PROVIDER}${{var.issuer}}", "WebIdentity", "gitlab.com:sub", False),
          (SAML["Federated"], "SAML", "gitlab.com:aud", True)))],
    # What another statement does, under a key that some of the actions lack.
    *[Stated(f"without-the-key-elsewhere-{at}", [made(actions, {**when, **by}), made(actions[1:],
            *conditions, Resource=where), deny("sqs:*", WITHOUT)], found(NO_KEY) * wrong, {})
      for at, (made, actions, when, by, conditions, where, wrong) in enumerate((
          (allow, LOCATION, {}, PREFIX, [], "*", False),
          (allow, LOCATION, {}, PREFIX, [], "arn:aws:s3:::x", True),
          (allow, LOCATION, {}, PREFIX, [WITH], "*", True),
          (allow, TERMINATE, {}, on("StringEquals", "aws:RequestTag/team", "x"),
           [on("StringEquals", "aws:ResourceTag/team", "x")], "*", False),
          (deny, STOPS, WITHOUT, OF_TEAM, [WITHOUT], "*", False),
          (deny, STOPS, {}, OF_TEAM, [WITHOUT], "*", True)))],
]
# fmt: on
