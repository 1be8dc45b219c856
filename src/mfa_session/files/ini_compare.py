"""Proves, before a file is replaced, that an edit touched one section only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.files.ini import Document


def only_differs_in(name: str, old: Document, new: Document) -> bool:
    """Tell whether nothing but the section `name`, and blank lines beside it, differs.

    Looks twice: at the bytes around the section, and at what botocore reads for each other one.
    """
    return _same_bytes(name, old, new) and _same_sections(name, old, new)


def _same_bytes(name: str, old: Document, new: Document) -> bool:
    around_old, around_new = old.around(name), new.around(name)
    if around_old is None and around_new is None:
        return old.to_bytes() == new.to_bytes()
    if around_old is None:
        return around_new is not None and _is_made_of(old.to_bytes(), *around_new)
    if around_new is None:
        return _is_made_of(new.to_bytes(), *around_old)
    return around_old == around_new


def _is_made_of(data: bytes, before: bytes, after: bytes) -> bool:
    """Tell whether `data` is one part, blank lines, and the other part."""
    if len(data) < len(before) + len(after):
        return False
    between = data[len(before) : len(data) - len(after)]
    return data.startswith(before) and data.endswith(after) and not between.strip()


def _same_sections(name: str, old: Document, new: Document) -> bool:
    others = [other for other in old.names() if other != name]
    return others == [other for other in new.names() if other != name] and all(
        old.section(other) == new.section(other) for other in others
    )
