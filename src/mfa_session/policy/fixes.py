"""Build correct conditions, as JSON to put into the statement."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from mfa_session.policy.credentials import LONGEST_SESSION_SECONDS, MFA_AGE, MFA_PRESENT
from mfa_session.policy.intrinsics import THIS_ACCOUNT, is_unfilled
from mfa_session.policy.mfa import BOOLEANS, is_age, is_present
from mfa_session.policy.nodes import Node
from mfa_session.policy.statement import Condition, Statement

HOUR_SECONDS = "3600"
SHORTEST_USEFUL_SECONDS = 120
_AGE = re.compile(r"\s*([0-9][0-9_,]{0,11}(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", re.ASCII).fullmatch
_OPPOSITES = {"Action": "NotAction", "NotAction": "Action"}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
Block = dict[str, dict[str, Any]]


def right_condition(
    statement: Statement,
    *,
    instead_of: Sequence[Condition] = (),
    age_limit: str | None = None,
    besides: Sequence[tuple[str, str, Any]] = (),
) -> dict[str, Any]:
    """Return the Condition that correctly demands MFA, in place of those in `instead_of`.

    Conditions about other keys stay. So does the statement's age limit, unless `age_limit` replaces
    it. Conditions in `besides` are added: operator, key, value.
    """
    block = other_conditions(statement, instead_of)
    for each in besides:
        _put(block, *each)
    limit = age_limit or _limit(statement)
    if statement.allows:
        _put(block, "Bool", MFA_PRESENT, "true")
        if limit is not None:
            _put(block, "NumericLessThan", MFA_AGE, limit)
    elif limit is None:
        _put(block, "BoolIfExists", MFA_PRESENT, "false")
    else:
        _put(block, "NumericGreaterThanIfExists", MFA_AGE, limit)
    return {"Condition": block}


def in_words(statement: Statement, **elements: Any) -> str:
    """Return a copy of a statement with other elements, as one line of JSON for people."""
    block = elements.pop("Condition", other_conditions(statement))
    dropped = {"Sid", "Condition", *map(_OPPOSITES.get, elements)} - elements.keys()
    kept = {name: plain(each) for name, each in statement.elements.items() if name not in dropped}
    text = json.dumps({**kept, **elements, **({"Condition": block} if block else {})})
    for account in (THIS_ACCOUNT, "${AWS::AccountId}"):
        text = text.replace(account, "*")  # which needs no Fn::Sub in a template
    return re.sub(r"\$\{AWS(\.|::)Partition\}", "aws", text)


def other_conditions(statement: Statement, instead_of: Sequence[Condition] = ()) -> Block:
    """Return the conditions about other keys than MFA's, as written."""
    block: Block = {}
    for condition in statement.conditions:
        replaced = any(condition is each for each in instead_of)
        if not (is_present(condition) or is_age(condition) or replaced):
            _put(block, _spelled(condition), condition.key, plain(condition.node))
    return block


def with_operator(statement: Statement, wrong: Condition, operator: str) -> dict[str, Any]:
    """Return the Condition with one operator replaced."""
    block: Block = {}
    for condition in statement.conditions:
        spelled = operator if condition.written == wrong.written else _spelled(condition)
        _put(block, spelled, condition.key, plain(condition.node))
    return {"Condition": block}


def plain(node: Node) -> Any:
    """Return JSON without positions."""
    if isinstance(node.value, dict):
        return {key: plain(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return list(map(plain, node.value))
    return node.value


def _limit(statement: Statement) -> str | None:
    """Return a statement's strictest useful age limit in seconds, or as a template has it."""
    values = [
        value
        for each in statement.conditions
        if is_age(each) and each.operator != "Null" and not BOOLEANS.issuperset(each.values)
        for value in each.values
    ]
    ages = list(filter(None, map(age_seconds, values)))
    given = next(filter(is_unfilled, values), HOUR_SECONDS if values else None)
    return str(min(ages)) if ages else given


def age_seconds(text: str) -> int | None:
    """Return an age limit such as `900` or `15m` in seconds; None if it is not useful.

    It is not if it would stop everybody soon after each code, or nobody ever.
    """
    found = _AGE(text)
    if found is None:
        return None
    number, unit = found[1].replace("_", "").replace(",", ""), found[2].lower()
    seconds = int(float(number) * _UNITS.get(unit[:1], 1))
    return seconds if SHORTEST_USEFUL_SECONDS <= seconds <= LONGEST_SESSION_SECONDS else None


def _spelled(condition: Condition) -> str:
    qualifier = f"{condition.qualifier}:" if condition.qualifier else ""
    return qualifier + condition.operator + ("IfExists" if condition.if_exists else "")


def _put(block: Block, operator: str, key: str, value: Any) -> None:
    block.setdefault(operator, {})[key] = value
