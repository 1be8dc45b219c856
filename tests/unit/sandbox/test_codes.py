"""Codes follow RFC 6238, and each is accepted once."""

from __future__ import annotations

import base64

import pytest

from full_sandbox.devices import accept_pair
from mfa_session.sandbox.clock import CodeChecker, code_for, new_seed, step_at

RFC_SEED = base64.b32encode(b"12345678901234567890").decode()
NOW = 1000


@pytest.mark.parametrize(
    ("epoch_seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_match_the_rfc(epoch_seconds: int, code: str) -> None:
    assert code_for(RFC_SEED, step_at(epoch_seconds)) == code


def test_each_seed_is_new_and_64_characters_of_base32() -> None:
    first, second = new_seed(), new_seed()
    assert (len(first), len(base64.b32decode(first))) == (64, 40)
    assert first != second


@pytest.mark.parametrize(
    ("distance", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_the_previous_and_the_next_window_are_accepted(distance: int, accepted: bool) -> None:
    assert CodeChecker(RFC_SEED).accept(code_for(RFC_SEED, NOW + distance), NOW) is accepted


def test_a_used_window_and_earlier_ones_are_refused() -> None:
    checker = CodeChecker(RFC_SEED)
    order = [0, 0, -1, 1, 1, 0]
    taken = [checker.accept(code_for(RFC_SEED, NOW + distance), NOW) for distance in order]
    assert taken == [True, False, False, True, False, False]


def test_a_refused_code_uses_no_window() -> None:
    checker = CodeChecker(RFC_SEED)
    assert not checker.accept("000000", NOW)
    assert checker.accept(code_for(RFC_SEED, NOW - 1), NOW)


def pair(step: int) -> tuple[str, str]:
    return code_for(RFC_SEED, step - 1), code_for(RFC_SEED, step)


def test_two_consecutive_codes_are_accepted_and_used() -> None:
    checker = CodeChecker(RFC_SEED)
    assert accept_pair(checker, *pair(NOW), NOW)
    assert not accept_pair(checker, *pair(NOW), NOW)
    assert not checker.accept(code_for(RFC_SEED, NOW), NOW)
    assert checker.accept(code_for(RFC_SEED, NOW + 1), NOW + 1)


def test_codes_that_are_not_consecutive_are_refused() -> None:
    first, second = pair(NOW)
    checker = CodeChecker(RFC_SEED)
    assert not accept_pair(checker, second, first, NOW)
    assert not accept_pair(checker, second, second, NOW)
    assert not accept_pair(checker, code_for(RFC_SEED, NOW - 2), second, NOW)


def test_late_codes_set_the_drift_of_later_codes() -> None:
    checker = CodeChecker(RFC_SEED)
    assert accept_pair(checker, *pair(NOW - 10), NOW, reach_steps=20)
    assert not checker.accept(code_for(RFC_SEED, NOW + 5), NOW + 5)
    assert checker.accept(code_for(RFC_SEED, NOW - 5), NOW + 5)
