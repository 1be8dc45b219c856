"""Sessions beside the credentials file: kept aside when it could not be written, or in a keyring.

Of those in the keyring, all but their secrets stands here, so that a listing unlocks nothing.
"""

from __future__ import annotations

from mfa_session.files.state import RECOVERED, STORED
from mfa_session.ini.document import IniDocument
from mfa_session.ini.reader import UnreadableText
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import PREFIX as OWN_PREFIX
from mfa_session.model.session import Keys, LazySecret, read_session, session_values
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mfa_session.files.state import StateDir
    from mfa_session.model.session import Session

    Fetch = Callable[[str, str | None], Keys | None]

_KEYRING = OWN_PREFIX + "keyring"
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
    return IniDocument.empty("").with_sections(sections).to_bytes()


def profiles_in(state: StateDir, name: str) -> dict[str, Session]:
    """Return the sessions in one file, by profile; none where it is not whole."""
    try:
        document = IniDocument.parse(state.read(name) or b"", name)
    except UnreadableText:  # cut short by a kill: nothing in it can be used
        return {}
    found = {}
    for profile in document.names():
        session = read_session(profile, document.section(profile) or {})
        if session is not None:
            found[profile] = session
    return found


def read_stored(state: StateDir, fetch: Fetch) -> dict[str, Session]:
    """Return the sessions in the keyring, by profile; `fetch` is called when a secret is opened.

    It gets the profile and the class of the keyring, and returns the keys.
    """
    found = {}
    for name in state.names(STORED):
        try:
            document = IniDocument.parse(state.read(name) or b"", name)
        except UnreadableText:
            continue
        for profile in document.names():
            session = _read_stored(profile, document.section(profile) or {}, fetch)
            if session is not None:
                found[profile] = session
    return found


def stored_text(session: Session, keyring: str) -> bytes:
    """Return what is kept of a session beside the keyring (by its class): no secret."""
    opened = Keys(
        access_key_id=session.keys.access_key_id, secret_access_key=LazySecret(lambda: "")
    )
    lines = session_values(session.replace(keys=opened))
    kept = {key: value for key, value in lines.items() if not key.startswith("aws_") and value}
    sections = {session.profile: {**kept, _KEYRING: keyring}}
    return IniDocument.empty("").with_sections(sections).to_bytes()


def _read_stored(profile: str, section: Mapping[str, str], fetch: Fetch) -> Session | None:
    key_id = section.get(OWN_PREFIX + "key_id", "")
    hidden = dict.fromkeys(("aws_secret_access_key", "aws_session_token"), "in-the-keyring")
    session = read_session(profile, {**section, "aws_access_key_id": key_id, **hidden})
    if session is None or not session.managed:
        return None
    secrets = _Secrets(session, section.get(_KEYRING), fetch)
    keys = Keys(
        access_key_id=key_id,
        secret_access_key=LazySecret(secrets.secret),
        session_token=LazySecret(secrets.token),
    )
    return session.replace(keys=keys, in_keyring=True)


class _Secrets:
    """A session's two secrets, fetched together, once."""

    def __init__(self, session: Session, keyring: str | None, fetch: Fetch) -> None:
        self._session = session
        self._keyring = keyring
        self._fetch = fetch
        self._fetched: Keys | None = None

    def secret(self) -> str:
        """Return the secret access key."""
        return self._keys().secret_access_key.reveal()

    def token(self) -> str:
        """Return the session token."""
        token = self._keys().session_token
        return token.reveal() if token else ""

    def _keys(self) -> Keys:
        if self._fetched is None:
            session = self._session
            keys = self._fetch(session.profile, self._keyring)
            if keys is None or keys.access_key_id != session.keys.access_key_id:
                raise ConfigurationError(
                    "session-not-stored",
                    f"the keyring does not have the session of profile {session.profile!r}",
                    f"renew it: `mfa-session login --profile {quote(session.name)} --force`",
                )
            self._fetched = keys
        return self._fetched
