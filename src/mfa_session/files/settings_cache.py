"""Reads config.toml, and parses it only after a change.

Importing a TOML parser takes longer than the rest of a warm command. The parsed copy is valid for
exactly the bytes it was made from: a digest covers both, so that no damage changes a setting. The
format is our own, as json imports re, and marshal can be made to use all memory.
"""

from __future__ import annotations

import os

from mfa_session import __version__
from mfa_session.files.reading import check_owner, read_whole
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import settings_path
from mfa_session.model.settings import SettingsFile

try:
    from _blake2 import blake2b  # what hashlib has, without hashlib's 3 ms
except ImportError:
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.files.state import StateDir

NAME = "settings-parsed"
DIGEST_BYTES = 32
DEEPEST = 4
"""Tables, sessions, keys, lists."""


def read_settings_file(environ: Mapping[str, str], state: StateDir) -> SettingsFile:
    """Return the checked contents of config.toml; all empty without one."""
    path = settings_path(environ)
    text = _read(path, environ)
    if text is None:
        return SettingsFile(path=path)
    check_owner(path, "the settings file")
    tables = recall(state, path, text)
    if tables is None:
        from mfa_session.files.config_toml import parse_tables  # noqa: PLC0415  # when changed

        tables = parse_tables(path, text)
        remember(state, path, text, tables)
    return SettingsFile(path=path, **tables)


def read_settings_afresh(environ: Mapping[str, str]) -> SettingsFile:
    """Return the checked contents, even if others may write the file; cache nothing.

    Only to look at them: do not run what they name.
    """
    from mfa_session.files.config_toml import parse_settings  # noqa: PLC0415  # not warm

    path = settings_path(environ)
    return parse_settings(path, _read(path, environ) or b"")


def _read(path: str, environ: Mapping[str, str]) -> bytes | None:
    """Return the bytes at a path, None without a file; one that a variable names must exist."""
    data = read_whole(path, _is_whole).data
    if data is None and environ.get("MFA_SESSION_CONFIG") and not os.path.exists(path):
        raise ConfigurationError(
            "unreadable-file",
            f"MFA_SESSION_CONFIG names {path}, which does not exist",
            "unset MFA_SESSION_CONFIG, or have the file written: `mfa-session configure`",
        )
    return data


def _is_whole(data: bytes | None) -> bool:
    from mfa_session.files.config_toml import is_whole  # noqa: PLC0415  # for a file just written

    return is_whole(data)


def recall(state: StateDir, path: str, text: bytes) -> dict[str, Any] | None:
    """Return the checked tables of the file at `path` with these bytes, if they are cached."""
    try:
        data = state.read(NAME) or b""
        digest, body = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
        tables = _Reader(body).read() if digest == _digest(path, text, body) else None
    except (ConfigurationError, ValueError):
        return None
    return tables if isinstance(tables, dict) else None


def remember(state: StateDir, path: str, text: bytes, tables: dict[str, Any]) -> None:
    """Cache the checked tables; after a failure, they are parsed again next time."""
    body = _spell(tables)
    try:
        state.write(NAME, _digest(path, text, body) + body)
    except ConfigurationError:
        return


def _digest(path: str, text: bytes, body: bytes) -> bytes:
    """Return the digest of everything that the copy depends on, with this program's version."""
    parts = (__version__.encode(), path.encode("utf-8", "surrogateescape"), text, body)
    digest = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.digest()


def _spell(value: Any) -> bytes:
    """Write a value as its kind, a number and a colon: `b1:`, `i7200:`, `s3:mfa`, `l2:…`."""
    if isinstance(value, bool):
        return b"b%d:" % value
    if isinstance(value, int):
        return b"i%d:" % value
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        return b"s%d:" % len(data) + data
    if isinstance(value, dict):
        parts = [_spell(part) for pair in value.items() for part in pair]
        return b"d%d:" % len(value) + b"".join(parts)
    return b"l%d:" % len(value) + b"".join(_spell(part) for part in value)


class _Reader:
    """Reads what `_spell` wrote; ValueError for anything else."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def read(self, depth: int = 0) -> Any:
        if depth > DEEPEST:
            raise ValueError("too deep")
        end = self._data.index(b":", self._place)
        kind, number = self._data[self._place : self._place + 1], self._data[self._place + 1 : end]
        self._place, count = end + 1, int(number)
        if kind == b"s":
            self._place += count
            return self._data[end + 1 : self._place].decode("utf-8", "surrogatepass")
        if kind == b"l":
            return [self.read(depth + 1) for _ in range(count)]
        if kind == b"d":
            return {self.read(depth + 1): self.read(depth + 1) for _ in range(count)}
        return bool(count) if kind == b"b" else count
