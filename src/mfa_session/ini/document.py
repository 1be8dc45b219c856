"""Byte-preserving editor of the AWS INI files.

A `Document` is the bytes of a file together with where its sections stand. Reading says what
botocore reads; editing returns a new document in which only lines of the one section differ.

Whose a line is, where INI itself does not say:

- a comment standing directly above a header belongs to that header's section;
- an indented comment, or a blank line, between the lines of one value belongs to that value;
  a comment at the start of a line there is a person's, and stays;
- a comment after a section's last key, with a blank line between, belongs to nobody.
"""

from __future__ import annotations

from mfa_session.ini.reader import DEFAULT, Option, Section, UnreadableText
from mfa_session.ini.scan import Scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

ENDS = b"\r\n"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
KEY_CHARACTERS = LETTERS + "_-."
NAME_CHARACTERS = LETTERS + "_-/.%@:+"
"""What every AWS SDK takes for a profile's name."""


class Document:
    """An AWS INI file: its bytes, and where its sections stand in them."""

    __slots__ = ("_data", "_path", "_scan")

    def __init__(self, data: bytes, path: str) -> None:
        """Read `data`; see `parse`."""
        self._data = data
        self._path = path
        self._scan = Scan(_text(data))

    @property
    def path(self) -> str:
        """Where the bytes came from, for messages."""
        return self._path

    @classmethod
    def parse(cls, data: bytes, path: str) -> Document:
        """Read the bytes of the file at `path`, which is only for messages.

        Raises UnreadableText, naming the line, for whatever botocore could not read as UTF-8
        text. Beyond botocore, UTF-8 is asked for whatever the locale is.
        """
        return cls(data, path)

    @classmethod
    def empty(cls, path: str) -> Document:
        """Return the document of a file that does not exist."""
        return cls(b"", path)

    def names(self) -> list[str]:
        """Return the section names as their headers write them, in order, without DEFAULT."""
        return list(self._scan.spans)

    def names_mentioning(self, text: str) -> list[str]:
        """Return the names of the sections in which `text` stands anywhere, without reading them.

        All of them where [DEFAULT] has it, as its keys show in every section.
        """
        scan = self._scan
        if any(text in value for value in scan.defaults.values()):
            return self.names()
        return [name for name, span in scan.spans.items() if scan.text.find(text, *span) >= 0]

    def section(self, name: str) -> dict[str, str] | None:
        """Return what botocore reads for a section, or None where there is none.

        Keys are lower-cased; a nested block is text that starts with a newline; the keys of
        [DEFAULT] show in every section.
        """
        if name not in self._scan.spans:
            return None
        return {**self._scan.defaults, **self._scan.values(name)}

    def line_of(self, name: str, key: str) -> int | None:
        """Return the line, counted from 1, on which a section has a key; None where it has not."""
        if name not in self._scan.spans:
            return None
        row = sum(data.count("\n") for data in (self._scan.text[: self._scan.spans[name][0]],))
        option = self._scan.read(name).options.get(key)
        return None if option is None else row + option.first + 1

    def with_values(self, name: str, values: Mapping[str, str | None]) -> Document:
        """Return a document in which a section's keys have these values; None removes a key.

        A changed key keeps its place and spelling; new keys follow the last one; a new section
        stands at the end. Raises ValueError for what would not be read back as given.
        """
        return self.with_sections({name: values})

    def with_sections(self, changes: Mapping[str, Mapping[str, str | None]]) -> Document:
        """Return a document with such values in several sections, made in one pass."""
        wanted = {
            name: {key.lower(): value for key, value in values.items()}
            for name, values in changes.items()
        }
        for values in wanted.values():
            _check_values(values)
        return self._edited(wanted)

    def without_keys(self, name: str, keys: Collection[str]) -> Document:
        """Return a document in which a section lacks these keys.

        A section with no key left goes, with its comments and the blank lines around it; only
        its header stays if without it the next section would be read differently.
        """
        if name not in self._scan.spans:
            return self
        gone = {key.lower() for key in keys}
        if self._scan.read(name).options.keys() <= gone:
            removed = self._without_section(name)
            if removed is not None:
                return removed
        return self._edited({name: dict.fromkeys(gone)})

    def to_bytes(self) -> bytes:
        """Return the bytes of the file."""
        return self._data

    def around(self, name: str) -> tuple[bytes, bytes]:
        """Return the bytes before a section's header, and those after its last key's value."""
        lines = self._lines()
        header, _ = self._rows(name)
        last = _end_of_options(self._scan.read(name), header)
        return b"".join(lines[:header]), b"".join(lines[last + 1 :])

    def between(self, names: Collection[str]) -> list[bytes]:
        """Return the bytes before, between and after these sections, as `around` cuts them."""
        lines, pieces, end = self._lines(), [], 0
        for name, (header, _) in self._all_rows(names).items():
            pieces.append(b"".join(lines[end:header]))
            end = _end_of_options(self._scan.read(name), header) + 1
        return [*pieces, b"".join(lines[end:])]

    def without(self, name: str) -> tuple[bytes, bytes]:
        """Return the bytes before and after a section and its comments."""
        lines = self._lines()
        first, last = self._extent(name, lines)
        return b"".join(lines[:first]), b"".join(lines[last:])

    def _lines(self) -> list[bytes]:
        """Return the lines with their ends; as in text mode, a lone carriage return is an end."""
        return self._data.splitlines(keepends=True)

    def _rows(self, name: str) -> tuple[int, int]:
        """Return the row of a section's header, and the row of the next header or of the end."""
        return self._all_rows([name])[name]

    def _all_rows(self, names: Collection[str]) -> dict[str, tuple[int, int]]:
        """Return these rows of those sections that stand in the document, in its order."""
        text, rows, at, row = self._scan.text, {}, 0, 0
        for name, (start, end) in self._scan.spans.items():
            if name not in names:
                continue
            row += text.count("\n", at, start)
            length = text.count("\n", start, end)
            rows[name] = (row, len(self._lines()) if end >= len(text) else row + length)
            at, row = end, row + length
        return rows

    def _edited(self, wanted: Mapping[str, Mapping[str, str | None]]) -> Document:
        lines = self._lines()
        standing = self._all_rows(wanted)
        for name in reversed(standing):  # from the end: the rows above stay what they are
            self._edit(lines, name, standing[name], wanted[name])
        for name, values in wanted.items():
            if name not in standing:
                _append(lines, name, {k: v for k, v in values.items() if v is not None})
        return self._changed(lines)

    def _edit(
        self,
        lines: list[bytes],
        name: str,
        rows: tuple[int, int],
        wanted: Mapping[str, str | None],
    ) -> None:
        """Set and remove keys of a section that stands in these lines."""
        section = self._scan.read(name)
        header, end = rows
        added = []
        place = _end_of_options(section, header)
        indent = _indent_of_new_key(section, header, end, lines)
        for key, value in wanted.items():
            option = section.options.get(key)
            if option is not None:
                _replace(lines, header, option, value)
            elif value is not None:
                added.append(indent + _setting(key, value))
        if added:
            _insert(lines, place, added)

    def _without_section(self, name: str) -> Document | None:
        """Remove a whole section; None if the other sections would then be read differently."""
        lines = self._lines()
        first, last = self._extent(name, lines)
        if first == 0 or not lines[first - 1].strip():
            while last < len(lines) and not lines[last].strip():
                last += 1
        if last == len(lines) and first > 0 and not lines[first - 1].strip():
            first -= 1
        del lines[first:last]
        try:
            removed = self._changed(lines)
        except UnreadableText:
            return None
        return removed if self._reads_alike(removed, name) else None

    def _reads_alike(self, removed: Document, name: str) -> bool:
        """Tell whether the header after `name` is still one: else it is the value before."""
        names = self.names()
        before = names[: names.index(name)][-1:]
        return (
            removed.names() == [other for other in names if other != name]
            and removed._scan.defaults == self._scan.defaults
            and all(removed.section(other) == self.section(other) for other in before)
        )

    def _extent(self, name: str, lines: list[bytes]) -> tuple[int, int]:
        """Return the first row of a section, its comments included, and the row after its last."""
        header, end = self._rows(name)
        first = header
        while first > 0 and _is_comment(lines[first - 1]):
            first -= 1
        last = after_keys = _end_of_options(self._scan.read(name), header) + 1
        while last < end and _is_comment(lines[last]):
            last += 1
        if last == end < len(lines):
            last = after_keys
        return first, last

    def _changed(self, lines: list[bytes]) -> Document:
        data = b"".join(lines)
        return self if data == self._data else Document(data, self._path)


