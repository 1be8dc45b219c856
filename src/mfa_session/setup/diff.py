"""Files as `configure` would leave them: shown line by line before they are written."""

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
    """One file before and after, and how it is written; `summary` is shown instead of lines."""

    path: str
    before: bytes
    after: bytes
    write: Callable[[], None]
    summary: str = ""

    def lines(self) -> list[str]:
        """Return the path and what changes below it, as people read a difference."""
        new = "" if self.before else " (a new file)"
        if self.summary:
            return [f"{self.path}{new}: {self.summary}"]
        return [f"{self.path}{new}:", *_difference(_rows(self.before), _rows(self.after))]


def draft_settings(
    writer: SettingsWriter, inputs: Inputs, changes: Sequence[Change]
) -> Draft | None:
    """Return config.toml with the changes that are for it, or None without any."""
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
    """Return the AWS config file with the changes that are for it, or None without any."""
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


def _rows(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines()


def _difference(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the lines that go and come, each lot below the header of its section.

    No line around them is shown: what stands there may be a secret.
    """
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        come = after[new_start:new_end]
        if not any(_is_header(row) for row in [*come, *before[start:end]]):
            header = next((row for row in reversed(after[:new_start]) if _is_header(row)), None)
            yield from [f"    {printable(header.expandtabs())}"] if header else []
        yield from (f"  - {printable(row.expandtabs())}".rstrip() for row in before[start:end])
        yield from (f"  + {printable(row.expandtabs())}".rstrip() for row in come)


def _is_header(row: str) -> bool:
    return row.lstrip().startswith("[")
