"""Roles that users take without the MFA that they are asked for otherwise."""

from __future__ import annotations

from policy.statements import CARE, TAKE, WITHOUT, Stated, allow, deny, deny_but, found

# fmt: off
KINDS = [
    # The ARN that a role session has as its principal is the role's.
    *[Stated(f"{exempt}-exempt-where-{action}-is-allowed", [allow(action, Resource=
            "arn:aws:iam::*:role/Work"), deny_but([*CARE, exempt], WITHOUT), *more],
            found("role-without-mfa", at=1) * told, {})
      for exempt, action, more, told in (
          ("sts:*", TAKE, [], True), ("sts:AssumeRole", TAKE, [], False),
          ("sts:*", "sts:TagSession", [], False), ("sts:*", "sts:*", [], True),
          ("STS:*", TAKE, [deny(TAKE, WITHOUT)], False))],
]
# fmt: on
