"""MFA asked of everybody, of any account."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ANYONE,
    BUCKET,
    FALSE,
    NO_AGE,
    PRESENT,
    PUBLIC,
    READ,
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
ORGANISATION_IF_ANY = on("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1234567890")
KINDS = [
    # Everybody, narrowed by a Deny.
    Stated("public-behind-no-age", [allow("s3:*", **PUBLIC), deny("s3:*", NO_AGE, **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-behind-without", [allow(READ, **PUBLIC), deny("s3:*", WITHOUT, **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-behind-two", [allow(READ, **PUBLIC), deny("s3:*", FALSE, **PUBLIC),
            deny("s3:*", on("Null", PRESENT, "true"), **PUBLIC)], found(ANYONE), {}),
    Stated("public-as-aws-behind-no-age", [allow(READ, Principal={"AWS": "*"}, Resource=BUCKET),
            deny("s3:*", NO_AGE, **PUBLIC)], found(ANYONE), {}),
    Stated("public-behind-age", [allow(READ, **PUBLIC), deny("s3:*", older("900"), **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-role-behind-without", [trust("*"), trust("*", WITHOUT, "Deny")],
           found(ANYONE), {}),
    Stated("account-behind-no-age", [allow(READ, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:*", NO_AGE, **PUBLIC)], [], {}),
    Stated("organisation-behind-no-age", [allow(READ, on("StringEquals", "aws:PrincipalOrgID",
            "o-1"), **PUBLIC), deny("s3:*", NO_AGE, **PUBLIC)], [], {}),
    # AWS's own example: one part of a public bucket needs MFA, which anybody may have.
    Stated("public-behind-no-age-in-part", [allow(READ, **PUBLIC), deny("s3:*", NO_AGE,
            Principal="*", Resource="arn:aws:s3:::books/taxdocuments/*")], found(ANYONE),
           {READ: "ksm"}),
    Stated("public-for-a-name", [trust("*", {**WITH, **on("StringLike", "aws:username", "ci-*"),
            "StringEquals": {"aws:PrincipalTag/team": "ci"}})], found(ANYONE), {}),
    Stated("public-in-a-network", [trust("*", {**WITH, "IpAddress": {"aws:SourceIp":
            "192.0.2.0/24"}})], found(ANYONE), {}),
    Stated("public-with-an-external-id", [trust("*", {**WITH, **on("StringEquals",
            "sts:ExternalId", "x")})], [], {}),
    Stated("public-beside-another-part", [allow(READ, **PUBLIC), deny("s3:*", NO_AGE,
            Principal="*", Resource="arn:aws:s3:::films/*")], [], {}),
    Stated("public-on-purpose", [allow(READ, **PUBLIC), deny("s3:Put*", NO_AGE, **PUBLIC)], [], {}),
    # The same in other forms: another case, lists, other operators, several keys.
    Stated("not-principal-allowed", [{"Effect": "Allow", "NotPrincipal": ACCOUNT, "Action": READ,
            "Resource": BUCKET, "Condition": WITH}], found(ANYONE), {}),
    # Conditions that keep users of other accounts out of a public Allow, and some that do not.
    Stated("public-in-any-organisation", [allow(READ, {**WITH, **ORGANISATION_IF_ANY}, **PUBLIC)],
           found(ANYONE), {}),
    Stated("public-but-for-an-account", [allow(READ, {**WITH, **on("StringNotEquals",
            "aws:PrincipalAccount", "123456789012")}, **PUBLIC)], found(ANYONE), {}),
    Stated("public-by-arns-of-any-account", [allow(READ, {**WITH, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, **PUBLIC)], found(ANYONE), {}),
    Stated("public-by-arns-of-one", [allow(READ, {**WITH, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:user/*")}, **PUBLIC)], [], {}),
    Stated("public-with-a-prefix", [allow("s3:ListBucket", {**WITH,
            **on("StringLike", "s3:prefix", "a*")}, Principal="*", Resource="arn:aws:s3:::books")],
           found(ANYONE), {}),
    Stated("public-denied-outside-organisation", [allow(READ, WITH, **PUBLIC), deny("s3:*",
            on("StringNotEquals", "aws:PrincipalOrgID", "o-1234567890"), **PUBLIC)], [], {}),
    Stated("public-denied-but-to-an-account", [allow(READ, WITH, **PUBLIC),
            {**deny("s3:*", Resource=BUCKET), "NotPrincipal": ACCOUNT}], [], {}),
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    Stated("endpoint-s-policy", [allow("s3:*", WITH, Principal="*", Sid="x", Resource=["*",
            "arn:aws:s3:::films/*"]), deny(READ, WITHOUT, Principal="*", Resource=BUCKET)],
           [(ANYONE, "x")], {}),
    # What narrows everybody little.
    *[Stated(f"everybody-by-{key}", [allow(action, {**WITH, **on("StringEquals", key, "x")},
            Principal="*")], found(ANYONE) * wrong, {}, "resource")
      for action, key, wrong in (("kms:Decrypt", "kms:ViaService", True),
          ("sns:Subscribe", "sns:Protocol", True), ("sns:Subscribe", "sns:Endpoint", False))],
]
# fmt: on
