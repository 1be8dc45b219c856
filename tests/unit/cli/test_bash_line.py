"""A bash line is split and continued as bash reads it."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

import processes
from mfa_session.cli.completion import BashLine, split_line

LETTERS = st.sampled_from([*"ab\"'\\ \t$`!*=:~#{},;&|()<>[]?^@%+-_./ü€", "a b"])
WORDS = st.lists(LETTERS, min_size=1, max_size=6).map("".join)


@pytest.mark.parametrize(
    ("line", "words", "starts", "quote"),
    [
        ("", ("",), (0,), ""),
        ("a", ("a",), (0,), ""),
        ("a ", ("a", ""), (0, 2), ""),
        ("a  b\tc", ("a", "b", "c"), (0, 3, 5), ""),
        ("a --x=y:z", ("a", "--x=y:z"), (0, 2), ""),
        ("a 'b c", ("a", "b c"), (0, 2), "'"),
        ('a "b c', ("a", "b c"), (0, 2), '"'),
        ("a ''", ("a", ""), (0, 2), ""),
        ("a '' ", ("a", "", ""), (0, 2, 5), ""),
        (r"a b\ c", ("a", "b c"), (0, 2), ""),
        (r'a "b\"c\x', ("a", r'b"c\x'), (0, 2), '"'),
        (r"a 'b\' c", ("a", "b\\", "c"), (0, 2, 7), ""),
        ("a b'c'\"d\"e", ("a", "bcde"), (0, 2), ""),
        ("a b\\", ("a", "b"), (0, 2), ""),
        ("a 'b\nc", ("a", "b\nc"), (0, 2), "'"),
    ],
)
def test_a_line_is_split_as_bash_splits_it(
    line: str, words: tuple[str, ...], starts: tuple[int, ...], quote: str
) -> None:
    assert split_line(line) == BashLine(words=words, starts=starts, quote=quote)


@given(st.lists(WORDS, max_size=5))
def test_quoted_words_are_read_back(words: list[str]) -> None:
    line = shlex.join(["mfa-session", *words])
    assert split_line(line).words == ("mfa-session", *words)


@given(WORDS, WORDS, st.sampled_from(["", "'", '"']))
def test_a_continued_word_is_both_parts_together(begun: str, rest: str, quote: str) -> None:
    typed = split_line("x " + quote).continue_word(begun)
    line = "x " + quote + typed
    assert split_line(line + split_line(line).continue_word(rest) + quote).words == (
        "x",
        begun + rest,
    )


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_bash_reads_a_continued_word_back(quote: str) -> None:
    rest = """it's "x" $(touch y) `z` \\ * ~ ; & | # < > {a,b} [c] ? ^ ü€ = : -"""
    line = f"printf %s {quote}"
    outcome = processes.run_process(
        ["bash", "--norc", "-c", line + split_line(line).continue_word(rest) + quote]
    )
    assert outcome == (0, rest, "")


def test_a_long_line_is_split_quickly() -> None:
    line = "mfa-session exec -- echo " + "word " * 10_000
    assert len(split_line(line).words) == 10_005
