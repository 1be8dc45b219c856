"""Sessions in the keyring, which the state directory notes without their secrets."""

from __future__ import annotations

from mfa_session.files.aside import read_recovered, sessions_in
from mfa_session.files.state import STORED, file_of_profile
from mfa_session.ini.document import IniDocument
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import PREFIX, Keys, LazySecret, read_session, session_values
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from mfa_session.files.state import StateDir
    from mfa_session.model.session import Session

    Fetch = Callable[[str, str | None], Keys | None]

    class SessionVault(Protocol):
        """The keyring's sessions, by profile; ConfigurationError where the keyring fails."""

        def get(self, profile: str, backend: str | None = None) -> Keys | None:
            """Return a session's keys, or None."""

        def put(self, profile: str, keys: Keys) -> str:
            """Store a session's keys, and see that they are given back; return the backend."""

        def remove(self, profile: str) -> None:
            """Remove a session's keys; none is fine."""


def read_beside(state: StateDir, fetch: Fetch) -> dict[str, Session]:
    """Return all sessions beside the credentials file, by profile; see `read_stored`."""
    return {**read_stored(state, fetch), **read_recovered(state)}


_KEYRING = PREFIX + "keyring"


class KeyringSessions:
    """The sessions in the keyring, which is asked only where a method says so."""

    def __init__(
        self, state: StateDir, vault: Callable[[], SessionVault], warn: Callable[[str], None]
    ) -> None:
        self._state = state
        self._vault = vault
        self._warn = warn

    def all(self) -> dict[str, Session]:
        """Return the sessions by profile; the keyring is asked when one's secrets are opened."""
        return read_stored(
            self._state, lambda profile, keyring: self._vault().get(profile, keyring)
        )

    def check(self, profile: str) -> None:
        """Ask the keyring, to refuse one that is locked, dead, or none."""
        self._vault().get(profile)

    def put(self, profile: str, keys: Keys) -> str:
        """Store a session's keys in the keyring; return its backend, for `note`."""
        return self._vault().put(profile, keys)

    def note(self, session: Session, backend: str) -> None:
        """Write down all but the secrets of a session that the keyring has."""
        name = file_of_profile(STORED, session.profile)
        self._state.write(name, stored_text(session, backend))

    def forget(self, profile: str) -> None:
        """Forget that the keyring has a session of this profile."""
        self._state.remove(file_of_profile(STORED, profile))

    def remove(self, profile: str) -> None:
        """Remove a session from the keyring, and forget it."""
        self._vault().remove(profile)
        self.forget(profile)

    def replace_by_file(self, profile: str) -> None:
        """Remove a session that the file has now; if that fails, the next login tries again."""
        try:
            self.remove(profile)
        except ConfigurationError as error:
            self._warn(f"the keys of profile {profile!r} stay in the keyring: {error.message}")


def read_stored(state: StateDir, fetch: Fetch) -> dict[str, Session]:
    """Return the sessions in the keyring, by profile; `fetch` is called when a secret is opened.

    It gets the profile and the class of the keyring, and returns the keys.
    """
    return sessions_in(
        state,
        state.names(STORED),
        lambda profile, section: _read_stored(profile, section, fetch),
    )


def stored_text(session: Session, keyring: str) -> bytes:
    """Return the note of a session in the keyring, without its secrets; `keyring` is its class."""
    opened = Keys(
        access_key_id=session.keys.access_key_id, secret_access_key=LazySecret(lambda: "")
    )
    lines = session_values(session.replace(keys=opened))
    kept = {key: value for key, value in lines.items() if not key.startswith("aws_") and value}
    sections = {session.profile: {**kept, _KEYRING: keyring}}
    return IniDocument(b"", "").with_sections(sections).data


def _read_stored(profile: str, section: Mapping[str, str], fetch: Fetch) -> Session | None:
    key_id = section.get(PREFIX + "key_id", "")
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
        return self._keys().secret_access_key.reveal()

    def token(self) -> str:
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
