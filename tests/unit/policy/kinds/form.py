"""What IAM rejects in the form of a policy, or reads in an unexpected way, and unlisted actions."""

from __future__ import annotations

from policy.statements import (
    ABROAD,
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    CREATE,
    ENABLE,
    ENROL,
    LIST,
    MALFORMED,
    ME,
    MISPLACED,
    MY_DEVICE,
    OFF,
    ORGANISATION,
    READ,
    RESYNC,
    ROLE,
    SAML,
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
    on,
    trust,
)

# fmt: off
ACTION = "unknown-action"
KINDS = [
    # IAM refuses an action whose service is missing, or is a pattern.
    *[Stated(f"no-action-{number}", [allow([STOP, each], WITH)], found(MALFORMED), {STOP: "m"})
      for number, each in enumerate(("*:Delete*", "ec*:Describe*", "StopInstances", " s3:GetObject",
            "s3:GetObject ", "s3:", ":GetObject", "", "s3: GetObject", "s3:Get*:x", "e?2:Stop*"))],
    *[Stated(f"an-action-{number}", [allow(each, WITH)], [], {})
      for number, each in enumerate(("*", "*:*", "ec2:*", "S3:g?t*", "<service>:*", "${Action}",
            "{{ service }}:Get*", "apigateway:POST"))],
    Stated("no-actions-exempt", [ALL, deny_but([*CARE, "*:Get*", "*:List*"], WITHOUT)],
           found(MALFORMED, at=1), {}),
    # Lists and blocks that are empty.
    Stated("empty-actions", [{"Effect": "Allow", "Action": [], "Resource": "*"}], found(MALFORMED),
           {STOP: ""}),
    Stated("empty-resources", [allow(STOP, Resource=[])], found(MALFORMED), {STOP: ""}),
    Stated("empty-principals", [trust({"AWS": []}, WITH)], found(MALFORMED), {}),
    Stated("empty-principal", [trust({}, WITH)], found(MALFORMED), {}),
    # One step of setting up MFA is allowed, but another nowhere.
    Stated("every-step-allowed-but-misspelt", [allow([CREATE, LIST, RESYNC,
            "iam:EnableMFADevices"])], found(ACTION), {}),
    Stated("steps-allowed-by-another-policy", [allow(CREATE, Resource=MY_DEVICE),
            deny_but(CARE, WITHOUT)], [], {}),
    Stated("security-keys-enabled", [allow([ENABLE, LIST, RESYNC],
            on("StringEquals", "iam:FIDO-certification", "L2"))], [], {}),
    Stated("devices-enabled-for-others", [allow([ENABLE, LIST, RESYNC])], [], {}),
    # Actions that AWS does not have.
    Stated("action-in-the-singular", [allow("ec2:StopInstance")], found(ACTION), {STOP: ""}),
    Stated("action-misspelt-in-a-list", [deny(["ec2:StopInstances", "ec2:TerminteInstances"],
            WITHOUT)], found(ACTION), {}),
    Stated("action-misspelt-in-not-action", [deny_but([*CARE, "EC2:StartInstance"], WITHOUT)],
           found(ACTION), {}),
    Stated("action-in-any-case", [allow(["EC2:stopinstances", "IAM:passrole"])], [], {}),
    Stated("action-far-off", [deny(["ec2:Stop*", "ec2:Terminat*Foo"], WITHOUT)], found(ACTION), {}),
    Stated("service-far-off", [allow("nova:Stop")], found(ACTION), {}),
    Stated("service-misspelt", [deny("dynamobd:DeleteTable", WITHOUT)], found(ACTION), {}),
    Stated("service-of-the-cli", [deny(["elbv2:DeleteRule", "s3:ListObjects"], WITHOUT)],
           found(ACTION, ACTION), {}),
    Stated("call-that-is-no-action", [allow(["kms:ReEncrypt", "kms:ReEncrypt*", "sns:Publish",
            "apigateway:POST"])], found(ACTION), {}),
    Stated("call-of-a-service-of-methods", [allow("apigateway:CreateRestApi")], found(ACTION), {}),
    # Actions that AWS has withdrawn.
    Stated("codes-by-sms", [allow(["iam:RequestSmsMfaRegistration",
            "iam:FinalizeSmsMfaRegistration"], Resource=ME)], found(ACTION), {}),
    # What else IAM refuses to save.
    Stated("effect-in-lower-case", [{**deny("ec2:*", WITHOUT), "Effect": "deny"}],
           found(MALFORMED), {}),
    Stated("sid-with-blanks", [allow(STOP, Sid="Stop them all")], [(MALFORMED, "Stop them all")],
           {}),
    Stated("sid-twice", [allow(STOP, Sid="Stop"), allow(READ, Sid="Stop")], [(MALFORMED, "Stop")],
           {}),
    Stated("sids-of-a-key-s-policy", [allow("kms:*", Principal=ACCOUNT, Sid="Use of the key"),
            allow("kms:Sign", Principal=ACCOUNT, Sid="Use of the key")], [], {}),
    Stated("sid-filled-in", [allow(STOP, Sid="${Name}-stop")], [], {}),
    Stated("no-resource", [{"Effect": "Allow", "Action": STOP, "Condition": WITH}],
           found(MALFORMED), {}),
    Stated("no-principal", [trust(ACCOUNT, WITH), {"Effect": "Allow", "Action": "sts:TagSession"}],
           found(MALFORMED, at=1), {}),
    Stated("group-as-principal", [trust({"AWS": "arn:aws:iam::123456789012:group/admins"}, WITH)],
           found(MALFORMED), {}),
    Stated("device-as-principal", [trust({"AWS": ["arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:mfa/carol"]}, WITH)], found(MALFORMED), {}),
    Stated("pattern-as-principal", [trust({"AWS": "arn:aws:iam::123456789012:user/*"}, WITH)],
           found(MALFORMED), {}),
    Stated("no-action", [{"Effect": "Allow", "Resource": "*", "Condition": WITH}],
           found(MALFORMED), {}),
    Stated("actions-for-action", [{"Effect": "Allow", "Actions": STOP, "Resource": "*",
            "Condition": WITH}], found("unknown-element"), {}),
    Stated("no-resource-of-an-scp", [{"Effect": "Deny", "Action": "iam:CreateUser"}],
           found(MALFORMED), {}, kind="scp"),
    Stated("no-resource-of-a-bucket", [{"Effect": "Allow", "Action": READ, "Condition": WITH,
            "Principal": ACCOUNT}], found(MALFORMED), {}),
    Stated("no-resource-of-a-repository", [{"Effect": "Allow", "Action": "ecr:PutImage",
            "Condition": WITH, "Principal": ACCOUNT}], [], {}),
    Stated("accounts-of-other-lengths", [trust({"AWS": ["arn:aws:iam::991147164:root",
            "123456789012", "1234567890123456", "1234-5678-9012"]}, WITH)], found(MALFORMED), {}),
    Stated("arns-with-a-part-too-few", [trust({"AWS": each}, WITH) for each in (
            "arn:aws:iam::123456789012/user/carol", "arn:aws:iam:123456789012:root",
            "arn:iam::123456789012:root", "arn:aws:iam::123456789012:user",
            "arn:aws:iam::123456789012:user/eng/", "arn:aws:iam::mfa/123456789012:root")],
           [finding for at in range(6) for finding in found(MALFORMED, at=at)], {}),
    Stated("arns-of-no-principals", [trust({"AWS": each}, WITH) for each in (
            "arn:aws:lambda:eu-west-1:123456789012:function:f", "carol@example.com",
            "arn:aws:iam::123456789012:saml-provider/idp", "ec2.amazonaws.com")],
           [finding for at in range(4) for finding in found(MALFORMED, at=at)], {}),
    Stated("principal-of-great-length", [trust({"AWS": 50_000 * "a" + "!"}, WITH)],
           found(MALFORMED), {}),
    Stated("not-principal-that-is-none", [{"Effect": "Deny", "Action": "s3:*", "Resource": BUCKET,
            "NotPrincipal": {"AWS": "1234"}}], found(MALFORMED), {}),
    Stated("identity-providers-that-are-none", [{**trust({"Federated": each}),
            "Action": "sts:AssumeRoleWithSAML"} for each in (
            "arn:aws:iam::1234:saml-provider/idp", "arn:aws:iam::123456789012:role/idp")],
           found(MALFORMED) + found(MALFORMED, at=1), {}),
    Stated("identity-providers-that-there-are", [{**trust({"Federated": [
            "cognito-identity.amazonaws.com", SAML["Federated"],
            "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]}),
            "Action": "sts:AssumeRoleWith*"}], [], {}),
    Stated("type-of-principal-that-there-is-not", [trust({"Account": "123456789012"}, WITH)],
           found(MALFORMED), {}),
    Stated("role-as-a-service", [trust({"Service": ROLE["AWS"]}, WITH)], found(MALFORMED), {}),
    Stated("service-that-is-none", [trust({"Service": "ec2"})], found(MALFORMED), {}),
    Stated("services-that-there-are", [trust({"Service": ["ec2.amazonaws.com.cn", "*",
            "delivery.logs.amazonaws.com", "${service}"]}), trust({"CanonicalUser": 64 * "a"}),
            trust({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})],
           [], {}),
    Stated("principals-of-sessions", [trust({"AWS": [
            "arn:aws:sts::123456789012:assumed-role/Deploy/carol@example.com",
            "arn:aws:sts::123456789012:federated-user/carol"]})], [], {}),
    # Elements that this kind of policy does not have.
    Stated("trust-policy-about-more-than-roles", [{**trust(ACCOUNT, WITH), "Action": [
            "sts:AssumeRole", READ]}], found(MALFORMED), {}, kind="trust"),
    Stated("trust-policy-about-all-of-sts", [{**trust(ACCOUNT, WITH), "Action": ["sts:*",
            "${Action}"]}], [], {}, kind="trust"),
    # Services as identity providers, and a user's policy that is written like a resource's.
    Stated("services-as-identity-providers", [trust({"Federated": each}) for each in (
            "ec2.amazonaws.com", "states.eu-west-1.amazonaws.com", "ec2.amazonaws.com.cn",
            "123456789012")], [finding for at in range(4) for finding in found(MALFORMED, at=at)],
           {}),
    Stated("identity-providers-by-name", [trust({"Federated": ["accounts.google.com",
            "www.amazon.com", "graph.facebook.com", "${Provider}"]})], [], {}),
    # What follows from a mistyped action is told once.
    Stated("removal-denied-by-a-mistyped-name", [allow([OFF, LIST]), deny(
            "iam:DeactivateMFADevices", WITHOUT)], found(ACTION, at=1), {OFF: "km"}),
    Stated("first-steps-exempt-by-mistyped-names", [ALL, deny_but(["iam:ListMFADevice",
            "iam:CreateMFADevice", ENABLE], WITHOUT)], 2 * found(ACTION, at=1), {ENABLE: "km"}),
    Stated("opened-beside-a-mistyped-deny", [allow(STOP, WITH), allow("ec2:*"), deny(
            "ec2:StopInstance", WITHOUT)], found(ACTION, at=2), {STOP: "ksm"}),
    # Actions that a trust policy does not have.
    Stated("trust-policy-about-tokens", [{**trust(ACCOUNT, WITH), "Action":
            "sts:GetSessionToken"}], found(MALFORMED), {}, kind="trust"),
    # Actions that AWS has retired.
    Stated("deny-of-retired-actions", [ALL, deny("aws-portal:*", WITHOUT)],
           found(ACTION, at=1), {}),
    Stated("retired-actions-among-others", [ALL, deny(["aws-portal:*", "billing:*"], WITHOUT),
            allow("aws-portal:ViewBilling", WITH), deny_but([*CARE, "aws-portal:*"], WITHOUT)], [],
           {}),
    # Limits of a moment or number that leave nothing between them.
    Stated("service-that-is-an-account", [trust({"Service":
            "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root"}, WITH)],
           found(MALFORMED), {}, "trust"),
    Stated("left-of-a-template", [trust({"AWS": "arn:aws:iam::<no value>:root"}, WITH)],
           found(MALFORMED), {}),
    Stated("action-as-the-cli-spells-it", [allow([*ENROL, "iam:list-mfa-devices",
            "kms:describe_key", "ec2:YOUR_ACTION"])], found(ACTION, ACTION), {}),
    # One mistake is told once.
    Stated("condition-misspelt-under-a-sid", [ALL, {**deny("ec2:*", Sid="DenyWithoutMFA"),
            "Conditions": WITHOUT}], [("unknown-element", "DenyWithoutMFA")], {}),
    Stated("group-of-a-template", [trust({"AWS": "arn:aws:iam::${var.account}:group/${var.group}"},
            WITH)], found(MALFORMED), {}, "trust"),
    # A Deny of regions stops IAM, whose requests count as one region's.
    Stated("variable-that-cloudformation-refers-to", [*(allow(READ, WITH, Resource=each) for each in
            ({"Fn::Sub": "arn:aws:s3:::${Books}/${aws:username}/*"},
             [BUCKET, {"Fn::Sub": ["${A}/${aws:PrincipalTag/x}/*", {"A": {"Ref": "B"}}]}],
             {"Fn::Join": ["/", [{"Ref": "B"}, {"Fn::Sub": "${ AWS:UserName }/*"}]]},
             {"Fn::If": ["C", {"Fn::Sub": "${B}/${graph.amazonaws.com:sub}/*"}, BUCKET]})),
            deny(LIST, WITHOUT, NotResource={"Fn::Sub": ME}), allow(STOP, {**WITH, **on(
            "StringEquals", "ec2:ResourceTag/owner", {"Fn::Sub": "${aws:username}"})})],
           [each for at in range(6) for each in found(MALFORMED, at=at)], {}),
    # Near misses of the kinds above.
    Stated("actions-in-one-text", [deny_but([", ".join(CARE)], WITHOUT)],
            found("malformed-policy"), {}),
    Stated("session-named-otherwise", [trust(ACCOUNT, WITH), trust(ACCOUNT, on("StringEquals",
            "sts:RoleSessionName", "robot"))], [], {}),
    Stated("enrolment-of-others-denied", [allow("iam:*"), deny("iam:Create*"), deny_but(CARE,
            WITHOUT)], [], {}),
    Stated("enrolment-denied-elsewhere", [allow(ENROL, Resource=[ME, MY_DEVICE]),
            deny("iam:Create*", Resource="arn:aws:iam::*:role/*"), deny("iam:Create*", ABROAD),
            deny_but(CARE, WITHOUT)], [], {}),
    Stated("trust-of-two-and-a-deny-of-each", [trust({"AWS": [f"{11 * '1'}2", "123456789012"]}),
            trust({"AWS": "123456789012"}, WITHOUT, "Deny"),
            trust({"AWS": f"{11 * '1'}2"}, WITHOUT, "Deny")], [], {}),
    Stated("trust-of-a-robot-apart", [trust(ACCOUNT), trust({"AWS": f"{11 * '1'}2"}),
            trust(ACCOUNT, WITHOUT, "Deny")], [], {}),
    Stated("trust-of-some-with-mfa", [trust(ACCOUNT, WITH), trust(ACCOUNT, {**WITHOUT,
            **on("StringEquals", "sts:ExternalId", "x")}, "Deny")], [], {}),
    Stated("trust-and-a-deny-of-tags", [trust(ACCOUNT, WITH), {**trust("*", WITHOUT, "Deny"),
            "Action": "sts:TagSession"}], [], {}),
    Stated("placeholders-without-mfa", [allow(READ, Resource="arn:aws:s3:::YOUR-BUCKET/*")], [],
           {}),
    Stated("texts-like-placeholders", [allow(READ, WITH, Resource=[
            "arn:aws:s3:::your-books/*", "arn:aws:s3:::<no value>/*", "arn:aws:s3:::books/CHANGES",
            "arn:aws:s3:::books/YOURS", "arn:aws:iam::${AccountId}:user/x", "arn:aws:s3:::a<b/*",
            "arn:aws:iam::aws:policy/ACCOUNT_ID", "arn:aws:iam::*:role/xxx"])], [], {}),
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    Stated("action-with-a-service-s-host", [allow("iam:*"), deny("iam.amazonaws.com:DeleteUser",
            WITHOUT)], found(ACTION, at=1), {}),
    Stated("calls-of-a-service-of-methods", [ALL, deny("apigateway:DeleteRestApi", WITHOUT)],
           found(ACTION, at=1), {}),
    # What is about no key, in a key's policy.
    Stated("device-that-is-deleted", [allow([OFF, LIST], Resource=ME), deny("iam:DeleteMFADevice",
            WITHOUT)], found(ACTION, at=1), {}),
    # Sids about hours of the day; launches by a tag of the request.
    Stated("trust-with-a-resource-and-no-principal", [deny("sts:AssumeRole", WITHOUT)],
           found(MALFORMED, MISPLACED), {}, "trust"),
    # Near misses of the kinds above, and their siblings.
    Stated("trust-without-an-action", [{**trust(ACCOUNT, WITH), "Action": []}], found(MALFORMED),
           {}),
    Stated("key-that-an-unlisted-action-lacks", [allow(["s3:PutObject", "s3:StartUpload"], {**WITH,
            **on("StringEquals", SSE, "aws:kms")})], found(ACTION), {}),
    # Near misses that a review found.
    *[Stated(f"word-as-a-principal-{who}", [trust({"AWS": who}, WITH)], found(MALFORMED) if told
             else [], {})
      for told, who in ((True, "david"), (True, "sidney"), (False, "MyRoleArn"),
                        (False, "ManagementAcct"), (False, "dev-id"), (False, "x" * 12))],
    # Devices that are listed only on users, and elsewhere with MFA.
    Stated("trust-policy-with-other-actions", [{**trust(ACCOUNT, WITH), "Action": ["sts:AssumeRole",
            "logs:PutLogEvents"]}], found(MALFORMED), {}),
    # Principals that AWS does not have.
    *[Stated(f"no-principal-{who}", [trust({kind: who})], found(MALFORMED) * wrong, {})
      for kind, who, wrong in (
          ("Service", "ec2.amazon.com", True), ("Service", "lambda.aws.amazon.com", True),
          ("Service", "ecs-task.amazonaws.com", True), ("Service", "lambda.amazonws.com", True),
          ("Service", "step-functions.amazonaws.com", True),
          ("Service", "alexa-appkit.amazon.com", False), ("Service", "ec2.amazonaws.com.cn", False),
          ("Service", "logs.eu-west-1.amazonaws.com", False),
          ("Service", "ecs.application-autoscaling.amazonaws.com", False),
          ("Service", "replicator.lambda.amazonaws.com", False),
          ("Service", "states.eu-west-1.amazonaws.com", False),
          ("Service", "x.csp.hci.ic.gov", False),
          ("AWS", "arn:aws:iam::123456789012:role/AWSReservedSSO_Ops_0123456789abcdef", True),
          ("AWS", "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x",
              False),
          ("AWS", "arn:aws:sts::123456789012:assumed-role/Admin", True),
          ("AWS", "arn:aws:sts::123456789012:assumed-role/Admin/ann", False))],
    Stated("provider-with-a-scheme", [{**trust({"Federated":
            "arn:aws:iam::123456789012:oidc-provider/https://gitlab.com"}), "Action":
            f"{TAKE}WithWebIdentity"}], found(MALFORMED), {}),
    # A Deny of the setup tells of those whom it reaches, and of what it stops on its resources.
    *[Stated(f"exempt-under-{name}", [allow("s3:*"), {"Effect": "Deny", "Resource": "*",
            "Condition": WITHOUT, name: CARE}], found("unknown-element", at=1), {})
      for name in ("NotActions", "Not_Action")],
    # Services that a Deny stops by where they call from, and what AWS Backup does as a role.
    *[Stated(f"vault-s-actions-{at}", [deny(action, WITHOUT, Principal="*"), *more],
            found(MALFORMED) * wrong, {})
      for at, (action, more, wrong) in enumerate((("backup:Delete*", [], True),
          ("backup:DeleteRecoveryPoint", [], False), ("backup:Delete*", [allow("backup:*",
          ORGANISATION, Principal="*")], False)))],
    # A variable in a principal: IAM fills in none there.
    *[Stated(f"variable-in-a-principal-{at}", [trust({"AWS": f"arn:aws:iam::111122223333:{what}"},
            WITH), trust(ACCOUNT, WITH)], found(MALFORMED) if wrong else [], {})
      for at, (what, wrong) in enumerate((("user/${aws:username}", True),
            ("user/${ aws:PrincipalTag/owner }", True), ("user/${username}", False),
            ("user/${ssm:/owner}", False), ("user/carol", False)))],
]
# fmt: on
