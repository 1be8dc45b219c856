"""A report for others names no account, key, person or place."""

from __future__ import annotations

import pytest

from mfa_session.doctor.sharing import Mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("account 123456789012 and 123456789012", "account <account 1> and <account 1>"),
        ("210987654321, 123456789012", "<account 1>, <account 2>"),
        ("1234567890123 is none", "1234567890123 is none"),
        ("key AKIAEXAMPLEEXAMPLE12 is old", "key AKIA*** is old"),
        ("ASIAEXAMPLEEXAMPLE12", "ASIA***"),
        ("'arn:aws:iam::123456789012:mfa/x/carol'", "'arn:aws:iam::<account 1>:mfa/***'"),
        ("arn:aws-cn:iam::123456789012:user/carol has", "arn:aws-cn:iam::<account 1>:user/*** has"),
        ("device GAHT12345678", "device GA***"),
        ("chmod 600 /home/carol/.aws/credentials", "chmod 600 ~/.aws/credentials"),
        ("profile 'mfa' is fine", "profile 'mfa' is fine"),
    ],
)
def test_a_text(text: str, shown: str) -> None:
    assert Mask("/home/carol").text(text) == shown


def test_data_is_masked_at_every_depth_and_like_the_text() -> None:
    mask = Mask("/home/carol")
    data = {"checks": [{"finding": "123456789012", "cure": None}], "fixed": ("/home/carol/x",)}
    assert mask.data(data) == {
        "checks": [{"finding": "<account 1>", "cure": None}],
        "fixed": ["~/x"],
    }
    assert mask.text("123456789012") == "<account 1>"


def test_a_home_that_is_everywhere_masks_nothing() -> None:
    assert Mask("/").text("/a/b") == "/a/b"
    assert Mask(None).text("/a/b") == "/a/b"
