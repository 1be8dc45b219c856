"""Which source a code is taken from, in the order the settings give."""

from __future__ import annotations

from typing import Protocol

from mfa_session.mfa.refusals import nobody_to_ask
from mfa_session.mfa.totp import code_at, no_secret
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.model.totp import step_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.mfa.codes import PromptedCode, SuppliedCode
    from mfa_session.model.ports import Clock, CodeSource, Console, Secrets
    from mfa_session.model.secret import Secret
    from mfa_session.model.settings import Settings

GENERATED_ATTEMPTS = 2
_WORTH_TELLING = {"keyring-locked", "keyring-timeout"}
"""A keyring that should work and does not; one that never had a secret is not missed."""


class DeviceCodes(Protocol):
    """A choice of source that waits only for the device's serial."""

    def __call__(self, serial: str) -> CodeSource:
        """Return the source for this device; NoMfaError when none can answer."""


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
