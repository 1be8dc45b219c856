"""Drafts of the files that `configure` writes, and what changes in them line by line."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mfa_session.model.record import Record
from mfa_session.model.text import printable
from mfa_session.setup.plan import PROFILES, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mfa_session.model.feature_ports import ProfilesWriter, SettingsWriter
    from mfa_session.session.context import Inputs
    from mfa_session.setup.plan import Change


class Draft(Record):
    """A file before and after, and the function that writes it; `summary` replaces the lines."""

    path: str
    before: bytes
    after: bytes
    write: Callable[[], None]
    summary: str = ""

    def lines(self) -> list[str]:
        """Return the path, and below it the lines removed and added."""
        new = "" if self.before else " (a new file)"
        if self.summary:
            return [f"{self.path}{new}: {self.summary}"]
        return [f"{self.path}{new}:", *_compare(_split_rows(self.before), _split_rows(self.after))]


def draft_settings(
    writer: SettingsWriter, inputs: Inputs, changes: Sequence[Change]
) -> Draft | None:
    """Return config.toml with its changes; None if it has none."""
    values = {change.place: change.after for change in changes if change.file == SETTINGS}
    if not values:
        return None
    before = writer.read()
    return Draft(
        path=writer.path,
        before=before,
        after=writer.edited(before, values),
        write=lambda: writer.update(values, inputs.file),
    )


def draft_profiles(writer: ProfilesWriter, changes: Sequence[Change]) -> Draft | None:
    """Return the AWS config file with its changes; None if it has none."""
    mine = [change for change in changes if change.file == PROFILES]
    if not mine:
        return None
    values = {change.place: None if change.after is None else str(change.after) for change in mine}
    before = {change.place: change.before for change in mine}
    writer.check_writable()
    return Draft(
        path=writer.path,
        before=writer.read(),
        after=writer.edited(values, before),
        write=lambda: writer.update(values, before),
    )


def _split_rows(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines()


def _compare(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the lines removed and added, each group below its section's header.

    No other line is shown, since it may hold a secret.
    """
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        added = after[new_start:new_end]
        if not any(_is_header(row) for row in [*added, *before[start:end]]):
            header = next((row for row in reversed(after[:new_start]) if _is_header(row)), None)
            yield from [f"    {printable(header.expandtabs())}"] if header else []
        yield from (f"  - {printable(row.expandtabs())}".rstrip() for row in before[start:end])
        yield from (f"  + {printable(row.expandtabs())}".rstrip() for row in added)


def _is_header(row: str) -> bool:
    return row.lstrip().startswith("[")