def _text(data: bytes) -> str:
    """Decode, with every line end a newline."""
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


def _check_values(values: Mapping[str, str | None]) -> None:
    """Refuse keys and values that would not be read back as they are given."""
    for key, value in values.items():
        if not key or key.strip(KEY_CHARACTERS):
            raise ValueError(f"not a key that can be written: {key!r}")
        if value is not None and (
            value != value.strip() or len(value.splitlines()) > 1 or "\0" in value
        ):
            raise ValueError(f"the value of {key} holds a line end or blanks around it")


def _check_name(name: str) -> None:
    """Refuse a new section whose name some SDK would not read."""
    words = name.split(" ")
    portable = all(word and not word.strip(NAME_CHARACTERS) for word in words)
    if not portable or len(words) > 2 or name == DEFAULT:  # noqa: PLR2004 - "profile NAME"
        raise ValueError(f"not a portable section name: {name!r}")


def _append(lines: list[bytes], name: str, values: Mapping[str, str]) -> None:
    """Add a section at the end, a blank line before it."""
    if not values:
        return
    _check_name(name)
    new = [f"[{name}]".encode(), *(_setting(key, value) for key, value in values.items())]
    if lines and lines[-1].strip():
        new.insert(0, b"")
    _insert(lines, len(lines) - 1, new)


