"""Finds a shell's start file, and adds the line that sources a script to it."""

from __future__ import annotations

import os

from mfa_session.shell.dialects import DIALECTS, find_scripting
from mfa_session.shell.scripts import completion_script, init_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
        """Say whether a start file mentions the script outside a comment."""
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
        """Return the script that guards `aws` and these commands."""
        return init_script(self.shell, commands)

    def completion_script(self) -> str:
        """Return the script that only completes."""
        return completion_script(self.shell)


def guard_setup(shell: str) -> str:
    """Return a command that adds the guard to a shell's start file; bash's if there is none."""
    scripting = DIALECTS[shell].scripting if shell in DIALECTS else None
    return scripting.setup if scripting and scripting.setup else str(find_scripting("bash").setup)


def eval_line(shell: str, command: str) -> str:
    """Return the line with which a shell evaluates a command's output; bash's for others."""
    scripting = DIALECTS[shell].scripting if shell in DIALECTS else None
    return (scripting or find_scripting("bash")).evaluate(command)
