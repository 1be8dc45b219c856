"""Proves that INI text is readable and finds its sections, fast enough for every `aws` call.

The text is cut at the headers that stand at the start of a line: there configparser's state
begins anew, so each piece can be read alone. Most pieces have one of a few shapes (the texts up
to each line's first `=`), and a shape that was read exactly once needs no second look. What is
not plain is read exactly; when something is odd, so is the whole text, which finds the line too.
"""

from __future__ import annotations

from mfa_session.ini.reader import DEFAULT, Reader, Section, UnreadableText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_PLAIN: tuple[str, ...] = (" ",)
LINE_ENDS_IN_NESTED_BLOCKS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"


class Scan:
    """Where each section stands in `text` (header line to next header), and the defaults."""

    __slots__ = ("_latest", "_read", "_shapes", "_values", "defaults", "spans", "text")

    def __init__(self, text: str) -> None:
        """Scan `text`, whose lines end in newlines; raise UnreadableText where botocore fails."""
        self.text = text
        self.defaults: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self._shapes: set[tuple[str, ...]] = set()
        self._latest = NOT_PLAIN
        self._read: dict[str, Section] = {}
        self._values: dict[str, dict[str, str]] = {}
        if not self._scan_pieces():
            reader = Reader(text)
            self._read.clear()
            self.spans = _spans(reader, 0, len(text))
            self.defaults = reader.defaults.values()

    def text_of(self, name: str) -> str:
        """Return the text of a section, its header first: all that `read` reads."""
        start, end = self.spans[name]
        return self.text[start:end]

    def read(self, name: str) -> Section:
        """Read one section exactly, once; its rows count from its header."""
        section = self._read.get(name)
        if section is None:
            section = self._read[name] = Reader(self.text_of(name)).sections[name]
        return section

    def values(self, name: str) -> dict[str, str]:
        """Return what one section says itself, worked out once."""
        values = self._values.get(name)
        if values is None:
            values = self._values[name] = self.read(name).values()
        return values

    def _scan_pieces(self) -> bool:
        """Scan piece by piece; False when the text has to be read as a whole."""
        pieces = ("\n" + self.text).split("\n[")
        start = len(pieces[0])
        if not self._read_piece(0, start):
            return False
        spans = self.spans
        for piece in pieces[1:]:
            lines = piece.rstrip().split("\n")
            end = start + len(piece) + 2
            name = _plain_name(lines[0])
            if name and self._is_known(lines):
                if name in spans:
                    return False
                spans[name] = (start, end)
            elif self._read_piece(start, end):
                self._learn(lines)
            else:
                return False
            start = end
        return True

    def _is_known(self, lines: list[str]) -> bool:
        """Tell whether a section has a shape that was read before."""
        latest = self._latest
        if len(latest) == len(lines) and all(map(str.startswith, lines, latest)):
            return True
        if len(lines) > 1 and lines[-1][:1] in ("#", ";"):
            while len(lines) > 1 and lines[-1][:1] in ("", "#", ";"):
                del lines[-1]
            return self._is_known(lines)
        shape = _shape(lines)
        if shape not in self._shapes:
            return False
        self._latest = shape
        return True

    def _read_piece(self, start: int, end: int) -> bool:
        """Read a piece exactly, and note its sections; False when it cannot be read alone."""
        try:
            reader = Reader(self.text[start:end])
        except UnreadableText:
            return False
        spans = _spans(reader, start, end)
        for name, span in spans.items():
            if span == (start, end):  # all of the piece: what `read` would read
                self._read[name] = reader.sections[name]
        odd = reader.defaults.options or not self.spans.keys().isdisjoint(spans)
        self.spans.update(spans)
        return not odd

    def _learn(self, lines: list[str]) -> None:
        """Note a shape that says all: the rest of each line cannot change how it is read.

        Where something is indented, that holds if no line looks like a header, and if no line
        of a nested block can fall into several for botocore, which uses `str.splitlines` there.
        """
        shape = _shape(lines)
        indented = any(head[:1].isspace() for head in shape)
        if shape == NOT_PLAIN or any(head.lstrip()[:1] == "[" for head in shape):
            return
        if not indented or not any(end in self.text for end in LINE_ENDS_IN_NESTED_BLOCKS):
            self._shapes.add(shape)


def _plain_name(header: str) -> str:
    """Return the name in what follows a header's `[`; empty if that is unusual, or DEFAULT."""
    return header[:-1] if header[-1:] == "]" and header != "DEFAULT]" else ""


def _shape(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the shape of a section, blank lines and comments passed over: its header is "".

    A line without `=` makes a shape that is not plain.
    """
    settings = [line for line in lines[1:] if line and line[0] not in "#;"]
    try:
        return ("", *[line[: line.index("=") + 1] for line in settings])
    except ValueError:
        return NOT_PLAIN


def _spans(reader: Reader, start: int, end: int) -> dict[str, tuple[int, int]]:
    """Where the sections stand that were read from the piece between `start` and `end`."""
    spans = {}
    for name, offset in reversed(reader.starts):
        spans[name] = (start + offset, end)
        end = start + offset
    spans.pop(DEFAULT, None)
    return dict(reversed(spans.items()))
