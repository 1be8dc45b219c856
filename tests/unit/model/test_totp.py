"""TOTP as AWS uses it: codes of known moments, and secrets as people paste them."""

from __future__ import annotations

import base64
import traceback
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.mfa.sources import code_at
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import Secret
from mfa_session.model.totp import read_secret, seconds_left_in_step, step_at

if TYPE_CHECKING:
    from random import Random

RFC_SECRET = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")  # the twenty bytes of RFC 6238, appendix B
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def moment(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, timezone.utc)


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
def test_codes_are_those_of_rfc_6238(epoch_seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, step_at(moment(epoch_seconds))) == code


def test_a_step_lasts_thirty_seconds() -> None:
    moments = [moment(seconds) for seconds in (0, 29.9, 30, 59, 60)]
    assert [step_at(each) for each in moments] == [0, 0, 1, 1, 2]
    assert [seconds_left_in_step(each) for each in moments] == [30, 1, 30, 1, 30]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.lower(),
        f"  {PLAIN}\r\n",
        "abcd efgh ijkl mnop qrst uvwx yz23 4567",
        "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4567",
        f"otpauth://totp/carol@123456789012?secret={PLAIN}",
        f"otpauth://totp/AWS:x?secret={PLAIN.lower()}&issuer=AWS&algorithm=SHA1&digits=6&period=30",
        f"OTPAUTH://TOTP/x?Secret={PLAIN}&Algorithm=HMAC-SHA-1",
    ],
)
def test_a_secret_is_read_in_any_spelling(text: str) -> None:
    assert read_secret(text) == Secret(PLAIN)


@given(st.binary(min_size=14, max_size=64), st.randoms())
def test_padding_case_and_gaps_change_nothing(key: bytes, random: Random) -> None:
    padded = base64.b32encode(key).decode()
    rolled = "".join(
        random.choice([letter, letter.lower()]) + random.choice(["", "", " ", "-", "\t"])
        for letter in padded.rstrip("=")
    )
    ends = "=" * (len(padded) - len(padded.rstrip("=")))
    secret = read_secret(rolled + ends)
    assert secret == read_secret(padded) == Secret(padded.rstrip("="))
    assert len(code_at(secret, 1)) == 6


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no secret was given"),
        (" \n", "no secret was given"),
        ("====", "no secret was given"),
        ("123456", "it is a code"),
        ("123 456", "it is a code"),
        ("hunter2-hunter2-hunter2-hunter2!", "not base32"),
        (f"{PLAIN[:-1]}1", "not base32"),
        ("ÄBCDEFGHIJKLMNOPQRSTUVWXYZ234567", "not base32"),
        ("\uff21BCDEFGHIJKLMNOPQRSTUVWXYZ234567", "not base32"),
        (f"{PLAIN}A", "a character is missing, or one too many"),
        ("ABCDEFGHIJKLMNOP", "it has 80 bits, fewer than 112"),
        ("https://example.org/", "not base32"),
        (f"otpauth-migration://offline?data={PLAIN}", "export"),
        ("otpauth://totp/x", "it has no secret"),
        ("otpauth://totp/x?secret=", "it has no secret"),
        (f"otpauth://hotp/x?secret={PLAIN}&counter=1", "its type is not totp"),
        (f"otpauth://{PLAIN}", "its type is not totp"),
        (f"otpauth:{PLAIN}", "its type is not totp"),
        (f"otpauth://[{PLAIN}", "not an otpauth:// address"),
        (f"otpauth://totp/x?secret={PLAIN}&digits=8", "it says digits=8, where AWS has 6"),
        (f"otpauth://totp/x?secret={PLAIN}&period=60", "it says period=60, where AWS has 30"),
        (
            f"otpauth://totp/x?secret={PLAIN}&algorithm=SHA256",
            "it says algorithm=SHA256, where AWS",
        ),
        (f"otpauth://totp/x?secret=A&algorithm={PLAIN}", "it says algorithm=something else"),
        ("otpauth://totp/x?secret=ABCDEFGHIJKLMNOP", "it has 80 bits"),
    ],
)
def test_a_secret_that_aws_cannot_use_is_refused_and_not_repeated(text: str, why: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_secret(text)
    told = "".join(traceback.format_exception(caught.value))
    assert (caught.value.code, why in caught.value.message) == ("bad-totp-secret", True)
    assert [part for part in (PLAIN, "ABCDEFGHIJKLMNOP", "hunter2") if part in told] == []
