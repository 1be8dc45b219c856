"""`env`: a session as text for a shell to evaluate."""

from __future__ import annotations

import os

from mfa_session.cli.spec.programs import SHELLS
from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.record import Record
from mfa_session.model.result import Result
from mfa_session.session.environment import ACTIVE, REMOVED, noting_regions, ours_in
from mfa_session.session.in_use import take_session, variables_of
from mfa_session.shell.quoting import quote_fish, quote_posix, quote_powershell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context

NOT_EVALUATED = ("dotenv", "json")


class Options(Record):
    """What `env` was given."""

    session: SessionOptions
    shell: str | None = None
    unset: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Print what sets the session's variables, or with `--unset` what removes them."""
    shell = options.shell or find_shell(ctx.environ)
    if options.unset:
        return Result(data={}, lines=tuple(removing_lines(shell, ours_in(ctx.environ))))
    use = take_session(options.session, ctx)
    variables = variables_of(use, ctx)
    if shell not in NOT_EVALUATED:
        variables = noting_regions(variables, ctx.environ)
    return Result(data={}, lines=tuple(setting_lines(shell, variables, use.session.profile)))


def find_shell(environ: Mapping[str, str]) -> str:
    """Return the shell that called, or else the person's own; UsageError if neither is known."""
    import shellingham  # noqa: PLC0415  # looks through the process tree

    try:
        name = shellingham.detect_shell()[0]
    except (shellingham.ShellDetectionFailure, OSError, RuntimeError):
        name = os.path.basename(environ.get("SHELL", ""))
    name = {"pwsh": "powershell", "dash": "bash", "sh": "bash", "ksh": "bash"}.get(name, name)
    if name not in SHELLS:
        raise UsageError(
            "unknown-shell",
            f"cannot tell which shell this is for (found {name!r})" if name else "no shell found",
            f"say which ({', '.join(SHELLS)})",
            add=("--shell", "bash"),
        )
    return str(name)


def setting_lines(shell: str, variables: Mapping[str, str], profile: str) -> list[str]:
    """Return the lines that set `variables` in a shell, and remove what would get in their way.

    A session's name that the shell's readers do not take gives way to its `profile`. Raises
    ConfigurationError `value-not-carried` for any other value that they do not take.
    """
    if shell == "json":
        import json  # noqa: PLC0415  # not for the shells

        return [json.dumps(dict(variables), indent=2)]
    takes = _TAKES.get(shell)
    if takes is not None:
        if not takes(variables[ACTIVE]):
            variables = {**variables, ACTIVE: profile}
        _refuse_what_is_lost(shell, variables, takes)
    if shell == "dotenv":
        return [f"{name}={value}" for name, value in variables.items()]
    settings = [_SET[shell](name, value) for name, value in variables.items()]
    return removing_lines(shell, REMOVED) + settings


def _refuse_what_is_lost(
    shell: str, variables: Mapping[str, str], takes: Callable[[str], bool]
) -> None:
    for name, value in variables.items():
        if not takes(value):
            raise ConfigurationError(
                "value-not-carried",
                f"{name} has characters that not every reader of {shell} takes as they are",
                "print it as JSON",
                add=("--shell", "json"),
            )


def removing_lines(shell: str, names: Sequence[str]) -> list[str]:
    """Return the lines that remove variables in a shell."""
    if shell in NOT_EVALUATED:
        raise UsageError(
            "nothing-to-unset",
            f"{shell} cannot remove variables",
            "use --unset with a shell's name",
        )
    return [_UNSET[shell](name) for name in names]


def failure_line(shell: str | None, environ: Mapping[str, str]) -> str:
    """Return what makes the caller's `eval` fail, so that nothing goes on with the wrong keys."""
    if not shell:
        try:
            shell = find_shell(environ)
        except UsageError:
            shell = ""
    return "" if shell in NOT_EVALUATED else _FAILURES.get(shell, "false\n")


def shell_in(argv: Sequence[str]) -> str | None:
    """Return the `--shell` of a line that could not be read."""
    for place, word in enumerate(argv):
        if word == "--shell":
            return "".join(argv[place + 1 : place + 2])
        if word.startswith("--shell="):
            return word.partition("=")[2]
    return None


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


_TAKES: Mapping[str, Callable[[str], bool]] = {"dotenv": _is_bare, "cmd": _is_inert_in_cmd}
"""What cannot be quoted so that all readers agree; the other shells quote everything."""
_FAILURES = {"powershell": "throw 'mfa-session env failed'\n", "cmd": "exit /b 1\n"}
_POSIX: Callable[[str, str], str] = lambda name, value: f"export {name}={quote_posix(value)}"  # noqa: E731
_SET: Mapping[str, Callable[[str, str], str]] = {
    "bash": _POSIX,
    "zsh": _POSIX,
    "fish": lambda name, value: f"set -gx {name} {quote_fish(value)};",
    "powershell": lambda name, value: f"$env:{name} = {quote_powershell(value)}",
    "cmd": lambda name, value: f'set "{name}={value}"',
}
_UNSET: Mapping[str, Callable[[str], str]] = {
    "bash": lambda name: f"unset {name}",
    "zsh": lambda name: f"unset {name}",
    "fish": lambda name: f"set -e {name}; or true;",
    "powershell": lambda name: f"Remove-Item Env:{name} -ErrorAction SilentlyContinue",
    "cmd": lambda name: f'set "{name}="',
}
