"""Limits of the age of MFA that are too short or too long, or that never count."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    AGE,
    ALL,
    CARE,
    ENROLMENT,
    LONG,
    ME,
    ONESELF,
    READ,
    SHORT,
    STOP,
    WITH,
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
UNUSED = "age-never-counts"
KINDS = [
    # The same in other forms: another case, lists, other operators, several keys.
    Stated("looser-of-two-ages", [allow("ec2:*", on("NumericLessThan", AGE, ["900", 3600]))],
           found(UNUSED), {STOP: "m"}),
    # Limits of age: only an upper bound can be too short.
    Stated("allow-a-minute", [allow("ec2:*", on("NumericLessThan", AGE, "60"))], found(SHORT),
           {STOP: "m"}),
    Stated("allow-a-second", [allow("ec2:*", on("NumericLessThan", AGE, "1"))], found(SHORT),
           {STOP: "m"}),
    # A code given to sts:AssumeRole is new; a Sid may say that minutes were meant.
    Stated("trust-for-ten-seconds", [trust(ACCOUNT, on("NumericLessThan", AGE, "10"))],
           found(SHORT), {}),
    Stated("trust-for-fifteen-minutes", [{**trust(ACCOUNT, on("NumericLessThan", AGE,
            "15")), "Sid": "WithMfaWithin15Minutes"}], [(SHORT, "WithMfaWithin15Minutes")], {}),
    Stated("deny-after-a-minute", [ALL, deny("ec2:*", older(60))], found(SHORT, at=1),
           {STOP: "m"}),
    Stated("deny-after-a-week", [ALL, deny("ec2:*", older("604800"))], found(LONG, at=1),
           {STOP: "m"}),
    Stated("allow-for-a-week", [allow("ec2:*", on("NumericLessThan", AGE, "604800"))],
           found(LONG), {STOP: "m"}),
    # A limit of age that another condition of the statement keeps from counting.
    Stated("age-beside-no-mfa", [ALL, deny("ec2:*", {**WITHOUT, **older("3600")})],
           found("age-never-counts", at=1), {STOP: "m"}),
    Stated("age-beside-absence", [ALL, deny("ec2:*", {"Null": {AGE: "true"}, **older("900")})],
           found("age-never-counts", at=1), {STOP: "m"}),
    Stated("age-beside-no-mfa-and-apart", [ALL, deny("ec2:*", {**WITHOUT, **older("3600")}),
            deny("ec2:*", older("3600", "NumericGreaterThan"))], [], {STOP: "m"}),
    # The ARN that a role session has as its principal is the role's.
    Stated("one-second-of-age-beside-mfa-of-any-age", [allow("*", {"Null": {
            "aws:MultiFactorAuthAge": "false"}}), allow("*", older("100",
            "ForAllValues:NumericEqualsIfExists"))], found("age-never-counts", at=1), {}),
    Stated("users-in-a-resource-s-policy", [allow("ec2:*", Principal=ACCOUNT, Resource=ME),
            deny_but(["iam:List*"], WITHOUT, Principal=ACCOUNT, Resource=ME)], [], {}),
    # Statements that another one makes superfluous.
    Stated("two-limits-of-age", [allow("ec2:*", {**WITH, **older("900", "NumericLessThan")}),
            allow("ec2:*", {**WITH, **older("3600", "NumericLessThan")})], found(UNUSED),
           {STOP: "m"}),
    # One mistake is told once.
    Stated("ages-of-which-the-shortest-counts", [ALL, deny("ec2:*", older(["43200", "900"]))],
           found(UNUSED, at=1), {STOP: "m"}),
    Stated("ages-that-are-one", [ALL, deny("ec2:*", older(["900", "900.0"])), deny("rds:*",
            older(["900", "${var.age}"]))], [], {STOP: "m"}),
    Stated("ages-of-which-the-longest-is-too-long", [allow(STOP, {**WITH, **older(["60",
            "999999"], "NumericLessThan")})], found(LONG), {}),
    Stated("ages-of-which-the-longest-is-not-too-short", [allow(STOP, {**WITH, **older(["3600",
            "3600.0"], "NumericLessThan")}), allow(READ, older("60", "NumericLessThan"))],
           found(SHORT, at=1), {}),
    Stated("oneself-under-an-age-limit", [allow("ec2:*"), deny_but(["ec2:StartInstances"], older(
            ["3600", "10"], "ForAllValues:NumericGreaterThanEquals"), Resource=ME)],
           found(ONESELF, ENROLMENT, SHORT, at=1), {}),
    # Ages that another Allow does not ask for, two Denies of one purpose, RCPs, what Sids say of
    # times, of permanent deletion, and of the action that NotAction exempts.
    Stated("age-that-another-allow-does-not-ask", [allow(["ec2:RunInstances", STOP], WITH),
            allow(STOP, {"NumericLessThan": {AGE: 900}})], found(UNUSED, at=1), {STOP: "m"}),
    Stated("age-that-another-allow-does-not-ask-in-part", [allow("ec2:StopInstances", WITH),
            allow(["ec2:TerminateInstances", STOP], {**WITH, "NumericLessThan": {AGE: 900}})],
           found(UNUSED, at=1), {}),
    Stated("age-that-all-ask-for", [allow(["ec2:RunInstances", STOP], {"NumericLessThan": {AGE:
            900}}), allow("ec2:Terminate*", WITH), allow(STOP, {"NumericLessThan": {AGE: 900}})],
           [], {}),
    Stated("age-asked-of-others-by-a-deny", [allow([STOP, "ec2:RunInstances"], WITH), allow(STOP, {
            "NumericLessThan": {AGE: 900}}), deny(STOP, older(900, "NumericGreaterThan"))],
           [], {}),
    Stated("age-asked-elsewhere", [allow(STOP, WITH, Resource="arn:aws:ec2:*:*:instance/i-1"),
            allow(STOP, {"NumericLessThan": {AGE: 900}}, Resource="arn:aws:ec2:*:*:instance/i-2")],
           [], {}),
    # Limits of age beside statements that ask for MFA themselves.
    *[Stated(f"age-of-one-second-{at}", statements, found(UNUSED, at=len(statements) - 1), {})
      for at, statements in enumerate((
          [allow(STOP, {**WITH, **older("3600", "NumericEquals")})],
          [ALL, deny_but(CARE, WITHOUT), deny_but(CARE, older("3600", "NumericEquals"))]))],
    *[Stated(f"longer-limit-elsewhere-{at}", statements, found(UNUSED, at=1) if wrong else [], {},
             kind)
      for at, (kind, statements, wrong) in enumerate((
          (None, [allow("*", {**WITH, **older("43200", "NumericLessThan")}), allow(STOP, older(
              "300", "NumericLessThan")), allow(CARE)], True),
          ("trust", [trust(ACCOUNT, older("43200", "NumericLessThan")), trust({"AWS":
              "arn:aws:iam::123456789012:user/ann"}, older("300", "NumericLessThan"))], True),
          (None, [allow("s3:*", older("43200", "NumericLessThan")), allow(STOP, older("300",
              "NumericLessThan"))], False),
          (None, [allow("ec2:*", older("300", "NumericLessThan")), allow(STOP, older("300",
              "NumericLessThan"))], False),
          (None, [allow("ec2:*", older("43200", "NumericLessThan")), allow(STOP, older("300",
              "NumericLessThan")), deny(STOP, older("300"))], False)))],
    *[Stated(f"window-of-ages-{at}", [ALL, deny_but(CARE, WITHOUT), *denials],
            found(UNUSED, at=2) if wrong else [], {})
      for at, (denials, wrong) in enumerate((
          ([deny("ec2:*", {**older("3600", "NumericGreaterThan"),
              **older("43200", "NumericLessThan")})], True),
          ([deny("ec2:*", {**older("3600", "NumericGreaterThan"),
              **older("28800", "NumericLessThanEquals")})], True),
          ([deny("ec2:*", older("3600", "NumericGreaterThan"))], False)))],
    # A plain Allow gives the same, and a Deny stops only those without MFA.
    *[Stated(f"age-beside-a-plain-allow-{at}", [*statements, allow(when or STOP, older("900",
            "NumericLessThan"))], [("age-never-counts", f"Statement[{len(statements)}]")] if wrong
            else [], {})
      for at, (statements, when, wrong) in enumerate((
          ([allow("ec2:*"), deny_but(CARE, WITHOUT)], None, True),
          ([allow("ec2:*"), deny(STOP, WITHOUT)], None, True),
          ([ALL, deny_but(CARE, WITHOUT)], ["iam:*", "kms:*"], True),
          ([allow("ec2:*"), deny_but(CARE, WITHOUT), deny(STOP, older("900"))], None, False),
          ([allow("ec2:*"), deny_but(CARE, older("7200"))], None, False),
          ([allow("ec2:Describe*"), deny_but(CARE, WITHOUT)], ["ec2:Describe*", STOP], False),
          ([allow("s3:*"), deny_but(CARE, WITHOUT)], None, False)))],
    # What a Deny stops with MFA as well has no limit to make void.
    Stated("limit-under-a-full-deny", [allow(STOP, older("3600", "NumericLessThan")),
            allow("ec2:*"), deny("ec2:*")], found("superfluous-statement"), {}),
]
# fmt: on
