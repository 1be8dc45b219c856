"""Files as `configure` would leave them: shown line by line before they are written."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mfa_session.files.settings_writer import SettingsWriter, changed_meanwhile
from mfa_session.files.shared import config_file
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.profiles import config_header_in
from mfa_session.model.record import Record
from mfa_session.model.text import printable
from mfa_session.setup.plan import PROFILES, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mfa_session.cli.app import App
    from mfa_session.ini.document import Document
    from mfa_session.session.inputs import Facts
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


def settings_writer(app: App) -> SettingsWriter:
    """Return what writes config.toml."""
    return SettingsWriter(app.environ, app.state, app.talk.warn)


def draft_settings(app: App, facts: Facts, changes: Sequence[Change]) -> Draft | None:
    """Return config.toml with the changes that are for it, or None without any."""
    values = {change.place: change.after for change in changes if change.file == SETTINGS}
    if not values:
        return None
    writer = settings_writer(app)
    before = writer.read()
    return Draft(
        path=writer.path,
        before=before,
        after=writer.edited(before, values),
        write=lambda: writer.update(values, facts.file),
    )


def draft_profiles(app: App, changes: Sequence[Change]) -> Draft | None:
    """Return the AWS config file with the changes that are for it, or None without any."""
    edits: dict[str, _Edit] = {}
    for change in changes:
        if change.file == PROFILES:
            edits.setdefault(change.place[0], _Edit(change.place[0])).changes.append(change)
    if not edits:
        return None
    file = config_file(app.environ, app.state, app.talk.warn)
    file.check_writable()
    before = after = file.read()
    for name, edit in edits.items():
        after = file.edited(after, name, edit)

    def write() -> None:
        for name, edit in edits.items():
            file.update(name, edit)

    return Draft(path=file.path, before=before.to_bytes(), after=after.to_bytes(), write=write)


class _Edit:
    """The changes of one profile's section."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self.changes: list[Change] = []

    def __call__(self, document: Document) -> Document:
        """Make them, unless a value is no longer what it was."""
        header = config_header_in(document, self._profile)
        section = document.section(header) or {}
        values: dict[str, str | None] = {}
        for change in self.changes:
            key = change.place[-1]
            if section.get(key) not in (change.before, change.after):
                raise changed_meanwhile(document.path, change.label)
            values[key] = None if change.after is None else str(change.after)
        edited = document.with_values(header, values)
        section = edited.section(header) or {}
        if any(section.get(key) != value for key, value in values.items()):
            raise ConfigurationError(
                "edit-refused",
                f"{document.path}: profile {self._profile!r} has settings from [DEFAULT]",
                "move them to the profiles that need them",
            )
        return edited


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
