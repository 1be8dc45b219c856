"""Tables as people read them."""

from __future__ import annotations

import errno
import sys

import pytest

from mfa_session.model.errors import hint_for_errno
from mfa_session.model.text import columns, deleting, described, inspecting, permitting


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


HEADINGS = ("SESSION", "ROLE")
ROWS = [("mfa", ""), ("books", "arn:aws:iam::1:role/books")]


def test_a_table_that_fits_a_terminal_is_left_as_it_is() -> None:
    table = columns(HEADINGS, ROWS)
    assert tuple(table.fitting(40)) == table


def test_a_table_too_wide_for_a_narrow_terminal_is_shown_cell_by_cell() -> None:
    assert tuple(columns(HEADINGS, ROWS, above=("two:",)).fitting(30)) == (
        "two:",
        "SESSION  mfa",
        "",
        "SESSION  books",
        "ROLE     arn:aws:iam::1:role/books",
    )


def test_a_table_too_wide_for_a_usual_terminal_is_wrapped() -> None:
    wide = columns(("A",), [("x" * 200,)])
    assert tuple(wide.fitting(80)) == wide


def test_a_description_goes_below_its_name_where_it_does_not_fit() -> None:
    items = [("  a", "short"), ("  b", "words that do not fit beside it")]
    assert list(described(items, 6, None)) == [
        "  a   short",
        "  b   words that do not fit beside it",
    ]
    assert list(described(items, 6, 24)) == [
        "  a   short",
        "  b",
        "      words that do not",
        "      fit beside it",
    ]


def test_commands_of_hints_are_those_of_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    def commands() -> list[str]:
        path = "/a b"
        denied = hint_for_errno(errno.EACCES, path).rpartition(": ")[2]
        made = inspecting(path), permitting("w", path), permitting("r", path), deleting(path)
        return [denied, *made]

    assert commands() == [
        "ls -ld / '/a b'",
        "ls -ld '/a b'",
        "chmod u+w '/a b'",
        "chmod u+r '/a b'",
        "rm '/a b'",
    ]
    monkeypatch.setattr(sys, "platform", "win32")
    assert commands() == [
        'icacls /; icacls "/a b"',
        'icacls "/a b"',
        'attrib -r "/a b"',
        'icacls "/a b"',
        'Remove-Item "/a b"',
    ]
