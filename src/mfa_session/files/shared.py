"""Files that other programs and people write as well.

The AWS files are changed section by section, the AWS CLI's cache of role sessions entry by entry.
"""

from __future__ import annotations

import os
import sys
from functools import partial

from mfa_session.files.atomic import not_written, replace_file
from mfa_session.files.aws_files import is_whole, parse_document, read_document, read_profiles
from mfa_session.files.reading import PRIVATE_MODE, check_place, unreadable
from mfa_session.files.state import make_private_directory, read_own
from mfa_session.files.writable import WritableFile, changed
from mfa_session.ini.document import IniDocument, only_differs_in, only_sets
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.iam import Slots
from mfa_session.model.paths import config_path, credentials_path, expand
from mfa_session.model.profiles import config_header_in
from mfa_session.model.session import PREFIX, Keys, Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import TypeVar

    from mfa_session.files.state import StateDir

    Changed = Mapping[str, str | None]
    Changes = Mapping[str, Changed]
    Place = tuple[str, ...]
    Values = Mapping[Place, str | None]
    Edit = Callable[[IniDocument], IniDocument]
    Value = TypeVar("Value")


class SharedFile(WritableFile):
    """One of the AWS files, changed one section at a time, under a lock, after a fresh read."""

    find_path: Callable[[Mapping[str, str]], str]
    only_ours: str | None
    """How messages call a file that must be ours alone; None for one that others may read."""
    _stood: frozenset[str] = frozenset()
    """The sections at the command's start, none of which may be gone later."""

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        path = self.find_path(environ)
        super().__init__(path, private_name=self.only_ours, state=state, warn=warn)

    def header_in(self, document: IniDocument, profile: str) -> str:
        """Return the header of a profile's section: as it stands there, or as to be written."""
        raise NotImplementedError

    def expect(self, sections: Collection[str]) -> None:
        """Add to the sections that must stay."""
        self._stood |= frozenset(sections)

    def read(self) -> IniDocument:
        """Read the file as it is now. Raises ConfigurationError `unreadable-file`."""
        return read_document(self.path)

    def check_writable(self) -> None:
        """Find out, changing nothing, whether `update` could work.

        Raises ConfigurationError: `unsafe-file`, `unreadable-file` or `file-not-written`.
        """
        self.check()
        self.read()

    def update(self, name: str, edit: Callable[[IniDocument], IniDocument]) -> None:
        """Apply `edit`, which may change only the section of the profile `name`, and write.

        Nothing is written when nothing changes. Raises ConfigurationError: as `check_writable`,
        `file-locked` after ten seconds, `edit-refused` for an edit that reaches beyond its
        section, and `sections-gone` where another program has cut the file short.
        """
        self._replace(lambda old: self.edited(old, name, edit))

    def update_sections(self, change: Callable[[IniDocument], Changes]) -> None:
        """Give several sections the values that `change` returns by header, in one write.

        `change` is called with the file as it is, perhaps more than once; a value of None removes
        its line. Raises as `update`.
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

        Raises ConfigurationError: `changed-meanwhile` where neither the value `before` nor the new
        one stands, `edit-refused` where [DEFAULT] gives the section another value.
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

    find_path = staticmethod(credentials_path)
    only_ours = "the credentials file"

    def header_in(self, document: IniDocument, profile: str) -> str:
        """Return the profile's name, which is its header."""
        del document
        return profile


class ConfigFile(SharedFile):
    """The AWS config file, whose mode is left alone."""

    find_path = staticmethod(config_path)
    only_ours = None

    def header_in(self, document: IniDocument, profile: str) -> str:
        """Return the header of a profile's section: as it stands there, or as to be written."""
        return config_header_in(document, profile)


class ProfilesWriter:
    """The AWS config file, changed profile by profile (`model.feature_ports.ProfilesWriter`).

    ConfigurationError `changed-meanwhile` where neither the values `before` nor the new ones stand.
    """

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        self._file = ConfigFile(environ, state, warn)
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
        """Give a profile these settings, in the place of those that differ."""
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


ID, SECRET = "aws_access_key_id", "aws_secret_access_key"
NEW_ID, NEW_SECRET = PREFIX + "new_access_key_id", PREFIX + "new_secret_access_key"
OLD_ID, OLD_SECRET = PREFIX + "old_access_key_id", PREFIX + "old_secret_access_key"
PROCESS = "credential_process"


