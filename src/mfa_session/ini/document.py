"""Byte-preserving editor of the AWS INI files.

An edit returns a new document in which only lines of the given sections differ; `only_differs_in`
and `only_sets` prove it before a file is replaced.
"""

from __future__ import annotations

from mfa_session.ini.reader import IniText, UnreadableText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mfa_session.ini.editing import Editor


class IniDocument(IniText):
    """An AWS INI file; each edit returns a new document."""

    __slots__ = ()

    def reads_alike(self, name: str, other: IniDocument) -> bool:
        """Say whether botocore reads the same section in both documents."""
        # Nothing is read if text and defaults are the same.
        if self.defaults == other.defaults and self.text_of(name) == other.text_of(name):
            return True
        return self.section(name) == other.section(name)

    def line_of(self, name: str, key: str) -> int | None:
        """Return the line, counted from 1, of a key in a section; None without one."""
        if name not in self.spans:
            return None
        row = self.text.count("\n", 0, self.spans[name][0])
        option = self.read(name).get(key)
        return None if option is None else row + option.rows[0] + 1

    def with_values(self, name: str, values: Mapping[str, str | None]) -> IniDocument:
        """Return a document in which a section's keys have these values; None removes a key.

        A changed key keeps its place and spelling; new keys follow the last one; a new section is
        at the end. Raises ValueError for what would be read differently.
        """
        return self.with_sections({name: values})

    def with_sections(self, changes: Mapping[str, Mapping[str, str | None]]) -> IniDocument:
        """Return a document with such values in several sections, made in one pass."""
        return IniDocument(self.editor().set_values(changes), self.path)

    def without_keys(self, name: str, keys: Collection[str]) -> IniDocument:
        """Return a document in which a section lacks these keys.

        A section without keys is removed, with its comments and the blank lines around it; its
        header stays if the next section would be read differently without it.
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
        """Return an editor of the lines, for one edit or one comparison."""
        from mfa_session.ini.editing import Editor  # noqa: PLC0415  # most documents are only read

        return Editor(self)

    def _without_section(self, name: str) -> IniDocument | None:
        """Remove a whole section; None if the other sections would then be read differently."""
        try:
            removed = IniDocument(self.editor().remove(name), self.path)
        except UnreadableText:
            return None
        names = self.names()
        place = names.index(name)
        # The header after it is still one: else it has become part of the value before.
        is_sound = (
            removed.names() == [*names[:place], *names[place + 1 :]]
            and removed.defaults == self.defaults
            and all(self.reads_alike(other, removed) for other in names[:place][-1:])
        )
        return removed if is_sound else None


def only_differs_in(name: str, old: IniDocument, new: IniDocument) -> bool:
    """Say whether only this section, with blank lines around it, differs or is gone."""
    if name in new.spans or name not in old.spans:
        return only_sets([name], old, new)
    others = [other for other in old.names() if other != name]
    return (
        new.names() == others
        and _is_made_of(new.data, *old.editor().without(name))
        and all(old.reads_alike(other, new) for other in others)
    )


def only_sets(names: Collection[str], old: IniDocument, new: IniDocument) -> bool:
    """Say whether only these sections differ, no section is gone, and new ones are at the end.

    Compares the bytes around the sections, and what botocore reads for each other one.
    """
    stood = old.names()
    added = new.names()[len(stood) :]
    return (
        new.names() == [*stood, *added]
        and set(added).issubset(names)
        and _same_between([name for name in stood if name in names], added, old, new)
        and all(old.reads_alike(name, new) for name in stood if name not in names)
    )


def _same_between(
    standing: Collection[str], added: Collection[str], old: IniDocument, new: IniDocument
) -> bool:
    """Compare the bytes around the sections; before added ones there are only blank lines."""
    pieces = old.editor().between(standing)
    new_pieces = new.editor().between([*standing, *added])
    if added:
        pieces[-1] = pieces[-1].rstrip()
        new_pieces[len(standing)] = new_pieces[len(standing)].rstrip()
    first, *others = zip(pieces, new_pieces, strict=False)
    return (
        first[0] == first[1]
        # Comments between removed keys are now after the last key.
        and all(is_now.endswith(was) for was, is_now in others)
        and not b"".join(new_pieces[len(pieces) :]).strip()
    )


def _is_made_of(data: bytes, before: bytes, after: bytes) -> bool:
    """Say whether `data` is one part, then the other, apart from blank lines between them."""
    before, after = before.rstrip(), _without_blank_lines(after)
    if len(data) < len(before) + len(after):
        return False
    between = data[len(before) : len(data) - len(after)]
    return data.startswith(before) and data.endswith(after) and not between.strip()


def _without_blank_lines(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    while lines and not lines[0].strip():
        del lines[0]
    return b"".join(lines)
