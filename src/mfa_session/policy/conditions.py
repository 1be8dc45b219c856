"""Evaluate conditions, whose keys may be present, absent or unknown (IAM reference, operators).

A policy's value of another type than the operator's is unknown: IAM rejects it.
"""

from __future__ import annotations

import functools
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from decimal import Decimal
from typing import NamedTuple

from mfa_session.policy.credentials import Range, RequestContext, Truth, all_of, any_of, negate
from mfa_session.policy.patterns import NAME, UNKNOWN, Query, Row, covers, fill, folded
from mfa_session.policy.statement import Condition


class Operator(NamedTuple):
    """An operator, in IAM's spelling if it is `known`."""

    operator: str
    qualifier: str | None
    if_exists: bool
    known: bool


def read_operator(written: str) -> Operator:
    """Read an operator, such as `ForAnyValue:StringLikeIfExists`."""
    before, colon, rest = written.rpartition(":")
    qualifier = _QUALIFIERS_BY_LOWER_CASE.get(before.lower())
    base = re.sub(r"(?i)ifexists\Z", "", rest)
    if_exists = base != rest
    name = _OPERATORS_BY_LOWER_CASE.get(base.lower())
    if name is None or (colon and qualifier is None) or (name == "Null" and if_exists):
        return Operator(written, None, if_exists=False, known=False)
    return Operator(name, qualifier, if_exists, known=True)


class Comparison(NamedTuple):
    """What decides whether a condition is met; the key in lower case."""

    operator: str
    qualifier: str | None
    if_exists: bool
    known: bool
    key: str
    values: tuple[str, ...]


def comparison(condition: Condition) -> Comparison:
    """Return what thousands of statements share."""
    return Comparison(
        condition.operator,
        condition.qualifier,
        condition.if_exists,
        condition.known,
        condition.key.lower(),
        condition.values,
    )


def question_of(condition: Condition) -> tuple[Comparison, bool]:
    """Return what decides an unknown condition, and the answer that meets it.

    A condition and its opposite (`StringEquals` and `StringNotEquals`) have the same.
    """
    asked = comparison(condition)
    asked = asked._replace(values=tuple(sorted(asked.values)))
    is_there, alone = asked.key in THERE_IF_UNKNOWN, len(asked.values) == 1
    changes_nothing = asked.operator in OPPOSITES  # which an absent key meets anyway
    if asked.qualifier or (asked.if_exists and not (is_there or changes_nothing)):
        return asked, True
    asked = asked._replace(if_exists=False)
    if asked.operator == "Null" and alone:
        return asked._replace(operator=ABSENT, values=()), asked.values[0].lower() == "true"
    opposite = OPPOSITES.get(asked.operator)
    if is_there and alone:
        opposite = opposite or _ORDERS_TURNED.get(asked.operator)
    return asked._replace(operator=opposite or asked.operator), opposite is None


def plain_question(condition: Condition) -> tuple[Comparison, bool]:
    """Return what decides a condition, and the answer that meets it: true and false are two."""
    asked, met = question_of(condition)
    said = [each.lower() for each in asked.values]
    if asked.operator == "Bool" and said in (["true"], ["false"]):
        return asked._replace(values=()), said == ["true"]
    return asked, met


def exclude(some: Iterable[Condition], others: Iterable[Condition]) -> bool:
    """Say whether no request meets both: one of them holds where one of the others does not."""
    answers = set(map(plain_question, some))
    return any((asked, not met) in answers for asked, met in map(plain_question, others))


def is_met(
    condition: Condition | Comparison, context: RequestContext, *, variables: bool = True
) -> Truth:
    """Say whether a request with this context meets a condition.

    `variables`: the policy's version has policy variables.
    """
    if not condition.known:
        return None
    within = context.within(condition.key)
    if within is None and not context.knows(condition.key):
        return False if variables and _compares_with_nothing(condition, context) else None
    if isinstance(within, frozenset):
        cases = [RequestContext({}, {condition.key: each}).over(context) for each in within]
        truths = {is_met(condition, case, variables=variables) for case in cases}
        return truths.pop() if len(truths) == 1 else None
    found = context.values(condition.key) if within is None else (within,)
    absent = found is None
    if condition.operator == "Null":
        return any_of(_bool(str(absent), text) for text in condition.values)
    if absent and condition.if_exists:
        return True
    plain = OPPOSITES.get(condition.operator, condition.operator)
    negated = plain != condition.operator
    filling = context if variables else None
    compare: Callable[..., Truth] = COMPARISONS[plain]
    if within is not None:
        among = _compare_text if isinstance(within, str) else _compare_range
        compare = functools.partial(among, plain)
    matches = [
        any_of(compare(value, wanted, filling) for wanted in condition.values)
        for value in found or ()
    ]
    every = negated if condition.qualifier is None else condition.qualifier == "ForAllValues"
    return (all_of if every else any_of)(negate(each) if negated else each for each in matches)


