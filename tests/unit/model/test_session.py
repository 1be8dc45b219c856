"""A session, and the section it stands in."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_session.ini.document import IniDocument
from mfa_session.model.session import (
    Keys,
    Secret,
    Session,
    holds_long_term_keys,
    is_kept,
    is_managed,
    read_session,
    session_values,
)

NOW = datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)
TEXT = st.text("abcXYZ019-_/.:@+=", min_size=1, max_size=20)
MAYBE = st.none() | TEXT
MOMENTS = st.integers(0, 4 * 10**9).map(lambda n: datetime.fromtimestamp(n, timezone.utc))
SESSIONS = st.builds(
    Session,
    name=TEXT,
    profile=TEXT,
    kind=st.sampled_from(["mfa", "role"]),
    managed=st.just(True),
    keys=st.builds(
        Keys,
        access_key_id=TEXT.map(lambda text: "ASIA" + text),
        secret_access_key=TEXT.map(Secret),
        session_token=TEXT.map(Secret),
    ),
    source_profile=MAYBE,
    source_key_id=MAYBE,
    via=MAYBE,
    mfa_serial=MAYBE,
    role_arn=MAYBE,
    external_id=MAYBE,
    role_session_name=MAYBE,
    account=TEXT,
    mfa=st.just(True),
    authenticated_at=MOMENTS,
    obtained_at=MOMENTS,
    expires_at=MOMENTS,
    duration_seconds=st.integers(900, 129600),
)


@given(SESSIONS)
def test_a_written_session_is_read_back(session: Session) -> None:
    section = {key: value for key, value in session_values(session).items() if value is not None}
    assert read_session(session.profile, section) == session


@given(SESSIONS)
def test_no_secret_shows_in_repr_or_summary(session: Session) -> None:
    shown = repr(session.replace(keys=session.keys.replace(secret_access_key=Secret("planted"))))
    assert "planted" not in shown
    assert "keys" not in session.summary(NOW)


@pytest.mark.parametrize(
    ("section", "long_term", "managed"),
    [
        ({}, False, False),
        ({"aws_access_key_id": "AKIAX", "aws_secret_access_key": "y"}, True, False),
        ({"aws_access_key_id": "ASIAX", "aws_secret_access_key": "y"}, False, False),
        ({"aws_secret_access_key": "y"}, True, False),
        ({"aws_access_key_id": "AKIAX"}, True, False),
        ({"aws_access_key_id": "whatever", "aws_session_token": "t"}, True, False),
        ({"aws_access_key_id": "ASIAX", "manager": "mfa-session"}, False, True),
        ({"aws_access_key_id": "AKIAX", "manager": "mfa-session"}, True, False),
        ({"manager": "mfa-session"}, False, False),
        ({"aws_access_key_id": "ASIAX", "manager": "awsume"}, False, False),
    ],
)
def test_long_term_keys_are_told_from_managed_sections(
    section: dict[str, str], long_term: bool, managed: bool
) -> None:
    assert (holds_long_term_keys(section), is_managed(section)) == (long_term, managed)


@pytest.mark.parametrize(
    ("left", "seconds", "valid"),
    [(10.9, 10, True), (1.0, 1, True), (0.0, 0, False), (-5.0, 0, False)],
)
def test_time_left(left: float, seconds: int, valid: bool) -> None:
    session = Session(
        name="mfa",
        profile="mfa",
        keys=Keys(access_key_id="ASIAX", secret_access_key=Secret("x")),
        expires_at=NOW + timedelta(seconds=left),
    )
    assert (session.seconds_left(NOW), session.is_valid(NOW)) == (seconds, valid)
    assert session.replace(expires_at=None).is_valid(NOW) is None


@pytest.mark.parametrize(
    ("key_id", "shown"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "***"),  # id and secret swapped
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890123", "***"),  # as long as a secret
    ],
)
def test_only_what_is_shaped_like_a_key_id_is_shown(key_id: str, shown: str) -> None:
    assert Keys(access_key_id=key_id, secret_access_key=Secret("s")).shown_id == shown


@pytest.mark.parametrize(
    ("key_id", "token", "long_term"),
    [("AKIA1", None, True), ("AKIA1", "t", False), ("ASIA1", None, False), ("ASIA1", "t", False)],
)
def test_only_keys_without_a_token_and_of_no_session_are_long_term(
    key_id: str, token: str | None, long_term: bool
) -> None:
    keys = Keys(
        access_key_id=key_id,
        secret_access_key=Secret("s"),
        session_token=Secret(token) if token else None,
    )
    assert keys.is_long_term() is long_term


@given(session=SESSIONS, text=st.text() | st.text(" x\n\r\t\0\u2028", max_size=3))
def test_a_text_that_no_line_holds_does_not_keep_a_session_from_being_written(
    session: Session, text: str
) -> None:
    values = session_values(session.replace(name=text, source_profile=text, copied=text))
    written = IniDocument(b"", "").with_sections({"mfa": values}).section("mfa") or {}
    assert written["aws_access_key_id"] == session.keys.access_key_id
    assert written.get("mfa_session_name") == (text if is_kept(text) else None)
