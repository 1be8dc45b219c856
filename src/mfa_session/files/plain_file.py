"""A file of the person's that is written whole, such as a script or a shell's start file."""

from __future__ import annotations

from mfa_session.files.reading import read_bytes
from mfa_session.files.settings_writer import changed_meanwhile
from mfa_session.files.writable import WritableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.files.state import StateDir


class PlainFile:
    """A file that is replaced under a lock, if nobody has changed it since it was seen."""

    def __init__(
        self, path: str, private_name: str | None, state: StateDir, warn: Callable[[str], None]
    ) -> None:
        """Take everything, touch nothing; `private_name` as `WritableFile` has it."""
        self.path = path
        self._file = WritableFile(path, private_name=private_name, state=state, warn=warn)

    def check(self) -> None:
        """Refuse what is known to fail. ConfigurationError `unsafe-file` or `file-not-written`."""
        self._file.check()

    def read(self) -> bytes:
        """Return its bytes; none if there is no file."""
        return read_bytes(self.path) or b""

    def replace(self, seen: bytes, data: bytes) -> None:
        """Write `data`. ConfigurationError `changed-meanwhile` if the file is not what was seen."""

        def edit(now: bytes) -> bytes:
            if now not in (seen, data):
                raise changed_meanwhile(self.path, "it")
            return data

        self._file.update(edit)
