"""What a login needs of AWS, the files, the terminal and the clock; `cli/wiring.py` provides it."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from mfa_session.model.errors import ConfigurationError
    from mfa_session.model.profiles import ProfileFiles
    from mfa_session.model.session import Keys, Secret, Session
    from mfa_session.model.settings import Settings, SettingsFile, Source

Answer = TypeVar("Answer")


class Issued(Record):
    """The temporary keys that STS issued, and when they expire (aware UTC)."""

    keys: Keys
    expires_at: datetime


class Caller(Record):
    """The keys that sign a call, the region, and the keys' origin for messages.

    `session` is the name of the session, if they are a session's keys.
    """

    keys: Keys
    profile: str | None
    region: str | None
    session: str | None = None

    def label(self) -> str:
        """Return the key's name for people: its id and origin.

        A session's keys are not in the profile of its long-term key.
        """
        where = f"profile {self.profile!r}" if self.profile else "the environment"
        if self.session is not None:
            where = f"session {self.session!r} of {where}"
        elif self.keys.session_token is not None:
            where = f"a session of {where}"
        return f"{self.keys.shown_id} ({where})"


class MfaCode(Record):
    """A device's serial and one of its codes."""

    serial: str
    code: str


class Role(Record):
    """The parameters of AssumeRole, besides keys, code and seconds."""

    arn: str
    session_name: str
    external_id: str | None = None


class Aws(Protocol):
    """The calls to AWS; each raises our errors only."""

    def prepare(self, caller: Caller) -> None:
        """Begin slow preparations for the first call, and do not wait."""

    def get_session_token(self, caller: Caller, mfa: MfaCode, seconds: int) -> Issued:
        """STS GetSessionToken (API reference: seconds 900 to 129600)."""

    def assume_role(self, caller: Caller, role: Role, mfa: MfaCode | None, seconds: int) -> Issued:
        """STS AssumeRole (API reference: seconds 900 to the role's maximum)."""

    def list_devices(self, caller: Caller) -> list[str]:
        """IAM ListMFADevices: the serials of the caller's own devices."""

    def account(self, caller: Caller) -> str | None:
        """STS GetCallerIdentity: the account, or None after a failure."""


class Console(Protocol):
    """Messages to the person, on stderr; never a secret."""

    def say(self, text: str) -> None:
        """Tell what happened."""

    def warn(self, text: str) -> None:
        """Report a problem that stops nothing."""

    def detail(self, text: str) -> None:
        """Report a step, such as a call to AWS; with -v only."""

    def error(self, message: str, hint: str) -> None:
        """Say what is wrong, and on the next line what to run or change."""

    def progress(self, text: str) -> None:
        """Show the current step in place of the one before; `""` removes it."""

    def doing(self, text: str) -> AbstractContextManager[None]:
        """Show a text by `progress` during a `with` block."""

    def paint_for_stdout(self, text: str, colour: str) -> str:
        """Return a text in a colour, if stdout shows colours."""


class Terminal(Protocol):
    """The person's terminal, whatever stdin and stdout are."""

    def can_ask(self) -> bool:
        """Say whether a question is allowed and reaches a person."""

    def tell(self, text: str) -> None:
        """Write a line to the terminal."""

    def ask(self, question: str) -> str:
        """Ask, and return the typed line; NoMfaError at the end of input."""

    def ask_hidden(self, question: str) -> str:
        """Ask, and return the line typed without echo."""


class Secrets(Protocol):
    """The TOTP secrets in the keyring; ConfigurationError if the keyring fails."""

    def get(self, serial: str) -> Secret | None:
        """Return a device's secret, or None."""

    def holds(self, serial: str) -> bool:
        """Say whether a device's secret is stored, even if malformed."""

    def set(self, serial: str, secret: Secret) -> None:
        """Store a device's secret, and read it back."""

    def remove(self, serial: str) -> bool:
        """Remove a device's secret; return False if there was none."""

    def known(self) -> list[str]:
        """Return the devices whose secrets were stored, without asking the keyring."""

    def serials(self, others: Iterable[str] = ()) -> list[str]:
        """Return those known devices, and those of `others`, whose secrets are stored."""

    def describe(self) -> str:
        """Return the keyring's name for people."""

    def try_out(self) -> None:
        """Check with a trial item that the keyring works."""


