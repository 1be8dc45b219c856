"""Help: what `--help` says of the program and of a group of commands; when something fails."""

from __future__ import annotations

from mfa_session.cli.spec.commands import JSON, Command, chapters, commands_of, flag
from mfa_session.model.text import USUAL_COLUMNS, described, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.cli.spec.commands import Group


TITLE = "Help"

COMMANDS = (
    Command(
        name="doctor",
        run="doctor.command:run",
        summary="Check the setup, and say how to fix what is wrong.",
        examples=("mfa-session doctor", "mfa-session doctor --share --json"),
        description=(
            "Checks files and their modes, the environment, profiles, sessions, config.toml, the "
            "keyring if one is used, AWS and its clock, your keys and MFA devices, and the shell. "
            "Says for each finding how to fix it. Changes nothing without --fix. Exits with 1 if "
            "it finds an error or a warning. -v lists every check."
        ),
        options=(
            flag("--fix", "Correct the modes of files; change nothing else."),
            flag("--share", "Mask account numbers, ids, names, hosts and paths."),
            JSON,
        ),
    ),
)

_OPTIONS = (
    ("  -V, --version", "Print the version."),
    ("  -h, --help", "Print this help, or that of the command before it."),
)
_BEGIN = 22
"""The column where what a command does is said."""


def overview(most_columns: int | None = None) -> str:
    """Return the help of the program as a whole, for a terminal of this width."""
    lines = [
        "Example: mfa-session login --profile mfa",
        "",
        "Usage: mfa-session COMMAND [OPTIONS]",
        "",
        "  Turn a six-digit MFA code into AWS credentials that every tool can use.",
    ]
    title = ""
    for chapter in chapters():
        if title != chapter.TITLE:
            title = chapter.TITLE
            lines += ["", f"{title}:"]
        items = [(f"  {command.name}", command.summary) for command in chapter.COMMANDS]
        lines += described(items, _BEGIN, most_columns)
    lines += ["", "Options:", *described(_OPTIONS, _BEGIN, most_columns), ""]
    lines.append(
        "Every command takes -v/--verbose and --no-input. `mfa-session help COMMAND` explains one."
    )
    return _joined(lines, most_columns)


def group_overview(group: Group, most_columns: int | None = None) -> str:
    """Return the help of one group of commands, for a terminal of this width."""
    lines = [
        f"Example: {group.example}",
        "",
        f"Usage: mfa-session {group.name} COMMAND [OPTIONS]",
        "",
        f"  {group.summary}",
        "",
        "Commands:",
        *described(
            ((f"  {each.words[-1]}", each.summary) for each in commands_of(group.name)),
            _BEGIN,
            most_columns,
        ),
    ]
    return _joined(lines, most_columns)


def _joined(lines: Iterable[str], most_columns: int | None) -> str:
    if most_columns is None or most_columns >= USUAL_COLUMNS:
        return "\n".join(lines) + "\n"
    fitted: list[str] = []
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        fitted += [line] if len(line) <= most_columns else wrapped(line, most_columns, indent)
    return "\n".join(fitted) + "\n"
