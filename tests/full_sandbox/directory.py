"""The sandbox's identities, and what IAM notes of them for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mfa_session.sandbox.identities import Directory

if TYPE_CHECKING:
    from datetime import datetime


class KeyState(NamedTuple):
    """A change of a key through IAM: created, Active, Inactive or deleted."""

    access_key_id: str
    state: str
    at: datetime


class FullDirectory(Directory):
    """A directory with aliases of accounts and the lives of keys.

    `known_from` maps key ids to when a new key has spread, `used_at` to when it last signed.
    """

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.aliases: dict[str, str] = {}
        self.key_log: list[KeyState] = []
        self.key_spread_seconds = 0.0
        self.known_from: dict[str, datetime] = {}
        self.used_at: dict[str, datetime] = {}

    def clear(self) -> None:
        """Remove everything."""
        with self.lock:
            for first in (self.users, self.roles, self.groups, self.policies):
                first.clear()
            for second in (self.devices, self.sessions, self.aliases):
                second.clear()
            for third in (self.known_from, self.used_at):
                third.clear()
            self.key_log.clear()
            self.key_spread_seconds = 0.0

    def account_of_key(self, access_key_id: str) -> str | None:
        """Return the account of a key, active or not."""
        found = self.find_caller(access_key_id)
        if found:
            return found[0].account
        key = self.find_key(access_key_id)
        return key[0].account if key else None
