"""Statements about sts:GetSessionToken and sts:GetFederationToken."""

from __future__ import annotations

from policy.statements import ALL, CARE, STOP, WITH, WITHOUT, Stated, allow, deny, deny_but, found

# fmt: off
KINDS = [
    # A policy's Deny that its Sid alone, or the Allow beside it, shows to be of no effect.
    *[Stated(f"session-token-denied-{name}", [ALL, deny_but(CARE, WITHOUT), made],
            found(*rules, at=2), {STOP: "m"})
      for name, made, rules in (
            ("by-name", deny("sts:GetSessionToken"), ["mfa-on-get-session-token"]),
            ("with-another", deny(["sts:GetFederationToken", "sts:GetSessionToken"]),
             ["mfa-on-get-session-token"]),
            ("among-others", deny(["s3:PutObject", "sts:GetSessionToken"]), []),
            ("by-pattern", deny("sts:*"), []))],
    # One mistake is told once.
    Stated("the-session-call-denied", [ALL, deny("sts:GetSessionToken", WITHOUT)],
           found("mfa-on-get-session-token", at=1), {}),
    # Roles of AWS's own without a path; tokens that nobody with MFA gets; private addresses.
    *[Stated(f"federation-token-{at}", [{**statement, "Action": action}],
             found("mfa-on-get-session-token") if told else [], {})
      for at, (told, statement, action) in enumerate((
          (True, allow(STOP, WITH), ["sts:GetFederationToken", STOP]),
          (False, allow(STOP, WITH), "sts:*"), (False, allow(STOP), "sts:GetFederationToken"),
          (False, deny(STOP, WITHOUT), [STOP, "sts:GetFederationToken"])))],
]
# fmt: on
