"""Texts of others, made fit for a terminal."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST_SHOWN = 4096
"""Characters of one text that a terminal is given; the rest of a longer one is left out."""
USUAL_COLUMNS = 80


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


class Table(tuple[str, ...]):
    """The lines of a table, which knows how it is read where they do not fit."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    above: tuple[str, ...] = ()

    def under(self, *lines: str) -> Table:
        """Return the same table with lines above it."""
        table = Table((*lines, *self))
        table.headings, table.rows, table.above = self.headings, self.rows, lines
        return table

    def fitting(self, most_columns: int) -> Iterable[str]:
        """Return the lines; on a narrow terminal that is too narrow for them, cell by cell.

        A usual one, of 80 columns or more, wraps them: that is read more easily.
        """
        if most_columns >= USUAL_COLUMNS or max(map(len, self), default=0) <= most_columns:
            return self
        return (*self.above, *self._cell_by_cell())

    def _cell_by_cell(self) -> Iterator[str]:
        """Yield each cell that is not empty with its heading, and a blank line between rows."""
        width = max(map(len, self.headings))
        for place, row in enumerate(self.rows):
            if place:
                yield ""
            for heading, cell in zip(self.headings, row, strict=True):
                if cell:
                    yield f"{heading.ljust(width)}  {cell}"


def columns(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table as lines: left-aligned, two blanks between columns, none at a line's end.

    Each row has as many cells as there are headings. Without rows there are no lines.
    """
    rows = list(rows)
    cells = [headings, *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    table = Table(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    table.headings, table.rows = headings, rows
    return table


def described(
    items: Iterable[tuple[str, str]], begin: int, most_columns: int | None
) -> Iterator[str]:
    """Yield each name and, from column `begin`, a text about it.

    On a terminal that is too narrow (`most_columns`) the text is below the name, whole words.
    """
    for name, about in items:
        line = f"{name.ljust(begin)}{about}"
        if most_columns is None or len(line) <= most_columns or most_columns >= USUAL_COLUMNS:
            yield line
        else:
            yield name
            yield from wrapped(about, most_columns, "      ")


def wrapped(text: str, most_columns: int, indent: str = "") -> list[str]:
    """Return a text as lines of whole words."""
    import textwrap  # noqa: PLC0415  # imports re, for narrow terminals only

    return textwrap.wrap(
        text,
        max(most_columns, len(indent) + 10),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
