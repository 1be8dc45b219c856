"""The store of sessions: the credentials file first, the state directory when that fails."""

from __future__ import annotations

import hashlib
import os

from mfa_session.files.aws_files import read_profiles
from mfa_session.files.recovered import PREFIX, read_recovered, to_text
from mfa_session.files.shared import config_file, credentials_file
from mfa_session.model import copied_settings
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.listing import list_sessions
from mfa_session.model.profiles import config_header_in
from mfa_session.model.session import MANAGER, OWN_KEYS, holds_long_term_keys, session_values
from mfa_session.model.session import PREFIX as OWN_PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.files.state import Reservation, StateDir
    from mfa_session.ini.document import Document
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings

_COPIED = OWN_PREFIX + "copied"
_RESERVED_BYTES = 16384  # a session token may have 4 KiB and more


class SessionStore:
    """Read, write and remove sessions; long-term keys are never overwritten."""

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        """Take the environment that names the files, the state directory, and how to warn."""
        self._environ = environ
        self._state = state
        self._warn = warn
        self._credentials = credentials_file(environ, state, warn)
        self._config = config_file(environ, state, warn)

    def sessions(self) -> list[Session]:
        """Read every session afresh."""
        profiles = read_profiles(self._environ)
        self._expect(profiles)
        return list_sessions(profiles, read_recovered(self._state))

    def begin(self, profiles: ProfileFiles) -> None:
        """Take what stood there at the command's start; remove copies that killed runs left."""
        self._expect(profiles)
        self._clear()

    def _expect(self, profiles: ProfileFiles) -> None:
        """Let none of these sections be gone later, but those that this tool manages."""
        credentials, config = profiles.credentials, profiles.config
        managed = set(credentials.names_mentioning(MANAGER))
        self._credentials.expect(set(credentials.names()) - managed)
        headers = {config_header_in(config, name) for name in managed}
        self._config.expect(set(config.names()) - headers)

    def _clear(self) -> None:
        self._credentials.clear()
        self._config.clear()

    def kept_aside(self) -> list[str]:
        """Return the profiles whose sessions lie in the state directory, not yet written."""
        return sorted(read_recovered(self._state))

    def check(self, target: str) -> None:
        """Refuse what is known to fail: a file that cannot be written, a protected profile."""
        self._clear()
        self._credentials.check_writable()
        profiles = read_profiles(self._environ)
        for section in (profiles.in_credentials(target), profiles.in_config(target)):
            _refuse_long_term(section or {}, target)

    def set_aside(self, target: str) -> AsidePlace | None:
        """Reserve a file of the state directory, so that even a full disk loses no session.

        Without a home directory there is none: the run goes on and warns.
        """
        if not self._state.has_place():
            self._warn(
                "there is no home directory and no XDG_STATE_HOME: "
                "if the session cannot be written, it is lost"
            )
            return None
        # The process in the name: a session that already lies aside for this profile stays.
        name = f"{PREFIX}{_hashed(target)}-{os.getpid()}"
        return AsidePlace(self._state.reserve(name, _RESERVED_BYTES))

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session to its section, and the source's settings to the AWS config."""
        target = session.profile
        values, ours = self._plan_copies(target, settings.written)
        session = session.replace(copied=copied_settings.to_text(ours))

        def edit(document: Document) -> Document:
            _refuse_long_term(document.section(target) or {}, target)
            return document.with_values(target, session_values(session))

        self._credentials.update(target, edit)
        self._forget_aside(target)
        try:
            self._set_in_config(target, values)
        except ConfigurationError as error:
            self._warn(f"the settings of profile {target!r} were not written: {error.message}")

    def remove(self, profile: str) -> None:
        """Remove what this tool wrote to a section, and a session kept aside for it."""
        profiles = read_profiles(self._environ)
        remembered = (profiles.in_credentials(profile) or {}).get(_COPIED)
        ours = copied_settings.still_ours(
            copied_settings.from_text(remembered), profiles.in_config(profile) or {}
        )

        def edit(document: Document) -> Document:
            present = document.section(profile) or {}
            _refuse_long_term(present, profile)
            own = [key for key in present if key in OWN_KEYS or key.startswith(OWN_PREFIX)]
            return document.without_keys(profile, own)

        self._credentials.update(profile, edit)
        self._forget_aside(profile)
        try:
            self._remove_from_config(profile, list(ours))
        except ConfigurationError as error:
            self._warn(f"the settings of profile {profile!r} were not removed: {error.message}")

    def _plan_copies(
        self, target: str, wanted: Mapping[str, str]
    ) -> tuple[dict[str, str | None], dict[str, str]]:
        profiles = read_profiles(self._environ)
        remembered = (profiles.in_credentials(target) or {}).get(_COPIED)
        present = profiles.in_config(target) or {}
        return copied_settings.changes(wanted, copied_settings.from_text(remembered), present)

    def _set_in_config(self, target: str, values: Mapping[str, str | None]) -> None:
        def edit(document: Document) -> Document:
            header = config_header_in(document, target)
            present = document.section(header) or {}
            new = {key: value for key, value in values.items() if present.get(key) != value}
            return document.with_values(header, new) if new else document

        if values:
            self._config.update(target, edit)

    def _remove_from_config(self, target: str, keys: list[str]) -> None:
        def edit(document: Document) -> Document:
            header = config_header_in(document, target)
            return document.without_keys(header, keys) if document.section(header) else document

        if keys:
            self._config.update(target, edit)

    def _forget_aside(self, profile: str) -> None:
        for name in self._state.names(PREFIX + _hashed(profile)):
            if self._state.read(name):
                self._state.remove(name)


class AsidePlace:
    """A reserved file for one session."""

    def __init__(self, reservation: Reservation) -> None:
        """Take the reservation."""
        self._reservation = reservation
        self._kept = False

    def keep(self, session: Session) -> str:
        """Put the session there; the next command finds it."""
        self._reservation.fill(to_text(session))
        self._kept = True
        return self._reservation.path

    def release(self) -> None:
        """Remove the file, unless the session lies in it."""
        if not self._kept:
            self._reservation.release()


def _hashed(profile: str) -> str:
    return hashlib.sha256(profile.encode()).hexdigest()[:16]


def _refuse_long_term(section: Mapping[str, str], profile: str) -> None:
    if holds_long_term_keys(section):
        raise ConfigurationError(
            "protected-profile",
            f"profile {profile!r} holds long-term keys, which are never overwritten",
            "choose another profile: --write-to NAME",
        )
