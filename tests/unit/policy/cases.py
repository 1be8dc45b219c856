"""Random policies and requests of few parts, so that they often match each other.

All policies are valid; about invalid ones the two evaluators may disagree.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

from mfa_session.policy.credentials import MFA_PRESENT

if TYPE_CHECKING:
    from mfa_session.policy.credentials import Credentials

CAROL = "arn:aws:iam::123456789012:user/carol"
ROLE = "arn:aws:iam::123456789012:role/eng/Deploy"
SESSION = "arn:aws:sts::123456789012:assumed-role/Deploy/carol"

ACTIONS = ("ec2:StopInstances", "ec2:StartInstances", "s3:GetObject", "iam:ListUsers", "kms:Sign")
ACTION_PATTERNS = (
    *ACTIONS, "*", "ec2:*", "ec2:stop*", "EC2:St?pInstances", "s3:Get*", "*:*",
    "iam:List*", "k*:*n",
)  # fmt: skip
RESOURCES = (
    "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
    "arn:aws:s3:::books/carol/novel",
    "arn:aws:s3:::books/dave/poem",
    "arn:aws:iam::123456789012:user/carol",
)
RESOURCE_PATTERNS = (
    *RESOURCES, "*", "arn:aws:s3:::books/*", "arn:aws:s3:::books/${aws:username}/*",
    "arn:*:instance/i-?",
    "arn:aws:iam::*:user/${aws:username}", "arn:aws:s3:::${aws:PrincipalTag/team, 'books'}/*",
    "arn:aws:ec2:*:123456789012:*", "arn:aws:s3:::books/${*}",
)  # fmt: skip
PRINCIPALS: tuple[Any, ...] = (
    "*", {"AWS": "*"}, {"AWS": "123456789012"}, {"AWS": "arn:aws:iam::123456789012:root"},
    {"AWS": CAROL}, {"AWS": [ROLE, "999999999999"]}, {"AWS": SESSION}, {"AWS": "999999999999"},
    {"Service": "ec2.amazonaws.com"}, {"AWS": "arn:aws:iam::123456789012:user/dave"},
)  # fmt: skip

# Key → the values it may have in a request; None: the key is absent.
FACTS: dict[str, tuple[tuple[str, ...] | None, ...]] = {
    "aws:PrincipalTag/team": (None, ("books",), ("films",), ("*",)),
    "aws:SourceIp": (("192.0.2.7",), ("2001:db8::7",)),
    "aws:TagKeys": (None, ("team",), ("team", "cost"), ()),
    "aws:CurrentTime": (("2031-05-01T12:00:00Z",), ("2031-05-01T12:00:00.5+02:00",)),
    "s3:max-keys": (None, ("10",), ("100",), ("9.5",)),
    "iam:PolicyARN": (None, (CAROL,), ("arn:aws:sns:eu-west-1:123456789012:t:sub",), ("none",)),
    "ec2:Owner": (None, ("amazon",)),
    "s3:signature": (None, ("QmluYXJ5",)),
}
TEXTS = ("books", "BOOKS", "b*", "*", "team", "${aws:username}", "${aws:PrincipalTag/team}",
         "${ec2:Owner, 'books'}", "carol", "?ooks", "${?}ooks")  # fmt: skip
_STRING_KEYS = ("aws:PrincipalTag/team", "aws:username", "aws:TagKeys", "ec2:Owner")
_NUMBERS = ("10", "9.5", "3600", "100", 10, 3600, "-1", "1e2")
_DATES = ("2031-05-01T12:00:00Z", "2031-05-01", "1935489600", "2031-05-01T10:00:00.5Z", "2030-01")
_ARNS = (
    CAROL,
    "arn:aws:sns:*:123456789012:*",
    "arn:*:iam::*:user/${aws:username}",
    "arn:aws:s?s:*:*:*",
)
_NETWORKS = ("192.0.2.0/24", "192.0.2.7", "10.0.0.0/8", "2001:db8::/32")
_BOOLEANS = ("true", "false", True, False, "TRUE")
_ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_TYPES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[Any, ...]], ...] = (
    (("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
      "StringNotEqualsIgnoreCase"), _STRING_KEYS, TEXTS),
    (tuple(f"Numeric{order}" for order in _ORDERS), ("s3:max-keys", "aws:MultiFactorAuthAge"),
     _NUMBERS),
    (tuple(f"Date{order}" for order in _ORDERS), ("aws:CurrentTime",), _DATES),
    (("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), ("iam:PolicyARN", "aws:PrincipalArn"),
     _ARNS),
    (("IpAddress", "NotIpAddress"), ("aws:SourceIp",), _NETWORKS),
    (("Bool",), ("aws:MultiFactorAuthPresent", "aws:SecureTransport"), _BOOLEANS),
    (("BinaryEquals",), ("s3:signature",), ("QmluYXJ5", "T3RoZXI=")),
)  # fmt: skip


class Case(NamedTuple):
    """A policy, a question, and the request's keys (None: the key is absent)."""

    policy: dict[str, Any]
    action: str
    resource: str
    facts: dict[str, tuple[str, ...] | None]


