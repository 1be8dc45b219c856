"""Reads INI text exactly as botocore does, which is `configparser.RawConfigParser()`.

Not configparser itself, whose import takes longer than a warm command may, and which keeps no line
numbers. `IniText` reads a single section with it, and text that is not plain.

The rules (CPython's configparser 3.10 to 3.13, strict, no inline comments):

- a line that is blank, or begins with `#` or `;`, however far indented, is no text;
- a line indented further than the header or key above it continues that key's value;
- `[NAME]` up to the last `]` is a header; anything else is `KEY = VALUE` or `KEY: VALUE`;
- keys are lower-cased; one section's key, or a section's name, twice is an error;
- `[DEFAULT]` may stand several times, and its keys show in every section.

botocore adds: a value that begins on the next line is a nested block of `key = value` lines.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT = "DEFAULT"
NOT_PLAIN: tuple[str, ...] = (" ",)
LINE_ENDS_IN_NESTED_BLOCKS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"


class UnreadableText(Exception):  # noqa: N818 - reads as what happened
    """Text that botocore cannot read: `line` counts from 1; `what` is wrong, `hint` corrects it."""

    def __init__(self, line: int, what: str, hint: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what
        self.hint = hint


class Entry:
    """A key, the pieces of its value, and their rows, counted from 0."""

    __slots__ = ("key", "pieces", "rows")

    def __init__(self, key: str, value: str, row: int) -> None:
        self.key = key
        self.pieces = [value]
        self.rows = [row]

    @property
    def last(self) -> int:
        """The last row that holds text of the value."""
        return max(
            row
            for row, piece in zip(self.rows, self.pieces, strict=True)
            if piece or row == self.rows[0]
        )

    def flaw(self) -> int | None:
        """The row for which botocore fails: a line of a nested block without `=`."""
        if self.pieces[0]:
            return None
        for row, piece in zip(self.rows, self.pieces, strict=True):
            if any(line.strip() and "=" not in line for line in piece.splitlines()):
                return row
        return None


def values_of(options: Mapping[str, Entry]) -> dict[str, str]:
    """Return the values of options as configparser does: pieces joined, no blanks at the end."""
    return {key: "\n".join(option.pieces).rstrip() for key, option in options.items()}


class Reader:
    """Reads line by line: each section's options, those of [DEFAULT], and where headers start."""

    def __init__(self, text: str, *, nests: bool = True) -> None:
        """Read `text`, whose lines end in newlines; raise `UnreadableText` if botocore fails.

        Without `nests` a value that begins on the next line may be any text, as in the AWS CLI's
        alias file.
        """
        self.defaults: dict[str, Entry] = {}
        self.sections: dict[str, dict[str, Entry]] = {}
        self.starts: list[tuple[str, int]] = []
        self._section: dict[str, Entry] | None = None
        self._name = ""
        self._option: Entry | None = None
        self._has_blocks = False
        self._level = 0
        self._row = 0
        self._offset = 0
        for line in text.split("\n"):
            self._read_line(line)
            self._row += 1
            self._offset += len(line) + 1
        if nests and self._has_blocks:
            self._check_blocks()

    def _read_line(self, line: str) -> None:
        text = line.strip()
        if text[:1] in ("#", ";"):
            return
        indent = line.index(text[0]) if text else self._level + 1  # a blank line continues a value
        if self._option is not None and indent > self._level:
            self._option.pieces.append(text)
            self._option.rows.append(self._row)
            return
        if not text:
            return
        self._level = indent
        close = text.rfind("]")
        if text[0] == "[" and close > 1:
            self._begin_section(text[1:close])
        elif self._section is None:
            raise self._refusal(
                "there is text before the first [section]",
                "put a [section] header above the line, or # before it",
            )
        else:
            self._begin_option(self._section, text)

    def _begin_section(self, name: str) -> None:
        self.starts.append((name, self._offset))
        self._name = name
        self._option = None
        if name == DEFAULT:
            self._section = self.defaults
            return
        if name in self.sections:
            raise self._refusal(
                f"section [{name}] appears twice", "merge the two sections into one"
            )
        self._section = self.sections[name] = {}

    def _begin_option(self, section: dict[str, Entry], text: str) -> None:
        head, mark, value = text.partition("=")
        if ":" in head:
            head, mark, value = text.partition(":")
        key = head.rstrip().lower()
        if not mark or not key:
            raise self._refusal(
                "the line is neither a [section] header nor `key = value`",
                "write it as `key = value`, or put # before it",
            )
        if key in section:
            raise self._refusal(
                f"the key {key} appears twice in [{self._name}]", "remove one of the two"
            )
        value = value.strip()
        self._has_blocks = self._has_blocks or not value
        self._option = section[key] = Entry(key, value, self._row)

    def _check_blocks(self) -> None:
        """Refuse a nested block with a line that is no `key = value`, as botocore does.

        A default's fails in a section that does not override it.
        """
        for section in self.sections.values():
            for option in {**self.defaults, **section}.values():
                row = option.flaw()
                if row is not None:
                    raise UnreadableText(
                        row + 1,
                        f"the indented line below {option.key} is not `key = value`",
                        f"write the value on the line of {option.key}, or the line as "
                        "`key = value`",
                    )

    def _refusal(self, what: str, hint: str) -> UnreadableText:
        return UnreadableText(self._row + 1, what, hint)


