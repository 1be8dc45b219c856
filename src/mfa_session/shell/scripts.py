"""The scripts for each shell: completion, and what a shell reads as it starts.

They are files beside this module, in the shells' own languages; wrapper.* is there once for each
command that is guarded. init.* exports which commands those are, and the file that was sourced, so
that `doctor` can tell when config.toml has more.
"""

from __future__ import annotations

import os

from mfa_session.shell.dialects import scripting_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST = "aws"
"""The command that is always guarded."""

_COMMAND = "@COMMAND@"
_COMMANDS = "@COMMANDS@"
_HEAD = """\
# Written by `mfa-session shell-init {shell}`, to be sourced where the shell starts.
# It runs nothing then. Guarded here: {commands}.
"""
# Names that a function may have in every shell, and that stand for themselves in all quotes.
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_NAME = _LETTERS | frozenset("-.+")
_KEPT = frozenset(
    {"mfa-session", "command", "function", "if", "then", "else", "fi", "for", "while", "until",
     "do", "done", "case", "esac", "in", "select", "time", "coproc", "end", "and", "or", "not",
     "begin", "switch", "builtin", "exec", "eval", "source", "return", "local", "set", "export",
     "test", "printf", "echo", "print", "foreach", "repeat", "nocorrect", "string", "read", "trap"}
)  # fmt: skip


def completion_script(shell: str) -> str:
    """Return the completion script of a shell."""
    return _read("completion", shell)


def init_script(shell: str, commands: Iterable[str]) -> str:
    """Return what a shell sources at its start, with a wrapper for `aws` and these commands."""
    guarded = guarded_commands(commands)
    wrapper = _read("wrapper", shell)
    wrappers = "".join(wrapper.replace(_COMMAND, command) for command in guarded)
    head = _HEAD.format(shell=shell, commands=", ".join(guarded))
    init = _read("init", shell).replace(_COMMANDS, " ".join(guarded))
    return head + wrappers + init + _read("use", shell) + completion_script(shell)


def guarded_commands(lines: Iterable[str]) -> list[str]:
    """Return the commands to wrap: aws, and the base name of each line's first word.

    What cannot be a function's name, or is a word of the shells' own, is passed over.
    """
    words = [line.split()[:1] for line in lines]
    names = [os.path.basename(word[0]) for word in words if word]
    return list(dict.fromkeys([FIRST, *(name for name in names if _can_be_wrapped(name))]))


def _can_be_wrapped(name: str) -> bool:
    return name[:1] in _LETTERS and _NAME.issuperset(name) and name not in _KEPT


def _read(kind: str, shell: str) -> str:
    path = os.path.join(os.path.dirname(__file__), f"{kind}.{scripting_of(shell).suffix}")
    with open(path, encoding="utf-8") as file:
        return file.read()
