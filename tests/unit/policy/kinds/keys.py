"""Condition keys that do not exist, in conditions and as variables."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    CARE,
    ENABLE,
    ENROL,
    ENROLMENT,
    KEY,
    LIST,
    ME,
    NO_KEY,
    OFF,
    PRESENT,
    READ,
    RESYNC,
    SAML,
    SCP,
    STOP,
    VALUE,
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
KINDS = [
    # Two typos in one condition.
    Stated("blank-in-key", [allow("ec2:*", on("Bool", "aws:MultiFactorAuthPresent ", "true"))],
           found(KEY), {STOP: ""}),
    Stated("blank-before-key", [allow("ec2:*", on("Bool", " aws:MultiFactorAuthPresent", "true"))],
           found(KEY), {STOP: ""}),
    # The same in other forms: another case, lists, other operators, several keys.
    Stated("two-colons-in-key", [allow("ec2:*", on("Bool", "aws::MultiFactorAuthPresent",
            "true"))], found(KEY), {}),
    Stated("something-after-key", [allow("ec2:*", on("Bool", PRESENT + "/x", "true"))], found(KEY),
           {}),
    Stated("tag-about-mfa", [allow("ec2:*", on("StringEquals", "aws:PrincipalTag/mfa", "true"))],
           [], {}),
    # A Sid that names MFA, on a statement that does not ask for it.
    Stated("sid-kept-by-a-misspelt-key", [allow("ec2:*", on("Bool", "aws:MFAPresent", "true"),
            Sid="AllowWithMFA")], [(KEY, "AllowWithMFA")], {}),
    Stated("sids-of-care", [allow(LIST, Sid="AllowUsersToListOnlyTheirOwnMFA", Resource=ME),
            allow(ENABLE, Sid="AllowEnableIfMFARequired", Resource=ME),
            allow("iam:GetUser", Sid="AllowGetUserUsingMFADevices")], [], {}),
    # Condition keys that AWS does not have, in a condition or as a variable.
    Stated("key-of-nobody", [deny("s3:*", on("Bool", "aws:CloudTrailLogged", "false"))],
           found(NO_KEY), {}),
    Stated("key-with-a-tag-s-name", [allow("s3:*", on("StringEquals",
            "aws:RequestedSessionTag/x", "y"))], found(NO_KEY), {}),
    Stated("tag-without-a-name", [allow("s3:*", on("StringEquals", "aws:PrincipalTag", "y"))],
           found(NO_KEY), {}),
    Stated("name-behind-no-tag", [allow("s3:*", on("StringEquals", "aws:SourceIp/x", "y"))],
           found(NO_KEY), {}),
    Stated("keys-in-any-case", [allow("s3:*", {"StringEquals": {"AWS:sourcevpc": "vpc-1",
            "aws:PrincipalTag/a/b": "c", "aws:SourceOwner": "1", "aws:VpceOrgID": "o-1"},
            "StringLike": {"aws:<key>": "x", "aws:Resource*": "y"}})], [], {}),
    Stated("variable-of-nobody", [allow("s3:*",
            Resource="arn:aws:s3:::books/${aws:user_name}/*")], found(NO_KEY), {}),
    Stated("variable-of-an-account", [allow(LIST,
            Resource="arn:aws:iam::${aws:accountid}:user/${aws:username}")], found(NO_KEY), {}),
    Stated("variable-of-terraform", [allow(LIST,
            Resource="arn:aws:iam::*:user/&{aws:username}")], found(NO_KEY), {}),
    Stated("variables-that-there-are", [allow("s3:*", on("StringEquals", "s3:prefix",
            ["${aws:PrincipalTag/team, 'none'}", "${aws:userid}"]),
            Resource="arn:aws:s3:::books/${AWS::AccountId}/${ aws:UserName }/*")], [], {}),
    # One mistake has one finding.
    Stated("own-removal-behind-a-misspelt-key", [allow(OFF, Resource=ME), deny_but(CARE,
            on("BoolIfExists", "aws:MFAPresent", "false"))], found(KEY, at=1), {}),
    # Keys of identity providers, and of services, that speak of MFA.
    Stated("mfa-of-a-provider", [{**trust({"Federated": "arn:aws:iam::123456789012:oidc-provider/"
            "mfa.example"}, on("StringEquals", "mfa.example/id:mfa", "true")),
            "Action": "sts:AssumeRoleWithWebIdentity"}], [], {}),
    Stated("mfa-of-saml", [{**trust(SAML, on("StringEquals", "SAML:mfa", "true")),
            "Action": "sts:AssumeRoleWithSAML"}], found(NO_KEY), {}),
    Stated("mfa-of-a-service", [allow("ec2:*", on("Bool", "ec2:MultiFactorAuthPresent", "true"))],
           found(KEY), {}),
    # Keys that are to be variables.
    Stated("variables-in-plain-text", [allow(LIST, Resource=[f"arn:aws:iam::*:user/{each}"
            for each in ("{aws:username}", "$aws:username", "$(aws:username)")])],
           found(NO_KEY), {}),
    # A key that may stand for either.
    Stated("mfa-key-without-an-end", [allow("ec2:*", on("Bool", "aws:MultiFactorAuth", "true"))],
           found(KEY), {}),
    # Keys of services that AWS does not have.
    Stated("service-keys-misspelt", [allow("iam:*", on("StringEquals", key, "x")) for key in (
            "iam:PermissionBoundary", "IAM:passedToServices", "sts:ExternalID2", "SAML:audience",
            "saml:role", "iam:ResourceTag")],
           [finding for at in range(6) for finding in found(NO_KEY, at=at)], {}),
    Stated("service-keys", [allow("iam:*", on("StringEquals", key, "x")) for key in (
            "iam:organizationspolicyid", "iam:ResourceTag/team", "iam:FIDO-certification",
            "sts:RequestContext/x", "sts:ExternalId", "SAML:aud", "saml:eduPersonAffiliation",
            "ec2:ResourceTag/x", "s3:VersionId", "saml:sub_type", "sts:NewerThanOurList")], [], {}),
    Stated("service-key-far-from-all", [allow("iam:*", on("StringEquals", "iam:PolicyText", "x"))],
           found(NO_KEY), {}),
    # Limits of a moment or number that leave nothing between them.
    Stated("variable-with-a-dot", [allow([ENABLE, LIST], Resource="arn:aws:iam::*:user/"
            "${aws.username}"), allow("iam:CreateVirtualMFADevice")], found(NO_KEY), {}),
    # One mistake is told once.
    Stated("escape-of-a-template-alone", [allow("iam:CreateVirtualMFADevice"), *[allow(each,
            Resource="arn:aws:iam::*:user/$${aws:username}") for each in ([ENABLE, LIST], RESYNC)]],
           found(NO_KEY, at=1), {}),
    Stated("escape-of-a-template", [allow([ENABLE, LIST], Resource=
            "arn:${partition}:iam::*:user/$${aws:username}"), allow("iam:CreateVirtualMFADevice")],
           [], {}),
    Stated("key-that-s3-does-not-have", [allow(READ, {**WITH, **on("StringEquals",
            "s3:object-creation-date", "x")})], found(NO_KEY), {}),
    Stated("keys-of-s3", [allow("s3:PutObject", {**WITH, **on("StringEquals",
            "s3:RequestObjectTag/team", "x")}), deny("s3:*", {**WITHOUT, **on("NumericGreaterThan",
            "s3:signatureAge", "600")})], [], {}),
    Stated("key-of-no-service", [allow(READ, {**WITH, **on("NumericGreaterThan",
            "custom:device-trust-score", "80")})], found(NO_KEY), {}),
    Stated("key-without-prefix", [allow(READ, {**WITH, **on("StringEquals", "username", "x")})],
           found(NO_KEY), {}),
    Stated("escape-left-by-cloudformation", [allow(ENABLE, Resource=
            "arn:aws:iam::*:user/${!aws:username}"), allow("ec2:*", WITH)], found(NO_KEY), {}),
    Stated("variables-without-braces", [allow(ENROL, Resource=["arn:aws:iam::*:mfa/$aws:username",
            "arn:aws:iam::*:user/$aws:username"]), allow("ec2:*", WITH)], found(NO_KEY), {}),
    Stated("devices-kept-by-an-scp", [deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT)], [], {},
           "scp"),
    # Near misses of the kinds above.
    Stated("variables-that-cloudformation-leaves", [*(allow(READ, WITH, Resource=each) for each in (
            {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Books}/${!aws:username}/${Books.Arn}/*"},
            {"Fn::Sub": ["arn:aws:s3:::b/${a}/${aws:username}/*", {"a": "${aws:userid}",
             "aws:username": "x"}]},
            {"Fn::Sub": "arn:aws:s3:::${aws:accountId}-${AWS:Region}-${self:custom.x}/*"},
            {"Fn::Join": ["/", ["arn:aws:s3:::books", "${aws:username}/*"]]}))],
           found(NO_KEY, NO_KEY, at=2), {}),
    Stated("denied-under-other-conditions", [ALL, deny("ec2:*", {"BoolIfExists": {PRESENT:
            "false", "aws:ViaAWSService": "false"}}), deny("ec2:*", {**WITHOUT, **on("Null",
            "aws:SourceArn", "true")})], [], {}),
    Stated("user-s-id-by-a-variable", [allow(READ, {**WITH, **on("StringEquals", "aws:userid",
            "${aws:userid}")})], [], {}),
    Stated("sids-of-other-exemptions", [deny_but(CARE, WITHOUT), allow("s3:*",
            Sid="AllowBypassGovernanceRetention"), allow("ec2:*", Sid="AllowAllExceptMFADevices")],
           [], {}),
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    *[Stated(f"sign-before-a-tag-s-name-{key}", [allow(STOP, {**WITH, **on("StringEquals", key,
            "x")})], found(NO_KEY) if told else [], {})
      for key, told in (("ec2:ResourceTag:Env", True), ("aws:PrincipalTag-mfa", True),
            ("tag:Env", True), ("aws:Tag.Env", True), ("ec2:ResourceTag/aws:x:stack", False),
            ("aws:PrincipalTag/mfa:exempt", False))],
    Stated("exempt-by-a-tag-behind-a-colon", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:PrincipalTag:mfa-exempt", "true")})], found(NO_KEY, at=1), {}),
    Stated("encryption-context", [allow("kms:Decrypt", {**WITH, **on("StringEquals",
            "kms:EncryptionContext:app", "x")})], [], {}),
    *[Stated(f"variable-{variable}", [allow(LIST, Resource=f"arn:aws:iam::*:user/${{{variable}}}"),
            deny_but(CARE, WITHOUT)], found(NO_KEY) if told else [], {})
      for variable, told in (("aws::username", True), ("aws:username|lower", True),
            ("AWS:UserName", False), ("aws:username, 'nobody'", False), ("user::name", False))],
    # A key of all services under another prefix.
    *[Stated(f"key-of-all-services-as-{key}", [allow("*", {**WITH, **on("StringEquals", key,
            "books")})], found(*rules), {})
      for key, rules in (
            ("sts:RequestTag/Team", [NO_KEY]), ("iam:PrincipalTag/Team", [NO_KEY]),
            ("ec2:SourceVpc", [NO_KEY]), ("iam:ResourceTag/Team", []))],
    # What is about no key, in a key's policy.
    Stated("keys-with-dots", [allow("s3:*", WITH), deny("iam:CreatePolicy", on("StringLike",
            "iam:PolicyDocument.Statement.Action", "*")), deny("s3:PutBucketPolicy", on("Bool",
            "s3:PublicAccessBlockConfiguration", "true"))], found(NO_KEY, at=1)
           + found(NO_KEY, at=2), {}),
    # Keys that some of the actions lack, and keys that a service does not have.
    *[Stated(f"key-that-a-service-lacks-{at}", [deny("*", on("StringEquals", key, "x")),
             deny_but(CARE, WITHOUT)], found(NO_KEY) if told else [], {})
      for at, (key, told) in enumerate((
          ("ec2:FromPort", True), ("ec2:GroupName", True), ("ec2:InstanceTypes", True),
          ("dynamodb:EnforceSSL", True), ("rds:Encrypted", True), ("lambda:Runtime", True),
          ("secretsmanager:SecretName", True), ("ec2:ResourceTag/x", False),
          ("ec2:osuser", False), ("ec2:Add/group", False), ("ec2:Attribute", False),
          ("rds:db-tag/x", False),
          ("lambda:Layer", False), ("secretsmanager:resource/AllowRotationLambdaArn", False),
          ("dynamodb:leadingkeys", False), ("ec2:${var.key}", False)))],
    Stated("key-that-a-service-lacks-without-mfa", [deny("*", on("StringEquals", "ec2:FromPort",
           "22"))], [], {}),
    Stated("key-that-a-service-lacks-and-some-actions", [deny(["ec2:CreateVolume",
           "s3:PutObject"], on("StringEquals", "ec2:Encryption", "x")), deny_but(CARE, WITHOUT)],
           found(NO_KEY), {}),
    # A variable of a condition without its $; a key without its service; no resource of IAM.
    *[Stated(f"variable-without-dollar-{at}", [trust(ACCOUNT, {**WITH, **on("StringLike",
             "sts:RoleSessionName", value)})], found(*rules), {})
      for at, (rules, value) in enumerate((
          ([NO_KEY], "{aws:username}"), ([NO_KEY], "{aws:username}-*"), ([], "${aws:username}"),
          ([VALUE], "aws:username")))],
    *[Stated(f"key-without-its-service-{at}", [ALL, deny("s3:CreateBucket", on(operator, key,
             "false")), deny_but(CARE, WITHOUT)], found(*rules, at=1), {})
      for at, (rules, operator, key) in enumerate((
          ([NO_KEY], "Null", "s3locationconstraint"), ([NO_KEY], "Null", "SourceIp"),
          ([], "Null", "s3:LocationConstraint"), (["unknown-operator"], "SourceIp", "Null")))],
    # What else is wrong where the key is misspelt.
    Stated("misspelt-and-too-wide", [ALL, deny("*", on("BoolIfExists",
            "aws:MultiFactorAuthExists", "false"))], found(KEY, ENROLMENT, at=1), {}),
    Stated("misspelt-in-an-scp", [deny("*", on("BoolIfExists", "aws:MultiFactorAuthExists",
            "false"))], found(KEY, SCP, ENROLMENT), {}, "scp"),
    Stated("misspelt-and-on-one-call", [allow("s3:*"), deny("sts:GetSessionToken", on(
            "BoolIfExists", "aws:MultiFactorAuthExists", "false"),
            Sid="DenyAllExceptListedIfNoMFA")],
            [(KEY, "DenyAllExceptListedIfNoMFA"),
             ("mfa-on-get-session-token", "DenyAllExceptListedIfNoMFA")], {}),
    Stated("misspelt-with-another-operator", [ALL, deny("*", on("StringNotLike",
            "aws:MultiFactorAuthExists", "true"))], found(KEY, at=1), {}),
    # Near misses that a second review found.
    Stated("misspelt-and-listing-the-setup", [ALL, deny(ENROL, on("BoolIfExists", "aws:MFAPresent",
            "false"))], found(KEY, ENROLMENT, at=1), {}),
    # ARNs and keys that are none: of partitions, access points, vaults, domains, parameters, STS.
    *[Stated(f"sent-to-sts-{key}", [trust(ACCOUNT, {**WITH, **on("StringLike", key, "a*")})],
            found(NO_KEY) * wrong, {})
      for key, wrong in (("sts:SerialNumber", True), ("sts:SessionName", True),
          ("sts:RoleSessionName", False), ("sts:ExternalId", False))],
]
# fmt: on
