"""Denies that undo what others exempt, and statements of which another does everything."""

from __future__ import annotations

from policy.statements import (
    ABROAD,
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    ENABLE,
    FALSE,
    IDLE,
    IN_OFFICE,
    LEFT,
    ME,
    NETWORK,
    OFF,
    READ,
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
VOID = "exemption-without-effect"
KINDS = [
    # A Deny that never matches long-term keys, whatever the file allows them.
    Stated("false-backed-by-a-right-one", [ALL, deny("ec2:*", FALSE), deny("ec2:*", WITHOUT)],
           found(IDLE, at=1), {STOP: "m"}),
    Stated("age-beside-allow-with-mfa", [allow("ec2:*", WITH),
            deny("ec2:*", older("3600", "NumericGreaterThan"))], [], {STOP: "m"}),
    # Other actions that a statement asks MFA for, on resources that they never have.
    Stated("buckets-and-objects", [deny(["s3:DeleteBucket", READ], WITHOUT, Resource=each)
            for each in ("*", "arn:aws:s3:::*", "arn:aws:s3:::books*", "arn:aws:s3:::${Books}",
            "arn:aws:s3:*:123456789012:accesspoint/*", ["arn:aws:s3:::books", BUCKET])],
           [finding for at in range(1, 6) for finding in found(IDLE, at=at)], {}),
    Stated("bucket-s-action-denied-apart", [deny("s3:DeleteBucket*", WITHOUT,
            Resource=BUCKET), deny("s3:*", WITHOUT)], found(IDLE), {}),
    Stated("bucket-s-action-without-mfa", [deny("s3:DeleteBucket", Resource=BUCKET)], [], {}),
    # A Deny without conditions stops what an Allow gives those with MFA.
    Stated("denied-with-mfa-too", [allow([OFF, "iam:DeleteVirtualMFADevice"], WITH),
            deny(["iam:Delete*", "iam:Deactivate*"])], found(IDLE), {OFF: ""}),
    Stated("denied-with-mfa-too-by-all-but", [allow("ec2:*", WITH), deny_but("iam:*", {})],
           found(IDLE), {STOP: ""}),
    Stated("denied-with-mfa-in-part", [allow(["ec2:*", READ], WITH), deny("ec2:*")], [],
           {STOP: "", READ: "m"}),
    Stated("denied-elsewhere", [allow("ec2:*", WITH), deny("ec2:*", Resource="arn:aws:ec2:*:*:*/x"),
            deny("ec2:*", NETWORK)], [], {}),
    # All but a role are denied, and a session's ARN is not the role's.
    Stated("denied-to-all-but-a-user-that-nothing-allows", [allow(READ, Principal=ACCOUNT,
            Resource=BUCKET), {**deny("s3:*", WITHOUT, Resource=BUCKET), "NotPrincipal": {
            "AWS": "arn:aws:iam::123456789012:user/carol"}}], found(VOID, at=1), {}),
    *[Stated(f"denied-to-all-but-a-user-and-{number}", [allow(READ, Principal=ACCOUNT,
            Resource=BUCKET), {**deny("s3:*", WITHOUT, Resource=BUCKET), "NotPrincipal": {"AWS": [
            "arn:aws:iam::123456789012:user/carol", account]}}], [], {})
      for number, account in enumerate(("123456789012", "arn:aws:iam::123456789012:root"))],
    # Statements that another one makes superfluous.
    Stated("denied-twice", [ALL, deny("ec2:*", WITHOUT), deny("ec2:*", WITHOUT)],
           found(IDLE, at=2), {STOP: "m"}),
    Stated("denied-in-part-again", [ALL, deny("ec2:StopInstances", WITHOUT, Resource="arn:aws:ec2:"
            "*:*:instance/*"), deny_but(CARE, WITHOUT)], found(IDLE, at=1), {STOP: "m"}),
    Stated("old-mfa-denied-twice", [ALL, *(2 * [deny("ec2:*", older("3600",
            "NumericGreaterThan"))]), deny("ec2:*", WITHOUT)], found(IDLE, at=2), {STOP: "m"}),
    Stated("allowed-with-mfa-twice", [allow("ec2:*", WITH), allow("ec2:*", WITH)],
           found(IDLE, at=1), {STOP: "m"}),
    Stated("allowed-with-mfa-in-part-again", [allow("ec2:*", WITH), allow(STOP, WITH)], [],
           {STOP: "m"}),
    Stated("no-mfa-and-old-mfa", [ALL, deny("ec2:*", WITHOUT), deny("ec2:*", older("3600"))], [],
           {STOP: "m"}),
    # A Sid that denies everything, over a list.
    Stated("everything-by-the-sid-and-another-deny", [ALL, {**deny(["ec2:*"], WITHOUT),
            "Sid": "DenyAllWithoutMFA"}, deny_but(CARE, WITHOUT)], [(IDLE, "DenyAllWithoutMFA")],
           {STOP: "m"}),
    # Two like Denies, each of which exempts somebody else.
    *[Stated(f"exempted-from-one-of-two-{name}", [deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:username", "glass-1")}), second],
            [] if at is None else found(VOID, at=at), {})
      for name, second, at in (
            ("others", deny_but(CARE, {**WITHOUT, **on("StringNotEquals", "aws:username",
             "glass-2")}), 0),
            ("the-same-and-more", deny_but(CARE, {**WITHOUT, **on("StringNotEquals",
             "aws:username", ["glass-1", "glass-2"])}), None),
            ("by-another-key", deny_but(CARE, {**WITHOUT, **on("StringNotEquals",
             "aws:PrincipalTag/team", "glass-2")}), None),
            ("fewer-actions", deny("s3:*", {**WITHOUT, **on("StringNotEquals", "aws:username",
             "glass-2")}), 1),
            ("other-actions", deny("iam:*", {**WITHOUT, **on("StringNotEquals", "aws:username",
             "glass-2")}), None))],
    # Near misses of the kinds above.
    Stated("partition-filled-in", [*(2 * [allow("ec2:*", WITH, Resource="arn:aws:ec2:*:*:*")]),
            *(allow(ENABLE, Resource=ME.replace("aws", each, 1)) for each in ("%PART%",
            "<partition>", "{{ partition }}"))], found(IDLE, at=1) + found(LEFT, at=3), {}),
    # Exemptions of which another Deny knows nothing.
    *[Stated(f"exempt-in-vain-{at}", [ALL, *denials], found(VOID, at=place) if place else [], {})
      for at, (place, denials) in enumerate((
          (2, [deny_but(CARE, WITHOUT), deny(STOP, {**WITHOUT, **on("StringNotEquals",
              "aws:PrincipalTag/oncall", "true")})]),
          (0, [deny_but(CARE, WITHOUT), deny(STOP, {**WITHOUT, **NETWORK})]),
          (2, [deny_but(CARE, WITHOUT), deny_but(CARE, {**WITHOUT, **on("ArnNotEquals",
              "aws:PrincipalArn", "arn:aws:iam::*:user/breakglass")})]),
          (2, [deny(OFF), deny(OFF, on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/security"))]),
          (1, [deny_but(CARE, {**WITHOUT, **on("StringNotEquals", f"aws:PrincipalTag/{tag}",
              "true")}) for tag in ("breakglass", "service")]),
          (1, [deny_but(CARE, on("StringNotEquals", "aws:RequestedRegion", where))
              for where in ("eu-west-1", "eu-central-1")] + [deny_but(CARE, WITHOUT)]),
          (0, [deny_but([*CARE, STOP], WITHOUT), deny(STOP, {**WITHOUT, **on("StringNotEquals",
              "aws:PrincipalTag/oncall", "true")})]),
          (0, [deny_but(CARE, {**WITHOUT, **on("StringNotEquals", "aws:PrincipalTag/a", "true")}),
              deny(STOP, {**WITHOUT, **on("StringNotEquals", "aws:PrincipalTag/b", "true")})]),
          (0, [deny_but(CARE, WITHOUT), deny_but(["iam:*", "sts:*"], ABROAD), deny("ec2:*", on(
              "StringNotEquals", "aws:RequestedRegion", "eu-west-1"))])))],
    Stated("office-in-vain", [ALL, deny_but(CARE, WITHOUT), deny(STOP, {**WITHOUT, **NETWORK},
            Sid="NoStopWithoutMfaOutsideOffice")], [(VOID, "NoStopWithoutMfaOutsideOffice")], {}),
    Stated("two-offices-in-vain", [ALL, *[deny_but(CARE, {**WITHOUT, **on("NotIpAddress",
            "aws:SourceIp", where)}, Sid=f"MfaOutside{name}Office") for name, where in (
            ("Munich", "203.0.113.0/24"), ("Berlin", "198.51.100.0/24"))]],
            [(VOID, "MfaOutsideMunichOffice")], {}),
    # Programs that an Allow names, and that a Deny asks for MFA.
    *[Stated(f"program-denied-{at}", [allow("s3:PutObject", when), deny_but(CARE,
            {**WITHOUT, **spared})], found(VOID) if wrong else [], {})
      for at, (when, spared, wrong) in enumerate((
          (on("StringEquals", "aws:username", "ci-deploy"), {}, True),
          ({**on("StringLike", "aws:username", "svc-*"), **IN_OFFICE}, {}, True),
          (on("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/svc/smtp"), {},
              True),
          (on("StringEquals", "aws:username", "ci-deploy"), on("StringNotEquals", "aws:username",
              "ci-deploy"), False),
          (on("StringEquals", "aws:username", "ann"), {}, False),
          (on("StringLike", "aws:username", "service-desk-*"), {}, False)))],
    Stated("program-denied-in-part", [allow(["s3:PutObject", "s3:DeleteObject"], on("StringEquals",
            "aws:username", "ci-deploy")), deny("s3:DeleteObject", WITHOUT)], [], {}),
]
# fmt: on
