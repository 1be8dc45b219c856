"""What features need besides a login's edges: doctor, configure, many roles, serving, lookups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from mfa_session.model.record import Record
from mfa_session.model.text import did_you_mean, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from mfa_session.model.errors import ConfigurationError, MfaSessionError
    from mfa_session.model.iam import AccessKey, Device, Intent
    from mfa_session.model.ports import Caller, Edges, Secrets
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Keys, Secret, Session
    from mfa_session.model.settings import SessionOptions, SettingsFile

    Setting = tuple[str, ...]

CREDENTIALS, CONFIG, SETTINGS, STATE = "credentials", "config", "settings", "state"
Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)


class Place(Record):
    """A file or directory; `forbidden` are the bits that its mode should not have."""

    path: str
    what: str
    mode: int
    forbidden: int
    is_directory: bool = False

    @property
    def is_open(self) -> bool:
        """Whether its mode has forbidden bits."""
        return bool(self.mode & self.forbidden)

    @property
    def closed_mode(self) -> int:
        """The mode without the forbidden bits."""
        return self.mode & ~self.forbidden


class Checkup(Protocol):
    """Calls to AWS that change nothing; each raises our errors only."""

    def load(self) -> None:
        """Do slow preparations before the first call."""

    def reach(self, region: str | None) -> None:
        """Return when STS answers an unsigned call."""

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity: the ARN."""

    def keys(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys: the caller's own."""

    def devices(self, caller: Caller) -> tuple[Device, ...]:
        """IAM ListMFADevices: the caller's own."""


class Disk(Protocol):
    """The person's files; reading raises our errors or OSError."""

    def settings(self) -> SettingsFile:
        """Read config.toml."""

    def profiles(self, keep: Callable[[str, Exception], None]) -> ProfileFiles:
        """Read both AWS files; `keep` gets the part and the error of one that cannot be read."""

    def recovered(self) -> Mapping[str, Session]:
        """Read the sessions that are not in the credentials file, by profile."""

    def intents(self) -> list[Intent]:
        """Read the notes of unfinished enrolments."""

    def unfinished_keys(self) -> list[tuple[str, str]]:
        """Read the unfinished moves and rotations of keys: command and profile."""

    def places(self) -> tuple[Place, ...]:
        """Return the files and directories whose modes matter."""

    def close_places(self) -> list[str]:
        """Remove forbidden bits of modes; return commands that do the same."""

    def unsafe(self) -> Mapping[str, MfaSessionError]:
        """Return why files that others may write are not safe, by path."""

    def unwritable(self) -> Mapping[str, MfaSessionError]:
        """Return why a session could not be written, by part of the scene."""

    def leftovers(self) -> Mapping[str, str]:
        """Return copies of files that killed commands left, each with the original."""

    def exists(self, path: str) -> bool:
        """Say whether a path exists, which may begin with `~`."""


class Running(Protocol[Answer_co]):
    """Work in another thread."""

    def result(self, limit_seconds: float) -> Answer_co:
        """Return or raise the work's outcome; TimeoutError after the limit."""


class Start(Protocol):
    """Starts work that may hang."""

    def __call__(self, work: Callable[[], Answer]) -> Running[Answer]:
        """Start it, and do not wait."""


class DoctorEdges(Record):
    """What `doctor` uses besides the context.

    `clock_seconds` is how far AWS's clock was ahead in the last answer; None without one.
    `options` reads the `MFA_SESSION_…` variables and raises UsageError.
    `unmatched_patterns` returns those that match no operation of AWS, each with a suggestion.
    `stored_keys` reads a profile's long-term keys, and asks nobody.
    `guarded` returns the commands that a shell's script wraps, `guard_setup` a command that adds
    the guard to a shell, and `eval_line` the line with which a shell evaluates a command's output.
    """

    aws: Checkup
    clock_seconds: Callable[[], int | None]
    disk: Disk
    options: Callable[[], SessionOptions]
    stored_serials: Callable[[], list[str]]
    secrets: Callable[[SettingsFile], Secrets]
    stored_keys: Callable[[SettingsFile, str], Keys | None]
    has_program: Callable[[str], bool]
    unmatched_patterns: Callable[[Iterable[str]], Mapping[str, str | None]]
    guarded: Callable[[Iterable[str]], list[str]]
    guard_setup: Callable[[str], str]
    eval_line: Callable[[str, str], str]
    start: Start
    local_now: Callable[[], datetime]
    monotonic: Callable[[], float]
    paint: Callable[[str, str], str]


class ValuesWriter(Protocol):
    """Writes values of a file; each method raises ConfigurationError."""

    path: str

    def check_writable(self) -> None:
        """Raise the error that `update` would; change nothing."""

    def read(self) -> bytes:
        """Return the file's bytes; none without a file."""


class SettingsWriter(ValuesWriter, Protocol):
    """Writes values of config.toml."""

    def edited(self, data: bytes, values: Mapping[Setting, object]) -> bytes:
        """Return the bytes with these values."""

    def update(self, values: Mapping[Setting, object], seen: SettingsFile) -> None:
        """Write them, unless one differs from what was `seen`."""


class ProfilesWriter(ValuesWriter, Protocol):
    """Writes values of the AWS config file.

    A place is a profile and a key; None removes the line. `before` are the expected old values.
    """

    def edited(
        self, values: Mapping[Setting, str | None], before: Mapping[Setting, object]
    ) -> bytes:
        """Return the file's bytes with these values."""

    def update(
        self, values: Mapping[Setting, str | None], before: Mapping[Setting, object]
    ) -> None:
        """Write them."""


class PlainFile(Protocol):
    """A file that is replaced whole."""

    path: str

    def check(self) -> None:
        """Raise the error that `replace` would; change nothing."""

    def read(self) -> bytes:
        """Return its bytes; none without a file."""

    def replace(self, seen: bytes, data: bytes) -> None:
        """Write `data`, unless the file differs from what was `seen`."""


class ShellStart(Protocol):
    """A shell's start file, the script that `configure` writes, and the line that sources it."""

    shell: str
    script: str
    start_file: str | None
    line: str

    def is_sourced_in(self, start: bytes) -> bool:
        """Say whether a start file already sources the script."""

    def append_line(self, start: bytes) -> bytes:
        """Return the contents of a start file with the line at its end."""

    def guard_script(self, commands: Iterable[str]) -> str:
        """Return the script that guards `aws` and these commands."""

    def completion_script(self) -> str:
        """Return the script that only completes."""


class SetupEdges(Record):
    """What `configure` uses besides the edges of a login.

    `file` takes a path, and the name of a file that no other user may write. `shell_start` takes a
    shell. `usual_shell` returns None if the shell is unknown or cannot be set up.
    """

    settings: SettingsWriter
    profiles: ProfilesWriter
    file: Callable[[str, str | None], PlainFile]
    shell_start: Callable[[str], ShellStart]
    usual_shell: Callable[[], str | None]
    choose: Callable[[str, list[str]], str]
    uninterrupted: Callable[[], AbstractContextManager[None]]


class Signals(Protocol):
    """Deferred signals."""

    def raise_deferred(self) -> None:
        """Raise the first deferred signal as KeyboardInterrupt or SystemExit, if any."""


class CliCache(Protocol):
    """The files of the AWS CLI's cache, by name."""

    def check(self) -> None:
        """Refuse a cache that cannot be written or that others may write; change nothing."""

    def read(self, name: str) -> bytes | None:
        """Return an entry's bytes, or None; ConfigurationError for another user's."""

    def write(self, name: str, data: bytes) -> None:
        """Replace an entry; ConfigurationError if that fails."""

    def foreign(self, name: str) -> ConfigurationError:
        """Return the error for a file that is not an entry of the AWS CLI."""


class RolesEdges(Record):
    """What many role sessions use; `session` calls AWS from many threads.

    `most_locks` may be held at a time.
    """

    session: Edges
    defer_signals: Callable[[], AbstractContextManager[Signals]]
    pause: Callable[[float], None]
    progress: Callable[[str], None]
    most_locks: int
    cache: CliCache


class Federation(Protocol):
    """AWS's federation endpoint."""

    def url_for(self, caller: Caller, url: str) -> str:
        """Return the endpoint: `url`, unless the AWS settings name another."""

    def signin_token(self, caller: Caller, url: str, seconds: int | None) -> Secret | None:
        """Return a token that signs in once; None if AWS refuses the session.

        `seconds` is SessionDuration; None omits it. Raises UnreachableError.
        """


class Browser(Protocol):
    """The person's browser."""

    def open(self, url: Secret) -> None:
        """Open a URL that nobody else may see; ConfigurationError if the browser does not."""


class OwnProgram(Protocol):
    """Another run of this program."""

    def run(self, words: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
        """Run it, and return exit code, stdout and stderr."""

    def stop(self) -> None:
        """End the current run, and start no other."""


class JobEdges(Record):
    """What serving a session uses.

    `run_child` runs a command, calls a function once it has started, and returns its exit code,
    negative for a signal; `end_as` ends this process in the same way.
    `wait_for_signal` calls a function, and returns the number of a signal that ends a program.
    `write_profile` writes settings to a profile of the AWS config.
    """

    own_program: OwnProgram
    run_child: Callable[[Sequence[str], Mapping[str, str], Callable[[], None]], int]
    end_as: Callable[[int], int]
    wait_for_signal: Callable[[Callable[[], None]], int]
    write_profile: Callable[[str, Mapping[str, str]], None]


INSTANCE = "instance"


class Target(Record):
    """A thing that a command names: its kind and id, and what AWS says about it, if asked."""

    kind: str
    id: str
    name: str | None = None
    state: str | None = None

    def line(self) -> str:
        """Return it as one line for people."""
        parts = (self.kind, self.id, self.name, self.state)
        return printable("  ".join(part for part in parts if part))


class Lookups(Protocol):
    """Calls about an account and things in it; each raises our errors only."""

    def account_id(self) -> str | None:
        """Return the caller's account."""

    def alias(self) -> str | None:
        """Return the account's alias; None without one, or after a refusal."""

    def describe(self, targets: Iterable[Target]) -> Mapping[Target, Target]:
        """Return each target that is known, with its name and state."""


LOOK_UP = (
    "look it up in AWS's Service Authorization Reference; if it is newer than this list, upgrade "
    "boto3"
)


class Unlisted(Record):
    """An action that AWS does not list.

    `meant` is the nearest action, if any; it is `sure` after a typing slip, or for another name of
    the same thing.
    """

    action: str
    meant: str | None
    sure: bool

    @property
    def message(self) -> str:
        """What is wrong."""
        matching = "" if {"*", "?"}.isdisjoint(self.action) else "that matches "
        return f"AWS lists no action {matching}{self.action}"

    @property
    def guess(self) -> str:
        """The nearest action, as the end of the message; empty without one."""
        if self.meant is None:
            return ""
        return (
            f"; {self.meant} was probably meant" if self.sure else f"; the nearest is {self.meant}"
        )

    @property
    def hint(self) -> str:
        """What to do about it."""
        return LOOK_UP if self.meant is None else did_you_mean([self.meant])


class AwsNames(Protocol):
    """The actions that AWS lists."""

    def spelled(self, action: str) -> str | None:
        """Return AWS's spelling of an action; None if AWS does not list it."""

    def look_up(self, action: str) -> Unlisted | None:
        """Return what is wrong with an action or pattern; None if AWS lists it."""
