"""What a command has to go on: the options given, the environment, the files as they stand."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.model.settings_file import SettingsFile


class Facts(Record):
    """Everything that settings are resolved from; nothing here is fetched or run."""

    options: SessionOptions
    environ: Mapping[str, str]
    file: SettingsFile
    profiles: ProfileFiles
    recovered: Mapping[str, Session]

    def section(self, name: str) -> Mapping[str, str]:
        """Return a profile's settings from both AWS files, the credentials file's first."""
        return self.profiles.profile(name) or {}

    def in_credentials(self, name: str) -> Mapping[str, str]:
        """Return a profile's section of the credentials file; empty when there is none."""
        return self.profiles.in_credentials(name) or {}
