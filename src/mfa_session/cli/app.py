"""What the commands that take no `Context` yet use of it."""

from __future__ import annotations

from mfa_session.session.acquire import acquire
from mfa_session.session.inputs import read_inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from mfa_session.cli.arguments import Given
    from mfa_session.model.ports import Edges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.model.settings_file import SettingsFile
    from mfa_session.session.context import Context
    from mfa_session.session.inputs import Facts
    from mfa_session.session.reuse import Outcome


class App:
    """One run of the program."""

    def __init__(self, given: Given, ctx: Context) -> None:
        """Take the words and the context."""
        self.given = given
        self.ctx = ctx
        self.make: Any = ctx.make
        self.environ = ctx.environ
        self.clock: Any = ctx.clock
        self.talk: Any = ctx.console
        self.state: Any = ctx.files.state
        self.verbosity = int(given.values.get("verbose") or 0)

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return self.ctx.clock.now()

    def facts(self, options: SessionOptions) -> Facts:
        """Read the files as they stand now."""
        return read_inputs(self.ctx, options)

    def have(
        self, facts: Facts, settings: Settings, *, force: bool = False, in_memory: bool = False
    ) -> Outcome:
        """Return the session the settings ask for."""
        return acquire(self.ctx, facts, settings, force=force, in_memory=in_memory)

    def sessions(self, facts: Facts) -> list[Session]:
        """Return every session that the facts show."""
        return facts.sessions()

    def file(self) -> SettingsFile:
        """Return config.toml."""
        return self.ctx.files.settings()

    def reread(self) -> None:
        """Forget what config.toml said."""
        self.ctx.files.forget_settings()

    def edges(self) -> Edges:
        """Return what a login touches."""
        return self.ctx.make.session()
