"""Checks of the sessions in the files, of their settings, and of the keyring, if one is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mfa_session.doctor.checks import (
    PROFILES,
    Diagnosis,
    KeyringFacts,
    Scene,
    check,
    error,
    note,
    warning,
)
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.feature_ports import CREDENTIALS, SETTINGS, STATE
from mfa_session.model.session import (
    CREDENTIAL_KEYS,
    MANAGER,
    PREFIX,
    SESSION_KEY_PREFIX,
    Session,
    has_lost_key_id,
    is_managed,
)
from mfa_session.model.settings import SessionOptions, Settings
from mfa_session.model.text import quote
from mfa_session.model.times import format_duration
from mfa_session.session.context import Inputs
from mfa_session.session.names import Named, default_name, find_name, hiding_settings
from mfa_session.session.settings import resolve_named

_REPORTED_ELSEWHERE = {"bad-serial", "serial-is-user", "passkey-device", "partial-keys", "bad-keys"}
"""Errors of settings that `device-serial`, `environment-halves` and `partial-keys` report."""
_REPORTED_OF_PROFILES = ("role_arn", "credential_process", "login_session")
"""The settings that `role-hides-keys` and `keys-hide-process` report."""


def _suggest_login(session: Session) -> str:
    return f"mfa-session login --profile {quote(session.name)}"


def _seconds_since_end(session: Session, scene: Scene) -> float | None:
    if session.expires_at is None or session.expires_at > scene.now:
        return None
    return (scene.now - session.expires_at).total_seconds()


@check("sessions", "the files have all that `mfa-session login` needs", needs=(*PROFILES, SETTINGS))
def default_session(scene: Scene) -> Iterator[Diagnosis]:
    name = scene.inputs.options.profile or default_name(scene.inputs)
    if name not in scene.inputs.file.sessions:
        yield from _find_refusal(scene, None, "mfa-session login")


@check("sessions", "no session has expired", needs=(CREDENTIALS,))
def session_expired(scene: Scene) -> Iterator[Diagnosis]:
    for session in scene.sessions():
        seconds = _seconds_since_end(session, scene)
        if session.managed and seconds is not None:
            yield warning(
                f"the session in profile {session.profile!r} expired {format_duration(seconds)} "
                "ago: AWS refuses its keys",
                _suggest_login(session),
            )


@check("sessions", "no other tool has changed our sessions", needs=(CREDENTIALS,))
def session_damaged(scene: Scene) -> Iterator[Diagnosis]:
    credentials = scene.inputs.profiles.credentials
    for profile in credentials.names_mentioning(MANAGER):
        section = credentials.section(profile) or {}
        if section.get("manager") != MANAGER:
            continue
        key_id = section.get("aws_access_key_id", "")
        ours = section.get(PREFIX + "key_id", key_id)
        if key_id.startswith(SESSION_KEY_PREFIX) and key_id != ours:
            yield warning(
                f"another tool has written its keys into our session in profile {profile!r}: "
                "their expiry is not known",
                f"mfa-session login --force --profile {quote(profile)}",
            )
        elif lost := _find_lost_line(section):
            yield warning(
                f"the session in profile {profile!r} has lost its {lost}: nothing can use it",
                f"mfa-session login --profile {quote(profile)}",
            )


def _find_lost_line(section: Mapping[str, str]) -> str | None:
    if not is_managed(section) and not has_lost_key_id(section):
        return None
    return next((key for key in CREDENTIAL_KEYS if not section.get(key)), None)


@check("sessions", "SDKs use every session's keys", needs=PROFILES)
def session_hidden(scene: Scene) -> Iterator[Diagnosis]:
    for session in scene.sessions():
        section = scene.inputs.profiles.section(session.profile)
        if session.managed and hiding_settings(scene.inputs, session.profile):
            if any(key in section for key in _REPORTED_OF_PROFILES):
                continue
            yield warning(
                f"profile {session.profile!r} holds a session and settings of SSO or web identity, "
                "which some SDKs prefer",
                _suggest_move(session),
            )


def _suggest_move(session: Session) -> str:
    source = session.source_profile
    named = f" --source-profile {quote(source)}" if source else ""
    return (
        f"mfa-session logout --profile {quote(session.profile)} && "
        f"{_suggest_login(session)}{named} --write-to {quote(session.profile + '-mfa')}"
    )


@check("sessions", "every session is in the credentials file", needs=(STATE,))
def session_kept_aside(scene: Scene) -> Iterator[Diagnosis]:
    aside = (each for each in scene.inputs.recovered.values() if not each.in_keyring)
    for session in aside:
        if _seconds_since_end(session, scene) is None:
            yield warning(
                f"the session for profile {session.profile!r} is kept in the state directory: "
                "the credentials file could not be written",
                _suggest_login(session),
            )


@check("sessions", "no other tool's sessions", needs=(CREDENTIALS,))
def session_foreign(scene: Scene) -> Iterator[Diagnosis]:
    for session in scene.sessions():
        if not session.managed:
            over = ", expired" if _seconds_since_end(session, scene) is not None else ""
            yield note(f"profile {session.profile!r} holds another tool's session{over}")


@check("settings", "every session of config.toml has all it needs", needs=(*PROFILES, SETTINGS))
def configured_session(scene: Scene) -> Iterator[Diagnosis]:
    for name in scene.inputs.file.sessions:
        yield from _find_refusal(scene, name, f"[sessions.{name}]")


def _resolve_from_files(scene: Scene, name: str) -> Settings:
    return resolve_named(scene.inputs.replace(options=SessionOptions()), Named(name=name))


def _find_refusal(scene: Scene, name: str | None, what: str) -> Iterator[Diagnosis]:
    try:
        if name is None:
            resolve_named(scene.inputs, find_name(scene.inputs))
        else:
            _resolve_from_files(scene, name)
    except ConfigurationError as problem:
        if problem.code not in _REPORTED_ELSEWHERE:
            yield error(f"{what}: {problem.message}", problem.hint)


@check("settings", "no two sessions are written to one profile", needs=(*PROFILES, SETTINGS))
def shared_target(scene: Scene) -> Iterator[Diagnosis]:
    writers: dict[str, list[str]] = {}
    for name in scene.inputs.file.sessions:
        try:
            target = _resolve_from_files(scene, name).target
        except ConfigurationError:  # `configured-session` reports it
            continue
        writers.setdefault(target, []).append(name)
    for target, names in writers.items():
        if len(names) > 1:
            listed = " and ".join(map(repr, names))
            yield warning(
                f"sessions {listed} are written to the same profile {target!r}: "
                "each login replaces the other session",
                f"give one of them its own write_to in {scene.inputs.file.path}",
            )


@check("keyring", "the keyring works, or none is in use", needs=(SETTINGS,))
def keyring(scene: Scene) -> Iterator[Diagnosis]:
    problem = scene.keyring.error if scene.keyring else None
    if problem is not None:
        say = warning if problem.code == "keyring-insecure" else error
        yield say(problem.message, problem.hint)


@check(
    "keyring",
    "the keyring has every secret that it should have",
    needs=(*PROFILES, SETTINGS, STATE),
)
def keyring_secret(scene: Scene) -> Iterator[Diagnosis]:
    held = scene.keyring.held if scene.keyring else {}
    for serial in scene.stored_serials:
        if held.get(serial) is False:
            yield warning(
                f"the secret of {serial} was stored, and the keyring in use does not have it",
                f"mfa-session totp add --mfa-serial {serial}",
            )
    if scene.keyring is None or scene.keyring.error is not None:
        return
    yield from _report_lost(scene.keyring)
    for name in find_keyring_sessions(scene.inputs):
        wanted = _find_serial(scene, name)
        if wanted is not None and wanted not in scene.stored_serials:
            yield warning(
                f'[sessions.{name}] has code = "keyring", and no secret is stored for {wanted}',
                f"mfa-session totp add --mfa-serial {wanted}",
            )
        elif wanted is None and not scene.stored_serials:
            yield note(
                f'[sessions.{name}] has code = "keyring", and no secret is stored',
                f"mfa-session totp add --profile {quote(name)}",
            )


def _report_lost(keyring: KeyringFacts) -> Iterator[Diagnosis]:
    for profile in keyring.lost_keys:
        yield error(
            f"the keyring in use does not have the key of profile {profile!r}",
            "choose the keyring that has it, or store the key: "
            f"aws configure --profile {quote(profile)}",
        )
    for name in keyring.lost_sessions:
        yield warning(
            f"the keyring in use does not have the keys of session {name!r}",
            f"mfa-session login --profile {quote(name)} --force",
        )


def find_keyring_sessions(inputs: Inputs) -> Iterator[str]:
    """Yield the sessions with code = "keyring"."""
    for name, table in inputs.file.sessions.items():
        if table.get("code") == "keyring":
            yield name


def _find_serial(scene: Scene, name: str) -> str | None:
    try:
        return resolve_named(scene.inputs, Named(name=name)).mfa_serial
    except ConfigurationError:  # `configured-session` reports it
        return None
