"""Conditions of a statement that no request meets together, each of which some request meets."""

from __future__ import annotations

from policy.statements import (
    ALL,
    CARE,
    USERS,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny_but,
    found,
    on,
    trust,
)

# fmt: off
NEVER = "conditions-never-match"
ROOT = on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root")
USER = "arn:aws:iam::123456789012:user/"
TEAM = on("StringEquals", "aws:PrincipalTag/team", "ops")
KINDS = [
    # Conditions that no caller, no call or no value of a key meets together.
    *[Stated(f"meant-as-alternatives-{kind}-{at}", [*rest, deny_but(CARE, {**WITHOUT, **one,
            **other})], found(NEVER, at=len(rest)) if wrong else [], {}, kind)
      for kind, rest in (("scp", []), (None, [ALL])) for at, (wrong, one, other) in enumerate((
            (True, USERS, on("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:root")),
            (True, USERS, on("StringEquals", "aws:PrincipalType", "Account")),
            (True, on("StringLike", "aws:username", "*"), ROOT),
            (True, on("StringEquals", "aws:PrincipalType", "User"), on("ArnLike",
             "aws:PrincipalArn", "arn:aws:iam::*:role/Admin")),
            (True, on("StringEquals", "aws:PrincipalType", "User"), on("ArnNotLike",
             "aws:PrincipalArn", ["arn:aws:iam::*:user/*"])),
            (False, on("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
             "arn:aws:iam::*:root"]), on("StringNotEquals", "aws:PrincipalType", "AssumedRole")),
            (False, USERS, on("StringLike", "aws:username", "svc-*")),
            (False, USERS, on("StringEquals", "aws:PrincipalType", "${var.kind}"))))],
    *[Stated(f"contradictory-{at}", [allow("ec2:*", {**WITH, **when})],
            found(NEVER) if wrong else [], {})
      for at, (wrong, when) in enumerate((
            (True, {**TEAM, **on("StringLike", "aws:PrincipalTag/team", "dev*")}),
            (True, {**TEAM, **on("StringNotEquals", "aws:PrincipalTag/Team", ["ops", "dev"])}),
            (True, {**TEAM, **on("Null", "aws:PrincipalTag/team", "true")}),
            (True, {**on("StringEquals", "aws:RequestedRegion", "eu-west-1"), **on("StringLike",
             "aws:RequestedRegion", "us-*")}),
            (True, {"Bool": {**WITH["Bool"], "aws:ViaAWSService": "false"}, **on(
             "ForAnyValue:StringEquals", "aws:CalledVia", "athena.amazonaws.com")}),
            (False, {**on("StringLike", "aws:PrincipalTag/team", "dev*"), **on("StringNotEquals",
             "aws:PrincipalTag/team", "dev-intern")}),
            (False, {**TEAM, **on("Null", "aws:PrincipalTag/team", "false")}),
            (False, {**on("StringEquals", "aws:PrincipalTag/team", "{{ team }}"), **on(
             "StringLike", "aws:PrincipalTag/team", "dev*")}),
            (False, {**on("StringEquals", "aws:PrincipalTag/team", ["ops", "${var.team}"]),
             **on("StringLike", "aws:PrincipalTag/team", "dev*")}),
            (False, {**TEAM, **on("StringLikeIfExists", "aws:PrincipalTag/team", "o*")}),
            (False, {**on("StringEqualsIfExists", "aws:PrincipalTag/team", "ops"), **on("Null",
             "aws:PrincipalTag/team", "true")})))],
    *[Stated(f"public-address-and-vpc-{operator}", [allow("ec2:*", {**WITH, "IpAddress": {
             "aws:SourceIp": "192.0.2.0/24"}, operator: {"aws:SourceVpc": "vpc-1"}})],
             found("conditions-never-match") if operator == "StringEquals" else [], {})
      for operator in ("StringEquals", "StringEqualsIfExists", "StringNotEquals")],
    *[Stated(f"public-address-and-{key}", [allow("ec2:*", {**WITH, "IpAddress": {"aws:SourceIp":
             "192.0.2.0/24"}, "StringEquals": {key: "x"}})], found("conditions-never-match"), {})
      for key in ("aws:VpceAccount", "aws:VpceOrgID")],
    # Whom a statement names, and whom its condition on the caller's ARN means.
    *[Stated(f"named-callers-{at}", [trust({"AWS": named}, {**WITH, **on(operator,
             "aws:PrincipalArn", arns)})], found(NEVER) if wrong else [], {}, "trust")
      for at, (named, operator, arns, wrong) in enumerate((
            (f"{USER}ann", "ArnEquals", f"{USER}bob", True),
            ([f"{USER}ann", f"{USER}bob"], "StringLike", f"{USER}ops/*", True),
            (f"{USER}ann", "ArnNotLike", f"{USER}a*", True),
            ([f"{USER}ann", f"{USER}ops/bob"], "StringLike", f"{USER}ops/*", False),
            ("arn:aws:iam::123456789012:root", "ArnLike", f"{USER}ops/*", False),
            (f"{USER}ann", "StringEquals", f"{USER}ann", False),
            (f"{USER}ann", "StringEqualsIfExists", [f"{USER}bob", f"{USER}ann"], False),
            (f"{USER}ann", "StringEquals", f"{USER}bob", True),
            (f"{USER}ann", "ArnEquals", "${var.admin}", False)))],
]
# fmt: on
