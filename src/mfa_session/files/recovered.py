"""Sessions kept aside in the state directory when the credentials file could not be written."""

from __future__ import annotations

from mfa_session.files.state import RECOVERED
from mfa_session.ini.document import Document
from mfa_session.ini.reader import UnreadableText
from mfa_session.model.session import read_session, session_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.files.state import StateDir
    from mfa_session.model.session import Session

MOST_IN_ONE_FILE = 50
"""Sessions of the largest tokens: the state directory reads files of up to 1 MiB."""


def read_recovered(state: StateDir) -> dict[str, Session]:
    """Return the sessions kept aside, by the profile they are meant for."""
    found: dict[str, Session] = {}
    for name in state.names(RECOVERED):
        found.update(profiles_in(state, name))
    return found


def to_text(sessions: Iterable[Session]) -> bytes:
    """Return sessions as a file of their own: a section each, as in the credentials file."""
    sections = {session.profile: session_values(session) for session in sessions}
    return Document.empty("").with_sections(sections).to_bytes()


def profiles_in(state: StateDir, name: str) -> dict[str, Session]:
    """Return the sessions in one file, by profile; none where it is not whole."""
    try:
        document = Document.parse(state.read(name) or b"", name)
    except UnreadableText:  # cut short by a kill: nothing to be had from it
        return {}
    found = {}
    for profile in document.names():
        session = read_session(profile, document.section(profile) or {})
        if session is not None:
            found[profile] = session
    return found
