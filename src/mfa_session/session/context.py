"""The context of one run, and the inputs that settings are resolved from."""

from __future__ import annotations

from mfa_session.model.record import Record
from mfa_session.model.settings import KEY_NOTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Protocol, TypeVar

    from mfa_session.mfa.devices import DeviceEdges
    from mfa_session.model.feature_ports import (
        AwsNames,
        Browser,
        DoctorEdges,
        Federation,
        JobEdges,
        Lookups,
        RolesEdges,
        SetupEdges,
    )
    from mfa_session.model.iam import KeyEdges, KeyVault, NewDevice, Policies
    from mfa_session.model.ports import (
        Caller,
        Clock,
        Console,
        Edges,
        Files,
        Secrets,
        Store,
        Terminal,
    )
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Keys, Session
    from mfa_session.model.settings import SessionOptions, SettingsFile

    Answer = TypeVar("Answer")

    class Factories(Protocol):
        """Makes each expensive edge on first use; `cli/wiring.py` has the real ones."""

        def session(self) -> Edges:
            """Return the edges of a login, the same for the whole run."""

        def may_have_code(self) -> bool:
            """Say whether a code may come; False only if certainly none can."""

        def store(self) -> Store:
            """Return the store of sessions."""

        def terminal(self) -> Terminal:
            """Return the person's terminal."""

        def confirm(self, question: str) -> bool | None:
            """Ask for a yes; None where nobody can be asked."""

        def pick(self, title: str, items: Sequence[tuple[str, str]]) -> str:
            """Let the person pick a name; each item is a name and a few words about it."""

        def secrets(self, *, may_ask: bool = True) -> Secrets:
            """Return the TOTP secrets in the OS keyring, which `may_ask` to be unlocked."""

        def session_keys(self, profile: str, keyring: str | None) -> Keys | None:
            """Return the keys of a session that the keyring, by its class, holds."""

        def stored_keys(self) -> KeyVault:
            """Return the long-term keys in the OS keyring."""

        def keys(self) -> KeyEdges:
            """Return the edges of `keys`."""

        def devices(self, caller: Caller) -> DeviceEdges:
            """Return the edges of `device`; `caller` signs."""

        def phone(self) -> Callable[[NewDevice], None] | None:
            """Return how to show a device's secret to a phone; None without a terminal."""

        def policies(self, caller: Caller) -> Policies:
            """Return the caller's policies in IAM."""

        def aws_names(self) -> AwsNames:
            """Return the actions that AWS lists."""

        def operations(self) -> Mapping[str, tuple[str, ...]]:
            """Return each service's operations, both by the AWS CLI's names."""

        def lookups(self, caller: Caller) -> Lookups:
            """Return the guard's questions to AWS; `caller` signs."""

        def federation(self) -> Federation:
            """Return AWS's federation endpoint."""

        def browser(self) -> Browser | None:
            """Return the person's browser; None without one."""

        def doctor(self) -> DoctorEdges:
            """Return the edges of `doctor`."""

        def roles(self, jobs: int) -> RolesEdges:
            """Return the edges of `jobs` calls at once."""

        def setup(self) -> SetupEdges:
            """Return the edges of `configure`."""

        def jobs(self) -> JobEdges:
            """Return the edges of a served session."""

        def limited(self, work: Callable[[], Answer], limit_seconds: float) -> Answer | None:
            """Return the result of `work`; None if it fails or takes longer."""

        def aws_cli_version(self, words: Sequence[str]) -> int | None:
            """Return the major version of the AWS CLI that `words` start, or None."""

        def take_code_from_stdin(self) -> None:
            """Take the line of `--token-code -` now, before a child gets stdin."""

        def stdin_secret(self) -> str | None:
            """Return the line on stdin; None where stdin is a terminal."""


class Context(Record):
    """What every command is given.

    `wire` makes the factories of what is expensive. `execute` becomes a command, past any wrapper
    that calls the guard, with an environment; it returns an exit code (126, 127) only if that
    fails. `may_ask` is False where `--no-input` forbids questions.
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
    """What settings are resolved from: options, environment, files; nothing is fetched or run.

    `key_notes` reads what is noted of the long-term keys in the keyring.
    """

    options: SessionOptions
    environ: Mapping[str, str]
    file: SettingsFile
    profiles: ProfileFiles
    recovered: Mapping[str, Session]
    now: datetime | None = None
    key_notes: Callable[[], bytes] = bytes

    def asking(self, **options: object) -> Inputs:
        """Return these inputs with other options."""
        return self.replace(options=self.options.replace(**options))

    def sessions(self) -> list[Session]:
        """Return every session in the files, ours and other tools'."""
        from mfa_session.model.session import list_sessions  # noqa: PLC0415  # not for the guard

        return list_sessions(self.profiles, self.recovered)


def read_inputs(ctx: Context, options: SessionOptions) -> Inputs:
    """Read the files as they are now. ConfigurationError where one is wrong or unsafe."""
    state = ctx.files.state
    return Inputs(
        options=options,
        environ=ctx.environ,
        file=ctx.files.settings(),
        profiles=ctx.files.profiles(),
        recovered=ctx.files.recovered(),
        now=ctx.clock.now(),
        key_notes=lambda: b"".join(state.read(name) or b"" for name in state.names(KEY_NOTES)),
    )
