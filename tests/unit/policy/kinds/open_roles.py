"""Roles that users take without the MFA that they are asked for otherwise."""

from __future__ import annotations

from policy.statements import CARE, TAKE, WITH, WITHOUT, Stated, allow, deny, deny_but, found

ROLES = "arn:aws:iam::*:role/*"

# fmt: off
KINDS = [
    # The ARN that a role session has as its principal is the role's.
    *[Stated(f"{exempt}-exempt-where-{action}-is-allowed-{at}", [allow(action, Resource=
            "arn:aws:iam::*:role/Work"), deny_but([*CARE, exempt], WITHOUT), *more],
            found("role-without-mfa", at=1) * told, {})
      for at, (exempt, action, more, told) in enumerate((
          ("sts:*", TAKE, [], True), ("sts:AssumeRole", TAKE, [], True),
          ("sts:Assume*", "*", [], True), ("sts:AssumeRole", "s3:*", [], True),
          # Another Deny stops all of them, or only those of one account.
          ("sts:AssumeRole", "s3:*", [deny(TAKE, WITHOUT, Resource=ROLES)], False),
          ("sts:AssumeRole", "s3:*", [deny(TAKE, WITHOUT,
              Resource="arn:aws:iam::123456789012:role/*")], True),
          ("sts:AssumeRole", TAKE, [deny(TAKE, WITHOUT, Resource=ROLES)], False),
          ("sts:AssumeRole", "s3:*", [deny("sts:*", WITHOUT)], False),
          ("sts:AssumeRole", "s3:*", [allow(TAKE, WITH)], False),
          ("sts:AssumeRoleWithSAML", TAKE, [], False),
          ("sts:*", "sts:TagSession", [], False), ("sts:*", "sts:*", [], True),
          ("STS:*", TAKE, [deny(TAKE, WITHOUT)], False)))],
    *[Stated(f"roles-exempt-by-the-sid-{sid}", [allow(TAKE, Resource=ROLES), deny_but([*CARE,
            "sts:AssumeRole"], WITHOUT, Sid=sid)], [("role-without-mfa", sid)], {})
      for sid in ("AllButSetupAndTheJump", "RequireMfa")],
]
# fmt: on
