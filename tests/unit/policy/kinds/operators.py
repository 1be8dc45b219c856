"""Condition operators that IAM does not have, and the ones that were meant."""

from __future__ import annotations

from policy.statements import (
    ALL,
    CARE,
    ENROLMENT,
    KEY,
    ME,
    NO_AGE,
    OFF,
    OPERATOR,
    PRESENT,
    PUBLIC,
    READ,
    STOP,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    on,
)

# fmt: off
KINDS = [
    # Two typos in one condition.
    Stated("blanks-in-both", [ALL, deny("ec2:*", on(" NumericGreaterThanIfExists ",
            "aws: MultiFactorAuthAge", "900"))], found(OPERATOR, KEY, at=1), {}),
    Stated("misspelt-both", [deny("ec2:*", on("BoolIfExist", "aws:MultiFactorAuthPresence",
            "false"))], found(OPERATOR, KEY), {}),
    Stated("blank-in-operator", [allow("ec2:*", on("Bool ", PRESENT, "true"))], found(OPERATOR),
           {}),
    # One mistake has one finding.
    Stated("own-removal-behind-a-misspelt-operator", [allow(OFF, Resource=ME), deny_but(CARE,
            on("ConditionIfBoolExists", PRESENT, "false"))], found(OPERATOR, at=1), {}),
    # What the text of a condition of another operator comes to, and what else is wrong beside it.
    Stated("misspelt-operator-and-no-enrolment", [deny("*", on("BoolIfExist", PRESENT, "false"))],
           found(OPERATOR, ENROLMENT), {}),
    # A public Allow of which no Deny asks MFA.
    Stated("public-beside-deny-of-else", [allow(READ, **PUBLIC), deny("s3:DeleteObject", NO_AGE,
            **PUBLIC), deny(READ, Principal="*", Resource="arn:aws:s3:::books/secret")], [], {}),
    # One mistake is told once.
    Stated("operator-and-key-swapped", [{**allow(STOP, on(PRESENT, "Bool", "true")),
            "Sid": "StopWithMFA"}], [(OPERATOR, "StopWithMFA")], {}),
]
# fmt: on
