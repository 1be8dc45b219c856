"""Runs shells on a terminal, and presses TAB in them.

There `mfa-session` is a function that prints its arguments; the completion calls the program.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect

import processes

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS, COLUMNS = 50, 200
LIMIT_SECONDS = 30
TAB, ENTER, GIVE_UP = "\t", "\r", "\x15"

PROGRAMS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
# The prompt has the number of the line, because a shell may draw it more than once.
FIRST_LINES = {
    "bash": "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; line=0; "
    "PROMPT_COMMAND='line=$((line + 1))'; PS1='ready$line> '",
    "zsh": "unsetopt zle_bracketed_paste beep prompt_sp; setopt prompt_subst; line=0; "
    "precmd() { line=$((line + 1)) }; PROMPT='ready$line> '; "
    "autoload -Uz compinit; compinit -u -d $ZSH_DUMP",
    "fish": "set -g fish_greeting; set -g fish_autosuggestion_enabled 0; set -g line 0; "
    "function count_lines --on-event fish_postexec; set -g line (math $line + 1); end; "
    'function fish_prompt; echo -n "ready$line> "; end',
}
TELL = "printf told; printf '\\037%s' {arguments}; printf '\\036\\n'"
"""Built into each shell, and starts no process; the characters around each argument are in none."""
TOLD = re.compile("told\x1f(.*?)\x1e", re.DOTALL)
FUNCTIONS = {
    "bash": f"""mfa-session() {{ {TELL.format(arguments='"$@"')}; }}""",
    "zsh": f"""function mfa-session {{ {TELL.format(arguments='"$@"')} }}""",
    "fish": f"function mfa-session; {TELL.format(arguments='$argv')}; end",
}


class Shell:
    """An interactive shell with the program's completion."""

    def __init__(self, name: str, env: Mapping[str, str | None]) -> None:
        """Start the shell without the person's settings; see `close`.

        zsh keeps what `compinit` finds in a file, which `env` names as ZSH_DUMP.
        """
        self.name = name
        scripts = os.path.dirname(processes.installed_program("mfa-session"))
        changes = {
            "PATH": scripts + os.pathsep + os.environ["PATH"],
            "TERM": "xterm",
            **env,
        }
        processes.need_program(PROGRAMS[name][0])
        self._child: pexpect.spawn[str] = pexpect.spawn(
            PROGRAMS[name][0],
            PROGRAMS[name][1:],
            env=processes.environment_with(changes),
            cwd=os.environ["HOME"],
            timeout=LIMIT_SECONDS,
            encoding="utf-8",
            codec_errors="surrogateescape",
            dimensions=(ROWS, COLUMNS),
            echo=name != "fish",
        )
        self._lines = 0
        self.do(FIRST_LINES[name])
        self.do(FUNCTIONS[name])

    def complete(self) -> None:
        """Source the completion script."""
        self.source(
            processes.run_process(
                [processes.installed_program("mfa-session"), "completion", self.name]
            ).stdout
        )

    def source(self, script: str) -> None:
        """Source a script."""
        path = Path(os.environ["HOME"], f"start.{self.name}")
        path.write_text(script, encoding="utf-8")
        self.do(f"source {path}")

    def do(self, line: str) -> str:
        """Run a line; return what the terminal shows until the next prompt."""
        self._lines += 1
        self._child.send(line + ENTER)
        self._child.expect_exact(f"ready{self._lines}> ")
        return str(self._child.before)

    def complete_and_run(self, line: str) -> list[str]:
        """Type a line, press TAB and ENTER; return the arguments of the command that ran."""
        shown = self.do(line + TAB)
        told = TOLD.findall(shown)
        assert told, f"nothing was run: {shown!r}"
        return str(told[-1]).split("\x1f")

    def list_choices(self, line: str) -> str:
        """Return the choices shown after a line and two TABs."""
        if self.name == "fish":  # the same, without the menu
            return self.do(f"complete -C {shlex.quote(line)}")
        self._child.send(line + TAB + TAB)
        return self.do(GIVE_UP + "true")

    def close(self) -> None:
        """End the shell."""
        self._child.close(force=True)
