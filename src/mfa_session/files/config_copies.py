"""Writes the source's settings to the AWS config with a session, and removes them with it."""

from __future__ import annotations

from mfa_session.model import copied_settings
from mfa_session.model.copied_settings import SERVES
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.profiles import config_header, config_headers
from mfa_session.model.session import PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.files.shared import ConfigFile
    from mfa_session.ini.document import IniDocument
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session

    Values = Mapping[str, str | None]

COPIED = PREFIX + "copied"
PROCESS = "credential_process"


class ConfigCopies:
    """What this tool writes to session profiles of the AWS config; failing at it is a warning."""

    def __init__(
        self,
        config: ConfigFile,
        own_line: Callable[[str], str],
        warn: Callable[[str], None],
    ) -> None:
        """Take the file, the credential_process that yields a session, and how to warn."""
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
        """Return what to set in the profile (None: remove), and the text that remembers it."""
        remembered = self._remembered(profiles, profile, stored)
        copies, ours = copied_settings.changes(wanted, remembered, profiles.in_config(profile))
        return copies, copied_settings.to_text(ours)

    def _remembered(
        self, profiles: ProfileFiles, profile: str, stored: Session | None
    ) -> dict[str, str]:
        """Return what this tool wrote to the profile in the AWS config.

        A process that yields this very session is ours, even if a failed write made us forget it.
        """
        section = profiles.in_credentials(profile)
        copied = copied_settings.from_text(stored.copied if stored else section.get(COPIED))
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
        """Return the keys to remove with a session, by profile: its own, and its jobs' profile."""
        present = profiles.in_config(profile)
        ours = copied_settings.still_ours(self._remembered(profiles, profile, stored), present)
        keys = {profile: list(ours)}
        served = copied_settings.served_profile(profile)
        in_served = profiles.in_config(served)
        if SERVES in in_served:
            copied = copied_settings.from_text(in_served[SERVES])
            keys[served] = [SERVES, *copied_settings.still_ours(copied, in_served)]
        return keys

    def remove(self, keys: Mapping[str, list[str]]) -> None:
        """Remove such keys; a section that is left empty goes."""
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
