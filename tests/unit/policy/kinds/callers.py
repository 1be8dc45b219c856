"""Values that no request has under keys that say who calls, such as aws:PrincipalArn."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    ENROLMENT,
    NETWORK,
    NOT_ROLES,
    OFF,
    PUBLIC,
    READ,
    ROLE,
    ROLE_SESSION,
    SCP,
    VALUE,
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
KINDS = [
    # The ARN that a role session has as its principal is the role's.
    Stated("session-arns-exempt", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/*")})], found(VALUE, at=1), {}, "scp"),
    Stated("group-exempt", [ALL, deny("ec2:*", {**WITHOUT, **on("StringNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:group/admins")})], found(VALUE, at=1), {}),
    Stated("session-s-arn-allowed", [allow("s3:*", on("ArnLike", "aws:PrincipalArn",
            "arn:aws:sts::123456789012:assumed-role/x/*"), **PUBLIC)], found(VALUE), {}),
    Stated("mfa-of-a-session-s-arn", [trust(ACCOUNT, {**WITH, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:sts::123456789012:assumed-role/x/*")})], found(VALUE), {}),
    *[Stated(f"session-{session}-beside-role-{role}", [ALL, deny("ec2:*", {**WITHOUT,
            **on("ArnNotLike", "aws:PrincipalArn", [f"arn:aws:iam::*:role/{role}",
            f"arn:aws:sts::*:assumed-role/{session}"])})], found(VALUE, at=1) * told, {}, "scp")
      for session, role, told in (("ci/*", "aws-reserved/sso.amazonaws.com/*", True),
          ("ci/*", "deploy", True), ("ci/*", "tools/ci", False), ("ci/*", "c*", False),
          ("AWSReservedSSO_*/*", "aws-reserved/sso.amazonaws.com/*", False))],
    # Limits of a moment or number that leave nothing between them.
    Stated("kind-of-principal-misspelt", [ALL, deny("ec2:*", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "IAMUser")})], found(VALUE, at=1), {}),
    Stated("kind-of-principal-in-lower-case", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotLike", "aws:PrincipalType", ["assumed*", "root"])})], found(VALUE, at=1), {}),
    Stated("kinds-of-principals", [ALL, deny_but(CARE, {**WITHOUT, **on("StringLike",
            "aws:PrincipalType", "*User")}), *[deny("ec2:*", on(*each)) for each in (
            ("StringNotEquals", "aws:PrincipalType", ["Service", "Role"]),
            ("StringEqualsIgnoreCase", "aws:PrincipalType", "account"),
            ("StringEquals", "aws:PrincipalType", "${var.kind}"))]], [], {}),
    Stated("roles-of-aws-without-their-path", [ALL, *[deny(f"{service}:*", {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::*:role/{each}")})
      for service, each in (
            ("ec2", "AWSReservedSSO_Admin_*"), ("s3", "AWSServiceRoleForSupport"),
            ("sqs", "aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"),
            ("sns", "*AWSReservedSSO_Admin_*"))]],
           [*found(VALUE, at=1), *found(VALUE, at=2)], {}),
    # The root user's ARN has no `user/`.
    *[Stated(f"principal-arn-of-root-{number}", [deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", arns)})], found(*rules), {}, "scp")
      for number, (arns, rules) in enumerate((
            ("arn:aws:iam::*:user/root", [VALUE]),
            ("arn:aws:iam::*:root", []),
            (["arn:aws:iam::*:user/root", "arn:aws:iam::*:root"], []),
            ("arn:aws:iam::*:user/rootless", [])))],
    # ARNs that no principal has, alone and among those that are exempt.
    *[Stated(f"asked-of-nobody-{at}", [deny_but(CARE, {**WITHOUT, **on("StringLike",
            "aws:PrincipalArn", values)})], found(VALUE) if wrong else [], {}, "scp")
      for wrong, each in ((True, (
            "arn:aws:iam::user/*", "arn:aws:iam:::user/*", "arn:aws:iam::*:users/*", "user/*",
            "ann", "arn:aws:iam::*:user/", "arn:aws:iam::123456789012:ann", "AIDAJQABLZS4A3QDU576Q",
            "arn:aws:iam::*:User/*", "arn:aws:iam:eu-west-1:123456789012:user/ann",
            "arn:aws:sso:::permissionSet/*")), (False, (
            ["arn:aws:iam::*:user/*", "arn:*:iam::*:user/*"], "*:user/*", "arn:aws*:iam::*:user*",
            "arn:aws:iam:*:user/ops/*", "arn:aws:iam::*:user/${aws:username}", "*:u*", "*/ann",
            "arn:aws:iam::*user/*", "arn:aws:sts::*:federated-user/ann", "*:user/*/ann",
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/*", "${var.users}", "OpsUserArn",
            "arn:aws:iam::*:user/{{ ann }}", "arn:aws:iam::*:user/${ann, 'bob'}", "OPS_USERS",
            ["arn:aws:iam::*:user/*", "arn:aws:iam::*:root"])))
      for at, values in enumerate(each, start=20 * wrong)],
    *[Stated(f"exempt-nobody-{at}", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", values)})], found(*rules), {}, "scp")
      for at, (rules, values) in enumerate((
            ([VALUE], "arn:aws:iam:::role/*"), ([VALUE], "arn:aws:iam::*:role/"),
            ([VALUE], "arn:aws:iam::*:assumed-role/*"),
            ([VALUE], ["arn:aws:iam::*:role/*", "arn:aws:iam::*:group/BreakGlass"]),
            ([VALUE, SCP], ["arn:aws:iam::123456789012:role/Ops", "arn:aws:iam::*:group/Glass"]),
            ([VALUE], ["arn:aws:iam::*:role/*", "glass"]),
            ([VALUE], ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/root"]),
            ([VALUE], ["arn:aws:iam::*:role/*", "444455556666"]),
            ([], ["arn:aws:iam::*:role/assumed-role/*", "arn:aws:iam::*:role/*"]),
            ([], ["arn:aws:iam::*:role/*", "*:user/glass", "*/group-svc"]),
            ([], ["arn:aws:iam::*:role/AWSServiceRoleFor*", "arn:aws:iam::*:role/*"])))],
    *[Stated(f"exempt-from-protection-{at}", [deny([OFF, "iam:DeleteVirtualMFADevice"], on(
            "ArnNotLike", "aws:PrincipalArn", values))], found(VALUE) if wrong else [], {}, "scp")
      for at, (wrong, values) in enumerate((
            (True, "arn:aws:iam::*:assumed-role/SecurityAdmin/*"),
            (True, ["arn:aws:iam::*:role/Admin", "arn:aws:iam::*:group/Admins"]),
            (True, "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin"),
            (True, "arn:aws:iam::*:role/aws-reserved/sso/AWSReservedSSO_Admin_*"),
            (True, ["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin",
                    "arn:aws:iam::*:role/pipeline-*"]),
            (False, ["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*",
                     "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_"
                     + 16 * "1"]),
            (False, "arn:aws:iam::*:role/aws-reserved/*"),
            (False, ["arn:aws:sts::*:assumed-role/Admin/*", "arn:aws:iam::*:role/Admin"])))],
    # What names who calls, and what does not.
    *[Stated(f"paths-of-an-organisation-{at}", [deny_but(CARE, {**WITHOUT, **NOT_ROLES, **on(
            operator, "aws:PrincipalOrgPaths", value)})], found(VALUE) if wrong else [], {}, "scp")
      for operator in ("ForAllValues:StringNotLike", "ForAnyValue:StringLike")
      for at, (wrong, value) in enumerate((
            (True, "ou-ab12-11111111"), (True, "ou-ab12-11111111/*"), (True, "r-ab12/*"),
            (True, "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111"), (True, "o-a1b2c3d4e5"),
            (False, "o-a1b2c3d4e5/*/ou-ab12-11111111/*"), (False, "*/ou-ab12-11111111/"),
            (False, "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"), (False, "o-a1b2c3d4e5/*"),
            (False, "o-<id>/r-<id>/ou-<id>"), (False, "${var.path}")),
            start=20 * ("Any" in operator))],
    *[Stated(f"roles-by-a-user-s-name-{at}", [deny(OFF, on("StringNotLike", "aws:username", name))],
            found(VALUE) if wrong else [], {}, "scp")
      for at, (wrong, name) in enumerate((
            (True, ["AWSReservedSSO_SecurityAdmin_*", "OrganizationAccountAccessRole"]),
            (True, "AWSControlTowerExecution"), (False, ["security-*", "aws-admin"])))],
    # The root user, who is not the account.
    *[Stated(f"root-user-as-account-{at}", [deny_but(CARE, {**WITHOUT, **on(operator,
            "aws:PrincipalArn", values)}, Sid=sid)], [(VALUE, sid)] if wrong else [], {}, kind)
      for at, (wrong, kind, sid, operator, values) in enumerate((
            (True, "identity", "RootNeedsMfa", "ArnLike", "arn:aws:iam::*:root"),
            (True, "identity", "X", "ArnEquals", "arn:aws:iam::123456789012:root"),
            (True, "scp", "RequireMfaInProdAccount", "ArnLike", "arn:aws:iam::123456789012:root"),
            (False, None, "X", "ArnLike", "arn:aws:iam::*:root"),
            (False, "identity", "X", "ArnNotLike", "arn:aws:iam::*:root"),
            (False, "identity", "X", "ArnLike", ["arn:aws:iam::*:root", "arn:aws:iam::*:user/*"]),
            (False, "scp", "RootOfAccountNeedsMfa", "ArnLike", "arn:aws:iam::123456789012:root"),
            (False, "scp", "X", "ArnLike", "arn:aws:iam::123456789012:root")))],
    Stated("root-user-as-exempt-account", [deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*"), **on("ArnNotEquals", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:root")}, Sid="RequireMfaExceptSandboxAccount")],
           [(VALUE, "RequireMfaExceptSandboxAccount")], {}, "scp"),
    # A tag that the caller sends with the request, and so exempts whoever sends it.
    Stated("role-by-its-id-alone", [allow("kms:*", Principal=ACCOUNT), deny("kms:*", {**WITHOUT,
            **on("StringNotLike", "aws:userid", "AROA1234567890EXAMPLE")}, Principal="*")],
           found(VALUE, at=1), {}),
    Stated("role-by-its-id", [allow("kms:*", Principal=ACCOUNT), deny("kms:*", {**WITHOUT,
            **on("StringNotLike", "aws:userid", ["AROA1234567890EXAMPLE:*", "AIDA1234567890EXAMPL"
            ])}, Principal="*")], [], {}),
    # One mistake is told once.
    Stated("scp-spares-roles-by-their-sessions", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/*")})], found(VALUE), {}, "scp"),
    *[Stated(f"narrowed-to-{sid}", [ALL, deny("ec2:*", {**WITHOUT, **NETWORK}, Sid=sid)], [], {})
      for sid in ("OffCampusNeedsMfa", "AusserhalbNurMitMfa", "MfaOrHouse", "VpceOrMFA",
                  "MfaUnlessInTheBuilding")],
    Stated("root-as-the-caller-of-a-role", [trust(ACCOUNT, {**WITH, **on("ArnEquals",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:root")})], found(VALUE), {}, "trust"),
    Stated("root-kept-out-of-a-role", [trust(ACCOUNT, {**WITH, **on("ArnNotEquals",
            "aws:PrincipalArn", "arn:aws:iam::123456789012:root")})], [], {}, "trust"),
    Stated("one-principal-type-that-is-none", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "StringNotEquals", "aws:PrincipalType", ["AssumedRole", "SAMLUser"])})],
           found(VALUE, at=1), {}),
    Stated("arn-as-a-user-s-id", [ALL, deny_but(CARE, {**WITHOUT, **on("StringNotLike",
            "aws:userid", "arn:aws:iam::*:user/*")})], found(VALUE, at=1), {}),
    Stated("folder-beside-its-bucket", [allow([READ, "s3:ListBucket"], Principal=ACCOUNT,
            Resource=["arn:aws:s3:::books", BUCKET]), deny("s3:*", WITHOUT, Principal="*",
            Resource="arn:aws:s3:::books/tax/*")], [], {}),
    Stated("users-and-roles-of-a-template", [trust({"AWS": ["${var.user_and_role_arns}",
            "${TrustedUserOrRoleArns}"]}, WITH)], [], {}, "trust"),
    Stated("in-a-network-of-guests", [ALL, deny_but(CARE, {**WITHOUT, **on("IpAddress",
            "aws:SourceIp", "192.0.2.0/24")}, Sid="RequireMFAFromUntrustedGuestWifi")], [], {}),
    Stated("tags-to-delete", [allow(["autoscaling:DeleteTags", "sts:TagSession"], {**WITH,
            **on("StringEquals", "aws:RequestTag/team", "x")})], [], {}),
    Stated("devices-of-some", [ALL, deny_but(CARE, WITHOUT), deny_but(["iam:GetUser"], WITHOUT,
            Resource="arn:aws:iam::*:mfa/admin-*")], [], {}),
    # A word within a word, the same ARN in two partitions, exemptions with wrong values.
    *[Stated(f"roles-exempt-by-a-wrong-value-{at}", [deny("s3:*", {**WITHOUT, **on(*exempt)})],
             found(VALUE), {}, "scp")
      for at, exempt in enumerate((
          ("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*"),
          ("StringNotEquals", "aws:PrincipalType", "Role"),
          ("StringNotLike", "aws:PrincipalType", ["Role", "AWSService"])))],
    Stated("no-role-exempt-by-a-wrong-value", [deny("s3:*", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "Role")})], found(VALUE), {}, "scp"),
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    Stated("user-s-id-with-a-name", [deny("s3:*", on("StringNotEquals", "aws:userid",
            "AIDACKCEVSQ6C2EXAMPLE:Release"))], found(VALUE), {}),
    Stated("id-of-any-session", [deny("s3:*", on("StringNotLike", "aws:userid", ["AROA*:Release",
            "AIDACKCEVSQ6C2EXAMPLE", "*:x"]))], [], {}),
    # Grace periods, paths of users, tags that exempt, ViaService, removal denied for most.
    Stated("a-role-exempt-by-its-session", [allow(READ, Principal=ROLE, Resource=BUCKET), deny(READ,
            {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn", "arn:aws:sts::123456789012:"
            "assumed-role/Deploy/*")}, **PUBLIC)], found(VALUE, at=1), {}),
    # Policies of resources and organisations.
    Stated("roles-of-sso-exempt-without-a-path", [deny("s3:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/AWSReservedSSO_*")})], found(VALUE), {},
           "scp"),
    # What a stranger's third series of policies showed.
    *[Stated(f"sessions-to-be-exempt-{number}", [deny_but(CARE, {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", values)})], found(*rules), {}, "scp")
      for number, (values, rules) in enumerate((
            (["arn:aws:sts::*:assumed-role/*/*", "arn:aws:iam::*:user/svc-*"], [VALUE]),
            (["arn:aws:sts::*:assumed-role/*/*", "arn:aws:iam::*:role/*"], []),
            (["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/svc-*"], [])))],
    # A Deny of the setup tells of those whom it reaches, and of what it stops on its resources.
    *[Stated(f"setup-denied-to-{at}", [ALL, deny("*", {**WITHOUT, **who})], found(*rules, at=1),
             {}, kind)
      for at, (kind, who, rules) in enumerate((
            ("scp", on("StringEquals", "aws:PrincipalType", "Root"), [VALUE]),
            ("scp", on("StringEquals", "aws:PrincipalType", "AssumedRole"), [ROLE_SESSION]),
            ("scp", on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root"), [ENROLMENT]),
            ("boundary", on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root"), [VALUE]),
            ("scp", on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), [ENROLMENT])))],
    # As EC2 calls KMS for encrypted volumes.
    *[Stated(f"role-of-ec2-s-own-{at}", [ALL, deny("kms:Decrypt", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", f"arn:aws:iam::*:{who}")})], found(VALUE, at=1) * wrong, {})
      for at, (who, wrong) in enumerate((("role/aws:ec2-infrastructure", False),
          ("role/ops:ec2-infrastructure", True), ("group/ec2-infrastructure", True)))],
]
# fmt: on
