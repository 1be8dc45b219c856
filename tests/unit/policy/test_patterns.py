"""Patterns cover what a naive matcher says they cover, in a time that no pattern can blow up."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.policy.patterns import ANY, UNKNOWN, Asked, covers, fill, literal, wild
from mfa_session.policy.request_context import Facts

PATTERNS = st.text("ab:*?", max_size=8)
TEXTS = st.text("ab:", max_size=8)


def naive(pattern: str, text: str) -> bool:
    source = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(source, text) is not None


@given(PATTERNS, TEXTS)
def test_a_text_is_covered_or_not(pattern: str, text: str) -> None:
    assert covers(wild(pattern), literal(text)) is naive(pattern, text)
    assert Asked(text).covered_by(pattern) is naive(pattern, text)


@given(PATTERNS, PATTERNS, st.lists(TEXTS, max_size=20))
def test_what_is_said_of_a_pattern_holds_for_all_its_texts(
    pattern: str, asked: str, texts: list[str]
) -> None:
    said = Asked(asked).covered_by(pattern)
    for text in [*texts, asked.replace("*", "").replace("?", "a"), asked.replace("?", "b")]:
        if naive(asked, text) and said is not None:
            assert naive(pattern, text) is said


@given(PATTERNS)
def test_a_pattern_covers_itself_and_is_covered_by_all(pattern: str) -> None:
    assert Asked(pattern).covered_by(pattern) is True
    assert Asked(pattern).covered_by("*") is True


@given(st.text("ab?*", max_size=6), st.text("ab*", max_size=4), TEXTS)
def test_an_unknown_variable_may_be_anything_but_is_never_sure(
    pattern: str, value: str, text: str
) -> None:
    written = f"{pattern}${{aws:username}}"
    sure = Asked(text).covered_by(written, Facts({"aws:username": (value,)}))
    unsure = Asked(text).covered_by(written, Facts({}))
    assert unsure in (None, False)
    assert not (sure and unsure is False)


@pytest.mark.parametrize(
    ("text", "row", "unknown"),
    [
        ("a${aws:username}", "acarol", ()),
        ("a${ AWS:UserName }", "acarol", ()),
        ("${aws:star}", "*", ()),
        ("${aws:absent}", None, ()),
        ("${aws:absent, 'x'}", "x", ()),
        ("${aws:absent, ''}", "", ()),
        ("${aws:several, 'x'}", "x", ()),
        ("${aws:several}", None, ()),
        ("${*}${?}${$}", "*?$", ()),
        ("${aws:username", "${aws:username", ()),
        ("$aws", "$aws", ()),
        ("a*", ("a", ANY), ()),
        ("a${aws:other}", ("a", UNKNOWN), ("aws:other",)),
        ("a${aws:other, 'x'}", ("a", UNKNOWN), ("aws:other",)),
        ("${aws:other}${aws:absent}", None, ("aws:other",)),
    ],
)
def test_variables(text: str, row: str | tuple[str, ...] | None, unknown: tuple[str, ...]) -> None:
    facts = Facts(
        {
            "aws:username": ("carol",),
            "aws:star": ("*",),
            "aws:absent": None,
            "aws:several": ("a", "b"),
        }
    )
    assert fill(text, facts) == (None if row is None else tuple(row), unknown)


def test_no_pattern_takes_long() -> None:
    started = time.process_time()
    for asked in ("a" * 900 + "b", "a*" * 100 + "b"):
        assert Asked(asked).covered_by("*a" * 100) is not True
        assert Asked(asked).covered_by("*?a" * 100) is not True
    assert time.process_time() - started < 5
