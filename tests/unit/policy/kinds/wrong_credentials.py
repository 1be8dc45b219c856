"""Sound MFA conditions that match the wrong credentials, or that another Allow defeats."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    AGE,
    ALL,
    ANYONE,
    BUCKET,
    CARE,
    EC2_SERVICE,
    ENROL,
    ENROLMENT,
    FALSE,
    IF_TRUE,
    IN_OFFICE,
    KEY,
    LEFT,
    MALFORMED,
    ME,
    MISSES,
    MY_DEVICE,
    NETWORK,
    NO_AGE,
    NO_SESSIONS,
    NOTHING,
    OFF,
    PRESENT,
    ROLE,
    SAML,
    SHORT,
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
    trust,
)

# fmt: off
KINDS = [
    # What a template is to fill in is unknown; the rest is still judged.
    Stated("age-filled-in-without-mfa", [ALL, deny_but(CARE, {**WITHOUT, **older("${var.age}",
            "NumericLessThan")})], found("conditions-never-match", at=1), {}),
    Stated("age-filled-in-inverted", [ALL, deny_but(CARE, older("${Age}", "NumericLessThan"))],
           found("deny-age-inverted", at=1), {}),
    Stated("ages-filled-in-from-and-to", [allow("ec2:*", {**older("${var.least}",
            "NumericGreaterThan"), **older("${var.most}", "NumericLessThan")})],
           found("allow-age-inverted"), {}),
    Stated("age-filled-in-right", [ALL, deny_but(CARE, older("${var.age}"))], [], {}),
    # Whatever the value is to be, the operator misses keys, or locks services out.
    Stated("presence-filled-in", [ALL, deny("ec2:*", on("Bool", PRESENT, "${var.mfa}")),
            deny("s3:*", on("BoolIfExists", PRESENT, "${var.mfa}"))], found(MISSES, at=1), {}),
    Stated("presence-filled-in-for-keys", [allow("ec2:*", on("BoolIfExists", PRESENT, "<mfa>"))],
           found("allow-bool-if-exists", LEFT), {}),
    # Lists and blocks that are empty.
    Stated("empty-actions-left-out", [ALL, deny_but([], FALSE)], found(MALFORMED, MISSES,
            ENROLMENT, at=1), {}),
    # A Deny that never matches long-term keys, whatever the file allows them.
    Stated("false-beside-allow-all", [allow("*", WITH), deny("*", FALSE)],
           found(MISSES, ENROLMENT, at=1), {STOP: "m"}),
    Stated("false-beside-allow-of-one", [allow("ec2:*", WITH), deny("ec2:*", FALSE)],
           found(MISSES, at=1), {STOP: "m"}),
    Stated("false-beside-open-allow", [ALL, deny("ec2:*", FALSE)], found(MISSES, at=1),
           {STOP: "km"}),
    Stated("false-alone", [deny("ec2:*", FALSE)], found(MISSES), {STOP: ""}),
    Stated("false-of-any-value", [ALL, deny("ec2:*", on("ForAnyValue:Bool", PRESENT, "false"))],
           found(MISSES, at=1), {STOP: "km"}),
    Stated("false-as-boolean", [allow("ec2:*", WITH), deny("ec2:*", on("Bool", PRESENT, False))],
           found(MISSES, at=1), {STOP: "m"}),
    Stated("absent-only-beside-allow", [allow("ec2:*", WITH),
            deny("ec2:*", on("Null", PRESENT, "true"))], found(NO_SESSIONS, at=1), {STOP: "m"}),
    Stated("false-backed-by-absent", [ALL, deny("ec2:*", FALSE),
            deny("ec2:*", on("Null", PRESENT, "true"))], [], {STOP: "m"}),
    # A NotAction that leaves no action.
    Stated("spares-all-and-false", [ALL, deny_but(["*"], FALSE)], found(NOTHING, MISSES, at=1),
           {STOP: "ksm"}),
    Stated("spares-all-and-everybody", [ALL, deny_but("*", on("BoolIfExists", PRESENT,
            ["true", "false"]))], found("bool-true-and-false", NOTHING, at=1), {STOP: "ksm"}),
    # The same in other forms: another case, lists, other operators, several keys.
    Stated("operators-in-any-case", [ALL, deny("ec2:*", on("BOOLIFEXISTS", PRESENT.lower(),
            "False"))], [], {STOP: "m"}),
    Stated("all-values-in-any-case", [allow("ec2:*", on("forallvalues:bool", PRESENT, "true"))],
           found("allow-for-all-values"), {STOP: "km"}),
    Stated("any-value-that-exists", [ALL, deny("ec2:*", on("ForAnyValue:BoolIfExists", PRESENT,
            "false"))], [], {STOP: "m"}),
    Stated("all-values-of-none", [ALL, deny("ec2:*", on("ForAllValues:Bool", PRESENT, "false"))],
           [], {STOP: "m"}),
    Stated("all-ages-of-none", [allow("ec2:*", on("ForAllValues:NumericLessThan", AGE, "3600"))],
           found("allow-for-all-values"), {STOP: "ksm"}),
    Stated("any-age-that-is-over", [ALL, deny("ec2:*", older("3600",
            "ForAnyValue:NumericGreaterThan"))], found("deny-age-misses-no-mfa", at=1),
           {STOP: "ksm"}),
    Stated("false-and-absent", [ALL, deny("ec2:*", {**FALSE, **on("Null", PRESENT, "true")})],
           found("conditions-never-match", at=1), {STOP: "ksm"}),
    Stated("age-below-zero", [ALL, deny("ec2:*", older("-1"))],
           found("deny-applies-with-mfa", SHORT, at=1), {STOP: ""}),
    Stated("any-age-at-all", [allow("ec2:*", on("NumericNotEquals", AGE, "0"))],
           found("allow-age-inverted"), {STOP: "ks"}),
    Stated("no-age-or-one", [ALL, deny("ec2:*", on("Null", AGE, ["true", "false"]))],
           found("bool-true-and-false", at=1), {STOP: ""}),
    Stated("not-resource", [ALL, deny("ec2:*", FALSE, NotResource=BUCKET)],
           found(MISSES, at=1), {STOP: "km"}),
    Stated("not-principal-denied", [allow("ec2:*", Principal=ACCOUNT), {"Effect": "Deny",
            "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:user/x", "123456789012"]},
            "Action": "ec2:*", "Resource": "*", "Condition": FALSE}], found(MISSES, at=1), {}),
    # A Deny narrows an Allow for everybody; the rest stays allowed to everybody.
    Stated("if-exists-behind-what-is-spared", [allow(["iam:GetUser", "iam:List*"]),
            allow(["iam:Get*", "iam:ListSSHPublicKeys", "ec2:*"], IF_TRUE),
            deny_but([*CARE, "iam:List*"], WITHOUT)], [], {STOP: "m", "iam:GetUser": "km"}),
    Stated("if-exists-beside-the-same", [allow("ec2:*"), allow("ec2:*", IF_TRUE)],
           found("allow-bool-if-exists", at=1), {STOP: "ksm"}),
    Stated("if-exists-behind-too-little", [allow(["iam:Get*", "ec2:*"], IF_TRUE),
            deny_but([*CARE, "iam:GetRole"], WITHOUT)], found("allow-bool-if-exists"),
           {STOP: "m", "iam:GetRole": "km"}),
    # Limits of age: only an upper bound can be too short.
    Stated("lower-bound", [allow("ec2:*", on("NumericGreaterThanEquals", AGE, "0"))], [],
           {STOP: "m"}),
    Stated("between", [allow("ec2:*", {"NumericGreaterThanEquals": {AGE: "0"},
            "NumericLessThan": {AGE: "900"}})], [], {STOP: "m"}),
    Stated("harmless-deny", [allow("ec2:*", WITH), deny("ec2:*", on("NumericLessThan", AGE, "0"))],
           [], {STOP: "m"}),
    Stated("allow-below-zero", [allow("ec2:*", on("NumericLessThan", AGE, "0"))],
           found("conditions-never-match"), {STOP: ""}),
    # A Deny for everybody takes away what a service, or people from elsewhere, may do by name.
    Stated("service-missed-by-deny", [trust(EC2_SERVICE), trust("*", FALSE, "Deny")],
           found(MISSES, at=1), {}),
    # Conditions that keep users of other accounts out of a public Allow, and some that do not.
    Stated("public-with-a-wrong-condition", [trust("*", IF_TRUE)],
           found("allow-bool-if-exists", ANYONE), {}),
    Stated("public-without-mfa-only", [trust("*", WITHOUT)],
           found("allow-without-mfa", ANYONE), {}),
    # Fixes that make a Deny leave MFA's setup to those without it.
    *[Stated(f"effect-against-the-sid-{sid}", [ALL, {**statement, "Sid": sid}], [(rule, sid)], {})
      for sid, rule, statement in (
          ("AllowIamWithMfa", "deny-applies-with-mfa", deny("iam:*", WITH)),
          ("BlockDeleteWithoutMFA", "allow-without-mfa", allow("s3:Delete*", WITHOUT)),
          ("DenyEverythingIfNoMfa", "allow-without-mfa", allow("*", WITHOUT)))],
    # One mistake has one finding.
    Stated("own-removal-behind-a-deny-that-misses-keys", [allow(OFF, Resource=ME),
            deny_but(CARE, FALSE)], found(MISSES, at=1), {OFF: "km"}),
    Stated("own-removal-behind-a-deny-of-ages", [allow(OFF, Resource=ME),
            deny_but(CARE, older("3600", "NumericGreaterThan"))],
           found("deny-age-misses-no-mfa", at=1), {}),
    # A Deny of ages beside one of those without MFA, which exempts what they need.
    Stated("ages-beside-no-mfa", [deny("*", older("3600", "NumericGreaterThan")),
            deny_but(CARE, NO_AGE)], [], {}),
    Stated("ages-beside-no-mfa-exempt-apart", [deny_but([*CARE, "iam:ListUsers"],
            older("3600", "NumericGreaterThan")), deny_but([*CARE, "iam:GetRole"], WITHOUT)], [],
           {}),
    Stated("ages-beside-no-mfa-of-one-service", [deny("*", older("3600", "NumericGreaterThan")),
            deny("ec2:*", WITHOUT)], found("deny-age-misses-no-mfa"), {}),
    Stated("ages-of-a-list-beside-no-mfa-of-one", [deny(["ec2:*", "s3:*"],
            older("3600", "NumericGreaterThan")), deny("ec2:*", WITHOUT)],
           found("deny-age-misses-no-mfa"), {}),
    # What the text of a condition of another operator comes to, and what else is wrong beside it.
    Stated("text-that-misses-keys", [deny("ec2:*", on("StringEquals", PRESENT, "false"))],
           found("wrong-operator", MISSES), {}),
    Stated("text-that-opens", [allow("ec2:*", on("StringEqualsIfExists", PRESENT, "true"))],
           found("wrong-operator", "allow-bool-if-exists"), {}),
    Stated("bool-of-an-age-beside-false", [deny("ec2:*", {"Bool": {PRESENT: "false", AGE: 3600}})],
           found("wrong-operator", MISSES), {}),
    # What one Allow gives without MFA, and another asks it for.
    Stated("opened-by-an-inverted-allow", [allow(OFF, WITH), {"Effect": "Allow", "NotAction": CARE,
            "Resource": "*", "Condition": WITHOUT}], found("allow-without-mfa", at=1), {OFF: "km"}),
    Stated("opened-for-first-steps", [allow([OFF, "iam:ChangePassword",
            "iam:DeleteVirtualMFADevice"], WITH, Resource=[ME, MY_DEVICE]),
            allow(["iam:ChangePassword", "iam:DeleteVirtualMFADevice", *ENROL],
            Resource=[ME, MY_DEVICE])], [], {OFF: "m"}),
    # A boundary allows nothing that it asks MFA for to those who have none yet.
    Stated("old-mfa-denied-in-an-open-trust-policy", [trust(ACCOUNT), trust("*", older("3600",
            "NumericGreaterThan"), "Deny")], found("deny-age-misses-no-mfa", at=1), {}),
    # Services and federated users bring neither key.
    Stated("service-and-account-with-if-exists", [trust({**EC2_SERVICE, **ACCOUNT}, IF_TRUE)],
           found("allow-bool-if-exists"), {}),
    # Conditions that never match, in a role's policy or not.
    Stated("age-below-a-limit-without-mfa", [ALL, deny("ec2:*", {**WITHOUT, **older("3600",
            "NumericLessThan")})], found("conditions-never-match", at=1), {STOP: "ksm"}),
    # The ARN that a role session has as its principal is the role's.
    Stated("everything-denied-in-one-second-of-age", [ALL, deny("*", older("100",
            "NumericEquals"))], found("age-never-counts", "deny-age-misses-no-mfa", at=1), {}),
    Stated("age-limit-beside-an-allow-of-a-part-with-mfa", [allow("ec2:Start*", older(3600,
            "NumericLessThan")), deny("ec2:*", older(3600, "NumericGreaterThan"))],
            found("deny-age-misses-no-mfa", at=1), {}),
    # One mistake is told once.
    Stated("role-and-user-with-mfa-if-any", [allow("kms:Sign", IF_TRUE, Principal={"AWS": [
            ROLE["AWS"], "arn:aws:iam::123456789012:user/c"]})],
           found("allow-bool-if-exists"), {}),
    Stated("exempt-by-a-pattern-of-the-other", [deny("ec2:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/b*")}), deny("ec2:*", {**WITHOUT, **on(
            "ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/b")})], [], {}),
    # Devices that are listed only on users, and elsewhere with MFA.
    Stated("first-steps-denied-by-bool-false", [ALL, deny(ENROL, FALSE)],
            found(ENROLMENT, MISSES, at=1), {}),
    # Limits of age beside statements that ask for MFA themselves.
    *[Stated(f"ages-beside-what-is-open-on-purpose-{at}", statements, [], {}, kind)
      for at, (kind, statements) in enumerate((
          (None, [allow(CARE), allow("*", WITH), deny("*", older(3600, "NumericGreaterThan"))]),
          (None, [allow(["s3:Get*", "s3:List*"]), allow("s3:Put*", WITH), deny("s3:*",
              older(3600, "NumericGreaterThan"))]),
          (None, [allow("ec2:*"), deny_but(CARE, {**WITHOUT, **NETWORK},
              Sid="NoMfaOutsideOffice"), deny_but(CARE, older(3600, "NumericGreaterThan"))]),
          ("trust", [trust(ROLE), trust(ACCOUNT, WITH), trust("*", older(3600,
              "NumericGreaterThan"), "Deny")])))],
    *[Stated(f"ages-beside-what-is-open-{at}", statements,
             found("deny-age-misses-no-mfa", at=len(statements) - 1), {})
      for at, statements in enumerate((
          [allow(CARE), allow("ec2:*"), allow("s3:*", WITH), deny("*", older(3600,
           "NumericGreaterThan"))],
          [allow("ec2:*"), deny("ec2:*", older(3600, "NumericGreaterThan"))]))],
    Stated("ages-that-are-to-demand-mfa", [allow(CARE), allow("*", {**WITH, **IN_OFFICE}),
            deny("s3:*", older(3600, "NumericGreaterThan"), Sid="RequireRecentMfa")],
            [("deny-age-misses-no-mfa", "RequireRecentMfa")], {}),
    # Denies of long-term keys spare roles, whose sessions have the key.
    Stated("keys-denied-in-an-organisation", [deny(STOP, on("Null", PRESENT, "true"))],
            found(NO_SESSIONS), {}, "scp"),
    Stated("keys-denied-beside-a-role", [allow("s3:*", Principal=ROLE, Resource=BUCKET),
            deny("s3:*", on("Null", PRESENT, "true"), Principal="*", Resource=BUCKET)],
            found(NO_SESSIONS, at=1), {}, "resource"),
    # MFA's setup has to work without MFA.
    *[Stated(f"setup-under-{operator}", [allow(ENROL, on(operator, key, value)), allow("ec2:*",
            WITH)], found(rule), {})
      for operator, key, value, rule in (
          ("BoolIfExists", PRESENT, "true", "allow-bool-if-exists"),
          ("Null", PRESENT, "false", "allow-any-session"),
          ("NumericLessThanIfExists", AGE, "3600", "allow-age-if-exists"))],
    # Fixes of Denies that would stop services and federated users, too.
    *[Stated(f"service-beside-a-deny-{at}", [trust(EC2_SERVICE), trust(ACCOUNT), trust("*", block,
            "Deny")], found(rule, at=2), {})
      for at, (rule, block) in enumerate(((MISSES, FALSE), ("deny-age-misses-no-mfa", older(3600,
          "NumericGreaterThan"))))],
    Stated("provider-beside-a-deny", [{**trust(SAML), "Action": f"{TAKE}WithSAML"}, trust(ACCOUNT),
            {**trust("*", FALSE, "Deny"), "Action": "sts:*"}], found(MISSES, at=2), {}),
    Stated("service-beside-users", [trust({**ACCOUNT, **EC2_SERVICE}, IF_TRUE)],
            found("allow-bool-if-exists"), {}),
    # A condition on the setup itself keeps out whoever has no MFA yet.
    *[Stated(f"setup-under-{at}", [allow(action, when, Resource=[ME, MY_DEVICE]), allow("ec2:*",
            WITH)], found(rule), {})
      for at, (action, when, rule) in enumerate((
            ([*ENROL, OFF], IF_TRUE, "allow-bool-if-exists"),
            ("iam:*MFA*", IF_TRUE, "allow-bool-if-exists"), (ENROL, IF_TRUE,
             "allow-bool-if-exists"), (ENROL, on("Null", PRESENT, "false"), "allow-any-session"),
            (ENROL, on("ForAllValues:Bool", PRESENT, "true"), "allow-for-all-values"),
            (ENROL, older("3600", "NumericLessThanIfExists"), "allow-age-if-exists"),
            (["iam:ChangePassword"], IF_TRUE, "allow-bool-if-exists"),
            (ENROL, on("StringEquals", "iam:MFADeviceType", "virtual"), KEY),
            (ENROL, on("StringEquals", "aws:MultiFactorAuthType", "virtual"), KEY)))],
    # A Deny by age backs one of all users without MFA, whoever is no user.
    *[Stated(f"age-of-users-{value}", [deny("s3:*", {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", value)}, Principal="*", Resource=BUCKET),
            deny("s3:DeleteObject", older("3600", "NumericGreaterThan"), Principal="*",
            Resource=BUCKET)], found("deny-age-misses-no-mfa", at=1) if told else [], {})
      for value, told in (("arn:aws:iam::123456789012:user/*", False),
          ("arn:aws:iam::${AWS::AccountId}:user/*", False),
          ("arn:aws:iam::123456789012:user/ann", True))],
    Stated("age-of-users-by-type", [deny("s3:*", {**WITHOUT, **on("StringEquals",
           "aws:PrincipalType", "User")}, Principal="*", Resource=BUCKET), deny("s3:DeleteObject",
           older("3600", "NumericGreaterThan"), Principal="*", Resource=BUCKET)], [], {}),
    # Long-term keys have no time of issue.
    *[Stated(f"keys-stopped-by-{value}", [ALL, deny("ec2:*", on("Null", "aws:TokenIssueTime",
            value)), deny("ec2:*", on("Bool", PRESENT, "false"))],
            found("deny-misses-long-term-keys", at=2) if told else [], {})
      for value, told in (("true", False), ("false", True))],
    Stated("setup-of-roles-alone", [allow("*", IF_TRUE)], found("allow-bool-if-exists"), {}, "scp"),
]
# fmt: on
