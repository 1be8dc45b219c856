"""Condition operators that IAM does not have, and the ones that were meant."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from mfa_session.model.text import nearest_of
from mfa_session.policy.conditions import COMPARISONS, NEGATED, OPERATORS, OPPOSITES
from mfa_session.policy.credentials import MFA_PRESENT
from mfa_session.policy.fixes import with_operator
from mfa_session.policy.mfa import BOOLEANS
from mfa_session.policy.rules.keys import misspelt, with_right_key
from mfa_session.policy.rules.rule import ERROR, REJECTED, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.values import DATES, patterns_as_text
from mfa_session.policy.statement import Condition

UNKNOWN_OPERATOR = Rule(
    "unknown-operator",
    ERROR,
    "IAM has no such condition operator and rejects the policy.",
)

_QUALIFIERS = ("ForAllValues", "ForAnyValue")
_WRITTEN_OPERATORS = {
    f"{qualifier}{name}{ending}".lower()
    for qualifier in ("", *(f"{each}:" for each in _QUALIFIERS))
    for name in OPERATORS
    for ending in ("", "IfExists")
}
_PLAIN = {name.lower(): name for name in (*COMPARISONS, "Null")}
# How the names of a family of operators begin, and how people begin them.
_FAMILIES = {
    "Arn": "arn",
    "Binary": "binary",
    "Date": "date|time",
    "IpAddress": "ip|cidr|sourceip",
    "Null": "null",
    "Numeric": "num(?:eric|ber)?|int(?:eger)?",
    "String": "str(?:ing)?s?(?=equal|like|comp|match|contain|start|end|begin|reg|$)",
}
_family = re.compile("|".join(f"(?P<{name}>{begins})" for name, begins in _FAMILIES.items())).match
_of_no_family = re.compile("equal|like|less|greater|match|contain|start|end|begin|reg").match
_if_exists = re.compile("(if)?ex[ist]{3,}|if$")
_OTHERWISE = "use one of IAM's condition operators"
_in_part = re.compile("(contain)|(start|begin|prefix)|(end|suffix)").search
_of_expressions = re.compile(r"[\^$()|\[\\+]|\.\*").search
_ORDERS = (
    (re.compile("after|later|above|more"), "greaterthan"),
    (re.compile("before|earlier|below|fewer"), "lessthan"),
)


def check_operators(subject: Subject) -> Flaws:
    """Find operators that IAM does not have."""
    for condition in subject.statement.conditions:
        if condition.known or condition.is_unfilled:
            continue
        near = _nearest_operator(condition)
        meant = f"; {near} was probably meant" if near else ""
        if condition.key.lower() in _WRITTEN_OPERATORS:
            meant = ": operator and key are swapped"
        other = _other_value(condition, near or "")
        fix = _with_known_operator(subject, condition, None if other else near)
        told = subject.on_role and condition in subject.mfa_conditions
        cure = subject.cure if fix or told else other or _OTHERWISE
        yield Flaw(
            UNKNOWN_OPERATOR,
            condition.position,
            f"IAM has no condition operator {condition.written!r}{meant}",
            REJECTED,
            cure,
            fix,
        )


def _nearest_operator(condition: Condition) -> str | None:
    """Return the operator that was meant instead of an unknown one: never its opposite."""
    before, colon, name = condition.written.rpartition(":")
    qualifiers = nearest_of(before, _QUALIFIERS, most=1) if colon else []
    letters = re.sub("[^a-z]|^(is|does)", "", name.lower())
    plain = _if_exists.sub("", letters)
    stem = plain.replace("not", "")
    if stem.startswith("bool"):  # none of the others on booleans, as BoolNotEquals
        meant: str | None = "Bool"
    elif not stem:
        return "Null" if plain != letters else None
    else:
        meant = _meant(condition, stem)
        if meant and stem != plain:
            meant = NEGATED.get(meant)
    if meant is None or meant == "Null":
        return meant
    ending = "IfExists" if plain != letters else ""
    if patterns_as_text(replace(condition, operator=meant)):
        meant = "StringNotLike" if meant in OPPOSITES else "StringLike"
    return "".join([*(f"{each}:" for each in qualifiers), meant, ending])


def _meant(condition: Condition, stem: str) -> str | None:
    """Return the nearest operator without a negation, by its family and comparison."""
    for written, order in _ORDERS:
        stem = written.sub(order, stem)
    found = _family(stem)
    if found:
        family, rest = str(found.lastgroup), stem[found.end() :]
    elif _of_no_family(stem):
        family, rest = _family_of_key(condition, stem), stem
    else:
        near = nearest_of(stem, _PLAIN, most=1)
        fits = bool(near) and (near[0] != "bool" or _is_boolean(condition))
        return _PLAIN[near[0]] if fits else None
    likened = _in_part(rest) or rest.startswith(("match", "reg"))
    if family == "String" and likened:
        return "StringLike"
    of_family = {low: name for low, name in _PLAIN.items() if name.startswith(family)}
    near = nearest_of(family.lower() + rest, of_family, most=1) if rest else []
    near = list(of_family) if len(of_family) == 1 else near
    return of_family[near[0]] if near else None


def _family_of_key(condition: Condition, stem: str) -> str:
    key = condition.key.lower()
    if key.endswith("arn"):
        return "Arn"
    if key.endswith("sourceip"):
        return "IpAddress"
    if key in DATES:
        return "Date"
    if stem.startswith(("less", "greater")):
        return "Numeric"
    return "Bool" if _is_boolean(condition) and "/" not in key else "String"


def _is_boolean(condition: Condition) -> bool:
    return BOOLEANS.issuperset(map(str.lower, condition.values))


def _other_value(condition: Condition, operator: str) -> str:
    """Say what value to write with the operator that was meant, if it is another one."""
    value, written = next(iter(condition.values), ""), condition.written.lower()
    part = _in_part(written)
    if operator.startswith("Bool") and "not" in written:
        return f"use {operator}, with the opposite value"
    if operator == "Null" and "null" not in written:
        return "use Null: its value is true where the key is absent, false where it is present"
    if "Like" not in operator:
        return ""
    if _of_expressions(value):
        return f"IAM has no regular expressions: use {operator}, with * and ? as wildcards"
    if part and not {"*", "?"} & set(value):
        before, after = ("" if part[2] else "*"), ("" if part[3] else "*")
        return f"use {operator}, with the value {before}{value}{after}"
    return ""


def _with_known_operator(
    subject: Subject, condition: Condition, near: str | None
) -> dict[str, Any]:
    swapped = condition.written.lower() == MFA_PRESENT.lower()
    meant = None if swapped else misspelt(condition)
    if meant or swapped or condition in subject.mfa_conditions:
        return {} if subject.on_role else with_right_key(subject, condition, meant)
    return with_operator(subject.statement, condition, near) if near else {}
