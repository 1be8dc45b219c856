"""The words of a credential_process line that starts this program."""

from __future__ import annotations

import subprocess
import sys

from mfa_session.model.text import quote
from mfa_session.system.own_program import own_command

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/.%@:+=,")


def process_line(*words: str) -> str:
    """Return a credential_process that runs this program, by its absolute path, with these words.

    Quoted as the AWS guide shows, in double quotes, which the readers of every SDK know.
    """
    return " ".join(_quoted(word) for word in (*own_command(), *words))


def _quoted(word: str) -> str:
    if sys.platform == "win32":
        return subprocess.list2cmdline([word])
    if _PLAIN.issuperset(word):
        return word
    return quote(word) if any(mark in word for mark in '"\\$`') else f'"{word}"'
