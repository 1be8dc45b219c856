"""How small files of the state directory are named after a profile or a serial."""

from __future__ import annotations

import hashlib

LETTERS = 32


def name_for(prefix: str, key: str) -> str:
    """Return a file's name for any text: the prefix, and a hash that every file system takes."""
    return prefix + hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:LETTERS]
