"""What the hand-written writer writes is what the library's would."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.cli.output import to_json

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.none() | st.booleans() | NUMBERS | st.text()
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)


@given(VALUES)
def test_json_is_written_as_the_library_writes_it(value: object) -> None:
    assert to_json(value) == json.dumps(value, indent=2, ensure_ascii=False)


def test_a_lone_surrogate_stays_what_it_is() -> None:
    # A file name that is no UTF-8; the output turns it back into its bytes.
    assert to_json("\udcff") == json.dumps("\udcff", ensure_ascii=False)


@pytest.mark.parametrize("value", [b"x", {1: 2}, {"x"}])
def test_json_of_another_type_is_refused(value: object) -> None:
    with pytest.raises((TypeError, AttributeError)):
        to_json(value)
