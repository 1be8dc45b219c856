"""Notes come back as they were written; anything else is none, and raises nothing."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.model.iam import Intent, KnownKey, Move, Rotation
from mfa_session.model.notes import read_json, read_note, to_note

if TYPE_CHECKING:
    from mfa_session.model.record import Record

NOW = datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)
NOTES: list[Record] = [
    Move(profile="default", key_id="AKIA1", kind="import", began_at=NOW),
    Rotation(profile="ü\udcff", user_arn="arn", old_id="A", stood=("A", "B"), began_at=NOW),
    KnownKey(profile="default", key_id="AKIA1", keyring="a.B"),
    Intent(serial="arn", user_arn="arn", began_at=NOW, created=True),
]
DEEP = b"[" * 100_000
OTHERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("note", NOTES, ids=lambda note: type(note).__name__)
def test_a_note_comes_back(note: Record) -> None:
    assert read_note(type(note), to_note(note)) == note


@pytest.mark.parametrize("note", NOTES, ids=lambda note: type(note).__name__)
@pytest.mark.parametrize("data", [None, b"", b"\xff\x00", b"[]", b"{}", b"null", b"1", DEEP])
def test_a_file_that_is_no_note_counts_as_absent(note: Record, data: bytes | None) -> None:
    assert read_note(type(note), data) is None


@pytest.mark.parametrize("note", NOTES, ids=lambda note: type(note).__name__)
@given(data=st.data())
def test_a_note_with_a_value_of_another_type_counts_as_absent(
    note: Record, data: st.DataObject
) -> None:
    values = json.loads(to_note(note))
    field = data.draw(st.sampled_from([*values]))
    value = data.draw(OTHERS)
    read = read_note(type(note), json.dumps({**values, field: value}).encode())
    if read is not None:
        assert json.loads(to_note(read)) == {**values, field: value}


@pytest.mark.parametrize("note", NOTES, ids=lambda note: type(note).__name__)
def test_a_field_of_another_version_is_left_out(note: Record) -> None:
    values = json.loads(to_note(note))
    assert read_note(type(note), json.dumps({**values, "newer": ["x"]}).encode()) == note


@pytest.mark.parametrize("time", ["2031-01-31", "2031-01-31T12:00:00", "soon", ""])
def test_a_time_without_a_zone_is_none(time: str) -> None:
    values = {**json.loads(to_note(NOTES[0])), "began_at": time}
    assert read_note(Move, json.dumps(values).encode()) is None


def test_json_that_is_nested_too_deeply_is_no_json() -> None:
    with pytest.raises(ValueError, match="deeply"):
        read_json(DEEP)
