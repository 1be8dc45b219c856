"""Sids that promise MFA where no condition asks for it, or not as the Sid says."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    AGE,
    ALL,
    BUCKET,
    CARE,
    CREATE,
    ENABLE,
    ENROL,
    LIST,
    ME,
    MY_DEVICE,
    NETWORK,
    NOT_ROLES,
    OFF,
    OWN,
    PROMISE,
    READ,
    RESYNC,
    SAML,
    STOP,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    older,
    on,
    trust,
)

# fmt: off
KINDS = [
    *[Stated(f"limit-in-other-units-{sid}-{limit}", [allow(STOP, older(limit, "NumericLessThan"),
            Sid=sid)], [(PROMISE, sid)] * wrong, {})
      for sid, limit, wrong in (("OnCallShift8h", "480", True), ("OnCallShift8h", "28800", False),
          ("StepUp15m", "1800", False), ("Team12h", "900", False))],
    # Words of a Sid that are part of a name, or mean something else.
    *[Stated(f"sid-of-a-guard-{sid}", [ALL, deny_but(CARE, WITHOUT), deny("iam:DeletePolicy",
            Sid=sid, Resource=f"arn:aws:iam::*:policy/{name}")],
            [(PROMISE, sid)] if told else [], {})
      for sid, name, told in (("ProtectRequireMfaPolicy", "RequireMFA", False),
          ("DenyRemovingMfaRequiredPolicy", "Guard", False), ("RequireMfa", "Guard", True))],
    *[Stated(f"sid-of-hours-{sid}", [ALL, deny("rds:*", {**WITHOUT, "DateGreaterThan":
            {"aws:CurrentTime": "2026-11-27T18:00:00Z"}, "DateLessThan": {"aws:CurrentTime":
            "2026-11-30T06:00:00Z"}}, Sid=sid)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("CutoverWeekendMfa", False), ("DenyInOfficeHours", True))],
    *[Stated(f"sid-of-a-time-{sid}", [ALL, deny_but(CARE, older(limit), Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, limit, told in (("Mfa12h30m", 45_000, False), ("Route53MinTtlMfa", 3600, False),
          ("MfaWithin1HourPlusGrace", 3900, False), ("Mfa1Point5Hours", 5400, False),
          ("MfaFor24HourOncall", 3600, False), ("SessionMax8HoursMfa15Min", 900, False),
          ("DenyAllExceptUnlessMFAd", 3600, False), ("MfaWithin1Hour", 3900, True))],
    # What else stands in a Sid, or names a resource.
    *[Stated(f"sid-says-more-{sid}", [allow(action, Resource=where, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, action, where, told in (
          ("NotifyIfMfaDisabled", "sns:Publish", "*", False),
          ("PublishIfMfa", "sns:Publish", "*", True),
          ("ListUsersWithMfa", "iam:ListUsers", "*", False),
          ("ListUsersIfMfa", "iam:ListUsers", "*", True),
          ("AttachRequireMfaPolicy", "iam:AttachUserPolicy", "*", False),
          ("AttachPolicyRequiresMfa", "iam:AttachUserPolicy", "*", True),
          ("AssumeRoleRequiringMfa", "sts:AssumeRole", "arn:aws:iam::111122223333:role/x", False),
          ("ReadMfaOnly", READ, "arn:aws:s3:::mfa-only/*", False),
          ("ReadBooksMfaOnly", READ, BUCKET, True), ("NoMfaNeeded", READ, BUCKET, False))],
    *[Stated(f"sid-of-a-deny-says-more-{sid}", [ALL, deny("cloudtrail:StopLogging", Sid=sid),
            deny_but(CARE, WITHOUT)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("DenyEvenWithMfa", False), ("DenyWithoutMfa", True),
          ("DenyStoppingMfaRequiredTrail", False), ("DenyWithOrWithoutMfa", False),
          ("DenyStoppingTrailsMfaRequired", True))],
    *[Stated(f"sid-of-hardware-says-more-{sid}", [allow(OFF), deny(OFF, WITHOUT, Sid=sid)],
            [(PROMISE, sid)] if told else [], {})
      for sid, told in (("PhysicalMfaDeviceRemovalNeedsMfa", False),
          ("DenyWithoutVirtualOrHardwareMfa", False), ("RemovalNeedsPhysicalMfa", True))],
    # Sids that demand MFA, beside conditions on callers and tags, or Denies of a part.
    *[Stated(f"demand-of-a-sid-{at}", [allow(["ec2:*", "cloudtrail:*"]), {**statement, "Sid": sid}],
            [(PROMISE, sid)] if told else [], {})
      for at, (told, sid, statement) in enumerate((
          (True, "DenyAllWithoutMFA", deny_but(CARE, on("StringNotEquals", "aws:username", "me"))),
          (True, "RequireMFAForTermination", deny("ec2:TerminateInstances", on("ArnNotLike",
              "aws:PrincipalArn", "arn:aws:iam::*:role/ci"))),
          (True, "DenyTerminationWithoutMFA", deny("ec2:TerminateInstances", on("StringEquals",
              "aws:ResourceTag/env", "prod"))),
          (True, "NoStopWithoutMFA", allow(STOP)), (True, "DenyStopIfNoMFA", allow(STOP)),
          (True, "StopOnlyAfterMFA", allow(STOP)), (True, "StopWithSecondFactor", allow(STOP)),
          (False, "UploadWithoutMFA", allow("s3:PutObject")), (False, "NoMFAToRead", allow(READ)),
          (False, "NodesWithoutMFA", allow(STOP)),
          (False, "OnlyGlassMayStopTheTrail", deny("cloudtrail:StopLogging", on("StringNotEquals",
              "aws:username", "glass"))),
          (False, "RequireMFARole", deny("ec2:TerminateInstances", on("ArnNotLike",
              "aws:PrincipalArn", "arn:aws:iam::*:role/WithMfa"))),
          (False, "DenyWithoutMFA", deny("ec2:*", on("StringNotEquals", "aws:ResourceTag/mfa",
              "no")))))],
    Stated("deletion-under-a-sid-of-deactivation", [allow([*ENROL, RESYNC], Resource=[ME,
            MY_DEVICE]), allow("iam:DeleteVirtualMFADevice", WITH, Resource=MY_DEVICE,
            Sid="AllowDeactivateOwnMFAWithMFA"), deny_but(CARE, WITHOUT)],
            [(PROMISE, "AllowDeactivateOwnMFAWithMFA")], {}),
    Stated("deletion-beside-deactivation", [allow([*ENROL, RESYNC, OFF], WITH, Resource=ME), allow(
            ENROL, Resource=[ME, MY_DEVICE]), allow("iam:DeleteVirtualMFADevice", WITH,
            Resource=MY_DEVICE, Sid="AllowDeactivateOwnMFAWithMFA"), deny_but(CARE, WITHOUT)], [],
            {}),
    # A Sid that names MFA, on a statement that does not ask for it.
    Stated("sid-with-mfa", [{**trust(ACCOUNT), "Sid": "AllowAssumeRoleWithMFA"}],
           [(PROMISE, "AllowAssumeRoleWithMFA")], {}),
    Stated("sid-requires-mfa", [allow("ec2:*", Sid="RequireMFA")], [(PROMISE, "RequireMFA")],
           {STOP: "ksm"}),
    Stated("sid-mfa-required", [allow("ec2:*", Sid="ec2MfaRequired")],
           [(PROMISE, "ec2MfaRequired")], {}),
    Stated("sid-with-multi-factor", [allow("ec2:*", on("StringEquals", "aws:UserAgent", "x"),
            Sid="OnlyIfMultiFactorAuthPresent")], [(PROMISE, "OnlyIfMultiFactorAuthPresent")], {}),
    Stated("sid-of-a-deny-of-all", [{**deny_but(CARE, {}), "Sid": "DenyAllExceptListedIfNoMFA"}],
           [(PROMISE, "DenyAllExceptListedIfNoMFA")], {STOP: ""}),
    *[Stated(f"sid-of-a-deny-of-{key}", [deny("s3:*", on(operator, f"aws:{key}", value),
            Sid="RequireMFASession")], [(PROMISE, "RequireMFASession")] if number else [], {})
      for number, (operator, key, value) in enumerate((
            ("StringNotEquals", "PrincipalTag/team", "ops"), ("Bool", "SecureTransport", "false"),
            ("NotIpAddress", "SourceIp", "192.0.2.0/24")))],
    Stated("sid-of-a-removal", [allow(OFF, Resource=ME,
            Sid="AllowToDeactivateOnlyTheirOwnMFAOnlyWhenUsingMFA")],
           [(OWN, "AllowToDeactivateOnlyTheirOwnMFAOnlyWhenUsingMFA"),
            (PROMISE, "AllowToDeactivateOnlyTheirOwnMFAOnlyWhenUsingMFA")], {OFF: "km"}),
    Stated("sids-of-when", [allow(STOP, Sid="StopWhenMFA"), allow("ec2:Start*",
            Sid="StartOnlyWithMFA"), allow("s3:*", Sid="OnlyMFA")],
           [(PROMISE, "StopWhenMFA"), (PROMISE, "StartOnlyWithMFA")], {}),
    Stated("sid-of-removals-and-more", [allow([OFF, LIST], Resource=ME,
            Sid="AllowManageOwnUserMFA")], [(OWN, "AllowManageOwnUserMFA")], {}),
    Stated("sids-of-the-opposite", [allow(STOP, Sid="NoMFARequired"),
            allow("ec2:Start*", Sid="AllowWithoutMFA"), allow("ec2:Reboot*",
            Sid="AllowBeforeMFA"), allow("s3:*", Sid="ComfortAndSwiftMfa")], [], {}),
    Stated("sid-of-people-from-elsewhere", [{**trust(SAML), "Sid": "SamlWithMFA",
            "Action": "sts:AssumeRoleWithSAML"}], [], {}),
    # Users' own affairs on something else than a user.
    *[Stated(f"sid-about-mfa-at-sign-in-{sid}", [allow(STOP, WITH), deny(OFF, Sid=sid)],
             [] if "AtSignIn" in sid or "ByOkta" in sid else [(PROMISE, sid)], {}) for sid in
      ("MfaIsEnforcedAtSignIn", "MFARequiredByOkta", "MfaIsEnforced")],
    # Limits of a moment or number that leave nothing between them.
    Stated("sid-of-a-deny-for-keys", [ALL, deny_but(CARE, {"Null": {"aws:TokenIssueTime": "true"}},
            Sid="RequireMfaSession")], [(PROMISE, "RequireMfaSession")], {}),
    # A Sid that demands hardware, which no condition key is about.
    *[Stated(f"hardware-by-the-sid-{sid}-{number}", [allow("ec2:*", WITH, Sid=sid), *besides],
            [(PROMISE, sid)] if wrong else [], {})
      for number, (sid, besides, wrong) in enumerate((
            ("StopWithHardwareMFA", [], True), ("RequireYubiKeyMfa", [], True),
            ("HardwareInventory", [], False), ("StopWithMFA", [], False),
            ("StopWithHardwareMFA", [deny(CREATE)], False)))],
    # One mistake is told once.
    Stated("empty-condition-told-once", [{**allow("ec2:*", Sid="WithMFA"), "Condition": {}},
            allow(STOP, WITH)], [("sid-promises-mfa", "WithMFA")], {STOP: "ksm"}),
    Stated("emergency-users-need-mfa", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:username", "emergency")}, Sid="EmergencyUsersNeedMfa")], [], {}),
    # Ages that another Allow does not ask for, two Denies of one purpose, RCPs, what Sids say of
    # times, of permanent deletion, and of the action that NotAction exempts.
    *[Stated(f"sid-of-a-time-{sid}", [allow(STOP, {"NumericLessThan": {AGE: seconds}}, Sid=sid)],
             [(PROMISE, sid)], {})
      for sid, seconds in (("DestructiveOnlyWithMFAOfLast12Hours", 720), ("Within15Min", 1500),
                           ("MfaMax1h", 7200), ("StopFor30Minutes", 180),
                           ("MfaOf1Day", 3600))],
    *[Stated(f"sid-of-the-right-time-{sid}", [allow(STOP, {"NumericLessThan": {AGE: seconds}},
             Sid=sid)], [], {})
      for sid, seconds in (("OfLast12Hours", 43200), ("Within15Min", "900"), ("MfaMax1h", 3600),
                           ("Phase2Hardening", 300), ("Ec2M5Stop", 900), ("Stop3", 900),
                           ("S3Mfa", 900), ("Mfa900Sec", 900))],
    # Grace periods, paths of users, tags that exempt, ViaService, removal denied for most.
    Stated("denied-always-by-a-promise", [allow(OFF, WITH, Resource=ME), deny(OFF,
            Sid="NeverRemoveWithoutMFA")], [(PROMISE, "NeverRemoveWithoutMFA")], {}),
    # A Sid of a resource's policy, with blanks; a Sid that says who is exempt; where MFA is needed.
    *[Stated(f"only-in-{sid}", [allow("ssm:*"), deny("ssm:*", {"Null": {"aws:TokenIssueTime":
             "true"}}, Sid=sid), deny("s3:*", WITHOUT)], [(PROMISE, sid)] if told else [], {})
      for sid, told in (("SecretsOnlyInMfaSession", True), ("OnlyFromMfaDevices", False),
          ("SecretsInSessions", False))],
    # A Sid about no changes of MFA; a Deny of all that deletes, on the bucket without its objects.
    *[Stated(f"no-changes-as-{sid}", [ALL, {**deny(["iam:CreateUser", OFF]), "Sid": sid}],
             [(PROMISE, sid)] if told else [], {})
      for sid, told in (("NoMfaChanges", False), ("NoUsersNoMfaDeviceRemoval", False),
                        ("DenyIfNoMfa", True))],
    # Sids about hours of the day; launches by a tag of the request.
    *[Stated(f"hours-of-the-day-{sid}-{at}", [{**allow("s3:*", {**WITH, **on("DateGreaterThan",
             key, value)}), "Sid": sid}], [(PROMISE, sid)] if told else [], {})
      for at, (sid, key, value, told) in enumerate((
          ("AllowInBusinessHours", "aws:CurrentTime", "2026-01-01T09:00:00Z", True),
          ("RestrictToWorkingHours", "aws:EpochTime", "1767225600", True),
          ("AllowFromNewYear", "aws:CurrentTime", "2026-01-01T09:00:00Z", False),
          ("AllowInBusinessHours", "aws:CurrentTime", "${var.start}", False),
          ("AllowOnWorkdays", "aws:TokenIssueTime", "2026-01-01T09:00:00Z", False),
          ("AllowWithin8Hours", "aws:TokenIssueTime", "2026-01-01T09:00:00Z", False)))],
    # Near misses of the kinds above, and their siblings.
    *[Stated(f"other-sids-{sid}", [allow("s3:*", WITH), {**statement, "Sid": sid}],
             [(PROMISE, sid)] if told else [], {})
      for sid, statement, told in (
          ("DenyWithoutMfaDeleteBucket", deny("s3:DeleteBucket"), True),
          ("MondayTimeboxedAccess", allow("ec2:*", {**WITH, **on("DateLessThan",
           "aws:CurrentTime", "2026-01-01T09:00:00Z")}), False),
          ("AllowOnWeekdays", allow("ec2:*", {**WITH, **on("DateLessThan",
           "aws:CurrentTime", "2026-01-01T09:00:00Z")}), True))],
    # What a stranger's third series of policies showed.
    *[Stated(f"age-in-words-{sid}-{limit}", [ALL, deny("ec2:*", older(limit), Sid=sid)],
            [(PROMISE, sid)] if wrong else [], {})
      for sid, limit, wrong in (
            ("DenyWhenMFAOlderThanEightHours", "1800", True),
            ("DenyWhenMFAOlderThanEightHours", "28800", False),
            ("DenyUnlessMfaWithinLastHour", "36000", True),
            ("DenyUnlessMfaWithinAnHour", "3600", False),
            ("DenyMfaOlderThanFifteenMinutes", "900", False),
            ("DenyMfaOlderThanThirtyMinutes", "3600", True),
            ("DenyAfterHoursWithOldMfa", "3600", False),
            ("DenyMfaOlderThanAWorkday", "28800", False),
            ("DenyMfaOlderThanOneDay", "3600", True))],
    # Devices that are listed only on users, and elsewhere with MFA.
    *[Stated(f"promised-and-exempt-{at}", [allow("sts:AssumeRole", Sid="AssumeAdminMFAOnly",
            Resource="arn:aws:iam::123456789012:role/Admin"), deny_but([*CARE, *more], WITHOUT)],
            [(PROMISE, "AssumeAdminMFAOnly"), ("role-without-mfa", "Statement[1]")] if more else [],
            {})
      for at, more in enumerate(([], ["sts:AssumeRole"]))],
    # What Sids promise besides: hardware, minutes, users, no deactivation.
    *[Stated(f"promise-of-a-sid-{at}", [{**statement, "Sid": sid}, *rest],
            [(PROMISE, sid)] if wrong else [], {}, "scp")
      for at, (sid, statement, wrong, rest) in enumerate((
          ("RequireYubiKey", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), True, []),
          ("RequireYubiKey", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), False, [deny(CREATE)]),
          ("NeedsPasskey", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), False, [deny(ENABLE, on(
              "StringNotEquals", "iam:RegisterSecurityKey", "Activate"))]),
          ("DenyWithoutHardwareToken", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), True, []),
          ("WithoutPasskeyRemoval", deny(OFF, {**WITHOUT, **NOT_ROLES}), False, []),
          ("RemoveSecurityKeyNeedsMfa", deny(OFF, {**WITHOUT, **NOT_ROLES}), False, []),
          ("StopWithMfaWithin15m", deny("ec2:*", {**older("1500"), **NOT_ROLES}), True, []),
          ("StopM5WithMfaWithin15m", deny("ec2:*", {**older("900"), **NOT_ROLES}), False, []),
          ("StopM5s", deny("ec2:*", {**older("900"), **NOT_ROLES}), False, []),
          ("RequireMfaForIamUsers", deny_but(CARE, on("ArnLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/*")), True, []),
          ("DenyWithoutMfa", deny_but(CARE, NOT_ROLES), True, []),
          ("DenyStopWithoutMfa", deny(STOP, {**NOT_ROLES, **NETWORK}), True, []),
          ("UsersMustUseSsoWithMfa", deny("iam:CreateUser", on("ArnLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/*")), False, []),
          ("RotateWithPasskeyOrApp", deny_but(CARE, {**WITHOUT, **NOT_ROLES}), False, []),
          ("RequireMfaBySso", deny_but(CARE, on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*")), False, []),
          ("MfaAdminsOnlyManageMfaDevices", deny(OFF, on("ArnLike", "aws:PrincipalArn",
              "arn:aws:iam::*:user/*")), False, []),
          ("DenyMfaDeactivation", deny("iam:DeleteVirtualMFADevice"), True,
              [deny_but(CARE, {**WITHOUT, **NOT_ROLES})]),
          ("PreventMfaRemoval", deny(["iam:DeleteVirtualMFADevice", RESYNC]), True, []),
          ("PreventMfaRemoval", deny("iam:DeleteVirtualMFADevice"), False, [deny(OFF)]),
          ("NoMfaRemovalWithoutMfa", deny("iam:DeleteVirtualMFADevice", {**WITHOUT, **NOT_ROLES}),
              False, [deny(OFF, {**WITHOUT, **NOT_ROLES})]),
          ("DenyRemovalOfVirtualMfa", deny("iam:DeleteVirtualMFADevice"), False, []),
          ("PreventMfaRemoval", deny(OFF), False, [])))],
]
# fmt: on
