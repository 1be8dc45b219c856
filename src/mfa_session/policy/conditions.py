"""Is a condition met? With the key present, absent or unknown, with one value or several.

The sandbox has its own evaluator of conditions on purpose: it is the second opinion that this one
is tested against, so nothing is shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mfa_session.policy.comparisons import COMPARISONS, OPPOSITES, compare_range
from mfa_session.policy.kleene import Truth, all_of, any_of, negate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.document import Condition
    from mfa_session.policy.request_context import RequestContext


class Comparison(NamedTuple):
    """What of a condition decides whether it is met; the key in lower case."""

    operator: str
    qualifier: str | None
    if_exists: bool
    known: bool
    key: str
    values: tuple[str, ...]


def comparison(condition: Condition) -> Comparison:
    """Return what decides; thousands of statements share a few."""
    return Comparison(
        condition.operator,
        condition.qualifier,
        condition.if_exists,
        condition.known,
        condition.key.lower(),
        condition.values,
    )


def is_met(
    condition: Condition | Comparison, context: RequestContext, *, variables: bool = True
) -> Truth:
    """Say whether a request of which this context is known meets a condition.

    `variables` says whether the policy's version has them. An operator that is none of IAM's is
    unknown, whatever it is about.
    """
    if not condition.known:
        return None
    between = context.range_of(condition.key)
    if between is None and not context.knows(condition.key):
        return None
    found = None if between else context.values(condition.key)
    absent = between is None and found is None
    if condition.operator == "Null":
        return any_of(_is_null(text, absent=absent) for text in condition.values)
    if absent and condition.if_exists:
        return True
    plain = OPPOSITES.get(condition.operator, condition.operator)
    negated = plain != condition.operator
    if between is not None:
        matches = [any_of(compare_range(plain, between, text) for text in condition.values)]
    else:
        compare, filling = COMPARISONS[plain], context if variables else None
        matches = [
            any_of(compare(value, wanted, filling) for wanted in condition.values)
            for value in found or ()
        ]
    results = [negate(match) if negated else match for match in matches]
    return _joined(condition.qualifier, results, absent=absent, negated=negated)


def _joined(
    qualifier: str | None, results: Iterable[Truth], *, absent: bool, negated: bool
) -> Truth:
    """Join the results of a request's values; a negated operator wants none of them listed."""
    if qualifier == "ForAllValues":
        return all_of(results)
    if qualifier == "ForAnyValue":
        return any_of(results)
    if absent:
        return negated
    return all_of(results) if negated else any_of(results)


def _is_null(text: str, *, absent: bool) -> Truth:
    if text.lower() not in {"true", "false"}:
        return None
    return absent == (text.lower() == "true")
