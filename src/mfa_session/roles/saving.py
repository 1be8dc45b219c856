"""The sessions of a batch on their way to the credentials file, or to the keyring."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.settings import KEYRING
from mfa_session.session.renewal import keep_aside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.model.ports import Safe, Store
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings

    Had = Sequence[tuple[Session, Settings]]


class Saving:
    """Saves sessions: those for the file in one write, those for the keyring one by one.

    `place` is where they lie aside until then, or if that fails; None without a home.
    """

    def __init__(self, store: Store, place: Safe | None) -> None:
        """Take both."""
        self._store = store
        self._place = place

    def note(self, session: Session, settings: Settings) -> None:
        """Put a session aside that AWS has just given; not one for the keyring: it cost no code."""
        if self._place is not None and settings.store != KEYRING:
            self._place.note(session)

    def save(self, had: Had) -> dict[str, ConfigurationError]:
        """Save them; return by profile the errors of those that are not where they belong."""
        in_file = [each for each in had if each[1].store != KEYRING]
        in_keyring = [each for each in had if each[1].store == KEYRING]
        refused, unsaved = self._save_in_file(in_file)
        unsaved |= self._save_in_keyring(in_keyring)
        lost = [session for session, _ in had if session.profile in unsaved]
        where = keep_aside(self._place, *lost) if lost else ""
        return {**refused, **{name: _unwritten(error, where) for name, error in unsaved.items()}}

    def _save_in_file(
        self, had: Had
    ) -> tuple[dict[str, ConfigurationError], dict[str, ConfigurationError]]:
        """Return the errors of profiles that may not be overwritten, and those of all."""
        if not had:
            return {}, {}
        try:
            return dict(self._store.save_all(had)), {}
        except ConfigurationError as error:
            return {}, {session.profile: error for session, _ in had}

    def _save_in_keyring(self, had: Had) -> dict[str, ConfigurationError]:
        unsaved = {}
        for session, settings in had:
            try:
                self._store.save(session, settings)
            except ConfigurationError as error:  # noqa: PERF203  # each is tried
                unsaved[session.profile] = error
        return unsaved


def _unwritten(error: ConfigurationError, where: str) -> ConfigurationError:
    return ConfigurationError(
        "session-not-written",
        f"{error.message}; {where}",
        f"{error.hint}; then run `mfa-session login --all` again: it needs no new code",
    )
