"""Sessions that could not be written: remembered as long as the process lives."""

from __future__ import annotations

from mfa_session.files.person_files import Files
from mfa_session.files.session_store import SessionStore
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import credentials_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings

_unwritten: dict[str, dict[str, Session]] = {}
"""By the path of the credentials file, then by profile."""


class RememberingFiles(Files):
    """The person's files, and beside them the sessions that this process could not write."""

    def recovered(self) -> Mapping[str, Session]:
        """Return the sessions that the credentials file could not take, by profile."""
        return {**super().recovered(), **_unwritten_beside(self.environ)}


class RememberingStore(SessionStore):
    """The store of sessions: what it cannot write, it remembers."""

    def sessions(self) -> list[Session]:
        """Read every session afresh; of two for one profile, take the one that lives longer."""
        standing = {session.profile: session for session in super().sessions()}
        for profile, session in _unwritten_beside(self._environ).items():
            if _ends(session) > _ends(standing.get(profile)):
                standing[profile] = session
        return list(standing.values())

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session to its profile. Raises ConfigurationError, and remembers it."""
        remembered = _unwritten_beside(self._environ)
        try:
            super().save(session, settings)
            remembered.pop(session.profile, None)
        except ConfigurationError:
            remembered[session.profile] = session
            raise


def _unwritten_beside(environ: Mapping[str, str]) -> dict[str, Session]:
    return _unwritten.setdefault(credentials_path(environ), {})


def _ends(session: Session | None) -> float:
    return session.expires_at.timestamp() if session and session.expires_at else 0.0
