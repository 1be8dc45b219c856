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
    """An AWS INI file: its bytes (`data`), and where each section is in them.

    `path` is where the bytes came from, for messages only.
    """

    __slots__ = ("_scan", "data", "path")

    def __init__(self, data: bytes, path: str) -> None:
        """Read the bytes of a file; those of one that does not exist are `b""`.

        Raises UnreadableText, naming the line, for whatever botocore could not read as UTF-8
        text. Beyond botocore, UTF-8 is asked for whatever the locale is.
        """
        self.data = data
        self.path = path
        self._scan = Scan(_text(data))

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
        return {**self._scan.defaults, **self._scan.read(name).values()}

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
        return self._changed(self.editor().set_values(changes))

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
        return self._changed(self.editor().set_values({name: dict.fromkeys(gone)}))

    def editor(self) -> Editor:
        """Return what cuts the bytes into the lines of each section, for one edit or one look."""
        from mfa_session.ini.editing import Editor  # noqa: PLC0415  # most documents are only read

        return Editor(self.data, self._scan)

    def _without_section(self, name: str) -> IniDocument | None:
        """Remove a whole section; None if the other sections would then be read differently."""
        try:
            removed = self._changed(self.editor().remove(name))
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
        return self if data == self.data else IniDocument(data, self.path)


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
