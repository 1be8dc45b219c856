"""`env`: a session as text for a shell to evaluate."""

from __future__ import annotations

import os

from mfa_session.cli.spec.programs import SHELLS
from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record
from mfa_session.model.result import Result
from mfa_session.session.environment import REMOVED, noting_regions, ours_in
from mfa_session.session.in_use import take_session, variables_of

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
    variables = variables_of(take_session(options.session, ctx), ctx)
    if shell not in NOT_EVALUATED:
        variables = noting_regions(variables, ctx.environ)
    return Result(data={}, lines=tuple(setting_lines(shell, variables)))


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


def setting_lines(shell: str, variables: Mapping[str, str]) -> list[str]:
    """Return the lines that set `variables` in a shell, and remove what would get in their way."""
    if shell == "json":
        import json  # noqa: PLC0415  # not for the shells

        return [json.dumps(dict(variables), indent=2)]
    if shell == "dotenv":
        return [f"{name}={value}" for name, value in variables.items()]
    settings = [_SET[shell](name, value) for name, value in variables.items()]
    return removing_lines(shell, REMOVED) + settings


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


def _quote_posix(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def _quote_fish(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quote_powershell(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_FAILURES = {"powershell": "throw 'mfa-session env failed'\n", "cmd": "exit /b 1\n"}
_POSIX: Callable[[str, str], str] = lambda name, value: f"export {name}={_quote_posix(value)}"  # noqa: E731
_SET: Mapping[str, Callable[[str, str], str]] = {
    "bash": _POSIX,
    "zsh": _POSIX,
    "fish": lambda name, value: f"set -gx {name} {_quote_fish(value)};",
    "powershell": lambda name, value: f"$env:{name} = {_quote_powershell(value)}",
    "cmd": lambda name, value: f'set "{name}={value}"',
}
_UNSET: Mapping[str, Callable[[str], str]] = {
    "bash": lambda name: f"unset {name}",
    "zsh": lambda name: f"unset {name}",
    "fish": lambda name: f"set -e {name}; or true;",
    "powershell": lambda name: f"Remove-Item Env:{name} -ErrorAction SilentlyContinue",
    "cmd": lambda name: f'set "{name}="',
}
