"""Writes sections of the AWS files, which other programs and people write, too."""

from __future__ import annotations

from functools import partial

from mfa_session.files.aws_files import is_whole, parse_document, read_document
from mfa_session.files.locks import CLAIMED, claim
from mfa_session.files.writable import WritableFile, changed
from mfa_session.ini.document import IniDocument, only_differs_in, only_sets
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import config_path, credentials_path
from mfa_session.model.profiles import config_header_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import TypeVar

    from mfa_session.files.state import StateDir

    Changes = Mapping[str, Mapping[str, str | None]]
    Place = tuple[str, ...]
    Values = Mapping[Place, str | None]
    Edit = Callable[[IniDocument], IniDocument]
    Value = TypeVar("Value")


class SharedFile(WritableFile):
    """One of the AWS files, edited by section, under a lock, after a fresh read."""

    _stood: frozenset[str] = frozenset()
    """The sections at the command's start, which must all be there later."""

    def header_in(self, document: IniDocument, profile: str) -> str:
        """Return the header of a profile's section, or the one to write if it has none."""
        raise NotImplementedError

    def expect(self, sections: Collection[str]) -> None:
        """Add sections that must stay."""
        self._stood |= frozenset(sections)

    def read(self) -> IniDocument:
        """Read the file as it is now. Raises ConfigurationError `unreadable-file`."""
        return read_document(self.path)

    def check_writable(self) -> None:
        """Raise the error that `update` would; change nothing.

        Raises ConfigurationError: `unsafe-file`, `unreadable-file` or `file-not-written`.
        """
        self.check()
        self.read()

    def update(self, name: str, edit: Callable[[IniDocument], IniDocument]) -> None:
        """Apply `edit`, which may change only the section of the profile `name`, and write.

        An edit without a change writes nothing. Raises ConfigurationError: as `check_writable`,
        `file-locked` after ten seconds, `edit-refused` if another section changes, and
        `sections-gone` if another program has removed sections.
        """
        self._replace(lambda old: self.edited(old, name, edit))

    def update_sections(self, change: Callable[[IniDocument], Changes]) -> None:
        """Set the values that `change` returns by header, in one write; None removes a line.

        `change` gets the file's current text, perhaps more than once. Raises as `update`.
        """

        def edit(old: IniDocument) -> IniDocument:
            changes = change(old)
            new = old.with_sections(changes)
            if not only_sets(changes.keys(), old, new):
                raise self._edit_refused(f"{len(changes)} profiles")
            return new

        self._replace(edit)

    def _replace(self, edit: Callable[[IniDocument], IniDocument]) -> None:
        def edit_bytes(data: bytes) -> bytes:
            old = parse_document(data, self.path)
            gone = self._stood.difference(old.names())
            if gone:
                raise ConfigurationError(
                    "sections-gone",
                    f"{self.path} was changed by another program and now lacks [{min(gone)}]",
                    f"check it; if it is as it should be, run the command again: {self.path}",
                )
            return edit(old).data

        self.rewrite(edit_bytes, self._is_whole)

    def edited(
        self, old: IniDocument, name: str, edit: Callable[[IniDocument], IniDocument]
    ) -> IniDocument:
        """Return what `edit` makes of a document; `edit-refused` beyond the section of `name`."""
        new = edit(old)
        if new.data == old.data:
            return old
        headers = {self.header_in(old, name), self.header_in(new, name)}
        if not any(only_differs_in(header, old, new) for header in headers):
            raise self._edit_refused(f"the profile {name}")
        return new

    def with_values(
        self,
        document: IniDocument,
        profile: str,
        values: Mapping[str, str | None],
        before: Mapping[str, object],
    ) -> IniDocument:
        """Return a document with these values in a profile's section; None removes a line.

        Raises ConfigurationError: `changed-meanwhile` if a value is neither the one `before` nor
        the new one, `edit-refused` if [DEFAULT] gives the section another value.
        """
        header = self.header_in(document, profile)
        section = document.section(header) or {}
        for key, value in values.items():
            if section.get(key) not in (before.get(key), value):
                raise changed(document.path, f"{key} of profile {profile!r}")
        edited = document.with_values(header, values)
        now = edited.section(header) or {}
        if any(now.get(key) != value for key, value in values.items()):
            raise ConfigurationError(
                "edit-refused",
                f"{document.path}: profile {profile!r} has settings from [DEFAULT]",
                "move them to the profiles that need them",
            )
        return edited

    def _edit_refused(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            "edit-refused",
            f"changing {what} in {self.path} would change other profiles",
            "look for headers or keys that are indented, and write them without blanks before",
        )

    def _is_whole(self, data: bytes | None) -> bool:
        return is_whole(data) and self._stood.issubset(IniDocument(data or b"", "").names())


class CredentialsFile(SharedFile):
    """The credentials file: it must be ours alone, and becomes 0600 when written."""

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        path = credentials_path(environ)
        super().__init__(path, private_name="the credentials file", state=state, warn=warn)

    def header_in(self, document: IniDocument, profile: str) -> str:
        """Return the profile's name, which is its header."""
        del document
        return profile


class ConfigFile(SharedFile):
    """The AWS config file, whose mode is left alone."""

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        super().__init__(config_path(environ), private_name=None, state=state, warn=warn)

    def header_in(self, document: IniDocument, profile: str) -> str:
        """Return the header of a profile's section, or the one to write if it has none."""
        return config_header_in(document, profile)


class ProfilesWriter:
    """The AWS config file, edited by profile (`model.feature_ports.ProfilesWriter`).

    Raises ConfigurationError `changed-meanwhile` for a value that is neither as `before` nor new.
    """

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        self._file, self._state = ConfigFile(environ, state, warn), state
        self.path = self._file.path

    def check_writable(self) -> None:
        """Check the file."""
        self._file.check_writable()

    def read(self) -> bytes:
        """Return its bytes."""
        return self._file.read().data

    def edited(self, values: Values, before: Mapping[Place, object]) -> bytes:
        """Return the file's bytes with these values. ConfigurationError `edit-refused`."""
        document = self._file.read()
        for profile, edit in self._edits(values, before):
            document = self._file.edited(document, profile, edit)
        return document.data

    def update(self, values: Values, before: Mapping[Place, object]) -> None:
        """Write these values. ConfigurationError also as `SharedFile.update`."""
        for profile, edit in self._edits(values, before):
            self._file.update(profile, edit)

    def put(self, profile: str, values: Mapping[str, str]) -> None:
        """Set these settings of a profile; until this process ends, `logout` keeps them."""
        claim(self._state.lock_path(CLAIMED, profile))
        file, document = self._file, self._file.read()
        present = document.section(file.header_in(document, profile)) or {}
        if any(present.get(key) != value for key, value in values.items()):
            file.update(profile, lambda now: file.with_values(now, profile, values, present))

    def _edits(self, values: Values, before: Mapping[Place, object]) -> Iterator[tuple[str, Edit]]:
        for profile in dict.fromkeys(place[0] for place in values):
            new, old = _values_of(profile, values), _values_of(profile, before)
            yield (
                profile,
                partial(self._file.with_values, profile=profile, values=new, before=old),
            )


def _values_of(profile: str, values: Mapping[Place, Value]) -> dict[str, Value]:
    return {place[1]: value for place, value in values.items() if place[0] == profile}
