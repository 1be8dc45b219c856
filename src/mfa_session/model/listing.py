"""Every session that stands in the files, ours and other tools'."""

from __future__ import annotations

from mfa_session.model.session import SESSION_KEY_PREFIX, Session, read_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.profiles import ProfileFiles


def list_sessions(profiles: ProfileFiles, recovered: Mapping[str, Session]) -> list[Session]:
    """Return the sessions of the credentials file, and those kept aside when it was not written."""
    sessions = dict(recovered)
    for name in profiles.credentials.names_mentioning(SESSION_KEY_PREFIX):
        session = read_session(name, profiles.in_credentials(name) or {})
        if session is not None and not _is_newer(recovered.get(name), session):
            sessions[name] = session
    return [sessions[name] for name in sorted(sessions)]


def _is_newer(aside: Session | None, standing: Session) -> bool:
    if aside is None or aside.expires_at is None:
        return False
    return standing.expires_at is None or aside.expires_at > standing.expires_at
