"""The interview of `configure`: what it finds out, and what it asks where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mfa_session.model.arns import device_kind
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.settings import CODE_SOURCES, MFA_SECONDS, SessionOptions
from mfa_session.model.text import quote
from mfa_session.model.times import read_duration, spell_duration
from mfa_session.session.device import find_caller
from mfa_session.session.names import default_name
from mfa_session.session.settings import resolve_named
from mfa_session.session.sources import DEFAULT, named_source, source_profiles
from mfa_session.session.validation import check_serial
from mfa_session.setup.answers import (
    Answers,
    asking_for_codes,
    check_any_source,
    check_duration,
    check_region,
    find_session,
    read_role,
    repointable,
    target_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from mfa_session.model.ports import Terminal
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Context, Inputs
    from mfa_session.session.names import Named
    from mfa_session.setup.answers import Options

    Choose = Callable[[str, list[str]], str]


NO_DEVICE = "add an MFA device: `mfa-session device enroll --profile {name}`"
DIFFERENCE = (
    "Role profiles with an mfa_serial ask for a code each, every hour. One that comes from the "
    "session asks for none, in the AWS CLI, SDKs and Terraform, while the session lasts. One that "
    "stays as it is can be used with the AWS CLI after `mfa-session warm`, for an hour at a time."
)
CODES = """\
Codes can come from:
  prompt   you type each one
  keyring  made from the device's secret in the system's keyring ({})
  command  a program of yours prints them
  auto     the keyring, the command or the prompt: the first that has one"""
WARM = (
    "the AWS CLI asks for a code for {names}: fill its cache with `mfa-session warm`, or have them "
    "come from the session with --repoint NAME"
)
Answer = TypeVar("Answer")
_YES, _NO = {"y", "yes"}, {"n", "no"}


class Interview:
    """One person's answers to everything; `next_steps` is what is left for her to do."""

    def __init__(self, options: Options, ctx: Context, inputs: Inputs, dialog: Dialog) -> None:
        """Take what is known, and whom to ask."""
        self._given = options
        self._ctx = ctx
        self._inputs = inputs
        self._dialog = dialog
        said = {key: value for key, value in inputs.options.as_dict().items() if value != ""}
        self._options = SessionOptions(**said)  # an empty word says nothing
        self._typed: set[str] = set()
        self.next_steps: list[str] = []
        self.can_log_in = True

    def hold(self) -> Answers:
        """Find out, ask, and return the answers; each is one that will do."""
        named = self._name()
        table = self._inputs.file.sessions.get(named.name, {})
        target = target_of(self._inputs, named)
        source = self._source(table, target)
        settings = self._settings(named, source)
        serial, known = self._device(table, settings)
        answers = Answers(
            name=named.name,
            target=target,
            source_profile=source,
            mfa_serial=serial,
            duration=self._duration(table),
            region=check_region(self._options.region) if self._options.region else None,
            confirm=True if self._given.confirm else None,
            roles=tuple(read_role(text) for text in dict.fromkeys(self._given.role)),
            reach=settings.written,
        )
        answers = answers.replace(**self._code(table, known, named.name))
        answers = answers.replace(repointed=self._repointed(answers))
        return answers.replace(typed=frozenset(self._typed))

    def _name(self) -> Named:
        def read(text: str) -> Named:
            return find_session(self._inputs, text)

        usual = default_name(self._inputs)
        if self._options.profile is None and self._dialog.asks:
            return self._dialog.ask("Session name", usual, read)
        return read(self._options.profile or usual)

    def _source(self, table: Mapping[str, Any], target: str) -> str | None:
        """Return the profile with the long-term keys; None where the environment has them."""
        if self._options.source_profile is not None:
            named_source(self._inputs, self._options.source_profile)
            return self._options.source_profile
        found = [name for name in source_profiles(self._inputs) if name != target]
        if table.get("source_profile") in found:
            return str(table["source_profile"])
        if not found:
            check_any_source(self._inputs)
            return None
        if len(found) == 1:
            self._ctx.console.say(f"long-term keys: profile {found[0]!r}")
            return found[0]
        if not self._dialog.asks:
            if found[0] == DEFAULT:  # which `login` takes, too
                more = ", ".join(found[1:])
                self._ctx.console.say(f"long-term keys: profile {DEFAULT!r} (others: {more})")
                return DEFAULT
            raise ConfigurationError(
                "answer-needed",
                f"several profiles have long-term keys: {', '.join(found)}",
                "say which is yours",
                add=("--source-profile", found[0]),
            )
        return self._dialog.choose("Several profiles have long-term keys:", found)

    def _settings(self, named: Named, source: str | None) -> Settings:
        """Return the settings of the session as they are now, with this source."""
        options = self._options.replace(profile=named.name, source_profile=source, duration=None)
        return resolve_named(self._inputs.replace(options=options), named)

    def _device(
        self, table: Mapping[str, Any], settings: Settings
    ) -> tuple[str | None, str | None]:
        """Return the serial to be written, if any, and the one that will be used, if known."""
        if self._options.mfa_serial is not None:
            return self._options.mfa_serial, self._options.mfa_serial
        source = table.get("source_profile", settings.source.profile)
        if settings.mfa_serial is not None and source == settings.source.profile:
            self._ctx.console.say(f"MFA device: {settings.mfa_serial}, as configured")
            return None, settings.mfa_serial
        try:
            edges = self._ctx.make.session()
            serials = edges.aws.list_devices(find_caller(edges, settings))
        except (RefusedError, UnreachableError) as error:
            if isinstance(error, RefusedError) and error.code != "not-authorized":
                raise
            return self._untold_device(error)
        return self._found_device(serials, settings)

    def _untold_device(self, error: MfaSessionError) -> tuple[str | None, str | None]:
        """Ask for the serial, which AWS did not tell; it may be left empty."""
        self._ctx.console.warn(f"your MFA device could not be found: {error.message}")
        if not self._dialog.asks:
            self.next_steps.append("if no MFA device is found at login, name it: --mfa-serial")
            return None, None

        def read(text: str) -> str | None:
            if text:
                check_serial(text)
            return text or None

        serial = self._dialog.ask("Its serial or ARN (Enter: look again at login)", "", read)
        return serial, serial

    def _found_device(
        self, serials: list[str], settings: Settings
    ) -> tuple[str | None, str | None]:
        """Take the only usable device, or have one picked."""
        usable = [serial for serial in serials if device_kind(serial) in {"virtual", "hardware"}]
        if not usable:
            why = "only a passkey, which AWS's API cannot use" if serials else "none"
            self._ctx.console.say(f"MFA device of {settings.source.label()}: {why}")
            self.next_steps.append(NO_DEVICE.format(name=quote(settings.name)))
            self.can_log_in = False
            return None, None
        if len(usable) == 1:
            self._ctx.console.say(f"MFA device: {usable[0]}")
            return usable[0], usable[0]
        if not self._dialog.asks:
            raise ConfigurationError(
                "several-mfa-devices",
                f"the user has several MFA devices: {', '.join(usable)}",
                "say which",
                add=("--mfa-serial", usable[0]),
            )
        serial = self._dialog.choose("Several MFA devices:", usable)
        return serial, serial

    def _duration(self, table: Mapping[str, Any]) -> int | None:
        """Return the duration to be written; None where it is what it would be anyway."""
        if self._options.duration is not None:
            return check_duration(self._options.duration)
        stands: int = table.get("duration", self._inputs.file.defaults.get("duration", MFA_SECONDS))
        if not self._dialog.asks:
            return None

        def read(text: str) -> int:
            return check_duration(read_duration(text, "the duration"))

        seconds = self._dialog.ask("How long a session lasts", spell_duration(stands), read)
        if seconds == stands:
            return None
        self._typed.add("duration")
        return seconds

    def _code(
        self, table: Mapping[str, Any], serial: str | None, name: str
    ) -> dict[str, str | None]:
        """Return where codes come from, as far as it is to be written."""
        code = self._given.code
        command = self._given.code_command
        if command is not None and not command.strip():
            raise ConfigurationError(
                "no-code-command", "--code-command says nothing", "name a command, or leave it out"
            )
        if code is None and command is None and self._dialog.asks:
            code = self._asked_code(table, serial)
        if (code or table.get("code")) == "command" and not (command or table.get("code_command")):
            command = self._asked_command()
        if code == "keyring" and serial is not None and not self._is_stored(serial):
            self.next_steps.append(
                f"store its secret: `mfa-session totp add --profile {quote(name)}`"
            )
            self.can_log_in = False
        return {"code": code, "code_command": command}

    def _asked_code(self, table: Mapping[str, Any], serial: str | None) -> str | None:
        is_stored = serial is not None and self._is_stored(serial)
        for line in CODES.format("stored already" if is_stored else "not stored yet").splitlines():
            self._dialog.tell(line)
        stands = table.get("code", "auto")

        def read(text: str) -> str:
            if text not in CODE_SOURCES:
                raise ConfigurationError("answer-needed", f"one of {', '.join(CODE_SOURCES)}")
            return text

        code = self._dialog.ask("Codes come from", stands, read)
        if code == stands:
            return None
        self._typed.add("code")
        return code

    def _asked_command(self) -> str:
        no_command = ConfigurationError(
            "answer-needed",
            "codes come from a command, but no command is given",
            "give --code-command",
        )
        if not self._dialog.asks:
            raise no_command

        def read(text: str) -> str:
            if not text:
                raise no_command
            return text

        return self._dialog.ask("The command that prints a code", "", read)

    def _is_stored(self, serial: str) -> bool:
        try:
            return self._ctx.make.secrets().get(serial) is not None
        except ConfigurationError as error:
            self._ctx.console.detail(f"the keyring was not read: {error.message}")
            return False

    def _repointed(self, answers: Answers) -> tuple[str, ...]:
        """Return the role profiles that are to come from the session: named, or agreed to."""
        asked = tuple(dict.fromkeys(self._given.repoint))
        if answers.source_profile is None:
            return asked
        taken = {role.profile for role in answers.roles}
        found = repointable(self._inputs, answers.source_profile, answers.target)
        found = [name for name in found if name not in taken]
        if not asked and self._dialog.asks:
            asked = self._agreed(found, answers.name)
        left = [name for name in asking_for_codes(self._inputs, found) if name not in asked]
        if left:
            self.next_steps.append(WARM.format(names=", ".join(left)))
        return asked

    def _agreed(self, found: Sequence[str], session: str) -> tuple[str, ...]:
        """Return the role profiles that the person wants to come from the session."""
        if asking_for_codes(self._inputs, found):
            self._dialog.tell(DIFFERENCE)
        return tuple(
            name
            for name in found
            if self._dialog.agrees(
                f"Take the role of profile {name!r} from session {session!r}, without another code?"
            )
        )


