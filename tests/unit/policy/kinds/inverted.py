"""Statements for the opposite of what is meant, whatever they say of MFA."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    CARE,
    PRESENT,
    PUBLIC,
    STOP,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    older,
    on,
    trust,
)

# fmt: off
KINDS = [
    *[Stated(f"tls-{at}", [allow("ec2:*"), statement, deny_but(CARE, WITHOUT)],
            found(*rules, at=1), {})
      for at, (statement, rules) in enumerate((
          (deny("*", on("Bool", "aws:SecureTransport", "true")), ["deny-applies-with-mfa"]),
          (deny("s3:*", on("Null", "aws:SecureTransport", "false")), ["deny-applies-with-mfa"]),
          (deny("*", on("BoolIfExists", "aws:SecureTransport", True)), ["deny-applies-with-mfa"]),
          (allow("s3:*", {"Bool": {PRESENT: "true", "aws:SecureTransport": "false"}}),
              ["conditions-never-match"]),
          (deny("*", on("Bool", "aws:SecureTransport", "false")), []),
          (deny("*", on("Null", "aws:SecureTransport", "true")), []),
          (deny("s3:*", {**on("Bool", "aws:SecureTransport", "true"), **on("StringEquals",
              "aws:PrincipalTag/left", "yes")}), []),
          (allow("s3:*", {"Bool": {PRESENT: "true", "aws:SecureTransport": "true"}}), [])))],
    *[Stated(f"networks-that-are-denied-{at}", [ALL, deny(actions, on(operator, "aws:SourceIp",
            "198.51.100.0/24"), Sid=sid), deny_but(CARE, WITHOUT)], [(each, sid) for each in rules],
            {})
      for at, (actions, operator, sid, rules) in enumerate((
          ("*", "IpAddress", "RestrictIPAccess", ["wrong-operator"]),
          ("*", "IpAddressIfExists", "OnlyFromOffice", ["wrong-operator"]),
          ("*", "IpAddress", "BlockTorExits", []), ("*", "IpAddress", "DenyUntrusted", []),
          ("*", "IpAddress", "DenyOldOfficeNetwork", []), ("*", "IpAddress", "DenyPublicVpn", []),
          ("*", "IpAddress", "RestrictedNetworks", []),
          ("*", "IpAddress", "DenyOutsideOffice", ["wrong-operator"]),
          ("*", "IpAddress", "Networks", []), ("s3:*", "IpAddress", "RestrictIPAccess", []),
          ("*", "NotIpAddress", "RestrictIPAccess", [])))],
    Stated("conditional-of-a-template", [allow(STOP, on("Bool", PRESENT,
            '${var.mfa ? "true" : "false"}'))], found("allow-without-mfa"), {}),
    Stated("conditional-of-a-templates-trust", [trust(ACCOUNT, on("Bool", PRESENT,
            "${local.on ? true : false}"))], found("allow-without-mfa"), {}),
    Stated("conditional-of-a-templates-deny", [ALL, deny_but(CARE, on("BoolIfExists", PRESENT,
            '${var.mfa ? "false" : "true"}'))], found("deny-applies-with-mfa", at=1), {}),
    *[Stated(f"bare-deny-{at}", statements, found("deny-applies-with-mfa", at=1) if told else [],
             {}, kind)
      for at, (told, kind, statements) in enumerate((
          (True, None, [ALL, deny_but(CARE, {})]),
          (False, None, [allow(CARE), deny_but(CARE, {})]),
          (False, None, [ALL, deny_but(["s3:*", "ec2:*"], {})]),
          (False, "scp", [ALL, deny_but(["s3:*", *CARE], {}, Condition=on("StringNotEquals",
              "aws:RequestedRegion", "eu-west-1"))])))],
    # Two faults, which no fix of one mends.
    Stated("no-tls-and-no-mfa", [deny("s3:*", on("Bool", "aws:SecureTransport", "true"), **PUBLIC)],
           found("deny-applies-with-mfa"), {}),
    Stated("never-and-for-no-tls", [allow(STOP, {**on("Bool", "aws:SecureTransport", "false"),
            **older("-1", "NumericLessThan")})], found("conditions-never-match"), {STOP: ""}),
]
# fmt: on
