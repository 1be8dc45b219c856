"""Proves that INI text is readable and finds its sections, fast enough for every `aws` call.

The text is cut at the headers that stand at the start of a line: there configparser's state
begins anew, so each piece can be read alone. Most pieces have one of a few shapes (the texts
before each `=`), and a shape that was read exactly once needs no second look. What is not plain
is read exactly; whenever something is odd, so is the whole text, which also finds the line.
"""

from __future__ import annotations

from mfa_session.files.ini_reader import DEFAULT, Reader, Section, Unreadable

NOT_PLAIN = (" ",)


class Scan:
    """Where each section stands in `text` (header line to next header), and the defaults."""

    __slots__ = ("_shapes", "defaults", "spans", "text")

    def __init__(self, text: str) -> None:
        """Scan `text`, whose lines end in newlines; raise `Unreadable` if botocore would fail."""
        self.text = text
        self.defaults: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self._shapes: set[tuple[str, ...]] = set()
        if not self._scan_pieces():
            reader = Reader(text)
            self.spans = _spans(reader, 0, len(text))
            self.defaults = reader.defaults.values()

    def read(self, name: str) -> Section:
        """Read one section exactly; its rows count from its header."""
        start, end = self.spans[name]
        return Reader(self.text[start:end]).sections[name]

    def _scan_pieces(self) -> bool:
        """Scan piece by piece; False when the text has to be read as a whole."""
        pieces = ("\n" + self.text).split("\n[")
        start = len(pieces[0])
        if not self._read_piece(0, start):
            return False
        spans = self.spans
        shapes = self._shapes
        for piece in pieces[1:]:
            lines = piece.rstrip().split("\n")
            head = lines[0]
            name = head[: head.rfind("]")]
            if name in spans:
                return False
            del lines[0]
            try:
                shape = tuple([line[: line.index("=")] for line in lines])
            except ValueError:
                shape = _shape_of_settings(lines)
            end = start + len(piece) + 2
            if shape in shapes and _is_plain_header(head):
                spans[name] = (start, end)
            elif self._read_piece(start, end):
                self._learn(shape)
            else:
                return False
            start = end
        return True

    def _read_piece(self, start: int, end: int) -> bool:
        """Read a piece exactly, and note its sections; False when it cannot be read alone."""
        try:
            reader = Reader(self.text[start:end])
        except Unreadable:
            return False
        spans = _spans(reader, start, end)
        odd = reader.defaults.options or not self.spans.keys().isdisjoint(spans)
        self.spans.update(spans)
        return not odd

    def _learn(self, shape: tuple[str, ...]) -> None:
        """Note a shape that says all: nothing is indented, so each line is its own setting."""
        if not any(head[:1].isspace() for head in shape):
            self._shapes.add(shape)


def _spans(reader: Reader, start: int, end: int) -> dict[str, tuple[int, int]]:
    """Where the sections stand that were read from the piece between `start` and `end`."""
    spans = {}
    for name, offset in reversed(reader.starts):
        spans[name] = (start + offset, end)
        end = start + offset
    spans.pop(DEFAULT, None)
    return dict(reversed(spans.items()))


def _is_plain_header(head: str) -> bool:
    """Tell whether a line that began with `[` is a header, other than [DEFAULT]."""
    close = head.rfind("]")
    return close > 0 and head[:close] != DEFAULT


def _shape_of_settings(lines: list[str]) -> tuple[str, ...]:
    """Return the shape without blank lines and comments; one that is never plain if none."""
    settings = [line for line in lines if line and line[0] not in "#;"]
    try:
        return tuple([line[: line.index("=")] for line in settings])
    except ValueError:
        return NOT_PLAIN
