"""The fakes accept and refuse what the real edges do."""

from __future__ import annotations

import pytest

from fakes.edges import NOW, PHONE, FakeAws, FakeEdges, FakeStore, FakeTurns, ListedCodes
from mfa_session.model.errors import CodeRejectedError, NoMfaError
from mfa_session.model.ports import Caller, MfaCode
from mfa_session.model.session import Keys, Secret, Session
from mfa_session.model.settings import Settings, Source

KEYS = Keys(access_key_id="AKIAX", secret_access_key=Secret("x"))
CALLER = Caller(keys=KEYS, profile="default", region=None)
SETTINGS = Settings(name="mfa", target="mfa", source=Source(keys=KEYS), duration=900)


def test_a_code_works_once() -> None:
    aws = FakeAws("111111")
    code = MfaCode(serial=PHONE, code="111111")
    issued = aws.get_session_token(CALLER, code, 900)
    assert (issued.expires_at - NOW).total_seconds() == 900
    with pytest.raises(CodeRejectedError):
        aws.get_session_token(CALLER, code, 900)
    assert aws.calls == [f"GetSessionToken AKIAX {PHONE} 900"] * 2


def test_codes_come_in_order_and_an_empty_list_is_refused() -> None:
    codes = ListedCodes("1", "2")
    source = codes.for_settings(SETTINGS)(PHONE)
    assert [source.next_code(PHONE, None), source.next_code(PHONE, "wrong")] == ["1", "2"]
    assert codes.problems == [None, "wrong"]
    with pytest.raises(NoMfaError, match="mfa needs a code"):
        ListedCodes().for_settings(SETTINGS)


def test_the_store_holds_one_session_a_profile() -> None:
    session = Session(name="mfa", profile="mfa", keys=KEYS)
    store = FakeStore(session)
    store.save(session.replace(name="again"), SETTINGS)
    assert [held.name for held in store.sessions()] == ["again"]


def test_meanwhile_is_called_once() -> None:
    turns, happened = FakeTurns(), list[str]()
    turns.meanwhile = lambda: happened.append("x")
    for _ in range(2):
        with turns.take("key", "what"):
            happened.append("turn")
    assert happened == ["x", "turn", "turn"]


def test_an_unexpected_process_is_not_run() -> None:
    with pytest.raises(AssertionError, match="no process"):
        FakeEdges().edges().process_keys(Source(profile="work", process="x"))
