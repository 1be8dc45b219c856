"""Where a code comes from: which source the settings choose, and what each source gives."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.errors import ConfigurationError, NoMfaError
from mfa_session.model.record import Record
from mfa_session.model.totp import MALFORMED, normalize_code, step_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.ports import Clock, CodeSource, Console, Secrets
    from mfa_session.model.session import Secret
    from mfa_session.model.settings import Settings


PROMPT_ATTEMPTS = 3
GENERATED_ATTEMPTS = 2
_WORTH_TELLING = {"keyring-locked", "keyring-timeout"}
"""A keyring that should work and does not; one that never had a secret is not missed."""


class DeviceCodes(Protocol):
    """A choice of source that waits only for the device's serial."""

    def __call__(self, serial: str) -> CodeSource:
        """Return the source for this device; NoMfaError when none can answer."""


class Sources(Record):
    """Every source there is, for one login; `prompt` is None where nobody can be asked."""

    settings: Settings
    clock: Clock
    talk: Console
    secrets: Secrets
    run_command: Callable[[str], str] | None
    prompt: PromptedCode | None
    supplied: SuppliedCode | None

    def choose(self) -> DeviceCodes:
        """Choose as far as it goes without the serial; refuse at once when none could answer."""
        wanted, supplied = self.settings.code, self.supplied
        if supplied is not None:
            supplied.check()
            return lambda _serial: supplied
        if wanted == "prompt" and self.prompt is None:
            raise nobody_to_ask(self.settings)
        if wanted == "command" and self.run_command is None:
            raise ConfigurationError(
                "no-code-command",
                f'session {self.settings.name!r} has code = "command" but no code_command',
                "set code_command in config.toml",
            )
        if self.prompt is None and self.run_command is None and not self._may_hold_secret():
            raise nobody_to_ask(self.settings)
        return self._for_device

    def _may_hold_secret(self) -> bool:
        """Say whether the keyring may answer, without asking AWS which device there is."""
        settings = self.settings
        if settings.code == "keyring":
            return True  # whose own errors say more
        known = settings.mfa_serial or settings.remembered_serial
        try:
            if known is None:
                return bool(self.secrets.describe())  # a keyring is there; AWS tells the device
            stored = self.secrets.get(known) is not None
            return stored or (settings.mfa_serial is None and bool(self.secrets.serials()))
        except ConfigurationError as error:
            self._tell_of_failure(error, known)
            return False

    def _for_device(self, serial: str) -> CodeSource:
        wanted = self.settings.code
        source: CodeSource | None = None
        if wanted in {"auto", "keyring"}:
            source = self._from_keyring(serial, required=wanted == "keyring")
        if source is None and wanted in {"auto", "command"} and self.run_command is not None:
            source = CommandCode(self.run_command)
        source = source or self.prompt
        if source is None:
            raise nobody_to_ask(self.settings)
        return source

    def _from_keyring(self, serial: str, *, required: bool) -> CodeSource | None:
        """Return the keyring's source for a device; with `auto`, a prompt stands behind it."""
        try:
            secret = self.secrets.get(serial)
        except ConfigurationError as error:
            if required:
                raise
            self._tell_of_failure(error, serial)
            return None
        if secret is not None:
            made = KeyringCode(secret, self.clock)
            return made if required or not self.prompt else self._falling(made, self.prompt)
        if required:
            raise no_secret(serial)
        return None

    def _tell_of_failure(self, error: ConfigurationError, serial: str | None) -> None:
        missed = serial is not None and self.secrets.is_known(serial)
        worth_telling = missed or error.code in _WORTH_TELLING
        tell = self.talk.warn if worth_telling else self.talk.detail
        tell(f"no code from the keyring: {error.message}")

    def _falling(self, made: KeyringCode, prompt: PromptedCode) -> FallingToPrompt:
        return FallingToPrompt(made, prompt, self.talk)


