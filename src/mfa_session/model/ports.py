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
    """Whose keys sign a call, where to, and how to speak of them in an error.

    `session` names the session whose keys they are, if they are a session's.
    """

    keys: Keys
    profile: str | None
    region: str | None
    session: str | None = None

    def label(self) -> str:
        """Return how to speak of the key: its id, and where it is.

        A session's keys are in no profile with long-term keys: they come from the key there.
        """
        where = f"profile {self.profile!r}" if self.profile else "the environment"
        if self.session is not None:
            where = f"session {self.session!r} of {where}"
        elif self.keys.session_token is not None:
            where = f"a session of {where}"
        return f"{self.keys.shown_id} ({where})"


class MfaCode(Record):
    """A device's serial and one of its codes, which are only used together."""

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
        """STS GetCallerIdentity's account, or None if AWS does not tell."""


class Console(Protocol):
    """Words to the person, on stderr; never a secret."""

    def say(self, text: str) -> None:
        """Tell what happened."""

    def warn(self, text: str) -> None:
        """Tell what is odd but did not stop anything."""

    def detail(self, text: str) -> None:
        """Tell what was asked of AWS and why; shown with -v."""

    def error(self, message: str, hint: str) -> None:
        """Tell what is wrong, and on the next line what to run or change."""

    def progress(self, text: str) -> None:
        """Show what is going on, in the place of what was shown before; `""` takes it away."""

    def doing(self, text: str) -> AbstractContextManager[None]:
        """Return a `with` block for the time of which `progress` shows a text."""

    def paint_for_stdout(self, text: str, colour: str) -> str:
        """Return a text in a colour, if stdout shows colours."""


class Terminal(Protocol):
    """The terminal of the person who called, apart from stdin and stdout."""

    def can_ask(self) -> bool:
        """Say whether there is somebody to ask, and questions are allowed."""

    def tell(self, text: str) -> None:
        """Show a line where the questions are."""

    def ask(self, question: str) -> str:
        """Return the line typed; NoMfaError at end of input."""

    def ask_hidden(self, question: str) -> str:
        """Return the line typed, which is not shown."""


class Secrets(Protocol):
    """The TOTP secrets in the OS keyring; ConfigurationError where the keyring fails."""

    def get(self, serial: str) -> Secret | None:
        """Return the secret of a device."""

    def holds(self, serial: str) -> bool:
        """Say whether there is a secret of this device, without reading it."""

    def set(self, serial: str, secret: Secret) -> None:
        """Store it, and see that it is kept."""

    def remove(self, serial: str) -> bool:
        """Remove it; False if there was none."""

    def known(self) -> list[str]:
        """Return, without asking the keyring, the devices whose secrets it had."""

    def serials(self, others: Iterable[str] = ()) -> list[str]:
        """Return the devices whose secrets are stored: those that are known, and of `others`."""

    def describe(self) -> str:
        """Return which keyring it is."""

    def try_out(self) -> None:
        """See that what is stored is given back, and leave nothing of it."""


class State(Protocol):
    """Small private files that outlive a command."""

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes, or None."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file whole; ConfigurationError where that fails."""

    def names(self, prefix: str = "") -> list[str]:
        """Return the names of the files with this prefix."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there; ConfigurationError where that fails."""


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
        """Return config.toml, read once. ConfigurationError where it is wrong or unsafe."""

    def let_settings_be_new(self) -> None:
        """Take a config.toml that MFA_SESSION_CONFIG names and that is not there as empty."""

    def forget_settings(self) -> None:
        """Read config.toml afresh next time: it has been written."""

    def profiles(self) -> ProfileFiles:
        """Return both AWS files. ConfigurationError where the credentials file is unsafe."""

    def recovered(self) -> Mapping[str, Session]:
        """Return the sessions that the credentials file does not have, by profile.

        Those that it could not take, and those in the keyring, which is not asked.
        """

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a regular file; None where there is none."""


class Clock(Protocol):
    """AWS's time, as far as it is known."""

    @property
    def started_at(self) -> datetime:
        """The second in which this process began."""

    def now(self) -> datetime:
        """Return the aware UTC time."""


class CodeSource(Protocol):
    """Where a code comes from; `attempts` is how many may be tried.

    `cure` tells a code made for the moment (by a keyring's secret, a command) from one that came
    by itself (typed, given: ""): the former waits for a window that is not used up.
    """

    attempts: int

    @property
    def cure(self) -> str:
        """What to do if AWS rejects the next code, and it is made for the moment; or ""."""

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return a code as it came; `problem` says why the one before would not do."""


class UsedSteps(Protocol):
    """The TOTP steps whose codes were sent, remembered across processes."""

    def used(self, serial: str) -> Collection[int]:
        """Return the last steps of a device whose codes were sent."""

    def note(self, serial: str, step: int) -> None:
        """Remember a step before its code is sent."""


class AsidePlace(Protocol):
    """Room that is reserved before the code is asked, so that the session is never lost."""

    def note(self, session: Session) -> None:
        """Put one of many sessions aside until it is saved, as far as that can be done."""

    def keep(self, *sessions: Session) -> str:
        """Put the sessions there until they are saved, and return where."""

    def release(self) -> None:
        """Give the place back, unused."""


class Store(Protocol):
    """The files and the keyring in which sessions are stored."""

    def begin(self, profiles: ProfileFiles) -> None:
        """Take what stood there at the command's start; remove copies that killed runs left."""

    def sessions(self) -> list[Session]:
        """Read them afresh."""

    def kept_aside(self) -> Collection[str]:
        """Return the profiles whose sessions are to be written once more.

        The file could not be written, or a move was cut off.
        """

    def check(self, *targets: str) -> None:
        """Refuse what can be known to fail, before a code is asked; change nothing."""

    def set_aside(self, *targets: str) -> AsidePlace | None:
        """Reserve a place for sessions outside the credentials file; None without a home."""

    def save(self, session: Session, settings: Settings) -> None:
        """Write the session to its profile."""

    def save_all(
        self, obtained: Sequence[tuple[Session, Settings]]
    ) -> Mapping[str, ConfigurationError]:
        """Write sessions to their profiles at once; return the errors of those that may not be."""

    def remove(self, profile: str) -> None:
        """Remove what this tool wrote to a profile."""

    def check_keyring(self, target: str) -> None:
        """Refuse a keyring that is known to fail, before a code is asked."""

    def forget(self, profile: str) -> None:
        """Forget that the keyring has a session of this profile."""


class Turns(Protocol):
    """Lets one process at a time act for an identity or a device."""

    def take(self, key: str, what: str) -> AbstractContextManager[None]:
        """Wait for the turn; a refusal on this terminal meanwhile is raised again here."""

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
