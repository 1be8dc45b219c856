"""Files of the person's: checked before they are written, and replaced under a lock."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time

from mfa_session.files.atomic import (
    Moved,
    find_temporary,
    not_written,
    remove_dead,
    replace_file,
    writable_target,
)
from mfa_session.files.locks import Lock, LockTimeout
from mfa_session.files.obstacles import find_obstacle
from mfa_session.files.reading import (
    OTHERS_MAY,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    PRIVATE_DIRECTORY_MODE,
    PRIVATE_MODE,
    QUIET_SECONDS,
    check_owner,
    read_bytes,
    read_snapshot,
    read_whole,
    relative,
    version_at,
)
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.files.reading import Snapshot
    from mfa_session.files.state import StateDir


CLOCK_TICK_SECONDS = 0.02
"""Two writes within one tick of a file system's clock may leave the same time."""
FINAL_SECONDS = 5.0
"""A file that nobody has written for so long is all there, even if it looks cut short.

A busy machine or disk can stop a program for seconds between emptying a file and filling it.
"""
LOCK_TIMEOUT_SECONDS = 10.0


class WritableFile:
    """A file, and what it takes to replace it; a symbolic link leads to the file itself.

    One with a `private_name` ("the credentials file") must be ours alone, and becomes 0600 when
    written, which `warn` tells if others could read it. The mode of any other is left alone.
    """

    def __init__(
        self,
        path: str,
        *,
        private_name: str | None,
        state: StateDir,
        warn: Callable[[str], None],
    ) -> None:
        self.path = path
        self._private_name = private_name
        self._state = state
        self._warn = warn

    def check(self) -> None:
        """Refuse the file as `check_path` does."""
        check_path(self.path, self._private_name)

    def clear(self) -> None:
        """Remove the copies of the whole file that killed writers left beside it."""
        target = os.path.realpath(self.path)
        place = os.path.split(target)
        if find_temporary(*place):
            # If another process holds the lock, it removes them.
            with (
                contextlib.suppress(LockTimeout, ConfigurationError),
                Lock(self._state.lock_path("file", target), 0),
            ):
                remove_dead(*place)

    def rewrite(
        self,
        edit: Callable[[bytes], bytes],
        is_whole: Callable[[bytes | None], bool] = lambda _data: True,
    ) -> None:
        """Replace the file by what `edit` makes of its bytes, under a lock.

        A program that knows no lock may write it too: a file just written, or that `is_whole`
        denies to be all there, is waited for, and the edit begins anew if the file moves.
        `edit` is called with the bytes as they are; none, or the same, writes nothing.

        Raises ConfigurationError: as `check`, `file-locked` after ten seconds, and
        `file-not-written` for a file that never stops changing.
        """
        lock_path = self._state.lock_path("file", os.path.realpath(self.path))
        try:
            with Lock(lock_path, LOCK_TIMEOUT_SECONDS) as lock:
                self._update_locked(lock, edit, is_whole)
        except LockTimeout as exc:
            raise ConfigurationError(
                "file-locked",
                f"another process has held {self.path} for {LOCK_TIMEOUT_SECONDS:.0f} seconds",
                f"see who holds the lock: fuser {quote(lock_path)}",
            ) from exc
        except OSError as exc:
            raise not_written(self.path, exc) from exc

    def _update_locked(
        self, lock: Lock, edit: Callable[[bytes], bytes], is_whole: Callable[[bytes | None], bool]
    ) -> None:
        end = time.monotonic() + LOCK_TIMEOUT_SECONDS
        while time.monotonic() < end:
            self.check()
            seen, is_busy = self._settled(lock, is_whole)
            new = edit(seen.data or b"")
            if new == (seen.data or b""):
                return
            with contextlib.suppress(Moved):
                self._write(new, seen)
                with contextlib.suppress(OSError):  # it only spares the next writer a wait
                    lock.leave(repr(version_at(self.path)).encode())  # this version is whole
                if not is_busy or self._stands(edit, is_whole):
                    return
        raise self._busy()

    def _settled(
        self, lock: Lock, is_whole: Callable[[bytes | None], bool]
    ) -> tuple[Snapshot, bool]:
        """Return the file when nobody seems to be writing it; True if it changes all the time.

        Only what has not changed for FINAL_SECONDS counts as whole against `is_whole`: a wait that
        long says nothing, as the file may have been emptied at its end.
        """
        begin = since = time.monotonic()
        moving = 0  # looks; not seconds, of which a busy machine may leave us a few looks only
        version = version_at(self.path)
        while True:
            now = time.monotonic()
            seen = read_snapshot(self.path)
            if seen.version != version:
                version, since = seen.version, time.monotonic()
            waited, age = now - begin, seen.age_seconds
            is_ours = age > CLOCK_TICK_SECONDS and lock.note == repr(seen.version).encode()
            is_still = is_ours or not seen.is_young()
            is_settled = is_still or (waited >= QUIET_SECONDS and age > CLOCK_TICK_SECONDS)
            is_final = is_ours or max(age, now - since) > FINAL_SECONDS
            if is_settled and (is_final or is_whole(seen.data)):
                return seen, not is_still
            moving = 0 if is_still else moving + 1
            if moving * PAUSE_SECONDS > PATIENCE_SECONDS or waited > LOCK_TIMEOUT_SECONDS:
                raise self._busy()
            time.sleep(PAUSE_SECONDS)

    def _stands(
        self, edit: Callable[[bytes], bytes], is_whole: Callable[[bytes | None], bool]
    ) -> bool:
        """Tell whether what was written stays in a file that another program keeps writing.

        That program may have read the file before, and write it without our edit after.
        """
        end = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < end:
            time.sleep(PAUSE_SECONDS)
            data = read_whole(self.path, is_whole).data or b""
            if is_whole(data) and edit(data) != data:
                return False
        return True

    def _busy(self) -> ConfigurationError:
        return refused(
            self.path,
            "another program keeps changing it",
            f"see which one: fuser {quote(self.path)}; then run the command again",
        )

    def _write(self, data: bytes, seen: Snapshot) -> None:
        target = os.path.realpath(self.path)
        os.makedirs(os.path.dirname(target), PRIVATE_DIRECTORY_MODE, exist_ok=True)
        said = self._losses(target)
        mode = PRIVATE_MODE if self._private_name is not None else None
        replace_file(target, data, mode=mode, seen=seen)
        for text in said:
            self._warn(text)

    def _losses(self, target: str) -> list[str]:
        """Return what a replacement of the file changes besides its bytes, in words."""
        try:
            status = os.stat(target)
        except FileNotFoundError:
            return []
        mode, said = stat.S_IMODE(status.st_mode), []
        if sys.platform != "win32" and self._private_name is not None and mode & OTHERS_MAY:
            said.append(f"{self.path} was readable by others (mode {mode:04o}): now 0600")
        if status.st_nlink > 1:
            said.append(f"{self.path} has other names (hard links), which keep the old content")
        return said


