"""Where each shell starts: the file it reads then, and the line that sources a script there."""

from __future__ import annotations

import os
import sys

from mfa_session.shell.quoting import quote_fish, quote_posix, quote_powershell
from mfa_session.shell.scripts import SUFFIXES, completion_script, init_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ShellStart:
    """How one shell starts: the script that `configure` writes, and the line that sources it."""

    def __init__(self, shell: str, folder: str, environ: Mapping[str, str], home: str) -> None:
        """Take the shell, and the folder that the script is written to."""
        self.shell = shell
        self.script = os.path.join(folder, script_name(shell))
        self.start_file = start_file(shell, environ, home)
        self.line = source_line(shell, self.script)

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


def script_name(shell: str) -> str:
    """Return the name of the script that `configure` writes for a shell."""
    return f"init.{SUFFIXES[shell]}"


def start_file(shell: str, environ: Mapping[str, str], home: str) -> str | None:
    """Return the file that an interactive shell reads; None where only the shell itself knows.

    bash: `~/.bashrc`, on macOS, whose terminals start login shells, `~/.bash_profile`. zsh:
    `.zshrc` in $ZDOTDIR or the home. PowerShell on Windows keeps it in a Documents folder that
    may be anywhere: `$PROFILE` tells.
    """
    if shell == "bash":
        return os.path.join(home, ".bash_profile" if sys.platform == "darwin" else ".bashrc")
    if shell == "zsh":
        return os.path.join(environ.get("ZDOTDIR") or home, ".zshrc")
    folder = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    if shell == "fish":
        return os.path.join(folder, "fish", "config.fish")
    if sys.platform == "win32":
        return None
    return os.path.join(folder, "powershell", "Microsoft.PowerShell_profile.ps1")


def source_line(shell: str, script: str) -> str:
    """Return the line that sources a script, and does nothing where it is gone.

    fish reads its file for scripts as well, which are none of the guard's business.
    """
    if shell == "powershell":
        quoted = quote_powershell(script)
        return f"if (Test-Path {quoted}) {{ . {quoted} }}"
    if shell == "fish":
        quoted = quote_fish(script)
        return f"status is-interactive; and test -r {quoted}; and source {quoted}"
    quoted = quote_posix(script)
    return f"if [ -r {quoted} ]; then . {quoted}; fi"


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
