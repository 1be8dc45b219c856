"""Statements of a resource's own policy that are not about that resource."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ORGANISATION,
    RESOURCE,
    ROLE,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    found,
    of_repository,
    on,
)

# fmt: off
KINDS = [
    # Other actions that a statement asks MFA for, on resources that they never have.
    *[Stated(f"{service}-{name}-of-{told}-beside-{where}", [allow(f"{service}:Get*", Principal=ROLE,
            Resource=f"arn:aws:{service}:us-east-1:123456789012:{name}"), deny(action, WITHOUT,
            Principal="*", Resource=where)], found(RESOURCE, at=1) * bool(told), {}, kind)
      for service, name, action, where, told, kind in (
          ("sqs", "x", "sqs:PurgeQueue", "arn:aws:sqs:us-east-2:123456789012:x", "two", None),
          ("sns", "x", "sns:DeleteTopic", "arn:aws:sns:us-east-1:123456789011:x", "two", None),
          ("sqs", "x", "sqs:PurgeQueue", "arn:aws:sqs:us-east-1:123456789012:x", "", None),
          ("sqs", "x", "sqs:PurgeQueue", ["arn:aws:sqs:us-east-1:123456789012:x",
              "arn:aws:sqs:us-east-2:123456789012:x"], "", None),
          ("sqs", "y", "sqs:PurgeQueue", "arn:aws:sqs:us-east-2:123456789012:x", "", None),
          ("sqs", "x", "sqs:PurgeQueue", "arn:aws:sqs:*:123456789012:x", "", None))],
    # Nobody may change a key's policy.
    Stated("key-without-manager", [allow("kms:Decrypt", Principal=ROLE), deny("kms:DisableKey",
            WITHOUT, Principal="*")], found("key-without-manager"), {}),
    *[Stated(f"key-with-manager-{number}", statements, [], {})
      for number, statements in enumerate((
            [allow("kms:*", Principal=ACCOUNT), deny("kms:DisableKey", WITHOUT, Principal=ACCOUNT)],
            [allow(["kms:Put*", "kms:Describe*"], Principal=ACCOUNT), allow("kms:DisableKey", WITH,
             Principal=ACCOUNT)],
            # A part of a policy; a VPC endpoint's; a key without MFA.
            [allow("kms:DisableKey", WITH, Principal=ACCOUNT)],
            [allow("kms:Decrypt", Principal="*"), deny("kms:DisableKey", on("StringEquals",
             "aws:PrincipalType", "User"), Principal="*")],
            [allow("kms:Decrypt", Principal=ROLE), allow("kms:Encrypt", Principal=ROLE)]))],
    # What is about no key, in a key's policy.
    *[Stated(f"key-policy-{number}", [{"Principal": ACCOUNT, **each}], found(*rules), {})
      for number, (each, rules) in enumerate((
            (allow(["kms:PutKeyPolicy", "kms:ListKeys", "KMS:CreateKey"], WITH), [RESOURCE]),
            (allow(["kms:List*", "kms:Create*"], WITH), []),
            (allow(["kms:Decrypt", "kms:ListKeys"], WITH), []),
            (deny("kms:CreateKey", WITHOUT), [])))],
    Stated("key-actions-of-a-user", [allow(["kms:ListKeys", "kms:ListAliases"], WITH)], [], {}),
    Stated("keys-of-iam-s-actions", [allow(["iam:CreateRole", "iam:CreateUser"], {**WITH, **on(
            "StringEquals", "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/x")}),
            allow("iam:*", {**WITH, **on("StringEquals", "iam:PassedToService", "x.amazonaws.com"),
            **on("ArnLike", "iam:PolicyARN", "arn:aws:iam::*:policy/x")}), allow("iam:AttachRole*",
            {**WITH, **on("ArnLike", "iam:PolicyARN", "arn:aws:iam::*:policy/x")})], [], {}),
    # What is about no resource of the policy's own.
    *[Stated(f"about-no-{at}", [statement, *more], found(RESOURCE) * wrong, {}, "resource")
      for at, (statement, more, wrong) in enumerate((
          (of_repository("ecr:GetAuthorizationToken"), [], True),
          (of_repository("ecr:BatchGetImage"), [], False),
          (allow("ecr:GetAuthorizationToken", WITH, Principal=ACCOUNT), [], False),
          (deny("secretsmanager:ListSecrets", WITHOUT, Principal="*"), [], True),
          (deny("secretsmanager:ListSecrets", WITHOUT, Principal="*"), [allow("secretsmanager:*",
              ORGANISATION, Principal="*")], False),
          (deny("secretsmanager:GetSecretValue", WITHOUT, Principal="*"), [], False),
          (deny("kms:CreateKey", WITHOUT, Principal="*"), [allow("kms:*", Principal=ACCOUNT)],
              True),
          (deny("kms:CreateKey", Principal="*"), [allow("kms:*", Principal=ACCOUNT)], False)))],
]
# fmt: on
