"""Where each shell starts: the file it reads then, and the line that sources a script there."""

from __future__ import annotations

import os

from mfa_session.shell.dialects import DIALECTS, scripting_of
from mfa_session.shell.scripts import completion_script, init_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ShellStart:
    """How one shell starts: the script that `configure` writes, and the line that sources it."""

    def __init__(self, shell: str, folder: str, environ: Mapping[str, str], home: str) -> None:
        """Take the shell, and the folder that the script is written to."""
        scripting = scripting_of(shell)
        self.shell = shell
        self.script = os.path.join(folder, f"init.{scripting.suffix}")
        self.start_file = scripting.start_file(environ, home)
        self.line = scripting.source(self.script)

    def is_sourced_in(self, start: bytes) -> bool:
        """Say whether a start file sources the script already."""
        return sources(start, self.script)

    def with_line(self, start: bytes) -> bytes:
        """Return a start file with the line at its end."""
        return with_line(start, self.line)

    def guard_script(self, commands: Iterable[str]) -> str:
        """Return the script with the guard, before `aws` and these commands."""
        return init_script(self.shell, commands)

    def completion_script(self) -> str:
        """Return the script that only completes."""
        return completion_script(self.shell)


def sources(start: bytes, script: str) -> bool:
    """Say whether a start file mentions a script outside a comment."""
    name = os.fsencode(script)
    home_relative = b"/mfa-session/" + os.path.basename(name)
    return any(
        (name in line or home_relative in line) and not line.lstrip().startswith(b"#")
        for line in start.splitlines()
    )


def with_line(start: bytes, line: str) -> bytes:
    """Return a start file with one more line at its end, in the line ends that it has."""
    end = b"\r\n" if start.partition(b"\n")[0].endswith(b"\r") else b"\n"
    if start and not start.endswith(b"\n"):
        start += end
    return start + os.fsencode(line) + end


def guard_setup(shell: str) -> str:
    """Return a command that adds the guard to a shell's start file; for others, bash's."""
    scripting = DIALECTS[shell].scripting if shell in DIALECTS else None
    return scripting.set_up if scripting and scripting.set_up else str(scripting_of("bash").set_up)


def eval_line(shell: str, command: str) -> str:
    """Return the line with which a shell evaluates what a command prints; for others, bash's."""
    scripting = DIALECTS[shell].scripting if shell in DIALECTS else None
    return (scripting or scripting_of("bash")).evaluate(command)