def _compares_with_nothing(condition: Condition | Comparison, context: RequestContext) -> bool:
    """Say whether no value of the key meets it, since its variables have none."""
    if condition.if_exists or condition.qualifier == "ForAllValues":
        return False
    is_text = condition.operator in {"StringEquals", "StringLike", "StringEqualsIgnoreCase"}
    return is_text and all(fill(each, context).row is None for each in condition.values)


def is_met_without_key(condition: Condition) -> Truth:
    """Say whether a request that lacks the condition's key meets it."""
    return is_met(condition, RequestContext({condition.key: None}))


# Only strings and ARNs have variables.
Compare = Callable[[str, str, "RequestContext | None"], Truth]

_ARN_COLONS = 5
_COLON = re.compile(r":(?![^{}]*\})")  # but for that of a variable
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_EPOCH = re.compile(r"\d+(\.\d+)?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?)?)?",
    re.ASCII,
)


def _string(*, wildcards: bool = False, symbols: Callable[[Iterable[str]], Row] = tuple) -> Compare:
    def compare(value: str, wanted: str, facts: RequestContext | None) -> Truth:
        row = fill(wanted, facts, wildcards=wildcards).row
        return row is not None and covers(symbols(row), symbols(value))

    return compare


def _arn_like(value: str, wanted: str, facts: RequestContext | None) -> Truth:
    """Compare part by part: a wildcard does not match a colon."""
    row = fill(wanted, facts).row
    if row is None or value.count(":") < _ARN_COLONS:
        return False
    if NAME in row or UNKNOWN in row:  # the value may have several parts
        return None if covers(row, tuple(value)) is None else False
    if row.count(":") < _ARN_COLONS:
        return None
    parts = zip(_arn_parts(row), _arn_parts(tuple(value)), strict=True)
    return all_of(covers(part, asked) for part, asked in parts)


def _arn_parts(row: Row) -> list[Row]:
    parts, rest = [], row
    for _ in range(_ARN_COLONS):
        colon = rest.index(":")
        parts.append(rest[:colon])
        rest = rest[colon + 1 :]
    return [*parts, rest]


def _bool(value: str, wanted: str, _: object = None) -> Truth:
    return value.lower() == wanted.lower() if wanted.lower() in {"true", "false"} else None


def _ip_address(value: str, wanted: str, _: object) -> Truth:
    addresses = network(wanted)
    if addresses is None:
        return None
    try:
        return ipaddress.ip_address(value) in addresses
    except ValueError:
        return False


def hold_all_addresses(networks: Iterable[str]) -> bool:
    """Say whether networks hold all IPv4 addresses."""
    known = filter(None, map(network, networks))
    all_of_v4 = [each for each in known if isinstance(each, ipaddress.IPv4Network)]
    return any(each.prefixlen == 0 for each in ipaddress.collapse_addresses(all_of_v4))


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Read a network; None if it is none."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _ordered(read: Callable[[str], Decimal], order: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compare(value: str, wanted: str, _: object) -> Truth:
        try:
            limit = read(wanted)
        except ValueError:
            return None
        try:
            return order(read(value), limit)
        except ValueError:
            return False

    return compare


