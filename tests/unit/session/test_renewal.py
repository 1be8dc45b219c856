"""A login, decided and done against fakes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fakes.edges import NOW, PHONE, FakeAws, FakeEdges, FakeStore, ListedCodes
from mfa_session.model.errors import ConfigurationError, Interrupted, NoMfaError
from mfa_session.model.session import Keys, Secret, Session
from mfa_session.model.settings import Settings, Source

ROLE = "arn:aws:iam::444455556666:role/books"
KEYS = Keys(access_key_id="AKIAX", secret_access_key=Secret("x"))
SOURCE = Source(profile="default", keys=KEYS)
FULL = ConfigurationError("file-not-written", "the disk is full", "make room")


def mfa(**changes: Any) -> Settings:
    """Return settings of an MFA session."""
    usual = {"name": "mfa", "target": "mfa", "source": SOURCE, "duration": 43200}
    return Settings(**{**usual, **changes})


def role(**changes: Any) -> Settings:
    """Return settings of a role's session."""
    usual = {"name": "books", "target": "books", "role_arn": ROLE, "duration": 3600}
    return mfa(**{**usual, **changes})


def standing(seconds_left: float = 7200, **changes: Any) -> Session:
    """Return an MFA session that stands in the file."""
    usual = {
        "name": "mfa",
        "profile": "mfa",
        "kind": "mfa",
        "managed": True,
        "keys": Keys(access_key_id="ASIAOLD", secret_access_key=Secret("s")),
        "source_profile": "default",
        "source_key_id": "AKIAX",
        "mfa_serial": PHONE,
        "obtained_at": NOW - timedelta(hours=9),
        "authenticated_at": NOW - timedelta(hours=9),
        "expires_at": NOW + timedelta(seconds=seconds_left),
        "duration_seconds": 43200,
    }
    return Session(**{**usual, **changes})


def test_a_new_session_is_written_as_aws_issued_it() -> None:
    fakes = FakeEdges()
    outcome = fakes.acquire(mfa())
    expected = Session(
        name="mfa",
        profile="mfa",
        kind="mfa",
        managed=True,
        keys=Keys(access_key_id="ASIA1", secret_access_key=Secret("s"), session_token=Secret("t")),
        source_profile="default",
        source_key_id="AKIAX",
        mfa_serial=PHONE,
        account="123456789012",
        mfa=True,
        authenticated_at=NOW,
        obtained_at=NOW,
        expires_at=NOW + timedelta(hours=12),
        duration_seconds=43200,
    )
    assert (outcome.session, outcome.reused) == (expected, False)
    assert fakes.store.held == {"mfa": expected}
    assert fakes.aws.calls == [
        "prepare AKIAX",
        "ListMFADevices AKIAX",
        f"GetSessionToken AKIAX {PHONE} 43200",
    ]
    assert [safe.is_released for safe in fakes.store.places] == [True]


def test_a_good_session_is_kept_without_a_turn() -> None:
    fakes = FakeEdges()
    fakes.store = FakeStore(standing())
    outcome = fakes.acquire(mfa())
    assert (outcome.session, outcome.reused) == (standing(), True)
    assert (fakes.aws.calls, fakes.turns.taken) == ([], [])


def test_a_session_that_lies_aside_is_written_without_a_code() -> None:
    fakes = FakeEdges()
    fakes.store = FakeStore(standing())
    fakes.store.aside = {"mfa"}
    outcome = fakes.acquire(mfa())
    assert (outcome.session, outcome.reused) == (standing(), True)
    assert fakes.aws.calls == []


@pytest.mark.parametrize("force", [False, True])
def test_a_session_obtained_while_waiting_is_shared(force: bool) -> None:
    fakes = FakeEdges()
    fakes.store = FakeStore(standing(60))
    new = standing(
        43200,
        keys=Keys(access_key_id="ASIANEW", secret_access_key=Secret("s")),
        obtained_at=NOW,
    )
    fakes.turns.meanwhile = lambda: fakes.store.held.update(mfa=new)
    outcome = fakes.acquire(mfa(), force=force)
    assert (outcome.session, outcome.reused) == (new, True)
    assert fakes.aws.calls == []


def test_a_shared_session_is_also_written_to_this_target() -> None:
    fakes = FakeEdges()
    new = standing(43200, profile="other", name="other", obtained_at=NOW)
    fakes.turns.meanwhile = lambda: fakes.store.held.update(other=new)
    outcome = fakes.acquire(mfa())
    assert outcome.session == new.replace(profile="mfa", name="mfa")
    assert sorted(fakes.store.held) == ["mfa", "other"]
    assert fakes.aws.calls == []


