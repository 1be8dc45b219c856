"""Tables as people read them."""

from __future__ import annotations

import pytest

from mfa_session.model.text import columns


@pytest.mark.parametrize(
    ("headings", "rows", "lines"),
    [
        (("A", "B"), [], ()),
        (("SERIAL", "ON"), [("s", "yes")], ("SERIAL  ON", "s       yes")),
        (("A", "B"), [("long", ""), ("x", "y")], ("A     B", "long", "x     y")),
    ],
)
def test_columns_are_as_wide_as_their_widest_cell(
    headings: tuple[str, ...], rows: list[tuple[str, ...]], lines: tuple[str, ...]
) -> None:
    assert columns(headings, rows) == lines
