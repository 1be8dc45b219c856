"""MFA asked of roles, whose sessions never have it."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    EC2_SERVICE,
    IF_TRUE,
    IN_OFFICE,
    NETWORK,
    NOT_ROLES,
    NOTHING,
    OFF,
    PUBLIC,
    READ,
    ROLE,
    ROLE_SESSION,
    SCP,
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
    trust,
)

PUT = "kms:PutKeyPolicy"

# fmt: off
KINDS = [
    # References to roles say that they are roles.
    *[Stated(f"role-by-reference-{number}", [trust({"AWS": each}, WITH)], found(ROLE_SESSION), {})
      for number, each in enumerate(("${aws_iam_role.key_admin.arn}", "${data.aws_iam_role.x.arn}",
            "${aws_iam_role.deploy[0].arn}", "${module.deploy.role_arn}", "${DeployRole.Arn}",
            "${module.deploy.iam_role_arn}", "${deployRole.arn}", "${var.source_role_arn}"))],
    *[Stated(f"not-a-role-{number}", [trust({"AWS": each}, WITH)], [], {})
      for number, each in enumerate(("${aws_iam_user.role_arn.arn}", "${var.trusted_role_arns}",
            "${var.trusted_role_arn}", "${args.TrustedRoleArns}", "${var.principals}",
            "${User.Arn}", "${aws_iam_user.key_admin.arn}",
            "arn:aws:iam::${aws_iam_role.x.account}:root"))],
    Stated("role-by-reference-and-a-deny", [allow([PUT, "kms:ScheduleKeyDeletion"], Principal={
            "AWS": "${aws_iam_role.x.arn}"}), deny("kms:ScheduleKeyDeletion", WITHOUT,
            Principal="*")], found(ROLE_SESSION, at=1), {}),
    Stated("all-but-a-role-by-reference", [deny("s3:*", on("ArnNotEquals", "aws:PrincipalArn",
            "${aws_iam_role.x.arn}"), **PUBLIC), deny("s3:DeleteObject", WITHOUT, **PUBLIC)],
           found(ROLE_SESSION, at=1), {}),
    Stated("boundary-asks", [ALL, deny("ec2:*", WITHOUT)], [], {STOP: ""}, "boundary"),
    # A Deny for everybody without MFA, and an Allow for a role by name.
    Stated("role-beside-deny", [trust(ROLE), trust("*", WITHOUT, "Deny")],
           found(ROLE_SESSION, at=1), {}),
    Stated("role-beside-deny-of-one", [allow("kms:*", Principal=ACCOUNT), allow(["kms:Decrypt",
            "kms:DisableKey"], Principal=ROLE), deny("kms:DisableKey", WITHOUT, Principal="*")],
           found(ROLE_SESSION, at=2), {}),
    Stated("role-beside-deny-of-what-a-pattern-takes-in", [allow("s3:*", Principal=ROLE,
            Resource=BUCKET), deny("s3:DeleteObject", WITHOUT, **PUBLIC)], [], {}),
    Stated("role-beside-deny-of-something-else", [allow(["kms:Decrypt", PUT], Principal=ROLE),
            deny("kms:DisableKey", WITHOUT, Principal="*")], [], {}),
    Stated("role-beside-deny-that-spares-it", [trust(ROLE), trust("*", {**WITHOUT, **NOT_ROLES},
            "Deny")], [], {}),
    # Only sessions of roles meet another condition.
    Stated("mfa-of-roles-by-arn", [trust(ACCOUNT, {**WITH, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:role/aws-reserved/*")})], found(ROLE_SESSION), {}),
    Stated("mfa-of-role-sessions-by-name", [trust(ACCOUNT, {**WITH, **on("StringLike",
            "aws:userid", "*:*-break-glass")})], found(ROLE_SESSION), {}),
    Stated("mfa-of-the-type-of-roles", [trust(ACCOUNT, {**WITH, **on("StringEquals",
            "aws:PrincipalType", "AssumedRole")})], found(ROLE_SESSION), {}),
    Stated("deny-of-roles-by-arn", [allow(READ, Principal=ACCOUNT, Resource=BUCKET), deny(READ,
            {**WITHOUT, **on("ArnEquals", "aws:PrincipalArn", ROLE["AWS"])}, **PUBLIC)],
           found(ROLE_SESSION, at=1), {}),
    Stated("scp-for-some-roles", [ALL, deny("ec2:*", {**WITHOUT, **on("StringLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/Admin*")})], found(ROLE_SESSION, at=1), {},
           "scp"),
    Stated("mfa-of-users-by-arn", [trust(ACCOUNT, {**WITH, **each}) for each in (
            on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"),
            on("StringLike", "aws:userid", "AIDA*"), NOT_ROLES,
            on("StringLike", "aws:userid", ["AIDA*", "123456789012", "123456789012:*"]),
            on("StringNotLike", "aws:userid", "*:*"),
            on("StringEquals", "aws:PrincipalType", "Account"))], [], {}),
    # A condition lists roles beside users.
    *[Stated(f"mfa-of-users-and-roles-{number}", [trust(ACCOUNT, {**WITH, **each})],
             found(ROLE_SESSION), {})
      for number, each in enumerate((
            on("ArnLike", "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"]),
            on("StringLike", "aws:PrincipalArn", ["arn:aws:iam::${AWS::AccountId}:user/ops/*",
               "arn:aws:iam::${AWS::AccountId}:role/${label}Operator"]),
            on("ForAnyValue:StringEquals", "aws:PrincipalArn",
               ["${aws_iam_user.x.arn}", "${aws_iam_role.x.arn}"]),
            on("StringLike", "aws:userid", ["AROAEXAMPLE:*", "AIDAEXAMPLE"]),
            on("StringEquals", "aws:PrincipalType", ["User", "AssumedRole"])))],
    Stated("mfa-of-users-and-roles-for-objects", [allow(READ, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::123456789012:user/*"])}, **PUBLIC)],
           found(ROLE_SESSION), {}),
    Stated("deny-of-users-and-roles", [ALL, deny("ec2:*", {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:role/Ops"])})],
           found(ROLE_SESSION, at=1), {}),
    Stated("mfa-of-users-and-roles-beside-a-service", [trust(ACCOUNT, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"])}), trust(EC2_SERVICE)],
           found(ROLE_SESSION), {}),
    Stated("roles-listed-and-allowed-elsewhere", [trust(ACCOUNT, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"])}), trust(ROLE)], [],
           {}),
    Stated("all-but-users-and-roles", [trust(ACCOUNT, {**WITH, **on("ArnNotLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"])})], [], {}),
    # A Deny that leaves roles only.
    Stated("denied-to-all-but-a-role", [deny("s3:DeleteObject", on("StringNotEquals",
            "aws:PrincipalArn", [ROLE["AWS"]]), **PUBLIC), deny("s3:DeleteObject", WITHOUT,
            **PUBLIC)], found(ROLE_SESSION, at=1), {}),
    Stated("denied-to-all-but-a-role-as-principal", [{"Effect": "Deny", "NotPrincipal": ROLE,
            "Action": "s3:*", "Resource": BUCKET}, deny("s3:DeleteObject", WITHOUT, **PUBLIC)],
           found(ROLE_SESSION, at=1), {}),
    Stated("denied-to-all-but-a-role-and-a-user", [deny("s3:DeleteObject", on("ArnNotLike",
            "aws:PrincipalArn", [ROLE["AWS"], "arn:aws:iam::*:user/carol"]), **PUBLIC),
            deny("s3:DeleteObject", WITHOUT, **PUBLIC)], [], {}),
    Stated("other-objects-denied-to-all-but-a-role", [deny("s3:DeleteObject", NOT_ROLES,
            Principal="*", Resource="arn:aws:s3:::films/*"), deny("s3:DeleteObject", WITHOUT,
            **PUBLIC)], [], {}),
    # A Deny that exempts all users is for roles alone, whose sessions carry no MFA.
    *[Stated(f"all-users-exempt-{number}", [ALL, deny_but(CARE, {**WITHOUT, **on(*by)})],
            found(*rules, at=1), {STOP: outcome}, kind)
      for number, (by, rules, outcome, kind) in enumerate([
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*"), [ROLE_SESSION], "ksm",
             "identity"),
            (("StringNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*", ROLE["AWS"]]),
             [ROLE_SESSION], "ksm", "identity"),
            (("StringNotEquals", "aws:PrincipalType", "User"), [ROLE_SESSION], "", "scp"),
            (("StringNotLike", "aws:username", "*"), [ROLE_SESSION], "ksm", "identity"),
            (("StringNotLike", "aws:PrincipalArn", [ROLE["AWS"], "*"]), [NOTHING], "ksm",
             "identity"),
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:*"), [NOTHING], "", "scp"),
            (("ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
              "arn:aws:iam::*:role/*"]), [NOTHING], "ksm", "identity"),
            (("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root"), [], "", "scp"),
            (("StringNotLike", "aws:PrincipalTag/robot", "*"), [], "m", "identity"),
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/robots/*"), [], "m",
             "identity"),
            (("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"), [], "", "scp"),
        ])],
    # All but a role are denied, and a session's ARN is not the role's.
    *[Stated(f"denied-to-all-but-{name}", [allow(READ, Principal=ROLE, Resource=BUCKET), {**deny(
            "s3:*", {**WITHOUT, **also}, Resource=BUCKET), "NotPrincipal": {"AWS": arns}}],
            found(*rules, at=1), {})
      for name, arns, also, rules in [
            ("a-role-but-no-session", ROLE["AWS"], {}, [ROLE_SESSION]),
            ("a-role-and-its-account", [ROLE["AWS"], "123456789012"], {}, [ROLE_SESSION]),
            ("a-role-and-its-session", [ROLE["AWS"],
             "arn:aws:sts::123456789012:assumed-role/Deploy/x"], {}, []),
            ("the-session-of-another", [ROLE["AWS"],
             "arn:aws:sts::123456789012:assumed-role/Deploy2/x"], {}, [ROLE_SESSION]),
            ("others", "arn:aws:iam::444455556666:root", {}, [ROLE_SESSION]),
            ("the-account-of-a-role", "123456789012", {}, []),
            ("what-a-template-names", [ROLE["AWS"], "${var.sessions}"], {}, []),
            ("a-role-and-all-roles", ROLE["AWS"], NOT_ROLES, []),
        ]],
    Stated("denied-to-all-but-a-role-that-nothing-allows", [allow(READ, Principal=ACCOUNT,
            Resource=BUCKET), {**deny("s3:*", WITHOUT, Resource=BUCKET), "NotPrincipal": ROLE}],
           found(ROLE_SESSION, at=1), {}),
    *[Stated(f"roles-by-condition-{name}", [allow(READ, on("ArnLike", "aws:PrincipalArn", arns),
            Principal=ACCOUNT, Resource=BUCKET), deny(READ, WITHOUT, Principal="*",
            Resource=BUCKET)], found(*rules, at=1), {})
      for name, arns, rules in [
            ("alone", [ROLE["AWS"], "arn:aws:iam::*:role/ci-*"], [ROLE_SESSION]),
            ("and-a-user", [ROLE["AWS"], "arn:aws:iam::123456789012:user/carol"], []),
            ("a-user", ["arn:aws:iam::123456789012:user/carol"], [])]],
    # A Deny that exempts another role than the one that an Allow names.
    *[Stated(f"role-not-exempt-{name}", [allow(READ, Principal=ROLE, Resource=BUCKET), deny(READ,
            {**WITHOUT, **also}, Principal="*", Resource=BUCKET)], found(*rules, at=1), {})
      for name, also, rules in [
            ("beside-another", on("ArnNotEquals", "aws:PrincipalArn",
             "arn:aws:iam::123456789012:role/Other"), [ROLE_SESSION]),
            ("itself", on("ArnNotEquals", "aws:PrincipalArn", [ROLE["AWS"],
             "arn:aws:iam::123456789012:role/Other"]), []),
            ("by-a-pattern", on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/D*"), []),
            ("by-a-template", on("ArnNotLike", "aws:PrincipalArn", "${var.roles}"), []),
            ("by-a-tag-as-well", {**on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/O*"),
             **on("StringNotEquals", "aws:PrincipalTag/kind", "machine")}, []),
        ]],
    # Roles only.
    Stated("scp-for-roles-only", [deny("rds:Delete*", {**older("3600"), **on(
            "StringEqualsIfExists", "aws:PrincipalType", "AssumedRole")})], found(ROLE_SESSION),
           {}, "scp"),
    # The ARN that a role session has as its principal is the role's.
    Stated("mfa-of-a-user-and-a-session-s-arn", [trust(ACCOUNT, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::123456789012:user/carol",
            "arn:aws:sts::123456789012:assumed-role/x/*"])})], found(ROLE_SESSION), {}),
    # A service that a Deny for everybody stops in what a pattern allows it.
    Stated("role-beside-deny-of-all-of-its-pattern", [allow("s3:*", Principal=ROLE,
            Resource=BUCKET), deny("s3:*", WITHOUT, **PUBLIC)], found(ROLE_SESSION, at=1), {}),
    # The root user's device.
    Stated("device-of-root", [allow("ec2:*", WITH), deny([OFF, "iam:DeleteVirtualMFADevice"],
            Resource=["arn:aws:iam::*:mfa/root-account-mfa-device", "arn:aws:iam::*:root"])], [],
           {STOP: "m"}),
    Stated("roles-by-a-template-s-name", [trust({"AWS": "${var.processing_role_arns}"}, WITH)],
           found(ROLE_SESSION), {}, "trust"),
    Stated("role-and-the-id-of-its-session", [trust(ROLE, {**WITH, **on("StringLike",
            "aws:userid", "*:x")})], found(ROLE_SESSION), {}, "trust"),
    Stated("role-with-mfa-if-any", [allow("kms:Sign", IF_TRUE, Principal=ROLE)],
           found(ROLE_SESSION), {}),
    Stated("role-allowed-by-its-verbs", [allow(["kms:Disable*", PUT], Principal=ROLE), deny(
            "kms:DisableKey", WITHOUT, Principal="*")], found(ROLE_SESSION, at=1), {}),
    Stated("role-allowed-a-service", [allow("kms:*", Principal=ROLE), deny("kms:DisableKey",
            WITHOUT, Principal="*")], [], {}),
    # A Deny on others than those on which the policy allows the same.
    *[Stated(f"users-of-one-account-exempt-{kind}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::123456789012:user/bots/*",
            "arn:aws:iam::123456789012:user/*"])})], rules, {}, kind)
      for kind, rules in (("identity", found(ROLE_SESSION, at=1)), ("scp", found(SCP, at=1)))],
    # Roles that a Deny exempts by something else than their ARNs, or stops by their account.
    *[Stated(f"role-beside-a-deny-by-{key}-{operator}", [allow("s3:*", Principal=ROLE,
            Resource=BUCKET), deny("s3:*", {**WITHOUT, **on(operator, key, value)}, Principal="*",
            Resource=BUCKET)], found(ROLE_SESSION, at=1) if wrong else [], {}, "resource")
      for operator, key, value, wrong in (
          ("StringNotLike", "aws:userid", ["AROAEXAMPLE123456789:*", "123456789012"], False),
          ("StringNotEquals", "aws:PrincipalTag/automation", "yes", False),
          ("StringNotEquals", "aws:PrincipalOrgID", "o-abc1234567", False),
          ("StringNotEquals", "aws:username", "carol", True),
          ("StringNotEquals", "s3:x-amz-acl", "private", True))],
    *[Stated(f"role-of-a-denied-account-{at}", [trust(ROLE), trust(denied, WITHOUT, "Deny")],
            found(ROLE_SESSION, at=1) if wrong else [], {}, "trust")
      for at, (denied, wrong) in enumerate((
          (ACCOUNT, True), ({"AWS": "arn:aws:iam::123456789012:root"}, True),
          ({"AWS": "arn:aws:iam::123456789012:user/ann"}, False)))],
    Stated("role-of-another-account", [trust(ROLE), trust({"AWS": "999988887777"}),
            trust({"AWS": "999988887777"}, WITHOUT, "Deny")], [], {}, "trust"),
    Stated("role-let-in-anyhow", [trust({"AWS": ["123456789012", ROLE["AWS"]]}, WITH), trust(ROLE)],
            [], {}, "trust"),
    # Places and machines by the Sid.
    *[Stated(f"boundary-of-machines-{sid}-{at}", [allow(actions, WITH, Sid=sid)],
            [("mfa-in-role-policy", sid)] if wrong else [], {}, "boundary")
      for at, (sid, actions, wrong) in enumerate((
          ("EcsTaskBoundary", "s3:*", True), ("LambdaBoundary", "s3:*", True),
          ("EC2InstanceProfileBoundary", "s3:*", True), ("GitHubActionsBoundary", "s3:*", True),
          ("LambdaBoundaryTables", "s3:*", True), ("LambdaBoundaryKept", "iam:CreateRole", False),
          ("LambdaBoundary", ["lambda:*", "logs:*"], False),
          ("LambdaDevelopersBoundary", "s3:*", False), ("InstanceBoundary", "s3:*", False)))],
    # What an Allow gives where the Deny is not: other resources, or the opposite condition.
    *[Stated(f"role-let-in-where-the-deny-is-not-{at}", [allow(action, let_in, Principal=ROLE,
            Resource=where), deny(action, {**WITHOUT, **denied}, Principal="*", Resource=where,
            Sid="MfaOutsideVpce")], [(ROLE_SESSION, "MfaOutsideVpce")] if wrong else [], {})
      for action, where in ((READ, BUCKET),)
      for at, (let_in, denied, wrong) in enumerate((
          (on("StringEquals", "aws:SourceVpce", "vpce-1"),
           on("StringNotEquals", "aws:SourceVpce", "vpce-1"), False),
          (on("StringEquals", "aws:SourceVpce", "vpce-2"),
           on("StringNotEquals", "aws:SourceVpce", "vpce-1"), True),
          (None, on("StringNotEquals", "aws:SourceVpce", "vpce-1"), False),
          (IN_OFFICE, NETWORK, False), (None, NETWORK, True)))],
    *[Stated(f"grants-for-aws-{at}", [allow("kms:CreateGrant", let_in, Principal=ROLE),
            deny("kms:CreateGrant", {**WITHOUT, **on("Bool", "kms:GrantIsForAWSResource",
            "false")}, Principal="*"), allow(PUT, Principal=ROLE)],
            found(ROLE_SESSION, at=1) if wrong else [], {})
      for at, (let_in, wrong) in enumerate((
          (on("Bool", "kms:GrantIsForAWSResource", "true"), False), (None, True)))],
]
# fmt: on
