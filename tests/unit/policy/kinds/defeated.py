"""Allows with MFA that another Allow without MFA defeats: one Allow is enough."""

from __future__ import annotations

from policy.statements import (
    A_USER,
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    DEFEATED,
    DEVICES,
    ENROL,
    IN_OFFICE,
    LIST,
    ME,
    MY_DEVICE,
    NETWORK,
    NOTHING,
    OFF,
    ORGANISATION,
    PARTNER,
    PUBLIC,
    QUEUE,
    READ,
    ROLE,
    STOP,
    TABLES,
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
PARTNER_ACCOUNT = {"AWS": f"arn:aws:iam::{PARTNER}:root"}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:books"
CALLER = on("StringEquals", "kms:CallerAccount", "123456789012")
OTHER_CALLER = on("StringEquals", "kms:CallerAccount", "999999999999")
VIA = on("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com")
KINDS = [
    # A Deny of deletions, that leaves the deletion of versions to the policies of users.
    *[Stated(f"versions-left-to-others-{number}", [deny(actions, WITHOUT, **PUBLIC, Sid=sid)],
             [(DEFEATED, sid)] if told else [], {})
      for number, (sid, actions, told) in enumerate((
          ("DeleteOnlyWithMfa", "s3:DeleteObject", True),
          ("NoDeletionWithoutMfa", ["s3:DeleteObject", "s3:DeleteObjectTagging"], True),
          ("DeleteOnlyWithMfa", ["s3:DeleteObject", "s3:DeleteObjectVersion"], False),
          ("DeleteOnlyWithMfa", "s3:DeleteObject*", False),
          ("WriteOnlyWithMfa", ["s3:PutObject", "s3:DeleteObject"], False),
          ("DeleteOnlyWithMfa", "s3:DeleteObjectTagging", False)))],
    # Another Allow, of all users but some.
    *[Stated(f"for-all-but-{number}", [allow("ec2:*", WITH), allow("ec2:*", on(operator, key,
             value))], found("allowed-without-mfa-too") if told else [], {})
      for number, (operator, key, value, told) in enumerate((
          ("StringNotEquals", "aws:username", "robot", True),
          ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/robots/*", True),
          ("StringNotLike", "aws:username", "*", False),
          ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*", False),
          ("StringEquals", "aws:username", "robot", False)))],
    # One Allow with MFA, one without, whose other condition the whole account meets.
    Stated("key-for-callers", [allow("kms:*", WITH, Principal=ACCOUNT),
            allow("kms:*", CALLER, Principal="*")], found(DEFEATED), {}),
    Stated("key-for-callers-of-the-account", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:*", on("StringEquals", "aws:PrincipalAccount", "123456789012"),
                  Principal="*")], found(DEFEATED), {}),
    Stated("key-for-callers-by-list", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", on("StringEquals", "kms:CallerAccount",
                  ["123456789012", "999999999999"]), Principal={"AWS": "*"})],
           found(DEFEATED), {}),
    Stated("key-for-callers-both", [allow("kms:Decrypt", {**WITH, **CALLER}, Principal="*"),
            allow("kms:Decrypt", CALLER, Principal="*")], found(DEFEATED), {}),
    Stated("key-for-other-callers", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", OTHER_CALLER, Principal="*")], [], {}),
    Stated("key-via-service", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", VIA, Principal="*")], [], {}),
    Stated("key-for-callers-denied", [allow("kms:Decrypt", WITH, Principal=ACCOUNT),
            allow("kms:Decrypt", CALLER, Principal="*"), deny("kms:*", WITHOUT, Principal="*")],
           [], {}),
    # Other actions that do the same, and other Allows of what has a tag.
    *[Stated(f"other-way-{at}", [allow([action, way]), deny(action, WITHOUT)],
            found(DEFEATED, at=1) if told else [], {})
      for at, (told, action, way) in enumerate((
          (True, "ssm:GetParameter", "ssm:GetParameters"),
          (True, "ssm:GetParameter", "ssm:GetParametersByPath"),
          (True, "s3:GetObject", "s3:GetObjectVersion"),
          (True, "iam:AttachUserPolicy", "iam:PutUserPolicy"),
          (True, "iam:AttachRolePolicy", "iam:PutRolePolicy"),
          (False, "iam:AttachUserPolicy", "iam:PutGroupPolicy"),
          (False, "iam:PutUserPolicy", "iam:AttachUserPolicy"),
          (False, "s3:GetObject", "s3:GetObjectTagging"),
          (False, "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue")))],
    *[Stated(f"other-way-by-pattern-{at}", [allow(given), deny(denied, WITHOUT)],
            found(DEFEATED, at=1) if told else [], {})
      for at, (told, given, denied) in enumerate((
          (True, "ssm:Get*", "ssm:GetParameter"),
          (True, "ssm:*", "ssm:GetParameter"),
          (True, "*", "ssm:GetParameter"),
          (True, "s3:DeleteObject*", "s3:DeleteObject"),
          (False, "ssm:GetParameter", "ssm:GetParameter"),
          (False, "ssm:Get*", "ssm:GetParameter*"),
          (False, ["ssm:Describe*", "ssm:GetParameter"], "ssm:GetParameter"),
          (False, "s3:Get*", "s3:GetObject")))],
    Stated("other-way-with-mfa", [allow("ssm:Get*", WITH), deny("ssm:GetParameter", WITHOUT)], [],
           {}),
    Stated("other-way-denied-apart", [allow(["s3:GetObject", "s3:GetObjectVersion"]),
            deny("s3:GetObject", WITHOUT), deny("s3:GetObjectVersion", WITHOUT)], [], {}),
    *[Stated(f"tagged-{at}", [allow("ec2:*", {**WITH, **on("StringEquals", "ec2:ResourceTag/env",
            "prod")}), allow(actions, when)], found(*rules), {})
      for at, (actions, when, rules) in enumerate((
          ("ec2:*", on("StringNotEquals", "ec2:ResourceTag/env", "production"), [DEFEATED]),
          ("ec2:*", on("StringNotEquals", "aws:ResourceTag/env", ["dev", "test"]), [DEFEATED]),
          ("ec2:*", on("StringNotEquals", "aws:RequestTag/env", "prod"), [DEFEATED]),
          ("ec2:*", on("StringLike", "ec2:ResourceTag/env", "*"), [DEFEATED]),
          ("ec2:*", on("StringNotEquals", "ec2:ResourceTag/env", "prod"), []),
          ("ec2:*", on("StringNotEquals", "aws:ResourceTag/env", ["prod", "dev"]), []),
          ("ec2:*", on("StringNotEquals", "ec2:ResourceTag/Environment", "prod"), []),
          ("ec2:*", {**on("StringLike", "ec2:ResourceTag/env", "*"), **on("StringEquals",
              "ec2:ResourceTag/team", "books")}, []),
          ("ec2:RunInstances", on("StringNotEquals", "aws:RequestTag/env", "prod"), []),
          ("ec2:TerminateInstances", on("StringLike", "ec2:ResourceTag/env", "*"), [])))],
    Stated("launched-untagged", [allow("ec2:RunInstances", {**WITH, **on("StringEquals",
            "ec2:ResourceTag/env", "prod")}), allow("ec2:RunInstances", on("StringNotEquals",
            "aws:RequestTag/env", "prod"))], [], {}),
    # Fixes that make a Deny leave MFA's setup to those without it.
    Stated("iam-with-mfa-beside-all", [ALL, allow("iam:*", WITH)], found(DEFEATED, at=1), {}),
    Stated("all-with-mfa-beside-all", [ALL, allow("*", WITH)], found(DEFEATED, at=1),
           {STOP: "ksm"}),
    Stated("removal-and-setup-with-mfa-beside-all", [ALL, allow([*ENROL, OFF, "ec2:*"], WITH)],
           found(DEFEATED, at=1), {OFF: "km"}),
    # The same, allowed on all resources of the service by their ARN.
    Stated("opened-by-a-service-s-arns", [allow("s3:DeleteObject*", WITH), allow("s3:*",
            Resource="arn:aws:s3:::*")], found(DEFEATED), {}),
    Stated("opened-by-all-arns-of-ec2", [allow(STOP, WITH), allow("ec2:*",
            Resource=["arn:aws:ec2:*:*:*"])], found(DEFEATED), {}),
    Stated("opened-in-a-region", [allow(STOP, WITH), allow("ec2:*",
            Resource="arn:aws:ec2:eu-west-1:*:*")], [], {}),
    Stated("opened-by-another-service-s-arns", [allow(STOP, WITH), allow(["ec2:*", "s3:*"],
            Resource="arn:aws:s3:::*")], [], {STOP: "m"}),
    # The ARN that a role session has as its principal is the role's.
    Stated("allowed-with-any-source-identity", [trust(ACCOUNT, WITH), trust(ACCOUNT,
            on("StringLike", "sts:SourceIdentity", "*"))], found(DEFEATED), {}),
    Stated("allowed-with-one-source-identity", [trust(ACCOUNT, WITH), trust(ACCOUNT,
            on("StringLike", "sts:SourceIdentity", "ci-*"))], [], {}),
    # The same without MFA, under a condition that keeps no user out, or only those in a network.
    *[Stated(f"same-without-mfa-{name}", [allow(STOP, WITH), allow("ec2:*", when)],
            found(DEFEATED) * told, {})
      for name, when, told in (
          ("since-a-day", on("DateGreaterThan", "aws:CurrentTime", "2023-06-30T00:00:00Z"), True),
          ("until-a-day", on("DateLessThan", "aws:CurrentTime", "2023-06-30T00:00:00Z"), False),
          ("from-a-day-on", on("DateGreaterThan", "aws:CurrentTime", "2091-06-30"), False),
          ("in-a-year", {**on("DateGreaterThan", "aws:CurrentTime", "2023-01-01"),
              **on("DateLessThan", "aws:CurrentTime", "2091-01-01")}, False),
          ("outside-the-office", on("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"), True),
          ("outside-a-cidr-to-fill-in", on("NotIpAddress", "aws:SourceIp", "${var.cidr}"), False),
          ("in-the-office", IN_OFFICE, False),
          ("anywhere", on("IpAddress", "aws:SourceIp", ["0.0.0.0/0", "::/0"]), True),
          ("anywhere-in-halves", on("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]),
           True),
          ("users", on("StringEquals", "aws:PrincipalType", "User"), True),
          ("roles", on("StringEquals", "aws:PrincipalType", "AssumedRole"), False),
          ("any-user-name", on("StringLike", "aws:username", "*"), True),
          ("whoever-has-a-name", on("Null", "aws:username", "false"), True),
          ("one-user", on("StringEquals", "aws:username", "ci-deploy"), False),
          ("some-users", on("StringLike", "aws:username", "ci-*"), False),
          ("one-user-in-the-office", {**on("StringEquals", "aws:username", "ci"), **IN_OFFICE},
           False),
          ("client-program", on("StringLike", "aws:UserAgent", "*aws-cli*"), True),
          ("other-client-programs", on("StringNotLike", "aws:UserAgent", "*aws-cli*"), False),
          ("organisation", ORGANISATION, True),
          ("part-of-the-organisation", on("ForAnyValue:StringLike", "aws:PrincipalOrgPaths",
              "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"), False),
          ("tag", on("StringEquals", "aws:PrincipalTag/robot", "yes"), False))],
    Stated("role-for-the-organisation-too", [trust(ACCOUNT, WITH), trust(ACCOUNT, ORGANISATION)],
           found(DEFEATED), {}),
    Stated("role-for-others-of-the-organisation", [trust(PARTNER_ACCOUNT, WITH),
            trust("*", ORGANISATION)], [], {}),
    Stated("objects-for-visitors-of-a-site", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            allow(READ, on("StringLike", "aws:Referer", "https://example.com/*"), **PUBLIC)], [],
           {}),
    Stated("role-for-users-too", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringEquals",
            "aws:PrincipalType", "User"))], found(DEFEATED), {}),
    Stated("same-without-mfa-outside-the-office-denied", [allow(STOP, WITH), allow("ec2:*",
            on("NotIpAddress", "aws:SourceIp", "198.51.100.0/24")), deny("ec2:*", WITHOUT)], [],
           {STOP: "m"}),
    *[Stated(f"object-deleted-in-a-bucket-beside-{other}", [deny("s3:DeleteObject", WITHOUT,
            **PUBLIC), deny(other, WITHOUT, Principal="*", Resource=where)],
            found(DEFEATED) * told, {})
      for other, where, told in (
          ("s3:PutBucketVersioning", "arn:aws:s3:::books", True),
          ("s3:PutBucketPolicy", "arn:aws:s3:::books", False),
          ("s3:DeleteObjectVersion", BUCKET, False))],
    *[Stated(f"mfa-in-some-regions-{sid}", [allow("ec2:*", on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")), allow(STOP, WITH, Sid=sid)],
            [(DEFEATED, sid)] * told, {})
      for sid, told in (("StopNeedsMFA", True), ("StopElsewhere", False))],
    # Two Allows of a trust policy, of which one Sid demands what is only another way in.
    *[Stated(f"another-way-in-{sid}", [trust(ACCOUNT, WITH), {**trust(who, when), "Sid": sid}],
            [(DEFEATED, sid)] if wrong else [], {})
      for sid, who, when, wrong in (
            ("ExternalIdRequired", ACCOUNT, on("StringEquals", "sts:ExternalId", "x"), True),
            ("OnlyFromVpn", ACCOUNT, on("IpAddress", "aws:SourceIp", "192.0.2.0/24"), True),
            ("Office", ACCOUNT, on("IpAddress", "aws:SourceIp", "192.0.2.0/24"), False),
            ("OfficeNeedsNoMfa", ACCOUNT, on("IpAddress", "aws:SourceIp", "192.0.2.0/24"), False),
            ("PartnerMustSendId", {"AWS": "444455556666"}, on("StringEquals", "sts:ExternalId",
             "x"), False))],
    # A Sid about versions, over an action that deletes none.
    *[Stated(f"versions-left-out-{number}", [allow(given, Resource=BUCKET), deny(denied, WITHOUT,
            Resource=BUCKET), *more], found(DEFEATED, at=1) if wrong else [], {})
      for number, (given, denied, more, wrong) in enumerate((
            (["s3:DeleteObject", "s3:DeleteObjectVersion"], "s3:DeleteObject", [], True),
            ("s3:*", "s3:DeleteObject", [], False),
            (["s3:DeleteObject", "s3:DeleteObjectVersion"], "s3:DeleteObject*", [], False),
            (["s3:DeleteObject", "s3:DeleteObjectVersion"], "s3:DeleteObject",
             [deny("s3:DeleteObjectVersion", WITHOUT)], False)))],
    # An Allow whose Sid demands MFA, and another one for some networks.
    *[Stated(f"mfa-demanded-but-{number}", [allow(action, WITH, Sid=sid), second],
            [(DEFEATED, sid)] if wrong else [], {})
      for number, (sid, action, second, wrong) in enumerate((
            ("StopOnlyWithMfa", STOP, allow("ec2:*", IN_OFFICE), True),
            ("MfaRequiredToStop", [STOP, READ], allow("ec2:*", IN_OFFICE), True),
            ("StopWithMfa", STOP, allow("ec2:*", IN_OFFICE), False),
            ("MfaRequiredOutsideOffice", STOP, allow("ec2:*", IN_OFFICE), False),
            ("StopOnlyWithMfa", STOP, allow("s3:*", IN_OFFICE), False),
            ("StopOnlyWithMfa", STOP, allow("ec2:*", on("StringEquals", "ec2:Owner", "x")),
             False)))],
    Stated("any-session-name", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringLike",
            "sts:RoleSessionName", "*"))], found(DEFEATED), {}),
    Stated("some-session-name", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringLike",
            "sts:RoleSessionName", "ci-*"))], [], {}),
    # One mistake is told once.
    Stated("deletion-allowed-twice", [allow([LIST, "iam:DeleteVirtualMFADevice"], Resource="*"),
            allow("iam:DeleteVirtualMFADevice", WITH, Resource=MY_DEVICE)],
           found(DEFEATED, at=1), {}),
    Stated("a-key-compared-to-itself", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringEquals",
            "aws:username", "${aws:username}"))], found(DEFEATED), {}),
    Stated("everything-outside-the-office", [ALL, deny("*", {**WITHOUT, **NETWORK},
            Sid="OutsideOfficeNeedsMfa")], [], {}),
    Stated("layers-checked-without-mfa", [allow(["ecr:BatchCheckLayerAvailability",
            "ecr:PutImage"], WITH), allow(["ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage"])], [], {}),
    Stated("lists-with-mfa-and-without", [allow(["iam:ListUsers", "iam:ListGroups"], WITH),
            allow("iam:ListUsers")], [], {}),
    Stated("reading-with-mfa-and-without", [allow(["secretsmanager:GetSecretValue",
            "secretsmanager:DescribeSecret"], WITH), allow("secretsmanager:Get*")],
           found(DEFEATED), {}),
    Stated("account-beside-its-users", [trust(ACCOUNT), trust({"AWS":
            "arn:aws:iam::123456789012:user/carol"}, WITH)], found(DEFEATED, at=1), {}),
    Stated("other-account-beside-users", [trust({"AWS": "arn:aws:iam::444455556666:root"}),
            trust({"AWS": "arn:aws:iam::123456789012:user/carol"}, WITH)], [], {}),
    Stated("key-for-an-account-and-its-users", [allow("kms:*", Principal=ACCOUNT),
            allow("kms:Decrypt", WITH, Principal={"AWS": "arn:aws:iam::123456789012:user/c"})],
           [], {}),
    Stated("two-networks", [allow(STOP, {**WITH, **NETWORK}), allow(STOP, {**WITH,
            **on("IpAddress", "aws:SourceIp", "192.0.2.0/24")})], [], {}),
    Stated("objects-open-beside-a-bucket", [allow("s3:*", NotResource="arn:aws:s3:::books"),
            allow("s3:*", WITH, Resource=["arn:aws:s3:::books", BUCKET])],
           found(DEFEATED, at=1), {READ: "ksm"}),
    Stated("more-objects-with-mfa", [allow(READ, Resource=f"{BUCKET}.txt"), allow("s3:*", WITH,
            Resource=["arn:aws:s3:::books", BUCKET])], [], {READ: "m"}),
    # A way in for whoever names the session after themselves; secrets without their suffix.
    Stated("session-named-as-oneself", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringEquals",
            "sts:RoleSessionName", "${aws:username}"))], found("allowed-without-mfa-too"), {}),
    # A Deny on others than those on which the policy allows the same.
    *[Stated(f"deny-on-another-{number}", [allow(allowed, Resource=there),
            deny(action, WITHOUT, Resource=here)], found("deny-denies-nothing", at=1), {})
      for number, (allowed, action, here, there) in enumerate((
            (READ, READ, "arn:aws:s3:::films-stage/*", "arn:aws:s3:::films-live/*"),
            (STOP, "ec2:*", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
             "arn:aws:ec2:eu-west-1:123456789012:instance/i-2"),
            (STOP, STOP, "arn:aws:ec2:*:123456789021:instance/*",
             "arn:aws:ec2:*:123456789012:instance/*")))],
    Stated("deny-in-one-of-all-accounts", [allow("ec2:*", Resource="arn:aws:ec2:*:*:instance/*"),
            deny(STOP, WITHOUT, Resource="arn:aws:ec2:*:123456789012:instance/*")], [], {}),
    # Of the Deny's resources, one is misspelt.
    *[Stated(f"one-of-them-misspelt-{name}", [allow(action, Resource=allowed), deny(action, WITHOUT,
            Resource=denied), *more], found(NOTHING, at=1) * told, {})
      for name, action, allowed, denied, more, told in (
          ("objects", "s3:*", ["arn:aws:s3:::films", "arn:aws:s3:::films/*"],
           ["arn:aws:s3:::films", "arn:aws:s3:::flims/*"], [], True),
          ("table", "dynamodb:GetItem", [f"{TABLES}orders", f"{TABLES}salaries"],
           [f"{TABLES}orders", f"{TABLES}salares"], [], True),
          ("role", "sts:AssumeRole", [ROLE["AWS"], "arn:aws:iam::123456789012:role/Admin"],
           [ROLE["AWS"], "arn:aws:iam::123456789012:role/admin"], [], True),
          ("account", "dynamodb:GetItem", [f"{TABLES}orders", f"{TABLES}films"],
           [f"{TABLES}orders", f"{TABLES}films".replace("9012", "9021")], [], True),
          ("not-by-a-digit", "dynamodb:GetItem", [f"{TABLES}orders1", f"{TABLES}orders2"],
           [f"{TABLES}orders1", f"{TABLES}orders3"], [], False),
          ("not-by-another-letter", "dynamodb:GetItem", [f"{TABLES}list-a", f"{TABLES}list-b"],
           [f"{TABLES}list-a", f"{TABLES}list-c"], [], False),
          ("not-if-all-is-denied", "dynamodb:GetItem", [f"{TABLES}orders", f"{TABLES}order"],
           [f"{TABLES}orders", f"{TABLES}order", f"{TABLES}orderss"], [], False),
          ("not-if-denied-elsewhere", "dynamodb:GetItem", [f"{TABLES}orders", f"{TABLES}films"],
           [f"{TABLES}orders", f"{TABLES}flims"], [deny("dynamodb:*", WITHOUT,
           Resource=f"{TABLES}films")], False),
          ("not-one-of-another-policy", "dynamodb:GetItem", [f"{TABLES}orders", f"{TABLES}films"],
           [f"{TABLES}orders", f"{TABLES}salaries"], [], False))],
    # Near misses of the kinds above.
    Stated("trust-with-what-brings-the-keys", [{**trust(ACCOUNT, {**WITH, **on("StringLike",
            "sts:SourceIdentity", "x*"), **on("StringEquals", "aws:RequestTag/team", "x")}),
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]}], [], {}),
    Stated("trust-with-keys-if-they-are-there", [trust(ACCOUNT, {**WITH, **on("StringLikeIfExists",
            "sts:SourceIdentity", "x*")}), trust(ACCOUNT, {**WITHOUT, **on("StringNotEquals",
            "aws:RequestTag/team", "x")}, "Deny")], [], {}),
    Stated("deny-where-others-allow", [allow("s3:*", Resource="arn:aws:s3:::films-live/*"),
            deny("s3:*", WITHOUT, Resource="arn:aws:s3:::*/*"), deny("ec2:*", WITHOUT,
            Resource="arn:aws:ec2:*:*:instance/*"), deny("sqs:*", WITHOUT,
            Resource="arn:aws:sqs:*:*:films"), allow("sns:*", WITH,
            Resource="arn:aws:sns:*:*:films")], [], {}),
    Stated("deny-of-regions", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")})], [], {}),
    Stated("session-denied-by-its-name", [trust(ACCOUNT, WITH), trust(ACCOUNT), trust("*", {
            **WITHOUT, **on("StringEquals", "sts:RoleSessionName", "${aws:username}")}, "Deny")],
           found("allowed-without-mfa-too"), {}),
    Stated("tags-that-callers-send", [trust(ACCOUNT, WITH), {**trust(ACCOUNT, on("StringLike",
            "aws:RequestTag/Ticket", "SUP-*")), "Action": ["sts:AssumeRole", "sts:TagSession"]}],
            found("allowed-without-mfa-too"), {}),
    Stated("tags-of-the-user", [trust(ACCOUNT, WITH), {**trust(ACCOUNT, on("StringLike",
            "aws:PrincipalTag/Ticket", "SUP-*")), "Action": ["sts:AssumeRole", "sts:TagSession"]}],
            [], {}),
    Stated("tags-alone", [{**trust(ACCOUNT, WITH), "Action": "sts:AssumeRole"}, {**trust(ACCOUNT,
            on("StringLike", "aws:RequestTag/Ticket", "SUP-*")), "Action": "sts:TagSession"}],
            [], {}),
    # A Sid of MFA alone beside an Allow of a part, ARNs without region, global services, periods.
    Stated("only-with-mfa-but-for-a-part", [allow("dynamodb:*", Resource=f"{TABLES}orders*"), allow(
            ["dynamodb:DeleteTable", "dynamodb:DeleteBackup"], WITH, Sid="DeleteTableOnlyWithMFA",
            Resource=f"{TABLES}*")], [(DEFEATED, "DeleteTableOnlyWithMFA")], {}),
    Stated("with-mfa-but-for-a-part", [allow("dynamodb:*", Resource=f"{TABLES}orders*"), allow(
            "dynamodb:DeleteTable", WITH, Sid="DeleteOthers", Resource=f"{TABLES}*"), allow(
            "iam:CreateAccessKey", Resource=ME), allow("iam:CreateAccessKey", WITH,
            Sid="KeysOfOthersOnlyWithMfa"), allow("dynamodb:List*", WITH, Sid="ListOnlyWithMfa",
            Resource=f"{TABLES}*"), allow("s3:*", Resource="arn:aws:s3:::dev/*"), allow(
            "s3:DeleteObject", WITH, Sid="DeleteOnlyWithMFA", Resource="arn:aws:s3:::live/*"),
            allow("rds:*", Resource="arn:aws:rds:*:*:db:a*"), allow("rds:DeleteDBInstance", WITH,
            Sid="DeleteDatabaseOnlyWithMfa", Resource="arn:aws:rds:*:*:db:*"), deny(
            "rds:DeleteDBInstance", WITHOUT)], [], {}),
    Stated("only-with-mfa-beside-what-policies-of-users-allow", [allow("kms:*", Principal=ACCOUNT),
            allow("kms:Decrypt", WITH, Principal={"AWS": "arn:aws:iam::123456789012:user/carol"},
            Sid="DecryptOnlyWithMFA")], [(DEFEATED, "DecryptOnlyWithMFA")], {}),
    # Policies of resources and organisations.
    Stated("topic-s-default-statement", [allow("SNS:Publish", on("StringEquals", "AWS:SourceOwner",
            "123456789012"), Principal={"AWS": "*"}, Resource=TOPIC), allow("SNS:Publish", WITH,
            Principal=ACCOUNT, Resource=TOPIC)], found(DEFEATED, at=1), {}),
    Stated("topic-s-default-statement-of-another", [allow("SNS:Publish", on("StringEquals",
            "AWS:SourceOwner", "999999999999"), Principal={"AWS": "*"}, Resource=TOPIC), allow(
            "SNS:Publish", WITH, Principal=ACCOUNT, Resource=TOPIC)], [], {}),
    # Devices that are listed only on users, and elsewhere with MFA.
    Stated("all-but-the-setup-allowed", [allow("s3:*", WITH), {"NotAction": CARE, "Effect": "Allow",
            "Resource": "*"}], [*found(DEFEATED), *found(DEFEATED, at=1)], {}),
    Stated("all-but-the-setup-allowed-and-denied", [{"NotAction": CARE, "Effect": "Allow",
            "Resource": "*"}, deny_but(CARE, WITHOUT), allow(CARE)], found(DEVICES, at=2),
            {}),
    # Trust policies whose Deny is for others than those whom they let in.
    Stated("all-users-let-in-too", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"))], found(DEFEATED), {},
            "trust"),
    *[Stated(f"whole-account-of-a-key-{at}", [allow("kms:*", Principal=ACCOUNT), allow(
            "kms:DisableKey", WITH, Principal={"AWS": f"arn:aws:iam::{account}:user/ann"},
            Sid=sid)], [(DEFEATED, sid)] if wrong else [], {}, "resource")
      for at, (account, sid, wrong) in enumerate((
          ("123456789012", "RequireMFAForAdmins", True), ("444455556666", "RequireMFA", False),
          ("123456789012", "Admins", False)))],
    # Guards of what other policies allow, and ways in that the Sids tell.
    *[Stated(f"guard-by-the-sid-{sid}", [allow("s3:*", Resource="arn:aws:s3:::dev-*"), deny(
            "s3:Delete*", WITHOUT, Resource="arn:aws:s3:::prod-*", Sid=sid)],
            [(NOTHING, sid)] if wrong else [], {})
      for sid, wrong in (("ProdBucketsNeedMfa", False), ("DeleteNeedsMfa", True))],
    *[Stated(f"way-in-of-{sid}", [trust(ACCOUNT, on("StringEquals", "sts:ExternalId", "ci-42"))
            | {"Sid": sid}, trust(ACCOUNT, WITH)], [(DEFEATED, sid)] if wrong else [], {}, "trust")
      for sid, wrong in (("CiNeedsExternalId", False), ("ExternalIdRequired", True))],
    # The account of users from whom a Sid demands MFA.
    *[Stated(f"account-beside-its-users-{at}", [allow("sqs:*", Principal={"AWS": account},
            Resource=QUEUE), allow("sqs:PurgeQueue", WITH, Principal={"AWS": f"{A_USER}ann"},
            Sid=sid, Resource=QUEUE), *more], [(DEFEATED, sid)] * wrong, {}, "resource")
      for at, (account, sid, more, wrong) in enumerate((
          (PARTNER, "PurgeRequiresMFA", [], True), (PARTNER, "Ann", [], False),
          ("123456789012", "PurgeRequiresMFA", [], False), (PARTNER, "PurgeRequiresMFA", [deny(
              "sqs:PurgeQueue", WITHOUT, Principal="*", Resource=QUEUE)], False)))],
    # ARNs and keys that are none: of partitions, access points, vaults, domains, parameters, STS.
    *[Stated(f"demanded-beside-{at}", [{**trust(ACCOUNT, WITH), "Sid": "RequireMFA"}, trust(who,
            block)], [(DEFEATED, "RequireMFA")] * wrong, {})
      for at, (who, block, wrong) in enumerate((
          (ACCOUNT, on("StringEquals", "sts:ExternalId", "x1"), True),
          (ACCOUNT, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"), True),
          (ACCOUNT, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/svc"), False),
          ({"AWS": PARTNER}, on("StringEquals", "sts:ExternalId", "x1"), False)))],
    # Exempt on purpose, for emergencies.
    *[Stated(f"allowed-with-mfa-but-for-{at}", [ALL, allow("iam:DeactivateMFADevice", WITH,
            Resource=ME), deny_but(CARE, {**WITHOUT, **exempt})], found(DEFEATED, at=1) * wrong, {})
      for at, (exempt, wrong) in enumerate((
          (on("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/glass"), False),
          (on("StringNotEquals", "aws:username", "glass"), False)))],
    # Alone, a Deny of deletion in a bucket is of versions as well.
    *[Stated(f"deletion-alone-{at}", [deny(actions, WITHOUT, Resource=where)],
            found("allowed-without-mfa-too") * wrong, {})
      for at, (actions, where, wrong) in enumerate((("s3:DeleteObject", "arn:aws:s3:::books/*",
            True), (["s3:DeleteObject", "s3:DeleteObjectVersion"], "arn:aws:s3:::books/*", False),
            ("s3:DeleteObject", "arn:aws:s3:::books/a.csv", False)))],
]
# fmt: on
