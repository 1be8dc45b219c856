"""The store of sessions: the credentials file first, the state directory when that fails."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress

from mfa_session.files.aws_files import read_profiles
from mfa_session.files.recovered import (
    MOST_IN_ONE_FILE,
    profiles_in,
    read_recovered,
    read_stored,
    stored_text,
    to_text,
)
from mfa_session.files.shared import config_file, credentials_file
from mfa_session.files.state import RECOVERED, STORED
from mfa_session.model import copied_settings
from mfa_session.model.copied_settings import SERVES
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.profiles import config_header, config_header_in, config_headers
from mfa_session.model.session import (
    MANAGER,
    OWN_KEYS,
    holds_long_term_keys,
    list_sessions,
    session_values,
)
from mfa_session.model.session import PREFIX as OWN_PREFIX
from mfa_session.model.settings import KEYRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Protocol, TypeVar

    from mfa_session.files.state import Reservation, StateDir
    from mfa_session.ini.document import IniDocument
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Keys, Session
    from mfa_session.model.settings import Settings

    Item = TypeVar("Item")

    class SessionVault(Protocol):
        """The keyring's sessions, by profile; ConfigurationError where the keyring fails."""

        def get(self, profile: str, backend: str | None = None) -> Keys | None:
            """Return a session's keys, or None."""

        def put(self, profile: str, keys: Keys) -> str:
            """Store a session's keys, and see that they are given back; return the backend."""

        def remove(self, profile: str) -> None:
            """Remove a session's keys; none is fine."""


_COPIED = OWN_PREFIX + "copied"
PROCESS = "credential_process"
_RESERVED_BYTES = 16384  # a session token may have 4 KiB and more


