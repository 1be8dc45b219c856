"""Proves, before a file is replaced, that an edit touched one section only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from mfa_session.ini.document import IniDocument


def only_differs_in(name: str, old: IniDocument, new: IniDocument) -> bool:
    """Tell whether only the section `name`, and blank lines around it, differ.

    Looks twice: at the bytes around the section, and at what botocore reads for each other one.
    """
    return _same_bytes(name, old, new) and _same_sections(name, old, new)


def only_sets(names: Collection[str], old: IniDocument, new: IniDocument) -> bool:
    """Tell whether nothing but these sections differs, and none of any is gone.

    Looks twice, as `only_differs_in`; new sections stand at the end.
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
    """Compare the bytes around the sections; of those added, only blank lines stand before."""
    pieces = old.editor().between(standing)
    new_pieces = new.editor().between([*standing, *added])
    if added:
        pieces[-1] = pieces[-1].rstrip()
        new_pieces[len(standing)] = new_pieces[len(standing)].rstrip()
    first, *others = zip(pieces, new_pieces, strict=False)
    return (
        first[0] == first[1]
        # Comments between keys that went stand after the last key now.
        and all(is_now.endswith(was) for was, is_now in others)
        and not b"".join(new_pieces[len(pieces) :]).strip()
    )


def _same_bytes(name: str, old: IniDocument, new: IniDocument) -> bool:
    stood, stands = name in old.names(), name in new.names()
    if stood and stands:
        old_before, old_after = old.editor().around(name)
        new_before, new_after = new.editor().around(name)
        # Comments between keys that went stand after the last key now.
        return old_before == new_before and new_after.endswith(old_after)
    if stood:
        return _is_made_of(new.data, *old.editor().without(name))
    if stands:
        return _is_made_of(old.data, *new.editor().around(name))
    return old.data == new.data


def _is_made_of(data: bytes, before: bytes, after: bytes) -> bool:
    """Tell whether `data` is one part, then the other; blank lines between do not count."""
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


def _same_sections(name: str, old: IniDocument, new: IniDocument) -> bool:
    others = [other for other in old.names() if other != name]
    return others == [other for other in new.names() if other != name] and all(
        old.reads_alike(other, new) for other in others
    )
