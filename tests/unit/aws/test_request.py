"""The name that CloudTrail shows."""

from __future__ import annotations

import re

import pytest

from mfa_session.aws.request import role_session_name

SHAPE = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@pytest.mark.parametrize(
    ("login_name", "expected"),
    [
        ("carol", "mfa-session-carol"),
        ("DOMAIN\\carol", "mfa-session-DOMAIN-carol"),
        ("Zoë K.", "mfa-session-Zo--K."),
        ("x" * 100, ("mfa-session-" + "x" * 100)[:64]),
    ],
)
def test_the_role_session_name_has_the_login_name_and_fits_sts(
    monkeypatch: pytest.MonkeyPatch, login_name: str, expected: str
) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, login_name)
    assert role_session_name() == expected
    assert SHAPE.fullmatch(role_session_name())