def test_force_renews_a_session_of_the_same_second() -> None:
    fakes = FakeEdges()
    fakes.store = FakeStore(standing(43200, obtained_at=NOW))
    outcome = fakes.acquire(mfa(), force=True)
    assert (outcome.session.keys.access_key_id, outcome.reused) == ("ASIA1", False)


def test_a_role_by_an_mfa_session_needs_no_code() -> None:
    fakes = FakeEdges()
    fakes.store = FakeStore(standing())
    fakes.codes = ListedCodes()
    session = fakes.acquire(role()).session
    assert fakes.aws.calls == [f"AssumeRole ASIAOLD {ROLE} no code 3600"]
    assert session.authenticated_at == standing().authenticated_at
    assert (session.account, session.role_session_name) == ("444455556666", "somebody")


def test_a_role_renews_the_session_it_goes_via() -> None:
    fakes = FakeEdges()
    fakes.acquire(role(via=mfa(mfa_serial=PHONE)))
    assert fakes.aws.calls == [
        "prepare AKIAX",
        f"GetSessionToken AKIAX {PHONE} 43200",
        f"AssumeRole ASIA1 {ROLE} no code 3600",
    ]
    assert sorted(fakes.store.held) == ["books", "mfa"]


def test_a_long_role_session_takes_the_keys_and_a_code() -> None:
    fakes = FakeEdges()
    fakes.store = FakeStore(standing())
    fakes.acquire(role(duration=7200, mfa_serial=PHONE))
    assert fakes.aws.calls == ["prepare AKIAX", f"AssumeRole AKIAX {ROLE} {PHONE} 7200"]


REJECTED = f"rejected for {PHONE}; a code works once, the next one comes in 30 s"


@pytest.mark.parametrize(
    ("typed", "sent", "problems"),
    [
        (("123456",), 1, [None]),
        (("12345", "123456"), 1, [None, "a code is six digits"]),
        (("000000", "123456"), 2, [None, REJECTED]),
        (("x", "000000", "123 456"), 2, [None, "a code is six digits", REJECTED]),
    ],
)
def test_codes_are_tried_in_order(
    typed: tuple[str, ...], sent: int, problems: list[str | None]
) -> None:
    fakes = FakeEdges()
    fakes.codes = ListedCodes(*typed)
    fakes.acquire(mfa(mfa_serial=PHONE))
    assert fakes.codes.problems == problems
    assert len([call for call in fakes.aws.calls if "GetSessionToken" in call]) == sent


@pytest.mark.parametrize(
    ("typed", "code"), [(("000000",), "code-rejected"), (("x", "y", "z"), "bad-code")]
)
def test_after_the_last_wrong_code_nothing_is_written(typed: tuple[str, ...], code: str) -> None:
    fakes = FakeEdges()
    fakes.codes = ListedCodes(*typed)
    with pytest.raises(NoMfaError) as caught:
        fakes.acquire(mfa(mfa_serial=PHONE))
    assert caught.value.code == code
    assert fakes.store.held == {}
    assert [(safe.kept, safe.is_released) for safe in fakes.store.places] == [(None, True)]


def test_without_any_code_aws_is_not_asked() -> None:
    fakes = FakeEdges()
    fakes.codes = ListedCodes()
    with pytest.raises(NoMfaError):
        fakes.acquire(mfa())
    assert fakes.aws.calls == ["prepare AKIAX"]


def test_a_paid_session_that_cannot_be_written_is_kept_aside() -> None:
    fakes = FakeEdges()
    fakes.store.refusal = FULL
    with pytest.raises(ConfigurationError) as caught:
        fakes.acquire(mfa(mfa_serial=PHONE))
    assert caught.value.code == "session-not-written"
    assert "/state/aside" in caught.value.message
    assert "login --profile mfa" in caught.value.hint
    (safe,) = fakes.store.places
    assert safe.kept is not None
    assert safe.kept.keys.access_key_id == "ASIA1"


@pytest.mark.parametrize("store", ["file", "keyring"])
def test_a_paid_session_lies_aside_while_it_is_written(store: str) -> None:
    fakes = FakeEdges()
    lying: list[Session | None] = []
    fakes.store.saving = lambda: lying.extend(safe.kept for safe in fakes.store.places)
    session = fakes.acquire(mfa(mfa_serial=PHONE, store=store)).session
    assert lying == [session]


