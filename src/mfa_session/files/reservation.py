"""Room on the disk, taken before it is needed."""

from __future__ import annotations

import os
import sys
from binascii import b2a_base64
from contextlib import suppress

from mfa_session.files.atomic import (
    create_private,
    not_written,
    remove_dead,
    remove_quietly,
    rename,
    temporary_name,
    write_all,
)
from mfa_session.files.locks import close_quietly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class Reservation:
    """A private file of a given size, which gets its name when it is filled.

    Used as `with`, it is released at the end unless filled. A kill leaves a file that no reader
    sees and that the next reservation in the directory removes.
    """

    def __init__(self, path: str, size_bytes: int) -> None:
        """Take the room; raises OSError, and leaves nothing, where there is not enough."""
        remove_dead(os.path.dirname(path))
        self.path = path
        self._filled = False
        self._descriptor = -1
        self._temporary = temporary_name(path)
        try:
            while (descriptor := create_private(self._temporary)) is None:
                self._temporary = temporary_name(path)
            self._descriptor = descriptor
            # Random: a file system that compresses would give zeros no room. And text in one line,
            # of which a mark of a comment makes nothing.
            write_all(self._descriptor, b2a_base64(os.urandom(size_bytes), newline=False))
            os.fsync(self._descriptor)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            if sys.platform != "win32":  # where an open file cannot be renamed
                # Fail now, and not when there is something to keep, where nothing can be renamed.
                other = temporary_name(path)
                rename(self._temporary, other)
                self._temporary = other
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
                rename(self._temporary, self.path)
                self._temporary = self.path
            write_all(self._descriptor, data + b"#")
        except OSError as exc:
            raise not_written(self.path, exc) from exc
        with suppress(OSError):
            os.ftruncate(self._descriptor, len(data))
        self._close()
        if sys.platform == "win32":  # an open file cannot be renamed
            self._rename_closed()
        self._filled = True

    def _rename_closed(self) -> None:
        try:
            rename(self._temporary, self.path)
        except OSError as exc:
            raise not_written(self.path, exc) from exc

    def release(self) -> None:
        """Give the room back; after `fill`, do nothing."""
        if not self._filled:
            self._close()
            remove_quietly(self._temporary)

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            close_quietly(descriptor)

    def __enter__(self) -> Reservation:
        """Hold the room."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the room back unless it was filled."""
        self.release()
