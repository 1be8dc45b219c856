"""Lines with our own colours, made fit for a terminal."""

from __future__ import annotations

from mfa_session.model.text import printable
from mfa_session.system.console import COLOURS


def printable_painted(line: str) -> str:
    """Return a line without what a terminal would act on, other than our own colours."""
    if line.isprintable():
        return printable(line)
    first, *rest = line.expandtabs().split("\x1b[")
    shown = printable(first)
    for part in rest:
        number, mark, text = part.partition("m")
        ours = mark and number in {"0", *COLOURS.values()}
        shown += f"\x1b[{number}m{printable(text)}" if ours else printable("\x1b[" + part)
    return shown
