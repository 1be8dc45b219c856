"""Sessions whose keys are in the keyring; what is no secret stands in the state directory."""

from __future__ import annotations

from mfa_session.files.recovered import read_stored, stored_text
from mfa_session.files.state import STORED, file_of_profile
from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from mfa_session.files.state import StateDir
    from mfa_session.model.session import Keys, Session

    class SessionVault(Protocol):
        """The keyring's sessions, by profile; ConfigurationError where the keyring fails."""

        def get(self, profile: str, backend: str | None = None) -> Keys | None:
            """Return a session's keys, or None."""

        def put(self, profile: str, keys: Keys) -> str:
            """Store a session's keys, and see that they are given back; return the backend."""

        def remove(self, profile: str) -> None:
            """Remove a session's keys; none is fine."""


class KeyringSessions:
    """The sessions in the keyring, which is asked only where a method says so."""

    def __init__(
        self, state: StateDir, vault: Callable[[], SessionVault], warn: Callable[[str], None]
    ) -> None:
        """Take the state directory, how to open the keyring, and how to warn."""
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
