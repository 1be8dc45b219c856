"""Environment variables as text for a shell, or for another reader, to take."""

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
    """Return the shell that called, or else the person's own; UsageError if neither is known."""
    import shellingham  # noqa: PLC0415  # looks through the process tree

    try:
        name = shellingham.detect_shell()[0]
    except (shellingham.ShellDetectionFailure, OSError, RuntimeError):
        name = os.path.basename(environ.get("SHELL", ""))
    name = _SAME_LANGUAGE.get(name, name)
    if name not in DIALECTS:
        raise UsageError(
            "unknown-shell",
            f"cannot tell which shell this is for (found {name!r})" if name else "no shell found",
            f"say which ({', '.join((*DIALECTS, JSON))})",
            add=("--shell", "bash"),
        )
    return str(name)


def is_evaluated(shell: str) -> bool:
    """Tell whether the text is a shell's to evaluate; others read it as data."""
    return shell in DIALECTS and DIALECTS[shell].unset is not None


def takes(shell: str, value: str) -> bool:
    """Tell whether the reader gets a value as it is."""
    return shell == JSON or DIALECTS[shell].takes(value)


def setting_lines(shell: str, variables: Mapping[str, str]) -> list[str]:
    """Return the lines that set variables.

    Raises ConfigurationError `value-not-carried` for a value that the reader would not get as it
    is.
    """
    if shell == JSON:
        import json  # noqa: PLC0415  # not for the shells

        return [json.dumps(dict(variables), indent=2)]
    for name, value in variables.items():
        if not takes(shell, value):
            raise ConfigurationError(
                "value-not-carried",
                f"{name} has characters that not every reader of {shell} accepts unchanged",
                "print it as JSON",
                add=("--shell", JSON),
            )
    return [DIALECTS[shell].set(name, value) for name, value in variables.items()]


def removing_lines(shell: str, names: Iterable[str]) -> list[str]:
    """Return the lines that remove variables. Raises UsageError where nothing is evaluated."""
    unset = DIALECTS[shell].unset if shell in DIALECTS else None
    if unset is None:
        raise UsageError(
            "nothing-to-unset",
            f"{shell} cannot remove variables",
            "use --unset with a shell's name",
        )
    return [unset(name) for name in names]


def failure_line(shell: str | None, environ: Mapping[str, str]) -> str:
    """Return what makes the caller's `eval` fail, so that nothing goes on with the wrong keys."""
    if not shell:
        try:
            shell = find_shell(environ)
        except UsageError:
            shell = "bash"
    if shell == JSON:
        return ""
    return DIALECTS[shell if shell in DIALECTS else "bash"].failure


def shell_in(argv: Sequence[str]) -> str | None:
    """Return the `--shell` of a line that could not be read."""
    for place, word in enumerate(argv):
        if word == "--shell":
            return "".join(argv[place + 1 : place + 2])
        if word.startswith("--shell="):
            return word.partition("=")[2]
    return None
