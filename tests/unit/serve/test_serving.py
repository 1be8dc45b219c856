"""All clients share one renewal, which runs in the background while the session is valid."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import threading
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from fakes.edges import NOW, FakeClock
from mfa_session.model.errors import NoMfaError
from mfa_session.model.ports import Issued
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import SessionOptions
from mfa_session.serve import serving
from mfa_session.serve.serving import Renewed, Supply, make_renewal, read_renewed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


MARGIN_SECONDS = 300


def issued(number: int, seconds: float) -> Issued:
    """Return the session of this number, which expires `seconds` after NOW."""
    keys = Keys(access_key_id=f"ASIA{number}", secret_access_key=Secret("x"))
    return Issued(keys=keys, expires_at=NOW + timedelta(seconds=seconds))


class Renewals:
    """Renewals that end when the test sets `may_end`."""

    def __init__(self, *answers: Renewed) -> None:
        """Take the outcomes of the renewals."""
        self.answers = list(answers)
        self.begun = 0
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self) -> Renewed:
        """Return the next outcome."""
        self.begun += 1
        assert self.may_end.wait(20)
        return self.answers.pop(0)


def in_a_loop(work: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine to its end."""

    async def run() -> None:
        await work()

    asyncio.run(run())


def make(renewals: Renewals, clock: FakeClock, told: list[str]) -> Supply:
    """Return a supply whose first session has 15 minutes."""
    return Supply(issued(0, 900), renewals, clock, told.append, MARGIN_SECONDS)


async def renewed(served: Supply, number: int) -> Issued:
    """Ask until the answer is the session of this number."""
    while (current := await served.current()).keys.access_key_id != f"ASIA{number}":
        await asyncio.sleep(0.001)
    return current


def test_a_session_with_enough_time_left_is_returned() -> None:
    renewals = Renewals()

    async def work() -> None:
        served = make(renewals, FakeClock(), [])
        assert (await served.current()).keys.access_key_id == "ASIA0"

    in_a_loop(work)
    assert renewals.begun == 0


def test_a_job_outlives_three_sessions() -> None:
    clock, told = FakeClock(), list[str]()
    renewals = Renewals(*(Renewed(issued=issued(n, 900 + 700 * n)) for n in (1, 2, 3)))

    async def work() -> None:
        served = make(renewals, clock, told)
        for number in (1, 2, 3):
            clock.moment += timedelta(seconds=700)
            renewals.may_end.clear()
            old = await served.current()  # answers at once, and renews in the background
            assert old.keys.access_key_id == f"ASIA{number - 1}"
            renewals.may_end.set()
            await renewed(served, number)

    in_a_loop(work)
    assert (renewals.begun, told) == (3, [])


def test_64_requests_for_an_expired_session_share_one_renewal() -> None:
    clock = FakeClock()
    renewals = Renewals(Renewed(issued=issued(1, 5000)))

    async def work() -> None:
        served = make(renewals, clock, [])
        clock.moment += timedelta(seconds=1000)
        renewals.may_end.clear()
        asking = [asyncio.ensure_future(served.current()) for _ in range(64)]
        asking[0].cancel()  # one client disconnects
        while not renewals.begun:
            await asyncio.sleep(0.001)
        renewals.may_end.set()
        answers = await asyncio.gather(*asking[1:])
        assert {answer.keys.access_key_id for answer in answers} == {"ASIA1"}

    in_a_loop(work)
    assert renewals.begun == 1


def test_a_failed_renewal_is_not_repeated_at_once() -> None:
    clock, told = FakeClock(), list[str]()
    renewals = Renewals(Renewed(issued=issued(0, 900), problem="no"), Renewed(problem="never"))

    async def work() -> None:
        served = make(renewals, clock, told)
        clock.moment += timedelta(seconds=700)
        await served.current()
        renewal = served._renewal
        assert renewal is not None
        await renewal
        await served.current()
        assert served._renewal is renewal

    in_a_loop(work)
    assert (renewals.begun, told) == (1, ["the session was not renewed: no"])


