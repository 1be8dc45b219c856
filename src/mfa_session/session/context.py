"""What commands are given: the surroundings of one run, and the files as they stand."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mfa_session.model.ports import Clock, Console, Files
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Session
    from mfa_session.model.settings import SessionOptions, SettingsFile
    from mfa_session.session.factories import Factories


class Context(Record):
    """The surroundings of one run.

    `environ` is the environment at the start, `clock` tells AWS's time as far as it is known,
    `console` talks on stderr, `files` reads the person's files, `wire` makes the factories of
    what is expensive. `execute` becomes a command, past any wrapper that calls the guard, with an
    environment; it returns an exit code (126, 127) only if that fails. `may_ask` is False where
    `--no-input` forbids questions.
    """

    environ: Mapping[str, str]
    clock: Clock
    console: Console
    files: Files
    wire: Callable[[], Factories]
    execute: Callable[[Sequence[str], Mapping[str, str]], int]
    may_ask: bool = True

    @property
    def make(self) -> Factories:
        """The factories of what is expensive."""
        return self.wire()


class Inputs(Record):
    """What settings are resolved from: options, environment, files; nothing is fetched or run."""

    options: SessionOptions
    environ: Mapping[str, str]
    file: SettingsFile
    profiles: ProfileFiles
    recovered: Mapping[str, Session]
    now: datetime | None = None

    def sessions(self) -> list[Session]:
        """Return every session in the files, ours and other tools'."""
        from mfa_session.model.session import list_sessions  # noqa: PLC0415  # not for the guard

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
