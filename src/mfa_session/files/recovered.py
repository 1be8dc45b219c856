"""Sessions kept aside in the state directory when the credentials file could not be written."""

from __future__ import annotations

from mfa_session.ini.document import Document
from mfa_session.ini.reader import UnreadableText
from mfa_session.model.session import Session, read_session, session_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.files.state import StateDir

PREFIX = "session-"


def read_recovered(state: StateDir) -> dict[str, Session]:
    """Return the sessions kept aside, by the profile they are meant for."""
    found = {}
    for name in state.names(PREFIX):
        session = _read_one(state, name)
        if session is not None:
            found[session.profile] = session
    return found


def to_text(session: Session) -> bytes:
    """Return a session as a file of its own: one section, as in the credentials file."""
    values = session_values(session)
    return Document.empty("").with_values(session.profile, values).to_bytes()


def _read_one(state: StateDir, name: str) -> Session | None:
    data = state.read(name)
    if not data:
        return None
    try:
        document = Document.parse(data, name)
    except UnreadableText:  # cut short by a kill: nothing to be had from it
        return None
    for profile in document.names():
        return read_session(profile, document.section(profile) or {})
    return None
