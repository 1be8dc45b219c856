"""What a Deny exempts for setting up MFA; Denies that exempt too much, or have nothing to deny."""

from __future__ import annotations

from policy.statements import (
    ALL,
    BUCKET,
    CARE,
    CREATE,
    DISCOVERY,
    ENABLE,
    ENROL,
    ENROLMENT,
    LIST,
    ME,
    MY_DEVICE,
    NOT_ROLES,
    NOTHING,
    OFF,
    ONESELF,
    READ,
    SSE,
    STOP,
    TAKE,
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
PEOPLE = ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*"]
KINDS = [
    # A NotAction that leaves no action.
    Stated("spares-all", [ALL, deny_but("*", WITHOUT)], found(NOTHING, at=1), {STOP: "ksm"}),
    Stated("spares-iam-and-all", [ALL, deny_but(["iam:*", "*"], WITHOUT)], found(NOTHING, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-by-colons", [ALL, deny_but("*:*", WITHOUT)], found(NOTHING, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-twice", [ALL, deny_but(["**"], WITHOUT)], found(NOTHING, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-of-a-bucket", [ALL, deny_but("*", WITHOUT, Resource=BUCKET)],
           found(NOTHING, at=1), {READ: "ksm"}),
    Stated("spares-all-by-age", [ALL, deny_but("*", older("3600"))], found(NOTHING, at=1),
           {STOP: "ksm"}),
    # A NotAction whose Resource is the caller's own user.
    Stated("only-oneself", [ALL, deny_but(CARE, WITHOUT, Resource=ME)], found(ONESELF, at=1),
           {STOP: "ksm"}),
    Stated("only-oneself-and-device", [ALL, deny_but(CARE, WITHOUT, Resource=[ME, MY_DEVICE])],
           found(ONESELF, at=1), {STOP: "ksm"}),
    Stated("only-the-device", [ALL, deny_but(CARE[:3], WITHOUT, Resource=MY_DEVICE)],
           found(ONESELF, at=1), {STOP: "ksm"}),
    Stated("only-oneself-in-govcloud", [ALL, deny_but(CARE, WITHOUT,
            Resource="arn:aws-us-gov:iam::*:user/${aws:username}")], found(ONESELF, at=1),
           {STOP: "ksm"}),
    Stated("only-oneself-by-age", [ALL, deny_but(CARE, older("3600"), Resource=ME)],
           found(ONESELF, at=1), {STOP: "ksm"}),
    Stated("oneself-and-a-bucket", [ALL, deny_but(CARE, WITHOUT, Resource=[ME, BUCKET])], [],
           {STOP: "ksm"}),
    Stated("removal-of-oneself", [ALL, deny(OFF, WITHOUT, Resource=ME)], [], {STOP: "ksm"}),
    # Limits, wrong resources, and conditions that leave enrolment alone.
    Stated("not-resource-of-all", [ALL, deny("*", WITHOUT, NotResource="*")],
           found(NOTHING, at=1), {STOP: "ksm"}),
    Stated("roles-of-any-account", [deny("iam:*", WITHOUT, Resource="arn:aws:iam::*:role/*")], [],
           {}),
    Stated("all-in-one-region", [ALL, deny("*", {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")})], [], {}),
    # Exempt is everybody, by several patterns or by the caller's own name.
    *[Stated(f"exempt-everybody-{at}", [ALL, deny_but(CARE, {**WITHOUT, **on(operator, key, who)})],
            found(NOTHING, at=1) if told else [], {})
      for at, (told, operator, key, who) in enumerate((
          (True, "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
              "arn:aws:iam::*:role/*"]),
          (True, "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::123456789012:user/ci*",
              "arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:role/*"]),
          (True, "StringNotEquals", "aws:username", "${aws:username}"),
          (False, "StringNotEquals", "aws:ResourceTag/owner", "${aws:username}"),
          (False, "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/ci-*",
              "arn:aws:iam::*:role/*"])))],
    # Denied on one's own user or device alone.
    *[Stated(f"enrolment-denied-on-{name}", [ALL, deny_but(spared, WITHOUT, Resource=where)],
            found(ONESELF, *rules, at=1), {STOP: "ksm"})
      for name, spared, where, rules in [
            ("user-and-device", [ENABLE, LIST], [ME, "arn:aws:iam::*:mfa/*"], [ENROLMENT]),
            ("the-device", [ENABLE], "arn:aws:iam::*:mfa/*", [ENROLMENT]),
            ("the-user", [CREATE, LIST], ME, [ENROLMENT]),
            ("the-user-but-not-the-device", [ENABLE, LIST], ME, []),
            ("one-user", [CREATE, LIST], "arn:aws:iam::*:user/carol", []),
            ("no-list", [CREATE, ENABLE], [ME, MY_DEVICE], [DISCOVERY]),
        ]],
    # Limits of a moment or number that leave nothing between them.
    Stated("boundary-that-only-denies", [deny_but(CARE, WITHOUT)],
           found("boundary-allows-nothing"), {}, "boundary"),
    Stated("boundary-of-first-steps", [allow(ENROL), deny_but([*ENROL, *CARE], WITHOUT)],
           found("boundary-allows-nothing", at=1), {STOP: ""}, "boundary"),
    Stated("boundary-of-first-steps-and-more", [allow(ENROL), allow("ec2:*"), deny_but(CARE,
            WITHOUT)], [], {STOP: ""}, "boundary"),
    # A Deny of nothing, of a part, and of what lacks a key and has another value as well.
    *[Stated(f"denies-nothing-{number}", [allow("*", WITH), denied], found(*rules, at=1), {})
      for number, (denied, rules) in enumerate((
            (deny("sts:*", NotResource="*"), ["deny-denies-nothing"]),
            (deny_but(["sts:*", "*"], {}), ["deny-denies-nothing"]),
            (deny("s3:*", NotResource=BUCKET), []),
            (deny("ec2:CreateTags", {**on("Null", "aws:RequestTag/Team", "true"), **on(
                "StringNotEquals", "aws:RequestTag/Team", "books")}), ["deny-narrowed"]),
            (deny("s3:PutObject", {**on("Null", SSE, "true"), **on("StringNotEquals", SSE,
                "aws:kms")}, Resource=BUCKET), ["deny-narrowed"]),
            (deny("ec2:CreateTags", {**on("Null", "aws:RequestTag/Team", "true"), **on(
                "StringNotEquals", "aws:PrincipalTag/Team", "books")}), []),
            (deny("ec2:CreateTags", on("Null", "aws:RequestTag/Team", "true")), [])))],
    # Exempt are all users and roles together, or all that has an ARN.
    *[Stated(f"exempt-but-root-{at}", [deny_but(CARE, {**WITHOUT, **when}, Sid=sid)],
            [(NOTHING, sid)] if wrong else [], {}, "scp")
      for at, (wrong, sid, when) in enumerate((
            (True, "X", on("ArnNotLike", "aws:PrincipalArn", PEOPLE)),
            (True, "X", {**NOT_ROLES, **on("StringNotLike", "aws:PrincipalArn", PEOPLE[1])}),
            (True, "X", on("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*")),
            (True, "X", on("ArnNotLike", "aws:PrincipalArn", [PEOPLE[0], ME])),
            (False, "RootNeedsMfa", on("ArnNotLike", "aws:PrincipalArn", PEOPLE)),
            (False, "X", on("StringNotLike", "aws:PrincipalArn", ["arn:aws:iam::111122223333:*",
             "*:role/*"])),
            (False, "X", on("ArnNotLike", "aws:PrincipalArn", [PEOPLE[0], "arn:aws:iam::*:user/a*"
             ]))))],
    # One mistake is told once.
    Stated("removal-denied-on-oneself", [allow([*ENROL, OFF], Resource=["arn:aws:iam::*:mfa/*",
            ME]), allow("s3:*"), deny_but(CARE, WITHOUT, Resource=ME)],
           found("deny-reaches-only-oneself", at=2), {}),
    Stated("all-that-is-allowed-exempt", [allow(["ecs:*", "logs:*"]), allow(ENROL,
            Resource=[ME, MY_DEVICE]), deny_but([*CARE, "ecs:*", "logs:*", "xray:*"], WITHOUT)],
           found("deny-denies-nothing", at=2), {}),
    Stated("one-service-exempt", [allow(["ec2:*", "logs:*"]), deny_but([*CARE, "logs:*"],
            WITHOUT)], [], {STOP: "m"}),
    Stated("reading-exempt", [allow([READ, *ENROL]), deny_but([*CARE, READ], WITHOUT)], [],
           {READ: "ksm"}),
    # What an Allow gives where the Deny is not: other resources, or the opposite condition.
    *[Stated(f"deny-on-oneself-{at}", [*given, deny_but(CARE, WITHOUT, Resource=where)],
            found(ONESELF, at=len(given)) if wrong else [], {})
      for at, (given, where, wrong) in enumerate((
          ([ALL], "arn:aws:iam::*:user/*", False), ([ALL], [ME, MY_DEVICE], True), ([], ME, True),
          ([allow("iam:*AccessKey*", Resource=ME), allow("iam:ListUsers")], ME, False),
          ([allow("iam:*AccessKey*", Resource=ME), allow("s3:*")], ME, True),
          ([allow(["dynamodb:Query", "dynamodb:Scan", "logs:FilterLogEvents"])], ME, False),
          ([allow(TAKE, Resource="arn:aws:iam::*:role/*")], ME, False),
          ([allow([TAKE, "s3:PutObject"])], ME, True),
          ([allow(ENABLE, Resource=ME)], "arn:aws:iam::*:user/*", True),
          ([allow("iam:*AccessKey*", Resource=ME), allow("s3:*", WITH)], ME, False)))],
    Stated("deny-on-users-but-for-their-care", [allow(ENABLE, Resource=ME), deny_but(CARE[:-1],
           WITHOUT, Resource="arn:aws:iam::*:user/*")], [], {}),
]
# fmt: on