def test_a_failed_renewal_is_reported_once_and_the_valid_session_is_still_returned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "PAUSE_SECONDS", 0)
    clock, told = FakeClock(), list[str]()
    nobody = "session 'mfa' needs an MFA code and there is nobody to ask"
    renewals = Renewals(*[Renewed(problem=nobody)] * 3, Renewed(issued=issued(1, 5000)))

    async def work() -> None:
        served = make(renewals, clock, told)
        clock.moment += timedelta(seconds=700)
        while renewals.begun < 2:
            assert (await served.current()).keys.access_key_id == "ASIA0"
            await asyncio.sleep(0.001)
        clock.moment += timedelta(seconds=700)
        with pytest.raises(NoMfaError, match=nobody):
            await served.current()
        await renewed(served, 1)  # somebody has logged in elsewhere

    in_a_loop(work)
    assert told == [f"the session was not renewed: {nobody}"]


def test_a_renewal_that_waits_at_the_terminal_is_reported_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "MOST_WAITING_SECONDS", 0.01)
    clock = FakeClock()
    renewals = Renewals(Renewed(problem="no"))

    async def work() -> None:
        served = make(renewals, clock, [])
        clock.moment += timedelta(seconds=1000)
        renewals.may_end.clear()
        with pytest.raises(NoMfaError, match="waits for an answer at the terminal"):
            await served.current()
        renewals.may_end.set()

    in_a_loop(work)


def test_a_renewal_that_cannot_start_is_reported_and_not_repeated_at_once() -> None:
    clock, told, begun = FakeClock(), list[str](), list[int]()

    def refuse() -> Renewed:
        begun.append(1)
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    async def ask() -> None:
        supply = Supply(issued(0, 100), refuse, clock, told.append, MARGIN_SECONDS)
        for _ in range(5):
            assert await supply.current() == issued(0, 100)
            await asyncio.sleep(0.01)
        clock.moment += timedelta(seconds=200)
        with pytest.raises(NoMfaError, match="temporarily unavailable"):
            await supply.current()

    in_a_loop(ask)
    assert (len(begun), len(told)) == (1, 1)


PRINTED = {
    "Version": 1,
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "planted-secret",
    "SessionToken": "planted-token",
    "Expiration": "2031-01-31T12:00:00Z",
}


@pytest.mark.parametrize(
    ("options", "may_ask", "words", "added"),
    [
        ({}, True, [], {}),
        (
            {"profile": "books", "min_ttl": 600, "duration": 5400},
            False,
            ["--profile", "books", "--min-ttl", "10m", "--no-input"],
            {"MFA_SESSION_DURATION": "1h30m"},
        ),
    ],
)
def test_a_renewal_asks_for_the_same_session(
    options: dict[str, Any], may_ask: bool, words: list[str], added: dict[str, str]
) -> None:
    ran: list[tuple[list[str], Mapping[str, str]]] = []

    def run(words: list[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
        ran.append((words, environ))
        return 0, json.dumps(PRINTED), ""

    environ = {"AWS_PROFILE": "work", "MFA_SESSION_TOKEN_CODE": "123456"}
    ctx: Any = SimpleNamespace(environ=environ, may_ask=may_ask)
    make_renewal(SessionOptions(**options), ctx, run)()
    assert ran == [(["credential-process", *words], {"AWS_PROFILE": "work", **added})]


def test_the_printed_credentials_are_the_new_session() -> None:
    found = read_renewed(0, json.dumps(PRINTED), "")
    assert found.problem == ""
    assert found.issued is not None
    assert found.issued.keys.access_key_id == "ASIAEXAMPLE"
    assert found.issued.expires_at == datetime(2031, 1, 31, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("exit_code", "stdout", "stderr", "problem"),
    [
        (4, "", "mfa-session: error: needs a code; run it\n", "needs a code; run it"),
        (4, "", "mfa-session: warning: x\nmfa-session: error: y\n", "y"),
        (-9, "", "", "its renewal ended with exit code -9"),
        (0, "", "", "its renewal printed no credentials"),
        (0, "[]", "", "its renewal printed no credentials"),
        (0, '{"AccessKeyId": "planted-secret"}', "", "its renewal printed no credentials"),
        (0, '{"Expiration": "planted-secret"}', "", "its renewal printed no credentials"),
    ],
)
def test_a_failed_renewal_has_a_problem_without_the_output(
    exit_code: int, stdout: str, stderr: str, problem: str
) -> None:
    found = read_renewed(exit_code, stdout, stderr)
    assert (found.issued, found.problem) == (None, problem)


def test_the_old_session_is_returned_with_the_reason() -> None:
    warning = "mfa-session: warning: not renewed: AWS cannot be reached\n"
    found = read_renewed(0, json.dumps(PRINTED), warning)
    assert found.issued is not None
    assert found.problem == "AWS cannot be reached"
