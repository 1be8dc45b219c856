"""What config.toml said when it was last parsed, so that warm commands need not parse it again.

Importing a TOML parser takes longer than the rest of a warm command. The copy holds for exactly
the bytes it was made from: a digest covers both, so that no damage to it changes a setting. Its
format is a few lines of its own: json imports re, and marshal can be made to take all memory.
"""

from __future__ import annotations

from mfa_session import __version__
from mfa_session.model.errors import ConfigurationError

try:
    from _blake2 import blake2b  # what hashlib has, without hashlib's 3 ms
except ImportError:
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.files.state import StateDir

NAME = "settings-parsed"
DIGEST_BYTES = 32
DEEPEST = 4
"""Tables, sessions, keys, lists."""


def recall(state: StateDir, path: str, text: bytes) -> dict[str, Any] | None:
    """Return the checked tables of the file at `path` with these bytes, or None if not known."""
    try:
        data = state.read(NAME) or b""
        digest, body = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
        tables = _Reader(body).read() if digest == _digest(path, text, body) else None
    except (ConfigurationError, ValueError):
        return None
    return tables if isinstance(tables, dict) else None


def remember(state: StateDir, path: str, text: bytes, tables: dict[str, Any]) -> None:
    """Keep the checked tables; where that fails, they are parsed again next time."""
    body = _spell(tables)
    try:
        state.write(NAME, _digest(path, text, body) + body)
    except ConfigurationError:
        return


def _digest(path: str, text: bytes, body: bytes) -> bytes:
    """Return the digest of everything that the copy depends on, this program included."""
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
