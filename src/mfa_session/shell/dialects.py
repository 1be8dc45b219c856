"""What differs between shells: how each sets variables, evaluates text and starts.

The functions below the table find the calling shell, and format variables for it.

To add a shell, add an entry here, its script beside this module, and its name in
`cli/spec/commands.py`.
"""

from __future__ import annotations

import os
import sys

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

JSON = "json"
_SAME_LANGUAGE = {"pwsh": "powershell", "dash": "bash", "sh": "bash", "ksh": "bash"}


class Scripting(Record):
    """How a shell reads scripts, whose names end in `suffix`.

    `evaluate` returns the line that evaluates a command's output, `source` the line that sources a
    script if it exists. `start_file` returns the start file of interactive shells, by environment
    and home; None if only the shell knows. `setup` is a command that adds the guard to the start
    file; empty if it differs between systems.
    """

    suffix: str
    evaluate: Callable[[str], str]
    source: Callable[[str], str]
    start_file: Callable[[Mapping[str, str], str], str | None]
    setup: str = ""


class Dialect(Record):
    """The syntax for variables of a shell or another reader.

    `set` and `unset` return a line; `unset` is None if variables cannot be removed. `carries` says
    whether a value arrives unchanged. `failure` is text whose `eval` fails. `scripting` is None if
    there are no scripts for it.
    """

    set: Callable[[str, str], str]
    carries: Callable[[str], bool]
    unset: Callable[[str], str] | None = None
    failure: str = ""
    scripting: Scripting | None = None


_POWERSHELL_QUOTES = "'\u2018\u2019\u201a\u201b"
"""Each ends a single-quoted string in PowerShell (its language specification, 2.3.5.2)."""


def quote_posix(value: str) -> str:
    """Quote a value for bash, zsh and other POSIX shells."""
    return "'" + value.replace("'", "'\\''") + "'"


def quote_fish(value: str) -> str:
    """Quote a value for fish."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quote_powershell(value: str) -> str:
    """Quote a value for PowerShell."""
    for quote in _POWERSHELL_QUOTES:
        value = value.replace(quote, 2 * quote)
    return f"'{value}'"


def _bash_start(_environ: Mapping[str, str], home: str) -> str:
    """Return bash's start file; on macOS that of login shells, which terminals start."""
    return os.path.join(home, ".bash_profile" if sys.platform == "darwin" else ".bashrc")


def _zsh_start(environ: Mapping[str, str], home: str) -> str:
    return os.path.join(environ.get("ZDOTDIR") or home, ".zshrc")


def _fish_start(environ: Mapping[str, str], home: str) -> str:
    return os.path.join(_config_folder(environ, home), "fish", "config.fish")


def _powershell_start(environ: Mapping[str, str], home: str) -> str | None:
    """Return PowerShell's start file; None on Windows, where only `$PROFILE` knows it."""
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
    """Source it in interactive shells only: fish reads its start file for scripts too."""
    quoted = quote_fish(script)
    return f"status is-interactive; and test -r {quoted}; and source {quoted}"


def _source_powershell(script: str) -> str:
    quoted = quote_powershell(script)
    return f"if (Test-Path {quoted}) {{ . {quoted} }}"


def _make_posix(
    shell: str, start_file: Callable[[Mapping[str, str], str], str], setup: str
) -> Dialect:
    """Return the dialect of bash or zsh."""
    return Dialect(
        set=lambda name, value: f"export {name}={quote_posix(value)}",
        carries=_quotes_everything,
        unset=lambda name: f"unset {name}",
        failure="false\n",
        scripting=Scripting(
            suffix=shell,
            evaluate=lambda command: f'eval "$({command})"',
            source=_source_posix,
            start_file=start_file,
            setup=setup,
        ),
    )


def _quotes_everything(_value: str) -> bool:
    return True


def _is_bare(value: str) -> bool:
    """Say whether every reader of dotenv reads a value unchanged without quotes.

    docker keeps quotes; python-dotenv, compose and Node remove them, stop at ` #` and replace
    `${NAME}`; a shell that sources the file splits at blanks.
    """
    return all(letter.isalnum() or letter in "_-+=:,./@%" for letter in value)


def _is_inert_in_cmd(value: str) -> bool:
    """Say whether cmd reads a value unchanged, both from `for /f` and from a batch file.

    There `%` starts a variable, `!` and `^` act with delayed expansion, and `"` ends the quotes.
    Beyond ASCII, its code page differs from the one that Python writes.
    """
    return value.isascii() and value.isprintable() and set(value).isdisjoint('"%!^')


