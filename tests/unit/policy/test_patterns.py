"""Patterns match as a naive matcher does, in linear time for every pattern."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.policy.credentials import RequestContext
from mfa_session.policy.patterns import (
    ANY,
    UNKNOWN,
    Patterns,
    Query,
    covers,
    fill,
    has_outline,
    includes,
    may_meet,
    outline,
    wild,
)

PATTERNS = st.text("ab:*?", max_size=8)
TEXTS = st.text("ab:", max_size=8)


def naive(pattern: str, text: str) -> bool:
    source = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(source, text) is not None


@given(PATTERNS, TEXTS)
def test_a_pattern_covers_a_text_or_does_not(pattern: str, text: str) -> None:
    assert covers(wild(pattern), tuple(text)) is naive(pattern, text)
    assert Query(text).covered_by(pattern) is naive(pattern, text)


@given(PATTERNS, PATTERNS, st.lists(TEXTS, max_size=20))
def test_the_answer_for_a_pattern_holds_for_all_its_texts(
    pattern: str, asked: str, texts: list[str]
) -> None:
    said = Query(asked).covered_by(pattern)
    for text in [*texts, asked.replace("*", "").replace("?", "a"), asked.replace("?", "b")]:
        if naive(asked, text) and said is not None:
            assert naive(pattern, text) is said


@given(PATTERNS)
def test_a_pattern_covers_itself_and_a_star_covers_it(pattern: str) -> None:
    assert Query(pattern).covered_by(pattern) is True
    assert Query(pattern).covered_by("*") is True


@given(st.text("ab?*", max_size=6), st.text("ab*", max_size=4), TEXTS)
def test_a_pattern_with_an_unknown_variable_may_cover_and_never_surely_does(
    pattern: str, value: str, text: str
) -> None:
    written = f"{pattern}${{aws:username}}"
    sure = Query(text).covered_by(written, RequestContext({"aws:username": (value,)}))
    unsure = Query(text).covered_by(written, RequestContext({}))
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
def test_variables_are_filled_in(
    text: str, row: str | tuple[str, ...] | None, unknown: tuple[str, ...]
) -> None:
    facts = RequestContext(
        {
            "aws:username": ("carol",),
            "aws:star": ("*",),
            "aws:absent": None,
            "aws:several": ("a", "b"),
        }
    )
    assert fill(text, facts) == (None if row is None else tuple(row), unknown)


def test_every_pattern_is_matched_in_time() -> None:
    started = time.process_time()
    for asked in ("a" * 900 + "b", "a*" * 100 + "b"):
        assert Query(asked).covered_by("*a" * 100) is not True
        assert Query(asked).covered_by("*?a" * 100) is not True
    assert time.process_time() - started < 5


SHORT_PATTERNS = st.text(st.sampled_from("ab*?"), max_size=5)
SHORT_TEXTS = ["".join(each) for n in range(7) for each in itertools.product("ab", repeat=n)]


def matched(pattern: str) -> set[str]:
    """Return the texts that match a regular expression made from the pattern."""
    wildcards = {"*": ".*", "?": "."}
    regex = re.compile("".join(wildcards.get(each, each) for each in pattern))
    return {text for text in SHORT_TEXTS if regex.fullmatch(text)}


@given(SHORT_PATTERNS, st.text(st.sampled_from("ab"), max_size=6))
def test_a_pattern_covers_the_texts_that_match_it(pattern: str, text: str) -> None:
    assert includes(pattern, text) == (text in matched(pattern))


@given(SHORT_PATTERNS, SHORT_PATTERNS)
def test_a_pattern_that_covers_another_matches_all_that_it_matches(one: str, other: str) -> None:
    if includes(one, other):
        assert matched(other) <= matched(one)


@given(SHORT_PATTERNS, SHORT_PATTERNS)
def test_patterns_are_compared_alike_as_texts_and_as_rows(one: str, other: str) -> None:
    assert includes(one, other) == (covers(wild(one), wild(other)) is True)


@given(SHORT_PATTERNS, SHORT_PATTERNS)
def test_patterns_that_cannot_meet_match_nothing_in_common(one: str, other: str) -> None:
    if not may_meet(one, other):
        assert matched(one) & matched(other) == set()


@given(st.lists(SHORT_PATTERNS), SHORT_PATTERNS)
def test_a_set_of_patterns_covers_what_one_of_them_does(patterns: list[str], text: str) -> None:
    expected = {pattern for pattern in patterns if includes(pattern, text)}
    sorted_patterns = Patterns(patterns)
    assert set(sorted_patterns.covering(text)) == expected
    assert sorted_patterns.cover(text) == bool(expected)
    within = {pattern for pattern in patterns if includes(text, pattern)}
    assert set(sorted_patterns.within(text)) == within
    meeting = {pattern for pattern in patterns if may_meet(pattern, text)}
    assert set(sorted_patterns.meeting(text)) == meeting


@given(SHORT_PATTERNS, SHORT_PATTERNS)
def test_the_ends_of_a_pattern_say_what_it_meets(one: str, other: str) -> None:
    if has_outline(one) and has_outline(other):
        assert may_meet(outline(one), outline(other)) == may_meet(one, other)


def test_a_pattern_of_actions_includes_another() -> None:
    assert includes("ec2:*", "ec2:stop*")
    assert includes("*", "ec2:stopinstances")
    assert not includes("ec2:stop*", "ec2:*")
    assert not may_meet("ec2:*", "s3:*")
    assert may_meet("ec2:*instances", "ec2:stop*")
