"""Makes scenes for the checks, healthy except for the changes given."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from mfa_session.doctor.checks import AwsFacts, KeyFacts, Scene
from mfa_session.doctor.command import GROUPS
from mfa_session.guard.unmatched import list_unmatched, suggest_pattern
from mfa_session.ini.document import IniDocument
from mfa_session.model.iam import AccessKey, Device
from mfa_session.model.ports import Caller
from mfa_session.model.profiles import ProfileFiles
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import SessionOptions, SettingsFile
from mfa_session.session.context import Inputs
from mfa_session.shell.scripts import guard_setup

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2031, 1, 31, 12, tzinfo=timezone.utc)
KEY_ID = "AKIAEXAMPLEEXAMPLE12"
ARN = "arn:aws:iam::123456789012:user/carol"
SERIAL = "arn:aws:iam::123456789012:mfa/carols-phone"
KNOWN = {"ec2": ("stop-instances",), "s3api": ("delete-bucket",)}
OWN = f"[default]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = secret\n"


def scene(
    credentials: str = OWN,
    *,
    config: str = "",
    environ: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Scene:
    """Return a healthy scene with changes; `settings` are config.toml's tables."""
    tables = {"defaults": {}, "sessions": {}, "keyring": {}, "guard": {}, **(settings or {})}
    inputs = Inputs(
        options=SessionOptions(),
        environ={"MFA_SESSION_GUARD": "bash", **(environ or {})},
        file=SettingsFile(path="/config.toml", **tables),
        profiles=ProfileFiles(
            credentials=IniDocument(credentials.encode(), "/credentials"),
            config=IniDocument(config.encode(), "/config"),
        ),
        recovered={},
    )
    patterns = [text for key in ("protect", "allow") for text in inputs.file.guard.get(key, ())]
    healthy: dict[str, Any] = {
        "now": NOW,
        "inputs": inputs,
        "missing": {},
        "broken": {},
        "places": (),
        "unsafe": {},
        "unwritable": {},
        "exists": lambda _path: True,
        "finds_program": lambda _name: True,
        "guard_setup": guard_setup("bash"),
        "guard_renewal": "",
        "unmatched_patterns": {
            text: suggest_pattern(text, KNOWN) for text in list_unmatched(patterns, KNOWN)
        },
        "aws": AwsFacts(reached=None, clock_seconds=0, keys=(key(),)),
    }
    return Scene(**{**healthy, **changes})


def key(**changes: Any) -> KeyFacts:
    """Return what AWS says of carol's own key."""
    keys = Keys(access_key_id=KEY_ID, secret_access_key=Secret("secret"))
    inputs = KeyFacts(
        caller=Caller(keys=keys, profile="default", region=None),
        identity=ARN,
        keys=(AccessKey(id=KEY_ID, is_active=True, created_at=NOW),),
        devices=(device(SERIAL),),
        is_source=True,
    )
    return inputs.replace(**changes)


def device(serial: str, kind: str = "virtual") -> Device:
    """Return a device of carol."""
    return Device(serial=serial, kind=kind, enabled_at=NOW)


def look(check_id: str, at: Scene) -> list[tuple[str, str]]:
    """Return the severities and findings of a check."""
    (check,) = [each for checks in GROUPS.values() for each in checks if each.id == check_id]
    return [(found.severity, found.finding) for found in check.look(at)]


def severities(check_id: str, at: Scene) -> list[str]:
    """Return the severities of a check's findings."""
    return [severity for severity, _ in look(check_id, at)]
