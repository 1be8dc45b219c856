"""A boto3 session that signs with our session and renews it before it expires."""

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
"""The name of these credentials' source in botocore."""


class RenewedCredentials(RefreshableCredentials):  # type: ignore[misc]  # botocore has no types
    """botocore's refreshable credentials, renewed with less than `needed_seconds` left.

    One thread renews; the others wait only in the last two thirds of that time. After a fork
    during a renewal, the child can renew too.
    """

    def __init__(
        self,
        session: Session,
        renew: Callable[[], Session],
        now: Callable[[], datetime],
        needed_seconds: int,
    ) -> None:
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
    """Gives botocore these credentials, whatever the environment and the files contain."""

    METHOD = METHOD

    def __init__(self, credentials: RenewedCredentials) -> None:
        self._credentials = credentials
        super().__init__()

    def load(self) -> RenewedCredentials:
        return self._credentials


def make_boto3_session(
    credentials: RenewedCredentials, profile: str | None, region: str | None
) -> Any:
    """Return a boto3.Session; `profile` decides how to reach AWS, not which keys sign."""
    core = botocore.session.Session(profile=profile)
    core.register_component("credential_provider", CredentialResolver([_Provider(credentials)]))
    return boto3.Session(botocore_session=core, region_name=region)


def session_of(boto3_session: Any) -> Session | None:
    """Return our session that a boto3 session signs with; None if it has other credentials."""
    credentials = boto3_session.get_credentials()
    return credentials.session if isinstance(credentials, RenewedCredentials) else None


def _metadata(session: Session) -> dict[str, str | None]:
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
    """Replace the locks in a forked child, which has no thread that could release them."""
    for credentials in list(_living):
        credentials._refresh_lock = threading.Lock()  # noqa: SLF001  # botocore has no public way


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_free_locks)
