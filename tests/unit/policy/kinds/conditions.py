"""Conditions that do not say what they seem to: of the wrong kind, too many, or without effect."""

from __future__ import annotations

from policy.statements import (
    AGE,
    ALL,
    BUCKET,
    CARE,
    ENROLMENT,
    ME,
    OFF,
    PRESENT,
    READ,
    SAML,
    STOP,
    TEXT,
    UNFILLED,
    WITH,
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
    # What a template is to fill in is unknown; the rest is still judged.
    *[Stated(f"filled-in-{number}", [allow("ec2:*", {"Bool": {PRESENT: each},
            "NumericLessThan": {AGE: each}, each: {each: each}}, Sid=each)], [], {STOP: ""})
      for number, each in enumerate(UNFILLED)],
    Stated("variables-as-values", [allow("ec2:*", on("Bool", PRESENT, "${aws:username}")),
            deny("ec2:*", on("NumericLessThan", AGE, "an hour"))], [*found("not-a-boolean"),
            *found("age-not-a-number", at=1)], {}),
    # Lists and blocks that are empty.
    Stated("empty-value-for-mfa", [allow(STOP, on("Bool", PRESENT, []))],
           found("not-a-boolean"), {}),
    # The same in other forms: another case, lists, other operators, several keys.
    Stated("text-is-not-true", [ALL, deny("ec2:*", on("StringNotEquals", PRESENT, "true"))],
           found("wrong-operator", at=1), {}),
    Stated("text-in-any-case", [allow("ec2:*", on("StringEqualsIgnoreCase", PRESENT, "TRUE"))],
           found("wrong-operator"), {}),
    Stated("no-values", [allow("ec2:*", on("Bool", PRESENT, []))], found("not-a-boolean"),
           {STOP: ""}),
    Stated("the-same-value-twice", [allow("ec2:*", on("Bool", PRESENT, ["true", True]))], [],
           {STOP: "m"}),
    Stated("one-value-of-two-is-none", [allow("ec2:*", on("Bool", PRESENT, ["true", "yes"]))],
           found("not-a-boolean"), {}),
    Stated("blank-before-value", [allow("ec2:*", on("Bool", PRESENT, " true"))],
           found("not-a-boolean"), {}),
    Stated("value-of-a-variable", [allow("ec2:*", on("Bool", PRESENT, "${aws:PrincipalTag/mfa}"))],
           found("not-a-boolean"), {}),
    Stated("two-keys-of-one-operator", [allow("ec2:*", {"Bool": {PRESENT: "true",
            "aws:SecureTransport": "true"}})], [], {STOP: "m"}),
    Stated("age-of-a-variable", [allow("ec2:*", on("NumericLessThan", AGE,
            "${aws:PrincipalTag/age}"))], found("age-not-a-number"), {}),
    # Limits of age: only an upper bound can be too short.
    Stated("deny-after-15m", [ALL, deny("ec2:*", older("15m"))], found("age-not-a-number", at=1),
           {}),
    Stated("longest-session", [ALL, deny("ec2:*", older("129600"))], [], {STOP: "m"}),
    # One mistake has one finding.
    Stated("own-removal-behind-no-boolean", [allow(OFF, Resource=ME), deny_but(CARE,
            on("BoolIfExists", PRESENT, "no"))], found("not-a-boolean", at=1), {}),
    # What the text of a condition of another operator comes to, and what else is wrong beside it.
    Stated("text-and-no-enrolment", [deny("*", on("StringEqualsIfExists", PRESENT, "false"))],
           found("wrong-operator", ENROLMENT), {}),
    Stated("text-that-asks", [allow("ec2:*", on("StringEquals", PRESENT, "true"))],
           found("wrong-operator"), {STOP: "m"}),
    Stated("bool-of-an-age-beside-a-right-one", [deny("ec2:*", {"BoolIfExists": {PRESENT: "false"},
            "Bool": {AGE: 3600}})], found("wrong-operator"), {}),
    Stated("no-boolean-and-no-enrolment", [deny("*", on("BoolIfExists", PRESENT, "no"))],
           found("not-a-boolean", ENROLMENT), {}),
    # Values of a type that the operator does not compare.
    Stated("network-as-text", [allow(STOP, {**WITH, "StringEquals": {"aws:SourceIp": [
            "192.0.2.7", "198.51.100.0/24"]}}), deny(STOP, on("StringNotLikeIfExists",
            "aws:VpcSourceIp", "10.0.0.0/8"))], [*found(TEXT), *found(TEXT, at=1)], {}),
    Stated("address-as-text", [allow(STOP, {**WITH, "StringLike": {"aws:SourceIp": [
            "192.0.2.7", "198.51.100.*"]}})], [], {}),
    Stated("number-in-brackets", [allow("s3:*", on("NumericLessThan", "s3:max-keys", "[MOST]"))],
           [], {}),
    # ForAllValues, with an Allow of requests without the key.
    *[Stated(f"for-all-values-of-{number}", [allow("*", {**WITH, **more})], found(*rules), {})
      for number, (more, rules) in enumerate((
            (on("ForAllValues:StringEquals", "aws:PrincipalTag/Team", ["a", "b"]), [TEXT]),
            (on("ForAllValues:StringLike", "aws:ResourceTag/Team", "a*"), [TEXT]),
            (on("ForAllValues:IpAddress", "aws:SourceIp", "192.0.2.0/24"), [TEXT]),
            ({**on("ForAllValues:StringEquals", "aws:PrincipalTag/Team", "a"),
              **on("StringLike", "aws:PrincipalTag/Team", "*")}, []),
            (on("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"]), []),
            (on("ForAllValues:StringEqualsIfExists", "aws:PrincipalTag/Team", "a"), []),
            (on("ForAllValues:StringNotEquals", "aws:PrincipalTag/Team", "a"), []),
            ({**on("ForAllValues:StringEquals", "aws:PrincipalTag/Team", "a"),
              **on("Null", "aws:PrincipalTag/Team", "false")}, []),
            (on("StringEquals", "aws:PrincipalTag/Team", "a"), [])))],
    # A Deny is wider by it.
    *[Stated(f"for-all-values-in-a-deny-{number}", [ALL, deny("ec2:*", on(operator, key, value))],
             found(*rules, at=1), {})
      for number, (operator, key, value, rules) in enumerate((
            ("ForAllValues:ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*", [TEXT]),
            ("ForAllValues:StringEquals", "aws:PrincipalTag/Team", "a", [TEXT]),
            ("ForAnyValue:StringEquals", "aws:PrincipalTag/Team", "a", []),
            ("ForAllValues:StringNotLike", "aws:TagKeys", "a", []),
            ("StringEqualsIfExists", "sts:ExternalId", "a", [])))],
    # What a stranger's third series of policies showed.
    *[Stated(f"sign-in-by-{operator}-{key}", [{**trust(SAML, {**on("StringEquals", "SAML:aud",
            "https://signin.aws.amazon.com/saml"), **on(operator, key, "mfa")}), "Action":
            "sts:AssumeRoleWithSAML"}], found(*rules), {})
      for operator, key, rules in (
            ("ForAllValues:StringEquals", "SAML:eduPersonAssurance", [TEXT]),
            ("ForAnyValue:StringEquals", "SAML:eduPersonAssurance", []))],
    Stated("all-values-of-amr", [{**trust({"Federated": "cognito-identity.amazonaws.com"}, {
            "ForAllValues:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}),
            "Action": "sts:AssumeRoleWithWebIdentity"}], found(TEXT), {}),
    # An external id that the caller may leave out.
    *[Stated(f"external-id-{number}", [trust({"AWS": "123456789012"}, {**WITH, **more}), *others],
             found(*rules), {})
      for number, (more, others, rules) in enumerate((
          (on("StringEqualsIfExists", "sts:ExternalId", "b7-11"), [], [TEXT]),
          (on("ForAnyValue:StringLikeIfExists", "sts:ExternalId", "b7-*"), [], [TEXT]),
          (on("StringEquals", "sts:ExternalId", "b7-11"), [], []),
          ({**on("StringEqualsIfExists", "sts:ExternalId", "b7-11"),
            **on("Null", "sts:ExternalId", "false")}, [], []),
          (on("StringEqualsIfExists", "sts:ExternalId", "b7-11"), [trust({"AWS": "123456789012"},
            on("Null", "sts:ExternalId", "true"), "Deny")], [])))],
    # Times, and services on the way.
    *[Stated(f"time-by-{operator}", [allow("ec2:*", {**WITH, **on(operator, "aws:CurrentTime",
            value)})], found(TEXT) if wrong else [], {})
      for operator, value, wrong in (
          ("StringLike", "2027-*", True), ("DateEquals", "2027-01-04", True),
          ("DateGreaterThanEquals", "2027-01-04", False))],
    *[Stated(f"through-a-service-{at}", [allow(READ, {**WITH, **when}, Resource=BUCKET)],
            found(TEXT) if wrong else [], {})
      for at, (when, wrong) in enumerate((
          (on("ForAllValues:StringEquals", "aws:CalledVia", "athena.amazonaws.com"), True),
          ({**on("ForAllValues:StringEquals", "aws:CalledVia", "athena.amazonaws.com"),
            **on("Null", "aws:CalledVia", "false")}, False),
          (on("ForAnyValue:StringEquals", "aws:CalledVia", "athena.amazonaws.com"), False)))],
]
# fmt: on
