"""What a command has to go on: the options given, the environment, the files as they stand."""

from __future__ import annotations

from mfa_session.model.record import Record
from mfa_session.model.session import list_sessions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, SettingsFile
    from mfa_session.session.context import Context


class Inputs(Record):
    """Everything that settings are resolved from; nothing here is fetched or run."""

    options: SessionOptions
    environ: Mapping[str, str]
    file: SettingsFile
    profiles: ProfileFiles
    recovered: Mapping[str, Session]
    now: datetime | None = None

    def sessions(self) -> list[Session]:
        """Return every session in the files, ours and other tools'."""
        return list_sessions(self.profiles, self.recovered)


def read_inputs(ctx: Context, options: SessionOptions) -> Inputs:
    """Read the files as they are now. ConfigurationError where one is wrong or unsafe."""
    return Inputs(
        options=options,
        environ=ctx.environ,
        file=ctx.files.settings(),
        profiles=ctx.files.profiles(),
        recovered=ctx.files.recovered(),
        now=ctx.clock.now(),
    )
