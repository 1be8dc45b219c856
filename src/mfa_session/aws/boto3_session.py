"""A boto3 session that signs with a session of ours, renewed before it expires."""

from __future__ import annotations

import os
import threading
import weakref

import boto3
import botocore.session
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials

from mfa_session.model.times import format_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from mfa_session.model.session import Session

METHOD = "mfa-session"
"""What botocore calls the origin of these credentials."""


class RenewedCredentials(RefreshableCredentials):  # type: ignore[misc]  # botocore has no types
    """botocore's refreshable credentials: one thread renews, and the others wait or go on.

    They are renewed with less than `needed_seconds` left, and waited for in the last two thirds
    of that. A fork in the middle of a renewal leaves the child free to renew for itself.
    """

    def __init__(
        self,
        session: Session,
        renew: Callable[[], Session],
        now: Callable[[], datetime],
        needed_seconds: int,
    ) -> None:
        """Take the session to begin with, how to get the next, and AWS's time."""
        self.session = session
        self._renew_session = renew
        first = _metadata(session)
        super().__init__(
            access_key=first["access_key"],
            secret_key=first["secret_key"],
            token=first["token"],
            expiry_time=session.expires_at,
            refresh_using=self._renew,
            method=METHOD,
            time_fetcher=now,
            advisory_timeout=needed_seconds,
            mandatory_timeout=needed_seconds * 2 // 3,
            account_id=session.account,
        )
        _living.add(self)

    def _renew(self) -> dict[str, str | None]:
        self.session = self._renew_session()
        return _metadata(self.session)


class _Provider(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """Gives botocore these credentials, whatever the environment and the files have."""

    METHOD = METHOD

    def __init__(self, credentials: RenewedCredentials) -> None:
        self._credentials = credentials
        super().__init__()

    def load(self) -> RenewedCredentials:
        return self._credentials


def make_boto3_session(
    credentials: RenewedCredentials, profile: str | None, region: str | None
) -> Any:
    """Return a boto3.Session; `profile` decides how AWS is reached, but not by whose keys."""
    core = botocore.session.Session(profile=profile)
    core.register_component("credential_provider", CredentialResolver([_Provider(credentials)]))
    return boto3.Session(botocore_session=core, region_name=region)


def session_of(boto3_session: Any) -> Session | None:
    """Return the session that a boto3 session signs with; None where it is none of ours."""
    credentials = boto3_session.get_credentials()
    return credentials.session if isinstance(credentials, RenewedCredentials) else None


def _metadata(session: Session) -> dict[str, str | None]:
    """Return a session as botocore's refreshing takes it."""
    keys, token, ends = session.keys, session.keys.session_token, session.expires_at
    return {
        "access_key": keys.access_key_id,
        "secret_key": keys.secret_access_key.reveal(),
        "token": token.reveal() if token else None,
        "expiry_time": format_time(ends) if ends else None,
        "account_id": session.account,
    }


_living: weakref.WeakSet[RenewedCredentials] = weakref.WeakSet()


def _free_locks() -> None:
    """Free the locks in a forked child: the thread that held one lives in the parent only."""
    for credentials in list(_living):
        credentials._refresh_lock = threading.Lock()  # noqa: SLF001  # botocore has no other way


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_free_locks)
