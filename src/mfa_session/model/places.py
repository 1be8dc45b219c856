"""Files and directories of ours as they stand, and what their modes let others do."""

from __future__ import annotations

from mfa_session.model.record import Record

CREDENTIALS, CONFIG, SETTINGS, STATE = "credentials", "config", "settings", "state"


class Place(Record):
    """A file or directory that is there: `forbidden` are the bits its mode should not have."""

    path: str
    what: str
    mode: int
    forbidden: int
    is_directory: bool = False

    @property
    def is_open(self) -> bool:
        """Whether others may do what they should not."""
        return bool(self.mode & self.forbidden)

    @property
    def closed_mode(self) -> int:
        """The mode without what others should not."""
        return self.mode & ~self.forbidden
