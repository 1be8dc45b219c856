"""Write the man pages, mfa-session(1) and one for each command or group, from the command table.

The build of the wheel runs this (`hatch_build.py`); by hand: `python docs/generate_man.py FOLDER`.
The pages are in man's macros (groff_man(7)).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mfa_session import __version__
from mfa_session.cli.spec.commands import COMMON, all_commands, chapters, find_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.cli.spec.commands import Command, Group, Option

SUMMARY = "MFA sessions for AWS"
ABOUT = (
    "Turns a six-digit MFA code into AWS credentials that every tool can use. Each command has a "
    "page, as has each group of commands (mfa-session-totp(1)). The same text is shown as help: "
    "mfa-session help COMMAND."
)
SEE_ALSO = (".SH SEE ALSO", ".BR mfa\\-session (1)")
FILES = {
    "~/.aws/credentials": "Sessions are written here, each to a profile of its own.",
    "~/.aws/config": "Profiles, devices and roles are read here; a session's region is written.",
    "~/.config/mfa-session/config.toml": "Settings; MFA_SESSION_CONFIG names another file.",
}
EXIT_CODES = {
    "0": "Done.",
    "1": "Findings (policy lint, doctor).",
    "2": "Wrong usage.",
    "3": "Configuration: a profile, key, device or file is missing, unreadable or unsafe.",
    "4": "No usable MFA: code rejected or needed, session absent or expired.",
    "5": "AWS refused.",
    "6": "AWS was not reached or not trusted.",
    "7": "Declined.",
    "70": "A bug.",
    "130": "Interrupted.",
}


def render() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    pages = {"mfa-session.1": _main_page()}
    for command in all_commands():
        word = command.words[0]
        group = find_group(word)
        pages[f"mfa-session-{word}.1"] = _group_page(group) if group else _command_page(command)
    return {name: "\n".join(page) + "\n" for name, page in pages.items()}


def _main_page() -> Iterator[str]:
    yield from _head("mfa-session", SUMMARY)
    yield from (".SH SYNOPSIS", ".B mfa\\-session", ".I COMMAND", "[\\fIOPTIONS\\fR]")
    yield from (".SH DESCRIPTION", _text(ABOUT))
    title = ""
    for chapter in chapters():
        if title != chapter.TITLE:
            title = chapter.TITLE
            yield f".SH {_quoted(title.upper())}"
        for command in chapter.COMMANDS:
            yield from (".TP", _bold(command.name), _text(command.summary))
    yield ".SH OPTIONS"
    yield from _options(COMMON)
    yield ".SH FILES"
    yield from _terms(FILES)
    yield ".SH EXIT STATUS"
    yield from _terms(EXIT_CODES)
    words = sorted({command.words[0] for command in all_commands()})
    pages = (f".BR {_text(f'mfa-session-{word}')} (1)" for word in words)
    yield from (".SH SEE ALSO", ",\n".join(pages))


def _command_page(command: Command) -> Iterator[str]:
    yield from _head(f"mfa-session-{command.name}", command.summary.rstrip("."))
    yield ".SH SYNOPSIS"
    yield from _usage(command)
    yield from (".SH DESCRIPTION", _text(command.description), ".SH OPTIONS")
    yield from _options(command.options)
    yield ".SH EXAMPLES"
    yield from _examples(command)
    yield from SEE_ALSO


def _group_page(group: Group) -> Iterator[str]:
    commands = [command for command in all_commands() if command.words[0] == group.name]
    yield from _head(f"mfa-session-{group.name}", group.summary.rstrip("."))
    yield ".SH SYNOPSIS"
    for command in commands:
        yield from (*_usage(command), ".br")
    yield from (".SH DESCRIPTION", _text(group.summary))
    for command in commands:
        yield from (f".SH {_quoted(command.name.upper())}", _text(command.description))
        yield from _options(command.options)
        yield from (".SS Examples", *_examples(command))
    yield from SEE_ALSO


def _usage(command: Command) -> Iterator[str]:
    yield from (_bold(f"mfa-session {command.name}"), "[\\fIOPTIONS\\fR]")
    yield from (f"\\fI{_text(argument.metavar)}\\fR" for argument in command.arguments)
    if command.takes_command:
        yield "[\\-\\-] \\fICMD\\fR [\\fIARG\\fR...]"


def _examples(command: Command) -> Iterator[str]:
    yield from (".nf", *map(_text, command.examples), ".fi")


def _head(name: str, summary: str) -> Iterator[str]:
    yield f'.TH {_quoted(name.upper())} 1 "" "mfa\\-session {__version__}"'
    yield from (".SH NAME", f"{_text(name)} \\- {_text(summary)}")


def _options(options: tuple[Option, ...]) -> Iterator[str]:
    for option in options:
        flags = ", ".join(f"\\fB{_text(flag)}\\fR" for flag in option.flags)
        metavar = f" \\fI{_text(option.metavar)}\\fR" if option.metavar else ""
        yield from (".TP", flags + metavar, _text(option.help))


def _terms(terms: dict[str, str]) -> Iterator[str]:
    for term, meaning in terms.items():
        yield from (".TP", _bold(term), _text(meaning))


def _bold(text: str) -> str:
    return f".B {_quoted(text)}"


def _quoted(text: str) -> str:
    return '"' + _text(text).replace('"', "\\(dq") + '"'


def _text(text: str) -> str:
    """Return a text in which roff sees no commands."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return "\\&" + escaped if escaped[:1] in {".", "'"} else escaped


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for file_name, text in render().items():
        (folder / file_name).write_text(text, encoding="utf-8")