DIALECTS: Mapping[str, Dialect] = {
    "bash": _make_posix(
        "bash", _bash_start, "echo 'eval \"$(mfa-session shell-init bash)\"' >> ~/.bashrc"
    ),
    "zsh": _make_posix(
        "zsh",
        _zsh_start,
        'echo \'eval "$(mfa-session shell-init zsh)"\' >> "${ZDOTDIR:-$HOME}/.zshrc"',
    ),
    "fish": Dialect(
        set=lambda name, value: f"set -gx {name} {quote_fish(value)};",
        carries=_quotes_everything,
        unset=lambda name: f"set -e {name}; or true;",
        failure="false\n",
        scripting=Scripting(
            suffix="fish",
            evaluate=lambda command: f"{command} | source",
            source=_source_fish,
            start_file=_fish_start,
            setup="echo 'mfa-session shell-init fish | source' >> ~/.config/fish/config.fish",
        ),
    ),
    "powershell": Dialect(
        set=lambda name, value: f"$env:{name} = {quote_powershell(value)}",
        carries=_quotes_everything,
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
        carries=_is_inert_in_cmd,
        failure="exit /b 1\n",
    ),
    "dotenv": Dialect(set=lambda name, value: f"{name}={value}", carries=_is_bare),
}
"""By the names that `--shell` accepts, without `json`."""


def find_scripting(shell: str) -> Scripting:
    """Return how a shell reads scripts; bash's way for one that has none of ours."""
    dialect = DIALECTS.get(shell)
    if dialect is None or dialect.scripting is None:
        return find_scripting("bash")
    return dialect.scripting


def find_shell(environ: Mapping[str, str]) -> str:
    """Return the calling shell, else the one in $SHELL; raises UsageError if neither is known."""
    import shellingham  # noqa: PLC0415  # only where the shell is not given

    try:
        name = shellingham.detect_shell()[0]
    except (shellingham.ShellDetectionFailure, OSError, RuntimeError):
        name = os.path.basename(environ.get("SHELL", ""))
    name = _SAME_LANGUAGE.get(name, name)
    if name not in DIALECTS:
        raise UsageError(
            "unknown-shell",
            f"cannot tell which shell this is for (found {name!r})" if name else "no shell found",
            f"name one of {', '.join((*DIALECTS, JSON))}",
            add=("--shell", "bash"),
        )
    return str(name)


def find_scripted_shell(environ: Mapping[str, str]) -> str | None:
    """Return the calling shell, if it can be set up by a script of ours."""
    try:
        shell = find_shell(environ)
    except UsageError:
        return None
    return shell if DIALECTS[shell].scripting else None


def is_evaluated(shell: str) -> bool:
    """Say whether a shell evaluates the text; other readers take it as data."""
    return shell in DIALECTS and DIALECTS[shell].unset is not None


def carries(shell: str, value: str) -> bool:
    """Say whether the reader gets a value unchanged."""
    return shell == JSON or DIALECTS[shell].carries(value)


def format_variables(shell: str, variables: Mapping[str, str]) -> list[str]:
    """Return the lines that set variables.

    Raises ConfigurationError `value-not-carried` if the reader would change a value.
    """
    if shell == JSON:
        import json  # noqa: PLC0415  # slow

        return [json.dumps(dict(variables), indent=2)]
    for name, value in variables.items():
        if not carries(shell, value):
            raise ConfigurationError(
                "value-not-carried",
                f"{name} has characters that not every reader of {shell} accepts unchanged",
                "print it as JSON",
                add=("--shell", JSON),
            )
    return [DIALECTS[shell].set(name, value) for name, value in variables.items()]


def format_removals(shell: str, names: Iterable[str]) -> list[str]:
    """Return the lines that remove variables. Raises UsageError if the shell cannot."""
    unset = DIALECTS[shell].unset if shell in DIALECTS else None
    if unset is None:
        raise UsageError(
            "nothing-to-unset",
            f"{shell} cannot remove variables",
            "use --unset with a shell's name",
        )
    return [unset(name) for name in names]


def failure_line(shell: str | None, environ: Mapping[str, str]) -> str:
    """Return text that makes the caller's `eval` fail, so that no command uses the wrong keys."""
    if not shell:
        try:
            shell = find_shell(environ)
        except UsageError:
            shell = "bash"
    if shell == JSON:
        return ""
    return DIALECTS[shell if shell in DIALECTS else "bash"].failure


def find_shell_option(argv: Sequence[str]) -> str | None:
    """Return the value of `--shell` in a command line that could not be parsed."""
    for place, word in enumerate(argv):
        if word == "--shell":
            return "".join(argv[place + 1 : place + 2])
        if word.startswith("--shell="):
            return word.partition("=")[2]
    return None
