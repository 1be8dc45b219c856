"""Decides whether an existing session can be reused; reads nothing."""

from __future__ import annotations

from mfa_session.model.record import Record
from mfa_session.model.settings import KEYRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from mfa_session.model.ports import Clock
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings, Source


LEAST_BASE_SECONDS = 60


class Outcome(Record):
    """A session; `reused` if no call to AWS was made for it.

    `is_new_here`: it was written to this profile just now, be it a new one or another's.
    """

    session: Session
    reused: bool
    is_new_here: bool = False


def find_kept(settings: Settings, sessions: Iterable[Session], now: datetime) -> Session | None:
    """Return the session in the target profile if it fits the settings and lasts long enough."""
    for session in sessions:
        if session.profile == settings.target and session.name == settings.name:
            return session if serves(settings, session, now) else None
    return None


def is_in_place(session: Session, settings: Settings, aside: Collection[str]) -> bool:
    """Say whether a session is in the profile, and in the file or keyring, of its settings."""
    is_there = session.profile == settings.target and session.profile not in aside
    return is_there and session.in_keyring == (settings.store == KEYRING)


def find_living(settings: Settings, sessions: Iterable[Session], now: datetime) -> Session | None:
    """Return the session in the target profile if it fits the settings and has not expired."""
    return find_kept(settings.replace(min_ttl=0), sessions, now)


def find_displaced(
    settings: Settings, sessions: Iterable[Session], now: datetime
) -> Session | None:
    """Return the valid session of another user or role that a new one in the target replaces."""
    for session in sessions:
        if session.profile == settings.target and session.managed and session.is_valid(now):
            return None if is_same_identity(session, settings) else session
    return None


def find_shared(
    settings: Settings, sessions: Iterable[Session], now: datetime, since: datetime
) -> Session | None:
    """Return a session of the same identity, in any profile, that was obtained after `since`."""
    for session in sessions:
        obtained_at = session.obtained_at
        if obtained_at and obtained_at >= since and serves(settings, session, now):
            return session
    return None


def find_standing(
    settings: Settings, sessions: Iterable[Session], clock: Clock, replaced: Collection[str]
) -> Session | None:
    """Return a reusable session: the target's, or one obtained in this run; not `replaced`."""
    left, now = [one for one in sessions if one.keys.access_key_id not in replaced], clock.now()
    return find_kept(settings, left, now) or find_shared(settings, left, now, clock.started_at)


def find_base(settings: Settings, sessions: Iterable[Session], now: datetime) -> Session | None:
    """Return the longest-lived MFA session of the same key and serial, to assume a role from."""
    fitting = [
        session
        for session in sessions
        if session.kind == "mfa"
        and _is_from(settings, session, now)
        and (session.seconds_left(now) or 0) > LEAST_BASE_SECONDS
    ]
    return max(fitting, key=lambda session: session.seconds_left(now) or 0, default=None)


def serves(settings: Settings, session: Session, now: datetime) -> bool:
    """Say whether a session is what the settings ask for, with enough life left."""
    granted, left = session.duration_seconds or 0, session.seconds_left(now) or 0
    return (
        session.kind == settings.kind
        and _is_from(settings, session, now)
        and session.role_arn == settings.role_arn
        and session.external_id == settings.external_id
        and settings.role_session_name in (None, session.role_session_name)
        and not (settings.duration_is_explicit and settings.duration > granted)
        and left > 0
        and left >= needed_seconds(settings, session)
    )


def _is_from(settings: Settings, session: Session, now: datetime) -> bool:
    """Say whether a session is ours, of the source's key and the device, by a recent code."""
    is_ours = session.managed and is_of_source(session, settings.source)
    if not is_ours or settings.mfa_serial not in (None, session.mfa_serial):
        return False
    if settings.max_age is None:
        return True
    given_at = session.authenticated_at
    return given_at is not None and (now - given_at).total_seconds() <= settings.max_age


def needed_seconds(settings: Settings, session: Session) -> int:
    """Return min-ttl; unless it was set, at most a third of the session's duration."""
    if session.duration_seconds is None or settings.min_ttl_is_explicit:
        return settings.min_ttl
    return min(settings.min_ttl, session.duration_seconds // 3)


def is_of_user(session: Session, settings: Settings) -> bool:
    """Say whether a session belongs to the user of `settings`, even after a key rotation.

    AWS accepts only the user's own device, so the same device means the same user.
    """
    same_device = session.mfa_serial is not None and session.mfa_serial == settings.mfa_serial
    return same_device or is_of_source(session, settings.source)


def is_same_identity(session: Session, settings: Settings) -> bool:
    """Say whether a session belongs to the user, and is of the role, of `settings`."""
    return session.role_arn == settings.role_arn and is_of_user(session, settings)


def is_of_source(session: Session, source: Source) -> bool:
    """Compare key ids, or profiles if the keys come from a process that has not run.

    Of a key in the keyring, the id is noted: a session of one that was replaced does not count.
    """
    if source.keys is None:
        is_noted = not source.noted or (session.source_key_id or "") in source.noted
        return is_noted and session.source_profile == source.profile
    return session.source_key_id == source.keys.access_key_id
