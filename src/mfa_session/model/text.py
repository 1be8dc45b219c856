"""Texts of others, made fit for a terminal."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_SHOWN = 4096
"""Characters of one text that a terminal is given; the rest of a longer one is left out."""


def printable_lines(text: str) -> str:
    """Return a text of several lines, each as `printable` makes it; tabs become blanks."""
    if text.isprintable() and len(text) <= LONGEST_SHOWN:
        return text
    return "\n".join(printable(line.expandtabs()) for line in text.split("\n"))


def printable(text: str) -> str:
    """Return one line of text without what a terminal would act on, each such character a `?`.

    Those are control characters (C0, C1), line ends among them, and the marks that turn the
    direction of writing. A text of more than 4,096 characters is cut, and ends in `…`.
    """
    cut = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(letter if letter.isprintable() else "?" for letter in cut)


def columns(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return a table as lines: left-aligned, two blanks between columns, none at a line's end.

    Each row has as many cells as there are headings. Without rows there are no lines.
    """
    table = [headings, *rows]
    if len(table) == 1:
        return ()
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return tuple(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )
