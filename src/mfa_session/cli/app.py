"""One run of the program: what the warm commands need, and the way to the rest."""

from __future__ import annotations

import os

from mfa_session.files.aws_clock import AwsClock
from mfa_session.files.aws_files import read_profiles
from mfa_session.files.config_toml import read_settings_file
from mfa_session.files.permissions import check_owner
from mfa_session.files.recovered import read_recovered
from mfa_session.files.state import StateDir
from mfa_session.model.aws_paths import credentials_path
from mfa_session.model.listing import list_sessions
from mfa_session.session.inputs import Facts
from mfa_session.session.reuse import Outcome, find_kept
from mfa_session.system.console import Talk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mfa_session.cli.arguments import Given
    from mfa_session.model.ports import Edges
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, Settings
    from mfa_session.model.settings_file import SettingsFile
    from mfa_session.system.clock import SystemClock


class App:
    """One run of the program: its environment, its words, its clock, and its edges."""

    def __init__(self, given: Given, clock: SystemClock) -> None:
        """Take what was given; nothing is read yet."""
        self.environ: Mapping[str, str] = os.environ
        self.given = given
        self.clock = clock
        self.verbosity = int(given.values.get("verbose") or 0)
        self.talk = Talk(self.verbosity, self.environ)
        self.state = StateDir.of(self.environ)
        self.aws_clock = AwsClock(self.state)
        clock.follow(self.aws_clock.offset)
        self._file: SettingsFile | None = None
        self._edges: Edges | None = None

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return self.clock.now()

    def facts(self, options: SessionOptions) -> Facts:
        """Read the files as they stand now; refuse what somebody else could have written."""
        check_owner(credentials_path(self.environ), "the credentials file")
        return Facts(
            options=options,
            environ=self.environ,
            file=self.file(),
            profiles=read_profiles(self.environ),
            recovered=read_recovered(self.state),
        )

    def have(
        self, facts: Facts, settings: Settings, *, force: bool = False, in_memory: bool = False
    ) -> Outcome:
        """Return the session the settings ask for: the one that stands, or a new one."""
        if not force:
            kept = find_kept(settings, self.sessions(facts), self.now())
            if kept is not None and (in_memory or kept.profile not in facts.recovered):
                return Outcome(session=kept, reused=True)
        from mfa_session.session.acquire import Login  # noqa: PLC0415  # cold

        return Login(self.edges(), in_memory=in_memory).ensure(settings, force=force)

    def sessions(self, facts: Facts) -> list[Session]:
        """Return every session that the facts show."""
        return list_sessions(facts.profiles, facts.recovered)

    def file(self) -> SettingsFile:
        """Return config.toml as it was read last."""
        if self._file is None:
            self._file = read_settings_file(self.environ, self.state)
        return self._file

    def reread(self) -> None:
        """Forget what config.toml said, and what was wired by it: it has been written anew."""
        self._file = self._edges = None

    def edges(self) -> Edges:
        """Return what a login touches; the same for every login of this run."""
        if self._edges is None:
            from mfa_session.cli.wiring import wire  # noqa: PLC0415  # cold

            self._edges = wire(self)
        return self._edges
