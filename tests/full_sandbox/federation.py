"""The federation endpoint, which opens the console."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from full_sandbox.holders import RoleSession
from mfa_session.sandbox.server import Answer

if TYPE_CHECKING:
    from datetime import datetime

    from mfa_session.sandbox.clock import Clock
    from mfa_session.sandbox.identities import Directory, Session
    from mfa_session.sandbox.operations import Operation

_LIFE = timedelta(minutes=15)
_DURATIONS_SECONDS = range(900, 43201)
_TOKEN_BYTES = 1200  # like AWS's


@dataclass(frozen=True)
class SigninToken:
    """A token for one sign-in to the console."""

    session: Session
    expires_at: datetime


class SigninEndpoint:
    """Answers `getSigninToken` and `login`."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        """Take the directory and the clock."""
        self._directory = directory
        self._clock = clock
        self._tokens: dict[str, SigninToken] = {}

    def answer(self, method: str, operation: Operation) -> Answer:
        """Return the answer; a refusal has status 400 and, at AWS, no reason."""
        with self._directory.lock:
            if method != "GET":
                return _refusal("wrong method")
            if operation.name == "getSigninToken":
                return self._give_token(operation)
            if operation.name == "login":
                return self._sign_in(operation)
        return _refusal("unknown action")

    def _give_token(self, operation: Operation) -> Answer:
        session = self._find_session(operation.text("Session") or "")
        if session is None or session.expires_at <= self._clock.now():
            return _refusal("no such session, or expired")
        if not isinstance(session, RoleSession):
            return _refusal("a session of GetSessionToken")
        seconds = operation.text("SessionDuration")
        if seconds is not None and not _may_last(session, seconds):
            return _refusal("SessionDuration")
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._tokens[token] = SigninToken(session, self._clock.now() + _LIFE)
        return Answer(200, json.dumps({"SigninToken": token}).encode(), "application/json")

    def _find_session(self, text: str) -> Session | None:
        """Return the session with the three sent keys."""
        try:
            keys = json.loads(text)
            session = self._directory.sessions[keys["sessionId"]]
            sent = keys["sessionKey"], keys["sessionToken"]
        except (ValueError, KeyError, TypeError):
            return None
        return session if sent == (session.secret_access_key, session.session_token) else None

    def _sign_in(self, operation: Operation) -> Answer:
        """Redirect to the destination, once."""
        token = self._tokens.pop(operation.text("SigninToken") or "", None)
        destination = operation.text("Destination")
        if token is None or token.expires_at <= self._clock.now() or not destination:
            return _refusal("no such token, used or expired")
        return Answer(302, b"", "text/html", {"Location": destination})


def _may_last(session: RoleSession, seconds: str) -> bool:
    """Say whether SessionDuration is valid: only for a role assumed from long-term keys."""
    longest = session.holder.max_session_seconds
    fits = seconds.isdigit() and int(seconds) in _DURATIONS_SECONDS and int(seconds) <= longest
    return fits and not session.chained


def _refusal(why: str) -> Answer:
    return Answer(400, f"<html>Invalid federation request: {why}</html>".encode(), "text/html")
