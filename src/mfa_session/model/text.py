"""Texts for people: made fit for a terminal, laid out, quoted for a shell, and names alike.

A warm command imports this module, so it quotes without shlex, which imports re.
"""

from __future__ import annotations

import sys

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
    direction of writing. A long text is cut, and ends in `…`.
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
    rows = [tuple(map(printable, row)) for row in rows]
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


PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-")
"""The characters that no shell acts on."""
_PLAIN_ON_WINDOWS = PLAIN - frozenset("%") | frozenset("\\")


def quote(word: str) -> str:
    """Return a word as POSIX shells take it; on Windows, as cmd and PowerShell both do."""
    plain = _PLAIN_ON_WINDOWS if sys.platform == "win32" else PLAIN
    if word and plain.issuperset(word):
        return word
    if sys.platform == "win32":
        return '"' + word.replace('"', '\\"') + '"'
    return "'" + word.replace("'", "'\"'\"'") + "'"


def join(words: Iterable[str]) -> str:
    """Return words as one line."""
    return " ".join(map(quote, words))


def setting(name: str, value: str) -> str:
    """Return the line that sets an environment variable; on Windows, PowerShell's."""
    if sys.platform == "win32":
        return f"$env:{name} = {quote(value)}"
    return f"export {name}={quote(value)}"


def unsetting(*names: str) -> str:
    """Return the line that removes environment variables; on Windows, PowerShell's."""
    if sys.platform == "win32":
        return "Remove-Item " + ", ".join(f"Env:{name}" for name in names)
    return " ".join(("unset", *names))


def inspecting(*paths: str) -> str:
    """Return the command that shows who may open these files or directories."""
    if sys.platform == "win32":
        return "; ".join(f"icacls {quote(path)}" for path in paths)
    return f"ls -ld {join(paths)}"


def permitting(modes: str, path: str) -> str:
    """Return the command that lets its owner read (`r`) or write (`w`) a file, enter (`x`) it."""
    if sys.platform != "win32":
        return f"chmod u+{modes} {quote(path)}"
    # `attrib` takes away the mark of a file that is only to be read; the rest is in its list.
    return f"attrib -r {quote(path)}" if modes == "w" else inspecting(path)


def deleting(path: str) -> str:
    """Return the command that deletes a file; on Windows, PowerShell's."""
    return f"{'Remove-Item' if sys.platform == 'win32' else 'rm'} {quote(path)}"


def did_you_mean(near: Iterable[str]) -> str:
    """Return the question for a mistyped name, after which these may have been meant."""
    return f"did you mean {' or '.join(map(repr, near))}?"


def nearest_of(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Return up to `most` of the `known` names that look like `name`, nearest first."""
    import difflib  # noqa: PLC0415  # imports re, and is for mistyped names only

    return difflib.get_close_matches(name, sorted(known), n=most, cutoff=0.5)
