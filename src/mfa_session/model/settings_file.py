"""config.toml: where it is looked for, which keys it may hold, and what it says."""

from __future__ import annotations

import os
import sys

from mfa_session.model.aws_paths import expand
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

STORES = ("file", "keyring")
CODE_SOURCES = ("auto", "prompt", "keyring", "command")

SESSION_KEYS = {
    "source_profile": "text",
    "via": "text",
    "mfa_serial": "text",
    "role_arn": "text",
    "role_session_name": "text",
    "external_id": "text",
    "duration": "duration",
    "region": "text",
    "code": "code",
    "code_command": "command",
    "write_to": "text",
    "store": "store",
}
TABLES: dict[str, dict[str, str]] = {
    "defaults": {
        "profile": "text",
        "duration": "duration",
        "min_ttl": "duration",
        "region": "text",
        "store": "store",
    },
    "keyring": {"backend": "text", "insecure": "flag"},
    "guard": {
        "profile": "text",
        "protect": "texts",
        "allow": "texts",
        "builtin": "flag",
        "commands": "texts",
        "confirm": "flag",
        "max_age": "duration",
        "strict": "flag",
    },
}


class SettingsFile(Record):
    """What config.toml says; durations are seconds."""

    path: str
    defaults: Mapping[str, Any]
    sessions: Mapping[str, Mapping[str, Any]]
    keyring: Mapping[str, Any]
    guard: Mapping[str, Any]

    def value(self, place: tuple[str, ...]) -> Any:
        """Return what stands at a place such as `("sessions", "mfa", "code")`, or None."""
        found: Any = getattr(self, place[0])
        for name in place[1:]:
            found = found.get(name, {})
        return None if found == {} else found


def kind_of(place: tuple[str, ...]) -> str:
    """Return what a setting's value must be: text, flag, texts, duration, code or command."""
    keys = SESSION_KEYS if place[0] == "sessions" else TABLES[place[0]]
    return keys[place[-1]]


def no_settings(path: str) -> SettingsFile:
    """Return the settings of one who has no config.toml at its path."""
    return SettingsFile(path=path, defaults={}, sessions={}, keyring={}, guard={})


def settings_path(environ: Mapping[str, str]) -> str:
    """Return where config.toml is looked for."""
    named = environ.get("MFA_SESSION_CONFIG")
    if named:
        return expand(named, environ)
    return os.path.join(_application_folder(environ), "mfa-session", "config.toml")


def _application_folder(environ: Mapping[str, str]) -> str:
    named = environ.get("XDG_CONFIG_HOME") or ""
    if os.path.isabs(named):  # as the XDG specification asks
        return named
    if sys.platform == "win32":
        return environ.get("APPDATA") or os.path.expanduser(r"~\AppData\Roaming")
    if sys.platform == "darwin":
        return expand("~/Library/Application Support", environ)
    return expand("~/.config", environ)
