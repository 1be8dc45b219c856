"""The scripts for each shell: completion, and what a shell sources at its start, from which file.

They are made from init.* beside this module, in three parts. The first is repeated for each guarded
command. The second exports those commands and the name of the script file, so that `doctor` can
tell when config.toml lists more commands. The third is the completion, which is printed alone, too.
"""

from __future__ import annotations

import os

from mfa_session.model.arns import LETTERS_AND_DIGITS
from mfa_session.model.settings import SCRIPT_HEAD
from mfa_session.shell.dialects import find_scripting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


ALWAYS_GUARDED = "aws"
"""The command that is always guarded."""

_COMMAND = "@COMMAND@"
_COMMANDS = "@COMMANDS@"
_REPEATED = "# The part above is repeated for each guarded command.\n"
_COMPLETES = "# The part below is the completion.\n"
_HEAD = (
    SCRIPT_HEAD
    + """shell-init {shell}`; source it in the shell's start file.
# It runs nothing at the start. Guarded here: {commands}.
"""
)
# Characters that function names may have in every shell, and that need no quotes.
_LETTERS = frozenset(LETTERS_AND_DIGITS + "_")
_NAME = _LETTERS | frozenset("-.+")
_RESERVED = frozenset(
    {"mfa-session", "command", "function", "if", "then", "else", "fi", "for", "while", "until",
     "do", "done", "case", "esac", "in", "select", "time", "coproc", "end", "and", "or", "not",
     "begin", "switch", "builtin", "exec", "eval", "source", "return", "local", "set", "export",
     "test", "printf", "echo", "print", "foreach", "repeat", "nocorrect", "string", "read", "trap"}
)  # fmt: skip


def completion_script(shell: str) -> str:
    """Return the completion script of a shell."""
    return _read(shell).partition(_COMPLETES)[2]


def init_script(shell: str, commands: Iterable[str]) -> str:
    """Return the script for a shell's start, with a wrapper for `aws` and each command."""
    guarded = list_guarded(commands)
    wrapper, _, rest = _read(shell).partition(_REPEATED)
    wrappers = "".join(wrapper.replace(_COMMAND, command) for command in guarded)
    head = _HEAD.format(shell=shell, commands=", ".join(guarded))
    return head + wrappers + rest.replace(_COMMANDS, " ".join(guarded))


def list_guarded(lines: Iterable[str]) -> list[str]:
    """Return the commands to wrap: aws, and the base name of each line's first word.

    Names that no function can have, and reserved words of the shells, are left out.
    """
    words = [line.split()[:1] for line in lines]
    names = [os.path.basename(word[0]) for word in words if word]
    return list(dict.fromkeys([ALWAYS_GUARDED, *(name for name in names if _can_be_wrapped(name))]))


def _can_be_wrapped(name: str) -> bool:
    return name[:1] in _LETTERS and _NAME.issuperset(name) and name not in _RESERVED


def _read(shell: str) -> str:
    path = os.path.join(os.path.dirname(__file__), f"init.{find_scripting(shell).suffix}")
    with open(path, encoding="utf-8") as file:
        return file.read()


class ShellStart:
    """A shell's start file, the script that `configure` writes, and the line that sources it."""

    def __init__(self, shell: str, folder: str, environ: Mapping[str, str], home: str) -> None:
        """Find the files of a shell; `folder` is where the script is written."""
        scripting = find_scripting(shell)
        self.shell = shell
        self.script = os.path.join(folder, f"init.{scripting.suffix}")
        self.start_file = scripting.start_file(environ, home)
        self.line = scripting.source(self.script)

    def is_sourced_in(self, start: bytes) -> bool:
        """See ShellStart."""
        name = os.fsencode(self.script)
        home_relative = b"/mfa-session/" + os.path.basename(name)
        return any(
            (name in line or home_relative in line) and not line.lstrip().startswith(b"#")
            for line in start.splitlines()
        )

    def append_line(self, start: bytes) -> bytes:
        """Return the contents of a start file with the line at its end, with its line ends."""
        end = b"\r\n" if start.partition(b"\n")[0].endswith(b"\r") else b"\n"
        if start and not start.endswith(b"\n"):
            start += end
        return start + os.fsencode(self.line) + end

    def guard_script(self, commands: Iterable[str]) -> str:
        """Return the guard's script."""
        return init_script(self.shell, commands)

    def completion_script(self) -> str:
        """See ShellStart."""
        return completion_script(self.shell)


def guard_setup(shell: str) -> str:
    """Return a command that adds the guard to a shell's start file; bash's if there is none."""
    return find_scripting(shell).setup or find_scripting("bash").setup


def eval_line(shell: str, command: str) -> str:
    """Return the line with which a shell evaluates a command's output; bash's for others."""
    return find_scripting(shell).evaluate(command)
