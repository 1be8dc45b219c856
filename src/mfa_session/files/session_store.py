"""Stores sessions in the credentials file, or in the state directory if that fails.

A login also copies settings of the source to the AWS config file.
"""

from __future__ import annotations

import os

from mfa_session.files.aws_files import read_profiles
from mfa_session.files.beside import AsidePlace, KeyringSessions, forget_aside, read_recovered
from mfa_session.files.locks import CLAIMED, is_held
from mfa_session.files.shared import ConfigFile, CredentialsFile
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.profiles import config_header, config_headers
from mfa_session.model.session import (
    MANAGER,
    OWN_KEYS,
    PREFIX,
    holds_long_term_keys,
    is_managed,
    list_sessions,
    session_values,
)
from mfa_session.model.settings import (
    KEYRING,
    SERVES,
    copied_text,
    copy_changes,
    read_copied,
    served_profile,
    still_ours,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mfa_session.files.beside import SessionVault
    from mfa_session.files.state import StateDir
    from mfa_session.ini.document import IniDocument
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session
    from mfa_session.model.settings import Settings

    Values = Mapping[str, str | None]


COPIED = PREFIX + "copied"
PROCESS = "credential_process"


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
        """`vault` returns the keyring's sessions, `own_line` the credential_process of one."""
        self._environ = environ
        self._state = state
        self._warn = warn
        self._credentials = CredentialsFile(environ, state, warn)
        self._config = ConfigFile(environ, state, warn)
        self._copies = ConfigCopies(self._config, own_line, warn)
        self._vault = vault
        self._keyring = KeyringSessions(state, vault, warn)
        self.check_keyring = self._keyring.check
        self.forget = self._keyring.forget

    def sessions(self) -> list[Session]:
        """See Store."""
        profiles, stored = read_profiles(self._environ), self._keyring.all()
        self._expect(profiles, stored)
        return list_sessions(profiles, {**stored, **read_recovered(self._state)})

    def begin(self, profiles: ProfileFiles) -> None:
        """See Store."""
        self._expect(profiles, self._keyring.all())
        self._credentials.clear()
        self._config.clear()

    def _expect(self, profiles: ProfileFiles, stored: Collection[str]) -> None:
        """Require that all sections stay that this tool does not manage."""
        credentials, config = profiles.credentials, profiles.config
        managed = set(credentials.names_mentioning(MANAGER))
        self._credentials.expect(set(credentials.names()) - managed)
        headers = profiles.headers()
        ours = {headers.get(name) for name in managed.union(stored)}
        self._config.expect(set(config.names()) - ours)

    def kept_aside(self) -> list[str]:
        """Return the profiles whose sessions are set aside, or are in the file and the keyring.

        The latter is left by a kill during a move.
        """
        profiles = read_profiles(self._environ)
        half_moved = {
            name for name in self._keyring.all() if is_managed(profiles.in_credentials(name) or {})
        }
        return sorted({*read_recovered(self._state), *half_moved})

    def check(self, *targets: str) -> None:
        """Refuse a file that cannot be written, and a profile with long-term keys."""
        self._credentials.clear()
        self._config.clear()
        self._credentials.check()
        profiles = read_profiles(self._environ)
        for target in targets:
            for section in (profiles.in_credentials(target), profiles.in_config(target)):
                _refuse_long_term(section or {}, target)

    def set_aside(self, *targets: str) -> AsidePlace | None:
        """Reserve space in the state directory; without a home directory, warn."""
        # Import what writing needs now: after a code is spent, it might fail.
        import mfa_session.ini.editing  # noqa: F401, PLC0415

        if self._state.has_place():
            return AsidePlace(self._state, targets)
        self._warn(
            "there is no home directory and no XDG_STATE_HOME: "
            "if the session cannot be written, it is lost"
        )
        return None

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session, and the source's settings to the AWS config."""
        refused = self.save_all([(session, settings)])
        if refused:
            raise refused[session.profile]

    def save_all(
        self, obtained: Sequence[tuple[Session, Settings]]
    ) -> Mapping[str, ConfigurationError]:
        """Write sessions to their sections in one write, and their settings in another.

        Raises ConfigurationError if the file cannot be written: then no session is.
        """
        in_keyring = [each for each in obtained if each[1].store == KEYRING]
        in_file = [each for each in obtained if each[1].store != KEYRING]
        refused = self._save_in_file(in_file) if in_file else {}
        for session, settings in in_keyring:
            self._save_in_keyring(session, settings)
        return refused

    def _save_in_file(
        self, obtained: Sequence[tuple[Session, Settings]]
    ) -> Mapping[str, ConfigurationError]:
        profiles, stored = read_profiles(self._environ), self._keyring.all()
        copies: dict[str, Values] = {}
        lines: dict[str, Values] = {}
        for session, settings in obtained:
            target = session.profile
            copies[target], copied = self._copies.plan(
                settings.written, profiles, target, stored.get(target)
            )
            lines[target] = session_values(session.replace(copied=copied))
        refused = self._write_sections(lines)
        written = [target for target in lines if target not in refused]
        forget_aside(self._state, written, self._warn)
        self._copies.write({target: copies[target] for target in written})
        for target in stored.keys() & set(written):
            self._keyring.replace_by_file(target)
        return refused

    def _write_sections(self, lines: Mapping[str, Values]) -> Mapping[str, ConfigurationError]:
        """Write sections by profile; return the errors of those that hold long-term keys."""
        refused: dict[str, ConfigurationError] = {}

        def change(document: IniDocument) -> Mapping[str, Values]:
            for target in lines:
                try:
                    _refuse_long_term(document.section(target) or {}, target)
                except ConfigurationError as error:  # noqa: PERF203  # each is looked at
                    refused[target] = error
            return {target: own for target, own in lines.items() if target not in refused}

        self._credentials.update_sections(change)
        return refused

    def _save_in_keyring(self, session: Session, settings: Settings) -> None:
        target, profiles = session.profile, read_profiles(self._environ)
        _refuse_long_term(profiles.in_credentials(target), target)
        backend = self._vault().put(target, session.keys)
        written = {**settings.written, PROCESS: self._copies.own_line(session.name)}
        copies, copied = self._copies.plan(
            written, profiles, target, self._keyring.all().get(target)
        )
        self._keyring.note(session.replace(copied=copied), backend)
        forget_aside(self._state, [target], self._warn)
        self._copies.write({target: copies})
        self._clear_section(target)

    def remove(self, profile: str) -> None:
        """Remove what this tool wrote to a section, and a session set aside for it."""
        profiles, stored = read_profiles(self._environ), self._keyring.all().get(profile)
        copied = self._copies.removal(profiles, profile, stored)
        served = served_profile(profile)
        if served in copied and is_held(*os.path.split(self._state.lock_path(CLAIMED, served))):
            del copied[served]  # a job needs it until the next login
        self._clear_section(profile)
        forget_aside(self._state, [profile], self._warn)
        self._copies.remove(copied)
        if stored is not None:  # last: a keyring may be locked
            self._keyring.remove(profile)

    def _clear_section(self, profile: str) -> None:
        def edit(document: IniDocument) -> IniDocument:
            present = document.section(profile) or {}
            _refuse_long_term(present, profile)
            own = [key for key in present if key in OWN_KEYS or key.startswith(PREFIX)]
            return document.without_keys(profile, own)

        self._credentials.update(profile, edit)


def _refuse_long_term(section: Mapping[str, str], profile: str) -> None:
    if holds_long_term_keys(section):
        raise ConfigurationError(
            "protected-profile",
            f"profile {profile!r} holds long-term keys, which are never overwritten",
            "choose another profile",
            add=("--write-to", f"{profile}-mfa"),
        )


class ConfigCopies:
    """The settings that this tool writes to the AWS config; a failure is only a warning."""

    def __init__(
        self,
        config: ConfigFile,
        own_line: Callable[[str], str],
        warn: Callable[[str], None],
    ) -> None:
        self._config = config
        self.own_line = own_line
        self._warn = warn

    def plan(
        self,
        wanted: Mapping[str, str],
        profiles: ProfileFiles,
        profile: str,
        stored: Session | None,
    ) -> tuple[Values, str | None]:
        """Return what to set in the profile (None: remove), and the text that notes it."""
        remembered = self._remembered(profiles, profile, stored)
        copies, ours = copy_changes(wanted, remembered, profiles.in_config(profile))
        return copies, copied_text(ours)

    def _remembered(
        self, profiles: ProfileFiles, profile: str, stored: Session | None
    ) -> dict[str, str]:
        """Return what this tool wrote to the profile in the AWS config.

        A process that yields this session is ours, even if a failed write left no note of it.
        """
        section = profiles.in_credentials(profile)
        copied = read_copied(stored.copied if stored else section.get(COPIED))
        process = profiles.in_config(profile).get(PROCESS)
        name = stored.name if stored else section.get(PREFIX + "name", profile)
        if process is not None and process == self.own_line(name):
            copied[PROCESS] = process
        return copied

    def write(self, copies: Mapping[str, Values]) -> None:
        """Set the values of several profiles in one write."""

        def change(document: IniDocument) -> Mapping[str, Values]:
            headers = config_headers(document)
            return {
                headers.get(profile) or config_header(profile): values
                for profile, values in copies.items()
            }

        changed = {profile: values for profile, values in copies.items() if values}
        try:
            if changed:
                self._config.update_sections(change)
        except ConfigurationError as error:
            names = ", ".join(map(repr, changed))
            self._warn(f"the settings of profile {names} were not written: {error.message}")

    def removal(
        self, profiles: ProfileFiles, profile: str, stored: Session | None
    ) -> dict[str, list[str]]:
        """Return the keys to remove with a session, for its profile and its jobs' profile."""
        present = profiles.in_config(profile)
        ours = still_ours(self._remembered(profiles, profile, stored), present)
        keys = {profile: list(ours)}
        served = served_profile(profile)
        in_served = profiles.in_config(served)
        if SERVES in in_served:
            copied = read_copied(in_served[SERVES])
            keys[served] = [SERVES, *still_ours(copied, in_served)]
        return keys

    def remove(self, keys: Mapping[str, list[str]]) -> None:
        """Remove these keys, and sections that become empty."""
        try:
            for profile, gone in keys.items():
                self._remove(profile, gone)
        except ConfigurationError as error:
            name = next(iter(keys))
            self._warn(f"the settings of profile {name!r} were not removed: {error.message}")

    def _remove(self, profile: str, keys: list[str]) -> None:
        def edit(document: IniDocument) -> IniDocument:
            header = self._config.header_in(document, profile)
            return document.without_keys(header, keys) if document.section(header) else document

        if keys:
            self._config.update(profile, edit)
