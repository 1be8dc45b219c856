"""Is a condition met? With the key present, absent or unknown, with one value or several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.comparisons import COMPARISONS, OPPOSITES
from mfa_session.policy.kleene import Truth, all_of, any_of, negate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.document import Condition
    from mfa_session.policy.request_context import Facts, Values


def is_met(condition: Condition, facts: Facts, *, variables: bool = True) -> Truth:
    """Say whether a request of which these facts are known meets a condition.

    `variables` says whether the policy's version has them. An operator that is none of IAM's is
    unknown, whatever it is about.
    """
    if not condition.known or not facts.knows(condition.key):
        return None
    found = facts.values(condition.key)
    if condition.operator == "Null":
        return any_of(_is_null(found, text) for text in condition.values)
    if found is None and condition.if_exists:
        return True
    plain = OPPOSITES.get(condition.operator, condition.operator)
    compare, filling = COMPARISONS[plain], facts if variables else None
    negated = plain != condition.operator
    matches = [
        any_of(compare(value, wanted, filling) for wanted in condition.values)
        for value in found or ()
    ]
    results = [negate(match) if negated else match for match in matches]
    return _joined(condition, found, results, negated=negated)


def _joined(
    condition: Condition, found: Values | None, results: Iterable[Truth], *, negated: bool
) -> Truth:
    """Join the results of a request's values; a negated operator wants none of them listed."""
    if condition.qualifier == "ForAllValues":
        return all_of(results)
    if condition.qualifier == "ForAnyValue":
        return any_of(results)
    if found is None:
        return negated
    return all_of(results) if negated else any_of(results)


def _is_null(found: Values | None, text: str) -> Truth:
    if text.lower() not in {"true", "false"}:
        return None
    return (found is None) == (text.lower() == "true")
