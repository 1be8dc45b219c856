"""Each window's code is sent once, and one process at a time sends codes of a device."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from fakes.edges import NOW, PHONE, FakeEdges, FakeTurns, ListedCodes
from mfa_session.mfa.devices import send_code, wait_for_unused
from mfa_session.model.ports import Issued
from mfa_session.model.session import Keys, Secret
from mfa_session.model.totp import step_at

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW_STEP = step_at(NOW)


@pytest.mark.parametrize(
    ("used", "count", "opens"),
    [
        ([], 1, 0),
        ([0], 1, 1),
        ([-1], 1, 0),
        ([-1], 2, 1),
        ([0], 2, 2),
        ([0, 1], 1, 2),
        ([28], 1, 0),
    ],
    ids=[
        "none was sent", "this one's", "the one before's", "two are needed, one is new",
        "two are needed, none is new", "the next one's, too", "sent while the clock was ahead",
    ],
)  # fmt: skip
def test_the_wait_ends_when_the_codes_are_unused(used: list[int], count: int, opens: int) -> None:
    fakes = FakeEdges()
    for step in used:
        fakes.steps.note(PHONE, NOW_STEP + step)
    wait_for_unused(fakes.edges(), PHONE, count)
    assert step_at(fakes.clock.now()) == NOW_STEP + opens


class LoggedTurns(FakeTurns):
    """Turns that log their beginnings and ends."""

    def __init__(self, log: list[str]) -> None:
        """Take the log."""
        super().__init__()
        self._log = log

    @contextmanager
    def alone(self, key: str, what: str, by: str = "login") -> Iterator[None]:
        self._log.append(f"turn of {key}")
        with super().alone(key, what, by):
            yield
        self._log.append("turn over")


class LoggedCodes(ListedCodes):
    """Codes that log when one is generated or typed."""

    def __init__(self, log: list[str], *, generated: bool) -> None:
        """Take the log, and whether codes are generated."""
        super().__init__("123456")
        self.cure = "mend it" if generated else ""
        self._log = log

    def next_code(self, serial: str, problem: str | None) -> str:
        self._log.append("code")
        return super().next_code(serial, problem)


@pytest.mark.parametrize("generated", [True, False], ids=["made", "typed"])
def test_sending_holds_the_devices_turn_and_prompting_does_not(generated: bool) -> None:
    log: list[str] = []
    fakes = FakeEdges()
    fakes.turns = LoggedTurns(log)

    def call(code: str) -> Issued:
        log.append(f"sent {code}")
        return Issued(
            keys=Keys(access_key_id="ASIAEXAMPLE", secret_access_key=Secret("x")), expires_at=NOW
        )

    send_code(fakes.edges(), PHONE, LoggedCodes(log, generated=generated), call)
    turn = f"turn of device {PHONE}"
    before = [turn, "code"] if generated else ["code", turn]
    assert log == [*before, "sent 123456", "turn over"]
