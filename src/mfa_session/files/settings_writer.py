"""Writes single settings to config.toml, and nothing else of it. Cold: it imports tomlkit."""

from __future__ import annotations

from mfa_session.files.config_toml import parse_settings
from mfa_session.files.expected import changed
from mfa_session.files.permissions import check_place
from mfa_session.files.reading import read_bytes
from mfa_session.files.toml_edit import Place, Value, with_settings
from mfa_session.files.writable import WritableFile
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import settings_path
from mfa_session.model.settings import SettingsFile, kind_of
from mfa_session.model.times import spell_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.files.state import StateDir


class SettingsWriter:
    """config.toml, changed under a lock, after a fresh read, and replaced whole."""

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        """Take what says where the file is; touch nothing."""
        self.path = settings_path(environ)
        self._file = WritableFile(
            self.path, private_name="the settings file", state=state, warn=warn
        )

    def check_writable(self) -> None:
        """Find out, changing nothing, whether `update` could work.

        Raises ConfigurationError: `unsafe-file`, `unreadable-file`, `bad-settings-file`,
        `unknown-setting` or `file-not-written`.
        """
        self._file.check()
        check_place(self.path, "the settings file")
        parse_settings(self.path, self.read())

    def read(self) -> bytes:
        """Return the file's bytes as they are now; none if there is no file."""
        return read_bytes(self.path) or b""

    def edited(self, data: bytes, values: Mapping[Place, object]) -> bytes:
        """Return the bytes with these settings; durations are seconds.

        Raises ConfigurationError `edit-refused`.
        """
        spelled = {place: _spell(place, value) for place, value in values.items()}
        new = with_settings(data, self.path, spelled)
        parse_settings(self.path, new)
        return new

    def update(self, values: Mapping[Place, object], seen: SettingsFile) -> None:
        """Write these settings, unless one of them is no longer what it was when it was `seen`.

        Raises ConfigurationError as `check_writable` and `edited`, `file-locked`, and
        `changed-meanwhile`.
        """

        def edit(data: bytes) -> bytes:
            now = parse_settings(self.path, data)
            for place, value in values.items():
                if now.value(place) not in (seen.value(place), value):
                    raise changed_meanwhile(self.path, ".".join(place))
            gone = _tables(seen) - _tables(now)
            if gone:
                raise changed_meanwhile(self.path, f"[{min(gone)}]")
            return self.edited(data, values)

        self._file.update(edit, lambda data: self._is_whole(data, seen))

    def _is_whole(self, data: bytes | None, seen: SettingsFile) -> bool:
        """Tell whether a file just written can be all there."""
        try:
            return _tables(seen) <= _tables(parse_settings(self.path, data or b""))
        except ConfigurationError:
            return False


def _tables(file: SettingsFile) -> set[str]:
    """Return the names of the tables in which something stands."""
    plain = {"defaults": file.defaults, "keyring": file.keyring, "guard": file.guard}
    return {name for name, table in plain.items() if table} | {
        f"sessions.{name}" for name in file.sessions
    }


def changed_meanwhile(path: str, what: str) -> ConfigurationError:
    """Return the error for what `configure` looked at and somebody else has changed since."""
    return changed(path, what, "run `mfa-session configure` again")


def _spell(place: Place, value: object) -> Value:
    if kind_of(place) == "duration" and isinstance(value, int):
        return spell_duration(value)
    return value  # type: ignore[return-value]  # of a kind that config_toml checks
