"""Texts for people: safe for a terminal, in tables, quoted for a shell, and similar names.

Warm commands import this module, so it quotes without shlex, which imports re.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


LONGEST_SHOWN = 4096
"""The most characters of one text on a terminal; the rest is omitted."""
USUAL_COLUMNS = 80


def printable_lines(text: str) -> str:
    """Return several lines, each made `printable`; tabs become blanks."""
    if text.isprintable() and len(text) <= LONGEST_SHOWN:
        return text
    return "\n".join(printable(line.expandtabs()) for line in text.split("\n"))


def printable(text: str) -> str:
    """Return one line of text with `?` for each character that a terminal would act on.

    Those are control characters (C0, C1) with line ends, and marks of the direction of writing. A
    long text is cut, and ends in `…`.
    """
    cut = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(letter if letter.isprintable() else "?" for letter in cut)


class Table(tuple[str, ...]):
    """The lines of a table, and its cells for narrow terminals."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    above: tuple[str, ...]

    def fitting(self, most_columns: int) -> Iterable[str]:
        """Return the lines, or one cell a line if they do not fit a narrow terminal.

        One of 80 columns or more wraps them, which is easier to read.
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


def columns(
    headings: Sequence[str], rows: Iterable[Sequence[str]], above: tuple[str, ...] = ()
) -> Table:
    """Return a table: left-aligned, two blanks between columns, none at a line's end.

    Each row has a cell for each heading. Without rows there are only the lines `above`.
    """
    rows = [tuple(map(printable, row)) for row in rows]
    cells = [headings, *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    table = Table((*above, *lines))
    table.headings, table.rows, table.above = headings, rows, above
    return table


def described(
    items: Iterable[tuple[str, str]], begin: int, most_columns: int | None
) -> Iterator[str]:
    """Yield each name and, from column `begin`, a text about it.

    On a narrow terminal (`most_columns`), a text that does not fit is below the name.
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
"""Characters without a meaning for shells."""
_PLAIN_ON_WINDOWS = PLAIN - frozenset("%") | frozenset("\\")


def quote(word: str) -> str:
    """Return a word as POSIX shells read it; on Windows, as both cmd and PowerShell do."""
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
    """Return the command that lets the owner read (`r`), write (`w`) or enter (`x`) a path."""
    if sys.platform != "win32":
        return f"chmod u+{modes} {quote(path)}"
    # `attrib` removes the read-only flag; everything else is in the access control list.
    return f"attrib -r {quote(path)}" if modes == "w" else inspecting(path)


def deleting(path: str) -> str:
    """Return the command that deletes a file; on Windows, PowerShell's."""
    return f"{'Remove-Item' if sys.platform == 'win32' else 'rm'} {quote(path)}"


def did_you_mean(near: Iterable[str]) -> str:
    """Return the question whether one of these names was meant."""
    return f"did you mean {' or '.join(map(repr, near))}?"


def nearest_of(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Return up to `most` of the `known` names that are similar to `name`, nearest first."""
    import difflib  # noqa: PLC0415  # imports re, for mistyped names only

    return difflib.get_close_matches(name, sorted(known), n=most, cutoff=0.5)
