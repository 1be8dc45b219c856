"""Collects what `doctor` looks at: files first, then AWS and the keyring side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mfa_session.doctor.ask_aws import Questions
from mfa_session.doctor.checks import OPTIONS, PROFILES, KeyringFacts, Scene
from mfa_session.doctor.sessions import find_keyring_sessions
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.feature_ports import CONFIG, CREDENTIALS, SETTINGS, STATE
from mfa_session.model.iam import Intent
from mfa_session.model.paths import settings_path
from mfa_session.model.settings import SCRIPT_HEAD, SessionOptions, SettingsFile
from mfa_session.model.text import inspecting
from mfa_session.session.acquire import is_still_stored
from mfa_session.session.context import Inputs
from mfa_session.session.sources import source_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.feature_ports import DoctorEdges, Running
    from mfa_session.session.context import Context

Part = TypeVar("Part")

GUARD_FILE = "MFA_SESSION_GUARD_FILE"

KEYRING_SECONDS = 6.0
"""How long the keyring may take to answer; it may be asking the person."""


class _Parts:
    """Reads part by part; a part that cannot be read is empty, and recorded as broken."""

    def __init__(self) -> None:
        self.broken: dict[str, MfaSessionError] = {}

    def read(self, part: str, work: Callable[[], Part], empty: Part) -> Part:
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
    aws, now = Questions(ctx, edges, inputs, obstacle).ask()
    return Scene(
        now=now,
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
        guard_setup=edges.guard_setup,
        eval_line=edges.eval_line,
        guard_script=_find_guard_script(ctx),
        aws=aws,
    )


_PART_NAMES = {
    CREDENTIALS: "the credentials file",
    CONFIG: "the AWS config file",
    SETTINGS: "config.toml",
    STATE: "the state directory",
    OPTIONS: "an MFA_SESSION_… variable",
}


def _find_guard_script(ctx: Context) -> str | None:
    """Return the file that this shell has sourced, if `shell-init` wrote it.

    The variable of an evaluated script names another file, or none.
    """
    path = ctx.environ.get(GUARD_FILE)
    try:
        script = ctx.files.read(path) if path else None
    except (MfaSessionError, OSError):
        return None
    return path if script and script.startswith(SCRIPT_HEAD.encode()) else None


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
