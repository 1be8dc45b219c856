"""The scripts for each shell: completion, and what a shell sources at its start.

They are made from the files beside this module. The first part of init.* is repeated for each
guarded command; the rest exports those commands and the name of the script file, so that `doctor`
can tell when config.toml lists more commands.
"""

from __future__ import annotations

import os

from mfa_session.model.settings import SCRIPT_HEAD
from mfa_session.shell.dialects import find_scripting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ALWAYS_GUARDED = "aws"
"""The command that is always guarded."""

_COMMAND = "@COMMAND@"
_COMMANDS = "@COMMANDS@"
_REPEATED = "# The part above is there once for each guarded command.\n"
_HEAD = (
    SCRIPT_HEAD
    + """shell-init {shell}`; source it in the shell's start file.
# It runs nothing at the start. Guarded here: {commands}.
"""
)
# Characters that function names may have in every shell, and that need no quotes.
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_NAME = _LETTERS | frozenset("-.+")
_RESERVED = frozenset(
    {"mfa-session", "command", "function", "if", "then", "else", "fi", "for", "while", "until",
     "do", "done", "case", "esac", "in", "select", "time", "coproc", "end", "and", "or", "not",
     "begin", "switch", "builtin", "exec", "eval", "source", "return", "local", "set", "export",
     "test", "printf", "echo", "print", "foreach", "repeat", "nocorrect", "string", "read", "trap"}
)  # fmt: skip


def completion_script(shell: str) -> str:
    """Return the completion script of a shell."""
    return _read("completion", shell)


def init_script(shell: str, commands: Iterable[str]) -> str:
    """Return the script for a shell's start, with a wrapper for `aws` and each command."""
    guarded = list_guarded(commands)
    wrapper, _, init = _read("init", shell).partition(_REPEATED)
    wrappers = "".join(wrapper.replace(_COMMAND, command) for command in guarded)
    head = _HEAD.format(shell=shell, commands=", ".join(guarded))
    return head + wrappers + init.replace(_COMMANDS, " ".join(guarded)) + completion_script(shell)


def list_guarded(lines: Iterable[str]) -> list[str]:
    """Return the commands to wrap: aws, and the base name of each line's first word.

    Names that no function can have, and reserved words of the shells, are left out.
    """
    words = [line.split()[:1] for line in lines]
    names = [os.path.basename(word[0]) for word in words if word]
    return list(dict.fromkeys([ALWAYS_GUARDED, *(name for name in names if _can_be_wrapped(name))]))


def _can_be_wrapped(name: str) -> bool:
    return name[:1] in _LETTERS and _NAME.issuperset(name) and name not in _RESERVED


def _read(kind: str, shell: str) -> str:
    path = os.path.join(os.path.dirname(__file__), f"{kind}.{find_scripting(shell).suffix}")
    with open(path, encoding="utf-8") as file:
        return file.read()
