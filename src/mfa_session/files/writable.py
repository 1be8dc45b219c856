"""The person's files: checked before they are written, and replaced under a lock."""

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
"""A file that nobody has written for so long is complete, even if it looks cut short.

A busy machine can stop a program for seconds between emptying a file and filling it.
"""
LOCK_TIMEOUT_SECONDS = 10.0


class WritableFile:
    """A file to replace; a symbolic link leads to the file itself.

    One with a `private_name` ("the credentials file") must be ours alone, and becomes 0600 when
    written; `warn` tells if others could read it. Any other keeps its mode.
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

        Other programs may write it without our lock: this waits while the file is fresh, or
        `is_whole` says that it is cut short, and begins anew if the file changes meanwhile.
        An `edit` without a change writes nothing.

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
                with contextlib.suppress(OSError):  # it only saves the next writer a wait
                    lock.leave(repr(version_at(self.path)).encode())  # this version is complete
                if not is_busy or self._stands(edit, is_whole):
                    return
        raise self._busy()

    def _settled(
        self, lock: Lock, is_whole: Callable[[bytes | None], bool]
    ) -> tuple[Snapshot, bool]:
        """Return the file when nobody seems to be writing it, and whether it changes all the time.

        Against `is_whole`, a file counts as complete only if it has not changed for FINAL_SECONDS;
        the time of our wait does not count, as the file may have been emptied at its end.
        """
        begin = since = time.monotonic()
        moving = 0  # counts looks, of which a busy machine may leave us few in a second
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
        """Say whether our edit stays in a file that another program keeps writing.

        That program may have read the file before our edit, and write it after.
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
        """Return sentences about what a replacement changes besides the bytes."""
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
    """Return the error for a file that cannot be written."""
    return ConfigurationError("file-not-written", f"{path} cannot be written: {reason}", hint)


def changed(path: str, what: str, then: str = "run the command again") -> ConfigurationError:
    """Return the error for a value that another program has changed."""
    return ConfigurationError(
        "changed-meanwhile",
        f"{path}: {what} was changed by another program in the meantime",
        f"check it, and {then}",
    )


def changed_meanwhile(path: str, what: str) -> ConfigurationError:
    """Return the same error for `configure`."""
    return changed(path, what, "run `mfa-session configure` again")


class PlainFile(WritableFile):
    """A file that is replaced whole, unless another program has changed it."""

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
