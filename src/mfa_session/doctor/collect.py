"""Collects what `doctor` looks at: files first, then AWS and the keyring side by side.

AWS is asked about every long-term key, in parallel and for a short time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from mfa_session.doctor.answers import BAD_REGION
from mfa_session.doctor.checks import (
    OPTIONS,
    PROFILES,
    AwsFacts,
    KeyFacts,
    KeyringFacts,
    NotAsked,
    Scene,
)
from mfa_session.doctor.sessions import find_keyring_sessions
from mfa_session.model.arns import gives_codes, region_for
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    NoMfaError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.feature_ports import (
    CONFIG,
    CREDENTIALS,
    SETTINGS,
    STATE,
    DoctorEdges,
    Running,
)
from mfa_session.model.iam import Intent
from mfa_session.model.paths import settings_path
from mfa_session.model.ports import Caller
from mfa_session.model.session import Keys, list_sessions
from mfa_session.model.settings import (
    GUARD_SHELL,
    SCRIPT_HEAD,
    SessionOptions,
    Settings,
    SettingsFile,
    Source,
)
from mfa_session.model.text import inspecting, quote
from mfa_session.session.acquire import is_still_stored
from mfa_session.session.context import Context, Inputs
from mfa_session.session.names import Named
from mfa_session.session.resolve import resolve
from mfa_session.session.settings import resolve_named
from mfa_session.session.sources import environment_source, region_of, source_in
from mfa_session.session.validation import check_pasted_keys

Answer = TypeVar("Answer")

GUARD_FILE = "MFA_SESSION_GUARD_FILE"

KEYRING_SECONDS = 6.0
"""How long the keyring may take to answer; it may be asking the person."""


class _Parts:
    """Reads part by part; a part that cannot be read is empty, and recorded as broken."""

    def __init__(self) -> None:
        self.broken: dict[str, MfaSessionError] = {}

    def read(self, part: str, work: Callable[[], Answer], empty: Answer) -> Answer:
        try:
            return work()
        except (MfaSessionError, OSError) as error:
            self.keep(part, error)
            return empty

    def keep(self, part: str, error: Exception) -> None:
        if not isinstance(error, MfaSessionError):
            path = str(getattr(error, "filename", None))
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            message = f"{path} cannot be read: {reason}"
            error = ConfigurationError("unreadable-file", message, inspecting(path))
        self.broken.setdefault(part, error)


def collect(ctx: Context, edges: DoctorEdges) -> Scene:
    """Return everything that checks look at; write nothing, and run no command."""
    disk, parts = edges.disk, _Parts()
    places = disk.places()
    inputs = Inputs(
        options=parts.read(OPTIONS, edges.options, SessionOptions()),
        environ=ctx.environ,
        file=parts.read(SETTINGS, disk.settings, SettingsFile(path=settings_path(ctx.environ))),
        profiles=disk.profiles(parts.keep),
        recovered=parts.read(STATE, disk.recovered, {}),
    )
    index: list[str] = parts.read(STATE, edges.stored_serials, list[str]())
    unfinished = parts.read(STATE, disk.unfinished_keys, list[tuple[str, str]]())
    intents: list[Intent] = parts.read(STATE, disk.intents, list[Intent]())
    keyring = _start_keyring(edges, inputs, index) if SETTINGS not in parts.broken else None
    missing = {part: f"{_PART_NAMES[part]} cannot be read" for part in parts.broken}
    needed = (missing[part] for part in PROFILES if part in missing)
    obstacle = next((f"{each}, and the AWS SDK needs it" for each in needed), "")
    aws = Questions(ctx, edges, inputs, obstacle).ask()
    return Scene(
        now=edges.local_now() + timedelta(seconds=aws.clock_seconds or 0),
        inputs=inputs,
        missing=missing,
        broken=parts.broken,
        places=places,
        unsafe=disk.unsafe(),
        unwritable=disk.unwritable(),
        leftovers=disk.leftovers(),
        exists=disk.exists,
        finds_program=edges.has_program,
        interrupted_enrolments=tuple(intent.serial for intent in intents),
        unfinished_keys=tuple(unfinished),
        stored_serials=tuple(index),
        keyring=_finish_keyring(keyring) if keyring else None,
        unmatched_patterns=edges.unmatched_patterns(
            [text for key in ("protect", "allow") for text in inputs.file.guard.get(key, ())]
        ),
        guarded=tuple(edges.guarded(inputs.file.guard.get("commands", ()))),
        guard_setup=edges.guard_setup(ctx.environ.get("SHELL", "").rpartition("/")[2]),
        guard_renewal=_suggest_renewal(ctx, edges),
        aws=aws,
    )


_PART_NAMES = {
    CREDENTIALS: "the credentials file",
    CONFIG: "the AWS config file",
    SETTINGS: "config.toml",
    STATE: "the state directory",
    OPTIONS: "an MFA_SESSION_… variable",
}


def _suggest_renewal(ctx: Context, edges: DoctorEdges) -> str:
    """Return the command that renews the guard of this shell.

    It writes the file that the shell has sourced, if `shell-init` wrote that: the variable of an
    evaluated script names another file, or none.
    """
    shell, path = ctx.environ.get(GUARD_SHELL, ""), ctx.environ.get(GUARD_FILE, "")
    command = f"mfa-session shell-init {shell}"
    with suppress(MfaSessionError, OSError):
        script = ctx.files.read(path) if path else None
        if script and script.startswith(SCRIPT_HEAD.encode()):
            return f"{command} > {quote(path)} && . {quote(path)}"
    return edges.eval_line(shell, command)


def _start_keyring(
    edges: DoctorEdges, inputs: Inputs, stored: list[str]
) -> Running[KeyringFacts] | None:
    sources = (source_in(inputs, name) for name in inputs.profiles.names())
    keys = [source.stored for source in sources if source is not None and source.stored]
    sessions = [session for session in inputs.recovered.values() if session.in_keyring]
    if not (stored or keys or sessions or any(find_keyring_sessions(inputs))):
        return None
    secrets = edges.secrets(inputs.file)

    def ask() -> KeyringFacts:
        try:
            secrets.describe()
            return KeyringFacts(
                held={serial: secrets.holds(serial) for serial in stored},
                lost_keys=tuple(
                    name for name in keys if edges.stored_keys(inputs.file, name) is None
                ),
                lost_sessions=tuple(each.name for each in sessions if not is_still_stored(each)),
            )
        except MfaSessionError as error:
            return KeyringFacts(error=error)

    return edges.start(ask)


def _finish_keyring(running: Running[KeyringFacts]) -> KeyringFacts:
    try:
        return running.result(KEYRING_SECONDS)
    except TimeoutError:
        return KeyringFacts(
            error=ConfigurationError(
                "keyring-timeout",
                "the keyring does not answer",
                "start its service, or choose another: [keyring] backend in config.toml",
            )
        )


LIMIT_SECONDS = 5.0
"""The time AWS has to answer all questions."""
MAX_KEYS = 5
_VARIABLE = "MFA_SESSION_MFA_SERIAL"
_DEVICE_KEYS = ("mfa_serial", "aws_mfa_device")


class Questions:
    """The questions of one run; `obstacle` is why nothing can be asked, if so."""

    def __init__(self, ctx: Context, edges: DoctorEdges, inputs: Inputs, obstacle: str) -> None:
        self._console = ctx.console
        self._edges = edges
        self._inputs = inputs
        self._obstacle = obstacle
        self._ends_at = 0.0

    def ask(self) -> AwsFacts:
        """Return AWS's answers."""
        if self._obstacle:
            return AwsFacts(reached=NotAsked(reason=self._obstacle))
        aws = self._edges.aws
        aws.load()
        self._ends_at = self._edges.monotonic() + LIMIT_SECONDS
        sources, unasked = self._find_sources()
        running = [self._ask_about(source) for source in sources]
        probe = None if running else self._edges.start(lambda: aws.reach(self._region(None)))
        keys = tuple(finish() for finish in running)
        reached = _find_obstacle(keys) if probe is None else self._finish(probe, "") or None
        seconds = self._edges.clock_seconds()
        return AwsFacts(reached=reached, clock_seconds=seconds, keys=keys, unasked=unasked)

    def _find_sources(self) -> tuple[list[Source], dict[str, str]]:
        """Return the sources with long-term keys, each key once, and why others are not asked."""
        found: dict[str, Source] = {}
        unasked: dict[str, str] = {}
        for source in _list_sources(self._inputs):
            keys = self._load_keys(source)
            if isinstance(keys, str):
                unasked[source.label()] = keys
            else:
                found.setdefault(keys.access_key_id, source.replace(keys=keys))
        sources = list(found.values())
        for source in sources[MAX_KEYS:]:
            unasked[source.label()] = f"only {MAX_KEYS} keys are asked about"
        return sources[:MAX_KEYS], unasked

    def _load_keys(self, source: Source) -> Keys | str:
        """Return a source's keys, also from the keyring; or the reason why it has none."""
        if source.profile is not None:
            try:
                check_pasted_keys(self._inputs, source.profile)
            except ConfigurationError:  # another check reports it
                return "a login refuses its keys"
        if source.stored is None:
            return source.keys or "its credential_process was not run"
        try:
            keys = self._edges.stored_keys(self._inputs.file, source.stored)
        except MfaSessionError as error:
            return error.message
        return keys or "the keyring does not have its key"

    def _ask_about(self, source: Source) -> Callable[[], KeyFacts]:
        """Begin to ask about a source's key, and return what waits for the answers."""
        start, aws = self._edges.start, self._edges.aws
        *_, caller = callers = self._make_callers(source)
        identity = start(lambda: aws.identity(caller))
        keys = start(lambda: _first_allowed(aws.keys, callers))
        devices = start(lambda: _first_allowed(aws.devices, callers))

        def finish() -> KeyFacts:
            late = "IAM did not answer in time"
            settings = next(self._find_settings(source), None)
            return KeyFacts(
                caller=caller,
                serials=self._find_serials(source),
                identity=self._finish(identity, ""),
                keys=self._finish(keys, late),
                devices=self._finish(devices, late),
                is_source=settings is not None,
                session=settings.name if settings else None,
            )

        return finish

    def _make_callers(self, source: Source) -> list[Caller]:
        """Return the caller that signs with a source's keys, after that with its session, if any.

        Say, with -v, what is asked and why; name nobody, because --share masks no stderr.
        """
        if source.keys is None:
            raise RuntimeError("a source without keys is not asked about")
        region = self._region(source.profile)
        caller = Caller(keys=source.keys, profile=source.profile, region=region)
        callers = [*self._find_session(caller), caller]
        where = "a profile" if caller.profile else "the environment"
        session = ", the last two with its MFA session" if len(callers) > 1 else ""
        self._console.detail(
            f"sts:GetCallerIdentity, iam:ListAccessKeys and iam:ListMFADevices with "
            f"the key of {where}: whose it is, how old, with which devices{session}"
        )
        return callers

    def _region(self, profile: str | None) -> str | None:
        name = profile or "default"
        section = self._inputs.profiles.section(name)
        return region_for(region_of(self._inputs, name), *map(section.get, _DEVICE_KEYS))

    def _find_session(self, caller: Caller) -> list[Caller]:
        """Return the caller of a valid MFA session of a key, which policies may demand, if any."""
        now = self._edges.local_now()
        for session in list_sessions(self._inputs.profiles, self._inputs.recovered):
            mine = session.source_key_id == caller.keys.access_key_id and session.kind == "mfa"
            if mine and session.is_valid(now):
                return [caller.replace(keys=session.keys)]
        return []

    def _find_settings(self, source: Source) -> Iterator[Settings]:
        """Yield the settings of the sessions of a source's key, the current one first."""
        bare = self._inputs.replace(options=SessionOptions())
        for name in (None, *self._inputs.file.sessions):
            try:
                settings = (
                    resolve(self._inputs) if name is None else resolve_named(bare, Named(name=name))
                )
            except ConfigurationError:  # another check reports it
                continue
            theirs = settings.source
            is_stored = theirs.stored is not None and theirs.stored == source.stored
            if is_stored or (theirs.keys is not None and theirs.keys == source.keys):
                yield settings

    def _find_serials(self, source: Source) -> dict[str, str]:
        """Return the devices that settings name for a source's key, each with that setting."""
        named: dict[str, str] = {}
        for name, section in self._inputs.profiles.sections():
            if name == source.profile or section.get("source_profile") == source.profile:
                for key in _DEVICE_KEYS:
                    named.setdefault(section.get(key, "").strip(), f"profile {name!r}")
        for settings in self._find_settings(source):
            serial = settings.mfa_serial or ""
            by_variable = serial == self._inputs.options.mfa_serial
            named.setdefault(serial, _VARIABLE if by_variable else f"session {settings.name!r}")
        return {serial: by for serial, by in named.items() if gives_codes(serial)}

    def _finish(self, running: Running[Answer], late: str) -> Answer | MfaSessionError | NotAsked:
        """Return an answer, or why there is none; `late` is the reason after the time limit."""
        try:
            return running.result(self._ends_at - self._edges.monotonic())
        except TimeoutError:
            if late:
                return NotAsked(reason=late)
            return UnreachableError(
                "network",
                f"AWS does not answer within {LIMIT_SECONDS:.0f} s",
                "check the network, a VPN, and HTTPS_PROXY",
            )
        except ConfigurationError as error:  # the SDK did not send it, and another check says why
            return error if error.code == BAD_REGION else NotAsked(reason=error.message)
        except MfaSessionError as error:
            return error
        except Exception as error:  # noqa: BLE001  # a bug of botocore is no fault of the setup
            return NotAsked(reason=f"the AWS SDK failed ({type(error).__name__})")


def _first_allowed(ask: Callable[[Caller], Answer], callers: list[Caller]) -> Answer:
    """Ask with the session, which may have more permissions; if refused, with the key itself."""
    *sessions, caller = callers
    for session in sessions:
        with suppress(RefusedError, NoMfaError):
            return ask(session)
    return ask(caller)


def _list_sources(inputs: Inputs) -> Iterator[Source]:
    try:
        source = environment_source(inputs.environ)
    except ConfigurationError:  # `environment-halves` or `bad-keys` reports it
        source = None
    if source is not None:
        yield source
    for name in sorted(inputs.profiles.names(), key=lambda name: (name != "default", name)):
        source = source_in(inputs, name)
        if source is not None:
            yield source


def _find_obstacle(keys: tuple[KeyFacts, ...]) -> NotAsked | None:
    obstacles = [key.identity for key in keys if isinstance(key.identity, NotAsked)]
    return obstacles[0] if len(obstacles) == len(keys) else None