class KeyFiles:
    """The `KeyFiles` of `model.iam`: a profile's keys in the credentials file, or the AWS config.

    Each change is one replacement of a file; what stood there before is expected to stand there
    still, else ConfigurationError `changed-meanwhile`. Others as `SharedFile.update`.
    """

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        self._environ = environ
        self._credentials = CredentialsFile(environ, state, warn)
        self._config = ConfigFile(environ, state, warn)

    def check_writable(self) -> None:
        """Check both files."""
        for file in (self._credentials, self._config):
            file.clear()
            file.check_writable()

    def slots(self, profile: str) -> Slots:
        """Return the pairs in the profile's section."""
        return _slots(self._find(profile)[1])

    def process(self, profile: str) -> str | None:
        """Return the profile's credential_process, from either file."""
        return read_profiles(self._environ).section(profile).get(PROCESS)

    def put_pair(self, profile: str, keys: Keys) -> None:
        """Write a pair to the credentials file, where none stands."""
        self._write(self._credentials, profile, _lines(ID, SECRET, keys), {})

    def take_pair(self, profile: str, keys: Keys) -> None:
        """Remove a pair; the section and all else in it stay."""
        before = _lines(ID, SECRET, keys)
        self._write(self._find(profile)[0], profile, dict.fromkeys(before), before)

    def replace_pair(self, profile: str, old: Keys, new: Keys) -> None:
        """Write a pair in the place of another."""
        file, _ = self._find(profile)
        self._write(file, profile, _lines(ID, SECRET, new), _lines(ID, SECRET, old))

    def set_process(self, profile: str, line: str, before: str | None) -> None:
        """Write the profile's credential_process to the AWS config."""
        self._write(self._config, profile, {PROCESS: line}, {PROCESS: before})

    def clear_process(self, profile: str, before: str) -> None:
        """Remove the profile's credential_process from the AWS config."""

        def edit(document: IniDocument) -> IniDocument:
            header = self._config.header_in(document, profile)
            if (document.section(header) or {}).get(PROCESS) not in (before, None):
                raise changed(document.path, f"{PROCESS} of profile {profile!r}")
            return document.without_keys(header, [PROCESS])

        self._config.update(profile, edit)

    def put_new(self, profile: str, keys: Keys) -> None:
        """Write a new pair beside the one in use."""
        file, section = self._find(profile)
        self._write(file, profile, _lines(NEW_ID, NEW_SECRET, keys), section)

    def swap(self, profile: str) -> None:
        """Use the new pair and keep the previous one, in one write."""
        file, section = self._find(profile)
        slots = _slots(section)
        if slots.current is None or slots.new is None:
            raise changed(file.path, f"the key of profile {profile!r}")
        values: dict[str, str | None] = {
            **_lines(ID, SECRET, slots.new),
            **_lines(OLD_ID, OLD_SECRET, slots.current),
            NEW_ID: None,
            NEW_SECRET: None,
        }
        self._write(file, profile, values, section)

    def drop_new(self, profile: str) -> None:
        """Remove the new pair."""
        file, section = self._find(profile)
        self._write(file, profile, {NEW_ID: None, NEW_SECRET: None}, section)

    def drop_old(self, profile: str) -> None:
        """Remove the pair that was replaced."""
        file, section = self._find(profile)
        self._write(file, profile, {OLD_ID: None, OLD_SECRET: None}, section)

    def _find(self, profile: str) -> tuple[SharedFile, Mapping[str, str]]:
        """Return the file and the section with the keys: the credentials first, as SDKs look."""
        profiles = read_profiles(self._environ)
        section = profiles.in_credentials(profile)
        if ID in section:
            return self._credentials, section
        return self._config, profiles.in_config(profile)

    def _write(self, file: SharedFile, profile: str, values: Changed, before: Changed) -> None:
        file.update(profile, lambda document: file.with_values(document, profile, values, before))


def _slots(section: Mapping[str, str]) -> Slots:
    return Slots(
        current=_pair(section, ID, SECRET),
        new=_pair(section, NEW_ID, NEW_SECRET),
        old=_pair(section, OLD_ID, OLD_SECRET),
    )


def _pair(section: Mapping[str, str], id_key: str, secret_key: str) -> Keys | None:
    key_id, secret = section.get(id_key, "").strip(), section.get(secret_key, "").strip()
    if not key_id or not secret:
        return None
    return Keys(access_key_id=key_id, secret_access_key=Secret(secret))


def _lines(id_key: str, secret_key: str, keys: Keys) -> dict[str, str | None]:
    return {id_key: keys.access_key_id, secret_key: keys.secret_access_key.reveal()}


class CliCacheFiles:
    """The files of `~/.aws/cli/cache`, each private and written whole; made with the first."""

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        self._folder = expand("~/.aws/cli/cache", environ)
        self._state = state
        self._warn = warn

    def path(self, name: str) -> str:
        """Return where an entry stands."""
        return os.path.join(self._folder, name)

    def check(self) -> None:
        """Raise ConfigurationError `file-not-written` or `unsafe-file`; change nothing."""
        some = self.path("entry.json")
        WritableFile(some, private_name=None, state=self._state, warn=self._warn).check()
        check_place(some, "the AWS CLI's cache")

    def read(self, name: str) -> bytes | None:
        """Return an entry. ConfigurationError `foreign-cache-entry`."""
        path = self.path(name)
        try:
            data = read_own(path, _is_mine)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if os.path.islink(path):
                raise self.foreign(name) from None
            raise unreadable(path, error) from error
        if data is None:
            raise self.foreign(name)
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write an entry. Raises ConfigurationError `file-not-written`."""
        path = self.path(name)
        try:
            make_private_directory(os.path.realpath(self._folder))
        except OSError as error:
            raise not_written(path, error) from error
        replace_file(path, data, mode=PRIVATE_MODE)

    def foreign(self, name: str) -> ConfigurationError:
        """Return the error for a file that is not an entry."""
        path = self.path(name)
        return ConfigurationError(
            "foreign-cache-entry",
            f"{path} was not written by the AWS CLI, and is left alone",
            f"check it; if nobody needs it: rm {path}",
        )


def _is_mine(status: os.stat_result) -> bool:
    return sys.platform == "win32" or status.st_uid == os.geteuid()