class Dialog:
    """A person at a terminal; `asks` is False where nothing may be asked of anybody."""

    def __init__(self, terminal: Terminal, choose: Choose, *, asks: bool) -> None:
        """Take the terminal, and how one of several is picked there."""
        self._terminal = terminal
        self._choose = choose
        self.asks = asks

    def tell(self, text: str) -> None:
        """Show a line where the questions are."""
        self._terminal.tell(text)

    def ask(self, question: str, usual: str, read: Callable[[str], Answer]) -> Answer:
        """Ask until `read` takes the answer; Enter means the `usual` one."""
        shown = f"{question} [{usual}]: " if usual else f"{question}: "
        while True:
            text = self._terminal.ask(shown).strip() or usual
            try:
                return read(text)
            except MfaSessionError as error:
                self.tell(f"{error.message}: {error.hint}" if error.hint else error.message)

    def agrees(self, question: str, *, usual: bool = False) -> bool:
        """Ask for yes or no; Enter means the `usual` one."""
        shown = f"{question} [{'Y/n' if usual else 'y/N'}] "
        while True:
            answer = self._terminal.ask(shown).strip().lower()
            if not answer:
                return usual
            if answer in _YES | _NO:
                return answer in _YES
            self.tell("answer y or n")

    def choose(self, title: str, items: list[str]) -> str:
        """Let one of several be picked by its number."""
        return self._choose(title, items)
