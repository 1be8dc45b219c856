"""Byte-preserving editor of the AWS INI files.

An `IniDocument` is the bytes of a file and the places of its sections. Reading says what
botocore reads; editing returns a new document in which only lines of the one section differ.
"""

from __future__ import annotations

from mfa_session.ini.reader import Scan, UnreadableText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mfa_session.ini.editing import Editor


class IniDocument:
    """An AWS INI file: its bytes, and where each section is in them."""

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
    def parse(cls, data: bytes, path: str) -> IniDocument:
        """Read the bytes of the file at `path`, which is only for messages.

        Raises UnreadableText, naming the line, for whatever botocore could not read as UTF-8
        text. Beyond botocore, UTF-8 is asked for whatever the locale is.
        """
        return cls(data, path)

    @classmethod
    def empty(cls, path: str) -> IniDocument:
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

    def reads_alike(self, name: str, other: IniDocument) -> bool:
        """Tell whether botocore reads the same for a section of both documents.

        A section's own text and [DEFAULT] make it: where they are the same, nothing is read.
        """
        mine, theirs = self._scan, other._scan
        if mine.defaults == theirs.defaults and mine.text_of(name) == theirs.text_of(name):
            return True
        return self.section(name) == other.section(name)

    def line_of(self, name: str, key: str) -> int | None:
        """Return the line, counted from 1, on which a section has a key; None where it has not."""
        if name not in self._scan.spans:
            return None
        row = sum(data.count("\n") for data in (self._scan.text[: self._scan.spans[name][0]],))
        option = self._scan.read(name).options.get(key)
        return None if option is None else row + option.first + 1

    def with_values(self, name: str, values: Mapping[str, str | None]) -> IniDocument:
        """Return a document in which a section's keys have these values; None removes a key.

        A changed key keeps its place and spelling; new keys follow the last one; a new section
        stands at the end. Raises ValueError for what would not be read back as given.
        """
        return self.with_sections({name: values})

    def with_sections(self, changes: Mapping[str, Mapping[str, str | None]]) -> IniDocument:
        """Return a document with such values in several sections, made in one pass."""
        return self._changed(self._editor().set_values(changes))

    def without_keys(self, name: str, keys: Collection[str]) -> IniDocument:
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
        return self._changed(self._editor().remove_keys(name, gone))

    def to_bytes(self) -> bytes:
        """Return the bytes of the file."""
        return self._data

    def around(self, name: str) -> tuple[bytes, bytes]:
        """Return the bytes before a section's header, and those after its last key's value."""
        return self._editor().around(name)

    def between(self, names: Collection[str]) -> list[bytes]:
        """Return the bytes before, between and after these sections, as `around` cuts them."""
        return self._editor().between(names)

    def without(self, name: str) -> tuple[bytes, bytes]:
        """Return the bytes before and after a section and its comments."""
        return self._editor().without(name)

    def _editor(self) -> Editor:
        from mfa_session.ini.editing import Editor  # noqa: PLC0415  # most documents are only read

        return Editor(self._data, self._scan)

    def _without_section(self, name: str) -> IniDocument | None:
        """Remove a whole section; None if the other sections would then be read differently."""
        try:
            removed = self._changed(self._editor().remove(name))
        except UnreadableText:
            return None
        return removed if self._reads_alike(removed, name) else None

    def _reads_alike(self, removed: IniDocument, name: str) -> bool:
        """Tell whether the header after `name` is still one: else it is the value before."""
        names = self.names()
        before = names[: names.index(name)][-1:]
        return (
            removed.names() == [other for other in names if other != name]
            and removed._scan.defaults == self._scan.defaults
            and all(removed.section(other) == self.section(other) for other in before)
        )

    def _changed(self, data: bytes) -> IniDocument:
        return self if data == self._data else IniDocument(data, self._path)


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