def number(text: str) -> Decimal:
    """Return a number; ValueError for another text."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def moment(text: str) -> Decimal:
    """Return seconds since 1970, from such a number or a date (W3C's profile of ISO 8601)."""
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    *numbers, fraction, zone = found.groups()
    year, month, day, hour, minute, second = (int(n) if n else 0 for n in numbers)
    moment = datetime(year, month, day or 1, hour, minute, second, tzinfo=timezone.utc)
    seconds = int(moment.timestamp())
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        seconds += offset if zone[0] == "-" else -offset
    return Decimal(seconds) + Decimal(f"0.{fraction or 0}")


_READERS = {"Numeric": number, "Date": moment}
_ORDERED: dict[str, tuple[Callable[[str], Decimal], Callable[[Decimal, Decimal], bool]]] = {
    f"{kind}{name}": (read, order)
    for kind, read in _READERS.items()
    for name, order in (
        ("Equals", operator.eq),
        ("LessThan", operator.lt),
        ("LessThanEquals", operator.le),
        ("GreaterThan", operator.gt),
        ("GreaterThanEquals", operator.ge),
    )
}
COMPARISONS: dict[str, Compare] = {
    "StringEquals": _string(),
    "StringEqualsIgnoreCase": _string(symbols=folded),
    "StringLike": _string(wildcards=True),
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "BinaryEquals": lambda value, wanted, _: value == wanted,
    "IpAddress": _ip_address,
    **{name: _ordered(*each) for name, each in _ORDERED.items()},
}
# Each is true if the other is false.
OPPOSITES = {
    name: name.replace("Not", "")
    for name in (
        "StringNotEquals",
        "StringNotEqualsIgnoreCase",
        "StringNotLike",
        "ArnNotEquals",
        "ArnNotLike",
        "NumericNotEquals",
        "DateNotEquals",
        "NotIpAddress",
    )
}
NEGATED = {plain: negated for negated, plain in OPPOSITES.items()}
_ORDERS_TURNED = {
    f"{kind}GreaterThan{end}": f"{kind}LessThan{other}"
    for kind in _READERS
    for end, other in (("", "Equals"), ("Equals", ""))
}
ABSENT = "absent"  # what Null asks, as a question
# Keys that are known to be there if their value is not.
THERE_IF_UNKNOWN = {
    "aws:multifactorauthage",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:requestedregion",
    "aws:tokenissuetime",
    "aws:userid",
    "aws:username",
}
OPERATORS = (*COMPARISONS, *OPPOSITES, "Null")
_OPERATORS_BY_LOWER_CASE = {name.lower(): name for name in OPERATORS}
_QUALIFIERS_BY_LOWER_CASE = {name.lower(): name for name in ("ForAllValues", "ForAnyValue")}


def is_readable(condition: Condition, value: str) -> bool:
    """Say whether a policy's value has the operator's type."""
    plain = OPPOSITES.get(condition.operator, condition.operator)
    compare = COMPARISONS.get("Bool" if plain == "Null" else plain)
    is_open = plain.startswith("Arn") and "$" in value
    an_arn = _ARN_COLONS * ":"  # which no other type is
    return compare is None or is_open or compare(an_arn, value, None) is not None


def is_accepted(condition: Condition) -> bool:
    """Say whether IAM accepts a condition's operator and values."""
    return condition.known and all(is_readable(condition, each) for each in condition.values)


def _compare_range(operator_name: str, between: Range, wanted: str, _: object) -> Truth:
    if operator_name not in _ORDERED:
        return None
    read, order = _ORDERED[operator_name]
    try:
        limit = read(wanted)
    except ValueError:
        return None
    low, high = map(Decimal, between)
    if order is operator.eq and low < limit < high:
        return None
    at_low = order(low, limit)
    return at_low if order(high, limit) is at_low else None


def _compare_text(
    operator_name: str, within: str, wanted: str, facts: RequestContext | None
) -> Truth:
    """Compare an unknown ARN or name of a pattern; ARNs part by part, but for the partition."""
    parts = _COLON.split(wanted, _ARN_COLONS)
    is_arn = len(parts) > _ARN_COLONS
    if operator_name == "StringEquals" and {"*", "?"} & set(wanted):
        return None if "$" in wanted else False  # no name or ARN has a wildcard
    if operator_name not in {"StringEquals", "StringLike"} and not (
        is_arn and operator_name in {"ArnEquals", "ArnLike"}
    ):
        return None
    if not is_arn or within.count(":") < _ARN_COLONS:
        if wanted.startswith("arn:"):
            within = within.replace("arn:*:", f"arn:{wanted.split(':')[1]}:", 1)
        return Query(within).covered_by(wanted, facts)
    compared = zip(within.split(":", _ARN_COLONS), parts, strict=True)
    _, _, *others = (Query(asked).covered_by(pattern, facts) for asked, pattern in compared)
    return all_of(others)
