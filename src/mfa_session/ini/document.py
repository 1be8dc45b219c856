"""Byte-preserving editor of the AWS INI files.

An edit returns a new document in which only lines of the one section differ.
"""

from __future__ import annotations

from mfa_session.ini.reader import IniText, UnreadableText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mfa_session.ini.editing import Editor


class IniDocument(IniText):
    """An AWS INI file, which edits leave as it is: each returns a new document."""

    __slots__ = ()

    def reads_alike(self, name: str, other: IniDocument) -> bool:
        """Tell whether botocore reads the same for a section of both documents.

        A section's own text and [DEFAULT] make it: where they are the same, nothing is read.
        """
        if self.defaults == other.defaults and self.text_of(name) == other.text_of(name):
            return True
        return self.section(name) == other.section(name)

    def line_of(self, name: str, key: str) -> int | None:
        """Return the line, counted from 1, on which a section has a key; None where it has not."""
        if name not in self.spans:
            return None
        row = self.text.count("\n", 0, self.spans[name][0])
        option = self.read(name).get(key)
        return None if option is None else row + option.rows[0] + 1

    def with_values(self, name: str, values: Mapping[str, str | None]) -> IniDocument:
        """Return a document in which a section's keys have these values; None removes a key.

        A changed key keeps its place and spelling; new keys follow the last one; a new section
        stands at the end. Raises ValueError for what would not be read back as given.
        """
        return self.with_sections({name: values})

    def with_sections(self, changes: Mapping[str, Mapping[str, str | None]]) -> IniDocument:
        """Return a document with such values in several sections, made in one pass."""
        return IniDocument(self.editor().set_values(changes), self.path)

    def without_keys(self, name: str, keys: Collection[str]) -> IniDocument:
        """Return a document in which a section lacks these keys.

        A section with no key left goes, with its comments and the blank lines around it; only
        its header stays if without it the next section would be read differently.
        """
        if name not in self.spans:
            return self
        gone = {key.lower() for key in keys}
        if self.read(name).keys() <= gone:
            removed = self._without_section(name)
            if removed is not None:
                return removed
        return self.with_sections({name: dict.fromkeys(gone)})

    def editor(self) -> Editor:
        """Return what cuts the bytes into the lines of each section, for one edit or one look."""
        from mfa_session.ini.editing import Editor  # noqa: PLC0415  # most documents are only read

        return Editor(self.data, self)

    def _without_section(self, name: str) -> IniDocument | None:
        """Remove a whole section; None if the other sections would then be read differently."""
        try:
            removed = IniDocument(self.editor().remove(name), self.path)
        except UnreadableText:
            return None
        return removed if self._reads_alike(removed, name) else None

    def _reads_alike(self, removed: IniDocument, name: str) -> bool:
        """Tell whether the header after `name` is still one: else it is the value before."""
        names = self.names()
        before = names[: names.index(name)][-1:]
        return (
            removed.names() == [other for other in names if other != name]
            and removed.defaults == self.defaults
            and all(removed.section(other) == self.section(other) for other in before)
        )
