"""Boundaries that one may take off again."""

from __future__ import annotations

from policy.statements import ALL, CARE, WITHOUT, Stated, allow, deny, deny_but, found, older, on

HALF_KEPT = "boundary-half-kept"
OF_USER, OF_ROLE = "iam:DeleteUserPermissionsBoundary", "iam:DeleteRolePermissionsBoundary"
PUT_USER, PUT_ROLE = "iam:PutUserPermissionsBoundary", "iam:PutRolePermissionsBoundary"
OTHER = on("StringNotEquals", "iam:PermissionsBoundary", "arn:aws:iam::123456789012:policy/limit")
EQUAL = {"StringEquals": OTHER["StringNotEquals"]}
ROLES = "arn:aws:iam::123456789012:role/"
MFA = deny_but(CARE, WITHOUT)

# fmt: off
KINDS = [
    *[Stated(f"boundary-half-kept-{number}", [ALL, MFA, deny(named, more)], found(HALF_KEPT, at=2),
             {}, "boundary")
      for number, (named, more) in enumerate(((OF_ROLE, {}), ([OF_ROLE, "iam:CreateUser"], {}),
          (PUT_ROLE, OTHER)))],
    Stated("delegated-boundary-half-kept", [allow(["iam:*", "s3:*"]), MFA, deny("iam:CreateUser",
           OTHER), deny(OF_ROLE)], found(HALF_KEPT, at=3), {}),
    *[Stated(f"boundary-taken-off-{number}", [MFA, *statements], found(HALF_KEPT, at=1) * told, {})
      for number, (statements, told) in enumerate((
          ([allow("iam:DeleteRole*"), allow("iam:CreateRole", EQUAL)], True),
          ([allow(["iam:*", "s3:*"]), deny("iam:CreateRole", OTHER)], True),
          ([allow("iam:DeleteUser*"), allow("iam:CreateUser", EQUAL)], True),
          ([allow("iam:DeleteUser*"), allow("iam:CreateRole", EQUAL)], False),
          ([allow("iam:DeleteRole"), allow("iam:CreateRole", EQUAL)], False),
          ([allow("iam:DeleteRole*", Resource=f"{ROLES}old/*"),
            allow("iam:CreateRole", EQUAL, Resource=f"{ROLES}app/*")], False),
          ([allow("iam:DeleteRole*"), allow("iam:CreateRole", EQUAL), deny(OF_ROLE, older(3600))],
           False),
          ([allow("iam:DeleteRole*"), allow("iam:CreateRole")], False),
          ([allow("iam:*"), deny("iam:CreateRole", OTHER), deny(OF_ROLE)], False)))],
    # Administrators keep the boundary of pipelines, and have none; some roles keep theirs.
    *[Stated(f"boundaries-of-roles-kept-{number}", [ALL, MFA, *statements], [], {})
      for number, statements in enumerate((
          [deny(OF_ROLE)], [deny(OF_ROLE, Resource=f"{ROLES}ci/*")], [deny(PUT_ROLE, OTHER)],
          [deny("iam:CreateUser", OTHER), deny(OF_ROLE, Resource=f"{ROLES}ci/*")],
          [deny("iam:CreateUser", OTHER), deny(OF_ROLE, EQUAL)],
          [deny("iam:CreateRole", OTHER), deny(OF_ROLE)]))],
    # Both are denied, or those of users; the other is not allowed; nothing asks for MFA.
    *[Stated(f"boundary-kept-{number}", statements, [], {}, "boundary")
      for number, statements in enumerate((
          [ALL, MFA, deny([OF_USER, OF_ROLE])], [ALL, MFA, deny(OF_USER), deny("iam:DeleteRole*")],
          [ALL, MFA, deny("iam:Delete*PermissionsBoundary")],
          [allow([*CARE, "iam:DeleteRole*"]), MFA, deny(OF_ROLE)],
          [allow("ec2:*"), allow("iam:*", Resource=f"{ROLES}app/*"), MFA, deny(OF_ROLE)],
          [ALL, MFA, deny([PUT_ROLE, PUT_USER], OTHER), deny([OF_USER, OF_ROLE])],
          [ALL, MFA, deny([OF_USER, PUT_USER])], [ALL, deny(OF_ROLE)]))],
]
