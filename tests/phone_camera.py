"""A phone's camera that takes a picture of a terminal and reads its QR codes.

A terminal emulator draws the picture, with colours, half blocks and line breaks.
"""

from __future__ import annotations

import pyte
import zxingcpp

PIXELS = 4
"""The pixels of a module: two modules fill a cell's height, one its width."""

_COLOURS = {"000000": 0, "ffffff": 255}
_UPPER, _LOWER, _FULL = "\N{UPPER HALF BLOCK}", "\N{LOWER HALF BLOCK}", "\N{FULL BLOCK}"


class Camera:
    """A terminal of a given size and colour scheme, seen by a phone."""

    def __init__(self, columns: int = 80, lines: int = 24, *, dark: bool = True) -> None:
        """Take the size; `dark` is light on black."""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self._paper, self._ink = (20, 200) if dark else (240, 30)

    def feed(self, text: str) -> None:
        """Show a program's output, with the line ends of a terminal's driver."""
        self._stream.feed(text)

    def text(self) -> str:
        """Return the text on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def codes(self) -> list[str]:
        """Return the texts of the visible QR codes."""
        rows = [row for line in range(self.screen.lines) for row in self._rows(line)]
        width, height = len(rows[0]) * PIXELS, len(rows) * PIXELS
        pixels = bytes(rows[y // PIXELS][x // PIXELS] for y in range(height) for x in range(width))
        picture = memoryview(pixels).cast("B", (height, width))
        return [found.text for found in zxingcpp.read_barcodes(picture)]

    def _rows(self, line: int) -> tuple[list[int], list[int]]:
        """Return the two rows of modules of one line of cells."""
        upper, lower = [], []
        for column in range(self.screen.columns):
            cell = self.screen.buffer[line][column]
            ink = _COLOURS.get(cell.fg, self._ink)
            paper = _COLOURS.get(cell.bg, self._paper)
            upper.append(ink if cell.data in (_UPPER, _FULL) else paper)
            lower.append(ink if cell.data in (_LOWER, _FULL) else paper)
        return upper, lower