def check_path(path: str, private_name: str | None = None) -> None:
    """Refuse a path at which names, owners or modes show that no file can be written.

    One with a `private_name` must be ours alone. Raises ConfigurationError: `unsafe-file` or
    `file-not-written`.
    """
    try:
        if not os.path.isabs(path):
            raise relative(path) if path[:1] != "~" else _homeless(path)
        if private_name is not None:
            check_owner(path, private_name)
        obstacle = find_obstacle(writable_target(path))
        if obstacle is not None:
            raise refused(path, *obstacle)
    except OSError as exc:
        raise not_written(path, exc) from exc


def _homeless(path: str) -> ConfigurationError:
    return refused(
        path,
        "there is no home directory: HOME is not set, and the password database has none",
        "set HOME to a directory of yours",
    )


def refused(path: str, reason: str, hint: str) -> ConfigurationError:
    """Return the error for a file that must not or cannot be written."""
    return ConfigurationError("file-not-written", f"{path} cannot be written: {reason}", hint)


def changed(path: str, what: str, then: str = "run the command again") -> ConfigurationError:
    """Return the error for a value that somebody else has changed since it was looked at."""
    return ConfigurationError(
        "changed-meanwhile",
        f"{path}: {what} was changed by another program in the meantime",
        f"check it, and {then}",
    )


def changed_meanwhile(path: str, what: str) -> ConfigurationError:
    """Return the error for what `configure` looked at and somebody else has changed since."""
    return changed(path, what, "run `mfa-session configure` again")


class PlainFile(WritableFile):
    """A file that is replaced under a lock, if nobody has changed it since it was seen."""

    def read(self) -> bytes:
        """Return its bytes."""
        return read_bytes(self.path) or b""

    def replace(self, seen: bytes, data: bytes) -> None:
        """Write `data`. ConfigurationError `changed-meanwhile` if the file is not what was seen."""

        def edit(now: bytes) -> bytes:
            if now not in (seen, data):
                raise changed_meanwhile(self.path, "it")
            return data

        self.rewrite(edit)
