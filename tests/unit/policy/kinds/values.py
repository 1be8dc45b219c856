"""Values that no request has, under keys that say neither who calls nor whether with MFA."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    ENROL,
    LEFT,
    LIST,
    ME,
    MY_DEVICE,
    NO_KEY,
    OFF,
    PROVIDER,
    PUBLIC,
    READ,
    ROLE,
    SSE,
    STOP,
    TAKE,
    TEXT,
    VALUE,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    older,
    on,
    trust,
)

# fmt: off
KINDS = [
    # Lists and blocks that are empty.
    Stated("empty-value", [allow(STOP, {**WITH, **on("StringEquals", "aws:username", [])})],
           found(VALUE), {STOP: ""}),
    Stated("empty-value-to-differ-from", [deny(STOP, on("StringNotEquals", "aws:username", []))],
           found(VALUE), {}),
    Stated("nothing-to-compare", [allow(STOP, {**WITH, "StringEquals": {}})], [], {STOP: "m"}),
    Stated("empty-condition", [allow(STOP, {})], [], {STOP: "ksm"}),
    # Values of a type that the operator does not compare.
    Stated("date-of-words", [allow(STOP, on("DateLessThan", "aws:CurrentTime",
            "aws:PrincipalTag/expiry"))], found(VALUE), {}),
    Stated("date-of-a-day", [allow(STOP, on("DateLessThan", "aws:CurrentTime", "2031-05-01"))],
           [], {}),
    Stated("date-filled-in", [allow(STOP, on("DateLessThan", "aws:CurrentTime",
            "${aws:PrincipalTag/expiry}"))], [], {}),
    Stated("network-of-words", [deny(STOP, on("NotIpAddress", "aws:SourceIp", "office"))],
           found(VALUE), {}),
    Stated("number-of-words", [allow("s3:*", on("NumericLessThan", "s3:max-keys", "ten"))],
           found(VALUE), {}),
    # Patterns that are compared as text.
    Stated("arn-s-pattern-as-text", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:user/ops/*")})], found(VALUE), {}),
    Stated("exempt-roles-by-a-pattern-as-text", [ALL, deny("ec2:*", {**WITHOUT,
            **on("StringNotEquals", "aws:PrincipalArn", ["arn:aws:iam::*:role/*",
            "arn:aws:iam::123456789012:user/carol"])})], found(VALUE, at=1), {}, "scp"),
    Stated("names-by-a-pattern-as-text", [allow("ec2:*", {**WITH, **on("StringEqualsIfExists",
            "aws:PrincipalTag/team", "ops-?")})], found(VALUE), {}),
    *[Stated(f"patterns-as-patterns-{number}", [allow("ec2:*", {**WITH, **each})], [], {})
      for number, each in enumerate((on("StringLike", "aws:username", "ops-*"),
            on("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:user/ops-*"),
            on("StringEquals", "aws:UserAgent", "*"), on("StringEquals", "dax:x", "a*"),
            on("StringEquals", "aws:username", "${aws:PrincipalTag/x}-${*}")))],
    Stated("pattern-as-text-without-mfa", [allow("ec2:*", on("StringEquals", "aws:username",
            "ops-*"))], found(VALUE), {}),
    Stated("stars-of-other-keys-as-text", [allow("ec2:*", on("StringEquals", key, "ops-*"))
            for key in ("aws:UserAgent", "aws:Referer", "autoscaling:ImageId")], [], {}),
    # Limits of a moment or number that leave nothing between them.
    *[Stated(f"limits-of-{key}-{late > early}-{end}", [allow("*", WITH), deny("s3:*", {**on(
            f"{kind}GreaterThan{end}", key, late), **on(f"{kind}LessThan", key, early)})],
            found(VALUE, at=1) if late > early else [], {})
      for kind, key, one, two in (("Date", "aws:CurrentTime", "2031-05-01T09:00:00Z",
            "2031-05-01T18:00:00Z"), ("Numeric", "s3:max-keys", "10", "20"))
      for early, late in ((one, two), (two, one)) for end in ("", "Equals")],
    Stated("limits-that-may-be-left-out", [allow("*", WITH), deny("s3:*", {**on(
            "NumericGreaterThanIfExists", "s3:max-keys", "20"), **on("NumericLessThan",
            "s3:max-keys", "10")}), deny("s3:*", {**on("DateGreaterThan", "aws:CurrentTime",
            "2031-05-02"), **on("DateLessThan", "aws:TokenIssueTime", "2031-05-01")}),
            deny("s3:*", {**on("NumericGreaterThan", "s3:max-keys", ["20", "5"]),
            **on("NumericLessThan", "s3:max-keys", "10")})], [], {}),
    Stated("not-booleans", [ALL, deny("ec2:*", on("Bool", "aws:SecureTransport", "yes")),
            deny("s3:*", on("Null", "aws:PrincipalTag/team", "1")), deny_but(CARE, WITHOUT)],
           [*found(VALUE, at=1), *found(VALUE, at=2)], {}),
    Stated("age-of-a-session-as-its-beginning", [allow("ec2:*", {**WITH, **on("NumericLessThan",
            "aws:TokenIssueTime", "3600")}), deny("s3:*", on("DateGreaterThan", "aws:EpochTime",
            86400))], [*found(VALUE), *found(VALUE, at=1)], {STOP: ""}),
    Stated("names-and-ids-of-another-kind", [ALL, deny_but(CARE, WITHOUT), *[deny("ec2:*",
            on("StringNotLike", *each)) for each in (("aws:userid", ["bg-0?", "Anna"]),
            ("aws:username", "staff/carol"), ("aws:PrincipalAccount", "12345678901"),
            ("aws:PrincipalOrgID", "ou-ab12-cdefgh34"), ("aws:SourceVpc", "vpce-0a1b2c3d"),
            ("aws:SourceVpce", "vpc-0a1b2c3d"), ("aws:RequestedRegion", "eu-west-1a"),
            ("aws:SourceAccount", "1234-5678-9012"), ("s3:ResourceAccount", "12345"))]],
           [one for at in range(2, 11) for one in found(VALUE, at=at)] + found(NO_KEY, at=10), {}),
    Stated("names-and-ids", [ALL, deny_but(CARE, WITHOUT), *[deny("ec2:*",
            on("StringNotLike", *each)) for each in (("aws:userid", ["AROAEXAMPLEID:*", "*:carol"]),
            ("aws:userid", "123456789012"), ("aws:username", ["carol@example.org", "*/x"]),
            ("aws:PrincipalAccount", ["123456789012", "${AccountId}"]),
            ("aws:PrincipalOrgID", "o-a1b2c3d4e5"), ("aws:SourceVpc", ["vpc-0a1b2c3d", "vpce-1"]),
            ("aws:RequestedRegion", "eu-*"))]], [], {}),
    Stated("stale-of-patterns-beside-no-mfa", [ALL, deny_but(CARE, WITHOUT), deny(["iam:*",
            "kms:*"], older(7200, "NumericGreaterThan"))], [], {STOP: "m"}),
    # Requests of IAM count as one region's, but not what other services ask of it.
    *[Stated(f"region-of-iam-among-others-{number}", [{**each, "Condition": {**each["Condition"],
            **on("StringEquals", "aws:RequestedRegion", "eu-west-1")}}], found(*rules), {})
      for number, (each, rules) in enumerate((
            (allow(["ec2:*", "iam:*"], WITH), [VALUE]),
            (allow(["ec2:*", "iam:PassRole"], WITH), []),
            (allow(["ec2:*"], WITH), []),
            (deny(["ec2:*", "iam:*"], on("Bool", "aws:SecureTransport", "false")), [])))],
    # One mistake is told once.
    Stated("sum-in-a-date", [allow(READ, {**WITH, "DateLessThan": {"aws:CurrentTime":
            "${aws:TokenIssueTime + 2 hours}"}, "DateGreaterThan": {"aws:CurrentTime":
            "${aws:TokenIssueTime}"}})], found(VALUE), {}),
    Stated("root-as-text", [deny("*", {**WITHOUT, **on("StringEquals", "aws:PrincipalArn",
            "arn:aws:iam::*:root")})], found(VALUE), {}),
    Stated("root-alone", [deny("*", {**WITHOUT, **on("StringLike", "aws:PrincipalArn",
            "arn:aws:iam::*:root")})], [], {}),
    Stated("moment-as-a-number", [trust(ACCOUNT, {**WITH, **on("NumericLessThan",
            "aws:TokenIssueTime", "${var.age}")})], found(VALUE), {}, "trust"),
    Stated("deletion-of-all-devices-with-mfa", [allow([*ENROL, "iam:DeleteVirtualMFADevice"],
            Resource=[ME, MY_DEVICE]), deny_but([*CARE, "iam:DeleteVirtualMFADevice"], WITHOUT),
            allow("*", WITH)], [], {}),
    Stated("date-as-a-number", [allow(READ, {**WITH, **on("NumericLessThan", "aws:CurrentTime",
            "2031-05-01T00:00:00Z")})], found(VALUE), {}),
    Stated("one-service-exempt-on-purpose", [allow([*ENROL, "health:*"]), deny_but([*CARE,
            "health:*"], WITHOUT)], [], {}),
    Stated("services-denied-by-another", [allow(["s3:*", "sqs:*"]), deny_but([*CARE, "s3:*",
            "sqs:*"], WITHOUT), deny("s3:Delete*", WITHOUT)], [], {}),
    # A Deny of regions stops IAM, whose requests count as one region's.
    *[Stated(f"placeholder-as-the-address-{text}", [allow("ec2:*", {**WITH, **on("IpAddress",
            "aws:SourceIp", text)})], found(*rules), {})
      for text, rules in (
            ("workplace_ip_address_here", [VALUE]),
            ("my.office.ip.address/32", [VALUE]),
            ("your-ip/32", [VALUE]),
            ("YOUR_IP_HERE/32", [LEFT]),
            ("{{ ip_address }}", []),
            ("office", [VALUE]))],
    Stated("attributes-of-items-named-like-placeholders", [allow("dynamodb:GetItem", {**WITH,
            **on("ForAllValues:StringEquals", "dynamodb:Attributes", ["address", "last_ip_address",
            "drop-files-here"])})], [], {}),
    # Account-wide actions on a user, regions of IAM, tags of all requests, first sign-in.
    *[Stated(f"iam-in-other-regions-{at}", [allow("iam:CreateUser", {**WITH, **on(operator,
            "aws:RequestedRegion", regions)}), deny(["iam:DeleteUser"], on(opposite,
            "aws:RequestedRegion", others))], found(VALUE) + found(VALUE, at=1), {})
      for at, (operator, regions, opposite, others) in enumerate((
          ("StringEquals", "eu-west-1", "StringNotEquals", "us-east-1"),
          ("StringLike", ["eu-*"], "StringNotLike", ["us-*", "eu-*"]),
          ("StringNotEquals", ["us-east-1", "eu-west-1"], "StringEquals", "eu-west-1")))],
    Stated("iam-in-its-region", [allow("iam:CreateUser", {**WITH, **on("StringEquals",
            "aws:RequestedRegion", ["us-east-1", "eu-west-1"])}), allow(["iam:CreateUser", STOP], {
            **WITH, **on("StringEquals", "aws:RequestedRegion", "eu-west-1")}), deny("iam:*",
            on("StringNotEquals", "aws:RequestedRegion", "us-east-1"),
            Resource="arn:aws-us-gov:iam::*:role/*"), deny("iam:DeleteRole", {**WITHOUT,
            **on("StringEquals", "aws:RequestedRegion", "${Region}")}), deny("iam:DeleteRole",
            {**WITHOUT, **on("StringNotEquals", "aws:RequestedRegion", "us-east-1")})],
           found(VALUE, at=2) + found("deny-narrowed", at=4), {}),
    # A word within a word, the same ARN in two partitions, exemptions with wrong values.
    Stated("a-role-exempt-by-a-wrong-value", [allow(READ, Principal=ROLE, Resource=BUCKET), deny(
            READ, {**WITHOUT, **on("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*")},
            **PUBLIC)], found(VALUE, at=1), {}),
    # A Sid of MFA alone beside an Allow of a part, ARNs without region, global services, periods.
    *[Stated(f"global-service-in-a-region-{at}", [deny(actions, {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-central-1")})], found(VALUE), {})
      for at, actions in enumerate((["cloudfront:DeleteDistribution", "cloudfront:Update*"],
          "route53:*", ["organizations:LeaveOrganization", "iam:CreateUser"], "budgets:Modify*"))],
    Stated("service-in-a-region", [deny(["cloudfront:*", "ec2:*"], {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-central-1")}), deny("route53resolver:*", {**WITHOUT, **on(
            "StringEquals", "aws:RequestedRegion", "eu-central-1")})], [], {}),
    Stated("denied-in-a-period", [ALL, deny(STOP, {**WITHOUT, **on("DateGreaterThan",
            "aws:CurrentTime", "2031-05-01T00:00:00Z"), **on("DateLessThan", "aws:CurrentTime",
            "2031-06-01T00:00:00Z")})], [], {}),
    # Grace periods, paths of users, tags that exempt, ViaService, removal denied for most.
    Stated("via-a-service-without-region", [deny("kms:Decrypt", {**WITHOUT, **on("StringNotEquals",
            "kms:ViaService", "s3.amazonaws.com")})], found(VALUE), {}),
    Stated("via-services", [deny("kms:Decrypt", {**WITHOUT, **on("StringNotLike",
            "kms:ViaService", ["s3.*.amazonaws.com", "rds.eu-west-1.amazonaws.com",
            "${Service}.amazonaws.com"])})], [], {}),
    Stated("own-removal-denied-for-most", [allow([OFF, LIST], Resource=ME), deny_but(CARE, {
            **WITHOUT, **on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/x")})], [],
           {}),
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    *[Stated(f"value-of-{key}-{operator}-{number}", [allow(action, {**WITH, operator: {
            key: value}})], found(VALUE) if told else [], {})
      for number, (action, operator, key, value, told) in enumerate((
            ("s3:ListBucket", "StringEquals", "s3:prefix", "home/${aws:username}/*", True),
            ("s3:ListBucket", "StringLike", "s3:prefix", "home/${aws:username}/*", False),
            ("s3:PutObject", "StringEquals", "s3:if-none-match", "*", False),
            ("lambda:AddPermission", "StringEquals", "lambda:Principal", "*", False),
            (STOP, "StringEquals", "ec2:InstanceType", "t3.*", True),
            (STOP, "StringEquals", "ec2:ResourceTag/Name", "dev-*", True),
            ("rds:CreateDBInstance", "StringEquals", "rds:DatabaseClass", "db.t3.*", True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "eu-west1", True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "EU-WEST-1", True),
            ("ec2:*", "StringEqualsIgnoreCase", "aws:RequestedRegion", "EU-WEST-1", False),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", ["eu-west-1", "eu-cental-1"], True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "eu-west-1, eu-central-1", True),
            ("ec2:*", "StringEquals", "aws:RequestedRegion", "Europe (Ireland)", True),
            ("ec2:*", "StringLike", "aws:RequestedRegion", ["eu-*", "us-gov-east-1", "MAIN_REGION",
             "us-isob-east-1", "ap-southeast-7", "eusc-de-east-1", "${region}"], False),
            ("ec2:*", "StringEquals", "ec2:Region", "eu-west1", True),
            ("s3:*", "StringEquals", "aws:SourceVpc", "10.0.0.0/16", True),
            ("s3:*", "StringEquals", "aws:SourceVpc", "prod-vpc", True),
            ("s3:*", "StringEquals", "aws:SourceVpce", "s3-endpoint", True),
            ("s3:*", "StringLike", "aws:SourceVpc", ["vpc-0123456789abcdef0", "VPC_ID"], False),
            ("iam:CreateUser", "StringEquals", "iam:PermissionsBoundary", "Developers", True),
            ("iam:CreateUser", "StringLike", "iam:PermissionsBoundary", "*/Developers", False),
            ("iam:AttachUserPolicy", "ArnEquals", "iam:PolicyARN", "ReadOnlyAccess", True),
            ("iam:AttachUserPolicy", "ArnLike", "iam:PolicyARN", "arn:aws:iam::*:policy/x", False),
            ("ec2:CreateSecurityGroup", "StringEquals", "ec2:Vpc", "vpc-0123456789abcdef0", True),
            ("ec2:CreateSecurityGroup", "StringLike", "ec2:Vpc", "*vpc-0123456789abcdef0", False),
            ("iam:PassRole", "StringEquals", "iam:PassedToService", ["ec2", "lambda"], True),
            ("iam:PassRole", "StringEquals", "iam:PassedToService", "lambda.amazon.com", True),
            ("iam:PassRole", "StringLike", "iam:PassedToService", "ec2.amazonaws.*", False),
            ("iam:PassRole", "StringEquals", "iam:PassedToService", ["x.rds.amazonaws.com",
             "dms.sc2s.sgov.gov"], False),
            ("iam:PassRole", "StringLike", "iam:PassedToService", ["ec2*", "ec2.amazonaws.com.cn"],
             False),
            ("dynamodb:*", "ForAnyValue:StringEquals", "aws:CalledVia", "cloudformation", True),
            ("s3:PutObject", "StringEquals", SSE, "AES-256", True),
            ("s3:PutObject", "StringEquals", SSE, "aws:KMS", True),
            ("s3:PutObject", "StringEquals", SSE, ["AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"],
             False),
            (STOP, "NumericLessThan", "aws:EpochTime", "1798761600000", True),
            (STOP, "NumericLessThan", "aws:EpochTime", "1798761600", False),
            (STOP, "DateLessThan", "aws:CurrentTime", "2031-05-01", False)))],
    *[Stated(f"external-id-{value}", [trust(ACCOUNT, {**WITH, **on("StringEquals", "sts:ExternalId",
            value)})], found(VALUE) if told else [], {})
      for value, told in (("", True), ("books prod 7", True), ("books:prod/7@x=1,2", False),
            ("YOUR EXTERNAL ID", False))],
    # What is about no key, in a key's policy.
    Stated("value-that-metadata-never-has", [ALL, deny("ec2:RunInstances", on("StringEquals",
            "ec2:MetadataHttpTokens", "enabled"), Resource="arn:aws:ec2:*:*:instance/*"), deny_but(
            CARE, WITHOUT)], found(VALUE, at=1), {}),
    # Demands of a Deny that are joined; a public address and a VPC.
    *[Stated(f"region-called-{region}", [allow("ec2:*", {**WITH, **on("StringEquals",
             "aws:RequestedRegion", region)})], found(VALUE) if told else [], {})
      for region, told in (("cloudfront", True), ("route53", True), ("eu-west-1a", True),
                           ("global", False), ("eu-west-1", False))],
    # A repository on GitHub, and the keys of its tokens.
    *[Stated(f"token-of-github-{number}", [{**trust({"Federated":
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
            {operator: {f"token.actions.githubusercontent.com:{key}": value}}), "Action":
            "sts:AssumeRoleWithWebIdentity"}], found(*rules), {})
      for number, (operator, key, value, rules) in enumerate((
            ("StringLike", "sub", "repo:books/shelf", [VALUE]),
            ("StringLike", "sub", "repo:books/*", []),
            ("StringEquals", "sub", "repo:books/shelf:ref:refs/heads/main", []),
            ("ForAllValues:StringEquals", "aud", "sts.amazonaws.com", [TEXT])))],
    # A subject with a wildcard is compared as text.
    *[Stated(f"subject-as-text-{operator}", [{**trust({"Federated":
            "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}, on(operator, "gitlab.com:sub",
            "project_path:acme/*:ref_type:branch")), "Action": f"{TAKE}WithWebIdentity"}],
            found(VALUE) * wrong, {}, "trust")
      for operator, wrong in (("StringEquals", True), ("StringLike", False))],
    # ARNs and keys that are none: of partitions, access points, vaults, domains, parameters, STS.
    *[Stated(f"name-of-a-session-{at}", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "sts:RoleSessionName", name)})], found(VALUE) * wrong, {})
      for at, (name, wrong) in enumerate((("break glass", True), ("ann@acme.com", False),
          ("${aws:username}", False)))],
    *[Stated(f"subject-of-github-{at}", [{**trust({"Federated":
            f"{PROVIDER}token.actions.githubusercontent.com"}, on("StringLike",
            "token.actions.githubusercontent.com:sub", name)), "Action": f"{TAKE}WithWebIdentity"}],
            found(VALUE) * wrong, {}, "trust")
      for at, (name, wrong) in enumerate((("acme/infra:*", True), ("repo:acme/infra:*", False),
          ("repository_owner:acme:*", False), ("*", False)))],
]
# fmt: on