class State(Protocol):
    """Small private files that outlive a command."""

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes, or None."""

    def write(self, name: str, data: bytes) -> None:
        """Replace a file; ConfigurationError if that fails."""

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of the files with this prefix."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there; ConfigurationError if that fails."""


class Limited(Protocol):
    """Limits the time of work that may hang."""

    def __call__(self, work: Callable[[], Answer], limit_seconds: float) -> Answer:
        """Return the result of `work`; TimeoutError after the limit."""


class Files(Protocol):
    """The person's files, read."""

    @property
    def state(self) -> State:
        """The state directory."""

    def settings(self) -> SettingsFile:
        """Return config.toml, read once; ConfigurationError if it is wrong or unsafe."""

    def let_settings_be_new(self) -> None:
        """Count a missing config.toml as empty, even if a variable names it."""

    def forget_settings(self) -> None:
        """Read config.toml afresh next time, after it was written."""

    def profiles(self) -> ProfileFiles:
        """Return both AWS files; ConfigurationError if the credentials file is unsafe."""

    def recovered(self) -> Mapping[str, Session]:
        """Return the sessions that are set aside or in the keyring, by profile; fetch no secret."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a regular file, or None."""


class Clock(Protocol):
    """AWS's clock, or this machine's if AWS's is unknown."""

    @property
    def started_at(self) -> datetime:
        """The second in which this process began."""

    def now(self) -> datetime:
        """Return the aware UTC time."""


class CodeSource(Protocol):
    """A source of codes; `attempts` is how many may be tried.

    One that makes codes (from a stored secret or by a command) has a `cure`, and waits for an
    unused window; a typed or given code has none ("").
    """

    attempts: int

    @property
    def cure(self) -> str:
        """What to do if AWS rejects a code that this source makes; else ""."""

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return an unchecked code; `problem` says what was wrong with the one before."""


class UsedSteps(Protocol):
    """The TOTP steps whose codes any process has sent."""

    def used(self, serial: str) -> Collection[int]:
        """Return the last steps of a device whose codes were sent."""

    def note(self, serial: str, step: int) -> None:
        """Note a step before its code is sent."""


class AsidePlace(Protocol):
    """Space that is reserved before the code is asked for, so that no session is lost."""

    def note(self, session: Session) -> None:
        """Set one of many sessions aside until it is saved; ignore a failure."""

    def keep(self, *sessions: Session) -> str:
        """Set the sessions aside until they are saved; return the paths."""

    def release(self) -> None:
        """Free the unused space."""


class Store(Protocol):
    """The files and the keyring in which sessions are stored."""

    def begin(self, profiles: ProfileFiles) -> None:
        """Remember which sections there are; remove copies that killed commands left."""

    def sessions(self) -> list[Session]:
        """Read all sessions afresh."""

    def kept_aside(self) -> Collection[str]:
        """Return the profiles whose sessions must be written again after a failure or a kill."""

    def check(self, *targets: str) -> None:
        """Raise the error that `save` would, if it can be known before; change nothing."""

    def set_aside(self, *targets: str) -> AsidePlace | None:
        """Reserve space for sessions outside the credentials file; None without a home."""

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session to its profile."""

    def save_all(
        self, obtained: Sequence[tuple[Session, Settings]]
    ) -> Mapping[str, ConfigurationError]:
        """Write sessions to their profiles at once; return the errors by refused profile."""

    def remove(self, profile: str) -> None:
        """Remove what this tool wrote to a profile."""

    def check_keyring(self, target: str) -> None:
        """Raise the keyring's error before a code is asked for."""

    def forget(self, profile: str) -> None:
        """Remove the note that the keyring has a session of this profile."""


class Turns(Protocol):
    """Lets one process at a time act for an identity or a device."""

    def take(self, key: str, what: str) -> AbstractContextManager[None]:
        """Wait for the turn; raise a refusal that the person got meanwhile on this terminal."""

    def alone(self, key: str, what: str, by: str = "login") -> AbstractContextManager[None]:
        """Wait for the turn; nothing is shared."""


class Edges(Record):
    """Everything a login touches."""

    aws: Aws
    talk: Console
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
