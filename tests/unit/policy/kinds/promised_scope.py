"""Sids that promise MFA for more than the statement asks it for."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    NOT_ROLES,
    OFF,
    PROMISE,
    PUBLIC,
    STOP,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    on,
)

# fmt: off
KINDS = [
    # Words of a Sid that are part of a name, or mean something else.
    *[Stated(f"sid-of-everything-{sid}-{most}", [allow(["ec2:*", "s3:*"]),
            deny(["ec2:*", "s3:*"][:most], {**WITHOUT,
            **on("StringNotLike", "aws:username", "bot-*")}, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, most, told in (("DenyAllWithoutMfaExceptBots", 2, False), ("DenyAllWithoutMfa", 1,
          True), ("BlockMostAccessUnlessSignedInWithMFA", 1, False),
          ("DenyAllExceptListedIfNoMFA", 1, True),
          ("DoNotAllowAnythingOtherThanAboveUnlessMFAd", 1, True),
          ("EverythingElseNeedsMfa", 1, True), ("DenyMostUsersWithoutMfa", 1, False))],
    Stated("sid-of-most-on-a-list-of-iam", [allow(["ec2:*", "iam:CreateAccessKey"]), deny([
           "iam:DeleteAccessKey", "sts:AssumeRole"], WITHOUT, Sid="BlockMostAccessWithoutMFA")],
           [(PROMISE, "BlockMostAccessWithoutMFA")], {}),
    *[Stated(f"sid-of-versions-{sid}", [ALL, deny("s3:DeleteObject", WITHOUT, Sid=sid,
            Resource=f"arn:aws:s3:::{name}/*")], [(PROMISE, sid)] if told else [], {})
      for sid, name, told in (("ConversionDeleteMfa", "out", False), ("VersionsDeleteMfa",
          "app-versions", False), ("PermanentStaffDeleteNeedsMfa", "out", False),
          ("DeleteVersionsNeedsMfa", "out", True),
          ("PermanentDeletionNeedsMfa", "permanent-out", False),
          ("DenyDeleteCurrentVersionsWithoutMfa", "out", False),
          ("PermanentDeleteNeedsMfa", "out", True))],
    *[Stated(f"sid-that-excepts-{sid}", [ALL, deny_but([*CARE, "support:*"], WITHOUT, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, told in (("DenyAllExceptMfaSetupAndSupport", False), ("DenyAllExceptMfaSetup",
          True), ("DenyAllExceptMfaSetupWithSupport", False),
          ("DenyAllExceptMfaEnrolmentAndManagement", True))],
    # What else stands in a Sid, or names a resource.
    *[Stated(f"sid-of-root-says-more-{sid}", [ALL, deny(OFF, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, Sid=sid),
            deny_but(CARE, WITHOUT)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("DenyRootMfaChangeWithoutMfa", False), ("DenyRootWithoutMfa", True))],
    # Sids that demand MFA, beside conditions on callers and tags, or Denies of a part.
    *[Stated(f"demand-met-in-part-{at}", [allow(given, Resource=where, Sid="WorkWithMFA"),
            *denials], [(PROMISE, "WorkWithMFA")] if told else [], {})
      for at, (told, given, where, denials) in enumerate((
          (True, "*", "*", [deny(["ec2:*", "s3:*"], WITHOUT)]),
          (True, ["s3:DeleteObject", "s3:DeleteBucket"], "*", [deny("s3:DeleteObject", WITHOUT)]),
          (True, "s3:*", ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"], [deny("s3:*", WITHOUT,
              Resource="arn:aws:s3:::a/*")]),
          (False, "*", "*", [deny(["ec2:*", "s3:*"], WITHOUT), deny_but([*CARE, "ec2:*", "s3:*"],
              WITHOUT)]),
          (False, ["s3:GetObject", "s3:DeleteObject"], "*", [deny("s3:DeleteObject", WITHOUT)]),
          (False, "*", "*", [deny_but(CARE, {**WITHOUT, **NOT_ROLES})]),
          (False, ["s3:*", "ec2:*"], "*", [deny("s3:*", WITHOUT), deny("ec2:*", WITHOUT)]),
          (False, "s3:*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"], [deny("s3:*", WITHOUT)])))],
    # A Sid that names MFA, on a statement that does not ask for it.
    *[Stated(f"sid-of-all-but-care-{sid}-{service}", [ALL, {**deny_but([*CARE, service], WITHOUT),
             "Sid": sid}], [(PROMISE, sid)] if "SetUp" in sid and service == "s3:*" else [], {})
      for sid in ("DenyEverythingExceptMfaSetUp", "BlockAllButOwnMFAUsers", "DenyAllExceptListed")
      for service in ("s3:*", "iam:Get*")],
    Stated("sid-kept-by-a-deny", [allow("ec2:*", Sid="AllowWithMFA"), deny("ec2:*", WITHOUT)], [],
           {STOP: "m"}),
    Stated("sid-kept-by-its-condition", [allow("ec2:*", WITH, Sid="AllowWithMFA")], [],
           {STOP: "m"}),
    Stated("sid-of-a-tag", [allow("ec2:*", on("StringEquals", "aws:PrincipalTag/mfa", "on"),
            Sid="AllowWithMFA")], [], {}),
    # A Sid that denies everything, over a list.
    *[Stated(f"everything-by-the-sid-{sid}-{number}", [allow(given), {**deny(["ec2:*", "s3:*"],
            WITHOUT), "Sid": sid}], [(PROMISE, sid)] if wrong else [], {})
      for number, (sid, given, wrong) in enumerate((
            ("DenyEverythingWithoutMFA", "*", True),
            ("DenyAllUnlessMFA", ["ec2:*", "kms:*"], True),
            ("BlockAllActionsIfNoMfa", ["kms:*"], True),
            ("DenyAllWithoutMFA", ["ec2:*", *CARE], False),
            ("DenyAllStorageWithoutMFA", "*", False),
            ("DenyAllEC2AndS3WithoutMFA", "*", False),
            ("DenyWithoutMFA", "*", False)))],
    # A Sid about versions, over an action that deletes none.
    *[Stated(f"versions-by-the-sid-{number}", [allow("s3:*"), deny(actions, WITHOUT, Sid=sid)],
            [(PROMISE, sid)] if wrong else [], {})
      for number, (sid, actions, wrong) in enumerate((
            ("NoVersionDeletionWithoutMfa", "s3:DeleteObject", True),
            ("NoVersionDeletionWithoutMfa", ["s3:DeleteObject", "s3:DeleteObjectVersion"], False),
            ("NoVersionDeletionWithoutMfa", "s3:DeleteObject*", False),
            ("KeepVersioningOn", "s3:PutBucketVersioning", False),
            ("NoObjectGoesWithoutMfa", "s3:DeleteObject", False)))],
    # Ages that another Allow does not ask for, two Denies of one purpose, RCPs, what Sids say of
    # times, of permanent deletion, and of the action that NotAction exempts.
    *[Stated(f"sid-of-permanence-{sid}", [deny("s3:DeleteObject", WITHOUT, **PUBLIC, Sid=sid)],
             [(PROMISE, sid)], {})
      for sid in ("NoPermanentDeletionWithoutMFA", "DenyDeleteForGood", "DenyVersionDelete")],
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    *[Stated(f"sid-of-any-access-{sid}", [allow("s3:*"), deny(["ec2:Create*", "ec2:Delete*"],
             WITHOUT, Sid=sid)], [(PROMISE, sid)], {})
      for sid in ("BlockAnyAccessUnlessSignedInWithMFA", "DenyAnyActionIfNotMfa",
                  "DenyAllUnlessSignedInWithMfa")],
    # Devices that are listed only on users, and elsewhere with MFA.
    *[Stated(f"root-by-the-sid-{at}", [ALL, deny("ec2:TerminateInstances", {**WITHOUT, **on(
            "StringLike", "aws:PrincipalArn", values)}, Sid=sid)],
            [(PROMISE, sid)] if wrong else [], {}, "scp")
      for at, (sid, values, wrong) in enumerate((
            ("UsersAndRootNeedMfaToDestroy", ["arn:aws:iam::*:user/*"], True),
            ("RootAndUsersNeedMfa", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:root"], False),
            ("RootNeedsMfa", "arn:aws:iam::123456789012:root", False),
            ("UsersOfRootAccountNeedMfa", "arn:aws:iam::*:user/*", False)))],
    # Only a VPC endpoint's policy is about everything, and it gives nobody anything.
    Stated("all-through-an-endpoint", [allow("*", WITH, Principal="*")], [], {}),
    Stated("all-through-an-endpoint-but-deletion", [allow("*", Principal="*"), deny(
            "s3:DeleteObject", WITHOUT, Principal="*")], [], {}),
    Stated("objects-exempt-by-a-bucket", [{**deny("s3:*", WITHOUT, Principal=ACCOUNT,
            NotResource="arn:aws:s3:::books/public/*")}], [], {}),
    Stated("everything-about-a-key", [allow("kms:*", Principal=ACCOUNT), deny("kms:Decrypt",
            WITHOUT, Principal="*", Sid="DenyEverythingWithoutMFA")], [(PROMISE,
            "DenyEverythingWithoutMFA")], {}),
    # Sids that deny everything, of something.
    *[Stated(f"everything-by-the-sid-{at}", [allow(given), {**denial, "Sid": sid}],
            [(PROMISE, sid)] if wrong else [], {})
      for at, (sid, given, denial, wrong) in enumerate((
          ("DenyAllServicesWithoutMfa", ["ec2:*", "rds:*"], deny("ec2:*", WITHOUT), True),
          ("RequireMfaForAllActions", ["ec2:*", "rds:*"], deny("ec2:*", WITHOUT), True),
          ("UsersDeleteNothingWithoutMfa", ["ec2:*", "s3:*"], deny("s3:Delete*", WITHOUT), False),
          ("DenyAllAccessWithoutMfaToRds", ["ec2:*", "rds:*"], deny("rds:*", WITHOUT), False),
          ("NoAccessWithoutMfaToRds", ["ec2:*", "rds:*"], deny("rds:*", WITHOUT), False),
          ("NoAccessWithoutMfa", ["ec2:*", "rds:*"], deny("rds:*", WITHOUT), True),
          ("DenyAnyMfaRemovalWithoutMfa", "*", deny(OFF, WITHOUT), False),
          ("DenyAnyWithoutMfa", "*", deny(OFF, WITHOUT), True),
          ("DenyAllWithoutMfaToBooks", "s3:*", deny("s3:*", WITHOUT, Resource=[BUCKET[:-2],
           BUCKET]), False),
          ("DenyAllWithoutMfa", "*", deny_but(CARE, WITHOUT, Resource=["arn:aws:ec2:*:*:*",
           "arn:aws:s3:::*"]), True),
          ("DenyAllWithoutMfa", "*", deny_but("s3:Get*", WITHOUT, Resource=BUCKET), False)))],
]
# fmt: on