def _setting(key: str, value: str) -> bytes:
    return f"{key} = {value}".rstrip().encode()


def _is_comment(line: bytes) -> bool:
    return line.decode().lstrip()[:1] in ("#", ";")


def _indent(line: bytes) -> bytes:
    """Return the blanks that a line starts with, whatever Unicode calls blank."""
    text = line.decode()
    return text[: len(text) - len(text.lstrip())].encode()


def _line_end(lines: list[bytes], row: int) -> bytes:
    """Return the line end used at `row`, or where that line has none, above it."""
    for line in reversed(lines[: row + 1]):
        content = line.rstrip(ENDS)
        if content != line:
            return line[len(content) :]
    return b"\n"


def _end_of_options(section: Section, header: int) -> int:
    """Return the row on which the last key's value ends, or the header's."""
    return max((header + option.last for option in section.options.values()), default=header)


def _indent_of_new_key(section: Section, header: int, end: int, lines: list[bytes]) -> bytes:
    """Return the indentation at which a new last key leaves the next line what it is.

    Deeper than the last key, it would continue it; shallower than the next header, that would
    continue the new key. Next headers can be deeper than a header, never than a key.
    """
    if section.options:
        return _indent(lines[header + max(o.first for o in section.options.values())])
    return _indent(lines[end]) if end < len(lines) else b""


def _replace(lines: list[bytes], header: int, option: Option, value: str | None) -> None:
    """Set or remove a key that stands in the lines; one that has the value is left alone."""
    if option.value() == value:
        return
    first = header + option.first
    line = lines[first]
    for row in range(first, header + option.last + 1):
        if not _is_comment(lines[row]) or _indent(lines[row]):
            lines[row] = b""
    if value is not None:
        spelled = line.decode().replace(":", "=").partition("=")[0].rstrip()
        lines[first] = _setting(spelled, value) + line[len(line.rstrip(ENDS)) :]


def _insert(lines: list[bytes], row: int, new: list[bytes]) -> None:
    """Insert lines after `row`, with the line end that is used there."""
    end = _line_end(lines, row)
    if row >= 0 and lines[row] and lines[row].rstrip(ENDS) == lines[row]:
        lines[row] += end
    lines[row + 1 : row + 1] = [line + end for line in new]
