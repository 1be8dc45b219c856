"""The condition operators of IAM's policy language, read in any case."""

from __future__ import annotations

from typing import NamedTuple

_ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    *(f"Numeric{order}" for order in _ORDERS),
    *(f"Date{order}" for order in _ORDERS),
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
)
QUALIFIERS = ("ForAllValues", "ForAnyValue")
_BY_LOWER_CASE = {operator.lower(): operator for operator in OPERATORS}
_QUALIFIERS_BY_LOWER_CASE = {qualifier.lower(): qualifier for qualifier in QUALIFIERS}
_IF_EXISTS = "ifexists"


class Operator(NamedTuple):
    """An operator's parts: `name` as IAM writes it, or as found where it is not `known`."""

    name: str
    qualifier: str | None
    if_exists: bool
    known: bool


def read_operator(written: str) -> Operator:
    """Take an operator apart, such as `ForAnyValue:StringLikeIfExists`."""
    before, colon, rest = written.rpartition(":")
    qualifier = _QUALIFIERS_BY_LOWER_CASE.get(before.lower())
    if_exists = rest.lower().endswith(_IF_EXISTS)
    base = rest[: -len(_IF_EXISTS)] if if_exists else rest
    name = _BY_LOWER_CASE.get(base.lower())
    if name is None or (colon and qualifier is None) or (name == "Null" and if_exists):
        return Operator(written, None, if_exists=False, known=False)
    return Operator(name, qualifier, if_exists, known=True)
