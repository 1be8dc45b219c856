"""Write docs/commands.md: what each command's --help says, from the commands themselves."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mfa_session.cli.click_tree import build
from mfa_session.cli.table import COMMANDS, overview

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
    tree = build(lambda _command, _given: 0)
    parent = click.Context(tree, info_name="mfa-session")
    page = _HEAD.format(overview=overview())
    for command in COMMANDS:
        built = tree.get_command(parent, command.name)
        if built is None:
            raise LookupError(command.name)
        context = click.Context(
            built,
            info_name=command.name,
            parent=parent,
            terminal_width=WIDTH_COLUMNS,
            help_option_names=["-h", "--help"],
        )
        page += _SECTION.format(name=command.name, text=built.get_help(context).rstrip())
    return page


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
