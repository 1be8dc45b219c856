"""Values quoted so that a shell takes them as they are."""

from __future__ import annotations

_POWERSHELL_QUOTES = "'\u2018\u2019\u201a\u201b"
"""PowerShell ends a text in single quotes at any of these (its language specification, 2.3.5.2)."""


def quote_posix(value: str) -> str:
    """Return a value as bash, zsh and other POSIX shells read it back."""
    return "'" + value.replace("'", "'\\''") + "'"


def quote_fish(value: str) -> str:
    """Return a value as fish reads it back."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quote_powershell(value: str) -> str:
    """Return a value as PowerShell reads it back."""
    for quote in _POWERSHELL_QUOTES:
        value = value.replace(quote, 2 * quote)
    return f"'{value}'"