class Dice(random.Random):
    """Makes random cases, the same ones from the same seed."""

    def case(self) -> Case:
        """Make a case."""
        action = self.choice((*ACTIONS, "ec2:StopInstances"))
        return Case(self.policy(), action, self.choice(RESOURCES), self.facts())

    def facts(self) -> dict[str, tuple[str, ...] | None]:
        """Make the request's keys."""
        return {key: self.choice(values) for key, values in FACTS.items()}

    def policy(self, *, named: bool | None = None) -> dict[str, Any]:
        """Make a policy, one with principals where `named`."""
        named = self.random() < 0.3 if named is None else named
        statements = [self.statement(named=named) for _ in range(self.randint(1, 6))]
        version = self.choice(("2012-10-17", "2012-10-17", "2008-10-17", None))
        head: dict[str, Any] = {"Version": version} if version else {}
        return {**head, "Statement": statements if self.random() < 0.9 else statements[0]}

    def statement(self, *, named: bool, effect: str | None = None) -> dict[str, Any]:
        """Make a statement."""
        made: dict[str, Any] = {"Effect": effect or self.choice(("Allow", "Allow", "Deny"))}
        if named:
            made["Principal"] = self.choice(PRINCIPALS)
        action = "NotAction" if self.random() < 0.2 else "Action"
        made[action] = self._one_or_more((*ACTION_PATTERNS, *(["ec2:*", "*"] * 5)))
        resource = "NotResource" if self.random() < 0.2 else "Resource"
        made[resource] = self._one_or_more((*RESOURCE_PATTERNS, *(["*"] * 9)))
        if self.random() < 0.6:
            made["Condition"] = self.conditions()
        return made

    def conditions(self) -> dict[str, Any]:
        """Make a Condition block."""
        block: dict[str, Any] = {}
        for _ in range(self.choice((1, 1, 1, 2, 3))):
            operator, key, values = self._comparison()
            block.setdefault(operator, {})[key] = values
        return block

    def _comparison(self) -> tuple[str, str, Any]:
        operators, keys, values = self.choice(_TYPES)
        key = self.choice(keys)
        if self.random() < 0.1:
            return "Null", key, self._one_or_more(_BOOLEANS)
        operator = self.choice(operators)
        operator = self.choice(("", "", "ForAnyValue:", "ForAllValues:")) + operator
        return operator + self.choice(("", "IfExists")), key, self._one_or_more(values)

    def _one_or_more(self, values: tuple[Any, ...]) -> Any:
        if self.random() < 0.6:
            return self.choice(values)
        return self.choices(values, k=self.randint(1, 3))


def has_mfa(kind: Credentials) -> bool:
    """Say whether AWS sees MFA of these credentials."""
    return kind.facts.one(MFA_PRESENT) == "true"
