"""The interview of `configure`: it finds out what it can, and asks for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from mfa_session.model.arns import gives_codes
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.ports import Terminal
from mfa_session.model.settings import CODE_SOURCES, MFA_SECONDS, SessionOptions, Settings
from mfa_session.model.text import join, printable, quote
from mfa_session.model.times import read_duration, spell_duration
from mfa_session.session.context import Context, Inputs
from mfa_session.session.device import find_caller
from mfa_session.session.names import Named, default_name
from mfa_session.session.settings import resolve_named
from mfa_session.session.sources import DEFAULT, named_source, source_profiles
from mfa_session.session.validation import check_duration, check_serial
from mfa_session.setup.plan import (
    Answers,
    Options,
    check_any_source,
    check_region,
    find_session,
    find_target,
    list_asking_roles,
    list_repointable,
    read_role,
)

Choose = Callable[[str, list[str]], str]

NO_DEVICE = "add an MFA device: `mfa-session device enroll --profile {name}`"
DIFFERENCE = (
    "Each role profile with an mfa_serial asks for a code every hour. If its source is the "
    "session, it asks for none in the AWS CLI, SDKs and Terraform while the session lasts. If it "
    "stays unchanged, `mfa-session warm` lets the AWS CLI use it for an hour at a time."
)
CODES = """\
Codes can come from:
  prompt   you type each code
  keyring  generated from the device's secret in the system's keyring ({})
  command  a program of yours prints them
  auto     the first of keyring, command and prompt that has one"""
WARM = (
    "the AWS CLI asks for a code for {names}: fill its cache with `mfa-session warm`, or make the "
    "session their source with --repoint NAME"
)
Answer = TypeVar("Answer")
_YES, _NO = {"y", "yes"}, {"n", "no"}


class Interview:
    """Collects the answers; `next_steps` is what the person still has to do."""

    def __init__(self, options: Options, ctx: Context, inputs: Inputs, dialog: Dialog) -> None:
        self._given = options
        self._ctx = ctx
        self._inputs = inputs
        self._dialog = dialog
        given = {key: value for key, value in inputs.options.as_dict().items() if value != ""}
        self._options = SessionOptions(**given)  # an empty option counts as not given
        self._typed: set[str] = set()
        self.next_steps: list[str] = []
        self.can_log_in = True

    def conduct(self) -> Answers:
        """Find out, ask, and return valid answers."""
        named = self._choose_name()
        table = self._inputs.file.sessions.get(named.name, {})
        target = find_target(self._inputs, named)
        source = self._choose_source(table, target)
        settings = self._resolve_settings(named, source)
        serial, known = self._find_device(table, settings)
        answers = Answers(
            name=named.name,
            target=target,
            source_profile=source,
            mfa_serial=serial,
            duration=self._choose_duration(table),
            region=check_region(self._options.region) if self._options.region else None,
            confirm=True if self._given.confirm else None,
            roles=tuple(read_role(text) for text in dict.fromkeys(self._given.role)),
            reach=settings.written,
        )
        answers = answers.replace(**self._choose_code(table, known, named.name))
        answers = answers.replace(repointed=self._choose_repointed(answers))
        return answers.replace(typed=frozenset(self._typed))

    def _choose_name(self) -> Named:
        def read(text: str) -> Named:
            return find_session(self._inputs, text)

        default = default_name(self._inputs)
        if self._options.profile is None and self._dialog.asks:
            return self._dialog.ask("Session name", default, read)
        return read(self._options.profile or default)

    def _choose_source(self, table: Mapping[str, Any], target: str) -> str | None:
        if self._options.source_profile is not None:
            named_source(self._inputs, self._options.source_profile)
            return self._options.source_profile
        found = [name for name in source_profiles(self._inputs) if name != target]
        if table.get("source_profile") in found:
            return str(table["source_profile"])
        if not found:
            check_any_source(self._inputs)
            return None
        if found[1:] and self._dialog.asks:
            return self._dialog.choose("Several profiles have long-term keys:", found)
        if found[1:] and found[0] != DEFAULT:  # which `login` takes
            raise ConfigurationError(
                "answer-needed",
                f"several profiles have long-term keys: {', '.join(found)}",
                "name yours",
                add=("--source-profile", found[0]),
            )
        others = f" (others: {', '.join(found[1:])})" if found[1:] else ""
        self._ctx.console.say(f"long-term keys: profile {found[0]!r}{others}")
        return found[0]

    def _resolve_settings(self, named: Named, source: str | None) -> Settings:
        options = self._options.replace(profile=named.name, source_profile=source, duration=None)
        return resolve_named(self._inputs.replace(options=options), named)

    def _find_device(
        self, table: Mapping[str, Any], settings: Settings
    ) -> tuple[str | None, str | None]:
        """Return the serial to write, if any, and the serial that will be used, if known."""
        serial = self._options.mfa_serial
        if serial is not None:
            return serial, serial
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
            serial = self._ask_serial(error)
        else:
            serial = self._pick_device(serials, settings)
        return serial, serial

    def _ask_serial(self, error: MfaSessionError) -> str | None:
        self._ctx.console.warn(f"your MFA device could not be found: {error.message}")
        if not self._dialog.asks:
            self.next_steps.append("if `login` finds no MFA device, name it with --mfa-serial")
            return None

        def read(text: str) -> str | None:
            if text:
                check_serial(text)
            return text or None

        return self._dialog.ask("Its serial or ARN (Enter: look again at login)", "", read)

    def _pick_device(self, serials: list[str], settings: Settings) -> str | None:
        usable = [serial for serial in serials if gives_codes(serial)]
        if not usable:
            why = "only a passkey, which AWS's API cannot use" if serials else "none"
            self._ctx.console.say(f"MFA device of {settings.source.label()}: {why}")
            self.next_steps.append(NO_DEVICE.format(name=quote(settings.name)))
            self.can_log_in = False
            return None
        if len(usable) == 1:
            self._ctx.console.say(f"MFA device: {usable[0]}")
            return usable[0]
        if not self._dialog.asks:
            raise ConfigurationError(
                "several-mfa-devices",
                f"the user has several MFA devices: {', '.join(usable)}",
                "name one",
                add=("--mfa-serial", usable[0]),
            )
        return self._dialog.choose("Several MFA devices:", usable)

    def _choose_duration(self, table: Mapping[str, Any]) -> int | None:
        if self._options.duration is not None:
            return check_duration(self._options.duration)
        current = table.get("duration", self._inputs.file.defaults.get("duration", MFA_SECONDS))
        if not self._dialog.asks:
            return None

        def read(text: str) -> int:
            return check_duration(read_duration(text, "the duration"))

        seconds = self._dialog.ask("How long a session lasts", spell_duration(current), read)
        if seconds == current:
            return None
        self._typed.add("duration")
        return seconds

    def _choose_code(
        self, table: Mapping[str, Any], serial: str | None, name: str
    ) -> dict[str, str | None]:
        code, command = self._given.code, self._given.code_command
        if command is not None and not command.strip():
            raise ConfigurationError(
                "no-code-command", "--code-command is empty", "name a command, or omit it"
            )
        if code is None and command is None and self._dialog.asks:
            code = self._ask_code(table, serial)
        if (code or table.get("code")) == "command" and command is None:
            command = self._ask_command(table.get("code_command") or "")
        if code == "keyring" and not self._is_stored(serial) and serial is not None:
            self.next_steps.append(
                f"store its secret: `mfa-session totp add --profile {quote(name)}`"
            )
            self.can_log_in = False
        return {"code": code, "code_command": command}

    def _ask_code(self, table: Mapping[str, Any], serial: str | None) -> str | None:
        try:
            state = "already stored" if self._is_stored(serial) else "not stored yet"
        except ConfigurationError as error:
            state = error.message
        for line in CODES.format(state).splitlines():
            self._dialog.tell(line)
        current = table.get("code", "auto")

        def read(text: str) -> str:
            if text not in CODE_SOURCES:
                raise ConfigurationError("answer-needed", f"one of {', '.join(CODE_SOURCES)}")
            if text == "keyring" != current:
                self._is_stored(serial)
            return text

        code = self._dialog.ask("Codes come from", current, read)
        if code == current:
            return None
        self._typed.add("code")
        return code

    def _ask_command(self, current: str | list[str]) -> str | None:
        """Return the command to write; None if it does not change."""
        shown = printable(current if isinstance(current, str) else join(current))
        if not self._dialog.asks:
            if shown:
                return None
            raise ConfigurationError(
                "answer-needed",
                "codes come from a command, and none is given",
                "name one with --code-command",
            )

        def read(text: str) -> str:
            if not text:
                raise ConfigurationError("answer-needed", "name a command, or press Ctrl-C")
            return text

        command = self._dialog.ask("The command that prints a code", shown, read)
        if command == shown:
            return None
        self._typed.add("code_command")
        return command

    def _is_stored(self, serial: str | None) -> bool:
        return self._ctx.make.secrets().get(serial or "") is not None

    def _choose_repointed(self, answers: Answers) -> tuple[str, ...]:
        asked = tuple(dict.fromkeys(self._given.repoint))
        if answers.source_profile is None:
            return asked
        taken = {role.profile for role in answers.roles}
        found = list_repointable(self._inputs, answers.source_profile, answers.target)
        found = [name for name in found if name not in taken]
        if not asked and self._dialog.asks:
            asked = self._ask_repointed(found, answers.name)
        left = [name for name in list_asking_roles(self._inputs, found) if name not in asked]
        if left:
            self.next_steps.append(WARM.format(names=", ".join(left)))
        return asked

    def _ask_repointed(self, found: Sequence[str], session: str) -> tuple[str, ...]:
        if list_asking_roles(self._inputs, found):
            self._dialog.tell(DIFFERENCE)
        return tuple(
            name
            for name in found
            if self._dialog.confirms(
                f"Take the role of profile {name!r} from session {session!r}, without another code?"
            )
        )


class Dialog:
    """Asks a person at a terminal; `asks` is False if it must not.

    `choose` lets the person pick an item by its number, below a title.
    """

    def __init__(self, terminal: Terminal, choose: Choose, *, asks: bool) -> None:
        self._terminal = terminal
        self.asks = asks
        self.tell = terminal.tell
        self.choose = choose

    def ask(self, question: str, default: str, read: Callable[[str], Answer]) -> Answer:
        """Ask until `read` accepts the answer; Enter means `default`."""
        shown = f"{question} [{default}]: " if default else f"{question}: "
        while True:
            text = self._terminal.ask(shown).strip() or default
            try:
                return read(text)
            except MfaSessionError as error:
                self.tell(f"{error.message}; {error.lead}" if error.lead else error.message)

    def confirms(self, question: str, *, default: bool = False) -> bool:
        """Ask for yes or no; Enter means `default`."""
        shown = f"{question} [{'Y/n' if default else 'y/N'}] "
        while True:
            answer = self._terminal.ask(shown).strip().lower()
            if not answer:
                return default
            if answer in _YES | _NO:
                return answer in _YES
            self.tell("answer y or n")