class IniText:
    """The bytes of a file (`data`), what botocore reads in them, and where each section is.

    `path` is for messages. `text` has a newline at each line's end; `spans` are the places of the
    sections in it.

    Fast enough for every `aws` call: the text is cut at the headers at the start of a line, where
    configparser's state begins anew, so that each piece can be read alone. Most pieces have one of
    a few shapes (the texts up to each line's first `=`), and each shape is read exactly only once.
    A piece that is not plain is read exactly; if something is odd, the whole text is.
    """

    __slots__ = ("_latest", "_read", "_shapes", "data", "defaults", "path", "spans", "text")

    def __init__(self, data: bytes, path: str) -> None:
        """Read the bytes of a file; `b""` without one.

        Raises UnreadableText for what botocore cannot read in a UTF-8 locale.
        """
        self.data = data
        self.path = path
        self.text = text = _text(data)
        self.defaults: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self._shapes: set[tuple[str, ...]] = set()
        self._latest = NOT_PLAIN
        self._read: dict[str, dict[str, Entry]] = {}
        if not self._scan_pieces():
            reader = Reader(text)
            self._read.clear()
            self.spans = _spans(reader, 0, len(text))
            self.defaults = values_of(reader.defaults)

    def names(self) -> list[str]:
        """Return the section names as their headers write them, in order, without DEFAULT."""
        return list(self.spans)

    def names_mentioning(self, text: str) -> list[str]:
        """Return the names of the sections that contain `text`, without reading them.

        All of them if [DEFAULT] has it, as its keys are in every section.
        """
        if any(text in value for value in self.defaults.values()):
            return self.names()
        return [name for name, span in self.spans.items() if self.text.find(text, *span) >= 0]

    def section(self, name: str) -> dict[str, str] | None:
        """Return what botocore reads for a section, or None without one.

        Keys are in lower case; a nested block is text that starts with a newline; the keys of
        [DEFAULT] are in every section.
        """
        if name not in self.spans:
            return None
        return {**self.defaults, **values_of(self.read(name))}

    def text_of(self, name: str) -> str:
        """Return the text of a section, its header first: all that `read` reads."""
        start, end = self.spans[name]
        return self.text[start:end]

    def read(self, name: str) -> Mapping[str, Entry]:
        """Read a section's own options exactly, once; their rows count from its header."""
        section = self._read.get(name)
        if section is None:
            section = self._read[name] = Reader(self.text_of(name)).sections[name]
        return section

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
            header = lines[0]
            name = header[:-1] if header[-1:] == "]" and header != "DEFAULT]" else ""
            if name and self._is_known(lines):
                if name in spans:
                    return False
                spans[name] = (start, end)
            elif not self._read_piece(start, end, lines):
                return False
            start = end
        return True

    def _is_known(self, lines: list[str]) -> bool:
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

    def _read_piece(self, start: int, end: int, lines: Sequence[str] = ()) -> bool:
        """Read a piece exactly, and note its sections; False if it cannot be read alone.

        Notes the shape of its lines, if the rest of each line cannot change how it is read: no line
        looks like a header, and, if something is indented, no line of a nested block can be several
        for botocore, which uses `str.splitlines`.
        """
        try:
            reader = Reader(self.text[start:end])
        except UnreadableText:
            return False
        spans = _spans(reader, start, end)
        for name, span in spans.items():
            if span == (start, end):  # all of the piece: what `read` would read
                self._read[name] = reader.sections[name]
        odd = bool(reader.defaults) or not self.spans.keys().isdisjoint(spans)
        self.spans.update(spans)
        shape = _shape(lines)
        indented = any(head[:1].isspace() for head in shape)
        is_plain = (
            lines and shape != NOT_PLAIN and not any(head.lstrip()[:1] == "[" for head in shape)
        )
        if is_plain and not (indented and any(c in self.text for c in LINE_ENDS_IN_NESTED_BLOCKS)):
            self._shapes.add(shape)
        return not odd


def _shape(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the shape of a section without blank lines and comments; its header is "".

    A line without `=` makes it NOT_PLAIN.
    """
    settings = [line for line in lines[1:] if line and line[0] not in "#;"]
    try:
        return ("", *[line[: line.index("=") + 1] for line in settings])
    except ValueError:
        return NOT_PLAIN


def _spans(reader: Reader, start: int, end: int) -> dict[str, tuple[int, int]]:
    """Return the places of the sections that were read from the piece `start` to `end`."""
    spans = {}
    for name, offset in reversed(reader.starts):
        spans[name] = (start + offset, end)
        end = start + offset
    spans.pop(DEFAULT, None)
    return dict(reversed(spans.items()))


def _text(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise UnreadableText(
            1, "the file starts with a byte order mark", "save it as UTF-8 without BOM"
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as exc:
        line = len((data[: exc.start] + b".").splitlines())
        raise UnreadableText(line, "the line is not UTF-8 text", "save the file as UTF-8") from exc
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text