class SuppliedCode:
    """A code given beforehand (option, variable, stdin): sent once, never again."""

    attempts = 1
    generated = False

    def __init__(self, read: Callable[[], str]) -> None:
        """Take the function that yields the code; it is called when the code is needed."""
        self._read = read
        self._code: str | None = None
        self._spent = False

    @property
    def is_spent(self) -> bool:
        """Whether it has been sent."""
        return self._spent

    def check(self) -> str:
        """Return the six digits, or refuse what is none, before anything is sent."""
        if self._code is None:
            self._code = normalize_code(self._read())
        if self._code is None:
            raise bad_code()
        return self._code

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return the code; refuse a second time."""
        del problem
        if self._spent:
            raise NoMfaError(
                "code-spent",
                f"the code given for {serial} has been used, and AWS accepts each code only once",
                "log in to the other session with the next code",
            )
        code = self.check()
        self._spent = True
        return code


class PromptedCode:
    """A code typed at the terminal: asked again when malformed or rejected, three times in all."""

    attempts = PROMPT_ATTEMPTS
    generated = False

    def __init__(self, ask: Callable[[str], str], tell: Callable[[str], None], name: str) -> None:
        """Take how to ask and to tell at the terminal, and the session's name."""
        self._ask = ask
        self._tell = tell
        self._name = name

    def next_code(self, serial: str, problem: str | None) -> str:
        """Ask for the code of the device, saying first why the one before would not do."""
        if problem is not None:
            self._tell(f"{problem}; try again")
        return self._ask(f"MFA code for {serial} (session {self._name}): ")


class KeyringCode:
    """A code made from the secret in the keyring, for AWS's time; once more if rejected."""

    attempts = GENERATED_ATTEMPTS
    generated = True

    def __init__(self, secret: Secret, clock: Clock) -> None:
        """Take the secret and the clock to make codes by."""
        self._secret = secret
        self._clock = clock

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return the code of this moment."""
        del serial, problem
        return code_at(self._secret, step_at(self._clock.now()))


class CommandCode:
    """A code that a program prints; once more, from the next window, if rejected."""

    attempts = GENERATED_ATTEMPTS
    generated = True

    def __init__(self, run: Callable[[str], str]) -> None:
        """Take how to run the command for a serial."""
        self._run = run

    def next_code(self, serial: str, problem: str | None) -> str:
        """Run the command and return the code it printed."""
        del problem
        return self._run(serial)


class FallingToPrompt:
    """A generated code first; when its attempts are over, the person is asked."""

    def __init__(self, first: CodeSource, prompt: PromptedCode, talk: Console) -> None:
        """Take both, and how to tell of the change."""
        self._first = first
        self._prompt = prompt
        self._talk = talk
        self._left = first.attempts
        self.attempts = first.attempts + prompt.attempts

    @property
    def generated(self) -> bool:
        """Whether the next code is made for the moment."""
        return self._left > 0

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return a generated code while there are attempts, then a typed one."""
        if self._left > 0:
            self._left -= 1
            return self._first.next_code(serial, problem)
        if self._left == 0:
            self._left = -1
            self._talk.warn(f"codes made for {serial} are rejected; type one instead")
            problem = None
        return self._prompt.next_code(serial, problem)


def code_at(secret: Secret, step: int) -> str:
    """Return the six digits of a step."""
    import pyotp  # noqa: PLC0415  # only where a code is made

    return pyotp.HOTP(secret.reveal()).at(step)


def bad_code() -> NoMfaError:
    """Return the error for a code that cannot be one; it is not repeated in the message."""
    return NoMfaError("bad-code", "that is not a code", MALFORMED + ", such as 123456")


def no_secret(serial: str) -> NoMfaError:
    """Return the error for a code that was wanted of a device whose secret is not stored."""
    return NoMfaError(
        "no-totp-secret",
        f"no secret is stored for {serial}",
        f"store it: `mfa-session totp add --mfa-serial {serial}`",
    )


def nobody_to_ask(settings: Settings) -> NoMfaError:
    """Return the error for a session that needs a code which nobody and nothing can give."""
    login = settings.login_command
    if settings.max_age is not None and "--force" not in login:
        login += " --force"  # the session may be there, and its code too old for the guard
    steps = f"`{login}`"
    if settings.mfa_serial is None and settings.remembered_serial is None:
        enroll = settings.command("device enroll", "source_profile")
        steps = f"`{enroll}` if your user has no MFA device, then {steps}"
    return NoMfaError(
        "code-needed",
        f"session {settings.name!r} needs an MFA code, and there is nobody to ask",
        f"run {steps} in a terminal; a script gives the code on stdin: --token-code -",
    )
