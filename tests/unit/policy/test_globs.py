"""Patterns: what one says of another is held against all short texts."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from mfa_session.policy.globs import Globs, covers, may_meet

PATTERNS = st.text(st.sampled_from("ab*?"), max_size=5)
TEXTS = ["".join(each) for n in range(7) for each in itertools.product("ab", repeat=n)]


def matched(pattern: str) -> set[str]:
    """Return the texts that match, by a straight translation to a regular expression."""
    wildcards = {"*": ".*", "?": "."}
    regex = re.compile("".join(wildcards.get(each, each) for each in pattern))
    return {text for text in TEXTS if regex.fullmatch(text)}


@given(PATTERNS, st.text(st.sampled_from("ab"), max_size=6))
def test_a_pattern_covers_the_texts_that_match_it(pattern: str, text: str) -> None:
    assert covers(pattern, text) == (text in matched(pattern))


@given(PATTERNS, PATTERNS)
def test_a_pattern_that_covers_another_matches_all_that_it_matches(one: str, other: str) -> None:
    if covers(one, other):
        assert matched(other) <= matched(one)


@given(PATTERNS, PATTERNS)
def test_patterns_that_cannot_meet_match_nothing_in_common(one: str, other: str) -> None:
    if not may_meet(one, other):
        assert matched(one) & matched(other) == set()


@given(st.lists(PATTERNS), PATTERNS)
def test_a_set_of_patterns_covers_what_one_of_them_does(patterns: list[str], text: str) -> None:
    expected = {pattern for pattern in patterns if covers(pattern, text)}
    globs = Globs(patterns)
    assert set(globs.covering(text)) == expected
    assert globs.cover(text) == bool(expected)


def test_the_usual_is_known() -> None:
    assert covers("ec2:*", "ec2:stop*")
    assert covers("*", "ec2:stopinstances")
    assert not covers("ec2:stop*", "ec2:*")
    assert not may_meet("ec2:*", "s3:*")
    assert may_meet("ec2:*instances", "ec2:stop*")
