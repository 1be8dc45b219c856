"""What a template is still to fill in is no mistake of form, wherever it stands in a policy."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document
from policy.statements import UNFILLED
from policy.test_corpus import RIGHT, name_of, policy_in
from policy.test_kinds import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OF_FORM = {
    "age-not-a-number",
    "malformed-policy",
    "not-a-boolean",
    "old-version",
    "resource-no-arn",
    "unknown-action",
    "unknown-condition-key",
    "unknown-mfa-key",
    "unknown-operator",
    "wrong-value",
}
Place = tuple[str | int, ...]


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Yield where a text stands in a policy, but for an Effect, without which none is judged."""
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            if str(key).lower() != "effect":
                yield from places(inner, (*above, key))
    else:
        yield above


def filled_in(policy: dict[str, Any], place: Place, text: str) -> dict[str, Any]:
    """Return a policy with a text in a place, and in the names of the conditions around it."""
    made: Any = copy.deepcopy(policy)
    inner = made
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = text
    if "Condition" in place:
        at = place.index("Condition")
        statement = made
        for key in place[:at]:
            statement = statement[key]
        statement["Condition"][text] = {text: inner[place[-1]]}
    return dict(made)


@pytest.mark.parametrize("path", RIGHT, ids=name_of)
def test_a_placeholder_is_no_mistake_of_form(path: Path) -> None:
    policy = policy_in(json.loads(path.read_text()))
    kind = read_document("p.json", json.dumps(policy)).kind
    for number, place in enumerate(places(policy)):
        made = filled_in(policy, place, UNFILLED[number % len(UNFILLED)])
        document = dataclasses.replace(read_document("p", json.dumps(made)), told_kind=kind)
        found = {each.rule for each in lint(document, names=NAMES)}
        assert not found & OF_FORM, (place, made)
