"""What a command has to go on: the options given, the environment, the files as they stand."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.files.aws_files import ProfileFiles
    from mfa_session.files.config_toml import SettingsFile
    from mfa_session.model.session import Session


class Options(Record):
    """What the command line or a `MFA_SESSION_…` variable says; None is not said.

    Durations are seconds. `keeps_role` says that even the default session is renewed as the role
    session it was last (`exec` and its kin), though nothing but its own section says so.
    """

    profile: str | None = None
    source_profile: str | None = None
    mfa_serial: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None
    duration: int | None = None
    region: str | None = None
    write_to: str | None = None
    min_ttl: int | None = None
    keeps_role: bool = False


class Facts(Record):
    """Everything that settings are resolved from; nothing here is fetched or run."""

    options: Options
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
