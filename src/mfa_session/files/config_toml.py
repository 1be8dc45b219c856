"""Parses config.toml and checks every key."""

from __future__ import annotations

import sys

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.settings import (
    CODE_SOURCES,
    SESSION_KEYS,
    STORES,
    TABLES,
    SettingsFile,
)
from mfa_session.model.times import parse_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Table = dict[str, Any]


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_KINDS: dict[str, tuple[str, str, Callable[[Any], bool]]] = {
    "text": ("a text", '"…"', lambda value: isinstance(value, str) and value != ""),
    "flag": ("true or false", "true", lambda value: isinstance(value, bool)),
    "texts": ("a list of strings", '["…"]', _is_texts),
    "duration": (
        'a duration such as "12h" or "45m"',
        '"12h"',
        lambda seconds: seconds is not None,
    ),
    "code": (
        "one of " + ", ".join(f'"{source}"' for source in CODE_SOURCES),
        '"auto"',
        lambda value: value in CODE_SOURCES,
    ),
    "store": (
        " or ".join(f'"{store}"' for store in STORES),
        '"keyring"',
        lambda value: value in STORES,
    ),
    "command": (
        "a list of strings (run as it is) or one string (run by the shell)",
        '["op", "item", "get", "AWS", "--otp"]',
        lambda value: (
            value.strip() != "" if isinstance(value, str) else _is_texts(value) and value != []
        ),
    ),
}
"""What a value must be, an example, and the check of it; a duration is read before."""


def parse_tables(path: str, text: bytes) -> Table:
    """Return every table of a config.toml, checked; durations in seconds. `path` is for messages.

    Raises ConfigurationError: `bad-settings-file` or `unknown-setting`.
    """
    return _check(path, _parse(path, text))


def parse_settings(path: str, text: bytes) -> SettingsFile:
    """Return the same as a `SettingsFile`."""
    return SettingsFile(path=path, **parse_tables(path, text))


def is_whole(data: bytes | None) -> bool:
    """Tell whether a file just written can be all there."""
    try:
        return data is None or (data != b"" and _parse("", data) is not None)
    except ConfigurationError:
        return False


def _parse(path: str, text: bytes) -> Table:
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415  # 35 ms, and most people have no config.toml
    else:
        import tomli as tomllib  # noqa: PLC0415
    if text.startswith(b"\xef\xbb\xbf"):
        raise ConfigurationError(
            "bad-settings-file",
            f"{path}, line 1: the file starts with a byte order mark",
            "save it as UTF-8 without BOM",
        )
    try:
        return tomllib.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            "bad-settings-file", f"{path}, line {line}: not UTF-8", "save it as UTF-8"
        ) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a plain ValueError
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise ConfigurationError(
            "bad-settings-file", f"{path}: {reason}", "correct the line; strings need quotes"
        ) from error


def _check(path: str, document: Table) -> Table:
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


def _check_value(path: str, key: str, value: object, kind: str) -> object:
    wanted, example, fits = _KINDS[kind]
    if kind == "duration":
        value = _seconds(value)
    if not fits(value):
        table, _, name = key.rpartition(".")
        raise ConfigurationError(
            "bad-settings-file",
            f"{path}: {key} must be {wanted}",
            f"under [{table}], write for example: {name} = {example}",
        )
    return value


def _seconds(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ValueError:
        return None


def _wrong(path: str, key: str, wanted: str) -> ConfigurationError:
    return ConfigurationError(
        "bad-settings-file", f"{path}: {key} must be {wanted}", f"correct {key} in {path}"
    )


def _refuse_unknown(
    path: str, prefix: str, table: Table, known: Mapping[str, str] | tuple[str, ...]
) -> None:
    for key in table:
        if key not in known:
            from mfa_session.model.text import did_you_mean, nearest_of  # noqa: PLC0415  # imports difflib

            near = nearest_of(key, known)
            raise ConfigurationError(
                "unknown-setting",
                f"{path}: {prefix}{key} is not a setting",
                did_you_mean([prefix + near[0]]) if near else "known: " + ", ".join(sorted(known)),
            )
