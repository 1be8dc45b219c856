"""Sids that promise an exemption from MFA which nobody has."""

from __future__ import annotations

from policy.statements import (
    ALL,
    CARE,
    EXEMPTION,
    IN_OFFICE,
    LIST,
    NETWORK,
    NO_SERVICE,
    NOT_ROLES,
    PUBLIC,
    READ,
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
    *[Stated(f"sid-with-an-exempting-word-{sid}", [allow(action, Sid=sid), deny_but(CARE,
            WITHOUT)], [(EXEMPTION, sid)] if told else [], {})
      for sid, action, told in (
          ("ExclusiveGpuNodes", "ec2:RunInstances", False), ("MfaExclusions", "ec2:Run*", True),
          ("ExcludedFindings", "securityhub:BatchUpdateFindings", False),
          ("NodesExemptFromMfa", "ec2:RunInstances", True),
          ("BypassGovernanceWithMfa", "s3:BypassGovernanceRetention", False),
          ("BypassOfMfaForBackups", READ, True), ("ListMfaExemptionsTable", "dynamodb:Scan", False),
          ("EmailUsersWithoutMfa", "ses:SendEmail", False),
          ("EmailWithoutMfa", "ses:SendEmail", True),
          ("InitialLoginProfile", "iam:CreateLoginProfile", False))],
    *[Stated(f"sid-that-excepts-{sid}", [ALL, deny_but([*CARE, *more], {**WITHOUT, **on(
            "StringLike", "aws:username", "contractor-*")}, Sid=sid)],
            [(EXEMPTION, sid)] if told else [], {})
      for sid, more, told in (("DenyAllExceptReadForContractors", ["s3:Get*"], False),
          ("DenyAllExceptForContractors", [], True))],
    # A Sid that names devices or an exemption.
    Stated("sid-allows-without-mfa", [deny_but(CARE, WITHOUT), allow([*CARE, "ec2:Describe*"],
            Sid="AllowWithoutMFA")], [(EXEMPTION, "AllowWithoutMFA")], {}),
    # An Allow of everything for one user, and a Deny of everything but the setup of MFA.
    *[Stated(f"user-without-mfa-{name}", [ALL, deny_but(CARE, {**WITHOUT, **more}), allow("*",
            on("StringEquals", "aws:username", "spare"), Sid="SpareUserWorksWithoutMfa")],
            [(EXEMPTION, "SpareUserWorksWithoutMfa")] if told else [], {})
      for name, more, told in (("denied", {}, True), ("exempt", on("StringNotEquals",
          "aws:username", "spare"), False))],
    Stated("sids-of-exemptions", [deny_but([*CARE, "ec2:Describe*"], WITHOUT),
            allow([*CARE, "ec2:Describe*"], Sid="AllowWithoutMFA"), allow("s3:*", WITH,
            Sid="ExemptFromBoundary"), allow("s3:*", Sid="Buckets"),
            allow("s3:*", Sid="AllowListSelf")], [], {}),
    # The root user, who is not the account.
    Stated("sid-allows-visibility-without-mfa", [deny_but(CARE, WITHOUT), allow(["iam:ListUsers",
            LIST], Sid="AllowVisibilityWithoutMFA")], [(EXEMPTION, "AllowVisibilityWithoutMFA")],
           {}),
    # One mistake is told once.
    Stated("excepted-by-the-sid-alone", [ALL, *[deny_but(CARE, {**WITHOUT, **on("StringLike",
            "aws:username", name)}, Sid="DenyNoMfaExceptCiUsers") for name in ("ci-*",)],
            deny_but(CARE, {**WITHOUT, **on("StringLike", "aws:username", "staff-*")},
            Sid="NoMfaExceptCi"), deny_but(CARE, {**WITHOUT, **on("StringNotLike", "aws:username",
            "ci-*")}, Sid="DenyNoMfaExceptCi")],
           [("sid-promises-exemption", "DenyNoMfaExceptCiUsers")], {}),
    Stated("roles-excepted-the-wrong-way-round", [deny("ec2:*", {**WITHOUT, **on("StringLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/automation-*")}, Sid="DenyExceptAutomation")],
           [("sid-promises-exemption", "DenyExceptAutomation")], {}),
    # A Sid of a resource's policy, with blanks; a Sid that says who is exempt; where MFA is needed.
    *[Stated(f"narrowed-as-a-sid-with-blanks-says-{sid}", [{**deny(READ, {**WITHOUT, **NOT_ROLES,
             **on("StringNotEquals", "aws:SourceVpce", "vpce-1"), **NO_SERVICE}, **PUBLIC),
             "Sid": sid}], [], {}, "resource") for sid in
      ("MFA unless via our VPC endpoint", "MFA except in the HPC network")],
    *[Stated(f"all-but-some-{at}", [allow("ec2:*"), deny("ec2:*", {**WITHOUT, **on(operator,
             "aws:username", ["breakglass-1", "breakglass-2"])}, Sid="MfaForAllButBreakGlass")],
             [(EXEMPTION, "MfaForAllButBreakGlass")] if told else [], {})
      for at, (operator, told) in enumerate((("StringEquals", True), ("StringNotEquals", False)))],
    # What a stranger's third series of policies showed.
    *[Stated(f"only-for-{value}-by-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringEquals", "aws:username", value)}, Sid=sid)],
            [(EXEMPTION, sid)] if wrong else [], {})
      for sid, value, wrong in (
            ("DenyWithoutMFAExceptJenkins", "svc-jenkins", True),
            ("ForceMfaExceptBreakGlass", "break-glass-1", True),
            ("ForceMfaExceptForOps", "svc-jenkins", False))],
    # Exemptions by a tag, an id or an account that are the wrong way round.
    *[Stated(f"exempt-the-wrong-way-round-{at}", [ALL, deny_but(CARE, {**WITHOUT, **on(operator,
            key, value)}, Sid=sid)], [(rule, sid)] if rule else [], {})
      for at, (sid, operator, key, value, rule) in enumerate((
          ("MfaExceptBreakGlass", "StringEquals", "aws:PrincipalTag/BreakGlass", "true", EXEMPTION),
          ("MfaExceptBreakGlass", "StringNotEquals", "aws:PrincipalTag/BreakGlass", "true", ""),
          ("DenyAllExceptBreakGlassWithoutMfa", "StringEquals", "aws:PrincipalTag/break-glass",
           "yes", EXEMPTION),
          ("MfaExceptBreakGlass", "StringEquals", "aws:PrincipalTag/Kind", "human", ""),
          ("RequireMfaExceptRoot", "StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root",
           EXEMPTION),
          ("DenyUnlessRootHasMfa", "StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root", ""),
          ("DenyNoMfaUnlessInterns", "StringEquals", "aws:PrincipalTag/kind", "intern", EXEMPTION),
          ("DenyUnlessInternsUseMfa", "StringEquals", "aws:PrincipalTag/kind", "intern", ""),
          ("DenyAllExceptListedForInternsIfNoMfa", "StringEquals", "aws:PrincipalTag/kind",
           "interns", ""),
          ("DenyNonexemptInternsWithoutMfa", "StringEquals", "aws:PrincipalTag/kind", "interns",
           ""),
          ("DenyStaffWithoutMfaExceptListed", "ArnLike", "aws:PrincipalArn",
           "arn:aws:iam::*:user/staff/*", ""),
          ("RequireMfa", "StringNotEquals", "aws:PrincipalTag/MfaRequired", "true",
           "deny-narrowed"),
          ("RequireMfa", "StringEquals", "aws:PrincipalTag/MfaRequired", "true", ""),
          ("RequireMfa", "StringNotEquals", "aws:PrincipalTag/MfaRequired", "false", ""),
          ("RequireMfa", "StringEquals", "aws:PrincipalTag/mfa-exempt", "true", "deny-narrowed"),
          ("RequireMfa", "StringNotEquals", "aws:PrincipalTag/mfa-exempt", "true", ""),
          ("BreakGlassNeedsMfa", "StringEquals", "aws:PrincipalTag/BreakGlass", "true", ""),
          ("MfaExceptBreakGlass", "StringNotEquals", "aws:PrincipalTag/BreakGlass", "false",
           "deny-narrowed")))],
    # Places and machines by the Sid.
    *[Stated(f"place-of-an-allow-by-the-sid-{at}", [allow("s3:*", when, Sid=sid), *rest],
            [(EXEMPTION, sid)] if wrong else [], {})
      for at, (sid, when, wrong, rest) in enumerate((
          ("OfficeWithoutMfa", NETWORK, True, [allow("s3:*", WITH)]),
          ("OfficeWithoutMfa", IN_OFFICE, False, [allow("s3:*", WITH)]),
          ("WithoutMfaOnVpn", NETWORK, True, []),
          ("OutsideOfficeWithoutMfa", NETWORK, False, []),
          ("FromOfficeOrWithMfa", {**WITH, **IN_OFFICE}, True, []),
          ("WithMfaOrFromOurVpc", {**WITH, **on("StringEquals", "aws:SourceVpc", "vpc-1")}, True,
           []),
          ("FromOfficeOnlyWithMfa", {**WITH, **IN_OFFICE}, False, []),
          ("FromOfficeOrWithMfa", IN_OFFICE, False, [allow("s3:*", WITH)])))],
]
# fmt: on
