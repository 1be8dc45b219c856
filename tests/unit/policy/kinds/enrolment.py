"""Denies that keep people from finding or enrolling an MFA device."""

from __future__ import annotations

from policy.statements import (
    ABROAD,
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    CREATE,
    DEVICES,
    DISCOVERY,
    ENABLE,
    ENROL,
    ENROLMENT,
    IF_TRUE,
    INCOMPLETE,
    LIST,
    ME,
    MY_DEVICE,
    NO_KEY,
    NOT_ROLES,
    OFF,
    PRESENT,
    PUBLIC,
    READ,
    REMOVAL,
    RESYNC,
    ROBOT,
    SCP,
    SSE,
    STOP,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    older,
    on,
)

# fmt: off
KINDS = [
    # What a Deny exempts, or denies, or when, is not known yet.
    *[Stated(f"exempt-actions-filled-in-{number}", [ALL, deny_but(each, WITHOUT)], [], {})
      for number, each in enumerate(("${var.exempt}", [*CARE[2:], "${var.more}"]))],
    *[Stated(f"denied-by-what-is-filled-in-{number}", [allow("ec2:*", IF_TRUE), allow([OFF, LIST],
            Resource=ME), each], [], {})
      for number, each in enumerate((deny("${var.actions}", WITHOUT), deny_but([*CARE, "<more>"],
            WITHOUT), deny_but(CARE, {"{{ test }}": {"{{ key }}": "false"}}), deny_but(CARE,
            on("BoolIfExists", "{{ key }}", "false")), deny_but(CARE, on("BoolIfExists", PRESENT,
            "{{ value }}"))))],
    *[Stated(f"scp-spares-what-is-filled-in-{number}", [deny("*", {**WITHOUT, **each})],
             found(ENROLMENT) if number < 2 else [], {}, kind="scp")
      for number, each in enumerate((on("ArnNotLike", "aws:PrincipalArn", "${var.exempt}"),
            on("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/a", "${var.exempt}"]),
            on("ArnNotLike", "${var.key}", "x"), on("${var.test}", "aws:PrincipalArn", "x")))],
    Stated("scp-spares-a-role-by-reference", [deny("*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "${aws_iam_role.x.arn}")})], found(SCP, ENROLMENT), {},
            kind="scp"),
    Stated("principals-filled-in", [allow(READ, WITH, Principal="${var.principals}",
            Resource=BUCKET)], [], {}, kind="resource"),
    # Enrolment denied by a list, nothing else protected.
    Stated("all-of-iam-listed", [ALL, deny(["iam:*", "s3:*"], WITHOUT)],
           found(ENROLMENT, at=1), {STOP: "ksm", READ: "m", ENABLE: "m"}),
    Stated("care-listed", [ALL, deny(CARE, WITHOUT)],
           found(ENROLMENT, at=1),
           {STOP: "ksm", ENABLE: "m"}),
    Stated("enrolment-listed", [ALL, deny(ENROL[:2], WITHOUT)], found(ENROLMENT, at=1),
           {ENABLE: "m", STOP: "ksm"}),
    Stated("discovery-listed", [ALL, deny(LIST, WITHOUT)], found(DISCOVERY, at=1),
           {LIST: "m", STOP: "ksm"}),
    Stated("enrolment-listed-by-pattern", [ALL, deny("iam:Enable*", WITHOUT)],
           found(ENROLMENT, at=1), {ENABLE: "m", STOP: "ksm"}),
    Stated("enrolment-listed-among-others", [ALL, deny(["ec2:*", ENABLE], WITHOUT)],
           found(ENROLMENT, at=1), {ENABLE: "m", STOP: "m"}),
    Stated("devices-by-pattern", [ALL, deny("iam:*MFADevice", WITHOUT)], found(ENROLMENT, at=1),
           {ENABLE: "m", OFF: "m"}),
    Stated("enrolment-of-oneself-listed", [ALL, deny(ENABLE, WITHOUT, Resource=ME)],
           found(ENROLMENT, at=1), {ENABLE: "m"}),
    Stated("removal-listed", [ALL, deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT)], [],
           {OFF: "m", ENABLE: "km"}),
    # Service control policies and boundaries.
    Stated("scp-asks-before-enrolment", [ALL, deny("*", {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")})], found(ENROLMENT, at=1),
           {}, "scp"),
    Stated("scp-lists-enrolment", [ALL, deny("iam:Create*", WITHOUT)],
           found(SCP, ENROLMENT, at=1), {}, "scp"),
    Stated("boundary-asks-all", [ALL, deny("*", WITHOUT)], found(ENROLMENT, at=1),
           {STOP: ""}, "boundary"),
    # A Deny that is only for tagged resources, which users and new devices need not be.
    *[Stated(f"asks-for-tagged-resources-{operator}", [ALL, deny("*", {**WITHOUT, **on(
            operator, "aws:ResourceTag/stage", "production")})],
            found(ENROLMENT, at=1) if operator.endswith("Exists") else [], {}, "boundary")
      for operator in ("StringEquals", "StringEqualsIfExists")],
    # A Deny whose condition the setup's requests meet, since they do not have its key.
    *[Stated(f"setup-without-the-key-{at}", [allow(CREATE, Resource="arn:aws:iam::*:mfa/*"),
            allow([ENABLE, LIST], Resource=ME), deny_but(CARE, WITHOUT), deny(actions, when)],
            found(*rules, at=3), {})
      for at, (actions, when, rules) in enumerate((
          ("iam:*", on("StringNotEquals", "iam:PassedToService", "ec2.amazonaws.com"), [ENROLMENT]),
          ("*", on("StringNotEquals", "ec2:InstanceType", ["t3.micro", "t3.small"]), [ENROLMENT,
              NO_KEY]),
          ("*", on("StringNotLikeIfExists", "ec2:InstanceType", "t3.*"), [ENROLMENT]),
          ("*", on("StringNotEquals", SSE, "aws:kms"), [ENROLMENT, NO_KEY]),
          ("*", on("StringNotEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"),
              [ENROLMENT]),
          ("iam:*", on("Null", "iam:PermissionsBoundary", "true"), [ENROLMENT]),
          (["iam:List*", "iam:Get*"], None, [DISCOVERY]),
          (["iam:ListRoles", "iam:List*Policies"], None, []),
          ("*", on("StringEquals", "ec2:InstanceType", "x1.32xlarge"), []),
          ("*", on("StringEquals", "aws:ResourceTag/env", "prod"), []),
          ("*", {**on("StringNotEquals", "ec2:InstanceType", "t3.micro"), **on("StringLike",
              "aws:PrincipalTag/team", "books")}, [NO_KEY]),
          ("iam:Delete*", on("StringNotEquals", "aws:ResourceTag/team", "books"), []),
          ("s3:PutObject", on("StringNotEquals", SSE, "aws:kms"), [])))],
    *[Stated(f"denied-against-the-sid-{sid}", [allow(others), deny_but(CARE, WITHOUT),
            {**deny(action, Resource=where), "Sid": sid}],
            [*found(*others_told), *([(ENROLMENT, sid)] if told else [])], {})
      for told, sid, others, others_told, action, where in (
          (True, "AllowManageOwnUserMFA", [CREATE, LIST], [INCOMPLETE], [ENABLE, RESYNC], ME),
          (True, "AllowOwnDevice", [ENABLE, LIST, RESYNC], [DEVICES], CREATE, MY_DEVICE),
          (False, "NoOwnEnabling", "s3:*", [], ENABLE, ME),
          (False, "AllowOnlyOwnBuckets", "s3:*", [], "s3:DeleteBucket", "arn:aws:s3:::x"))],
    # The removal of a device, exempt by its resource.
    Stated("device-exempt-by-resource", [ALL, deny("*", WITHOUT, NotResource=MY_DEVICE)],
           found(ENROLMENT, at=1),
           {STOP: "m", OFF: "m"}),
    Stated("bucket-exempt-by-resource", [ALL, deny_but(CARE, WITHOUT, NotResource=BUCKET)], [],
           {STOP: "m", OFF: "m"}),
    Stated("user-exempt-by-resource-without-device", [allow("s3:*"), allow("iam:*MFADevice*",
            Resource=[ME, MY_DEVICE]), deny("*", WITHOUT, NotResource=ME)], [*found(REMOVAL,
            at=2), *found(ENROLMENT, at=2)], {READ: "m", ENABLE: "km"}),
    Stated("nothing-needed-exempt-by-resource", [ALL, deny("*", WITHOUT, NotResource=BUCKET)],
           found(ENROLMENT, at=1), {READ: "ksm", OFF: "m"}),
    # People who are not to have virtual devices.
    Stated("virtual-devices-denied", [ALL, deny("iam:CreateVirtualMFADevice"), deny_but(CARE[1:],
            WITHOUT)], [], {ENABLE: "km", STOP: "m"}),
    Stated("security-keys-only", [allow(ENABLE, on("StringEquals", "iam:RegisterSecurityKey",
            ["Create", "Activate"]), Resource=ME), deny_but(CARE[1:], WITHOUT)], [], {}),
    Stated("security-keys-too", [allow(ENABLE, on("StringEquals", "iam:RegisterSecurityKey",
            ["Create", "Activate"]), Resource=ME), allow(CREATE, Resource=MY_DEVICE),
            deny_but(CARE[1:], WITHOUT)], found(ENROLMENT, at=2), {}),
    # Others set up the devices: a Deny keeps everybody from it.
    Stated("enrolment-by-others", [ALL, deny([CREATE, ENABLE]), deny_but([LIST, "iam:GetUser"],
            WITHOUT)], [], {STOP: "m"}),
    Stated("enrolment-by-others-in-small-letters", [ALL, deny([CREATE.lower(), ENABLE.lower()]),
            deny_but([LIST, "iam:GetUser"], WITHOUT)], [], {STOP: "m"}),
    Stated("enrolment-of-one-user-by-others", [ALL, deny([CREATE, ENABLE], Resource=[
            "arn:aws:iam::*:user/carol", "arn:aws:iam::*:mfa/carol"]), deny_but([LIST,
            "iam:GetUser"], WITHOUT)], found(ENROLMENT, at=2), {STOP: "m"}),
    Stated("enrolment-by-others-and-no-list", [ALL, deny([CREATE, ENABLE]), deny_but(
            ["iam:GetUser"], WITHOUT)], found(DISCOVERY, at=2), {STOP: "m"}),
    # One mistake is told once.
    Stated("removal-beside-a-deny-of-the-first-steps", [allow([*ENROL, OFF], Resource=[ME,
            MY_DEVICE]), deny(CARE, WITHOUT)], found(ENROLMENT, at=1), {}),
    Stated("own-care-and-the-session-call-denied", [ALL, deny([*ENROL, "sts:GetSessionToken"],
            WITHOUT)], found(ENROLMENT, at=1), {}),
    Stated("creating-denied-to-users", [deny(["iam:Create*", "ec2:*"], {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")})], found(ENROLMENT), {},
           "scp"),
    # A Deny of regions stops IAM, whose requests count as one region's.
    *[Stated(f"iam-stopped-by-its-region-{number}", [ALL, deny(STOP, {**WITHOUT, **NOT_ROLES}),
             statement], found(rule, at=2), {}, kind)
      for number, (statement, rule, kind) in enumerate((
            (deny("*", ABROAD), ENROLMENT, "identity"), (deny("*", ABROAD), ENROLMENT, "boundary"),
            (deny_but(["sts:*", "iam:Get*"], ABROAD), ENROLMENT, "scp"),
            (deny_but(ENROL[:2], ABROAD), DISCOVERY, "identity"),
            (deny("*", {**ABROAD, **on("Bool", "aws:ViaAWSService", "false")}), ENROLMENT, "scp"),
            *((deny("*", on(operator, "aws:RequestedRegion", regions)), ENROLMENT, "identity")
              for operator, regions in (("StringNotLike", "eu-*"), ("StringEquals", "us-east-1"),
                    ("StringNotEqualsIfExists", "us-gov-east-1"),
                    ("ForAnyValue:StringNotEquals", "cn-northwest-1")))))],
    Stated("iam-and-its-region", [allow("*", WITH), deny(["ec2:*", "s3:*"], ABROAD),
            deny_but(["iam:*", "sts:*"], ABROAD), deny("*", ABROAD, Resource="arn:aws:ec2:*:*:*"),
            *[deny("*", {**ABROAD, operator: {key: value}}) for operator, key, value in (
              ROBOT, ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
              ("StringEquals", "aws:PrincipalType", "AssumedRole"))]], [], {}),
    *[Stated(f"iam-and-its-region-{at}", [allow("*", WITH), deny("*", on("StringNotLike",
            "aws:RequestedRegion", each))], [], {})
      for at, each in enumerate((["eu-west-1", "us-east-1"], "us-*", "us-gov-west-1", "cn-north-1",
            "${var.region}", ["eu-west-1", "us-gov-west-1"], "us-iso-west-1", "REGION"))],
    Stated("iam-allowed-in-regions", [allow("*", {**WITH, **ABROAD})], [], {}),
    Stated("regions-without-mfa", [ALL, deny("*", ABROAD)], [], {}),
    Stated("regions-of-a-bucket", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("*", ABROAD, **PUBLIC)], [], {}),
    # A Deny of a pattern that holds a step of enrolment which an Allow names.
    *[Stated(f"enrolment-within-{action}-{more}", [allow(ENROL, Resource=[ME,
            MY_DEVICE]), deny(action),
            deny_but(CARE, WITHOUT)], found(ENROLMENT, at=1) if at else [], {})
      for at, action, more in ((1, "iam:Create*", ""), (1, ["iam:Enable*", "s3:*"], "s3"),
            (0, "iam:CreateVirtualMFADevice", ""), (0, "iam:Create*User*", ""))],
    # Ages that another Allow does not ask for, two Denies of one purpose, RCPs, what Sids say of
    # times, of permanent deletion, and of the action that NotAction exempts.
    Stated("age-and-no-mfa-but-for-some", [ALL, deny("iam:*", {**WITHOUT, **NOT_ROLES}), deny(
            "iam:*", older(900, "NumericGreaterThan"))], found(ENROLMENT, at=1), {}),
    Stated("age-and-no-mfa-but-for-a-robot", [ALL, deny(STOP, {**WITHOUT, **on(*ROBOT)}), deny(STOP,
            older(900, "NumericGreaterThan"))], [], {}),
    # Tags of what has no resource, or that a variable compares; an action of another provider.
    *[Stated(f"a-step-on-all-but-{at}", [allow("s3:*", WITH), allow(ENROL), deny(ENROL, when,
             NotResource=where)], found("enrolment-denied", at=2) if told else [], {})
      for at, (told, when, where) in enumerate((
          (True, None, ME), (True, WITHOUT, [ME]), (True, None, MY_DEVICE),
          (False, None, [ME, MY_DEVICE]), (False, None, ["arn:aws:iam::*:*/${aws:username}"])))],
    # A Deny of the setup tells of those whom it reaches, and of what it stops on its resources.
    *[Stated(f"setup-denied-on-{at}", [ALL, deny("iam:*", WITHOUT, Resource=where)],
             found(*rules, at=1), {})
      for at, (where, rules) in enumerate((("arn:aws:iam::*:user/admin*", []),
            ("arn:aws:iam::*:user/admins/*", []), (MY_DEVICE, [ENROLMENT]), (ME, [ENROLMENT]),
            ("arn:aws:iam::*:user/*", [ENROLMENT])))],
    # A Deny of regions exempts somebody else than all users.
    *[Stated(f"regions-denied-to-all-but-{at}", [deny_but(["sts:*", "support:*"], {
            **on("StringNotLike", "aws:RequestedRegion", "eu-*"), **who}), deny_but(CARE,
            {**WITHOUT, **on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")})],
            found(ENROLMENT) if told else [], {}, "scp")
      for at, (told, who) in enumerate((
            (True, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Admin")),
            (True, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")),
            (True, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/platform/*")),
            (True, on("StringNotEquals", "aws:PrincipalTag/global", "yes")),
            (False, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")),
            (False, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*")),
            (False, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/eu/*")),
            (False, on("StringEquals", "aws:PrincipalTag/global", "no"))))],
    # What one statement allows on one's own user, another denies to everybody.
    *[Stated(f"own-setup-denied-{at}", [allow(CREATE, Resource="arn:aws:iam::*:mfa/*"),
            allow([ENABLE, LIST], Resource=ME), deny(action, Resource=where), deny_but(CARE,
            WITHOUT)], found(ENROLMENT, at=2) if told else [], {})
      for at, (told, action, where) in enumerate((
            (True, [OFF, ENABLE], ME), (True, "iam:*", "arn:aws:iam::*:user/*"),
            (True, "iam:*", [ME, MY_DEVICE]), (False, "iam:*", "arn:aws:iam::*:user/admin*"),
            (False, OFF, ME), (False, ENABLE, "arn:aws:iam::*:user/robots/*")))],
    *[Stated(f"a-step-on-all-but-one-s-own-{at}", [*open_to, deny_but(CARE, {**WITHOUT, **who}),
            deny([CREATE, ENABLE], who, NotResource=where)],
            found(ENROLMENT, at=len(open_to) + 1) if len(where) == 1 else [], {}, kind)
      for at, (kind, open_to, who, where) in enumerate((
            ("boundary", [ALL], {}, [ME]), (None, [ALL], {}, [ME]), (None, [ALL], {}, [ME,
             MY_DEVICE]), ("scp", [], on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
             [ME]), ("scp", [], on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), [ME,
             "arn:aws:iam::*:mfa/*"])))],
]
# fmt: on
