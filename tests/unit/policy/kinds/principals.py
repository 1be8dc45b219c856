"""MFA asked of AWS services, or of federated users."""

from __future__ import annotations

from policy.statements import (
    A_USER,
    ACCOUNT,
    ANYONE,
    BUCKET,
    COPY,
    EC2_SERVICE,
    IF_TRUE,
    LEFT,
    LIST,
    NETWORK,
    NO_SERVICE,
    NOT_ROLES,
    PRESENT,
    PUBLIC,
    QUEUE,
    READ,
    ROLE,
    ROLE_SESSION,
    SAML,
    STOP,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    found,
    older,
    on,
    trust,
)

# fmt: off
SERVICE, FEDERATED = "service-has-no-mfa", "federation-has-no-mfa"
FRONT_ARN = "arn:aws:cloudfront::123456789012:distribution/E1"
FRONT = {"Service": "cloudfront.amazonaws.com"}
NOT_CONFIG = on("StringNotEquals", "aws:PrincipalServiceName", "config.amazonaws.com")
KINDS = [
    # The account of a vendor whose service takes the role.
    *[Stated(f"vendor-{number}", [trust({"AWS": names}, {**when, **on("StringEquals",
             "sts:ExternalId", "b7-11")})], found("service-has-no-mfa") if told else [], {})
      for number, (names, when, told) in enumerate((
          ("arn:aws:iam::464622532012:root", WITH, True), ("464622532012", WITH, True),
          (["956993596390", "123456789012"], WITH, True),
          ("arn:aws:iam::464622532012:root", {}, False),
          ("arn:aws:iam::123456789012:root", WITH, False)))],
    # What a template is to fill in is unknown; the rest is still judged.
    Stated("federated-filled-in", [trust({"Federated": "${var.idp}"}, {**WITH, **older("<age>",
            "NumericLessThan"), "${each.value.test}": {"${each.value.variable}": "x"}})],
           found(FEDERATED, LEFT), {}),
    Stated("service-filled-in", [trust({"AWS": "${args.Roles}", "Service": "${args.Services}"},
            {**WITH, **older("${args.Age}", "NumericLessThan")})], found(SERVICE), {}),
    Stated("service-of-any-partition", [trust({**ACCOUNT, "Service": "ec2.${AWS::URLSuffix}"},
            WITH)], found(SERVICE), {}),
    Stated("key-filled-in-that-names-mfa", [allow(STOP, on("Bool", "${var.mfa_key}", "true"))], [],
           {}),
    Stated("old-version-of-a-template", [allow(READ, Resource="arn:aws:s3:::${var.my_bucket}/*")],
           [], {}),
    Stated("variable-of-terraform-s-source", [allow(LIST,
            Resource="arn:aws:iam::${var.account}:user/&{aws:username}")], [], {}),
    Stated("arn-cut-short", [allow(READ, Resource="arn:...:x/${aws:username}")], [], {}),
    # Whatever the value is to be, the operator misses keys, or locks services out.
    Stated("service-with-presence-filled-in", [trust(EC2_SERVICE, on("Bool", PRESENT, "$X"))],
           found(SERVICE), {}),
    # Services and people from elsewhere beside AWS principals.
    Stated("service-and-account", [trust({**EC2_SERVICE, **ACCOUNT}, WITH)], found(SERVICE), {}),
    Stated("service-alone", [trust(EC2_SERVICE, WITH)], found(SERVICE), {}),
    Stated("service-apart", [trust(ACCOUNT, WITH), trust(EC2_SERVICE)], [], {}),
    Stated("federation-and-account", [trust({**SAML, **ACCOUNT}, WITH)], found(FEDERATED), {}),
    Stated("service-and-federation", [trust({**SAML, **EC2_SERVICE}, WITH)],
           found(FEDERATED, SERVICE), {}),
    # Whom another statement lets in by name is not locked out, if it gives them the same.
    *[Stated(f"let-in-elsewhere-{number}", [{**trust({"AWS": ["123456789012"], **who}, WITH),
            "Action": actions}, {**trust(who), "Action": actions[-1]}], [], {})
      for number, (who, actions) in enumerate([(EC2_SERVICE, ["sts:AssumeRole"]), (SAML,
          ["sts:AssumeRole", "sts:AssumeRoleWithSAML"])])],
    Stated("let-in-elsewhere-in-part", [allow([READ, "s3:PutObject"], WITH, Principal={"AWS":
            "123456789012", **EC2_SERVICE}, Resource=BUCKET), allow(READ, Principal=EC2_SERVICE,
            Resource=BUCKET)], found(SERVICE), {}),
    # A Deny for everybody takes away what a service, or people from elsewhere, may do by name.
    Stated("service-beside-deny-for-all", [trust(EC2_SERVICE), trust("*", WITHOUT, "Deny")],
           found(SERVICE, at=1), {}),
    Stated("service-behind-deny-of-a-bucket", [allow(READ, Principal=FRONT, Resource=BUCKET),
            deny("s3:*", WITHOUT, **PUBLIC)], found(SERVICE, at=1), {}),
    Stated("service-exempt-by-key", [allow(READ, Principal=FRONT, Resource=BUCKET),
            deny("s3:*", {**WITHOUT, **NO_SERVICE}, **PUBLIC)], [], {}),
    Stated("service-beside-deny-of-else", [allow(READ, Principal=FRONT, Resource=BUCKET),
            deny("s3:DeleteObject", WITHOUT, **PUBLIC)], [], {}),
    Stated("federation-beside-deny-for-all", [
            {**trust(SAML), "Action": "sts:AssumeRoleWithSAML"},
            {**trust("*", WITHOUT, "Deny"), "Action": "sts:*"}], found(FEDERATED, at=1), {}),
    # A Sid that names MFA, on a statement that does not ask for it.
    *[Stated(f"action-of-providers-{at}", [{**trust(who, when), "Action": action}],
            found(FEDERATED) if wrong else [], {})
      for at, (wrong, who, when, action) in enumerate((
          (True, ACCOUNT, WITH, "sts:AssumeRoleWithSAML"),
          (True, {"AWS": [f"{A_USER}ann", f"{A_USER}bob"]}, WITH, "sts:AssumeRoleWithWebIdentity"),
          (True, ACCOUNT, None, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
          (False, ACCOUNT, WITH, ["sts:AssumeRole", "sts:TagSession"]),
          (False, ACCOUNT, WITH, ["sts:AssumeRole", "sts:AssumeRoleWithSAML"]),
          (False, ACCOUNT, WITH, "sts:AssumeRole*"),
          (False, {"AWS": "${var.provider}"}, WITH, "sts:AssumeRoleWithSAML"),
          (False, SAML, None, "sts:AssumeRoleWithSAML")))],
    Stated("action-of-no-provider", [trust(SAML)], found(FEDERATED), {}),
    # An Allow with MFA whose other condition only services meet.
    *[Stated(f"mfa-of-services-only-{number}", [allow("sqs:SendMessage", {**WITH, **each},
            Principal="*")], found(SERVICE), {})
      for number, each in enumerate((on("ArnEquals", "aws:SourceArn", "arn:aws:sns:*:*:books"),
            on("StringEquals", "aws:SourceAccount", "123456789012"),
            {"Bool": {PRESENT: "true", "aws:PrincipalIsAWSService": "true"}}))],
    Stated("mfa-of-callers-that-services-may-be", [allow(READ, {**WITH, **each},
            Principal=ACCOUNT, Resource=BUCKET) for each in (on("ArnLikeIfExists",
            "aws:SourceArn", "arn:aws:sns:*"), on("Null", "aws:SourceArn", "true"),
            {"Bool": {PRESENT: "true", "aws:ViaAWSService": "true"}},
            {"Bool": {PRESENT: "true", "aws:PrincipalIsAWSService": "false"}})], [], {}),
    # Services and federated users bring neither key.
    Stated("service-with-if-exists", [trust(EC2_SERVICE, IF_TRUE)], found(SERVICE), {}),
    Stated("service-with-presence", [trust(EC2_SERVICE, on("Null", PRESENT, "false"))],
           found(SERVICE), {}),
    Stated("saml-with-if-exists", [{**trust(SAML, IF_TRUE), "Action": "sts:AssumeRoleWithSAML"}],
           found(FEDERATED), {}),
    # Principals as which services call.
    *[Stated(f"service-as-{number}-beside-deny", [allow(action, Principal=principal,
            Resource=BUCKET, Sid=sid), deny("s3:*", WITHOUT, **PUBLIC)], found(SERVICE, at=1), {})
      for number, (action, principal, sid) in enumerate([
        (READ, {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QW"}, "1"),
        (READ, {"CanonicalUser": 64 * "a"}, "Grant a CloudFront Origin Identity access"),
        ("s3:PutObject", {"AWS": "127311923021"}, "1"),
        ("s3:PutObject", {"AWS": "arn:aws:iam::054676820928:root"}, "1")])],
    Stated("cloudfront-asked-for-mfa", [allow(READ, WITH, Resource=BUCKET, Principal={"AWS":
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QW"})],
           found(SERVICE), {}),
    Stated("another-account-beside-deny", [allow(READ, Principal={"CanonicalUser": 64 * "a"},
            Resource=BUCKET), deny("s3:*", WITHOUT, **PUBLIC)], [], {}),
    Stated("cloudfront-beside-deny-of-other-actions", [allow(READ, Resource=BUCKET, Principal={
            "AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QW"}),
            deny("s3:Delete*", WITHOUT, **PUBLIC)], [], {}),
    # A service that a Deny for everybody stops in what a pattern allows it.
    Stated("service-beside-deny-of-its-pattern", [allow("kms:*", Principal=ACCOUNT),
            allow(["kms:Encrypt*", "kms:Decrypt*"], Principal={"Service": "logs.amazonaws.com"}),
            deny("kms:Decrypt", WITHOUT, Principal="*")], found(SERVICE, at=2), {}),
    # Limits of a moment or number that leave nothing between them.
    Stated("service-not-in-the-exception", [allow(READ, Principal={"Service": [
            "config.amazonaws.com", "budgets.amazonaws.com"]}, Resource=BUCKET), deny(READ,
            {**WITHOUT, **NOT_CONFIG}, **PUBLIC)], found(SERVICE, at=1), {}),
    Stated("service-in-the-exception", [allow(READ, Principal={"Service":
            "config.amazonaws.com"}, Resource=BUCKET), deny(READ, {**WITHOUT, **NOT_CONFIG},
            **PUBLIC)], [], {}),
    # What is about no key, in a key's policy.
    Stated("key-of-services-for-a-role", [allow("s3:PutObject", on("StringEquals",
            "aws:SourceAccount", "123456789012"), Principal=ROLE, Resource=BUCKET), deny(READ, {
            **WITHOUT, **NOT_ROLES}, **PUBLIC)], found(SERVICE), {}),
    Stated("key-of-services-for-a-service", [allow("s3:PutObject", on("StringEquals",
            "aws:SourceAccount", "123456789012"), Principal=FRONT, Resource=BUCKET), allow(
            "sns:Publish", on("StringEquals", "aws:SourceAccount", "123456789012"), Principal="*"),
            deny(READ, {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, **PUBLIC)], [], {}),
    # Tags of what has no resource, or that a variable compares; an action of another provider.
    *[Stated(f"action-of-a-provider-{at}", [trust(ACCOUNT, WITH), {**trust({"Federated": provider},
             ), "Action": action}], found("federation-has-no-mfa", at=1) if told else [], {})
      for at, (told, provider, action) in enumerate((
          (True, SAML["Federated"], "sts:AssumeRoleWithWebIdentity"),
          (True, SAML["Federated"], ["sts:AssumeRole", "sts:TagSession"]),
          (True, "arn:aws:iam::123456789012:oidc-provider/x.example", "sts:AssumeRoleWithSAML"),
          (False, SAML["Federated"], ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
          (False, SAML["Federated"], "sts:TagSession"),
          (False, "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity"),
          (False, SAML["Federated"], "sts:AssumeRole*"),
          (False, "${var.provider}", "sts:AssumeRoleWithSAML")))],
    # Who calls a resource, beside those whom a Deny is for.
    *[Stated(f"service-by-its-source-{at}", [allow("sqs:SendMessage", on("ArnLike", "aws:SourceArn",
            "arn:aws:sns:*:*:orders"), Principal="*", Resource=QUEUE), deny("sqs:SendMessage",
            {**WITHOUT, **more}, Principal="*", Resource=QUEUE)], found(SERVICE, at=1) * wrong, {})
      for at, (more, wrong) in enumerate((
          ({}, True), (on("Bool", "aws:ViaAWSService", "false"), True),
          (on("StringNotEquals", "aws:CalledViaFirst", "sns.amazonaws.com"), True),
          (on("ArnNotLike", "aws:SourceArn", "arn:aws:sns:*:*:other"), True),
          (on("ArnNotLike", "aws:SourceArn", "arn:aws:sns:*:*:orders"), False),
          (NO_SERVICE, False), (on("StringLike", "aws:username", "*"), False)))],
    *[Stated(f"service-with-another-source-{at}", [allow(READ, on("StringEquals", "aws:SourceArn",
            FRONT_ARN), Principal=FRONT, Resource=BUCKET), deny(READ, {**WITHOUT, **on(
            "StringNotEquals", "aws:SourceArn", exempt)}, Principal="*", Resource=BUCKET)],
            found(SERVICE, at=1) * wrong, {})
      for at, (exempt, wrong) in enumerate((("arn:aws:cloudfront::123456789012:distribution/E2",
          True), (FRONT_ARN, False), (["arn:aws:s3:::x", FRONT_ARN], False),
          ("${var.arn}", False)))],
    *[Stated(f"source-in-a-deny-{at}", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:*", {**block}, Principal="*", Resource=BUCKET)], found(SERVICE, at=1) * wrong,
            {}, "resource")
      for at, (block, wrong) in enumerate((
          (on("StringNotEquals", "aws:SourceAccount", "123456789012"), True),
          (on("StringNotEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"), True),
          ({**on("StringNotEquals", "aws:SourceAccount", "123456789012"), **on("Bool",
              "aws:PrincipalIsAWSService", "true")}, False),
          ({**on("StringNotEquals", "aws:SourceAccount", "123456789012"), **on("Null",
              "aws:SourceAccount", "false")}, False)))],
    Stated("source-in-a-deny-of-delivery", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:PutObject", on("StringNotEquals", "aws:SourceAccount", "123456789012"),
            Principal="*", Resource=BUCKET)], [], {}, "resource"),
    Stated("organisation-of-a-source-with-mfa", [allow(READ, {**WITH, **on("StringEquals",
            "aws:SourceOrgID", "o-a1b2c3d4e5")}, Principal="*", Resource=BUCKET)], found(SERVICE),
            {}),
    # Services that a Deny stops by where they call from, and what AWS Backup does as a role.
    *[Stated(f"service-by-its-place-{at}", [trust(EC2_SERVICE), trust(ACCOUNT, WITH), trust("*",
            block, "Deny")], found(SERVICE, at=2) * wrong, {})
      for at, (block, wrong) in enumerate((
          (NETWORK, True), (on("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"), True),
          (on("StringNotEquals", "aws:SourceVpce", "vpce-1a2b3c4d"), True),
          ({**NETWORK, **NO_SERVICE}, False), (on("StringNotEqualsIfExists", "aws:PrincipalOrgID",
              "o-a1b2c3d4e5"), True),
          (on("StringNotEquals", "aws:PrincipalTag/team", "x"), False)))],
    Stated("service-by-its-place-without-mfa", [trust(EC2_SERVICE), trust(ACCOUNT), trust("*",
            NETWORK, "Deny")], [], {}),
    *[Stated(f"copies-into-a-vault-{at}", [allow(COPY, None, Principal=ACCOUNT), deny([*actions],
            WITHOUT, Principal="*")], found(SERVICE, at=1) * wrong, {})
      for at, (actions, wrong) in enumerate((((COPY, "backup:DeleteRecoveryPoint"), True),
          (("backup:DeleteRecoveryPoint",), False)))],
    Stated("copies-into-a-vault-with-mfa", [allow(COPY, WITH, Principal=ACCOUNT)], found(SERVICE),
            {}),
    *[Stated(f"logs-of-load-balancers-in-{at}", [allow("s3:PutObject", Principal={"AWS":
            f"arn:{at}:iam::{of}:root"}, Resource=f"arn:{at}:s3:::logs/*"), deny("s3:*", WITHOUT,
            Principal="*", Resource=[f"arn:{at}:s3:::logs", f"arn:{at}:s3:::logs/*"])],
            found(SERVICE, at=1), {})
      for at, of in (("aws-us-gov", "048591011584"), ("aws-cn", "638102146993"))],
    # What an Allow gives where the Deny is not: other resources, or the opposite condition.
    *[Stated(f"exempt-by-not-resource-{rule}-{at}", statements, [(rule, f"Statement[{number}]")]
            if wrong else [], {})
      for rule, number, who in ((SERVICE, 1, {"Service": "cloudtrail.amazonaws.com"}),
          (ROLE_SESSION, 1, ROLE), (ANYONE, 0, "*"))
      for at, (where, wrong) in enumerate((("logs/*", False), ("*", True)))
      for statements in [[allow(READ, Principal=who, Resource=f"arn:aws:s3:::books/{where}"),
          deny(READ, WITHOUT, Principal="*", NotResource="arn:aws:s3:::books/logs/*")]]],
    # A Deny for services alone, where they were to be exempt.
    Stated("deny-for-services-alone", [allow("s3:PutObject", Principal={"Service":
            "logging.s3.amazonaws.com"}, Resource=BUCKET), deny("s3:PutObject", {"BoolIfExists": {
            PRESENT: "false", "aws:PrincipalIsAWSService": "true"}}, Principal="*",
            Resource=BUCKET)], found("deny-narrowed", SERVICE, at=1), {}),
]
# fmt: on
