"""Writes single values of the AWS config file, and nothing else of it."""

from __future__ import annotations

from mfa_session.files.expected import set_values
from mfa_session.files.shared import config_file
from mfa_session.model.profiles import config_header_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeVar

    from mfa_session.files.state import StateDir
    from mfa_session.ini.document import IniDocument

    Place = tuple[str, ...]
    Values = Mapping[Place, str | None]
    Edit = Callable[[IniDocument], IniDocument]
    Value = TypeVar("Value")


class ProfilesWriter:
    """The AWS config file, changed profile by profile; a place is a profile and a key.

    A value of None removes the line. `before` are the values that are expected to stand there:
    ConfigurationError `changed-meanwhile` where neither they nor the new ones do.
    """

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        """Take what says where the file is; touch nothing."""
        self._file = config_file(environ, state, warn)
        self.path = self._file.path

    def check_writable(self) -> None:
        """Find out, changing nothing, whether `update` could work."""
        self._file.check_writable()

    def read(self) -> bytes:
        """Return the file's bytes as they are now; none if there is no file."""
        return self._file.read().to_bytes()

    def edited(self, values: Values, before: Mapping[Place, object]) -> bytes:
        """Return the file's bytes with these values. ConfigurationError `edit-refused`."""
        document = self._file.read()
        for profile, edit in _edits(values, before):
            document = self._file.edited(document, profile, edit)
        return document.to_bytes()

    def update(self, values: Values, before: Mapping[Place, object]) -> None:
        """Write these values. ConfigurationError also as `SharedFile.update`."""
        for profile, edit in _edits(values, before):
            self._file.update(profile, edit)


def _edits(values: Values, before: Mapping[Place, object]) -> Iterator[tuple[str, Edit]]:
    """Yield each profile with what changes its section."""
    for profile in dict.fromkeys(place[0] for place in values):
        yield profile, _edit(profile, _values_of(profile, values), _values_of(profile, before))


def _values_of(profile: str, values: Mapping[Place, Value]) -> dict[str, Value]:
    return {place[1]: value for place, value in values.items() if place[0] == profile}


def _edit(profile: str, values: Mapping[str, str | None], before: Mapping[str, object]) -> Edit:
    def edit(document: IniDocument) -> IniDocument:
        header = config_header_in(document, profile)
        return set_values(document, header, profile, values, before)

    return edit
