"""Codes that people type or supply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.mfa.sources import PromptedCode, Sources, SuppliedCode, choose_codes
from mfa_session.model.errors import NoMfaError
from mfa_session.model.totp import normalize_code

DIGITS = st.text("0123456789", min_size=6, max_size=6)
BLANKS = st.text(" \t\r\n", max_size=3)


@given(BLANKS, DIGITS, st.booleans(), BLANKS)
def test_blanks_around_a_code_and_one_in_the_middle_are_ignored(
    before: str, digits: str, apart: bool, after: str
) -> None:
    typed = f"{digits[:3]} {digits[3:]}" if apart else digits
    assert normalize_code(before + typed + after) == digits


@given(st.text())
def test_any_input_gives_six_ascii_digits_or_nothing(text: str) -> None:
    code = normalize_code(text)
    if code is not None:
        assert len(code) == 6
        assert set(code) <= set("0123456789")
        assert "".join(text.split()) == code


@pytest.mark.parametrize(
    "text",
    ["", "abc", "12345", "1234567", "12 3456", "123  456", "1 2 3 4 5 6", "\u0661\u0662\u0663456",
     "\u00b2\u00b345678"[:6], "+12345", "12345.", "1234 56"],
)  # fmt: skip
def test_other_text_is_not_a_code(text: str) -> None:
    assert normalize_code(text) is None


def test_a_supplied_code_is_read_once_and_given_once() -> None:
    asked: list[None] = []

    def read() -> str:
        asked.append(None)
        return " 123 456\n"

    source = SuppliedCode(read)
    assert source.check() == "123456"
    assert source.next_code("GAHT12345678", None) == "123456"
    with pytest.raises(NoMfaError) as caught:
        source.next_code("GAHT12345678", None)
    assert caught.value.code == "code-spent"
    assert "GAHT12345678" in caught.value.message
    assert len(asked) == 1


def test_a_malformed_supplied_code_is_refused_and_not_repeated() -> None:
    with pytest.raises(NoMfaError) as caught:
        choose_codes(SuppliedCode(lambda: "secret?"), no_other)
    assert caught.value.code == "bad-code"
    assert "secret?" not in caught.value.message + caught.value.hint


def test_a_supplied_code_serves_every_device_in_the_place_of_other_sources() -> None:
    source = SuppliedCode(lambda: "123456")
    codes = choose_codes(source, no_other)
    assert codes("GAHT12345678") is source
    assert codes("arn:aws:iam::123456789012:mfa/carol") is source


def no_other() -> Sources:
    raise AssertionError("another source was asked for")


def test_the_prompt_names_device_and_session_and_says_why_it_asks_again() -> None:
    asked: list[str] = []
    told: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "123456"

    source = PromptedCode(ask, told.append, "work")
    assert source.next_code("GAHT12345678", None) == "123456"
    assert told == []
    source.next_code("GAHT12345678", "AWS rejected it")
    assert asked == ["MFA code for GAHT12345678 (session work): "] * 2
    assert told == ["AWS rejected it; try again"]
    assert source.attempts == 3
