"""Denies for requests without MFA that another condition narrows more than is meant."""

from __future__ import annotations

from policy.statements import (
    ABROAD,
    ALL,
    CARE,
    ENROL,
    ENROLMENT,
    FALSE,
    IN_OFFICE,
    NETWORK,
    NOT_ROLES,
    OFF,
    PRESENT,
    SSE,
    STOP,
    USERS,
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
    # A NotAction that leaves no action.
    Stated("narrowed-twice", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK, "DateLessThan":
            {"aws:CurrentTime": "2031-01-01"}})], found("deny-narrowed", at=1), {}),
    # The same in other forms: another case, lists, other operators, several keys.
    Stated("two-keys-of-one-operator-denied", [ALL, deny("ec2:*", {"BoolIfExists":
            {PRESENT: "false", "aws:SecureTransport": "false"}})], found("deny-narrowed", at=1),
           {}),
    Stated("issued-before", [ALL, deny("ec2:*", {**WITHOUT, **on("DateLessThan",
            "aws:TokenIssueTime", "2031-01-01T00:00:00Z")})], found("deny-narrowed", at=1),
           {STOP: "km"}),
    # Words of a Sid that are part of a name, or mean something else.
    *[Stated(f"sid-of-what-is-tagged-{sid}", [allow("ec2:*"), deny("ec2:*", {**WITHOUT,
            **on("StringEquals", "aws:ResourceTag/env", "prod")}, Sid=sid)],
            [("deny-narrowed", sid)] if told else [], {})
      for sid, told in (("DenyAllWithoutMfaOnProd", False), ("DenyAllWithoutMfa", True))],
    # Limits, wrong resources, and conditions that leave enrolment alone.
    Stated("all-but-one-region", [deny("*", {**WITHOUT, **on("StringNotEquals",
            "aws:RequestedRegion", "eu-west-1")})], found("deny-narrowed", ENROLMENT), {}),
    # Other actions that do the same, and other Allows of what has a tag.
    *[Stated(f"tags-narrow-{at}", [ALL, deny_but(CARE, {**WITHOUT, **when}, Sid=sid)],
            [("deny-narrowed", sid)] if told else [], {})
      for at, (told, sid, when) in enumerate((
          (True, "DenyAllWithoutMFA", on("StringEquals", "aws:ResourceTag/env", "prod")),
          (False, "DenyProdWithoutMFA", on("StringEquals", "aws:ResourceTag/env", "prod")),
          (False, "DenyAllWithoutMFA", on("StringNotEquals", "aws:ResourceTag/open", "yes"))))],
    # What no direct call meets.
    Stated("deny-of-calls-by-services", [ALL, deny("ec2:*", {**WITHOUT, **on("Bool",
            "aws:ViaAWSService", "true")})], found("deny-narrowed", at=1), {STOP: "ksm"}),
    # Users' own affairs on something else than a user.
    Stated("one-or-the-other-asked-by-the-sid", [ALL, {**deny_but(CARE, {**WITHOUT, **NETWORK}),
            "Sid": "DenyOutsideOfficeOrWithoutMfa"}],
           [("deny-narrowed", "DenyOutsideOfficeOrWithoutMfa")], {}),
    # A Sid that says where no MFA is asked for.
    Stated("narrowed-as-the-sid-says", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK},
            Sid="DenyOutsideOfficeWithoutMfa")], [], {}),
    *[Stated(f"narrowed-as-the-sid-says-{sid}", [ALL, deny("ec2:*", {**WITHOUT, **on(
            "StringNotEquals", "aws:SourceVpce", "vpce-1")}, Sid=sid)], [], {}) for sid in
      ("MfaUnlessThroughOurEndpoint", "DenyNoMFAExceptViaVPCE", "MfaUnlessByTheNetwork")],
    Stated("narrowed-in-spite-of-the-sid", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK},
            Sid="NeedsMfaAndOffice")], [("deny-narrowed", "NeedsMfaAndOffice")], {}),
    # The ARN that a role session has as its principal is the role's.
    *[Stated(f"exempt-where-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
            [("deny-narrowed", sid)] * told, {})
      for sid, told in (("MFAExceptFromZscaler", False), ("MFAExceptInvoices", True))],
    Stated("either-of-two-tags", [deny("ec2:CreateTags", {"Null": {"aws:RequestTag/a": "true",
            "aws:RequestTag/b": "true"}}, Sid="NeedTeamOrProject"), allow(STOP, WITH)], [], {}),
    Stated("help-desk-by-the-sid", [allow(ENROL[:2], WITH, Sid="HelpDesk", Resource=[
            "arn:aws:iam::*:user/*", "arn:aws:iam::*:mfa/*"])], [], {}),
    # Limits of a moment or number that leave nothing between them.
    Stated("narrowed-by-what-the-sid-joins", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:RequestedRegion", "eu-west-1")}, Sid="RequireMFAAndRegion")],
           [("deny-narrowed", "RequireMFAAndRegion")], {}),
    Stated("narrowed-on-purpose-by-region", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringEquals", "aws:RequestedRegion", "eu-west-1")}, Sid="StopAndStartNoMFA")],
           [], {}),
    Stated("removal-exempt-and-denied-by-another", [ALL, deny_but(["iam:*MFADevice*",
            "iam:GetUser"], WITHOUT), deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT)], [],
           {OFF: "m"}),
    *[Stated(f"joined-by-an-or-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
            [("deny-narrowed", sid)] if wrong else [], {})
      for sid, wrong in (("DenyIfNoMfaOrIfOutsideVpn", True), ("NoMFAOrNotFromVpn", True),
            ("FromOurEndpointOrWithMfa", False), ("MfaOrHouseOnly", False))],
    # Long-term keys alone, which roles do not have.
    Stated("keys-of-no-session", [deny_but(CARE, {**WITHOUT, **on("Null", "aws:TokenIssueTime",
            "true")})], found("deny-narrowed"), {}, "scp"),
    # What names who calls, and what does not.
    *[Stated(f"exempt-by-the-tag-of-{at}", [deny_but(CARE, {**WITHOUT, **NOT_ROLES, **on(
            "StringNotEquals", key, "true")})], found("deny-narrowed") if wrong else [], {}, "scp")
      for at, (wrong, key) in enumerate((
            (True, "iam:ResourceTag/break-glass"), (False, "aws:PrincipalTag/break-glass"),
            (False, "aws:ResourceTag/break-glass")))],
    Stated("tag-of-protected-users", [deny(["iam:UpdateLoginProfile", "iam:DeleteUser"], {**WITHOUT,
            **USERS, **on("StringEquals", "iam:ResourceTag/BreakGlass", "true")},
            Sid="ProtectBreakGlassUsers")], [], {}, "scp"),
    # A tag that the caller sends with the request, and so exempts whoever sends it.
    *[Stated(f"exempt-by-a-sent-tag-{key}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", key, "true")})],
            found("deny-narrowed", at=1) if wrong else [], {})
      for key, wrong in (("aws:RequestTag/break-glass", True), ("aws:RequestTag/sandbox", False),
            ("aws:PrincipalTag/break-glass", False))],
    # One mistake is told once.
    Stated("network-and-mfa-by-the-sid", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK},
            Sid="DenyUnlessVpnAndMfa")], [("deny-narrowed", "DenyUnlessVpnAndMfa")], {}),
    Stated("outside-a-region", [ALL, deny_but(CARE, {**WITHOUT, **on("StringNotEquals",
            "aws:RequestedRegion", "eu-west-1")}, Sid="DenyNoMfa")],
           [("deny-narrowed", "DenyNoMfa")], {}),
    Stated("production-s-region", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:RequestedRegion", "eu-west-1")}, Sid="MfaForProduction")], [], {}),
    Stated("from-a-day-on", [ALL, deny_but(CARE, {**WITHOUT, "DateGreaterThan": {
            "aws:CurrentTime": "2024-01-01T00:00:00Z"}})], [], {STOP: "m"}),
    Stated("keys-and-sessions-apart", [ALL, deny_but([*ENROL, "iam:GetUser"], FALSE), deny_but(
            [*ENROL, "iam:GetUser", "sts:GetSessionToken"], older(3600,
            "NumericGreaterThanIfExists"))], [], {STOP: "m"}),
    Stated("outside-by-the-sid-and-inside-by-the-operator", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "IpAddress", "aws:SourceIp", "192.0.2.0/24")}, Sid="MfaOutsideOffice")],
           [("deny-narrowed", "MfaOutsideOffice")], {}),
    Stated("everything-but-from-a-network", [ALL, deny("*", {**WITHOUT, **NETWORK},
            Sid="NeedsMfaAndOffice")], [("deny-narrowed", "NeedsMfaAndOffice")], {}),
    Stated("everything-without-tls", [deny("*", {"BoolIfExists": {PRESENT: "false",
            "aws:SecureTransport": "false"}})], found("deny-narrowed"), {}),
    # A Deny on others than those on which the policy allows the same.
    Stated("deny-of-regions-under-a-sid-of-all", [ALL, {**deny_but(CARE, {**WITHOUT, **on(
            "StringEquals", "aws:RequestedRegion", "eu-west-1")}), "Sid": "DenyAllWithoutMfa"}],
           [("deny-narrowed", "DenyAllWithoutMfa")], {}),
    # Ages that another Allow does not ask for, two Denies of one purpose, RCPs, what Sids say of
    # times, of permanent deletion, and of the action that NotAction exempts.
    Stated("age-and-no-mfa-in-some-networks", [ALL, deny(STOP, {**WITHOUT, **NETWORK}), deny(STOP,
            older(900, "NumericGreaterThan"))], found("deny-narrowed", at=1)
           + found("deny-age-misses-no-mfa", at=2), {}),
    # A Sid of MFA alone beside an Allow of a part, ARNs without region, global services, periods.
    Stated("denied-in-a-period-and-without-mfa", [ALL, deny(STOP, {**WITHOUT, **on(
            "DateGreaterThan", "aws:CurrentTime", "2031-05-01T00:00:00Z"), **on("DateLessThan",
            "aws:CurrentTime", "2031-06-01T00:00:00Z")}, Sid="FreezeAndNoMFA")],
           [("deny-narrowed", "FreezeAndNoMFA")], {}),
    # Grace periods, paths of users, tags that exempt, ViaService, removal denied for most.
    Stated("in-force-since", [ALL, deny_but(CARE, {**WITHOUT, **on("NumericGreaterThanEquals",
            "aws:EpochTime", 1735689600)})], [], {}),
    Stated("in-force-until", [ALL, deny_but(CARE, {**WITHOUT, **on("NumericLessThan",
            "aws:EpochTime", 1735689600)})], found("deny-narrowed", at=1), {}),
    Stated("exempt-by-a-tag-of-the-resource", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:ResourceTag/MfaExempt", "true")}, Sid="NoMfaOrExemptUser")],
           [("deny-narrowed", "NoMfaOrExemptUser")], {}),
    Stated("asked-only-if-not-exempt", [ALL, deny_but(CARE, {**WITHOUT, **on("StringEquals",
            "aws:PrincipalTag/MfaExempt", "false")})], found("deny-narrowed", at=1), {}),
    Stated("exempt-by-a-referer", [ALL, deny_but(CARE, {**WITHOUT, **on("StringNotLike",
            "aws:Referer", "https://example.com/*")})], found("deny-narrowed", at=1), {}),
    # Programs are to be exempt by a tag, and whoever has none is.
    *[Stated(f"asked-only-if-no-program-{at}", [ALL, deny_but(CARE, {**WITHOUT, **on(operator,
            f"aws:PrincipalTag/{tag}", value)})], found("deny-narrowed", at=1) * wrong, {})
      for at, (operator, tag, value, wrong) in enumerate((
          ("Bool", "bot", "false", True), ("Bool", "ServiceUser", "false", True),
          ("StringEquals", "service-user", "false", True), ("BoolIfExists", "bot", "false", False),
          ("StringNotEquals", "bot", "true", False), ("Null", "bot", "true", False),
          ("Null", "service-account", "false", True), ("Null", "MfaExempt", "false", True),
          ("Null", "MfaExempt", "true", False), ("Null", "MfaRequired", "false", False),
          ("StringEquals", "trusted", "false", False),
          ("StringNotEqualsIfExists", "bot", "yes", False)))],
    Stated("exempt-by-tags", [ALL, deny("ec2:*", {**WITHOUT, **on("StringNotEquals",
            "aws:ResourceTag/MfaExempt", "true")}), deny("s3:*", {**WITHOUT, **on("StringNotEquals",
            "aws:PrincipalTag/MfaExempt", "true")}), deny("kms:*", {**WITHOUT, **on(
            "StringEqualsIfExists", "aws:PrincipalTag/MfaExempt", "false")}), deny("sqs:*",
            {**WITHOUT, **on("StringEquals", "aws:PrincipalTag/human", "yes")})], [], {}),
    # Demands of a Deny that are joined; a public address and a VPC.
    *[Stated(f"demands-joined-{at}", [ALL, deny("s3:PutObject", when), deny_but(CARE, WITHOUT)],
             found("deny-narrowed", at=1) if told else [], {})
      for at, (when, told) in enumerate((
          ({"StringNotEquals": {SSE: "aws:kms", f"{SSE}-aws-kms-key-id": "x"}}, True),
          ({"StringNotEquals": {SSE: "x"}, "Null": {f"{SSE}-aws-kms-key-id": "true"}}, True),
          ({"Null": {"aws:PrincipalTag/a": "true", "aws:PrincipalTag/b": "true"}}, True),
          ({"StringNotEquals": {SSE: "aws:kms"}}, False),
          ({"StringNotEquals": {SSE: "aws:kms"}, "Null": {SSE: "false"}}, False),
          ({"StringNotEquals": {"aws:PrincipalTag/a": "x", "aws:PrincipalTag/b": "y"}}, False),
          ({"Null": {"aws:PrincipalTag/a": "true", "aws:SourceVpce": "true"}}, False),
          ({"StringEquals": {SSE: "aws:kms", f"{SSE}-aws-kms-key-id": "x"}}, False)))],
    # Near misses of the kinds above, and their siblings.
    *[Stated(f"demands-on-other-things-{at}", [ALL, deny("s3:PutObject", when), deny_but(CARE,
             WITHOUT)], [], {})
      for at, when in enumerate((
          {"Null": {SSE: "true", f"{SSE}-customer-algorithm": "true"}},
          {"Null": {"aws:RequestTag/owner": "true", "aws:PrincipalTag/owner": "true"}}))],
    Stated("two-tags-and-a-network-demanded", [ALL, deny("s3:PutObject", {"Null": {
            "aws:PrincipalTag/a": "true", "aws:PrincipalTag/b": "true", "aws:SourceVpce": "true"}}),
            deny_but(CARE, WITHOUT)], found("deny-narrowed", at=1), {}),
    Stated("tags-of-the-request-or-the-resource", [ALL, deny(["athena:GetSession",
            "athena:StartSession"], {"StringNotEquals": {"aws:RequestTag/x": "y",
            "aws:ResourceTag/x": "y"}}), deny_but(CARE, WITHOUT)], [], {}),
    # Devices that are listed only on users, and elsewhere with MFA.
    *[Stated(f"deny-of-either-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
            [("deny-narrowed", sid)], {}) for sid in ("DenyWithoutMFAOrOutsideOffice",
            "DenyNoMfaOrOutsideVpn")],
    # Denies that a place narrows, where the others stop or allow the rest.
    *[Stated(f"narrowed-and-closed-{at}", statements, [], {})
      for at, statements in enumerate((
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny("*", NETWORK)],
          [ALL, deny_but(CARE, {**WITHOUT, **on("Bool", "aws:SecureTransport", "true")}),
           deny("*", on("Bool", "aws:SecureTransport", "false"))],
          [allow("ec2:*", IN_OFFICE), deny("ec2:*", {**WITHOUT, **IN_OFFICE})],
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny_but(CARE, {**older("900"),
           **NETWORK})]))],
    *[Stated(f"narrowed-and-open-{at}", statements, found("deny-narrowed", at=1), {})
      for at, statements in enumerate((
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny("s3:*", NETWORK)],
          [ALL, deny_but(CARE, {**WITHOUT, **IN_OFFICE}), deny("*", on("NotIpAddress",
           "aws:SourceIp", "198.51.100.0/24"))],
          [ALL, deny("ec2:*", {**WITHOUT, **IN_OFFICE}), allow("ec2:*", IN_OFFICE)]))],
    *[Stated(f"sid-says-what-is-skipped-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK},
            Sid=sid)], [], {})
      for sid in ("RequireMFAOutOfOffice", "SkipMFAInOffice", "OfficeBypassesMfa",
                  "NoMfaNeededInOffice", "RequireMFAExceptBastion", "DenyWithoutMfaUnlessKnownIp")],
    *[Stated(f"sid-says-where-{sid}", [ALL, deny_but(CARE, {**WITHOUT, **NETWORK}, Sid=sid)],
             [("deny-narrowed", sid)] if wrong else [], {})
      for sid, wrong in (
          ("DenyExternalAccessWithoutMFA", False), ("RequireMFANotOnVpn", False),
          ("DenyNonCorporateIpWithoutMfa", False), ("MfaWhenAway", False),
          ("MfaFromTheInternet", False), ("MfaForUnknownNetworks", False),
          ("MfaForGateways", True), ("MfaWithExternalId", True), ("DenyNonMfaOffice", True))],
    Stated("sid-says-which-regions", [ALL, deny(["ec2:*", "rds:*"], {**WITHOUT, **on(
            "StringNotLike", "aws:RequestedRegion", "eu-*")}, Sid="NonEuRegionsNeedMfa")], [], {}),
    *[Stated(f"two-demands-of-users-{sid}", [deny_but(CARE, {**WITHOUT, **who, **NETWORK},
            Sid=sid)], [("deny-narrowed", sid)], {}, "scp")
      for sid, who in (
          ("RequireMfaAndCorpNetwork", on("ArnLike", "aws:PrincipalArn", "arn:*:iam::*:user/*")),
          ("RequireMfaAndVpn", NOT_ROLES), ("DenyUnlessOnVpnAndWithMfa", NOT_ROLES),
          ("DenyNoMfaOrNoVpn", on("StringEquals", "aws:PrincipalType", "User")))],
    Stated("users-by-another-key", [deny_but(CARE, {**WITHOUT, **on("ArnLike", "aws:SourceArn",
            "arn:aws:iam::*:user/*")})], found("deny-narrowed"), {}, "scp"),
    *[Stated(f"tag-that-few-have-{operator}", [ALL, deny_but(CARE, {**WITHOUT, **on(operator,
            "aws:PrincipalTag/BreakGlass", "true")})],
            found("deny-narrowed", at=1) if wrong else [], {})
      for operator, wrong in (
          ("ForAnyValue:StringNotEquals", True), ("ForAnyValue:StringNotLike", True),
          ("ForAllValues:StringNotEquals", False), ("StringNotEquals", False),
          ("ForAnyValue:StringNotEqualsIfExists", False))],
    # Sids that tell of whom, where or how MFA is asked for, or not.
    *[Stated(f"whom-or-where-by-the-sid-{at}", [ALL, deny_but(CARE, {**WITHOUT, **when},
            Sid=sid)], [("deny-narrowed", sid)] if wrong else [], {})
      for at, (sid, when, wrong) in enumerate((
          ("DenyIfNoMfaAndIamUser", on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
           False),
          ("DenyWithoutMfaAndNotBreakGlass", on("ArnNotLike", "aws:PrincipalArn",
           ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/breakglass"]), False),
          ("EnforceMfaAndCloudTrail", on("StringEquals", "aws:PrincipalType", "User"), False),
          ("MfaAndNamedUser", on("StringNotEquals", "aws:username", "carol"), False),
          ("RequireMfaAndTeamTag", on("StringNotEquals", "aws:PrincipalTag/team", "books"), True),
          ("RequireMfaAndKindTag", on("StringEquals", "aws:PrincipalTag/kind", "human"), False),
          ("RequireMfaAndOurRegion", on("StringEquals", "aws:RequestedRegion", "eu-west-1"), False),
          ("BlockNonMfaAndNonVpn", NETWORK, False),
          ("DenyIfNoMfaAndNotCorpIp", NETWORK, False),
          ("DenyNoMfaAndOutsideOffice", NETWORK, False),
          ("DenyOffNetworkAndNoMfa", NETWORK, False),
          ("DenyNoMfaAndDenyOutsideOffice", NETWORK, True),
          ("RequireMfaFromInternet", NETWORK, False),
          ("RequireMfaNotOnCorpNetwork", NETWORK, False),
          ("MfaForExternalAccess", NETWORK, False),
          ("DenyWithoutMfaExceptFromOffice", NETWORK, False),
          ("DenyWithoutMfaExceptFromOffice", IN_OFFICE, True),
          ("DenyWithoutMfaUnlessOnVpn", IN_OFFICE, True),
          ("RequireMfaFromUntrustedWifi", IN_OFFICE, False),
          ("DenyNoMfaOutsideVpc", on("StringEquals", "aws:SourceVpc", "vpc-1"), True),
          ("DenyNoMfaOutsideVpc", on("StringNotEquals", "aws:SourceVpc", "vpc-1"), False),
          ("DenyWithoutMfaOutsideEu", on("StringEquals", "aws:RequestedRegion", "eu-west-1"), True),
          ("DenyWithoutMfaOutsideEu", on("StringEquals", "aws:RequestedRegion", "us-east-1"),
           False),
          ("DenyWithoutMfaOutsideEu", ABROAD, False),
          ("OutsideContractorsNeedMfa", on("StringEquals", "aws:PrincipalTag/kind", "contractor"),
           False),
          ("RequireMfaInAllRegions", on("StringEquals", "aws:RequestedRegion", "eu-west-1"), True),
          ("MfaInAllRegionsButOurs", on("StringEquals", "aws:RequestedRegion", "us-east-1"), False),
          ("DenyNoMfaOrOtherRegion", ABROAD, True),
          ("DenyNoMfaExceptViaService", on("Bool", "aws:ViaAWSService", "true"), True),
          ("DenyNoMfaExceptViaService", on("Bool", "aws:ViaAWSService", "false"), False),
          ("AlwaysMfa", on("Bool", "aws:ViaAWSService", "false"), False),
          ("MfaUnlessViaCloudFormation", on("ForAnyValue:StringNotEquals", "aws:CalledVia",
           "cloudformation.amazonaws.com"), True),
          ("MfaUnlessViaCloudFormation", on("ForAllValues:StringNotEquals", "aws:CalledVia",
           "cloudformation.amazonaws.com"), False)))],
    # By its Sid a Deny demands MFA and an organisation.
    *[Stated(f"demands-mfa-and-organisation-{sid}", [{"Sid": sid, **deny("s3:*", {**WITHOUT, **on(
            "StringNotEquals", key, value)}, Principal="*", Resource="arn:aws:s3:::books/*")}],
            [("deny-narrowed", sid)] if wrong else [], {})
      for sid, key, value, wrong in (
          ("RequireOrgAndMFA", "aws:PrincipalOrgID", "o-a1b2c3d4e5", True),
          ("DenyOutsideOrgOrNoMFA", "aws:PrincipalOrgID", "o-a1b2c3d4e5", True),
          ("DenyForeignOrNoMFA", "aws:PrincipalAccount", ["123456789012"], True),
          ("OutsidersNeedMFA", "aws:PrincipalOrgID", "o-a1b2c3d4e5", False),
          ("DenyNoMFAAndOutsideOrg", "aws:PrincipalOrgID", "o-a1b2c3d4e5", False))],
]
# fmt: on
