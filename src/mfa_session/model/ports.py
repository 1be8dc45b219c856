"""What the rooms of decisions need from the edges; `cli/app.py` plugs the real ones in."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager
    from datetime import datetime

    from mfa_session.model.session import Keys, Session
    from mfa_session.model.settings import Settings, Source


class Issued(Record):
    """What STS answered: temporary keys, and their end (aware UTC)."""

    keys: Keys
    expires_at: datetime


class Caller(Record):
    """Whose keys sign a call, where to, and how to speak of them in an error."""

    keys: Keys
    profile: str | None
    region: str | None


class MfaCode(Record):
    """A device's serial and a code of it, as one argument: neither is of use alone."""

    serial: str
    code: str


class Role(Record):
    """What AssumeRole is asked for, besides keys, code and seconds."""

    arn: str
    session_name: str
    external_id: str | None = None


class Aws(Protocol):
    """The calls to AWS; each raises our errors only."""

    def prepare(self, caller: Caller) -> None:
        """Begin whatever takes long before the first call, without waiting for it."""

    def get_session_token(self, caller: Caller, mfa: MfaCode, seconds: int) -> Issued:
        """STS GetSessionToken (API reference: seconds 900 to 129600)."""

    def assume_role(self, caller: Caller, role: Role, mfa: MfaCode | None, seconds: int) -> Issued:
        """STS AssumeRole (API reference: seconds 900 to the role's maximum)."""

    def list_devices(self, caller: Caller) -> list[str]:
        """IAM ListMFADevices: the serials of the caller's own devices."""

    def account(self, caller: Caller) -> str | None:
        """STS GetCallerIdentity's account, or None where it cannot be had."""


class Talk(Protocol):
    """Words to the person, on stderr; never a secret."""

    def say(self, text: str) -> None:
        """Tell what happened."""

    def warn(self, text: str) -> None:
        """Tell what is odd but did not stop anything."""

    def detail(self, text: str) -> None:
        """Tell what was asked of AWS and why; shown with -v."""


class Clock(Protocol):
    """AWS's time, as far as it is known."""

    @property
    def started_at(self) -> datetime:
        """When this process began."""

    def now(self) -> datetime:
        """Return the aware UTC time."""


class CodeSource(Protocol):
    """Where a code comes from; `attempts` is how many may be tried.

    `generated` tells a code made for the moment (a keyring's secret, a command) from one that
    came by itself (typed, given): the former waits for a window that is not used up.
    """

    attempts: int

    @property
    def generated(self) -> bool:
        """Whether the next code is made for the moment it is asked in."""

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return a code as it came; `problem` says why the one before would not do."""


class UsedSteps(Protocol):
    """The TOTP steps whose codes were sent, remembered across processes."""

    def last(self, serial: str) -> int | None:
        """Return the last step of a device, or None."""

    def note(self, serial: str, step: int) -> None:
        """Remember a step before its code is sent."""


class Safe(Protocol):
    """A place that was set aside before the code was asked, so that the session is never lost."""

    def keep(self, session: Session) -> str:
        """Put the session there and return the path."""

    def release(self) -> None:
        """Give the place back, unused."""


class Store(Protocol):
    """The files that sessions stand in."""

    def sessions(self) -> list[Session]:
        """Read them afresh."""

    def kept_aside(self) -> Collection[str]:
        """Return the profiles whose sessions lie aside, as the file could not be written."""

    def check(self, target: str) -> None:
        """Refuse what can be known to fail, before a code is asked; change nothing."""

    def set_aside(self, target: str) -> Safe:
        """Reserve a place for the session outside the credentials file."""

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session to its profile."""


class Turns(Protocol):
    """One at a time for one identity or device, across processes."""

    def take(self, key: str, what: str) -> AbstractContextManager[None]:
        """Wait for the turn; a refusal on this terminal meanwhile is raised again here."""

    def alone(self, key: str, what: str) -> AbstractContextManager[None]:
        """Wait for the turn; nothing is shared."""


class Edges(Record):
    """Everything a login touches."""

    aws: Aws
    talk: Talk
    clock: Clock
    store: Store
    turns: Turns
    steps: UsedSteps
    wait_until: Callable[[datetime, str], None]
    codes: Callable[[Settings], Callable[[str], CodeSource]]
    process_keys: Callable[[Source], Keys]
    uninterrupted: Callable[[], AbstractContextManager[None]]
    role_session_name: Callable[[], str]
    choose_device: Callable[[list[str]], str | None]
