"""A renewal runs `credential-process` with what this command was given."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.model.settings import SessionOptions
from mfa_session.serve.renewal import make_renewal, read_renewed

if TYPE_CHECKING:
    from collections.abc import Mapping

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
def test_it_asks_for_the_same_session(
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


def test_what_is_printed_is_the_new_session() -> None:
    found = read_renewed(0, json.dumps(PRINTED), "")
    assert found.problem is None
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
def test_what_went_wrong_is_a_problem_and_shows_nothing_that_was_printed(
    exit_code: int, stdout: str, stderr: str, problem: str
) -> None:
    found = read_renewed(exit_code, stdout, stderr)
    assert (found.issued, found.problem) == (None, problem)


def test_the_old_session_comes_with_the_reason() -> None:
    warning = "mfa-session: warning: not renewed: AWS cannot be reached\n"
    found = read_renewed(0, json.dumps(PRINTED), warning)
    assert found.issued is not None
    assert found.problem == "AWS cannot be reached"
