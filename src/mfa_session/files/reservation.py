"""Room on the disk, taken before it is needed."""

from __future__ import annotations

import os
import sys
from binascii import b2a_base64
from contextlib import suppress

from mfa_session.files.atomic import (
    Temporary,
    not_written,
    remove_dead,
    rename,
    temporary_name,
    write_all,
)


class Reservation:
    """A private file of a given size, which gets its name when it is filled.

    A kill leaves a file that no reader sees and that the next reservation in the directory removes.
    """

    def __init__(self, path: str, size_bytes: int) -> None:
        """Take the room; raises OSError, and leaves nothing, where there is not enough."""
        remove_dead(os.path.dirname(path))
        self.path = path
        self._is_filled = False
        self._room = Temporary(path)
        try:
            # Random: a file system that compresses would give zeros no room. And text in one line,
            # of which a mark of a comment makes nothing.
            self._room.write(b2a_base64(os.urandom(size_bytes), newline=False))
            os.fsync(self._room.descriptor)
            os.lseek(self._room.descriptor, 0, os.SEEK_SET)
            if sys.platform != "win32":  # where an open file cannot be renamed
                # Fail now, and not when there is something to keep, where nothing can be renamed.
                self._rename(temporary_name(path))
        except BaseException:
            self.release()
            raise

    def fill(self, data: bytes) -> None:
        """Give the room its name and put `data` in it, lines of an INI file.

        No kill loses it once the first write is done: what is left of the room is a comment until
        it is cut off. Nothing waits for the disk, on which it soon is, or stands somewhere else by
        then. Raises ConfigurationError `file-not-written`; what fits in the room is not short of
        space.
        """
        try:
            if sys.platform != "win32":
                self._rename(self.path)
            write_all(self._room.descriptor, data + b"#")
            with suppress(OSError):
                os.ftruncate(self._room.descriptor, len(data))
            self._room.close()
            if sys.platform == "win32":
                self._rename(self.path)
        except OSError as exc:
            raise not_written(self.path, exc) from exc
        self._is_filled = True

    def release(self) -> None:
        """Give the room back; after `fill`, do nothing."""
        if not self._is_filled:
            self._room.discard()

    def _rename(self, path: str) -> None:
        rename(self._room.path, path)
        self._room.path = path
