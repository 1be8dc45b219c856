"""The sources of codes, and the choice among them by the settings."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError, NoMfaError
from mfa_session.model.record import Record
from mfa_session.model.totp import MALFORMED, normalize_code, step_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.ports import Clock, CodeSource, Console, Secrets
    from mfa_session.model.session import Secret
    from mfa_session.model.settings import Settings

    DeviceCodes = Callable[[str], CodeSource]
    """Chooses the source once the device's serial is known; NoMfaError if there is none."""


PROMPT_ATTEMPTS = 3
GENERATED_ATTEMPTS = 2
DOES_NOT_ANSWER = {"keyring-locked", "keyring-timeout"}
"""Failures of a keyring that is in use; one that never held a secret is not missed."""


def choose_codes(supplied: SuppliedCode | None, others: Callable[[], Sources]) -> DeviceCodes:
    """Return the codes of a session: the one supplied, if it is one, else as the settings say.

    Raises NoMfaError or ConfigurationError now where it is known that no code can come.
    """
    if supplied is None:
        return others().choose()
    supplied.check()
    return lambda _serial: supplied


class Sources(Record):
    """The sources that ask or make a code; `prompt` is None where nobody can be asked."""

    settings: Settings
    clock: Clock
    talk: Console
    secrets: Secrets
    run_command: Callable[[str], str] | None
    prompt: PromptedCode | None

    def choose(self) -> DeviceCodes:
        """Choose as far as possible without the serial; refuse now if no source can answer."""
        wanted = self.settings.code
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
        settings = self.settings
        if settings.code == "keyring":
            return True  # reading it fails with a better error
        known = settings.mfa_serial or settings.remembered_serial
        try:
            if known is None:
                return bool(self.secrets.describe())  # AWS names the device later
            stored = self.secrets.get(known) is not None
            return stored or (settings.mfa_serial is None and bool(self.secrets.serials()))
        except ConfigurationError as error:
            self._report_failure(error, known)
            return False

    def _for_device(self, serial: str) -> CodeSource:
        wanted = self.settings.code
        source: CodeSource | None = None
        if wanted in {"auto", "keyring"}:
            source = self._from_keyring(serial)
        if source is None and wanted in {"auto", "command"} and self.run_command is not None:
            cure = "the session's code_command printed it: correct the command in config.toml"
            source = GeneratedCode(self.run_command, cure)
        source = source or self.prompt
        if source is None:
            raise nobody_to_ask(self.settings)
        return source

    def _from_keyring(self, serial: str) -> CodeSource | None:
        """Return the keyring's source for a device; with `auto`, a prompt follows it."""
        is_required = self.settings.code == "keyring"
        try:
            secret = self.secrets.get(serial)
        except ConfigurationError as error:
            if is_required:
                raise
            self._report_failure(error, serial)
            return None
        if secret is None:
            if is_required:
                raise no_secret(serial)
            return None
        clock = self.clock
        cure = (
            "the secret in the keyring may be another device's: "
            f"`mfa-session totp add --mfa-serial {serial}` stores the right one, "
            f"`mfa-session totp remove {serial}` forgets it"
        )
        keyring = GeneratedCode(lambda _serial: code_at(secret, step_at(clock.now())), cure)
        if is_required or not self.prompt:
            return keyring
        return PromptFallback(keyring, self.prompt, self.talk)

    def _report_failure(self, error: ConfigurationError, serial: str | None) -> None:
        missed = serial in self.secrets.known()
        worth_telling = missed or error.code in DOES_NOT_ANSWER
        tell = self.talk.warn if worth_telling else self.talk.detail
        tell(f"no code from the keyring: {error.message}")


class SuppliedCode:
    """A code given beforehand (option, variable, stdin), which is sent once: `is_spent`."""

    attempts = 1
    cure = ""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._code: str | None = None
        self.is_spent = False

    def check(self) -> str:
        """Return the six digits; NoMfaError `bad-code` for anything else."""
        if self._code is None:
            self._code = normalize_code(self._read())
        if self._code is None:
            raise bad_code()
        return self._code

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return the code; NoMfaError `code-spent` the second time."""
        del problem
        if self.is_spent:
            raise NoMfaError(
                "code-spent",
                f"the code given for {serial} has been used, and AWS accepts each code only once",
                "log in to the other session with the next code",
            )
        code = self.check()
        self.is_spent = True
        return code


class PromptedCode:
    """A code typed at the terminal; a malformed or rejected one is asked again, up to three."""

    attempts = PROMPT_ATTEMPTS
    cure = ""

    def __init__(self, ask: Callable[[str], str], tell: Callable[[str], None], name: str) -> None:
        self._ask = ask
        self._tell = tell
        self._name = name

    def next_code(self, serial: str, problem: str | None) -> str:
        """Ask for the device's code, after saying what was wrong with the one before."""
        if problem is not None:
            self._tell(f"{problem}; try again")
        return self._ask(f"MFA code for {serial} (session {self._name}): ")


class GeneratedCode:
    """A code that a function makes for a serial; after a rejection, one of the next window."""

    attempts = GENERATED_ATTEMPTS

    def __init__(self, make: Callable[[str], str], cure: str) -> None:
        self._make = make
        self.cure = cure

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return the code of now."""
        del problem
        return self._make(serial)


class PromptFallback:
    """A generated code first; once its attempts are used up, a prompt."""

    def __init__(self, first: CodeSource, prompt: PromptedCode, talk: Console) -> None:
        self._first = first
        self._prompt = prompt
        self._talk = talk
        self._left = first.attempts
        self.attempts = first.attempts + prompt.attempts

    @property
    def cure(self) -> str:
        """That of a generated code, if the next one is one."""
        return self._first.cure if self._left > 0 else ""

    def next_code(self, serial: str, problem: str | None) -> str:
        """Return a generated code while attempts are left, then a typed one."""
        if self._left > 0:
            self._left -= 1
            return self._first.next_code(serial, problem)
        if self._left == 0:
            self._left = -1
            self._talk.warn(f"codes made for {serial} are rejected; type one instead")
            problem = None
        return self._prompt.next_code(serial, problem)


def code_at(secret: Secret, step: int) -> str:
    """Return the six digits of a 30 s step."""
    import pyotp  # noqa: PLC0415  # only where a code is made

    return pyotp.HOTP(secret.reveal()).at(step)


def bad_code() -> NoMfaError:
    """Return the error for a malformed code, which the message does not repeat."""
    return NoMfaError("bad-code", "that is not a code", MALFORMED + ", such as 123456")


def no_secret(serial: str) -> NoMfaError:
    """Return the error for a device without a stored secret."""
    return NoMfaError(
        "no-totp-secret",
        f"no secret is stored for {serial}",
        f"store it: `mfa-session totp add --mfa-serial {serial}`",
    )


def nobody_to_ask(settings: Settings) -> NoMfaError:
    """Return the error for a session that needs a code and has no source of one."""
    login = settings.login_command
    if settings.max_age is not None and "--force" not in login:
        login += " --force"  # the guard may refuse a valid session whose code is too old
    steps = f"`{login}`"
    if settings.mfa_serial is None and settings.remembered_serial is None:
        enroll = settings.command("device enroll", "source_profile")
        steps = f"`{enroll}` if your user has no MFA device, then {steps}"
    return NoMfaError(
        "code-needed",
        f"session {settings.name!r} needs an MFA code, and there is nobody to ask",
        f"run {steps} in a terminal; a script gives the code on stdin: --token-code -",
    )
