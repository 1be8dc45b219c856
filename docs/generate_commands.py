"""Write docs/commands.md: what each command's --help says, from the commands themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mfa_session.cli.click_tree import build
from mfa_session.cli.spec.commands import all_commands
from mfa_session.cli.spec.help import overview

if TYPE_CHECKING:
    from mfa_session.cli.spec.commands import Command

PAGE = Path(__file__).with_name("commands.md")
WIDTH_COLUMNS = 80
_HEAD = """\
# Commands

Written by `python docs/generate_commands.py` from the program's own help.

```
{overview}```
"""
_SECTION = """
## {name}

```
{text}
```
"""


def render() -> str:
    """Return the page as the program stands now."""
    page = _HEAD.format(overview=overview())
    for command in all_commands():
        page += _SECTION.format(name=command.name, text=_help_of(command).rstrip())
    return page


def _help_of(command: Command) -> str:
    """Return what `--help` of a command prints, at a width of our own."""
    built: click.Command = build(lambda _command, _given: 0)
    context = click.Context(built, info_name="mfa-session")
    for word in command.words:
        found = built.get_command(context, word) if isinstance(built, click.Group) else None
        if found is None:
            raise LookupError(command.name)
        built = found
        context = click.Context(
            built,
            info_name=word,
            parent=context,
            terminal_width=WIDTH_COLUMNS,
            help_option_names=["-h", "--help"],
        )
    return built.get_help(context)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