class SessionStore:
    """Read, write and remove sessions; long-term keys are never overwritten."""

    def __init__(
        self,
        environ: Mapping[str, str],
        state: StateDir,
        warn: Callable[[str], None],
        vault: Callable[[], SessionVault],
        own_line: Callable[[str], str],
    ) -> None:
        """Take the environment that names the files, the state directory, and how to warn.

        `vault` returns the keyring's sessions, `own_line` the credential_process that yields one.
        """
        self._environ = environ
        self._state = state
        self._warn = warn
        self._vault = vault
        self._own_line = own_line
        self._credentials = credentials_file(environ, state, warn)
        self._config = config_file(environ, state, warn)

    def sessions(self) -> list[Session]:
        """Read every session afresh."""
        profiles = read_profiles(self._environ)
        self._expect(profiles)
        return list_sessions(profiles, {**self._stored(), **read_recovered(self._state)})

    def _stored(self) -> dict[str, Session]:
        """Return the sessions in the keyring, which is asked when one of them is opened."""
        return read_stored(
            self._state, lambda profile, keyring: self._vault().get(profile, keyring)
        )

    def begin(self, profiles: ProfileFiles) -> None:
        """Take what stood there at the command's start; remove copies that killed runs left."""
        self._expect(profiles)
        self._clear()

    def _expect(self, profiles: ProfileFiles) -> None:
        """Let none of these sections be gone later, but those that this tool manages."""
        credentials, config = profiles.credentials, profiles.config
        managed = set(credentials.names_mentioning(MANAGER))
        self._credentials.expect(set(credentials.names()) - managed)
        headers = {config_header_in(config, name) for name in {*managed, *self._stored()}}
        self._config.expect(set(config.names()) - headers)

    def _clear(self) -> None:
        self._credentials.clear()
        self._config.clear()

    def kept_aside(self) -> list[str]:
        """Return the profiles whose sessions lie in the state directory, not yet written."""
        return sorted(read_recovered(self._state))

    def check(self, *targets: str) -> None:
        """Refuse what is known to fail: a file that cannot be written, a protected profile."""
        self._clear()
        self._credentials.check_writable()
        profiles = read_profiles(self._environ)
        for target in targets:
            for section in (profiles.in_credentials(target), profiles.in_config(target)):
                _refuse_long_term(section or {}, target)

    def check_keyring(self, target: str) -> None:
        """Refuse a keyring that is known to fail: locked, dead, or none."""
        self._vault().get(target)

    def set_aside(self, *targets: str) -> AsidePlace | None:
        """Reserve room in the state directory, so that even a full disk loses no session.

        Without a home directory there is none: the run goes on and warns.
        """
        if not self._state.has_place():
            self._warn(
                "there is no home directory and no XDG_STATE_HOME: "
                "if the session cannot be written, it is lost"
            )
            return None
        # Writing imports it when it is first needed; once a code is spent, that might fail.
        import mfa_session.ini.editing  # noqa: F401, PLC0415

        place = AsidePlace(self._state)
        try:
            for group in _in_groups(targets):
                # The process in the name: a session that already lies aside for a profile stays.
                name = f"{RECOVERED}{_hashed(group[0])}-{os.getpid()}"
                place.add(self._state.reserve(name, _RESERVED_BYTES * len(group)))
        except BaseException:
            place.release()
            raise
        return place

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session to its section, and the source's settings to the AWS config."""
        for error in self.save_all([(session, settings)]).values():
            raise error

    def save_all(self, had: Sequence[tuple[Session, Settings]]) -> Mapping[str, ConfigurationError]:
        """Write sessions to their sections in one write, and what they copy in another.

        Returns the errors of those whose profiles may not be overwritten; the others are written.
        Raises ConfigurationError where the file cannot be written: then none is.
        """
        in_keyring = [each for each in had if each[1].store == KEYRING]
        in_file = [each for each in had if each[1].store != KEYRING]
        refused = self._save_in_file(in_file) if in_file else {}
        for session, settings in in_keyring:
            self._save_in_keyring(session, settings)
        return refused

    def _save_in_file(
        self, had: Sequence[tuple[Session, Settings]]
    ) -> Mapping[str, ConfigurationError]:
        copies, lines = self._plan_copies(had)
        refused: dict[str, ConfigurationError] = {}

        def change(document: IniDocument) -> Mapping[str, Mapping[str, str | None]]:
            refused.update(_refusals(document, lines))
            return {target: own for target, own in lines.items() if target not in refused}

        self._credentials.update_sections(change)
        written = [target for target in lines if target not in refused]
        self._forget_aside(written)
        self._set_in_config({target: copies[target] for target in written if copies[target]})
        for target in self._stored().keys() & set(written):
            self._empty_keyring(target)
        return refused

    def _save_in_keyring(self, session: Session, settings: Settings) -> None:
        """Store a session, say so beside the keyring, and lead SDKs there; then clear the file."""
        target = session.profile
        _refuse_long_term(read_profiles(self._environ).in_credentials(target) or {}, target)
        backend = self._vault().put(target, session.keys)
        written = {**settings.written, PROCESS: self._own_line(session.name)}
        copies, lines = self._plan_copies([(session, settings.replace(written=written))])
        session = session.replace(copied=lines[target][_COPIED])
        self._state.write(_stored_name(target), stored_text(session, backend))
        self._forget_aside([target])
        self._set_in_config({target: copies[target]} if copies[target] else {})
        self._clear_section(target)

    def _clear_section(self, profile: str) -> None:
        """Remove what this tool wrote to a section of the credentials file."""

        def edit(document: IniDocument) -> IniDocument:
            present = document.section(profile) or {}
            _refuse_long_term(present, profile)
            own = [key for key in present if key in OWN_KEYS or key.startswith(OWN_PREFIX)]
            return document.without_keys(profile, own)

        self._credentials.update(profile, edit)

    def _empty_keyring(self, profile: str) -> None:
        """Remove a session's keys from the keyring; if that fails, the next login tries again."""
        try:
            self._vault().remove(profile)
            self.forget(profile)
        except ConfigurationError as error:
            self._warn(f"the keys of profile {profile!r} stay in the keyring: {error.message}")

    def forget(self, profile: str) -> None:
        """Forget that the keyring has a session of this profile."""
        self._state.remove(_stored_name(profile))

    def remove(self, profile: str) -> None:
        """Remove what this tool wrote to a section, and a session kept aside for it."""
        profiles = read_profiles(self._environ)
        stored = self._stored().get(profile)
        remembered = self._remembered(profiles, profile, stored)
        ours = copied_settings.still_ours(remembered, profiles.in_config(profile) or {})
        if stored is not None:
            self._vault().remove(profile)
            self.forget(profile)
        self._clear_section(profile)
        self._forget_aside([profile])
        served = copied_settings.served_profile(profile)
        in_served = profiles.in_config(served) or {}
        copied = copied_settings.from_text(in_served.get(SERVES))
        ours_served = copied_settings.still_ours(copied, in_served)
        try:
            self._remove_from_config(profile, list(ours))
            if SERVES in in_served:
                self._remove_from_config(served, [SERVES, *ours_served])
        except ConfigurationError as error:
            self._warn(f"the settings of profile {profile!r} were not removed: {error.message}")

    def _remembered(
        self, profiles: ProfileFiles, profile: str, stored: Session | None
    ) -> dict[str, str]:
        """Return what this tool wrote to the profile in the AWS config.

        A process that yields this very session is ours, even if a failed write made us forget it.
        """
        section = profiles.in_credentials(profile) or {}
        copied = copied_settings.from_text(stored.copied if stored else section.get(_COPIED))
        process = (profiles.in_config(profile) or {}).get(PROCESS)
        name = stored.name if stored else section.get(OWN_PREFIX + "name", profile)
        if process is not None and process == self._own_line(name):
            copied[PROCESS] = process
        return copied

    def _plan_copies(
        self, had: Sequence[tuple[Session, Settings]]
    ) -> tuple[dict[str, Mapping[str, str | None]], dict[str, Mapping[str, str | None]]]:
        """Return by target the settings to write to the AWS config, and the session's own lines."""
        profiles, stored = read_profiles(self._environ), self._stored()
        copies: dict[str, Mapping[str, str | None]] = {}
        lines: dict[str, Mapping[str, str | None]] = {}
        for session, settings in had:
            target = session.profile
            copies[target], ours = copied_settings.changes(
                settings.written,
                self._remembered(profiles, target, stored.get(target)),
                profiles.in_config(target) or {},
            )
            copied = copied_settings.to_text(ours)
            lines[target] = session_values(session.replace(copied=copied))
        return copies, lines

    def _set_in_config(self, copies: Mapping[str, Mapping[str, str | None]]) -> None:
        def change(document: IniDocument) -> Mapping[str, Mapping[str, str | None]]:
            headers = config_headers(document)
            return {
                headers.get(target) or config_header(target): values
                for target, values in copies.items()
            }

        try:
            if copies:
                self._config.update_sections(change)
        except ConfigurationError as error:
            names = ", ".join(map(repr, copies))
            self._warn(f"the settings of profile {names} were not written: {error.message}")

    def _remove_from_config(self, target: str, keys: list[str]) -> None:
        def edit(document: IniDocument) -> IniDocument:
            header = config_header_in(document, target)
            return document.without_keys(header, keys) if document.section(header) else document

        if keys:
            self._config.update(target, edit)

    def _forget_aside(self, profiles: Collection[str]) -> None:
        """Remove what lies aside of these profiles: a file goes with the last of its sessions.

        What cannot be removed is told, and goes with the next session that is written.
        """
        try:
            self._remove_aside(profiles)
        except ConfigurationError as error:
            self._warn(f"a session that is written lies aside still: {error.message}")

    def _remove_aside(self, profiles: Collection[str]) -> None:
        noted = {_noted(profile) for profile in profiles}
        for name in self._state.names(RECOVERED):
            if name.rpartition("-")[0] in noted:  # of one profile alone, and there may be many
                self._state.remove(name)
                continue
            standing = profiles_in(self._state, name)
            if standing and standing.keys() <= set(profiles):
                self._state.remove(name)
            elif not standing.keys().isdisjoint(profiles):
                left = [standing[profile] for profile in standing.keys() - set(profiles)]
                self._state.write(name, to_text(left))


