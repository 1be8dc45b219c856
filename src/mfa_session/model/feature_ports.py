"""What the features need besides a login: doctor, configure, many roles, serving, lookups."""

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
    """A file or directory that is there: `forbidden` are the bits its mode should not have."""

    path: str
    what: str
    mode: int
    forbidden: int
    is_directory: bool = False

    @property
    def is_open(self) -> bool:
        """Whether others may do what they should not."""
        return bool(self.mode & self.forbidden)

    @property
    def closed_mode(self) -> int:
        """The mode without what others should not."""
        return self.mode & ~self.forbidden


class Checkup(Protocol):
    """Questions to AWS that change nothing; each raises our errors only."""

    def load(self) -> None:
        """Do what takes long before anything is asked."""

    def reach(self, region: str | None) -> None:
        """Return when STS answers, signed or not."""

    def identity(self, caller: Caller) -> str:
        """STS GetCallerIdentity: the ARN."""

    def keys(self, caller: Caller) -> tuple[AccessKey, ...]:
        """IAM ListAccessKeys: the caller's own."""

    def devices(self, caller: Caller) -> tuple[Device, ...]:
        """IAM ListMFADevices: the caller's own."""


class Disk(Protocol):
    """The person's files as they are now; what cannot be read raises our errors or OSError."""

    def settings(self) -> SettingsFile:
        """Read config.toml."""

    def profiles(self, keep: Callable[[str, Exception], None]) -> ProfileFiles:
        """Read both AWS files; of one that cannot be read, `keep` gets the part and the error."""

    def recovered(self) -> Mapping[str, Session]:
        """Read the sessions that the credentials file could not take, by profile."""

    def intents(self) -> list[Intent]:
        """Read the notes of enrolments that are not finished."""

    def unfinished_keys(self) -> list[tuple[str, str]]:
        """Read which moves and rotations of keys are not finished: the command, the profile."""

    def places(self) -> tuple[Place, ...]:
        """Return the files and directories whose modes matter."""

    def close_places(self) -> list[str]:
        """Take from modes what others should not have; return what was done, as commands."""

    def unsafe(self) -> Mapping[str, MfaSessionError]:
        """Return why files are not safe that others could have written, by path."""

    def unwritable(self) -> Mapping[str, MfaSessionError]:
        """Return why a session could not be written, by part of the scene."""

    def leftovers(self) -> Mapping[str, str]:
        """Return whole copies of the person's files that killed commands left, and of which."""

    def exists(self, path: str) -> bool:
        """Say whether something is at a path, which may begin with `~`."""


class Running(Protocol[Answer_co]):
    """Work that goes on meanwhile."""

    def result(self, limit_seconds: float) -> Answer_co:
        """Return what it returns, or raise what it raises; TimeoutError if it is not done then."""


class Start(Protocol):
    """Starts work that may hang."""

    def __call__(self, work: Callable[[], Answer]) -> Running[Answer]:
        """Start it, and go on."""


class DoctorEdges(Record):
    """What `doctor` uses besides the context.

    `clock_seconds` is how far AWS's clock was ahead in the last answer, None before one.
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
    """Writes single values of a file; each method raises ConfigurationError."""

    path: str

    def check_writable(self) -> None:
        """Find out, changing nothing, whether `update` could work."""

    def read(self) -> bytes:
        """Return the file's bytes as they are now; none if there is no file."""


class SettingsWriter(ValuesWriter, Protocol):
    """Writes single values of config.toml."""

    def edited(self, data: bytes, values: Mapping[Setting, object]) -> bytes:
        """Return the bytes with these values."""

    def update(self, values: Mapping[Setting, object], seen: SettingsFile) -> None:
        """Write them, unless one is no longer what it was when it was `seen`."""


class ProfilesWriter(ValuesWriter, Protocol):
    """Writes single values of the AWS config file.

    A place is a profile and a key; a value of None removes the line. `before` are the values
    that are expected to stand there.
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
    """A file that is written whole."""

    path: str

    def check(self) -> None:
        """Refuse what is known to fail, before anything is written."""

    def read(self) -> bytes:
        """Return its bytes; none if there is no file."""

    def replace(self, seen: bytes, data: bytes) -> None:
        """Write it, unless it is no longer what was `seen`."""


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

    `file` takes a path, and what to call it if no other user may write it. `shell_start` takes a
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
        """Refuse a cache that cannot be written, or is not ours alone; change nothing."""

    def read(self, name: str) -> bytes | None:
        """Return an entry's bytes, or None; ConfigurationError for what is not ours."""

    def write(self, name: str, data: bytes) -> None:
        """Write an entry whole; ConfigurationError where that fails."""

    def foreign(self, name: str) -> ConfigurationError:
        """Return the error for a file that is not an entry of the AWS CLI."""


class RolesEdges(Record):
    """Everything that many role sessions touch.

    `session` makes its calls to AWS from many threads. `most_locks` may be held at a time.
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
        """Return the endpoint's URL: `url`, unless the AWS settings name another."""

    def signin_token(self, caller: Caller, url: str, seconds: int | None) -> Secret | None:
        """Return a token that signs in once; None where AWS refuses the session.

        `seconds` is SessionDuration; None leaves it out. Raises UnreachableError.
        """


class Browser(Protocol):
    """The person's browser."""

    def open(self, url: Secret) -> None:
        """Open a URL that nobody else may see. ConfigurationError where it does not come."""


class OwnProgram(Protocol):
    """This program, started once more."""

    def run(self, words: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""

    def stop(self) -> None:
        """End what runs, and start no more."""


class JobEdges(Record):
    """What serving a session touches.

    `run_child` runs a command to its end, calls a function once it runs, and returns its exit
    code, negative for a signal; by that, `end_as` ends us.
    `wait_for_signal` calls what it gets, and returns the number of a signal that ends a program.
    `write_profile` writes settings to a profile of the AWS config.
    """

    own_program: OwnProgram
    run_child: Callable[[Sequence[str], Mapping[str, str], Callable[[], None]], int]
    end_as: Callable[[int], int]
    wait_for_signal: Callable[[Callable[[], None]], int]
    write_profile: Callable[[str, Mapping[str, str]], None]


INSTANCE = "instance"


class Target(Record):
    """One thing that is named: its kind and id, and what AWS says of it where it was asked."""

    kind: str
    id: str
    name: str | None = None
    state: str | None = None

    def line(self) -> str:
        """Return it as a person is shown it."""
        parts = (self.kind, self.id, self.name, self.state)
        return printable("  ".join(part for part in parts if part))


class Lookups(Protocol):
    """What AWS says of an account and of things in it; each raises our errors only."""

    def account_id(self) -> str | None:
        """Return the caller's account."""

    def alias(self) -> str | None:
        """Return the account's alias; None where there is none, or it may not be known."""

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
        """Return an action as AWS spells it; None if AWS does not list it."""

    def look_up(self, action: str) -> Unlisted | None:
        """Return what is wrong with an action or pattern; None if AWS lists what it names."""
