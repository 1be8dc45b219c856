"""What differs from shell to shell: how each sets variables, evaluates text and starts.

A new shell is an entry here, its four scripts beside this module, and its name in
`cli/spec/commands.py`.
"""

from __future__ import annotations

import os
import sys

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Scripting(Record):
    """How a shell reads scripts.

    `suffix` is the one of its scripts' names. `evaluate` returns the line that evaluates what a
    command prints, `source` the one that reads a script and does nothing where it is gone.
    `start_file` returns the file that an interactive shell reads, from the environment and the
    home; None where only the shell itself knows. `set_up` is a command that adds the guard to that
    file, None where it differs from system to system.
    """

    suffix: str
    evaluate: Callable[[str], str]
    source: Callable[[str], str]
    start_file: Callable[[Mapping[str, str], str], str | None]
    set_up: str | None = None


class Dialect(Record):
    """How a reader of variables takes them.

    `set` and `unset` return a line; `unset` is None where variables cannot be removed. `takes`
    says which values it carries unchanged. `failure` makes an `eval` of it fail. `scripting` is
    None for what is no shell, or has no scripts of ours.
    """

    set: Callable[[str, str], str]
    takes: Callable[[str], bool]
    unset: Callable[[str], str] | None = None
    failure: str = ""
    scripting: Scripting | None = None


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


def _bash_start(_environ: Mapping[str, str], home: str) -> str:
    """On macOS, terminals start login shells, which read another file."""
    return os.path.join(home, ".bash_profile" if sys.platform == "darwin" else ".bashrc")


def _zsh_start(environ: Mapping[str, str], home: str) -> str:
    return os.path.join(environ.get("ZDOTDIR") or home, ".zshrc")


def _fish_start(environ: Mapping[str, str], home: str) -> str:
    return os.path.join(_config_folder(environ, home), "fish", "config.fish")


def _powershell_start(environ: Mapping[str, str], home: str) -> str | None:
    """On Windows it is in a Documents folder that may be anywhere: `$PROFILE` tells."""
    if sys.platform == "win32":
        return None
    folder = _config_folder(environ, home)
    return os.path.join(folder, "powershell", "Microsoft.PowerShell_profile.ps1")


def _config_folder(environ: Mapping[str, str], home: str) -> str:
    return environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")


def _source_posix(script: str) -> str:
    quoted = quote_posix(script)
    return f"if [ -r {quoted} ]; then . {quoted}; fi"


def _source_fish(script: str) -> str:
    """For interactive shells only: fish reads its start file for scripts as well."""
    quoted = quote_fish(script)
    return f"status is-interactive; and test -r {quoted}; and source {quoted}"


def _source_powershell(script: str) -> str:
    quoted = quote_powershell(script)
    return f"if (Test-Path {quoted}) {{ . {quoted} }}"


def _posix(scripting: Scripting) -> Dialect:
    return Dialect(
        set=lambda name, value: f"export {name}={quote_posix(value)}",
        takes=_quotes_everything,
        unset=lambda name: f"unset {name}",
        failure="false\n",
        scripting=scripting,
    )


def _quotes_everything(_value: str) -> bool:
    return True


def _is_bare(value: str) -> bool:
    """Tell whether every reader of dotenv takes a value as it is, without quotes.

    docker takes quotes as a part of the value; python-dotenv, compose and Node take them away,
    end at ` #` and replace `${NAME}`; a shell that sources the file splits at blanks.
    """
    return all(letter.isalnum() or letter in "_-+=:,./@%" for letter in value)


def _is_inert_in_cmd(value: str) -> bool:
    """Tell whether cmd takes a value alike from `for /f` and from a batch file.

    There `%` begins a variable, and `!` and `^` act with delayed expansion; `"` ends the quotes.
    Beyond ASCII, its code page is not the one that Python writes.
    """
    return value.isascii() and value.isprintable() and set(value).isdisjoint('"%!^')


DIALECTS: Mapping[str, Dialect] = {
    "bash": _posix(
        Scripting(
            suffix="bash",
            evaluate=lambda command: f'eval "$({command})"',
            source=_source_posix,
            start_file=_bash_start,
            set_up="echo 'eval \"$(mfa-session shell-init bash)\"' >> ~/.bashrc",
        )
    ),
    "zsh": _posix(
        Scripting(
            suffix="zsh",
            evaluate=lambda command: f'eval "$({command})"',
            source=_source_posix,
            start_file=_zsh_start,
            set_up='echo \'eval "$(mfa-session shell-init zsh)"\' >> "${ZDOTDIR:-$HOME}/.zshrc"',
        )
    ),
    "fish": Dialect(
        set=lambda name, value: f"set -gx {name} {quote_fish(value)};",
        takes=_quotes_everything,
        unset=lambda name: f"set -e {name}; or true;",
        failure="false\n",
        scripting=Scripting(
            suffix="fish",
            evaluate=lambda command: f"{command} | source",
            source=_source_fish,
            start_file=_fish_start,
            set_up="echo 'mfa-session shell-init fish | source' >> ~/.config/fish/config.fish",
        ),
    ),
    "powershell": Dialect(
        set=lambda name, value: f"$env:{name} = {quote_powershell(value)}",
        takes=_quotes_everything,
        unset=lambda name: f"Remove-Item Env:{name} -ErrorAction SilentlyContinue",
        failure="throw 'mfa-session env failed'\n",
        scripting=Scripting(
            suffix="ps1",
            evaluate=lambda command: f"{command} | Out-String | Invoke-Expression",
            source=_source_powershell,
            start_file=_powershell_start,
        ),
    ),
    "cmd": Dialect(
        set=lambda name, value: f'set "{name}={value}"',
        unset=lambda name: f'set "{name}="',
        takes=_is_inert_in_cmd,
        failure="exit /b 1\n",
    ),
    "dotenv": Dialect(set=lambda name, value: f"{name}={value}", takes=_is_bare),
}
"""By the names that `--shell` takes, `json` aside."""


def scripting_of(shell: str) -> Scripting:
    """Return how a shell reads scripts. Raises KeyError for what has no scripts of ours."""
    scripting = DIALECTS[shell].scripting
    if scripting is None:
        raise KeyError(shell)
    return scripting