def test_exec_and_env_go_on_with_a_session_that_cannot_be_written() -> None:
    fakes = FakeEdges()
    fakes.store.refusal = FULL
    outcome = fakes.acquire(mfa(mfa_serial=PHONE), in_memory=True)
    assert outcome.session.keys.access_key_id == "ASIA1"
    assert [how for how, _ in fakes.talk.said if how == "warn"] == ["warn"]


@pytest.mark.parametrize("in_memory", [False, True])
@pytest.mark.parametrize("bug", [ValueError("planted"), OSError("planted"), KeyError("planted")])
def test_no_bug_while_a_session_is_written_loses_it(bug: Exception, in_memory: bool) -> None:
    fakes = FakeEdges()
    fakes.store.refusal = bug
    with pytest.raises(type(bug)):
        fakes.acquire(mfa(mfa_serial=PHONE), in_memory=in_memory)
    (safe,) = fakes.store.places
    assert safe.kept is not None
    kept = f"an unexpected {type(bug).__name__}; the session is kept in /state/aside"
    assert fakes.talk.said[-1] == ("warn", kept)


def test_a_bug_while_a_session_is_put_aside_does_not_keep_it_from_its_file() -> None:
    fakes = FakeEdges()
    place = fakes.store.set_aside()
    place.refusal = ValueError("planted")
    fakes.store.set_aside = lambda *_targets: place  # type: ignore[method-assign]
    assert list(fakes.store.held) == []
    assert fakes.store.held == {"mfa": fakes.acquire(mfa(mfa_serial=PHONE)).session}


def test_a_write_that_must_fail_costs_no_code() -> None:
    fakes = FakeEdges()
    fakes.store.check_refusal = FULL
    with pytest.raises(ConfigurationError, match="disk is full"):
        fakes.acquire(mfa(mfa_serial=PHONE))
    assert (fakes.aws.calls, fakes.codes.problems) == ([], [])
    handed_on = fakes.acquire(mfa(mfa_serial=PHONE), in_memory=True)
    assert handed_on.session.keys.access_key_id == "ASIA1"


def test_a_protected_target_also_stops_exec() -> None:
    fakes = FakeEdges()
    fakes.store.check_refusal = ConfigurationError("protected-profile", "long-term keys", "")
    with pytest.raises(ConfigurationError, match="long-term keys"):
        fakes.acquire(mfa(mfa_serial=PHONE), in_memory=True)
    assert fakes.aws.calls == []


def test_an_interrupt_after_the_code_says_that_the_session_is_renewed() -> None:
    fakes = FakeEdges()
    fakes.interrupted = True
    with pytest.raises(Interrupted, match="had been renewed"):
        fakes.acquire(mfa(mfa_serial=PHONE))
    assert list(fakes.store.held) == ["mfa"]


def test_keys_of_a_process_are_fetched_only_when_needed() -> None:
    fakes = FakeEdges()
    source = Source(profile="default", process="x")
    fakes.store = FakeStore(standing())
    assert fakes.acquire(mfa(source=source)).reused
    fakes.process_keys = lambda _source: KEYS
    session = fakes.acquire(mfa(source=source), force=True).session
    assert session.source_key_id == "AKIAX"


def test_temporary_keys_of_a_process_are_refused_before_a_code() -> None:
    fakes = FakeEdges()
    fakes.process_keys = lambda _source: KEYS.replace(access_key_id="ASIAX")
    with pytest.raises(ConfigurationError) as caught:
        fakes.acquire(mfa(source=Source(profile="default", process="x")))
    assert caught.value.code == "temporary-source"
    assert (fakes.aws.calls, fakes.codes.problems) == ([], [])


@pytest.mark.parametrize(
    ("devices", "chosen", "code"),
    [
        ((), None, "no-mfa-device"),
        (("arn:aws:iam::123456789012:u2f/user/x/key",), None, "passkey-device"),
        ((PHONE, "GAHT12345678"), None, "several-mfa-devices"),
    ],
)
def test_an_ambiguous_list_of_devices_is_an_error(
    devices: tuple[str, ...], chosen: str | None, code: str
) -> None:
    fakes = FakeEdges()
    fakes.aws = FakeAws("123456", devices=devices)
    fakes.device_chosen = chosen
    with pytest.raises(ConfigurationError) as caught:
        fakes.acquire(mfa())
    assert caught.value.code == code
    assert fakes.codes.problems == []


def test_a_device_that_was_chosen_and_whose_account_must_be_asked() -> None:
    fakes = FakeEdges()
    fakes.aws = FakeAws("123456", devices=(PHONE, "GAHT12345678"))
    fakes.device_chosen = "GAHT12345678"
    session = fakes.acquire(mfa()).session
    assert (session.mfa_serial, session.account) == ("GAHT12345678", "210987654321")
