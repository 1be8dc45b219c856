"""Formats environment variables as text for shells and other readers."""

from __future__ import annotations

import os

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.shell.dialects import DIALECTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

JSON = "json"
_SAME_LANGUAGE = {"pwsh": "powershell", "dash": "bash", "sh": "bash", "ksh": "bash"}


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
