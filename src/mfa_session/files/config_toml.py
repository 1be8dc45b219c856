"""config.toml: every key it may hold, read and checked."""

from __future__ import annotations

import os
import sys

from mfa_session.files.permissions import check_owner
from mfa_session.files.settings_cache import recall, remember
from mfa_session.model.durations import parse_duration
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.files.state import StateDir

    Table = dict[str, Any]

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
}
TABLES: dict[str, dict[str, str]] = {
    "defaults": {
        "profile": "text",
        "duration": "duration",
        "min_ttl": "duration",
        "region": "text",
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
_WANTED = {
    "text": "a text",
    "flag": "true or false",
    "texts": "a list of texts",
    "duration": 'a duration such as "12h" or "45m"',
    "code": "one of " + ", ".join(f'"{source}"' for source in CODE_SOURCES),
    "command": "a list of texts (run as it is) or one text (run by the shell)",
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


def settings_path(environ: Mapping[str, str]) -> str:
    """Return where config.toml is looked for."""
    named = environ.get("MFA_SESSION_CONFIG")
    if named:
        return os.path.expanduser(named)
    return os.path.join(_application_folder(environ), "mfa-session", "config.toml")


def read_settings_file(environ: Mapping[str, str], state: StateDir) -> SettingsFile:
    """Return the checked contents of config.toml; all empty when there is none.

    It is parsed when it has changed; in between, `state` has what it says (see files/parsed.py).
    """
    path = settings_path(environ)
    found = _read(path)
    if found is None:
        return no_settings(environ)
    status, text = found
    check_owner(path, "the settings file")
    tables = recall(state, path, status)
    if tables is None:
        tables = _check(path, _parse(path, text))
        remember(state, path, status, tables)
    return SettingsFile(path=path, **tables)


def parse_settings(path: str, text: bytes) -> SettingsFile:
    """Return the checked contents of the bytes of a config.toml; `path` is for messages."""
    return SettingsFile(path=path, **_check(path, _parse(path, text)))


def read_settings_afresh(environ: Mapping[str, str]) -> SettingsFile:
    """Return the checked contents as they stand, whoever may have written them; nothing is kept.

    To look at them only: what they name must not be run.
    """
    path = settings_path(environ)
    found = _read(path)
    return SettingsFile(path=path, **_check(path, _parse(path, found[1]) if found else {}))


def no_settings(environ: Mapping[str, str]) -> SettingsFile:
    """Return the settings of one who has no config.toml."""
    return SettingsFile(path=settings_path(environ), defaults={}, sessions={}, keyring={}, guard={})


def _read(path: str) -> tuple[os.stat_result, bytes] | None:
    """Return what stands at a path, and when it did; None where nothing does."""
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()), file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(
            "unreadable-file", f"{path} cannot be read: {error.strerror}", "make it a readable file"
        ) from error


def _application_folder(environ: Mapping[str, str]) -> str:
    if environ.get("XDG_CONFIG_HOME"):
        return environ["XDG_CONFIG_HOME"]
    if sys.platform == "win32":
        return environ.get("APPDATA") or os.path.expanduser(r"~\AppData\Roaming")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support")
    return os.path.expanduser("~/.config")


def _parse(path: str, text: bytes) -> Table:
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415  # 35 ms, and most people have no config.toml
    else:
        import tomli as tomllib  # noqa: PLC0415
    try:
        return tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            "bad-settings-file", f"{path}, line {line}: not UTF-8", "save it as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            "bad-settings-file", f"{path}: {error}", "correct the line; texts stand in quotes"
        ) from error


def _check(path: str, document: Table) -> Table:
    """Return every table, checked; durations in seconds."""
    _refuse_unknown(path, "", document, (*TABLES, "sessions"))
    tables: Table = {
        name: _check_table(path, name, document.get(name, {}), keys)
        for name, keys in TABLES.items()
    }
    sessions = document.get("sessions", {})
    if not isinstance(sessions, dict):
        raise _wrong(path, "sessions", "tables such as [sessions.mfa]")
    tables["sessions"] = {
        name: _check_table(path, f"sessions.{name}", table, SESSION_KEYS)
        for name, table in sessions.items()
    }
    return tables


def _check_table(path: str, name: str, table: object, keys: Mapping[str, str]) -> Table:
    if not isinstance(table, dict):
        raise _wrong(path, name, f"a table [{name}]")
    _refuse_unknown(path, name + ".", table, keys)
    return {
        key: _check_value(path, f"{name}.{key}", value, keys[key]) for key, value in table.items()
    }


def _check_value(path: str, key: str, value: object, wanted: str) -> object:
    if wanted == "duration":
        return _check_duration(path, key, value)
    fits = {
        "text": isinstance(value, str) and value != "",
        "flag": isinstance(value, bool),
        "texts": _is_texts(value),
        "code": value in CODE_SOURCES,
        "command": (isinstance(value, str) and value.strip() != "")
        or (_is_texts(value) and value != []),
    }
    if not fits[wanted]:
        raise _wrong(path, key, _WANTED[wanted])
    return value


def _check_duration(path: str, key: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ValueError:
        raise _wrong(path, key, _WANTED["duration"]) from None


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _wrong(path: str, key: str, wanted: str) -> ConfigurationError:
    return ConfigurationError(
        "bad-settings-file", f"{path}: {key} must be {wanted}", f"correct {key} in {path}"
    )


def _refuse_unknown(
    path: str, prefix: str, table: Table, known: Mapping[str, str] | tuple[str, ...]
) -> None:
    for key in table:
        if key not in known:
            from mfa_session.model.nearest import nearest_of  # noqa: PLC0415  # imports difflib

            near = nearest_of(key, known)
            raise ConfigurationError(
                "unknown-setting",
                f"{path}: {prefix}{key} is no setting",
                f"did you mean {prefix}{near[0]}?"
                if near
                else "known: " + ", ".join(sorted(known)),
            )