class AsidePlace:
    """Reserved files for sessions: so many that none is too large to be read again."""

    def __init__(self, state: StateDir) -> None:
        """Reserve nothing yet."""
        self._state = state
        self._reserved: list[Reservation] = []

    def add(self, reservation: Reservation) -> None:
        """Take one more reservation, for the next group of sessions."""
        self._reserved.append(reservation)

    def note(self, session: Session) -> None:
        """Put one of many in a file of its own, so that no kill loses it; nothing is reserved."""
        with suppress(ConfigurationError):  # the disk is full: there is room for `keep`
            self._state.put(f"{_noted(session.profile)}-{os.getpid()}", to_text([session]))

    def keep(self, *sessions: Session) -> str:
        """Put the sessions there and return where; the next command finds them."""
        paths = []
        for group in _in_groups(sessions):
            self._reserved[0].fill(to_text(group))
            paths.append(self._reserved.pop(0).path)
        return ", ".join(paths)

    def release(self) -> None:
        """Remove the files that no session lies in."""
        for reservation in self._reserved:
            reservation.release()


def _in_groups(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Return them in groups of as many as go into one file."""
    starts = range(0, len(items), MOST_IN_ONE_FILE)
    return [items[start : start + MOST_IN_ONE_FILE] for start in starts]


def _stored_name(profile: str) -> str:
    return STORED + _hashed(profile)


def _noted(profile: str) -> str:
    """Return how the name of the file begins that holds one of many sessions."""
    return f"{RECOVERED}noted-{_hashed(profile)}"


def _hashed(profile: str) -> str:
    return hashlib.sha256(profile.encode()).hexdigest()[:16]


def _refusals(document: IniDocument, targets: Collection[str]) -> dict[str, ConfigurationError]:
    """Return the errors of the targets that hold long-term keys now."""
    found = {}
    for target in targets:
        try:
            _refuse_long_term(document.section(target) or {}, target)
        except ConfigurationError as error:  # noqa: PERF203  # each is looked at
            found[target] = error
    return found


def _refuse_long_term(section: Mapping[str, str], profile: str) -> None:
    if holds_long_term_keys(section):
        raise ConfigurationError(
            "protected-profile",
            f"profile {profile!r} holds long-term keys, which are never overwritten",
            "choose another profile",
            add=("--write-to", f"{profile}-mfa"),
        )
