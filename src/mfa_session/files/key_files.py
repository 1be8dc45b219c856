"""Long-term keys in the AWS files: the pair in use, and a second one during a rotation."""

from __future__ import annotations

from mfa_session.files.aws_files import read_profiles
from mfa_session.files.shared import ConfigFile, CredentialsFile
from mfa_session.files.writable import changed
from mfa_session.model.iam import Slots
from mfa_session.model.session import PREFIX, read_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.files.shared import SharedFile
    from mfa_session.files.state import StateDir
    from mfa_session.ini.document import IniDocument
    from mfa_session.model.session import Keys

    Values = Mapping[str, str | None]

ID, SECRET = "aws_access_key_id", "aws_secret_access_key"
NEW_ID, NEW_SECRET = PREFIX + "new_access_key_id", PREFIX + "new_secret_access_key"
OLD_ID, OLD_SECRET = PREFIX + "old_access_key_id", PREFIX + "old_secret_access_key"
PROCESS = "credential_process"


class KeyFiles:
    """A profile's keys in the credentials file or the AWS config (`model.iam.KeyFiles`).

    Each change replaces a file once. Raises ConfigurationError `changed-meanwhile` if another
    program has changed the keys, and others as `SharedFile.update`.
    """

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        self._environ = environ
        self._credentials = CredentialsFile(environ, state, warn)
        self._config = ConfigFile(environ, state, warn)

    def check_writable(self, profile: str | None = None) -> None:
        """Check both files, or the one that has the profile's pair."""
        files = (self._find(profile)[0],) if profile else (self._credentials, self._config)
        for file in files:
            file.clear()
            file.check_writable()

    def slots(self, profile: str) -> Slots:
        """Return the pairs in the profile's section."""
        return _slots(self._find(profile)[1])

    def process(self, profile: str) -> str | None:
        """Return the profile's credential_process, from either file."""
        return read_profiles(self._environ).section(profile).get(PROCESS)

    def put_pair(self, profile: str, keys: Keys) -> None:
        """Write a profile's first pair to the credentials file."""
        self._write(self._credentials, profile, _lines(ID, SECRET, keys), {})

    def take_pair(self, profile: str, keys: Keys) -> None:
        """Remove a pair; everything else in the section stays."""
        before = _lines(ID, SECRET, keys)
        self._write(self._find(profile)[0], profile, dict.fromkeys(before), before)

    def replace_pair(self, profile: str, old: Keys, new: Keys) -> None:
        """Replace a pair."""
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
        """See PairStore."""
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
        """See PairStore."""
        file, section = self._find(profile)
        self._write(file, profile, {OLD_ID: None, OLD_SECRET: None}, section)

    def _find(self, profile: str) -> tuple[SharedFile, Mapping[str, str]]:
        """Return the file and the section with the keys: the credentials first, as SDKs look."""
        profiles = read_profiles(self._environ)
        section = profiles.in_credentials(profile)
        if ID in section:
            return self._credentials, section
        return self._config, profiles.in_config(profile)

    def _write(self, file: SharedFile, profile: str, values: Values, before: Values) -> None:
        file.update(profile, lambda document: file.with_values(document, profile, values, before))


def _slots(section: Mapping[str, str]) -> Slots:
    return Slots(
        current=_pair(section, ID, SECRET),
        new=_pair(section, NEW_ID, NEW_SECRET),
        old=_pair(section, OLD_ID, OLD_SECRET),
    )


def _pair(section: Mapping[str, str], id_key: str, secret_key: str) -> Keys | None:
    return read_keys({ID: section.get(id_key, ""), SECRET: section.get(secret_key, "")})


def _lines(id_key: str, secret_key: str, keys: Keys) -> dict[str, str | None]:
    return {id_key: keys.access_key_id, secret_key: keys.secret_access_key.reveal()}
