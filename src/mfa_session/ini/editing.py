"""Edits the lines of INI text, so that only lines of the given sections differ.

INI does not say what a comment belongs to. Here:

- a comment directly above a header belongs to that header's section;
- an indented comment, or a blank line, between the lines of one value belongs to that value;
  a comment at the start of a line there is a person's, and stays;
- a comment after a section's last key, with a blank line between, belongs to nothing.
"""

from __future__ import annotations

from mfa_session.ini.reader import DEFAULT, Entry, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mfa_session.ini.reader import IniText

ENDS = b"\r\n"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
KEY_CHARACTERS = LETTERS + "_-."
NAME_CHARACTERS = LETTERS + "_-/.%@:+"
"""What every AWS SDK takes for a profile's name."""


class Editor:
    """The lines of a document, for one edit or one comparison."""

    def __init__(self, document: IniText) -> None:
        """Split the lines; as in text mode, a single carriage return ends one, too."""
        self._lines = document.data.splitlines(keepends=True)
        self._document = document

    def set_values(self, changes: Mapping[str, Mapping[str, str | None]]) -> bytes:
        """Return the bytes with these values by section; None removes a key.

        Raises ValueError for what would be read differently.
        """
        wanted = {
            name: {key.lower(): value for key, value in values.items()}
            for name, values in changes.items()
        }
        for values in wanted.values():
            _check_values(values)
        standing = self._all_rows(wanted)
        for name in reversed(standing):  # from the end, so that the rows above stay the same
            self._edit(name, standing[name], wanted[name])
        lines = [line for line in self._lines if line]  # without those of removed keys
        for name, values in wanted.items():
            if name not in standing:
                _append(lines, name, {k: v for k, v in values.items() if v is not None})
        return b"".join(lines)

    def remove(self, name: str) -> bytes:
        """Return the bytes without a section, its comments and a blank line around it."""
        lines = self._lines
        first, last = self._extent(name)
        if not b"".join(lines[last : last + 1]).strip():
            if first == 0:
                last += 1
            elif not lines[first - 1].strip():
                first -= 1
        del lines[first:last]
        return b"".join(lines)

    def between(self, names: Collection[str]) -> list[bytes]:
        """Return the bytes before, between and after these sections.

        A section begins with its header here, and ends with its last key's value.
        """
        lines, pieces, end = self._lines, [], 0
        for name, (header, _) in self._all_rows(names).items():
            pieces.append(b"".join(lines[end:header]))
            end = _end_of_options(self._document.read(name), header) + 1
        return [*pieces, b"".join(lines[end:])]

    def without(self, name: str) -> tuple[bytes, bytes]:
        """Return the bytes before and after a section and its comments."""
        lines = self._lines
        first, last = self._extent(name)
        return b"".join(lines[:first]), b"".join(lines[last:])

    def _all_rows(self, names: Collection[str]) -> dict[str, tuple[int, int]]:
        """Return the rows of each section in the document: its header, and the one after it."""
        text, rows, at, row = self._document.text, {}, 0, 0
        for name, (start, end) in self._document.spans.items():
            if name not in names:
                continue
            row += text.count("\n", at, start)
            length = text.count("\n", start, end)
            rows[name] = (row, len(self._lines) if end >= len(text) else row + length)
            at, row = end, row + length
        return rows

    def _edit(
        self,
        name: str,
        rows: tuple[int, int],
        wanted: Mapping[str, str | None],
    ) -> None:
        lines, section = self._lines, self._document.read(name)
        (header, end), standing = rows, values_of(section)
        added = []
        place = _end_of_options(section, header)
        indent = _indent_of_new_key(section, header, end, lines)
        for key, value in wanted.items():
            option = section.get(key)
            if option is not None and standing[key] != value:
                _replace(lines, header, option, value)
            elif option is None and value is not None:
                added.append(indent + _setting(key, value))
        if added:
            _insert(lines, place, added)

    def _extent(self, name: str) -> tuple[int, int]:
        """Return the first row of a section, its comments included, and the row after its last."""
        lines = self._lines
        header, end = self._all_rows([name])[name]
        first = header
        while first > 0 and _is_comment(lines[first - 1]):
            first -= 1
        last = after_keys = _end_of_options(self._document.read(name), header) + 1
        while last < end and _is_comment(lines[last]):
            last += 1
        if last == end < len(lines):
            last = after_keys
        return first, last


def _check_values(values: Mapping[str, str | None]) -> None:
    for key, value in values.items():
        if value is None:
            continue
        if not key or key.strip(KEY_CHARACTERS):
            raise ValueError(f"not a key that can be written: {key!r}")
        if value != value.strip() or len(value.splitlines()) > 1 or "\0" in value:
            raise ValueError(f"the value of {key} holds a line end or blanks around it")


def _append(lines: list[bytes], name: str, values: Mapping[str, str]) -> None:
    """Add a section at the end after a blank line; refuse a name that some SDK cannot read."""
    if not values:
        return
    words = name.split(" ")
    portable = all(word and not word.strip(NAME_CHARACTERS) for word in words)
    if not portable or len(words) > 2 or name == DEFAULT:  # noqa: PLR2004 - "profile NAME"
        raise ValueError(f"not a portable section name: {name!r}")
    new = [f"[{name}]".encode(), *(_setting(key, value) for key, value in values.items())]
    if lines:
        new.insert(0, b"")
    _insert(lines, len(lines) - 1, new)


def _setting(key: str, value: str) -> bytes:
    return f"{key} = {value}".rstrip().encode()


def _is_comment(line: bytes) -> bool:
    return line.decode().lstrip()[:1] in ("#", ";")


def _indent(line: bytes) -> bytes:
    """Return the blanks (as Unicode defines them) at the start of a line."""
    text = line.decode()
    return text[: len(text) - len(text.lstrip())].encode()


def _end_of_options(section: Mapping[str, Entry], header: int) -> int:
    """Return the last row of the last key's value, or the header's."""
    return max((header + option.last for option in section.values()), default=header)


def _indent_of_new_key(
    section: Mapping[str, Entry], header: int, end: int, lines: list[bytes]
) -> bytes:
    """Return the indentation of a new last key that changes the meaning of no other line.

    A deeper one than the last key's would continue that key; with a shallower one than the next
    header's, the header would continue the new key. A header can be deeper than the one before it,
    but not than a key.
    """
    if section:
        return _indent(lines[header + max(o.rows[0] for o in section.values())])
    return _indent(lines[end]) if end < len(lines) else b""


def _replace(lines: list[bytes], header: int, option: Entry, value: str | None) -> None:
    first = header + option.rows[0]
    line = lines[first]
    for row in range(first, header + option.last + 1):
        if not _is_comment(lines[row]) or _indent(lines[row]):
            lines[row] = b""
    if value is not None:
        spelled = line.decode().replace(":", "=").partition("=")[0].rstrip()
        lines[first] = _setting(spelled, value) + line[len(line.rstrip(ENDS)) :]


def _insert(lines: list[bytes], row: int, new: list[bytes]) -> None:
    """Insert lines after `row`, with the line end that is used there, or else above."""
    ends = (line[len(line.rstrip(ENDS)) :] for line in reversed(lines[: row + 1]))
    end = next((end for end in ends if end), b"\n")
    if row >= 0 and lines[row] and lines[row].rstrip(ENDS) == lines[row]:
        lines[row] += end
    lines[row + 1 : row + 1] = [line + end for line in new]
