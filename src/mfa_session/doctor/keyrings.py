"""Checks of the keyring, if one is used."""

from __future__ import annotations

from mfa_session.doctor.checks import PROFILES, check, error, note, warning
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.feature_ports import SETTINGS, STATE
from mfa_session.model.text import quote
from mfa_session.session.names import Named
from mfa_session.session.settings import resolve_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.doctor.checks import Diagnosis, KeyringFacts, Scene
    from mfa_session.session.context import Inputs

_TOO_OPEN = "keyring-insecure"


@check("keyring", "the keyring works, or none is in use", needs=(SETTINGS,))
def look_at_keyring(scene: Scene) -> Iterator[Diagnosis]:
    """Yield why the keyring cannot be used."""
    problem = scene.keyring.error if scene.keyring else None
    if problem is not None:
        say = warning if problem.code == _TOO_OPEN else error
        yield say(problem.message, problem.hint)


@check(
    "keyring-secret",
    "the keyring has every secret that it should have",
    needs=(*PROFILES, SETTINGS, STATE),
)
def look_at_secrets(scene: Scene) -> Iterator[Diagnosis]:
    """Yield each stored secret that is missing, and each setting whose secret is not stored."""
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


CHECKS = (
    look_at_keyring,
    look_at_secrets,
)
