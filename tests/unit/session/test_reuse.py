"""Whether a session that stands will do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mfa_session.model.session import Keys, Secret, Session
from mfa_session.model.settings import Settings, Source
from mfa_session.session.reuse import find_base, find_kept, find_shared, serves

NOW = datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)
LONG_TERM = Keys(access_key_id="AKIAX", secret_access_key=Secret("x"))
ROLE = "arn:aws:iam::123456789012:role/books"


def wanted(**changes: Any) -> Settings:
    """Return settings of an MFA session."""
    usual = {
        "name": "mfa",
        "target": "mfa",
        "source": Source(profile="default", keys=LONG_TERM),
        "mfa_serial": "GAHT12345678",
        "duration": 43200,
    }
    return Settings(**{**usual, **changes})


def standing(seconds_left: float = 7200, **changes: Any) -> Session:
    """Return a session that these settings would have had."""
    usual = {
        "name": "mfa",
        "profile": "mfa",
        "kind": "mfa",
        "managed": True,
        "keys": Keys(access_key_id="ASIAX", secret_access_key=Secret("x")),
        "source_profile": "default",
        "source_key_id": "AKIAX",
        "mfa_serial": "GAHT12345678",
        "obtained_at": NOW - timedelta(hours=10),
        "expires_at": NOW + timedelta(seconds=seconds_left),
        "duration_seconds": 43200,
    }
    return Session(**{**usual, **changes})


def test_a_session_like_the_one_asked_for_is_reused() -> None:
    assert serves(wanted(), standing(), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "role"},
        {"kind": "unknown"},
        {"managed": False},
        {"source_key_id": "AKIAY"},
        {"mfa_serial": "GAHT87654321"},
        {"mfa_serial": None},
        {"role_arn": ROLE},
        {"external_id": "x"},
        {"expires_at": None},
        {"seconds_left": 899},
        {"seconds_left": 0, "duration_seconds": 0},
    ],
    ids=str,
)
def test_a_session_that_differs_is_not_reused(changes: dict[str, Any]) -> None:
    assert not serves(wanted(), standing(**changes), NOW)


@pytest.mark.parametrize(
    ("changes", "serving"),
    [
        ({"mfa_serial": None}, True),
        ({"role_session_name": "carol"}, False),
        ({"duration": 86400}, True),
        ({"duration": 86400, "duration_is_explicit": True}, False),
        ({"duration": 900, "duration_is_explicit": True}, True),
        ({"min_ttl": 7200}, True),
        ({"min_ttl": 7201}, False),
        ({"min_ttl": 10**9}, False),
        ({"source": Source(profile="default", process="x")}, True),
        ({"source": Source(profile="other", process="x")}, False),
    ],
    ids=str,
)
def test_a_session_is_reused_for_what_it_was_obtained_with(
    changes: dict[str, Any], serving: bool
) -> None:
    assert serves(wanted(**changes), standing(), NOW) is serving


def test_a_min_ttl_that_is_asked_for_counts_in_full() -> None:
    short = {"duration_seconds": 3600}
    asked = wanted(min_ttl=1800, min_ttl_is_explicit=True)
    assert serves(asked, standing(1800, **short), NOW)
    assert not serves(asked, standing(1799, **short), NOW)


def test_by_default_a_third_of_a_short_session_is_enough() -> None:
    short = {"duration_seconds": 900}
    assert serves(wanted(min_ttl=3600), standing(300, **short), NOW)
    assert not serves(wanted(min_ttl=3600), standing(299, **short), NOW)


def test_only_the_targets_session_of_this_name_is_kept() -> None:
    elsewhere, renamed = standing(profile="other"), standing(name="other")
    assert find_kept(wanted(), [elsewhere, renamed], NOW) is None
    assert find_kept(wanted(), [elsewhere, standing()], NOW) == standing()


def test_only_a_session_obtained_since_the_start_is_shared() -> None:
    old, new = standing(profile="a"), standing(profile="b", obtained_at=NOW)
    assert find_shared(wanted(), [old, new], NOW, NOW) == new
    assert find_shared(wanted(), [old], NOW, NOW) is None


def test_the_base_of_a_role_is_the_longest_lived_session_of_the_key() -> None:
    role = wanted(role_arn=ROLE, duration=3600)
    sessions = [
        standing(30),
        standing(600, profile="short"),
        standing(7000, profile="long"),
        standing(9000, profile="another", source_key_id="AKIAY"),
        standing(9000, profile="role", kind="role"),
        standing(9000, profile="foreign", managed=False),
    ]
    base = find_base(role, sessions, NOW)
    assert base is not None
    assert base.profile == "long"
    assert find_base(role, sessions[:1], NOW) is None


@pytest.mark.parametrize(
    ("max_age", "given_seconds_ago", "serving"),
    [
        (None, None, True),
        (None, 40000, True),
        (900, 899, True),
        (900, 900, True),
        (900, 901, False),
        (900, None, False),
        (0, 1, False),
        (900, -5, True),
    ],
)
def test_a_session_with_a_too_old_code_is_not_reused(
    max_age: int | None, given_seconds_ago: int | None, serving: bool
) -> None:
    given_at = None if given_seconds_ago is None else NOW - timedelta(seconds=given_seconds_ago)
    session = standing(authenticated_at=given_at)
    settings = wanted().with_max_age(max_age)
    assert serves(settings, session, NOW) is serving
    assert find_kept(settings, [session], NOW) == (session if serving else None)
    to_role = wanted(role_arn=ROLE).with_max_age(max_age)
    assert find_base(to_role, [session], NOW) == (session if serving else None)


def test_max_age_also_applies_to_the_via_session() -> None:
    via = wanted()
    to_role = wanted(name="books", role_arn=ROLE, via=via).with_max_age(900)
    assert (to_role.max_age, to_role.via) == (900, via.replace(max_age=900))
