"""Words as a person's shell takes them, for hints: not with shlex, which imports re."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-")
_PLAIN_ON_WINDOWS = _PLAIN - frozenset("%") | frozenset("\\")


def quote(word: str) -> str:
    """Return a word as POSIX shells take it; on Windows, as cmd and PowerShell both do."""
    plain = _PLAIN_ON_WINDOWS if sys.platform == "win32" else _PLAIN
    if word and plain.issuperset(word):
        return word
    if sys.platform == "win32":
        return '"' + word.replace('"', '\\"') + '"'
    return "'" + word.replace("'", "'\"'\"'") + "'"


def join(words: Iterable[str]) -> str:
    """Return words as one line."""
    return " ".join(map(quote, words))


def setting(name: str, value: str) -> str:
    """Return the line that sets an environment variable; on Windows, PowerShell's."""
    if sys.platform == "win32":
        return f"$env:{name} = {quote(value)}"
    return f"export {name}={quote(value)}"


def unsetting(*names: str) -> str:
    """Return the line that removes environment variables; on Windows, PowerShell's."""
    if sys.platform == "win32":
        return "Remove-Item " + ", ".join(f"Env:{name}" for name in names)
    return " ".join(("unset", *names))
