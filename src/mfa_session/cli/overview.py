"""What `--help` says of the program as a whole, and of a group of commands."""

from __future__ import annotations

from mfa_session.cli.spec.table import all_commands, chapters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.spec.command import Group


def overview() -> str:
    """Return the help of the program as a whole."""
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
        lines += [f"  {command.name:<20}{command.summary}" for command in chapter.COMMANDS]
    lines += [
        "",
        "Options:",
        "  -V, --version       Print the version.",
        "  -h, --help          Print this help, or that of the command before it.",
        "",
        "Every command takes -v/--verbose and --no-input. `mfa-session help COMMAND` explains one.",
    ]
    return "\n".join(lines) + "\n"


def group_overview(group: Group) -> str:
    """Return the help of one group of commands."""
    below = [command for command in all_commands() if command.words[:-1] == (group.name,)]
    lines = [
        f"Example: {group.example}",
        "",
        f"Usage: mfa-session {group.name} COMMAND [OPTIONS]",
        "",
        f"  {group.summary}",
        "",
        "Commands:",
        *(f"  {command.words[-1]:<20}{command.summary}" for command in below),
    ]
    return "\n".join(lines) + "\n"
