"""Denies for everybody that stop roles which the policy does not name."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    BUCKET,
    NO_AGE,
    NOT_ROLES,
    PUBLIC,
    READ,
    ROLE,
    UNNAMED,
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

_CAROL = {"AWS": "arn:aws:iam::123456789012:user/carol"}
_DELETE = "s3:DeleteObject"
_PURGE = deny(_DELETE, WITHOUT, **PUBLIC)

# fmt: off
KINDS = [
    # Role sessions have no MFA, and nothing exempts them.
    *[Stated(f"deny-of-roles-that-nothing-names-{number}", [deny(_DELETE, when, Principal=whom,
            Resource=BUCKET)], found(UNNAMED), {})
      for number, (when, whom) in enumerate((
            (WITHOUT, "*"), (WITHOUT, {"AWS": "*"}), (WITHOUT, ACCOUNT), (NO_AGE, "*"),
            (WITHOUT, {"AWS": "arn:aws:iam::${AWS::AccountId}:root"}), (older(900), "*"),
            ({"BoolIfExists": {**WITHOUT["BoolIfExists"], "aws:PrincipalIsAWSService": "false"}},
               "*")))],
    Stated("deny-of-a-key-that-nothing-names", [allow("kms:*", Principal=ACCOUNT), allow(
            "kms:Decrypt", Principal=ROLE), deny("kms:ScheduleKeyDeletion", WITHOUT,
            Principal="*")], found(UNNAMED, at=2), {}),
    Stated("deny-of-roles-once", [_PURGE, deny("s3:PutObject", WITHOUT, **PUBLIC)],
           found(UNNAMED), {}),
    # Roles are exempt, or the policy is for users, or does not hold for all roles.
    *[Stated(f"deny-that-roles-pass-{number}", [deny(_DELETE, {**WITHOUT, **when}, **PUBLIC)], [],
             {})
      for number, when in enumerate((NOT_ROLES, on("StringEquals", "aws:PrincipalType",
            "User"), on("StringNotEquals", "aws:PrincipalOrgID", "o-1a2b3c4d5e")))],
    Stated("deny-of-deletion-by-users", [{**_PURGE, "Sid": "UsersDeleteWithMfa"}], [], {}),
    Stated("deny-for-a-bucket-of-users", [allow([READ, _DELETE], Principal=_CAROL,
            Resource=BUCKET), _PURGE], [], {}),
    Stated("deny-that-stops-a-service-as-well", [allow(_DELETE, Principal={"Service":
            "backup.amazonaws.com"}, Resource=BUCKET), _PURGE],
           found("service-has-no-mfa", at=1), {}),
    Stated("deny-for-one-user", [deny(_DELETE, WITHOUT, Principal=_CAROL, Resource=BUCKET)], [],
           {}),
    Stated("deny-to-the-only-users-left", [deny(_DELETE, on("ArnNotEquals", "aws:PrincipalArn",
            _CAROL["AWS"]), **PUBLIC), _PURGE], [], {}),
    Stated("deny-to-who-assumes-a-role", [trust(ACCOUNT, WITH), trust("*", WITHOUT, "Deny")], [],
           {}),
]
