"""What the doctor looks at and asks; `cli/wiring.py` plugs the real things in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from mfa_session.model.record import Record

Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mfa_session.model.devices import Device, Intent
    from mfa_session.model.errors import MfaSessionError
    from mfa_session.model.iam import AccessKey
    from mfa_session.model.places import Place
    from mfa_session.model.ports import Caller, Secrets
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Keys, Session
    from mfa_session.model.settings import SessionOptions
    from mfa_session.model.settings_file import SettingsFile


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
    """All that the doctor needs of the outside.

    `clock_seconds` is what AWS's clock showed more than this machine's in the last answer, None
    before one. `options` reads the `MFA_SESSION_…` variables and raises UsageError. `strays`
    returns the patterns that match no operation of AWS, each with the nearest one that does.
    `stored_keys` reads the long-term keys of a profile from the keyring, and asks nobody.
    `guarded` returns the commands that a shell's script wraps for `[guard] commands`,
    `guard_set_up` a command that adds the guard to a shell, and `evaluating` the line with which a
    shell evaluates what a command prints.
    """

    aws: Checkup
    clock_seconds: Callable[[], int | None]
    disk: Disk
    options: Callable[[], SessionOptions]
    stored_serials: Callable[[], list[str]]
    secrets: Callable[[SettingsFile], Secrets]
    stored_keys: Callable[[SettingsFile, str], Keys | None]
    has_program: Callable[[str], bool]
    strays: Callable[[Iterable[str]], Mapping[str, str | None]]
    guarded: Callable[[Iterable[str]], list[str]]
    guard_set_up: Callable[[str], str]
    evaluating: Callable[[str, str], str]
    start: Start
    local_now: Callable[[], datetime]
    monotonic: Callable[[], float]
    paint: Callable[[str, str], str]
