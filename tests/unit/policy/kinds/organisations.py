"""Policies of an organisation that lock out roles or services, or are for outsiders."""

from __future__ import annotations

from policy.statements import (
    ALL,
    CARE,
    FALSE,
    NO_SERVICE,
    NOT_ROLES,
    SCP,
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

REGION = "aws:RequestedRegion"

# fmt: off
SOME_ROLES = on("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/aws-reserved/*",
                "arn:aws:iam::*:role/Ops"])
KINDS = [
    # Global services are in us-east-1.
    *[Stated(f"scp-of-regions-{number}", [made], found("regions-stop-iam") if told else [], {},
             kind)
      for number, (made, told, kind) in enumerate((
          (deny("*", on("StringNotEquals", REGION, ["eu-west-1", "eu-central-1"])), True, "scp"),
          (deny("*", {**on("StringNotEquals", REGION, "eu-west-1"), **SOME_ROLES}), True, "scp"),
          (deny_but(["support:*"], on("StringNotLike", REGION, "eu-*")), True, "scp"),
          (deny_but(["iam:*", "sts:*"], on("StringNotEquals", REGION, "eu-west-1")), False, "scp"),
          (deny("*", on("StringNotEquals", REGION, ["us-east-1", "eu-west-1"])), False, "scp"),
          (deny("*", on("StringNotLike", REGION, "us-*")), False, "scp"),
          (deny("*", on("StringNotEquals", REGION, "us-gov-west-1")), False, "scp"),
          (deny("*", on("StringEquals", REGION, "eu-west-1")), False, "scp"),
          (deny("ec2:*", on("StringNotEquals", REGION, "eu-west-1")), False, "scp"),
          (deny("*", on("StringNotEquals", REGION, "eu-west-1")), False, "identity")))],
    Stated("scp-for-nobody", [deny("ec2:*", {**WITHOUT, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::user/*")})], found("wrong-value"), {}, "scp"),
    # Policies of organisations.
    *[Stated(f"organisation-of-others-{key}-{operator}", [deny_but(CARE, {**WITHOUT, **on(
            "ArnLike", "aws:PrincipalArn", "arn:*:iam::*:user/*"), **on(operator, key, value)})],
            found("conditions-never-match") if wrong else [], {}, "scp")
      for operator, key, value, wrong in (
          ("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", True),
          ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", False),
          ("Bool", "aws:PrincipalIsAWSService", "true", True),
          ("BoolIfExists", "aws:PrincipalIsAWSService", "false", False))],
    # Service control policies and boundaries.
    Stated("scp-asks-all", [ALL, deny("ec2:*", WITHOUT)], found(SCP, at=1), {}, "scp"),
    Stated("scp-asks-all-by-age", [ALL, deny("ec2:*", older("3600"))], found(SCP, at=1), {},
           "scp"),
    Stated("scp-asks-all-but-care", [ALL, deny_but(CARE, WITHOUT)], found(SCP, at=1), {}, "scp"),
    Stated("scp-spares-roles", [ALL, deny("ec2:*", {**WITHOUT, **NOT_ROLES})], [], {}, "scp"),
    Stated("scp-spares-some-roles-of-everything", [ALL, deny_but(CARE, {**WITHOUT, **SOME_ROLES})],
           found(SCP, at=1), {}, "scp"),
    Stated("scp-spares-all-roles-of-everything", [ALL, deny_but(CARE, {**WITHOUT, **NOT_ROLES})],
           [], {}, "scp"),
    Stated("scp-spares-some-roles-of-a-few", [ALL, deny("ec2:*", {**WITHOUT, **SOME_ROLES})], [],
           {}, "scp"),
    Stated("scp-spares-root-only", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:root")})], found(SCP, at=1), {}, "scp"),
    Stated("scp-spares-a-user-only", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/break-glass")})], found(SCP, at=1), {}, "scp"),
    Stated("scp-for-root", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:root")})], [], {}, "scp"),
    Stated("scp-for-users", [ALL, deny("ec2:*", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "User")})], [], {}, "scp"),
    Stated("scp-in-a-region", [ALL, deny("ec2:*", {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")})], found(SCP, at=1), {}, "scp"),
    Stated("scp-without-mfa", [ALL, deny("organizations:Leave*")], [], {}, "scp"),
    # Limits, wrong resources, and conditions that leave enrolment alone.
    Stated("scp-allows-only-with-mfa", [allow("*", WITH)], found(SCP), {}, kind="scp"),
    Stated("scp-allows-roles-too", [allow("*", WITH), allow("*", on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::*:role/*"))], [], {}, kind="scp"),
    # Roles may have a tag, or not.
    *[Stated(f"scp-for-tagged-principals-{number}", [ALL, deny_but(CARE, {**WITHOUT, **each})], [],
             {}, "scp")
      for number, each in enumerate((on("Null", "aws:PrincipalTag/human", "false"),
            on("StringEquals", "aws:PrincipalTag/human", "yes")))],
    Stated("scp-for-all-but-tagged-principals", [ALL, deny_but(CARE, {**WITHOUT,
            **on("StringNotEquals", "aws:PrincipalTag/robot", "true")})], found(SCP, at=1), {},
           "scp"),
    Stated("session-and-role-exempt", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", ["arn:aws:sts::*:assumed-role/*", "arn:aws:iam::*:role/*"])})],
           [], {}, "scp"),
    # Limits of a moment or number that leave nothing between them.
    Stated("scp-spares-break-glass", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "${var.break_glass_arns}")})], found(SCP), {}, "scp"),
    # One mistake is told once.
    Stated("scp-of-whole-services", [deny(["ec2:*", "rds:*", "eks:*"], {**WITHOUT, **SOME_ROLES})],
           found(SCP), {}, "scp"),
    Stated("one-role-s-id", [deny_but(CARE, {**WITHOUT, **on("StringNotLike",
            "aws:userid", "AROAEXAMPLEEXAMPLE123:*")})], found(SCP), {}, "scp"),
    # Policies of organisations.
    *[Stated(f"rcp-and-services-{at}", [deny(actions, {**WITHOUT, **who}, Principal="*")],
            found(SCP) if wrong else [], {}, "rcp")
      for at, (actions, who, wrong) in enumerate((
          ("kms:Decrypt", NOT_ROLES, True), ("s3:*", on("StringNotEquals", "aws:PrincipalType",
              "AssumedRole"), True), ("kms:ScheduleKeyDeletion", NOT_ROLES, False),
          ("s3:PutObject", {**NOT_ROLES, **NO_SERVICE}, False), ("s3:*", on("ArnLike",
              "aws:PrincipalArn", "arn:*:iam::*:user/*"), False),
          (["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"], {}, True)))],
    # The cure exempts roles, and services, whom the Deny did not stop.
    *[Stated(f"rcp-misses-keys-{at}", [deny(action, {**FALSE, **more}, Principal="*")],
            found("deny-misses-long-term-keys", *others), {}, "rcp")
      for at, (action, more, others) in enumerate((
          (["s3:*", "kms:*"], {}, [SCP]),
          (["s3:*", "kms:*"], NOT_ROLES, []),
          (["s3:*", "kms:*"], {**NOT_ROLES, **on("BoolIfExists", "aws:PrincipalIsAWSService",
              "false")}, [])))],
    Stated("scp-misses-keys", [ALL, deny("ec2:*", FALSE)],
           found("deny-misses-long-term-keys", SCP, at=1), {}, "scp"),
    Stated("scp-misses-keys-of-users", [ALL, deny("ec2:*", {**FALSE, **NOT_ROLES})],
           found("deny-misses-long-term-keys", at=1), {}, "scp"),
]
# fmt: on
