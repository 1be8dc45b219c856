"""Networks under aws:SourceIp that hold no address of a request, or all of them."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    ENROL,
    ME,
    OFF,
    READ,
    SAML,
    STOP,
    VALUE,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    on,
    trust,
)

# fmt: off
KINDS = [
    # Statements that another one makes superfluous.
    Stated("private-network", [ALL, deny("ec2:*", on("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")),
           deny_but(CARE, WITHOUT)], found(VALUE, at=1), {}),
    Stated("private-network-or-mfa", [ALL, deny("ec2:*", {**WITHOUT, **on("NotIpAddress",
            "aws:SourceIp", "10.0.0.0/8")})], found(VALUE, at=1), {STOP: "m"}),
    Stated("private-networks-with-mfa", [allow(STOP, {**WITH, **on("IpAddress", "aws:SourceIp",
            ["192.168.2.0/24", "10.1.2.3", "fd00::/8"])})], found(VALUE), {}),
    Stated("private-or-public-network", [allow(STOP, {**WITH, **on("IpAddress", "aws:SourceIp",
            ["10.0.0.0/8", "192.0.2.0/24"])}), allow("s3:GetObject", {**WITH, **on("IpAddress",
            "aws:VpcSourceIp", "10.0.0.0/8")})], found(VALUE), {}),
    Stated("private-or-public-network-without-mfa", [deny(STOP, on("NotIpAddress", "aws:SourceIp",
            ["10.0.0.0/8", "192.0.2.0/24"]))], [], {}),
    # One mistake is told once.
    *[Stated(f"outside-of-all-networks-{number}", [ALL, deny_but(CARE, {**WITHOUT, **on(
            "NotIpAddress", "aws:SourceIp", networks)})], found(*rules, at=1), {})
      for number, (networks, rules) in enumerate([("0.0.0.0/0", [VALUE]),
            (["192.0.2.0/24", "0.0.0.0/0", "::/0"], [VALUE]), (["0.0.0.0/1", "128.0.0.0/1"],
            [VALUE]), ("::/0", ["deny-narrowed"]), ("0.0.0.0/1", ["deny-narrowed"])])],
    Stated("outside-of-all-networks-to-get-in", [allow(STOP, {**WITH, **on("NotIpAddress",
            "aws:SourceIp", "0.0.0.0/0")})], found(VALUE), {}),
    Stated("inside-of-all-networks", [allow(STOP, {**WITH, **on("IpAddress", "aws:SourceIp",
            "0.0.0.0/0")}), allow("s3:*", on("NotIpAddress", "aws:VpcSourceIp", "0.0.0.0/0"))],
           [], {}),
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    *[Stated(f"from-the-address-zero{size}", [trust(ACCOUNT, {**WITH, **on("IpAddress",
            "aws:SourceIp", f"0.0.0.0{size}")})], found(VALUE) if told else [], {})  # noqa: S104
      for size, told in (("", True), ("/32", True), ("/0", False), ("/1", False))],
    # Roles of AWS's own without a path; tokens that nobody with MFA gets; private addresses.
    *[Stated(f"private-address-of-{action}", [allow(action, {**WITH, "IpAddress": {"aws:SourceIp":
             "10.0.0.0/8"}}, Principal=ACCOUNT, Resource=BUCKET)], found(VALUE) if told else [], {})
      for told, action in ((True, "s3:GetObject"), (False, "vpc-lattice-svcs:Invoke"))],
    # Near misses that a review found.
    *[Stated(f"right-beside-the-new-{at}", statements, [], {}, kind)
      for at, (kind, statements) in enumerate((
          (None, [ALL, deny_but(["iam:*", "ec2:*", "s3:*"], {})]),
          ("scp", [deny_but(["iam:*", "sts:*", "s3:*"], {})]),
          (None, [ALL, deny_but(["iam:*", "sts:*", "ec2:*"], {}), deny_but(CARE, WITHOUT)]),
          (None, [ALL, deny_but(CARE, WITHOUT), deny("iam:*MFADevice*",
              Resource="arn:aws:iam::*:user/break-glass")]),
          (None, [allow("iam:*MFADevice", Resource="arn:aws:iam::*:mfa/*"), allow([ENROL[1], OFF],
              WITH, Resource=ME), allow("iam:List*"), deny_but(CARE, WITHOUT)]),
          ("trust", [trust(ACCOUNT, WITH), {**trust({"Federated": "SAML_PROVIDER_ARN"}),
              "Action": "sts:AssumeRoleWithSAML"}]),
          ("trust", [trust(ACCOUNT, WITH), {**trust(SAML), "Action":
              "sts:AssumeRoleWithWebIdentity"}, {**trust(SAML), "Action":
              "sts:AssumeRoleWithSAML"}]),
          ("trust", [trust(ACCOUNT, {**WITH, **on("StringEquals", "aws:PrincipalTag/team",
              "${aws:RequestTag/team, 'none'}")})]),
          ("trust", [trust(ACCOUNT, {**WITH, **on("StringEquals", "aws:PrincipalTag/team",
              ["${aws:RequestTag/team}", "admin"])})]),
          (None, [allow("iam:PassRole", WITH,
              Resource="arn:aws:iam::123456789012:role/AWSServiceRolesForBatchJobs")]),
          (None, [allow(READ, {**WITH, **on("StringEquals", "aws:PrincipalTag/x",
              "b/a$local.txt")})])))],
    Stated("all-of-iam-exempt-and-keys-denied", [allow("s3:*"), deny_but("iam:*", WITHOUT), deny([
            "iam:CreateAccessKey", "iam:CreateUser", OFF], WITHOUT)], [], {}),
    Stated("federation-token-without-mfa-too", [allow(["sts:GetFederationToken", "s3:*"], WITH),
            allow("sts:GetFederationToken", Resource="arn:aws:sts::123456789012:federated-user/x")],
            [], {}),
    Stated("private-address-of-two-services", [allow(["vpc-lattice-svcs:Invoke", READ], {**WITH,
            "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, Resource="*")], found(VALUE), {}),
]
# fmt: on
