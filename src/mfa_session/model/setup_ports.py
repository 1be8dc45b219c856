"""What `configure` touches; `cli/wiring.py` plugs the real things in."""

from __future__ import annotations

from typing import Protocol

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from mfa_session.model.settings_file import SettingsFile

    Place = tuple[str, ...]


class SettingsWriter(Protocol):
    """Writes single values of config.toml; each method raises ConfigurationError."""

    path: str

    def check_writable(self) -> None:
        """Find out, changing nothing, whether `update` could work."""

    def read(self) -> bytes:
        """Return the file's bytes as they are now; none if there is no file."""

    def edited(self, data: bytes, values: Mapping[Place, object]) -> bytes:
        """Return the bytes with these values."""

    def update(self, values: Mapping[Place, object], seen: SettingsFile) -> None:
        """Write them, unless one is no longer what it was when it was `seen`."""


class ProfilesWriter(Protocol):
    """Writes single values of the AWS config file; each method raises ConfigurationError.

    A place is a profile and a key; a value of None removes the line. `before` are the values
    that are expected to stand there.
    """

    path: str

    def check_writable(self) -> None:
        """Find out, changing nothing, whether `update` could work."""

    def read(self) -> bytes:
        """Return the file's bytes as they are now; none if there is no file."""

    def edited(self, values: Mapping[Place, str | None], before: Mapping[Place, object]) -> bytes:
        """Return the file's bytes with these values."""

    def update(self, values: Mapping[Place, str | None], before: Mapping[Place, object]) -> None:
        """Write them."""


class PlainFile(Protocol):
    """A file that is written whole."""

    path: str

    def check(self) -> None:
        """Refuse what is known to fail, before anything is written."""

    def read(self) -> bytes:
        """Return its bytes; none if there is no file."""

    def replace(self, seen: bytes, data: bytes) -> None:
        """Write it, unless it is no longer what was `seen`."""


class ShellStart(Protocol):
    """How one shell starts: the script that `configure` writes, and the line that sources it."""

    shell: str
    script: str
    start_file: str | None
    line: str

    def is_sourced_in(self, start: bytes) -> bool:
        """Say whether a start file sources the script already."""

    def with_line(self, start: bytes) -> bytes:
        """Return a start file with the line at its end."""

    def guard_script(self, commands: Iterable[str]) -> str:
        """Return the script with the guard, before `aws` and these commands."""

    def completion_script(self) -> str:
        """Return the script that only completes."""


class SetupEdges(Record):
    """All that `configure` touches besides what a login touches.

    `file` takes a path, and what to call it if it must be ours alone. `shell_start` takes a
    shell. `usual_shell` is None where the shell is not known, or cannot be set up.
    """

    settings: SettingsWriter
    profiles: ProfilesWriter
    file: Callable[[str, str | None], PlainFile]
    shell_start: Callable[[str], ShellStart]
    usual_shell: Callable[[], str | None]
    choose: Callable[[str, list[str]], str]
    uninterrupted: Callable[[], AbstractContextManager[None]]
