"""Statements of an organisation's policy for callers to whom it never applies."""

from __future__ import annotations

from policy.statements import CARE, WITHOUT, Stated, deny_but, found, on

# fmt: off
KINDS = [
    # Policies of organisations.
    *[Stated(f"organisation-of-others-{key}-{operator}", [deny_but(CARE, {**WITHOUT, **on(
            "ArnLike", "aws:PrincipalArn", "arn:*:iam::*:user/*"), **on(operator, key, value)})],
            found("conditions-never-match") if wrong else [], {}, "scp")
      for operator, key, value, wrong in (
          ("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", True),
          ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5", False),
          ("Bool", "aws:PrincipalIsAWSService", "true", True),
          ("BoolIfExists", "aws:PrincipalIsAWSService", "false", False))],
]
# fmt: on
