"""Our temporary files: how they are made, renamed over a target, found and removed after a kill."""

from __future__ import annotations

import contextlib
import os
import sys
import time

from mfa_session.files.locks import close_quietly, try_lock
from mfa_session.files.reading import PRIVATE_MODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = ".mfa-session-"
"""In the name of each temporary file, after the dot and the target's name."""

WINDOWS_TRIES = 40
WINDOWS_PAUSE_SECONDS = 0.05


class Temporary:
    """A private file beside `target`, which is to be renamed; `discard` removes one that was not.

    It is named before it is made, so that an interrupt at any moment leaves nothing. Its lock tells
    other processes, until it is closed, that no kill has left it.
    """

    def __init__(self, target: str) -> None:
        """Choose a name; nothing is made yet."""
        self._target = target
        self.path = temporary_name(target)
        self.descriptor = -1

    def write(self, data: bytes) -> None:
        """Make the file, and write all of `data`."""
        while (descriptor := create_private(self.path)) is None:
            self.path = temporary_name(self._target)
        self.descriptor = descriptor
        write_all(descriptor, data)

    def close_on_windows(self) -> None:
        """Close the file where the system neither renames nor removes one that is open."""
        if sys.platform == "win32":
            self.close()

    def close(self) -> None:
        """Close the file, if it is open."""
        if self.descriptor >= 0:
            descriptor, self.descriptor = self.descriptor, -1
            close_quietly(descriptor)

    def discard(self) -> None:
        """Remove what stands under its own name, and close the file."""
        self.close_on_windows()
        remove_quietly(self.path)
        self.close()


def temporary_name(target: str) -> str:
    """Return an unused name beside `target` that marks a temporary file of this program."""
    directory, name = os.path.split(target)
    return os.path.join(directory, f".{name}{MARK}{os.urandom(8).hex()}")


def create_private(path: str) -> int | None:
    """Create a file that did not exist, private from the start; return its descriptor, locked.

    The lock tells the living from the dead: the kernel frees it when a process ends, however.
    None if somebody looking for dead files came between creation and lock, and removed it.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, PRIVATE_MODE)
    if sys.platform == "win32":
        return descriptor  # an open file cannot be removed
    try:
        is_ours = try_lock(descriptor) and os.fstat(descriptor).st_nlink > 0
    except OSError:
        is_ours = True  # no locks here: nobody can take it for dead
    if is_ours:
        return descriptor
    close_quietly(descriptor)
    remove_quietly(path)
    return None


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; one write may take a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def remove_quietly(path: str) -> None:
    """Remove a file if it is there and may be removed."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def rename(temporary: str, target: str) -> None:
    """Rename over the target; on Windows, try again while another process reads it."""
    for _ in range(WINDOWS_TRIES if sys.platform == "win32" else 0):
        with contextlib.suppress(PermissionError):
            os.replace(temporary, target)
            return
        time.sleep(WINDOWS_PAUSE_SECONDS)
    os.replace(temporary, target)


def remove_dead(directory: str, target_name: str = "") -> None:
    """Remove our temporary files, for one target or for all, that no living process holds."""
    for path in find_temporary(directory, target_name):
        with _alone(path) as is_dead:
            if is_dead:
                remove_quietly(path)


def find_dead(target: str) -> list[str]:
    """Return the paths of what killed writers of `target` left beside it, sorted."""
    found = []
    directory, name = os.path.split(os.path.realpath(target))
    for path in find_temporary(directory, name):
        with _alone(path) as is_dead:
            found += [path] if is_dead else []
    return found


def find_temporary(directory: str, target_name: str = "") -> list[str]:
    """Return the paths of our temporary files, for one target or for all, sorted."""
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    start = f".{target_name}{MARK}" if target_name else "."
    ours = [name for name in names if name.startswith(start) and MARK in name]
    return [os.path.join(directory, name) for name in sorted(ours)]


@contextlib.contextmanager
def _alone(path: str) -> Iterator[bool]:
    """Say whether no living process holds a temporary file, and hold it for a `with` block."""
    if sys.platform == "win32":
        yield True  # it cannot be removed while a process has it open
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        yield False
        return
    try:
        yield _try_lock(descriptor)
    finally:
        close_quietly(descriptor)


def _try_lock(descriptor: int) -> bool:
    """Lock a file; False where files have no locks: better one too many than one too few."""
    try:
        return try_lock(descriptor)
    except OSError:
        return False
